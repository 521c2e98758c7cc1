"""Minimal PDF files, made by hand from ISO 32000-2; they share no code with the carrier."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "CONTENT",
    "appended",
    "objects",
    "packed",
    "plain",
    "samples",
    "stream",
    "xmp_packet",
]

CONTENT: Final = b"BT /F1 18 Tf 72 700 Td (Hello) Tj ET"
FONT: Final = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def objects(
    *, page: bytes = b"", catalog: bytes = b"", box: bytes = b"[0 0 595 842]", pages: int = 1
) -> dict[int, bytes]:
    """Return a small file: catalog 1, page tree 2, font 3, content 4, pages from 10 on."""
    kids = b" ".join(b"%d 0 R" % (10 + index) for index in range(pages))
    result = {
        1: b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        2: b"<</Type/Pages/Kids[%b]/Count %d/MediaBox %b/Resources<</Font<</F1 3 0 R>>>>>>"
        % (kids, pages, box),
        3: FONT,
        4: stream(CONTENT),
    }
    for index in range(pages):
        result[10 + index] = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%b>>" % page
    return result


def plain(
    found: Mapping[int, bytes],
    *,
    info: int | None = None,
    version: bytes = b"1.7",
    trailer: bytes = b"",
) -> bytes:
    """Return a file with a cross-reference table."""
    data = bytearray(b"%%PDF-%b\n%%\xe2\xe3\xcf\xd3\n" % version)
    places = _add(data, found)
    start = len(data)
    size = max(found) + 1
    data += b"xref\n0 %d\n" % size
    for number in range(size):
        if number in places:
            data += b"%010d 00000 n \n" % places[number]
        else:
            data += b"0000000000 65535 f \n"
    extra = (b"/Info %d 0 R" % info if info else b"") + trailer
    data += b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, extra, start)
    return bytes(data)


def packed(found: Mapping[int, bytes], *, info: int | None = None, hybrid: bool = False) -> bytes:
    """Return a file whose plain objects stand in an object stream.

    Args:
        found: the objects; streams stay outside of the object stream.
        info: the number of the information dictionary.
        hybrid: whether a table stands beside the cross-reference stream [ISO32000-2 7.5.8.4].
    """
    data = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    inside = {key: body for key, body in found.items() if b"stream\n" not in body}
    if hybrid:  # what every reader must find stands outside
        inside = {key: body for key, body in inside.items() if key in (info, 3)}
    places = _add(data, {key: body for key, body in found.items() if key not in inside})
    holder, table = max(found) + 1, max(found) + 2
    head, bodies = b"", b""
    for key, body in inside.items():
        head += b"%d %d " % (key, len(bodies))
        bodies += body + b"\n"
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(inside), len(head))
    places |= _add(data, {holder: stream(zlib.compress(head + bodies), entries)})
    places[table] = len(data)
    extra = b"/Root 1 0 R" + (b"/Info %d 0 R" % info if info else b"")
    data += _xref_stream(places, list(inside), (holder, table), extra)
    if hybrid:
        start = len(data)
        data += b"xref\n0 %d\n" % (table + 1)
        for number in range(table + 1):
            shown = number in places and number not in (holder, table)
            data += b"%010d 00000 n \n" % places[number] if shown else b"0000000000 65535 f \n"
        data += b"trailer\n<</Size %d%b/XRefStm %d>>\n" % (table + 1, extra, places[table])
        return bytes(data + b"startxref\n%d\n%%%%EOF\n" % start)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % places[table])


def appended(base: bytes, found: Mapping[int, bytes], trailer: bytes) -> bytes:
    """Return a file with a revision of some other tool at its end."""
    previous = int(base.rpartition(b"startxref")[2].split()[0])
    data = bytearray(base)
    places = _add(data, found)
    start = len(data)
    data += b"xref\n"
    for number, place in places.items():
        data += b"%d 1\n%010d 00000 n \n" % (number, place)
    data += b"trailer\n<<%b/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, previous, start)
    return bytes(data)


def xmp_packet(inner: bytes) -> bytes:
    """Return an XMP packet with properties of the title's description."""
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        b'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"><dc:format>application/pdf</dc:format>'
        + inner
        + b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield file names and files."""
    old = b'{"Label":"2","ContentProducer":"x","ProduceID":"old-1"}'
    info = b"<</Title<FEFF4E2D6587>/Author(A \\(B\\) \\350)/Custom[1 2 0 R]>>"
    yield "table.pdf", plain(objects())
    yield "info.pdf", plain(objects(pages=3) | {5: info}, info=5)
    yield "ids.pdf", plain(objects(), trailer=b"/ID[<00><01>]")[:-1]
    yield "packed.pdf", packed(objects() | {5: info}, info=5)
    yield "packed-bare.pdf", packed(objects(pages=2))
    yield "hybrid.pdf", packed(objects() | {5: info}, info=5, hybrid=True)
    base = plain(objects() | {5: info}, info=5)
    yield "revised.pdf", appended(base, {4: stream(b"q Q")}, b"/Size 11/Root 1 0 R/Info 5 0 R")
    element = b"<TC260:AIGC>" + old.replace(b'"', b"&quot;") + b"</TC260:AIGC>"
    metadata = stream(xmp_packet(element), b"/Type/Metadata/Subtype/XML")
    yield "xmp.pdf", plain(objects(catalog=b"/Metadata 6 0 R") | {6: metadata})
    elsewhere = objects(pages=2, page=b"/AIGC(%b)" % old, catalog=b"/AIGC(%b)" % old)
    yield "elsewhere.pdf", plain(elsewhere)
    yield "elsewhere-packed.pdf", packed(elsewhere)
    yield "labelled.pdf", plain(objects() | {5: b"<</AIGC(%b)/Title(t)>>" % old}, info=5)


def _add(data: bytearray, found: Mapping[int, bytes]) -> dict[int, int]:
    places = {}
    for number, body in found.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return places


def _xref_stream(
    places: Mapping[int, int], inside: list[int], own: tuple[int, int], extra: bytes
) -> bytes:
    """Return a cross-reference stream with the predictor that everybody uses."""
    holder, table = own
    rows, above = b"", bytes(7)
    for number in range(table + 1):
        kind, place, index = 0, 0, 0
        if number in places:
            kind, place = 1, places[number]
        elif number in inside:
            kind, place, index = 2, holder, inside.index(number)
        row = bytes((kind,)) + place.to_bytes(4, "big") + index.to_bytes(2, "big")
        rows += b"\x02" + bytes((a - b) & 0xFF for a, b in zip(row, above, strict=True))
        above = row
    entries = b"/Type/XRef/W[1 4 2]/Size %d%b/Filter/FlateDecode" % (table + 1, extra)
    entries += b"/DecodeParms<</Predictor 12/Columns 7>>"
    return b"%d 0 obj\n%b\nendobj\n" % (table, stream(zlib.compress(rows), entries))
