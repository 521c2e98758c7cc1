"""What earlier runs found out, known again by what the file system says of a file.

An entry holds as long as size, times, inode and mode of the file are the same, as git's index has
it, and what decides about it: the version of ailabel and of its rules, the configuration, options.
A file that changed shortly before it was read could have changed once more without a trace in its
times, so it is not remembered [GITRACY]. The cache is a help and never needed: one that is damaged,
of another version, or in a folder that cannot be written is passed over.

The file is a line that names it, a checksum, and four parts: texts as JSON, paths separated by NUL,
the stamp of each, and the number of its text. It is read in one go, for most runs find out nothing.
"""

from __future__ import annotations

import json
import os
import struct
import time
import zlib
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["Cache", "Stamp", "cache_folder", "stamp"]

_MAGIC: Final = b"ailabel check cache 1\n"
_HEAD: Final = struct.Struct("<IQQQQ")  # checksum, and the lengths of the four parts
_STAMP: Final = struct.Struct("<QqqQI")
_NUMBER: Final = "I"  # of a text
_RACY: Final = 2_000_000_000  # nanoseconds; the coarsest times that file systems keep
_NAME: Final = "check"
_TAG: Final = b"Signature: 8a477f597d28d172789f06886806bc55\n"  # [CACHEDIR]

Stamp = tuple[int, int, int, int, int]
"""Size, times of change of content and of inode in nanoseconds, inode, mode."""


def stamp(found: os.stat_result) -> Stamp:
    """Return by what a file is known again."""
    inode = found.st_ino & 0xFFFF_FFFF_FFFF_FFFF
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, inode, found.st_mode


class Cache:
    """What earlier runs found out.

    Args:
        folder: where it is kept.
        own: whether the folder is its own, so that it is marked as a cache.
    """

    def __init__(self, folder: str, *, own: bool) -> None:
        self._folder = folder
        self._own = own
        self._entries: dict[str, tuple[Stamp, int]] = {}
        self._texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._changed = False
        with suppress(OSError, ValueError, struct.error, RecursionError):
            self._load()

    @property
    def entries(self) -> Mapping[str, tuple[Stamp, int]]:
        """By path, the stamp for which something is known, and the number of the text."""
        return self._entries

    def text(self, number: int) -> str:
        """Return what is known."""
        return self._texts[number]

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
        self._entries[path] = (found, number)
        self._changed = True

    def drop(self, path: str) -> None:
        """Forget a file."""
        if self._entries.pop(path, None) is not None:
            self._changed = True

    def keep(self, paths: Collection[str]) -> None:
        """Forget all other files, if it seems that there are any."""
        if len(paths) == len(self._entries):
            return
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
        body = memoryview(data)[start:]
        if sum(lengths) != len(body) or zlib.crc32(body) != checksum:
            raise ValueError
        texts, paths, stamps, numbers = _parted(data[start:], lengths)
        self._texts = json.loads(texts)
        self._numbers = {text: number for number, text in enumerate(self._texts)}
        if paths:
            names = os.fsdecode(paths).split("\0")
            rows = zip(_STAMP.iter_unpack(stamps), array(_NUMBER, numbers), strict=True)
            self._entries = dict(zip(names, rows, strict=True))

    def _write(self) -> None:
        used = sorted({number for _, number in self._entries.values()})
        places = {number: place for place, number in enumerate(used)}
        parts = (
            json.dumps([self._texts[number] for number in used]).encode(),
            os.fsencode("\0".join(self._entries)),
            b"".join([_STAMP.pack(*found) for found, _ in self._entries.values()]),
            array(_NUMBER, [places[number] for _, number in self._entries.values()]).tobytes(),
        )
        body = b"".join(parts)
        head = _HEAD.pack(zlib.crc32(body), *map(len, parts))
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


def _parted(data: bytes, lengths: list[int]) -> Iterator[bytes]:
    begin = 0
    for length in lengths:
        yield data[begin : begin + length]
        begin += length
