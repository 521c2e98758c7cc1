"""XMP packets: one property found, put and taken out, all other bytes kept."""

from __future__ import annotations

import base64
import random
from contextlib import suppress
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import png, xmp
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from builders import packets
from corpus import CORPUS, needs_corpus

PROP: Final = xmp.Property("http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260", "AIGC")
LIMITS: Final = Limits()
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
JSON: Final = '{"Label":"1","ContentProducer":"X","ProduceID":"a\'b<&>"}'
ESCAPED: Final = JSON.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def described(inner: str, attributes: str = "", uri: str = PROP.uri) -> bytes:
    """Return a bare packet with one description, whose prefixes are q and rdf."""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">'
        f'<rdf:Description rdf:about="" xmlns:q="{uri}"{attributes}>{inner}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


FORMS: Final = {
    "element": (described(f"<q:AIGC>{ESCAPED}</q:AIGC>"), "element"),
    "raw quotes": (described(f"<q:AIGC>{ESCAPED.replace('&quot;', chr(34))}</q:AIGC>"), "element"),
    "numeric": (described(f"<q:AIGC>{ESCAPED.replace('&quot;', '&#34;')}</q:AIGC>"), "element"),
    "CDATA": (described(f"<q:AIGC><![CDATA[{JSON}]]></q:AIGC>"), "element"),
    "comment": (described(f"<q:AIGC><!-- c -->{ESCAPED}</q:AIGC>"), "element"),
    "attribute": (described("", f' q:AIGC="{ESCAPED}"'), "attribute"),
    "single quotes": (
        described("", f" q:AIGC = '{ESCAPED.replace(chr(39), '&apos;')}'"),
        "attribute",
    ),
    "array": (
        described(
            f'<q:AIGC><rdf:Alt><rdf:li xml:lang="x-default">{ESCAPED}</rdf:li></rdf:Alt></q:AIGC>'
        ),
        "element",
    ),
    "bag": (
        described(f"<q:AIGC><rdf:Bag><rdf:li>{ESCAPED}</rdf:li></rdf:Bag></q:AIGC>"),
        "element",
    ),
    "qualified": (
        described(
            f'<q:AIGC rdf:parseType="Resource"><rdf:value>{ESCAPED}</rdf:value>'
            "<q:note>n</q:note></q:AIGC>"
        ),
        "element",
    ),
    "alike URI": (
        described(f"<q:AIGC>{ESCAPED}</q:AIGC>", uri="https://www.tc260.org.cn/ns/aigc/1.0"),
        "damaged",
    ),
    "unbound prefix": (described(f"<TC260:AIGC>{ESCAPED}</TC260:AIGC>"), "damaged"),
    "wrong prefix": (described(f"<C260:AIGC>{ESCAPED}</C260:AIGC>"), "damaged"),
    "unbound attribute": (described("", f' TC260:AIGC="{ESCAPED}"'), "damaged"),
    "declaration first": (
        b'<?xml version="1.0" encoding="UTF-8"?><?xpacket begin="" id="W5M0"??>'
        + described(f"<q:AIGC>{ESCAPED}</q:AIGC>"),
        "element",
    ),
    "surrounded": (
        b"\0\0 " + described(f"<q:AIGC>{ESCAPED}</q:AIGC>") + b"\0\0 garbage <&",
        "element",
    ),
    "no xmpmeta": (
        described(f"<q:AIGC>{ESCAPED}</q:AIGC>").split(b">", 1)[1].rpartition(b"<")[0],
        "element",
    ),
}
DAMAGED: Final = {
    "raw quotes in an attribute": described("", ' q:AIGC="{"Label":"1"}" q:Other="2"'),
    "raw ampersand": described('<q:AIGC>{"Label":"1"}</q:AIGC><q:Url>?a&b</q:Url>'),
    "cut short": described("<q:AIGC>{&quot;Label&#34;:&#x22;1&quot;}</q:AIGC>")[:-40],
    "document type": b'<!DOCTYPE a [<!ENTITY e "x">]>'
    + described('<q:AIGC>{"Label":"1"}</q:AIGC>'),
    "not UTF-8": described('<q:AIGC>{"Label":"1"}</q:AIGC>').replace(b'about=""', b'about="\xff"'),
}
CODECS: Final = ("utf-8", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-16")


def only(packet: bytes) -> xmp.Found:
    """Return the one value of the property."""
    (found,) = xmp.find(packet, PROP, LIMITS)
    assert packet[found.offset : found.offset + len(found.raw)] == found.raw
    return found


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("name", FORMS)
def test_find_reads_every_form(name: str, codec: str) -> None:
    """The value comes out the same from every form and encoding, with its place."""
    packet, form = FORMS[name]
    packet = packet.replace(b' encoding="UTF-8"', b"")
    found = only(packet.decode().encode(codec))
    assert found.value == JSON
    assert found.form == form


@pytest.mark.parametrize(
    "inner",
    [
        (
            '<q:AIGC rdf:parseType="Resource"><q:Label>1</q:Label>'
            "<q:ProduceID>x</q:ProduceID></q:AIGC>"
        ),
        '<q:AIGC q:Label="1" q:ProduceID="x"/>',
        (
            '<q:AIGC><rdf:Description q:Label="1"><q:ProduceID> x </q:ProduceID>'
            "</rdf:Description></q:AIGC>"
        ),
    ],
)
def test_fields_become_json(inner: str) -> None:
    """A structure of fields is rendered as a JSON object."""
    found = only(described(inner))
    assert (found.value, found.form) == ('{"Label":"1","ProduceID":"x"}', "resource")


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_read_but_not_changed(name: str, codec: str) -> None:
    """A packet that is no XML still shows its label, but refuses every change."""
    packet = DAMAGED[name]
    if name == "not UTF-8" and codec != "utf-8":
        packet = packet.replace(b"\xff", b"&")
    packet = packet.decode("latin-1").encode(codec if codec != "utf-8" else "latin-1")
    found = only(packet)
    assert (found.value, found.form) == ('{"Label":"1"}', "damaged")
    with pytest.raises(MalformedFileError):
        xmp.put(packet, PROP, JSON, LIMITS)
    with pytest.raises(MalformedFileError):
        xmp.vacate(packet, PROP, LIMITS)


FIELDS: Final = 'xmlns:AIGC="http://ns.example.org/" AIGC:Label="1" dc:x="y" AIGC:ProduceID="a"'
PAIR: Final = base64.b64encode(b'AIGC:{"Label":"1","ProduceID":"b"}').decode()
DOUBTFUL: Final = replace(PROP, accepts=lambda text: "Label" in text or text == PAIR)


def test_doubtful_forms_count_only_where_the_caller_accepts_them() -> None:
    """Fields under a prefix like the name, and pairs in Base64: read whole, taken out whole."""
    packet = described("", f' {FIELDS} xmlns:dc="d" ali:XmpKvBase64="{PAIR}" xmlns:ali="a"')
    found = xmp.find(packet, DOUBTFUL, LIMITS)
    assert [item.value for item in found] == ['{"Label":"1","ProduceID":"a"}', PAIR]
    assert {item.form for item in found} == {"damaged"}
    assert xmp.find(packet, PROP, LIMITS) == ()
    rest = xmp.vacate(packet, DOUBTFUL, LIMITS)
    assert b'dc:x="y"' in rest
    assert not any(gone in rest for gone in (b"AIGC:Label", b"AIGC:ProduceID", b"XmpKv"))
    after = xmp.put(packet, DOUBTFUL, JSON, LIMITS)
    assert [item.value for item in xmp.find(after, DOUBTFUL, LIMITS)] == [JSON]
    other = replace(DOUBTFUL, accepts=lambda _: False)
    assert xmp.find(packet, other, LIMITS) == ()
    assert xmp.vacate(packet, other, LIMITS) == packet


def test_a_prefix_of_that_name_is_no_property() -> None:
    """The declaration of a namespace says nothing of the file."""
    assert xmp.find(described("", ' xmlns:AIGC="http://ns.example.org/"'), PROP, LIMITS) == ()


def test_escaped_twice_stays_for_the_schema() -> None:
    """Entities are resolved once, so that the reader of the value sees the second layer."""
    assert (
        only(described("<q:AIGC>{&amp;quot;Label&amp;quot;}</q:AIGC>")).value
        == "{&quot;Label&quot;}"
    )


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"AIGC",
        described("<q:Other>AIGC</q:Other>"),
        described("<q:AIGCs>{}</q:AIGCs><!-- <q:AIGC>{}</q:AIGC> -->"),
        described('<o:AIGC xmlns:o="http://example.org/">{}</o:AIGC>'),
        described(
            "<q:Pantry><rdf:Bag><rdf:li><rdf:Description><q:AIGC>{}</q:AIGC></rdf:Description>"
            "</rdf:li></rdf:Bag></q:Pantry>"
        ),
    ],
)
def test_other_things_are_not_the_property(packet: bytes) -> None:
    """Other names, comments, other namespaces and the packets of placed pictures do not count."""
    assert xmp.find(packet, PROP, LIMITS) == ()


def test_all_occurrences_are_found_in_order() -> None:
    """Several occurrences are several values, in the order of the packet."""
    packet = described(
        "<q:AIGC>b</q:AIGC><q:AIGC><rdf:Seq><rdf:li>c</rdf:li><rdf:li>d</rdf:li></rdf:Seq></q:AIGC>",
        ' q:AIGC="a"',
    )
    assert [item.value for item in xmp.find(packet, PROP, LIMITS)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("name", FORMS)
def test_put_leaves_one_element(name: str, codec: str) -> None:
    """Whatever form was there, one plain element with the new value stands afterwards."""
    before = FORMS[name][0].replace(b' encoding="UTF-8"', b"").decode().encode(codec)
    after = xmp.put(before, PROP, '{"new":"&"}', LIMITS)
    found = only(after)
    assert (found.value, found.form) == ('{"new":"&"}', "element")
    assert xmp.put(after, PROP, '{"new":"&"}', LIMITS) == after
    emptied = xmp.vacate(after, PROP, LIMITS)
    assert xmp.find(emptied, PROP, LIMITS) == ()
    assert xmp.vacate(emptied, PROP, LIMITS) == emptied


def test_put_keeps_neighbours_byte_for_byte() -> None:
    """Only the value changes where the property stands; elsewhere one description is added."""
    start, end = packets.labelled("old").split(b"old")
    assert xmp.put(start + b"old" + end, PROP, "new", LIMITS) == start + b"new" + end
    foreign = packets.packet(packets.FOREIGN, padding=99)
    added = xmp.put(foreign, PROP, "new", LIMITS)
    head, block, tail = added.partition(
        b'<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">'
        b"<TC260:AIGC>new</TC260:AIGC></rdf:Description>"
    )
    assert block
    assert head + tail == foreign


@pytest.mark.parametrize(
    "rdf",
    [
        f'<rdf:RDF xmlns:rdf="{RDF}"/>',
        f'<rdf:RDF xmlns:rdf="{RDF}" />',
        f'<r:RDF xmlns:r="{RDF}"><r:Description r:about="uuid:1"/></r:RDF>',
        f'<rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF>',
    ],
)
def test_put_into_unusual_skeletons(rdf: str) -> None:
    """An empty RDF element, another prefix and a named subject are taken as they are."""
    after = xmp.put(
        f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{rdf}</x:xmpmeta>".encode(), PROP, "v", LIMITS
    )
    assert only(after).form == "element"
    assert after.count(b'about="uuid:1"') in (0, 2)


@pytest.mark.parametrize("packet", [b"garbage", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", b"<a"])
def test_put_refuses_what_is_no_packet(packet: bytes) -> None:
    """Without an RDF element there is no place for a property."""
    with pytest.raises(MalformedFileError):
        xmp.put(packet, PROP, "v", LIMITS)


def test_blank_packets_become_new_ones() -> None:
    """A packet of nothing but blanks is replaced by a new one."""
    assert xmp.put(b"\xef\xbb\xbf  \0", PROP, JSON, LIMITS) == xmp.new_packet(PROP, JSON)
    assert xmp.vacate(b"  ", PROP, LIMITS) == b"  "


def test_own_padding_is_used() -> None:
    """Later values take the padding, so the length stays; what does not fit gets a new one."""
    packet = xmp.new_packet(PROP, "a" * 100)
    assert len(packet) > 2048
    longer = xmp.put(packet, PROP, "b" * 2000, LIMITS)
    assert len(longer) == len(packet)
    assert only(longer).value == "b" * 2000
    assert xmp.put(longer, PROP, "a" * 100, LIMITS) == packet
    assert len(xmp.put(packet, PROP, "c" * 3000, LIMITS)) > len(packet)


def test_compact_drops_only_our_padding() -> None:
    """Our packets lose their padding; those of others keep theirs."""
    short = xmp.compact(xmp.new_packet(PROP, JSON))
    assert len(short) < 500
    assert xmp.compact(short) == short
    assert only(short).value == JSON
    foreign = packets.labelled(JSON, padding=300)
    assert xmp.compact(foreign) == foreign
    touched = xmp.new_packet(PROP, JSON).replace(b"  ", b" \n", 1)
    assert xmp.compact(touched) == touched


def test_same_name_of_another_namespace_is_kept() -> None:
    """A packet like ours of another property is merged into, not overwritten."""
    other = xmp.new_packet(xmp.Property("http://example.org/", "Foreign", "AIGC"), "theirs")
    after = xmp.put(other, PROP, "ours", LIMITS)
    assert b"<Foreign:AIGC>theirs</Foreign:AIGC>" in after
    assert only(after).value == "ours"


def test_control_characters_are_refused() -> None:
    """XML has no way to write a control character."""
    with pytest.raises(PlanError):
        xmp.new_packet(PROP, "a\x01b")


def test_limits_hold() -> None:
    """Length, depth and number of elements are bounded."""
    deep = described("<q:AIGC>" + "<q:a>" * 50 + "</q:a>" * 50 + "</q:AIGC>")
    for packet, limits in (
        (deep, LIMITS),
        (b"<x:xmpmeta>" * 50 + b"AIGC", LIMITS),
        (described("<q:AIGC>a</q:AIGC>"), Limits(metadata_bytes=100)),
        (described("<q:AIGC><q:a/><q:b/></q:AIGC>"), Limits(items=2)),
        (b"<&" + described("<q:AIGC>a</q:AIGC>") * 9, Limits(items=2)),
    ):
        with pytest.raises(LimitExceededError):
            xmp.find(packet, PROP, limits)


VALUES: Final = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80)


@given(name=st.sampled_from(sorted(FORMS)), first=VALUES, second=VALUES)
@settings(max_examples=60, deadline=None)
def test_laws(name: str, first: str, second: str) -> None:
    """Putting again changes nothing, and the last value alone decides the packet."""
    for packet in (FORMS[name][0], b""):
        one = xmp.put(packet, PROP, first, LIMITS)
        assert only(one).value == first
        assert xmp.put(one, PROP, first, LIMITS) == one
        two = xmp.put(one, PROP, second, LIMITS)
        assert xmp.compact(two) == xmp.compact(xmp.put(packet, PROP, second, LIMITS))


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "<q:AIGC>",
                "</q:AIGC>",
                "<q:AIGC/>",
                "<rdf:Alt>",
                "</rdf:Alt>",
                "<rdf:li>",
                "</rdf:li>",
                ' q:AIGC="x"',
                "<rdf:Description",
                ">",
                "</rdf:Description>",
                "\n",
                "é",
                "&quot;",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                '"',
            ]
        ),
        max_size=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_markup_is_handled(pieces: list[str]) -> None:
    """Whatever is nested how, each function answers or raises an error of ours."""
    packet = described("".join(pieces))
    for codec in ("utf-8", "utf-16-be"):
        data = packet.decode().encode(codec)
        for found in xmp.find(data, PROP, LIMITS):
            assert data[found.offset : found.offset + len(found.raw)] == found.raw
        try:
            after = xmp.put(data, PROP, "v", LIMITS)
        except AilabelError:
            continue
        assert only(after).value == "v"
        assert xmp.find(xmp.vacate(data, PROP, LIMITS), PROP, LIMITS) == ()


def test_damaged_copies_are_handled() -> None:
    """Truncated and overwritten packets answer or raise an error of ours."""
    rng = random.Random(7)
    for packet, _ in FORMS.values():
        for codec in ("utf-8", "utf-16"):
            data = bytearray(packet.decode().encode(codec))
            for _ in range(6):
                data[rng.randrange(len(data))] = rng.randrange(256)
                copy = bytes(data[: rng.randrange(len(data))])
                xmp.find(copy, PROP, LIMITS)
                after = None
                with suppress(AilabelError):
                    after = xmp.put(copy, PROP, "v", LIMITS)
                assert after is None or only(after).value == "v"


@needs_corpus
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("real/doubao_black_1x1_1.png", "element"),
        ("real/jimeng_cap_A.png", "element"),
        ("made/xmptoolkit_b.png", "attribute"),
    ],
)
def test_real_packets(name: str, form: str) -> None:
    """Doubao's declaration before the xpacket, and Adobe's attribute, are read and replaced."""
    view = BytesView((CORPUS / name).read_bytes())
    text = next(png.read_text(view, item) for item in png.chunks(view) if item.type == b"iTXt")
    assert only(text.data).form == form
    assert only(xmp.put(text.data, PROP, "v", LIMITS)).value == "v"


@given(value=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])))
def test_own_packets_read_the_same_with_and_without_parsing(value: str) -> None:
    """The short way through a packet of our own finds what the XML parser finds."""
    packet = xmp.new_packet(PROP, value)
    parsed = packet.replace(b"<?xpacket begin", b"<?xpacket  begin")
    short, long = (xmp.find(item, PROP, Limits()) for item in (packet, parsed))
    assert [item.value for item in short] == [item.value for item in long] == [value]
    assert [item.raw for item in short] == [item.raw for item in long]


_PIECES = st.sampled_from(
    ["&", "quot;", "amp;", "#9;", "&#10;", "]]", ">", "<", "<!---->", '"', " ", "\n", "\0", "\x7f"]
)


@given(st.lists(_PIECES | st.characters(codec="utf-8"), max_size=6), st.binary(max_size=2))
def test_the_short_way_through_a_packet_agrees_with_the_parser(
    pieces: list[str], odd: bytes
) -> None:
    """Whatever stands where our value would, the short way reads what the parser reads, or not."""
    raw = "".join(pieces).encode() + odd
    before, after = xmp.new_packet(PROP, "@").split(b"@")
    short = xmp._find_ours(before + raw + after, PROP)
    if short is not None:
        foreign = before.replace(b"<?xpacket begin", b"<?xpacket  begin") + raw + after
        (parsed,) = xmp.find(foreign, PROP, Limits())
        assert replace(parsed, offset=parsed.offset - 1) == short


def test_tags_outside_the_property_are_bounded() -> None:
    """A packet with more tags than any program writes is refused before it is parsed."""
    packet = described("<q:b/>" * 60 + "<q:AIGC>a</q:AIGC>")
    with pytest.raises(LimitExceededError, match="tags"):
        xmp.find(packet, PROP, Limits(items=10))
    assert xmp.find(packet, PROP, Limits(items=20))[0].value == "a"


def test_a_text_of_many_lines_and_entities_is_one() -> None:
    """However often expat interrupts a text, it comes out whole."""
    (found,) = xmp.find(described("<q:AIGC>" + "&lt;\n" * 5000 + "</q:AIGC>"), PROP, LIMITS)
    assert found.value == "<\n" * 5000
