"""Exif made by hand [TIFF6, CIPA DC-008]: the three texts in which labels were met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENTRY: Final = 12
_LONG: Final = 4
_EXIF_DIRECTORY: Final = 0x8769


def tiff(
    *,
    description: bytes | None = None,
    windows: bytes | None = None,
    comment: bytes | None = None,
    order: Literal["little", "big"] = "big",
) -> bytes:
    """Return an Exif TIFF.

    Args:
        description: of ImageDescription in IFD0, its NUL included.
        windows: of XPComment in IFD0, UTF-16LE.
        comment: of UserComment in the Exif directory, its character code included.
        order: of the bytes in every number.
    """
    texts = ((0x010E, 2, description), (0x0131, 2, b"the builders\0"), (0x9C9C, 1, windows))
    fields = [(tag, kind, value) for tag, kind, value in texts if value is not None]
    if comment is not None:
        pointer = 8 + len(_directory([*fields, (_EXIF_DIRECTORY, _LONG, bytes(4))], 8, order))
        fields.append((_EXIF_DIRECTORY, _LONG, pointer.to_bytes(4, order)))
    data = (b"II*\0" if order == "little" else b"MM\0*") + (8).to_bytes(4, order)
    data += _directory(sorted(fields), 8, order)
    if comment is not None:
        data += _directory([(0x9286, 7, comment)], len(data), order)
    return data


def camera(
    comment: bytes | None = None, order: Literal["little", "big"] = "little"
) -> tuple[bytes, bytes]:
    """Return the Exif of a camera, and its thumbnail: everything in it points by absolute offsets.

    Args:
        comment: of UserComment, its character code included.
        order: of the bytes in every number.
    """
    thumbnail = b"\xff\xd8\xff\xd9"
    maker = b"Canon EOS by hand\0"  # Canon's notes are a directory, as ExifTool reads them
    exif = [
        (0x9003, 2, b"2026:11:22 18:30:00\0"),
        (0x927C, 7, b"\xa5" * (2 + _ENTRY + 4 + len(maker))),
    ]
    exif += [] if comment is None else [(0x9286, 7, comment)]
    first = [(0x010F, 2, b"Canon\0"), (_EXIF_DIRECTORY, _LONG, bytes(4))]
    below = 8 + len(_directory(first, 8, order))
    second = below + len(_directory(exif, below, order))
    first[1] = (_EXIF_DIRECTORY, _LONG, below.to_bytes(4, order))
    data = _directory(exif, below, order)
    notes = below + data.index(exif[1][2])
    filled = _directory([(0x0006, 2, maker)], notes, order)
    data = data.replace(exif[1][2], filled, 1)
    place = second + 2 + 2 * _ENTRY + 4
    picture = ((0x0201, place), (0x0202, len(thumbnail)))  # [Exif 4.6.9]
    data += _directory(
        [(tag, _LONG, value.to_bytes(4, order)) for tag, value in picture], second, order
    )
    head = (b"II*\0" if order == "little" else b"MM\0*") + (8).to_bytes(4, order)
    chain = _directory(first, 8, order)
    at = 2 + _ENTRY * len(first)
    chain = chain[:at] + second.to_bytes(4, order) + chain[at + 4 :]
    return head + chain + data + thumbnail, thumbnail


def _directory(
    fields: Sequence[tuple[int, int, bytes]], at: int, order: Literal["little", "big"]
) -> bytes:
    """Return a directory that begins at an offset, and its long values behind it."""
    result, values = len(fields).to_bytes(2, order), b""
    heap = at + 2 + _ENTRY * len(fields) + 4
    for tag, kind, value in fields:
        count = len(value) // 4 if kind == _LONG else len(value)
        result += tag.to_bytes(2, order) + kind.to_bytes(2, order) + count.to_bytes(4, order)
        if len(value) <= 4:
            result += value.ljust(4, b"\0")
        else:
            result += (heap + len(values)).to_bytes(4, order)
            values += value + b"\0" * (len(value) % 2)
    return result + bytes(4) + values
