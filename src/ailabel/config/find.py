"""Configurations as they stand in folders: the nearest one above a path, and what it builds on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ailabel.config.patterns import compiled
from ailabel.config.profile import Origin
from ailabel.config.tables import read_tables
from ailabel.errors import ConfigError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ailabel.config.profile import Value
    from ailabel.config.tables import Section, Tables

__all__ = ["NAMES", "Layer", "Settings", "named", "nearest", "settle"]

NAMES: Final = (".ailabel.toml", "ailabel.toml", "pyproject.toml")
"""What configurations are called; the first that is there counts, of the last its own table."""
_DEEPEST: Final = 8  # files that build on each other; ours


class Layer:
    """Values for the paths that patterns match.

    Args:
        base: the folder that the patterns count from.
        match: the patterns; compiled when a path is first asked about.
        values: by the names of their keys.
        origin: where they come from.
    """

    def __init__(
        self, base: str, match: tuple[str, ...], values: Mapping[str, Value], origin: Origin
    ) -> None:
        self.values = values
        self.origin = origin
        self._prefix = f"{base.rstrip('/')}/"
        self.match = match
        self._matches: Callable[[str], bool] | None = None

    @property
    def said(self) -> str:
        """What it says, as text that is the same as long as it says the same."""
        return repr((self._prefix, self.match, dict(self.values)))

    def covers(self, path: str) -> bool:
        """Say whether an absolute path is meant; one outside of the folder counts from the root."""
        if self._matches is None:
            self._matches = compiled(self.match)
        inside = path.startswith(self._prefix)
        return self._matches(path[len(self._prefix) :] if inside else path[1:])


@frozen(kw_only=True)
class Settings:
    """A configuration together with those that it builds on.

    Args:
        file: its path; None where there is no configuration.
        values: what holds for every path, by the names of their keys.
        origins: where each of these values comes from.
        layers: sections, in the order in which later ones win.
        ignores: sections whose rules are not shown, all of which add up.
        include: which files are meant, or None for all.
        exclude: which files are left out, or None for none.
    """

    file: str | None
    values: Mapping[str, Value]
    origins: Mapping[str, Origin]
    layers: tuple[Layer, ...] = ()
    ignores: tuple[Layer, ...] = ()
    include: Layer | None = None
    exclude: Layer | None = None

    @property
    def said(self) -> str:
        """What it says, as text that is the same as long as it says the same; for the cache.

        What manifests say is not part of it: two profiles of a file tell that apart.
        """
        sections = [layer.said for layer in self.layers]
        ignores = [layer.said for layer in self.ignores]
        return repr((dict(self.values), sections, ignores))


def nearest(folder: str) -> Tables | None:
    """Return what the configuration of a folder says; None where it has none.

    Raises:
        ConfigError: it cannot be used.
    """
    for name in NAMES:
        path = f"{folder.rstrip('/')}/{name}"
        if os.path.isfile(path):  # noqa: PTH113 - of thousands
            found = read_tables(path)
            if found is not None:
                return found
    return None


def named(path: str) -> Tables:
    """Return what a configuration that somebody names says.

    Raises:
        ConfigError: it cannot be used.
    """
    found = read_tables(path)
    if found is None:
        raise ConfigError("{path} has no table [tool.ailabel]", path=path)
    return found


def settle(tables: Tables, base: str) -> Settings:
    """Put a configuration together with those that it builds on, those below first.

    Args:
        tables: what the configuration says.
        base: the folder that its patterns count from, if its own is not above that.

    Raises:
        ConfigError: a file that is built on cannot be used, or builds on itself.
    """
    values: dict[str, Value] = {}
    origins: dict[str, Origin] = {}
    bases: dict[str, str] = {}
    layers: list[Layer] = []
    ignores: list[Layer] = []
    for found, folder in reversed(list(_chain(tables, base))):
        for name, value in found.values.items():
            values[name], bases[name] = value, folder
            origins[name] = Origin(found.file, name)
        layers += [_layer(found.file, section, folder) for section in found.sections]
        ignores += [_layer(found.file, section, folder) for section in found.ignores]
    return Settings(
        file=tables.file,
        values=values,
        origins=origins,
        layers=tuple(layers),
        ignores=tuple(ignores),
        include=_filter(values, bases, origins, "include"),
        exclude=_filter(values, bases, origins, "exclude"),
    )


def _chain(tables: Tables, base: str) -> Iterator[tuple[Tables, str]]:
    """Yield a configuration and those that it builds on, each with what its patterns count from."""
    seen = {os.path.realpath(tables.file)}
    while True:
        base = _base(tables.file, base)
        yield tables, base
        if tables.extend is None:
            return
        real = os.path.realpath(tables.extend)
        if real in seen or len(seen) >= _DEEPEST:
            raise ConfigError(
                "{path} builds on itself, or on too many files: {other}",
                path=tables.file,
                other=tables.extend,
            )
        seen.add(real)
        tables = named(tables.extend)


def _base(file: str, base: str) -> str:
    """Return the folder of a file if it is above `base` or is that, else `base`."""
    folder = os.path.dirname(file)  # noqa: PTH120 - no pathlib here
    return folder if f"{base}/".startswith(f"{folder.rstrip('/')}/") else base


def _layer(file: str, section: Section, base: str) -> Layer:
    return Layer(base, section.match, section.values, Origin(file, section.where))


def _filter(
    values: Mapping[str, Value], bases: Mapping[str, str], origins: Mapping[str, Origin], name: str
) -> Layer | None:
    patterns = values.get(name)
    if not isinstance(patterns, tuple) or not patterns:
        return None
    return Layer(bases[name], patterns, {}, origins[name])
