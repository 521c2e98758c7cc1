"""What a TIFF file shows: for each picture the coded strips or tiles, and what decides decoding.

Numbers are told in one notation whatever the byte order and the width in which they are stored, and
the defaults of [TIFF6] are supplied, so that a copy by another program has the same essence. How
rows are cut into strips does not count where strips are joined; the layout of tiles does.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ailabel.codecs.tiff_file import directories
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.codecs.tiff_file import Directory, Entry, Layout
    from ailabel.io.source import View
    from ailabel.spi import Essence

__all__ = ["essence"]

_BITS: Final = 258
_DECISIVE: Final = {  # [TIFF6 8 to 22, Supplements 1 and 3], with their defaults
    256: "",  # ImageWidth
    257: "",  # ImageLength
    _BITS: "1",
    259: "1",  # Compression
    262: "",  # PhotometricInterpretation
    266: "1",  # FillOrder
    274: "1",  # Orientation
    277: "1",  # SamplesPerPixel
    284: "1",  # PlanarConfiguration
    292: "0",  # T4Options
    293: "0",  # T6Options
    317: "1",  # Predictor
    320: "",  # ColorMap
    322: "",  # TileWidth
    323: "",  # TileLength
    332: "1",  # InkSet
    338: "",  # ExtraSamples
    339: "1",  # SampleFormat
    347: "",  # JPEGTables
    512: "",  # JPEGProc
    529: "",  # YCbCrCoefficients
    530: "2,2",  # YCbCrSubSampling
    531: "1",  # YCbCrPositioning
    532: "",  # ReferenceBlackWhite
}
_DATA: Final = {273: 279, 324: 325, 513: 514}  # offsets of strips, tiles, a JPEG: their lengths
_CODES: Final = dict(
    zip((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18), "BBHIIbBhiifdIQqQ", strict=True)
)
_INTEGERS: Final = (3, 4, 13, 16, 18)
_LONGEST: Final = 1 << 20  # a colour map of 16 bits takes 384 KiB
_SHARED: Final = 8  # tiles may share their data, but the file is not read much oftener than once


def essence(view: View, form: Layout) -> Iterator[Essence]:
    """Yield the content of each picture, in the order of the chain, those below one behind it.

    Raises:
        MalformedFileError: the lengths of strips are missing.
        LimitExceededError: the directories ask for much more than the file holds.
    """
    strips = spent = told = 0
    for directory in directories(view, form):
        if not directory.is_picture:
            continue
        found: dict[int, Entry] = {}
        for entry in directory.entries:
            found.setdefault(entry.tag, entry)
        told += sum(found[tag].length for tag in found if tag in _DECISIVE)
        check_limit("the TIFF fields", told, max(view.size, _LONGEST))
        strips += sum(found[tag].count for tag in found if tag in _DATA)
        check_limit("the number of TIFF strips", strips, max(view.limits.items, view.size // 4))
        yield from _fields(view, form, found)
        for span in _merged(_pieces(view, form, directory, found)):
            spent += span.length
            check_limit("the TIFF strips", spent, _SHARED * view.size)
            yield span


def _fields(view: View, form: Layout, found: dict[int, Entry]) -> Iterator[bytes]:
    """Yield the fields that decide decoding, each as text."""
    for tag, default in _DECISIVE.items():
        entry = found.get(tag)
        value = _text(view, form, entry) if entry else default
        if value:
            yield f"{tag}={value}\n".encode()
        if tag == _BITS and value not in ("1", "2", "4", "8"):
            yield form.order.encode()  # samples of several bytes stand in the file's order


def _text(view: View, form: Layout, entry: Entry) -> str:
    """Return the values of an entry; one where all are the same, as writers abbreviate."""
    values = [str(value) for value in _values(view, form, entry)]
    return values[0] if len(set(values)) == 1 else ",".join(values)


def _values(view: View, form: Layout, entry: Entry) -> Iterator[int | float]:
    code = _CODES.get(entry.type)
    if code is None:
        return
    check_limit("a TIFF field", entry.length, _LONGEST)
    data = view.read(entry.place, entry.length, "a TIFF field")
    sign = "<" if form.order == "little" else ">"
    for (value,) in struct.iter_unpack(sign + code, data):
        yield value


def _pieces(
    view: View, form: Layout, directory: Directory, found: dict[int, Entry]
) -> Iterator[Span]:
    """Yield the coded data of a picture, piece by piece."""
    for tag, lengths_tag in _DATA.items():
        offsets, lengths = found.get(tag), found.get(lengths_tag)
        if offsets is None:
            continue
        if lengths is None:
            raise MalformedFileError("TIFF strips have no lengths", offset=directory.offset)
        pairs = zip(_table(view, form, offsets), _table(view, form, lengths), strict=False)
        for offset, length in pairs:
            yield Span(offset, length)


def _table(view: View, form: Layout, entry: Entry) -> Iterator[int]:
    """Yield the numbers of a table of offsets or lengths, which is read in pieces."""
    if entry.type not in _INTEGERS:
        return
    sign = "<" if form.order == "little" else ">"
    for at in range(0, entry.length, _LONGEST):
        data = view.read(entry.place + at, min(_LONGEST, entry.length - at), "a TIFF field")
        for (value,) in struct.iter_unpack(sign + _CODES[entry.type], data):
            yield value


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Join pieces that stand one behind the other."""
    start = end = 0
    for span in spans:
        if span.offset != end:
            if end > start:
                yield Span(start, end - start)
            start = span.offset
        end = span.offset + span.length
    if end > start:
        yield Span(start, end - start)
