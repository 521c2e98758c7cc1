"""Build a file from a view; ranges of the original are copied by the kernel.

Holes of a sparse file stay holes.
"""

from __future__ import annotations

import errno
import mmap
import os
import threading
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError
from ailabel.io.splice import Segment, SplicedView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import FileView, View

__all__ = ["write_all", "write_view"]

_SMALL: Final = 1 << 20  # one read and one write
_WINDOW: Final = 8 << 20  # counts as memory of the process while it is mapped
_BLOCK: Final = 1 << 18  # what it holds is still in the cache when it is written
_PAGE: Final = 4096
_SECTOR: Final = 512  # what st_blocks counts, whatever the file system's blocks are
_THREAD: Final = threading.local()
_FALLBACK: Final = {
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EBADF,
}
_UNMAPPABLE: Final = {errno.ENODEV, errno.EACCES, errno.EPERM, errno.ENOMEM, errno.EFAULT}


def write_view(result: View, source: FileView, fd: int) -> None:
    """Write a view of `source` to a new, empty file.

    Args:
        result: what to write: `source` itself, or a `SplicedView` over it.
        source: the open original.
        fd: the descriptor of the new file, open for writing.
    """
    if result.size <= _SMALL:
        write_all(fd, result.read(0, result.size), 0)
        return
    sparse = _is_sparse(source.fd)
    for segment in _segments(result):
        if segment.data is not None:
            write_all(fd, segment.data, segment.start)
        else:
            for piece in _without_holes(source.fd, segment) if sparse else (segment,):
                _copy(source.fd, fd, piece)
    os.ftruncate(fd, result.size)


def _segments(result: View) -> list[Segment]:
    return result.segments if isinstance(result, SplicedView) else [Segment(0, result.size, None)]


def _is_sparse(fd: int) -> bool:
    found = os.fstat(fd)
    return found.st_blocks * _SECTOR < found.st_size


def _without_holes(fd: int, segment: Segment) -> Iterator[Segment]:
    """Yield the pieces of a range that hold data, as far as the file system can tell."""
    position, end = segment.offset, segment.offset + segment.length
    while position < end:
        try:
            begin = os.lseek(fd, position, os.SEEK_DATA)
            stop = os.lseek(fd, begin, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO and os.fstat(fd).st_size >= end:  # a hole to the end
                return
            begin, stop = position, end
        begin, stop = min(begin, end), min(stop, end)
        if begin < stop:
            start = segment.start + begin - segment.offset
            yield Segment(start, stop - begin, None, begin)
        position = stop


def write_all(fd: int, data: bytes | memoryview, offset: int) -> None:
    """Write all of `data` at an offset, however many calls the system makes of it."""
    view = memoryview(data)
    while view:
        count = os.pwrite(fd, view, offset)
        view, offset = view[count:], offset + count


def _copy(source: int, fd: int, segment: Segment) -> None:
    """Copy a range in the fastest way that the files allow."""
    done = 0
    if segment.offset == segment.start:
        done = _copy_in_kernel(source, fd, segment)
    if done < segment.length:
        done = _copy_mapped(source, fd, segment, done)
    if done < segment.length:
        _copy_through_buffer(source, fd, segment, done)


def _copy_in_kernel(source: int, fd: int, segment: Segment) -> int:
    done = 0
    while done < segment.length:
        place = segment.start + done
        try:
            count = os.copy_file_range(source, fd, segment.length - done, place, place)
        except OSError as error:
            if error.errno in _FALLBACK:
                return done
            raise
        if not count:  # cut short, or a file system that cannot: reading tells which
            return done
        done += count
    return done


def _copy_mapped(source: int, fd: int, segment: Segment, done: int) -> int:
    """Write a range that moves from a mapping of the original; return how far that went.

    Nothing but the kernel reads the mapping. Where somebody cuts the file short meanwhile, its call
    fails with EFAULT, and no signal comes as it would to a program that reads.
    """
    flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
    while done < segment.length:
        place = segment.offset + done
        skip = place % mmap.ALLOCATIONGRANULARITY
        length = min(_WINDOW, skip + segment.length - done)
        try:
            window = mmap.mmap(source, length, flags, mmap.PROT_READ, offset=place - skip)
            write_all(fd, memoryview(window)[skip:], segment.start + done)
        except ValueError:  # shorter than it was
            return done
        except OSError as error:
            if error.errno in _UNMAPPABLE:
                return done
            raise
        done += length - skip
    return done


def _copy_through_buffer(source: int, fd: int, segment: Segment, done: int) -> None:
    block = _buffer()
    while done < segment.length:
        place = segment.start + done
        # whole pages of the new file, from a buffer that is aligned like them, copy fastest
        wanted = min(_BLOCK - place % _PAGE, segment.length - done)
        count = os.preadv(source, [block[:wanted]], segment.offset + done)
        if not count:
            raise AilabelError("the file was cut short while it was read")
        write_all(fd, block[:count], place)
        done += count


def _buffer() -> memoryview:
    """Return this thread's buffer; a new one for each file would cost more than it copies."""
    found: memoryview | None = getattr(_THREAD, "buffer", None)
    if found is None:
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0)
        found = _THREAD.buffer = memoryview(mmap.mmap(-1, _BLOCK, flags=flags))
    return found
