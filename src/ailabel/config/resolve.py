"""What is declared for each file of a run."""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.find import Layer, Settings, named, nearest, settle
from ailabel.config.keys import PROFILE, RUN
from ailabel.config.profile import Origin, Profile
from ailabel.config.tables import read_options
from ailabel.errors import ConfigError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ailabel.config.profile import Value
    from ailabel.config.tables import Section
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
        origins: by the name of each value above that somebody gave, where it comes from.
    """

    file: str | None
    baseline: str | None = None
    cache: str | bool | None = None
    jobs: int | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)


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
    values, ignores = read_options(options or {})
    fixed = None
    if isolated:
        fixed = _NOTHING
    elif config is not None:
        fixed = settle(named(os.path.abspath(config)), root)  # noqa: PTH100 - no pathlib here
    return Configuration(root, fixed, _Given(root, values, ignores))


class _Given:
    """What the command line says, as layers above all others."""

    def __init__(
        self, root: str, values: Mapping[str, Value], ignores: Iterable[Section] | None
    ) -> None:
        self.values = values
        self.layers = [
            Layer(root, (), {name: value}, Origin(None, f"--{name}"))
            for name, value in values.items()
            if name in PROFILE
        ]
        self.ignores = (
            None
            if ignores is None
            else [
                Layer(root, item.match, item.values, Origin(None, "--per-file-ignores"))
                for item in ignores
            ]
        )


class Configuration:
    """What is declared for the files of a run; made by `load`.

    Every folder is looked at once, every pattern is compiled once, and paths for which the same is
    said share one `Profile`.
    """

    def __init__(self, root: str, fixed: Settings | None, given: _Given) -> None:
        self.root = root
        self._start = f"{root.rstrip('/')}/"
        self._fixed = fixed
        self._given = given
        self._folders: dict[str, Settings | ConfigError] = {}
        self._manifests: dict[str, dict[str, Layer] | ConfigError] = {}
        self._profiles: dict[tuple[int, ...], Profile] = {}
        self.run = self._run()

    def settings(self, path: str) -> Settings:
        """Return the configuration that a path comes under."""
        return self._fixed or self._of(os.path.dirname(self.whole(path)))  # noqa: PTH120 - of thousands

    def selects(self, path: str) -> bool:
        """Say whether ``include`` and ``exclude`` leave a path among the files to check."""
        settings, whole = self.settings(path), self.whole(path)
        if settings.include is not None and not settings.include.covers(whole):
            return False
        return settings.exclude is None or not settings.exclude.covers(whole)

    def profile(self, path: str, *, format: str | None = None, view: View | None = None) -> Profile:
        """Return what is declared for a path.

        Args:
            path: from the root, or absolute.
            format: id of its format, if it is known.
            view: its bytes; with them, pages and Markdown files speak for themselves.

        Raises:
            ConfigError: a configuration, or what the file says of itself, cannot be used.
            MalformedFileError: the file cannot be read.
        """
        whole = self.whole(path)
        settings = self._fixed or self._of(whole.rpartition("/")[0] or "/")
        layers = [layer for layer in settings.layers if layer.covers(whole)]
        layers += self._of_manifests(settings, whole)
        ignores = settings.ignores if self._given.ignores is None else self._given.ignores
        ignores = [layer for layer in ignores if layer.covers(whole)]
        own = _of_itself(whole, format, view)
        if own is not None:
            return _stacked(settings, [*layers, own, *self._given.layers], ignores)
        key = (id(settings), *map(id, layers), 0, *map(id, ignores))
        found = self._profiles.get(key)
        if found is None:
            found = _stacked(settings, [*layers, *self._given.layers], ignores)
            self._profiles[key] = found
        return found

    def met(self) -> list[Settings]:
        """Return the configurations that paths came under so far."""
        known = [self._fixed] if self._fixed else self._folders.values()
        return [*{id(item): item for item in known if isinstance(item, Settings)}.values()]

    def listed(self) -> dict[str, Collection[str]]:
        """Return the absolute paths that manifests name, by manifest, of those read so far."""
        return {
            path: layers.keys()
            for path, layers in self._manifests.items()
            if isinstance(layers, dict)
        }

    def _run(self) -> Run:
        settings = self._fixed or self._of(self.root)
        values: dict[str, Any] = {**settings.values, **self._given.values}
        given = {name: Origin(None, f"--{name}") for name in self._given.values}
        origins = {**settings.origins, **given}
        names = [name for name in RUN if name in values]
        return Run(
            file=settings.file,
            origins={name: origins[name] for name in names},
            **{name: values[name] for name in names},
        )

    def whole(self, path: str) -> str:
        """Return a path of the run as an absolute one."""
        if path.startswith(("/", ".")) or "/." in path or "//" in path:
            return os.path.normpath(os.path.join(self.root, path))  # noqa: PTH118 - of thousands
        return f"{self._start}{path}"

    def _of(self, folder: str) -> Settings:
        """Return the configuration of a folder; what is wrong with it is found out once."""
        found = self._folders.get(folder)
        if found is None:
            found = self._climbed(folder)
        if isinstance(found, ConfigError):
            raise found
        return found

    def _climbed(self, folder: str) -> Settings | ConfigError:
        """Find the nearest configuration of a folder and those above it, up to the repository."""
        passed: list[str] = []
        found: Settings | ConfigError | None = None
        while found is None:
            passed.append(folder)
            above = os.path.dirname(folder)  # noqa: PTH120 - of thousands
            try:
                tables = nearest(folder)
                found = None if tables is None else settle(tables, folder)
            except ConfigError as error:
                found = error
            if found is None and (above == folder or os.path.lexists(f"{folder}/.git")):
                found = _NOTHING
            elif found is None:
                folder, found = above, self._folders.get(above)
        self._folders |= dict.fromkeys(passed, found)
        return found

    def _of_manifests(self, settings: Settings, whole: str) -> Iterator[Layer]:
        """Yield what the manifests say of a path; a later manifest wins."""
        paths = self._given.values.get("manifest", settings.values.get("manifest"))
        for path in paths if isinstance(paths, tuple) else ():
            layers = self._manifest(path)
            if whole in layers:
                yield layers[whole]

    def _manifest(self, path: str) -> Mapping[str, Layer]:
        """Return what a manifest says by path; what is wrong with it is found out once."""
        found = self._manifests.get(path)
        if found is None:
            from ailabel.config.manifest import read_manifest

            try:
                found = _layers(path, read_manifest(path))
            except ConfigError as error:
                found = error
            self._manifests[path] = found
        if isinstance(found, ConfigError):
            raise found
        return found


def _layers(manifest: str, entries: Mapping[str, Mapping[str, Value]]) -> dict[str, Layer]:
    """Make entries of a manifest into layers; paths of which it says the same share one."""
    origin = Origin(manifest, "manifest")
    shared: dict[tuple[tuple[str, Value], ...], Layer] = {}
    return {
        path: shared.setdefault(tuple(values.items()), Layer("/", (), values, origin))
        for path, values in entries.items()
    }


def _of_itself(path: str, format: str | None, view: View | None) -> Layer | None:
    if view is None or format not in {"markdown", "html"}:
        return None
    from ailabel.config.declare import declared

    values = declared(format, view)
    where = "front matter" if format == "markdown" else "meta"
    return Layer("/", (), values, Origin(path, where)) if values else None


def _stacked(settings: Settings, layers: Iterable[Layer], ignores: Iterable[Layer]) -> Profile:
    """Put a profile together: later layers win key by key, rules that are ignored add up."""
    values: dict[str, Any] = {}
    origins = dict.fromkeys(PROFILE, _DEFAULT)
    for name in PROFILE:
        if name in settings.values:
            values[name], origins[name] = settings.values[name], settings.origins[name]
    for layer in layers:
        values |= layer.values
        origins |= dict.fromkeys(layer.values, layer.origin)
    for layer in ignores:
        values["ignore"] = (*values.get("ignore", ()), *layer.values["ignore"])  # type: ignore[misc]
        origins["ignore"] = layer.origin
    return Profile(**values, origins=origins)
