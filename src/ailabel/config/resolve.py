"""What is declared for each file of a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.find import Settings, named, nearest, settle
from ailabel.config.keys import PROFILE, TOP
from ailabel.config.profile import Origin, Profile
from ailabel.config.tables import checked
from ailabel.errors import ConfigError
from ailabel.messages import Message, Reasons
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.config.find import Layer
    from ailabel.config.profile import Value
    from ailabel.io.source import View

__all__ = ["Configuration", "Run", "load"]

_DEFAULT: Final = Origin(None, "default")
_NOTHING: Final = Settings(file=None, values={}, origins={})


@frozen(kw_only=True)
class Run:
    """What holds for a run as a whole: what the configuration of its root says, and options.

    Args:
        file: path of that configuration, or None.
        baseline: path of the baseline, or None.
        cache: folder of the cache; None for the usual one, False for none.
        jobs: how many processes; 0 for as many as there are processors, None where nobody says.
        manifests: paths of the manifests.
    """

    file: str | None
    baseline: str | None = None
    cache: str | bool | None = None
    jobs: int | None = None
    manifests: tuple[str, ...] = ()


def load(
    root: str,
    *,
    config: str | None = None,
    isolated: bool = False,
    options: Mapping[str, object] | None = None,
) -> Configuration:
    """Prepare the configuration of a run; files are looked up when a path asks for them.

    Args:
        root: the folder that paths count from, absolute.
        config: the one configuration for all files, instead of the nearest above each.
        isolated: whether no configuration is read at all.
        options: what the command line says, by the names of the keys; it comes before everything.

    Raises:
        ConfigError: the configuration of the root, or an option, cannot be used.
    """
    problems: list[Message] = []
    given = checked(TOP, options or {}, "--", problems)
    if problems:
        raise ConfigError("{reasons}", problems=Reasons(problems))
    fixed = None
    if isolated:
        fixed = _NOTHING
    elif config is not None:
        fixed = settle(named(os.path.abspath(config)), root)  # noqa: PTH100 - no pathlib here
    return Configuration(root, fixed, given)


class Configuration:
    """What is declared for the files of a run; made by `load`.

    Every folder is looked at once, every pattern is compiled once, and paths for which the same is
    said share one `Profile`.
    """

    def __init__(self, root: str, fixed: Settings | None, given: Mapping[str, Value]) -> None:
        self.root = root
        self._fixed = fixed
        self._given = given
        self._settings: dict[str, Settings] = {}
        self._profiles: dict[tuple[object, ...], Profile] = {}
        self.run = self._run()

    def settings(self, path: str) -> Settings:
        """Return the configuration that a path comes under."""
        return self._fixed or self._of(os.path.dirname(self._whole(path)))  # noqa: PTH120 - of thousands

    def selects(self, path: str) -> bool:
        """Say whether ``include`` and ``exclude`` leave a path among the files to check."""
        settings, whole = self.settings(path), self._whole(path)
        if settings.include is not None and not _matches(settings.include, whole):
            return False
        return settings.exclude is None or not _matches(settings.exclude, whole)

    def profile(self, path: str, *, format: str | None = None, view: View | None = None) -> Profile:  # noqa: ARG002 - see below
        """Return what is declared for a path.

        Args:
            path: from the root, or absolute.
            format: id of its format, if it is known.
            view: its bytes, from which pages and Markdown files tell for themselves.

        Raises:
            ConfigError: a configuration, or what the file says of itself, cannot be used.
        """
        settings, whole = self.settings(path), self._whole(path)
        layers = [layer for layer in settings.layers if _matches(layer, whole)]
        ignores = [layer for layer in settings.ignores if _matches(layer, whole)]
        key = (id(settings), *map(id, layers), None, *map(id, ignores))
        if key not in self._profiles:
            self._profiles[key] = self._made(settings, layers, ignores)
        return self._profiles[key]

    def _run(self) -> Run:
        settings = self._fixed or self._of(self.root)
        values = {**settings.values, **self._given}
        chosen: dict[str, Any] = {
            name: values[name] for name in ("baseline", "cache", "jobs") if name in values
        }
        manifests = values.get("manifest", ())
        return Run(file=settings.file, manifests=tuple(manifests), **chosen)  # type: ignore[arg-type]

    def _whole(self, path: str) -> str:
        return path if path.startswith("/") else f"{self.root}/{path}"

    def _of(self, folder: str) -> Settings:
        """Return the nearest configuration of a folder and those above it, up to the repository."""
        passed = []
        found = self._settings.get(folder)
        while found is None:
            passed.append(folder)
            tables = nearest(folder)
            above = os.path.dirname(folder)  # noqa: PTH120 - of thousands
            if tables is not None:
                found = settle(tables, folder)
            elif above == folder or os.path.lexists(f"{folder}/.git"):
                found = _NOTHING
            else:
                folder, found = above, self._settings.get(above)
        self._settings |= dict.fromkeys(passed, found)
        return found

    def _made(self, settings: Settings, layers: list[Layer], ignores: list[Layer]) -> Profile:
        values: dict[str, Any] = {}
        origins = dict.fromkeys(PROFILE, _DEFAULT)
        for name in PROFILE & settings.values.keys():
            values[name], origins[name] = settings.values[name], settings.origins[name]
        for layer in layers:
            values |= layer.values
            origins |= dict.fromkeys(layer.values, layer.origin)
        for layer in ignores:
            values["ignore"] = (*values.get("ignore", ()), *layer.values["ignore"])  # type: ignore[misc]
            origins["ignore"] = layer.origin
        for name in PROFILE & self._given.keys():
            values[name], origins[name] = self._given[name], Origin(None, f"--{name}")
        return Profile(**values, origins=origins)


def _matches(layer: Layer, whole: str) -> bool:
    base = f"{layer.base.rstrip('/')}/"
    return layer.matches(whole[len(base) :] if whole.startswith(base) else whole[1:])
