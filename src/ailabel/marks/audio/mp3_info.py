"""The frame with an MP3 file's table of contents, and what a label changes in it.

``Xing`` or ``Info`` hold the number of frames and bytes, a hundred places for seeking, and LAME's
own fields [Xing 2000; LAME tag revision 1]. Fraunhofer's ``VBRI`` is replaced by ``Xing``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import mpeg
from ailabel.marks.audio import crc16
from ailabel.marks.audio.mp3_frames import side_info
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Change", "renewed", "skipped"]

_FRAMES, _BYTES, _TOC, _QUALITY = 1, 2, 4, 8
_PLACES: Final = 100
_LAME: Final = 36  # bytes of LAME's fields
_DELAYS, _LENGTH, _MUSIC, _TAG = 21, 28, 32, 34  # where they stand in them
_MAX_PADDING: Final = (1 << 12) - 1
_XING: Final = 4 + 4 + 4 + 4 + _PLACES  # mark, flags, frames, bytes, places
_DECODER_DELAY: Final = 529  # samples, of every decoder [LAME tag revision 1]


@frozen(kw_only=True)
class Change:
    """What a label adds.

    Args:
        front: the label's frames before the content.
        content: the lengths of the content's frames.
        back: the label's frames behind it.
    """

    front: Sequence[bytes]
    content: Sequence[int]
    back: Sequence[bytes]

    @property
    def lengths(self) -> list[int]:
        """The lengths of all frames that hold sound."""
        return [*map(len, self.front), *self.content, *map(len, self.back)]


def renewed(frame: bytes, header: mpeg.FrameHeader, change: Change) -> bytes:
    """Return the frame as it describes the labelled sound.

    Args:
        frame: the content's frame with the table of contents.
        header: its header.
        change: what the label adds.
    """
    position = mpeg.info_position(frame, header)
    if position is None or frame[position : position + 4] == b"VBRI":
        return _new(frame, header, change)
    result = bytearray(frame)
    flags = int.from_bytes(frame[position + 4 : position + 8], "big")
    at, lame = position + 8, _lame(frame, position)
    total = len(frame) + sum(change.lengths)
    for flag, value in (
        (_FRAMES, len(change.lengths).to_bytes(4, "big")),
        (_BYTES, total.to_bytes(4, "big")),
        (_TOC, _places(len(frame), change.lengths)),
    ):
        if flags & flag:
            result[at : at + len(value)] = value
            at += len(value)
    if lame is not None:
        _renew_lame(result, lame, total, change)
    return bytes(result[: len(frame)])


def skipped(frame: bytes, header: mpeg.FrameHeader) -> int:
    """Return how many samples at the start a player leaves out because of LAME's fields."""
    position = mpeg.info_position(frame, header)
    lame = None if position is None else _lame(frame, position)
    if lame is None:
        return 0
    delays = int.from_bytes(frame[lame + _DELAYS : lame + _DELAYS + 3], "big")
    return (delays >> 12) + _DECODER_DELAY


def _lame(frame: bytes, position: int) -> int | None:
    """Return where LAME's fields begin; None where there are none."""
    if frame[position : position + 4] == b"VBRI":
        return None
    flags = int.from_bytes(frame[position + 4 : position + 8], "big")
    widths = {_FRAMES: 4, _BYTES: 4, _TOC: _PLACES, _QUALITY: 4}
    at = position + 8 + sum(width for flag, width in widths.items() if flags & flag)
    return at if at + _LAME <= len(frame) and any(frame[at : at + 4]) else None


def _renew_lame(frame: bytearray, at: int, total: int, change: Change) -> None:
    """Renew LAME's fields: padding at the end, length, and the checksums of sound and tag."""
    if change.back:
        delays = int.from_bytes(frame[at + _DELAYS : at + _DELAYS + 3], "big")
        frame[at + _DELAYS : at + _DELAYS + 3] = (delays & ~_MAX_PADDING).to_bytes(3, "big")
    frame[at + _LENGTH : at + _MUSIC] = total.to_bytes(4, "big")
    # LAME's checksums run the other way round: mirrored, they can be joined
    music = crc16.mirrored(int.from_bytes(frame[at + _MUSIC : at + _TAG], "big"))
    front, back = b"".join(change.front), b"".join(change.back)
    music = crc16.joined(crc16.mirrored(crc16.reflected(front)), music, sum(change.content))
    music = crc16.joined(music, crc16.mirrored(crc16.reflected(back)), len(back))
    frame[at + _MUSIC : at + _TAG] = crc16.mirrored(music).to_bytes(2, "big")
    frame[at + _TAG : at + _LAME] = crc16.reflected(bytes(frame[: at + _TAG])).to_bytes(2, "big")


def _places(info: int, lengths: Sequence[int]) -> bytes:
    """Return where each hundredth of the time begins, in 256ths of the bytes."""
    ends = [info]
    for length in lengths:
        ends.append(ends[-1] + length)
    steps = ((index * len(lengths)) // _PLACES for index in range(_PLACES))
    return bytes(min(ends[step] * 256 // ends[-1], 255) if step else 0 for step in steps)


def _new(frame: bytes, header: mpeg.FrameHeader, change: Change) -> bytes:
    """Return a ``Xing`` frame, as long as it must be, in place of another kind."""
    start = mpeg.HEADER + side_info(header)
    for code in range(1, 15):
        # no checksum, this bit rate, no padding
        head = bytes([0xFF, frame[1] | 1, code << 4 | frame[2] & 0x0D, frame[3]])
        made = mpeg.parse_header(head)
        if made is not None and made.length >= start + _XING:
            break
    else:
        return frame
    result = bytearray(head.ljust(made.length, b"\0"))
    result[start : start + 4] = b"Xing"
    result[start + 4 : start + 8] = (_FRAMES | _BYTES | _TOC).to_bytes(4, "big")
    return renewed(bytes(result), made, change)
