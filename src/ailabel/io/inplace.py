"""The fast way to change a few bytes of a file where they stand, for pipelines' own scratch files.

A change of a few short ranges, of which the last may make the file longer, is written twice: into a
journal beside the file, flushed, and then into the file itself, flushed. Whoever is killed in
between leaves the journal, and the next run carries the change out (`recover`): half-written ranges
become the new ones. The safe protocol of `io.atomic` stays the default, because here readers may
see the file while it changes, and a crash needs the next run.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from zlib import crc32

from ailabel.errors import AilabelError, PlanError
from ailabel.io.atomic import version
from ailabel.io.copy import write_all
from ailabel.io.splice import Edit, edits_of
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.splice import SplicedView

__all__ = ["LONGEST", "Patch", "apply_patch", "patch_of", "recover"]

LONGEST: Final = 64 * 1024  # bytes that are changed so
_MAGIC: Final = b"ailabel2"
_HEAD: Final = struct.Struct(
    "<8sQQQQII"
)  # magic, device, inode, sizes before and after, count, crc
_RANGE: Final = struct.Struct("<QI")  # offset, length
_PREFIX: Final = ".ailabel-"
_SUFFIX: Final = ".jnl"


@frozen
class Patch:
    """New bytes for ranges of a file, in order; `size` is the file's length afterwards."""

    size: int
    ranges: tuple[tuple[int, bytes], ...]


def patch_of(result: SplicedView) -> Patch | None:
    """Return the ranges that a change replaces, or None where it cannot be made in place."""
    edits = edits_of(result)
    if result.size < result.origin.size or not edits:
        return None
    places = list(_places(edits, result))
    if sum(length for _, length in places) > LONGEST:
        return None
    return Patch(result.size, tuple((at, result.read(at, length)) for at, length in places))


def _places(edits: Sequence[Edit], result: SplicedView) -> Iterator[tuple[int, int]]:
    """Yield offset and length of what reads otherwise; between these, nothing has moved."""
    begin, shift = 0, 0
    for edit in edits:
        if not shift:
            begin = edit.offset
        shift += len(edit.data) - edit.length
        if not shift:
            yield begin, edit.offset + edit.length - begin
    if shift:  # the rest of the file moves; it is short if the change stands at the end
        yield begin, result.size - begin


def apply_patch(
    path: str | os.PathLike[str], patch: Patch, opened: os.stat_result | None = None
) -> None:
    """Write a patch into a file, through a journal.

    Args:
        path: the file.
        patch: what it gets.
        opened: the file as it was when the patch was planned, if it may have changed since.

    Raises:
        AilabelError: another process is changing the file.
        PlanError: the file is not what it was, too short, or read-only.
        OSError: the file system refused; what was begun is carried out by the next run.
    """
    real = os.path.realpath(path)
    recover(real)
    if not os.stat(real).st_mode & 0o222:  # noqa: PTH116 - no pathlib here
        raise PlanError("{path} is read-only; make it writable first", path=real)
    fd = os.open(real, os.O_RDWR | os.O_CLOEXEC)
    try:
        found = os.fstat(fd)
        torn = any(offset > found.st_size for offset, _ in patch.ranges)
        if torn or (opened is not None and version(found) != version(opened)):
            raise PlanError("the file was changed by somebody else meanwhile; try again")
        journal = _write_journal(_journal_name(real), _record(found, patch))
        try:
            _write_ranges(fd, patch)
            os.unlink(_journal_name(real))  # noqa: PTH108 - no pathlib here
        finally:
            os.close(journal)
    finally:
        os.close(fd)


def recover(path: str | os.PathLike[str]) -> bool:
    """Carry out what a killed run began on a file; say whether there was anything.

    Raises:
        AilabelError: a living process is changing the file.
    """
    import fcntl

    real = os.path.realpath(path)
    name = _journal_name(real)
    try:
        journal = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        patch = _parse(_read_all(journal), real)
        if patch is not None:
            _write_patch(real, patch)
        with suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108 - no pathlib here
    except BlockingIOError:
        raise AilabelError(
            "another process is writing this file; its temporary is {name}", name=name
        ) from None
    finally:
        os.close(journal)
    return patch is not None


def _write_patch(path: str, patch: Patch) -> None:
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        _write_ranges(fd, patch)
    finally:
        os.close(fd)


def _write_ranges(fd: int, patch: Patch) -> None:
    for offset, data in patch.ranges:
        write_all(fd, data, offset)
    os.fdatasync(fd)


def _journal_name(path: str) -> str:
    folder, base = os.path.split(path)
    number = crc32(os.fsencode(base))
    return os.path.join(folder, f"{_PREFIX}{number:08x}{_SUFFIX}")  # noqa: PTH118 - no pathlib here


def _record(found: os.stat_result, patch: Patch) -> bytes:
    """Return the journal of a patch; its checksum covers everything, so a torn one is no record."""
    values = (found.st_dev, found.st_ino, found.st_size, patch.size, len(patch.ranges))
    body = b"".join(_RANGE.pack(at, len(data)) + data for at, data in patch.ranges)
    head = _HEAD.pack(_MAGIC, *values, 0)
    return _HEAD.pack(_MAGIC, *values, crc32(body, crc32(head))) + body


def _parse(record: bytes, path: str) -> Patch | None:
    """Return a journal's patch; None when it was torn, or speaks of another file."""
    if len(record) < _HEAD.size:
        return None
    magic, device, inode, before, after, count, check = _HEAD.unpack_from(record)
    head = _HEAD.pack(magic, device, inode, before, after, count, 0)
    if magic != _MAGIC or crc32(record[_HEAD.size :], crc32(head)) != check:
        return None
    try:
        found = os.stat(path)  # noqa: PTH116 - no pathlib here
    except FileNotFoundError:
        return None
    if (found.st_dev, found.st_ino) != (device, inode) or not before <= found.st_size <= after:
        return None
    return Patch(after, tuple(_ranges(record, count)))


def _ranges(record: bytes, count: int) -> Iterator[tuple[int, bytes]]:
    position = _HEAD.size
    for _ in range(count):
        offset, length = _RANGE.unpack_from(record, position)
        position += _RANGE.size
        yield offset, record[position : position + length]
        position += length


def _read_all(fd: int) -> bytes:
    """Read a journal, as far as one can be long: no range is empty."""
    return os.pread(fd, _HEAD.size + (_RANGE.size + 1) * LONGEST, 0)


def _write_journal(name: str, record: bytes) -> int:
    """Write a journal and flush it; return its descriptor, which holds the lock."""
    import fcntl

    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        fd = os.open(name, flags, 0o600)
    except FileExistsError:
        raise AilabelError(
            "another process is writing this file; its temporary is {name}", name=name
        ) from None
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        write_all(fd, record, 0)
        os.fdatasync(fd)
    except OSError:
        os.unlink(name)  # noqa: PTH108 - no pathlib here
        os.close(fd)
        raise
    return fd
