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
