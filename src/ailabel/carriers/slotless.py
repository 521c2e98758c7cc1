"""Binary formats that have no place for metadata: known by name, so that verifying can say so.

BMP, ICO, MPEG transport and program streams, AC-3 and AMR. The whole file is essence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError, UnsupportedFormatError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Span
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Mention, Slot

__all__ = ["CARRIER", "SlotlessCarrier"]


@frozen
class _Row:
    """A format, how its files begin, and what else their beginning must fulfil."""

    format: Format
    signatures: tuple[Signature, ...]
    is_one: Callable[[View], bool]


def _starts(*marks: bytes, offset: int = 0) -> tuple[Signature, ...]:
    return tuple(Signature(((offset, mark),)) for mark in marks)


def _format(name: str, shown: str, medium: Medium, suffixes: str, mime: str) -> Format:
    return Format(
        id=name,
        name=shown,
        medium=medium,
        suffixes=tuple(suffixes.split()),
        mime=mime,
        has_slot=False,
    )


_DIB_HEADERS: Final = {12: 22, 40: 26, 52: 26, 56: 26, 64: 26, 108: 26, 124: 26}  # planes at


def _is_bmp(view: View) -> bool:
    """Say whether a known header of one plane follows, the pixels behind it [BMP, Microsoft]."""
    head = view.read_some(0, 28)
    planes = _DIB_HEADERS.get(int.from_bytes(head[14:18], "little"), len(head))
    pixels = int.from_bytes(head[10:14], "little")
    return head[planes : planes + 2] == b"\1\0" and 14 < pixels < view.size  # noqa: PLR2004


def _is_ico(view: View) -> bool:
    """Say whether the first entry of the directory leads to a picture in the file."""
    head = view.read_some(0, 22)
    count = int.from_bytes(head[4:6], "little")
    length, offset = (int.from_bytes(head[at : at + 4], "little") for at in (14, 18))
    inside = 6 + 16 * count <= offset and offset + length <= view.size
    return count > 0 and length > 0 and head[9:10] == b"\0" and inside


_PACKETS: Final = 5  # sync bytes that are looked at


def _is_transport(view: View) -> bool:
    """Say whether packets follow one another, with or without time stamps [ISO13818-1 2.4.3.2]."""
    if not (_has_syncs(view, 0, 188) or _has_syncs(view, 4, 192)):
        return False
    from ailabel.codecs.text import looks_like_text

    return not looks_like_text(view)  # lines that repeat have a G at every place as well


def _has_syncs(view: View, first: int, length: int) -> bool:
    places = range(first, min(view.size, first + _PACKETS * length), length)
    return len(places) > 1 and all(view.read_some(place, 1) == b"G" for place in places)


def _is_program(view: View) -> bool:
    """Say whether it is the pack header of MPEG-1 or MPEG-2 [ISO13818-1 2.5.3.3]."""
    code = view.read_some(4, 1)
    return bool(code) and (code[0] >> 4 == 2 or code[0] >> 6 == 1)  # noqa: PLR2004 - marker bits


_SYNC: Final = b"\x0b\x77"  # [A/52]
_BITRATES: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512)
_KBITS: Final = (*_BITRATES, 576, 640)  # [A/52]
_AC3, _EAC3 = range(11), range(11, 17)  # versions of the bit stream


def _is_ac3(view: View) -> bool:
    """Say whether a frame is followed by another, or by the end [A/52]."""
    length = _ac3_length(view.read_some(0, 6))
    return 0 < length <= view.size and _SYNC.startswith(view.read_some(length, 2))


def _ac3_length(head: bytes) -> int:
    """Return the length of a frame; 0 where the header is none."""
    if len(head) < 6:  # noqa: PLR2004 - sync word, checksum, sizes, version
        return 0
    if head[5] >> 3 in _EAC3:
        return 2 * ((int.from_bytes(head[2:4], "big") & 0x7FF) + 1)
    rate, size = head[4] >> 6, head[4] & 0x3F
    if head[5] >> 3 not in _AC3 or rate > 2 or size >> 1 >= len(_KBITS):  # noqa: PLR2004
        return 0
    kbits = _KBITS[size >> 1]
    return 2 * (2 * kbits, 320 * kbits // 147 + (size & 1), 3 * kbits)[rate]


def _is_named(view: View) -> bool:  # noqa: ARG001 - the signature says it all
    return True


_ROWS: Final = (
    _Row(_format("bmp", "BMP", Medium.IMAGE, ".bmp .dib", "image/bmp"), _starts(b"BM"), _is_bmp),
    _Row(
        _format("ico", "ICO", Medium.IMAGE, ".ico .cur", "image/vnd.microsoft.icon"),
        _starts(b"\0\0\1\0", b"\0\0\2\0"),
        _is_ico,
    ),
    _Row(
        _format("ts", "MPEG-TS", Medium.VIDEO, ".ts .m2ts .mts", "video/mp2t"),
        _starts(b"G") + _starts(b"G", offset=4),
        _is_transport,
    ),
    _Row(
        _format("mpg", "MPEG-PS", Medium.VIDEO, ".mpg .mpeg .vob", "video/mpeg"),
        _starts(b"\0\0\1\xba"),
        _is_program,
    ),
    _Row(
        _format("ac3", "AC-3", Medium.AUDIO, ".ac3 .eac3 .ec3", "audio/ac3"),
        _starts(_SYNC),
        _is_ac3,
    ),
    _Row(
        _format("amr", "AMR", Medium.AUDIO, ".amr .awb", "audio/amr"),
        _starts(b"#!AMR\n", b"#!AMR-WB\n"),
        _is_named,
    ),
)


class SlotlessCarrier:
    """Knows formats that have no place for the implicit label."""

    formats: Sequence[Format] = tuple(row.format for row in _ROWS)
    signatures: Sequence[Signature] = tuple(item for row in _ROWS for item in row.signatures)

    def sniff(self, view: View) -> Match | None:
        """Claim what begins as files of one of these formats do."""
        found = next((row for row in _ROWS if _begins(view, row) and row.is_one(view)), None)
        return Match(found.format, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot | Mention]:  # noqa: ARG002 - contract
        """Return nothing: there is no metadata."""
        return ()

    def write(self, view: View, payload: str) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Refuse: there is no place.

        Raises:
            PlanError: always, for files of these formats.
            UnsupportedFormatError: the file is of none of them.
        """
        found = self.sniff(view)
        if found is None:
            raise UnsupportedFormatError("the file is of no format that ailabel labels")
        raise PlanError("{format} has no place for metadata", format=found.format.name)

    def essence(self, view: View) -> tuple[Span, ...]:
        """Return the whole file."""
        return (Span(0, view.size),)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Return nothing: no padding is ever left."""
        return ()


def _begins(view: View, row: _Row) -> bool:
    return any(
        all(view.read_some(offset, len(mark)) == mark for offset, mark in signature.parts)
        for signature in row.signatures
    )


CARRIER: Final = SlotlessCarrier()
