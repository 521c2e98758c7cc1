"""Files of gibibytes that take no room: their content is a hole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import matroska, wav
from builders.boxes import Movie

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["GIANTS", "make"]


def make(path: Path, size: int) -> None:
    """Write a file of the suffix's format around a hole of `size` bytes."""
    head, tail = GIANTS[path.suffix](size)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)
        file.seek(0, 2)
        file.write(tail)


def _mp4(size: int) -> tuple[bytes, bytes]:
    """Return a film whose movie header stands behind its samples."""
    small = Movie(order="mdat moov", mdat="long").build()
    at = small.index(b"mdat") + 4
    length = int.from_bytes(small[at : at + 8]) + size
    end = at + 8 + 36
    return small[:at] + length.to_bytes(8) + small[at + 8 : end], small[end:]


def _wav(size: int) -> tuple[bytes, bytes]:
    """Return a sound in RF64."""
    data = wav.chunk(b"data", b"", wav.UNKNOWN)
    return wav.rf64(wav.FORMAT, data, data=size, riff_size=size + 72), b""


def _mkv(size: int) -> tuple[bytes, bytes]:
    """Return a film of one cluster with one block."""
    block = b"\xa3" + (size | 1 << 56).to_bytes(8)
    body = matroska.ABOUT + matroska.el(matroska.TRACKS, matroska.VIDEO)
    found = matroska.seek(matroska.INFO, 0, 2)
    head = matroska.el(matroska.SEEK_HEAD, found) + matroska.void(40) + body
    cluster = len(block) + size
    whole = len(head) + 12 + cluster
    return b"".join(
        (
            matroska.ebml(),
            bytes.fromhex(matroska.SEGMENT) + (whole | 1 << 56).to_bytes(8),
            head,
            bytes.fromhex(matroska.CLUSTER) + (cluster | 1 << 56).to_bytes(8),
            block,
        )
    ), b""


GIANTS: Final[dict[str, Callable[[int], tuple[bytes, bytes]]]] = {
    ".mp4": _mp4,
    ".wav": _wav,
    ".mkv": _mkv,
}
