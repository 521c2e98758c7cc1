"""The fast way to change a few bytes of a file where they stand, for pipelines' own scratch files.

A change that keeps the file's length and fits into one short range is written twice: into a journal
beside the file, flushed, and then into the file itself, flushed. Whoever is killed in between
leaves the journal, and the next run carries the change out (`recover`): a half-written range
becomes the new one. The safe protocol of `io.atomic` stays the default, because here readers may
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
from ailabel.io.splice import edits_of
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.splice import SplicedView

__all__ = ["LONGEST", "Patch", "apply_patch", "patch_of", "recover"]

LONGEST: Final = 64 * 1024  # bytes of a range that is changed so
_MAGIC: Final = b"ailabel1"
_HEAD: Final = struct.Struct("<8sQQQQQI")  # magic, device, inode, size, offset, length, crc
_PREFIX: Final = ".ailabel-"
_SUFFIX: Final = ".jnl"


@frozen
class Patch:
    """New bytes for one range of a file."""

    offset: int
    data: bytes


def patch_of(result: SplicedView) -> Patch | None:
    """Return the one range that a change replaces, or None where it cannot be made in place."""
    edits = edits_of(result)
    if result.size != result.origin.size or not edits:
        return None
    begin = edits[0].offset
    end = edits[-1].offset + edits[-1].length
    if end - begin > LONGEST:
        return None
    return Patch(begin, result.read(begin, end - begin))


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
        short = patch.offset + len(patch.data) > found.st_size
        if short or (opened is not None and version(found) != version(opened)):
            raise PlanError("the file was changed by somebody else meanwhile; try again")
        journal = _write_journal(_journal_name(real), _record(found, patch))
        try:
            write_all(fd, patch.data, patch.offset)
            os.fdatasync(fd)
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
        patch = _parse(os.pread(journal, _HEAD.size + LONGEST, 0), real)
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
        write_all(fd, patch.data, patch.offset)
        os.fdatasync(fd)
    finally:
        os.close(fd)


def _journal_name(path: str) -> str:
    folder, base = os.path.split(path)
    number = crc32(os.fsencode(base))
    return os.path.join(folder, f"{_PREFIX}{number:08x}{_SUFFIX}")  # noqa: PTH118 - no pathlib here


def _record(found: os.stat_result, patch: Patch) -> bytes:
    """Return the journal of a patch; its checksum covers everything, so a torn one is no record."""
    values = (found.st_dev, found.st_ino, found.st_size, patch.offset, len(patch.data))
    head = _HEAD.pack(_MAGIC, *values, 0)
    return _HEAD.pack(_MAGIC, *values, crc32(patch.data, crc32(head))) + patch.data


def _parse(record: bytes, path: str) -> Patch | None:
    """Return a journal's patch; None when it was torn, or speaks of another file."""
    if len(record) < _HEAD.size:
        return None
    magic, device, inode, size, offset, length, check = _HEAD.unpack_from(record)
    data = record[_HEAD.size :]
    head = _HEAD.pack(magic, device, inode, size, offset, length, 0)
    if magic != _MAGIC or len(data) != length or crc32(data, crc32(head)) != check:
        return None
    try:
        found = os.stat(path)  # noqa: PTH116 - no pathlib here
    except FileNotFoundError:
        return None
    same = (found.st_dev, found.st_ino, found.st_size) == (device, inode, size)
    return Patch(offset, data) if same else None


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
