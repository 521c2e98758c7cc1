"""PDF files: cross-references, objects, pages, updates."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import pdf_update, pdf_xref
from ailabel.codecs.pdf import Document, header
from ailabel.codecs.pdf_signature import changes_forbidden, is_signed
from ailabel.codecs.pdf_stream import Stream, decode, places
from ailabel.codecs.pdf_syntax import Dictionary, Parser, Ref
from ailabel.errors import (
    AilabelError,
    LimitExceededError,
    MalformedFileError,
    PlanError,
    UnsupportedFormatError,
)
from ailabel.io.source import BytesView, Limits
from builders import pdf as build

if TYPE_CHECKING:
    from collections.abc import Callable

INFO = {5: b"<</Title(t)>>"}


def _open(data: bytes, limits: Limits | None = None) -> Document:
    return Document(BytesView(data, limits=limits))


@pytest.mark.parametrize(
    "data",
    [
        build.plain(build.objects(pages=3) | INFO, info=5),
        build.packed(build.objects(pages=3) | INFO, info=5),
        build.packed(build.objects(pages=3) | INFO, info=5, hybrid=True),
        b"From: someone\r\n\r\n" + build.plain(build.objects(pages=3) | INFO, info=5),
        build.plain(build.objects(pages=3) | INFO, info=5)
        .replace(b" n \n", b" n\n")
        .replace(b" f \n", b" f\n"),
    ],
    ids=["table", "stream", "hybrid", "junk before", "19 bytes an entry"],
)
def test_objects_are_found(data: bytes) -> None:
    """Every way of cross-referencing leads to the same objects."""
    document = _open(data)
    assert document.resolve(document.trailer["Info"]) == {"Title": b"t"}
    pages = list(document.pages())
    assert [page.ref.number for page in pages] == [10, 11, 12]
    assert pages[0].get("MediaBox") == [0, 0, 595, 842]
    content = document.resolve(pages[0].get("Contents"))
    assert isinstance(content, Stream)
    assert document.data(content, 1000) == build.CONTENT


def test_newest_revision_counts() -> None:
    """An object that a later revision redefines or frees is taken from there."""
    data = build.plain(build.objects() | INFO, info=5)
    data = build.appended(data, {5: b"<</Title(new)>>"}, b"/Size 11/Root 1 0 R/Info 5 0 R")
    document = _open(data)
    assert document.resolve(Ref(5, 0)) == {"Title": b"new"}
    assert len(document.sections) == 2
    assert document.resolve(Ref(77, 0)) is None


def _loop(data: bytes) -> bytes:
    start = data.rindex(b"\nxref") + 1
    return data.replace(b"/Root", b"/Prev %d/Root" % start)


@pytest.mark.parametrize(
    "damage",
    [
        _loop,
        lambda data: data.replace(b"startxref", b"startxxxx"),
        lambda data: data[: data.rindex(b"%%EOF")],
        lambda data: re.sub(rb"startxref\n\d+", b"startxref\n7", data),
        lambda data: data.replace(b"0 11\n0000", b"0 99999\n0000"),
        lambda data: data.replace(b"0 11\n0000", b"0 -1\n0000"),
        lambda data: data.replace(b"trailer", b"trailor"),
        lambda data: data.replace(b"1 0 obj", b"9 0 obj", 1),
        lambda data: data.replace(b"/Pages 2 0 R", b"/Pages 4 0 R"),
        lambda data: data.replace(b"/Kids[10 0 R]", b"/Kids[ 2 0 R]"),
        lambda data: data.replace(b"/Kids[10 0 R]", b"/Kids[<<>>  ]"),
        lambda data: data.replace(b"/Root 1 0 R", b"/Root 8 0 R"),
        lambda data: data.replace(b"/Length 36", b"/Length 99999"),
        lambda data: data.replace(b"/Length 36", b"/Length 4 0 R"),
        lambda data: data.replace(b"/Size", b"/Prev 1.5/Size"),
    ],
)
def test_damage_is_named(damage: Callable[[bytes], bytes]) -> None:
    """A file whose structure breaks is malformed, whichever part it is."""
    data = damage(build.plain(build.objects()))
    with pytest.raises(MalformedFileError):
        _walk(data)


def _walk(data: bytes) -> None:
    document = _open(data)
    for page in document.pages():
        document.resolve(page.get("Contents"))


def test_length_in_the_stream_itself() -> None:
    """An object stream that holds its own length is refused, not followed for ever."""
    data = build.packed(build.objects())
    broken = re.sub(rb"(/First \d+/Filter/FlateDecode/Length) \d+", rb"\1 1 0 R", data)
    assert broken != data
    with pytest.raises(AilabelError):
        _walk(broken)


def test_limits_hold() -> None:
    """The number of pages and what streams inflate to are bounded."""
    with pytest.raises(LimitExceededError):
        list(_open(build.plain(build.objects(pages=9)), Limits(items=8)).pages())
    bomb = build.stream(zlib.compress(bytes(10_000)), b"/Filter/FlateDecode")
    document = _open(build.plain(build.objects() | {5: bomb}))
    stream = document.resolve(Ref(5, 0))
    assert isinstance(stream, Stream)
    with pytest.raises(LimitExceededError):
        document.data(stream, 9_999)
    document = _open(
        build.plain(build.objects() | {5: bomb}), Limits(document_inflate_bytes=15_000)
    )
    document.data(stream, 10_000)
    with pytest.raises(LimitExceededError):
        document.data(stream, 10_000)


@pytest.mark.parametrize("kind", range(5))
def test_predictors(kind: int) -> None:
    """The five filters of PNG are undone."""
    rows = {0: b"\x07\x09", 1: b"\x07\x02", 2: b"\x02\x03", 3: b"\x05\x03", 4: b"\x02\x02"}
    data = zlib.compress(b"\0\x05\x06" + bytes((kind,)) + rows[kind])
    rule = Parser(b"<</Predictor 12/Columns 2>> ").value()
    assert decode(data, ["FlateDecode"], [rule], 100) == b"\x05\x06\x07\x09"


def test_unknown_filters_are_said() -> None:
    """A filter or predictor that is not known is said to be so."""
    with pytest.raises(UnsupportedFormatError):
        decode(b"", ["JPXDecode"], [], 100)
    for rule in (b"<</Predictor 2/Columns 2>> ", b"<</Predictor 12/Colors 3>> "):
        with pytest.raises(UnsupportedFormatError):
            decode(zlib.compress(b"abcd"), ["Fl"], [Parser(rule).value()], 100)
    with pytest.raises(MalformedFileError):
        decode(b"abcd", ["Fl"], [], 100)


def test_header_may_stand_later() -> None:
    """The header is looked for in the first kilobyte, and no further."""
    assert header(BytesView(b"x" * 1000 + b"%PDF-1.7")) == 1000
    assert header(BytesView(b"x" * 1100 + b"%PDF-1.7")) is None


def test_signed_and_certified() -> None:
    """Signature fields and certifications are found wherever forms keep them."""
    value = b"<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"
    fields = b"/AcroForm<</Fields[<</T(a)>><</Kids[<</FT/Sig/V 5 0 R>>]>>]>>"
    assert not is_signed(BytesView(build.plain(build.objects())))
    assert not is_signed(BytesView(build.plain(build.objects(catalog=b"/AcroForm<</Fields[]>>"))))
    assert is_signed(BytesView(build.plain(build.objects(catalog=b"/AcroForm<</SigFlags 3>>"))))
    assert is_signed(BytesView(build.plain(build.objects(catalog=fields) | {5: value})))
    for level, forbidden in ((1, True), (2, False)):
        rule = b"[<</TransformMethod/DocMDP/TransformParams<</P %d>>>>]" % level
        catalog = b"/Perms<</DocMDP<</Reference%b>>>>" % rule
        data = build.plain(build.objects(catalog=catalog))
        assert is_signed(BytesView(data))
        assert changes_forbidden(_open(data)) is forbidden


@pytest.mark.parametrize("make", [build.plain, build.packed])
def test_own_updates_are_known(make: Callable[..., bytes]) -> None:
    """An update of ours is known by its structure, and by nothing less."""
    data = make(build.objects() | INFO, info=5)
    document = _open(data)
    assert pdf_update.own(document) == []
    tail = pdf_update.append(document, {Ref(5, 0): b"<</Title(n)>>"}, pdf_update.INFO)
    (found,) = pdf_update.own(_open(data + tail))
    assert (found.kind, found.start, found.end) == ("Info", len(data), len(data + tail))
    assert found.numbers == (5,)
    assert pdf_update.replaceable(_open(data + tail + b"\n\n")) == found
    assert pdf_update.replaceable(_open(build.appended(data + tail, {}, b"/Root 1 0 R"))) is None
    lied = (data + tail).replace(b"/From %d" % len(data), b"/From %d" % (len(data) - 2))
    assert pdf_update.own(_open(lied)) == []


def test_copied_trailers_are_not_believed() -> None:
    """A file that another tool wrote anew may keep our trailer entry; it is not ours for that."""
    data = build.plain(build.objects(), trailer=b"/AILabel<</Kind/Info/From 9>>")
    assert pdf_update.own(_open(data)) == []


def test_update_keeps_the_trailer() -> None:
    """An update keeps the entries of the trailer that concern the whole file, as they stand."""
    data = build.plain(build.objects(), trailer=b"/ID[(\\101)<02>]/Mine(x)")
    tail = pdf_update.append(_open(data), {Ref(20, 0): b"7"}, "Clean", {"Info": b"20 0 R"})
    trailer = _open(data + tail).trailer
    assert trailer.raw("ID") == b"[(\\101)<02>]"
    assert (trailer["Mine"], trailer["Info"], trailer["Size"]) == (b"x", Ref(20, 0), 21)
    assert isinstance(trailer[pdf_update.TAG], Dictionary)


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What following references costs in all is bounded, however few bytes the file has."""
    document = _open(build.plain(build.objects()))
    monkeypatch.setattr("ailabel.codecs.pdf._WORK", 10_000)
    array = Parser(b"[" + b"1 0 R " * 1000 + b"] ").value()
    assert isinstance(array, list)
    with pytest.raises(LimitExceededError, match="structure"):
        [document.resolve(item) for item in array]


def test_too_long_for_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table has ten digits for an offset; a file that needs more is refused."""
    monkeypatch.setattr("ailabel.codecs.pdf_update._MAX_OFFSET", 99)
    with pytest.raises(PlanError, match="too long"):
        pdf_update.append(_open(build.plain(build.objects())), {Ref(20, 0): b"7"}, "Clean")


@pytest.mark.parametrize("head", [b"x 0", b"1", b"1 -3", b"1 0 2 99999999999"])
def test_broken_object_stream(head: bytes) -> None:
    """The head of an object stream must be pairs of numbers."""
    dictionary = Parser(b"<</N 2/First %d>> " % len(head)).value()
    assert isinstance(dictionary, Dictionary)
    with pytest.raises(MalformedFileError):
        places(Stream(dictionary, 0, len(head)), head)


_SECTIONS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=5)


@given(tables=st.lists(st.tuples(_SECTIONS, _SECTIONS), max_size=6))
@settings(max_examples=200, deadline=None)
def test_the_index_knows_the_newest_section(
    tables: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]],
) -> None:
    """The index names the section that trying all of them, newest first, would find."""
    view = BytesView(b"")
    sections = [
        pdf_xref.Section(
            offset=0,
            end=0,
            trailer=Dictionary(),
            stream=True,
            table=_table(own),
            hidden=_table(far),
        )
        for own, far in tables
    ]
    index = pdf_xref.Index(sections)
    for number in range(22):
        tried = (section for section in sections if section.find(view, number))
        assert index.section(number) is next(tried, None)


def _table(ranges: list[tuple[int, int]]) -> pdf_xref.Table:
    index = b" ".join(b"%d %d" % found for found in ranges)
    head = Parser(b"<</W[1 1 1]/Index[%b]>> " % index).value()
    assert isinstance(head, Dictionary)
    return pdf_xref.packed(head, b"\1\2\3" * 99, 0)


def test_thousands_of_revisions_are_followed() -> None:
    """Each of many objects is found at once, however many revisions do not speak of it."""
    data = bytearray(build.plain(build.objects(pages=500)))
    previous = int(data.rpartition(b"startxref")[2].split()[0])
    for _ in range(1500):
        start = len(data)
        entry = b"7 1\n%010d 00000 f \n" % 0
        data += b"xref\n%btrailer\n<</Size 600/Root 1 0 R/Prev %d>>\n" % (entry, previous)
        previous = start
    data += b"startxref\n%d\n%%%%EOF\n" % previous
    document = _open(bytes(data))
    assert len(document.sections) == 1501
    assert len(list(document.pages())) == 500


def test_few_object_streams_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inflated object streams are kept only up to a number of bytes, and the last one always."""
    monkeypatch.setattr("ailabel.codecs.pdf._CACHED", 10)
    document = _open(build.packed(build.objects(pages=5)))
    assert len(list(document.pages())) == 5
    assert len(document._packed) == 1


@pytest.mark.parametrize("kind", [1, 3, 4])
def test_unusual_predictors_are_bounded(kind: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that nobody writes are undone only up to a length, and rows only up to a number."""
    monkeypatch.setattr("ailabel.codecs.pdf_stream._SLOW", 50)
    rule = Parser(b"<</Predictor 15/Columns 4>> ").value()
    data = zlib.compress((bytes((kind,)) + bytes(4)) * 13)
    with pytest.raises(LimitExceededError, match="unusual rows"):
        decode(data, ["FlateDecode"], [rule], 1000)
    monkeypatch.setattr("ailabel.codecs.pdf_stream._ROWS", 12)
    with pytest.raises(LimitExceededError, match="number of rows"):
        decode(data, ["FlateDecode"], [rule], 1000)
