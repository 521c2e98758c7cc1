"""What earlier runs found out, known again by what the file system says of a file.

An entry holds as long as size, times, inode and mode of the file are the same, as git's index has
it, and what decides about it: the version of ailabel and of its rules, the configuration, options.
A file that changed shortly before it was read could have changed once more without a trace in its
times, so it is not remembered [GITRACY]. The cache is a help and never needed: one that is damaged,
of another version, or in a folder that cannot be written is passed over.

The file is a line that names it, a checksum, and three parts: texts as JSON, paths separated by
NUL, and the numbers of every entry.
"""

from __future__ import annotations

import json
import os
import struct
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Cache", "Stamp", "cache_folder", "stamp"]

_MAGIC: Final = b"ailabel check cache 1\n"
_HEAD: Final = struct.Struct("<IQQQ")  # checksum, and the lengths of the three parts
_ENTRY: Final = struct.Struct("<QqqQII")  # the stamp, and which text
_RACY: Final = 2_000_000_000  # nanoseconds; the coarsest times that file systems keep
_NAME: Final = "check"
_TAG: Final = b"Signature: 8a477f597d28d172789f06886806bc55\n"  # [CACHEDIR]

Stamp = tuple[int, int, int, int, int]
"""Size, times of change of content and of inode in nanoseconds, inode, mode."""


def stamp(found: os.stat_result) -> Stamp:
    """Return by what a file is known again."""
    inode = found.st_ino & 0xFFFF_FFFF_FFFF_FFFF
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, inode, found.st_mode


@frozen
class _Part:
    """A run of bytes of the cache's file."""

    begin: int
    length: int


class Cache:
    """What earlier runs found out.

    Args:
        folder: where it is kept.
        own: whether the folder is its own, so that it is marked as a cache.
    """

    def __init__(self, folder: str, *, own: bool) -> None:
        self._folder = folder
        self._own = own
        self._entries: dict[str, tuple[int, ...]] = {}
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._changed = False
        with suppress(OSError, ValueError, struct.error, RecursionError):
            self._load()

    def get(self, path: str, found: Stamp) -> str | None:
        """Return what was kept of a file, if it is still the same."""
        entry = self._entries.get(path)
        if entry is None or entry[:5] != found:
            return None
        return self._texts[entry[5]]

    def put(self, path: str, found: Stamp, text: str, now: int | None = None) -> None:
        """Keep something of a file.

        Args:
            path: from the root.
            found: taken before the file was read.
            text: what is kept.
            now: when it was taken, in nanoseconds; None for now, which is later.
        """
        if max(found[1], found[2]) > (time.time_ns() if now is None else now) - _RACY:
            self.drop(path)
            return
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._texts)
            self._texts.append(text)
        self._entries[path] = (*found, number)
        self._changed = True

    def drop(self, path: str) -> None:
        """Forget a file."""
        if self._entries.pop(path, None) is not None:
            self._changed = True

    def keep(self, paths: Iterable[str]) -> None:
        """Forget all other files."""
        kept = self._entries.keys() & set(paths)
        if len(kept) < len(self._entries):
            self._entries = {path: self._entries[path] for path in kept}
            self._changed = True

    def save(self) -> None:
        """Write it, whole or not at all; where that cannot be done, nothing is lost."""
        if not self._changed:
            return
        with suppress(OSError):
            self._write()

    def _load(self) -> None:
        """Read the file; whatever is wrong with it, raise and have nothing."""
        with open(os.path.join(self._folder, _NAME), "rb") as file:  # noqa: PTH118, PTH123 - quick
            data = file.read()
        start = len(_MAGIC) + _HEAD.size
        if not data.startswith(_MAGIC) or len(data) < start:
            raise ValueError
        checksum, *lengths = _HEAD.unpack_from(data, len(_MAGIC))
        if start + sum(lengths) != len(data) or zlib.crc32(memoryview(data)[start:]) != checksum:
            raise ValueError
        texts, paths, entries = (
            data[part.begin : part.begin + part.length] for part in _parts(start, lengths)
        )
        self._texts = json.loads(texts)
        self._numbers = {text: number for number, text in enumerate(self._texts)}
        rows = list(_ENTRY.iter_unpack(entries))
        names = os.fsdecode(paths).split("\0") if rows else []
        self._entries = dict(zip(names, rows, strict=True))

    def _write(self) -> None:
        used = sorted({entry[5] for entry in self._entries.values()})
        numbers = {number: place for place, number in enumerate(used)}
        texts = json.dumps([self._texts[number] for number in used]).encode()
        paths = os.fsencode("\0".join(self._entries))
        entries = b"".join(
            [_ENTRY.pack(*entry[:5], numbers[entry[5]]) for entry in self._entries.values()]
        )
        body = texts + paths + entries
        head = _HEAD.pack(zlib.crc32(body), len(texts), len(paths), len(entries))
        self._prepare()
        target = os.path.join(self._folder, _NAME)  # noqa: PTH118 - no pathlib here
        temporary = f"{target}.{os.getpid()}.{time.monotonic_ns()}.tmp"
        try:
            with open(temporary, "wb") as file:  # noqa: PTH123 - no pathlib here
                file.write(_MAGIC + head + body)
            os.replace(temporary, target)  # noqa: PTH105 - no pathlib here
        finally:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 - no pathlib here

    def _prepare(self) -> None:
        """Make the folder; one of its own is marked, so that nobody keeps or publishes it."""
        os.makedirs(self._folder, exist_ok=True)  # noqa: PTH103 - no pathlib here
        if not self._own:
            return
        for name, content in ((".gitignore", b"*\n"), ("CACHEDIR.TAG", _TAG)):
            path = os.path.join(self._folder, name)  # noqa: PTH118 - no pathlib here
            if not os.path.lexists(path):
                with open(path, "xb") as file:  # noqa: PTH123 - no pathlib here
                    file.write(content)


def cache_folder(root: str, store: str | None, home: str | None) -> str | None:
    """Return where a cache is kept unless somebody says otherwise: never below what is published.

    Args:
        root: the folder that is checked.
        store: git's own folder, or None outside of a repository.
        home: the user's folder for caches, or None where there is none.
    """
    if store is not None:
        return os.path.join(store, "ailabel")  # noqa: PTH118 - no pathlib here
    if home is None:
        return None
    name = f"{zlib.crc32(os.fsencode(root)):08x}-{len(root)}"
    return os.path.join(home, "ailabel", name)  # noqa: PTH118 - no pathlib here


def _parts(start: int, lengths: list[Any]) -> Iterable[_Part]:
    for length in lengths:
        yield _Part(start, length)
        start += length
