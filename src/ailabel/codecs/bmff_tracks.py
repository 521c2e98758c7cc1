"""ISO base media files: tracks, and where their samples stand [ISO14496-12 8.3 to 8.7; QTFF]."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View

__all__ = [
    "VISUAL_ENTRY",
    "Track",
    "chunks",
    "encode",
    "numbers",
    "samples",
    "sizes",
    "table",
    "tracks",
]

VISUAL_ENTRY: Final = 78  # bytes of pictures' sample entry before its boxes [ISO14496-12 12.1.3]

_SELF_CONTAINED: Final = 1  # of a data reference: the samples stand in this file
_TWO_BYTES: Final = (b"twos", b"sowt", b"in24", b"in32", b"fl32", b"fl64", b"raw ", b"NONE")
_ONE_BYTE: Final = (b"ulaw", b"alaw")
_CODES: Final = {2: "H", 4: "I", 8: "Q"}  # of the array module, by bytes of a number
_SHORTEST: Final = 16  # bytes a picture of an honest film takes on average, at the least
_HIGH: Final = bytes(code >> 4 for code in range(256))
_LOW: Final = bytes(code & 15 for code in range(256))


@frozen(kw_only=True)
class Track:
    """One track.

    Args:
        id: its number.
        handler: what it holds, such as ``vide``.
        parts: the boxes in its ``trak`` box, by type.
        tables: the boxes of its sample table, by type.
        chapters: numbers of the tracks that hold chapters for this one.
        is_external: whether its samples stand in other files; None where some do.
    """

    id: int
    handler: bytes
    parts: dict[bytes, Box]
    tables: dict[bytes, Box]
    chapters: tuple[int, ...]
    is_external: bool | None


def tracks(view: View, moov: Box) -> Iterator[Track]:
    """Yield the tracks of a ``moov`` box, in file order."""
    for trak in bmff.children(view, moov):
        if trak.type != b"trak":
            continue
        parts = _by_type(view, trak)
        if b"tkhd" not in parts or b"mdia" not in parts:
            continue
        header, media = parts[b"tkhd"], _by_type(view, parts[b"mdia"])
        information = _by_type(view, media.get(b"minf"))
        chapters = bmff.find(view, parts[b"tref"], b"chap") if b"tref" in parts else None
        handler = media.get(b"hdlr")
        at = header.body + (20 if view.read(header.body, 1, "the tkhd box")[0] else 12)
        yield Track(
            id=int.from_bytes(view.read(at, 4, "the tkhd box"), "big"),
            handler=view.read(handler.body + 8, 4, "the hdlr box") if handler else b"",
            parts=parts,
            tables=_by_type(view, information.get(b"stbl")),
            chapters=tuple(numbers(bmff.read_body(view, chapters))) if chapters else (),
            is_external=_is_external(view, information.get(b"dinf")),
        )


def _by_type(view: View, parent: Box | None) -> dict[bytes, Box]:
    """Return the boxes in a box, the first one of each type."""
    found: dict[bytes, Box] = {}
    for child in bmff.children(view, parent) if parent else ():
        found.setdefault(child.type, child)
    return found


def _is_external(view: View, locations: Box | None) -> bool | None:
    references = bmff.find(view, locations, b"dref") if locations else None
    if references is None:
        return False
    found = set()
    for entry in bmff.boxes(view, references.body + 8, references.end, references):
        where = view.read(entry.body, min(entry.length, 5), "a data reference").ljust(5, b"\0")
        found.add(not where[3] & _SELF_CONTAINED and where[4] != 0)  # some forget the flag
    return None if len(found) == 2 else True in found  # noqa: PLR2004 - both


def numbers(data: bytes, width: int = 4) -> array[int]:
    """Return the big-endian numbers of 2, 4 or 8 bytes that data consists of."""
    result = array(_CODES[width], data[: len(data) // width * width])
    if sys.byteorder == "little":
        result.byteswap()
    return result


def encode(values: Iterable[int], width: int) -> bytes:
    """Return numbers of 2, 4 or 8 bytes, into which they are known to fit, as big-endian data."""
    result = array(_CODES[width], values)
    if sys.byteorder == "little":
        result.byteswap()
    return result.tobytes()


def table(view: View, item: Box, at: int, width: int) -> array[int]:
    """Read a table whose count stands at an offset in a box, and its entries behind.

    Args:
        view: the file.
        item: the box.
        at: where the count begins, from the start of the box's content.
        width: how many bytes an entry has; entries of 12 are read as three numbers each.
    """
    body = bmff.read_body(view, item, at + 4)
    count = int.from_bytes(body[at : at + 4], "big")
    if at + 4 + count * width > len(body):
        raise MalformedFileError(
            "the {name} box is too short", offset=item.offset, name=bmff.name(item.type)
        )
    return numbers(body[at + 4 : at + 4 + count * width], 4 if width == 12 else width)  # noqa: PLR2004


def samples(view: View, track: Track) -> Iterator[tuple[int, int]]:
    """Yield offset and length of a track's samples, chunk by chunk, in decoding order.

    The samples of a chunk stand one behind the other. Samples of fragments are not among them.
    """
    sizes = _sizes(view, track)
    done = 0
    if sizes is None:
        return
    for offset, count in chunks(view, track, sizes.count):
        yield offset, sizes.total(done, count)
        done += count


def chunks(view: View, track: Track, samples: int) -> Iterator[tuple[int, int]]:
    """Yield offset and number of samples of a track's chunks, until so many samples have passed."""
    offsets = _offsets(view, track)
    if not offsets or b"stsc" not in track.tables:
        return
    runs = table(view, track.tables[b"stsc"], 4, 12)
    for at in range(0, len(runs), 3):
        first, each = runs[at], runs[at + 1]
        stop = runs[at + 3] if at + 3 < len(runs) else len(offsets) + 1
        for chunk in range(max(first, 1) - 1, min(stop - 1, len(offsets))):
            count = min(each, samples)
            if count <= 0:
                return
            yield offsets[chunk], count
            samples -= count


def sizes(view: View, track: Track) -> list[int]:
    """Return how long each sample of a track of pictures is.

    Raises:
        LimitExceededError: there are too many for the size of the file.
    """
    found = _sizes(view, track) or _Sizes(0, ())
    most = view.limits.items + view.size // _SHORTEST
    check_limit("the number of samples", found.count, most)
    if found.listed is None:
        return [found.unit] * found.count
    return list(found.listed[: found.count])


def _offsets(view: View, track: Track) -> Sequence[int]:
    if b"co64" in track.tables:
        return table(view, track.tables[b"co64"], 4, 8)
    return table(view, track.tables[b"stco"], 4, 4) if b"stco" in track.tables else ()


@frozen
class _Sizes:
    """How long samples are: all alike, or each as listed.

    `unit` bytes hold `per` samples, for sound that is counted in finer samples than it is stored.
    """

    count: int
    listed: Sequence[int] | None
    unit: int = 0
    per: int = 1

    def total(self, start: int, count: int) -> int:
        """Return how long consecutive samples are together."""
        if self.listed is None:
            return count * self.unit // self.per
        return sum(self.listed[start : start + count])


def _sizes(view: View, track: Track) -> _Sizes | None:
    if b"stz2" in track.tables:
        return _compact_sizes(view, track.tables[b"stz2"])
    item = track.tables.get(b"stsz")
    if item is None:
        return None
    head = view.read(item.body, min(item.length, 12), "the stsz box")
    each, count = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
    if each == 1 and track.handler == b"soun":
        unit, per = _sound_frame(view, track)
        return _Sizes(count, None, unit, per)
    return _Sizes(count, None, each) if each else _Sizes(count, table(view, item, 8, 4))


def _compact_sizes(view: View, item: Box) -> _Sizes:
    body = bmff.read_body(view, item, 12)
    field, count = body[7], int.from_bytes(body[8:12], "big")
    if field not in (4, 8, 16) or 12 + (count * field + 7) // 8 > len(body):
        raise MalformedFileError("the {name} box is too short", offset=item.offset, name="stz2")
    data = body[12:]
    if field == 16:  # noqa: PLR2004 - bits
        return _Sizes(count, numbers(data, 2))
    if field == 8:  # noqa: PLR2004 - bits
        return _Sizes(count, data)
    nibbles = bytearray(2 * len(data))
    nibbles[0::2], nibbles[1::2] = data.translate(_HIGH), data.translate(_LOW)
    return _Sizes(count, bytes(nibbles))


def _sound_frame(view: View, track: Track) -> tuple[int, int]:
    """Return bytes and samples of a frame of sound, where the table counts in single samples.

    [QTFF Sound Sample Description]: version 0 says channels and bits, version 1 bytes of a frame
    and samples of a packet, version 2 the same in wider fields.
    """
    item = track.tables.get(b"stsd")
    entry = view.read_some(item.body + 8, min(80, item.length - 8)) if item else b""
    version, channels = int.from_bytes(entry[16:18], "big"), int.from_bytes(entry[24:26], "big")
    bits = int.from_bytes(entry[26:28], "big")
    if version == 1:
        per, unit = int.from_bytes(entry[36:40], "big"), int.from_bytes(entry[44:48], "big")
    elif version == 2:  # noqa: PLR2004 - as cited
        unit, per = int.from_bytes(entry[64:68], "big"), int.from_bytes(entry[68:72], "big")
    elif entry[4:8] in _ONE_BYTE:
        unit, per = channels, 1
    elif entry[4:8] in _TWO_BYTES:
        unit, per = channels * ((bits + 7) // 8), 1
    else:
        unit, per = 1, 1
    return (unit, per) if unit and per else (1, 1)
