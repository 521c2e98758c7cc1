"""Read-only, bounds-checked random access to bytes, files and spliced files.

Files are read with ``pread``, never mapped: a mapped file that somebody cuts short would kill the
process.
"""

from __future__ import annotations

import errno
import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, Self

from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["BytesView", "FileView", "Limits", "View", "inflatable", "open_view"]

_HEAD: Final = 4096  # one read that answers most headers
_NEAR: Final = 1024  # one that answers several elsewhere
_SHORT: Final = 64  # what reads of headers ask for
_MIB: Final = 1 << 20
_RATIO: Final = 100  # of packing that is believed, ours
_MODEST: Final = 16 * _MIB  # of which any ratio is


@frozen(kw_only=True)
class Limits:
    """How much a hostile file may make us do.

    Args:
        label_bytes: the longest label payload.
        labels: labels in one file; the standard asks for one.
        metadata_bytes: the longest metadata structure read whole (an XMP packet, an ID3 tag).
        inflate_bytes: the most that one compressed metadata structure may inflate to.
        text_bytes: the longest text file.
        document_bytes: the longest document file (PDF, office) that is read whole.
        document_inflate_bytes: the most that the parts of one document may inflate to.
        depth: nesting of boxes, elements, directories.
        items: chunks, segments, frames, members in one file.
        pixels: width times height (times frames) of a picture that is decoded.
        film_pixels: width times height times frames of the part of a film that is coded anew.
    """

    label_bytes: int = 64 * 1024
    labels: int = 1000
    metadata_bytes: int = 16 * _MIB
    inflate_bytes: int = 4 * _MIB
    text_bytes: int = 64 * _MIB
    document_bytes: int = 512 * _MIB
    document_inflate_bytes: int = 512 * _MIB
    depth: int = 12
    items: int = 100_000
    pixels: int = 100_000_000
    film_pixels: int = 40_000_000_000


_USUAL: Final = Limits()


class View(ABC):
    """Random access to the bytes of one file.

    Args:
        size: how many bytes the file has.
        name: the file's name, for formats that only the suffix tells apart.
        limits: what reading it may cost.

    A codec may keep in `memo`, under a key of its own, what a walk over the whole file found, so
    that the next one need not walk again; a view's bytes do not change.
    """

    __slots__ = ("limits", "memo", "name", "size")

    def __init__(self, size: int, name: str | None, limits: Limits) -> None:
        self.size = size
        self.name = name
        self.limits = limits
        self.memo: dict[str, object] = {}

    @abstractmethod
    def _get(self, offset: int, length: int) -> bytes:
        """Return exactly the asked bytes; the range is known to lie inside the file."""

    def read(self, offset: int, length: int, structure: str = "the file") -> bytes:
        """Return exactly `length` bytes from `offset`.

        Args:
            offset: in bytes from the start of the file.
            length: how many bytes; the caller has checked it against the limits.
            structure: what is being read, for the error.

        Raises:
            MalformedFileError: the range does not lie inside the file.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise MalformedFileError(
                "the file ends inside {structure}", offset=offset, structure=structure
            )
        return self._get(offset, length) if length else b""

    def read_some(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; fewer at the end of the file."""
        length = min(length, self.size - offset)
        return self._get(offset, length) if length > 0 and offset >= 0 else b""

    def read_metadata(self, offset: int, length: int, structure: str) -> bytes:
        """Read one metadata structure whole, within `Limits.metadata_bytes`.

        Raises:
            LimitExceededError: it is longer than the limit.
            MalformedFileError: it runs past the end of the file.
        """
        check_limit(structure, length, self.limits.metadata_bytes)
        return self.read(offset, length, structure)


def check_limit(structure: str, value: int, limit: int) -> None:
    """Raise `LimitExceededError` when `value` (bytes or items of `structure`) is above `limit`."""
    if value > limit:
        raise LimitExceededError(
            "{structure} is larger than the limit ({value} > {limit})",
            structure=structure,
            value=value,
            limit=limit,
        )


def inflatable(packed: int, limit: int) -> int:
    """Return how long packed bytes may be once they are inflated, at most `limit`.

    Deflate can pack a thousandfold; what people make of text stays below fifty.
    """
    return min(limit, max(_MODEST, _RATIO * packed))


class BytesView(View):
    """A view of bytes in memory."""

    __slots__ = ("data",)

    def __init__(self, data: bytes, name: str | None = None, limits: Limits | None = None) -> None:
        super().__init__(len(data), name, limits or _USUAL)
        self.data = data

    def _get(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


class FileView(View):
    """A view of an open file descriptor, which stays the caller's; its position is not kept."""

    __slots__ = ("_head", "_near", "fd")

    def __init__(self, fd: int, name: str | None = None, limits: Limits | None = None) -> None:
        # The size by a seek: for files it is what fstat says, at a quarter of the time.
        super().__init__(os.lseek(fd, 0, os.SEEK_END), name, limits or _USUAL)
        self.fd = fd
        self._head = os.pread(fd, _HEAD, 0)
        self._near = 0, self._head

    def _get(self, offset: int, length: int) -> bytes:
        end = offset + length
        if end <= len(self._head):
            return self._head[offset:end]
        if length > _SHORT:
            return self._read_whole(offset, length)
        start, near = self._near
        if not start <= offset <= end <= start + len(near):
            # Headers stand close to each other; a KiB costs hardly more than the few bytes of one.
            start, near = offset, self._read_whole(offset, min(_NEAR, self.size - offset))
            self._near = start, near
        return near[offset - start : end - start]

    def _read_whole(self, offset: int, length: int) -> bytes:
        data = os.pread(self.fd, length, offset)
        while len(data) < length:  # a signal, or a read above the kernel's maximum
            more = os.pread(self.fd, length - len(data), offset + len(data))
            if not more:
                raise AilabelError("the file was cut short while it was read")
            data += more
        return data


class _OpenedView(FileView):
    """A view that closes its file at the end of a `with` statement."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)


def open_view(
    path: str | os.PathLike[str], limits: Limits | None = None
) -> AbstractContextManager[FileView]:
    """Open a file for reading as a `View`, for a `with` statement, which closes it.

    Raises:
        AilabelError: it is a pipe, or another thing that has no places to read from.
        OSError: the file cannot be opened.
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # no waiting for a pipe's writer
    try:
        name = os.fspath(path)
        return _OpenedView(fd, name[name.rfind(os.sep) + 1 :], limits)
    except BaseException as error:
        os.close(fd)
        if isinstance(error, OSError) and error.errno == errno.ESPIPE:
            raise AilabelError("a pipe cannot be read; give its content as the file -") from error
        raise
