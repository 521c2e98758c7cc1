"""The one protocol that puts a changed file in the place of the old one.

The new file is built beside its target under a name that only ailabel uses, held under a lock, read
back by the caller's check, given the old file's mode, owner and extended attributes, flushed, and
renamed over the target. Whatever fails or is killed on the way, the target is the old file or the
new one, whole; what may be left is one temporary, whose name follows from the target's, so that the
next run on the same target finds and removes it.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, PlanError
from ailabel.io.copy import write_all, write_view
from ailabel.io.source import FileView
from ailabel.io.steps import finish
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import View
    from ailabel.io.steps import Steps

__all__ = ["WriteOptions", "create", "replace", "replacing", "sweep", "temporary_name", "version"]

_PREFIX: Final = ".ailabel-"
_SUFFIX: Final = ".tmp"
_ATTEMPTS: Final = 3


@frozen(kw_only=True)
class WriteOptions:
    """How a file is replaced.

    Args:
        hardlinks: whether a target with several names may be replaced, which parts it from the
            others.
        keep_times: whether the source's times are kept, because only metadata changed.
        durable: whether file and folder are flushed to the disk before the call returns.
        fast_in_place: whether a short change that moves nothing may be written where it stands
            (`io.inplace`), instead of by this protocol.
    """

    hardlinks: bool = False
    fast_in_place: bool = False
    keep_times: bool = True
    durable: bool = True


_DEFAULTS: Final = WriteOptions()


def replace(
    result: View,
    source: FileView,
    target: str | os.PathLike[str],
    check: Callable[[View], None],
    options: WriteOptions = _DEFAULTS,
) -> None:
    """Write `result`, a changed view of `source`, to `target`.

    Args:
        result: what the target shall hold.
        source: the open original; its attributes are given to the target.
        target: a path; a symbolic link is followed, so the link stays.
        check: is given a view of the finished temporary and raises if it is not right.
        options: see `WriteOptions`.

    Raises:
        PlanError: the target must not be replaced: it is no regular file, read-only, has other
            names, or changed since the source was opened.
        AilabelError: another process is writing the same target.
        OSError: the file system refused; the target is untouched.
    """
    finish(replacing(result, source, target, check, options))


def replacing(
    result: View,
    source: FileView,
    target: str | os.PathLike[str],
    check: Callable[[View], None],
    options: WriteOptions = _DEFAULTS,
) -> Steps[None]:
    """Do what `replace` does in two steps, pausing before the new file is flushed, if it is.

    The source must stay open until the end. Work that is never taken up again leaves the target
    as it was, and removes its temporary when it is closed.
    """
    path = os.path.realpath(target)
    opened = os.fstat(source.fd)
    found = _check_target(path, options)
    with _temporary(path) as (fd, name):
        write_view(result, source, fd)
        check(FileView(fd, os.path.basename(path), source.limits))  # noqa: PTH119 - no pathlib here
        _copy_attributes(source.fd, fd, opened, options)
        if options.durable:
            yield result.size
            os.fsync(fd)
        _check_unchanged(path, found, source.fd, opened)
        os.rename(name, path)  # noqa: PTH104 - no pathlib here
    if options.durable:
        _flush_folder(path)


def create(target: str | os.PathLike[str], data: bytes) -> None:
    """Write a new file whole or not at all, for content that comes from no file.

    Raises:
        PlanError: something stands there already.
        OSError: the file system refused.
    """
    path = os.path.realpath(target)
    with _temporary(path) as (fd, name):
        write_all(fd, data, 0)
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(fd, 0o666 & ~umask)
        os.fsync(fd)
        try:
            os.link(name, path)  # unlike a rename, this never replaces
        except FileExistsError:
            raise PlanError("{path} exists; choose another output", path=path) from None
    _flush_folder(path)


def sweep(folder: str | os.PathLike[str]) -> int:
    """Remove the temporaries that killed runs left in a folder; return how many.

    A temporary that a living process holds under its lock is left alone.
    """
    removed = 0
    with os.scandir(folder) as entries:
        names = [entry.path for entry in entries if _is_temporary(entry.name)]
    for name in names:
        with suppress(OSError):
            removed += _remove_if_stale(name)
    return removed


def temporary_name(path: str) -> str:
    """Return the name of the temporary of a target: hidden, beside it, the same on every run."""
    from zlib import crc32

    folder, base = os.path.split(path)
    number = crc32(os.fsencode(base))
    return os.path.join(folder, f"{_PREFIX}{number:08x}{_SUFFIX}")  # noqa: PTH118 - no pathlib here


def _is_temporary(name: str) -> bool:
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX) and len(name) == _NAME_LENGTH


_NAME_LENGTH: Final = len(_PREFIX) + 8 + len(_SUFFIX)


@contextmanager
def _temporary(path: str) -> Iterator[tuple[int, str]]:
    """Create the temporary, locked; remove it again unless it was renamed."""
    name = temporary_name(path)
    fd = _create(name)
    try:
        yield fd, name
    finally:
        if _is_same(fd, name):
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108 - no pathlib here
        os.close(fd)


def _create(name: str) -> int:
    import fcntl

    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    for _ in range(_ATTEMPTS):
        try:
            fd = os.open(name, flags, 0o600)
        except FileExistsError:
            if not _remove_if_stale(name):
                break
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
        except OSError:
            os.close(fd)
            raise
        if _is_same(fd, name):
            return fd
        os.close(fd)  # somebody took it for a leftover between creation and lock
    raise AilabelError("another process is writing this file; its temporary is {name}", name=name)


def _remove_if_stale(name: str) -> bool:
    """Remove a temporary that nobody holds; say whether it is gone."""
    import fcntl

    try:
        fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_same(fd, name):
            os.unlink(name)  # noqa: PTH108 - no pathlib here
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def _is_same(fd: int, name: str) -> bool:
    """Say whether a name still leads to an open file."""
    try:
        there = os.stat(name, follow_symlinks=False)  # noqa: PTH116 - no pathlib here
        here = os.fstat(fd)
    except OSError:
        return False
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _check_target(path: str, options: WriteOptions) -> os.stat_result | None:
    """Refuse a target that must not be replaced; return what stands there now."""
    found = _stat(path)
    if found is None:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise PlanError("{path} is no regular file", path=path)
    if not found.st_mode & 0o222:
        raise PlanError("{path} is read-only; make it writable first", path=path)
    if not os.access(path, os.W_OK):
        raise PlanError("{path} may not be written by this user", path=path)
    if found.st_nlink > 1 and not options.hardlinks:
        raise PlanError(
            "{path} has {count} names (hard links); replacing it would part them: "
            "use --hardlinks to do so all the same",
            path=path,
            count=found.st_nlink,
        )
    return found


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - no pathlib here
    except FileNotFoundError:
        return None


def _check_unchanged(
    path: str, found: os.stat_result | None, fd: int, opened: os.stat_result
) -> None:
    """Refuse when the source, or what stands at the target, changed since it was looked at."""
    if version(os.fstat(fd)) != version(opened) or version(_stat(path)) != version(found):
        raise PlanError("the file was changed by somebody else meanwhile; try again")


def version(found: os.stat_result | None) -> tuple[int, int, int, int] | None:
    """Return what changes when a file is written to or replaced."""
    return found and (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _copy_attributes(source: int, fd: int, opened: os.stat_result, options: WriteOptions) -> None:
    """Give the new file the old one's owner, mode, extended attributes and, if asked, times."""
    made = os.fstat(fd)
    if (made.st_uid, made.st_gid) != (opened.st_uid, opened.st_gid):
        with suppress(OSError):  # only root may give files away
            os.fchown(fd, opened.st_uid, opened.st_gid)
    os.fchmod(fd, stat.S_IMODE(opened.st_mode))
    with suppress(OSError):  # the file system has none
        for name in os.listxattr(source):
            with suppress(OSError):  # some belong to the system
                os.setxattr(fd, name, os.getxattr(source, name))
    if options.keep_times:
        os.utime(fd, ns=(opened.st_atime_ns, opened.st_mtime_ns))


def _flush_folder(path: str) -> None:
    fd = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # noqa: PTH120
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
