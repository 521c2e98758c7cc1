"""The files of a run as the file system has them: which are to be looked into, which are known."""

from __future__ import annotations

import json
import os
import stat
import zlib
from typing import TYPE_CHECKING, Final

import ailabel
from ailabel import plugins
from ailabel.config import Profile
from ailabel.config.problems import problems_of
from ailabel.errors import ConfigError
from ailabel.gate import records
from ailabel.gate.cache import stamp
from ailabel.messages import Message
from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ailabel.config import Configuration
    from ailabel.gate.cache import Cache, Stamp
    from ailabel.gate.looked import Looked
    from ailabel.gate.options import GateOptions
    from ailabel.gate.select import Selection

__all__ = ["Survey"]

_VALUES: Final = [name for name in Profile.__annotations__ if name != "origins"]
_NOTHING: Final[Mapping[str, tuple[Stamp, int]]] = {}
_END: Final = "\n"  # of what decides, in a text of the cache


class Survey:
    """Goes over the files of a run without opening one.

    Args:
        selection: the files.
        configuration: of the run.
        options: of the run.
        cache: what earlier runs found out, or None.
    """

    def __init__(
        self,
        selection: Selection,
        configuration: Configuration,
        options: GateOptions,
        cache: Cache | None,
    ) -> None:
        self.rows: list[tuple[str, Looked | None]] = []
        self.stamps: dict[str, Stamp] = {}
        self.problems: list[Message] = []
        self.excluded = 0
        self._selection = selection
        self._configuration = configuration
        self._cache = cache
        self._anew = options.reports or options.fix  # what has findings is looked into again
        self._passed = dict.fromkeys(("links", "modules", "gone", "others"), 0)
        self._decides = _run_text(options)
        self._manifest = "manifest" in options.settings
        self._prefixes: dict[int, str] = {}
        self._by_prefix: dict[str, dict[int, Looked]] = {}

    def go(self) -> None:
        """Go over the files."""
        staged = self._selection.blobs is not None
        for paths in _by_folder(self._selection.paths):
            meant = self._meant(paths)
            if staged:
                self.rows += [(path, None) for path in meant]
            elif meant:
                self._enter(meant)

    def todo(self) -> list[str]:
        """Return the files that are to be looked into."""
        return [path for path, looked in self.rows if looked is None]

    def remember(self, path: str, looked: Looked, now: int) -> None:
        """Keep what was said of a file, if it lasts."""
        if self._cache is None or path not in self.stamps:
            return
        if not looked.lasting:
            self._cache.drop(path)
            return
        text = self._prefix(path) + records.to_text(looked)
        self._cache.put(path, self.stamps[path], text, now)

    def notes(self) -> Iterator[Message]:
        """Yield what was passed over."""
        texts = {
            "links": Message("links that lead out of the tree or nowhere, not followed: {count}"),
            "modules": Message("submodules, to be checked by themselves: {count}"),
            "gone": Message("tracked files that are not in the work tree: {count}"),
            "others": Message("what is neither file nor folder, passed over: {count}"),
        }
        for kind, count in self._passed.items():
            if count:
                yield Message(texts[kind].text, {"count": count})
        if self.excluded:
            left = {"count": self.excluded}
            yield Message("files that the configuration leaves out: {count}", left)

    def _meant(self, paths: list[str]) -> list[str]:
        """Return the paths of a folder that the configuration does not leave out."""
        try:
            settings = self._configuration.settings(paths[0])
            if self._varies(paths[0]):
                self._configuration.profile(paths[0])  # reads the manifests
            if settings.include is None and settings.exclude is None:
                return paths
            meant = [path for path in paths if self._configuration.selects(path)]
        except ConfigError as error:
            self.problems += [found for found in problems_of(error) if found not in self.problems]
            return []
        self.excluded += len(paths) - len(meant)
        return meant

    def _enter(self, paths: list[str]) -> None:
        """Ask the file system about the files of a folder, and the cache.

        This is done for every file of every run, so it is written to be quick.
        """
        start = self._selection.root.rstrip("/") + "/"
        entries = self._cache.entries if self._cache else _NOTHING
        told = self._told(paths[0])
        lstat, kept, enter = os.lstat, entries.get, self.rows.append
        for path in paths:
            try:
                found = lstat(start + path)
            except OSError:
                self._absent(path)
                continue
            entry = kept(path)
            if entry is not None and entry[0] == stamp(found):
                looked = told.get(entry[1]) or self._known(path, entry[1])
                if looked is not None:
                    enter((path, looked))
                    continue
            self._meet(path, found)

    def _meet(self, path: str, found: os.stat_result) -> None:
        """Take up a file of which nothing is known."""
        if not stat.S_ISREG(found.st_mode):
            other = self._followed(path, found)
            if other is None:
                return
            found = other
        self.stamps[path] = stamp(found)
        self.rows.append((path, None))

    def _told(self, path: str) -> dict[int, Looked]:
        """Return what is known, by number, of files for which the same decides as for this one."""
        return {} if self._varies(path) else self._by_prefix.setdefault(self._prefix(path), {})

    def _known(self, path: str, number: int) -> Looked | None:
        """Return what the cache knows of a file, unless something else decides now."""
        text = self._cache.text(number) if self._cache else ""
        prefix = self._prefix(path)
        if not text.startswith(prefix):
            return None
        try:
            looked = records.from_text(text.removeprefix(prefix))
        except ValueError:
            return None
        if self._anew and looked.file.findings:
            return None
        if not self._varies(path):
            self._by_prefix[prefix][number] = looked
        return looked

    def _absent(self, path: str) -> None:
        if path in self._selection.named:
            self.rows.append((path, None))  # looking into it tells why not
        else:
            self._passed["gone"] += 1

    def _followed(self, path: str, found: os.stat_result) -> os.stat_result | None:
        """Return what a link leads to, if that is a file of the tree, or was named itself."""
        if stat.S_ISDIR(found.st_mode):
            self._passed["modules"] += 1
            return None
        named = path in self._selection.named
        if not stat.S_ISLNK(found.st_mode):
            if named:
                self.problems.append(Message("{path} is no regular file", {"path": path}))
            self._passed["others"] += not named
            return None
        root = self._selection.root.rstrip("/")
        try:
            goal = os.stat(f"{root}/{path}")  # noqa: PTH116 - no pathlib here
        except OSError:
            self._passed["links"] += 1
            return None
        inside = os.path.realpath(f"{root}/{path}").startswith(f"{root}/")
        if stat.S_ISREG(goal.st_mode) and (inside or named):
            return goal
        self._passed["links"] += 1
        return None

    def _varies(self, path: str) -> bool:
        """Say whether files of one folder are told apart by more than what stands in tables."""
        return self._manifest or "manifest" in self._configuration.settings(path).values

    def _prefix(self, path: str) -> str:
        """Return what decides about a file besides itself, in short."""
        settings = self._configuration.settings(path)
        if self._varies(path):
            profile = self._configuration.profile(path)
            values = [getattr(profile, name) for name in _VALUES]
            return _short(f"{self._decides}{settings.said}{values}")
        found = self._prefixes.get(id(settings))
        if found is None:
            found = self._prefixes[id(settings)] = _short(self._decides + settings.said)
        return found


def _by_folder(paths: Sequence[str]) -> Iterator[list[str]]:
    """Yield runs of paths that stand in the same folder."""
    run: list[str] = []
    last: str | None = None
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder != last and run:
            yield run
            run = []
        last = folder
        run.append(path)
    if run:
        yield run


def _run_text(options: GateOptions) -> str:
    """Return what decides about every file of a run: versions, other packages, rules, options."""
    rules = [(rule.id, rule.level.value, rule.since) for rule in RULES.values()]
    settings = json.dumps(dict(options.settings), sort_keys=True, default=str)
    versions = (ailabel.__version__, *plugins.providers())
    return repr((versions, rules, settings, options.implicit_only))


def _short(text: str) -> str:
    """Return a text that is the same for the same text, and hardly for another."""
    data = text.encode("utf-8", "surrogateescape")
    return f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}{len(data):x}{_END}"
