"""The texts of a file's metadata: where each container keeps them, and what damage does."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import registry, traces
from ailabel.io.source import BytesView, Limits
from ailabel.traces.places import FORMATS, entries
from builders import aiff, boxes, gif, jpeg, mp3, packets, pdf, png, tiff, traced, wav, webp
from builders import dsf as dsfs

if TYPE_CHECKING:
    from ailabel.spi import Entry

MADE: Final = "Made with Google AI"
FIELD: Final = b"\x1c\x02\x6e" + struct.pack(">H", len(MADE)) + MADE.encode()
RESOURCE: Final = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(FIELD)) + FIELD


def texts(data: bytes, format_id: str, name: str = "") -> list[tuple[str, str, str]]:
    """Return system, key and text of each entry."""
    found = entries(BytesView(data, name), format_id)
    return [(entry.system, entry.key, entry.text) for entry in found]


def find(data: bytes, name: str) -> list[str]:
    """Return the kinds of a file's traces."""
    view = BytesView(data, name)
    return [trace.kind for trace in traces.find(view, registry.detect(view).format.id)]


def test_tiff_keeps_iim_in_fields_of_its_own() -> None:
    """As it is, among Photoshop's resources, and as text of a directory."""
    page = tiff.page((33723, tiff.UNDEFINED, FIELD), (0x0131, tiff.ASCII, b"a program\0"))
    assert texts(tiff.file(page), "tiff") == [
        ("exif", "Software", "a program"),
        ("iim", "2:110", MADE),
    ]
    other = tiff.page((34377, tiff.UNDEFINED, RESOURCE), (0x010F, tiff.LONG, [1, 2, 3]))
    assert texts(tiff.file(other), "tiff") == [("iim", "2:110", MADE)]


def test_values_that_overlap_are_read_no_longer_than_the_file() -> None:
    """Many entries of a TIFF that all lead to the same long text."""
    fields = [
        (tag, tiff.ASCII, b"x" * 300 + bytes([tag & 127])) for tag in (0x010E, 0x010F, 0x0110)
    ]
    data = tiff.file(tiff.page(*fields))
    assert len(texts(data, "tiff")) == 3
    assert texts(data[:4] + b"\xff" * 4 + data[8:], "tiff") == []


def test_an_encrypted_pdf_tells_nothing() -> None:
    """Its texts are no texts."""
    found = pdf.objects() | {5: b"<</Title(x)>>", 6: b"<</Filter/Standard/V 1/R 2/P -4>>"}
    plain = pdf.plain(found, info=5)
    assert texts(plain, "pdf") == [("pdf", "Title", "x")]
    assert texts(pdf.plain(found, info=5, trailer=b"/Encrypt 6 0 R"), "pdf") == []


def test_a_damaged_box_does_not_hide_the_next() -> None:
    """Keys that run out of their box, and a comment behind them."""
    broken = boxes.meta(b"mdta", boxes.full(b"keys", boxes.u32(9)), boxes.box(b"ilst"))
    comment = boxes.quicktime_text(b"\xa9cmt", "later")
    data = boxes.Movie(in_moov=boxes.udta(broken, comment)).build()
    assert texts(data, "mp4") == [("mp4", "©cmt", "later")]


def test_items_of_films_are_read_in_both_encodings() -> None:
    """A value says which it has."""
    for kind in (1, 2):
        data = boxes.Movie(in_moov=boxes.udta(boxes.keyed(("comment", "注释"), kind=kind))).build()
        assert texts(data, "mp4") == [("mp4", "comment", "注释")]


def test_tags_of_sound_are_read_where_each_format_keeps_them() -> None:
    """In a chunk of AIFF, behind a pointer of DSF, at the end as APE, in a chunk of WAV."""
    tag = mp3.tag(mp3.comment("made with suno"))
    found = next(data for name, data in dsfs.samples() if b"ID3" not in data)
    pointed = found[:20] + struct.pack("<Q", len(found)) + found[28:] + tag
    ape = mp3.sound() + mp3.ape_tag(mp3.ape_item("Comment", "made with suno"))
    form = next(iter(aiff.samples()))[1]
    grown = form + b"ID3 " + struct.pack(">I", len(tag)) + tag + b"\0" * (len(tag) & 1)
    whole = grown[:4] + struct.pack(">I", len(grown) - 8) + grown[8:]
    for data, format_id in (
        (pointed, "dsf"),
        (ape, "mp3"),
        (whole, "aiff"),
        (wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"id3 ", tag)), "wav"),
    ):
        assert "made with suno" in {text for _, _, text in texts(data, format_id)}, format_id
    assert find(ape, "a.mp3") == ["suno"]


def test_a_damaged_tag_does_not_hide_the_next() -> None:
    """An extended header of a wrong length, and APE behind the sound."""
    broken = mp3.tag(mp3.comment("x"), version=3, extended=(1 << 20).to_bytes(4, "big") + bytes(6))
    data = broken + mp3.sound() + mp3.ape_tag(mp3.ape_item("Comment", "later"))
    assert texts(data, "mp3") == [("ape", "Comment", "later")]


def test_profiles_of_imagemagick_are_read() -> None:
    """Exif and XMP that came from another format; what is damaged is passed over."""
    comment = b"Exif\0\0" + traced.maker(0x010F, b"Ideogram AI\0")
    packet = traced.iptc("DigitalSourceType", "trainedAlgorithmicMedia")
    data = png.build(
        png.profile("exif", comment),
        png.profile("xmp", packet),
        png.profile("iptc", b"none of these"),
        png.text("Raw profile type exif", "no profile"),
    )
    assert find(data, "a.png") == ["ideogram", "iptc-source-type"] or set(find(data, "a.png")) == {
        "ideogram",
        "iptc-source-type",
    }


def test_extended_xmp_is_put_together() -> None:
    """A packet that goes on in further segments of a JPEG."""
    rest = traced.iptc("AIPromptInformation", "a duck " * 20_000)
    main = packets.packet("", attributes=' xmpNote:HasExtendedXMP="0"')
    parts = jpeg.extended(rest, b"0" * 32)
    data = jpeg.file(jpeg.app0(), jpeg.segment(0xE1, jpeg.XMP + main), *parts)
    (trace,) = traces.find(BytesView(data, "a.jpg"), "jpeg")
    assert trace.kind == "iptc-ai-prompt"
    assert trace.location.startswith("APP1[ExtendedXMP]/")


def test_packets_in_utf_16_are_read() -> None:
    """Names and values have other bytes there."""
    packet = traced.iptc("DigitalSourceType", "trainedAlgorithmicMedia").decode()
    data = traced.xmp_segment(packet.encode("utf-16-le"))
    (trace,) = traces.find(BytesView(data, "a.jpg"), "jpeg")
    assert trace.kind == "iptc-source-type"
    assert trace.offset is not None
    assert data[trace.offset :].startswith("trained".encode("utf-16-le"))


def test_a_damaged_packet_is_read_as_far_as_it_goes() -> None:
    """XML that ends in the middle still tells what stood before."""
    packet = traced.iptc("DigitalSourceType", "trainedAlgorithmicMedia")
    cut = packet[: packet.index(b"</rdf:Description>")]
    assert find(traced.xmp_segment(cut), "a.jpg") == ["iptc-source-type"]
    assert find(traced.xmp_segment(b"<!DOCTYPE x>" + packet[:200]), "a.jpg") == []


def test_only_the_head_of_a_page_speaks_of_the_page() -> None:
    """An element in the body, and one without a name."""
    meta = '<meta name="digitalSourceType" content="trainedAlgorithmicMedia">'
    assert find(f"<html><head>{meta}</head><body></body></html>".encode(), "a.html") == [
        "iptc-source-type"
    ]
    assert find(f"<html><head><meta charset=utf-8></head><body>{meta}".encode(), "a.html") == []


def test_comments_of_gif_and_jpeg_are_read() -> None:
    """Any program may leave any text there."""
    data = gif.head() + gif.comment(traced.WEBUI.encode()) + gif.picture() + gif.TRAILER
    assert find(data, "a.gif") == ["a1111"]
    segment = jpeg.segment(0xFE, traced.WEBUI.encode())
    assert find(jpeg.file(jpeg.app0(), segment), "a.jpg") == ["a1111"]


def test_entries_say_where_they_stand() -> None:
    """Every entry of every file with traces lies inside its file."""
    for case in traced.cases():
        view = BytesView(case.data, case.name)
        found: tuple[Entry, ...] = entries(view, registry.detect(view).format.id)
        for entry in found:
            assert 0 <= entry.offset <= entry.offset + entry.length <= len(case.data)


def test_formats_that_are_not_gathered_have_no_entries() -> None:
    """Text formats, and those whose metadata hold nothing of the kind."""
    assert "txt" not in FORMATS
    assert entries(BytesView(b"x", "a.txt"), "txt") == ()


# -- hidden in pixels ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["A", "RGB"])
def test_a_hidden_text_that_is_damaged_is_still_found(mode: str) -> None:
    """The name stands there; what follows is no gzip, and names no product."""
    name = "stealth_pngcomp" if mode == "A" else "stealth_rgbcomp"
    whole = traced.hidden(name, "a text", mode)
    assert find(whole, "a.png") == ["stealth"]
    (trace,) = traces.find(BytesView(whole, "a.png"), "png")
    assert (trace.product, trace.raw) == ("Stable Diffusion", b"a text")
    broken = traced.hidden(name.replace("comp", "info"), "", mode)
    (trace,) = traces.find(BytesView(broken, "a.png"), "png")
    assert trace.raw == b""


def test_a_compressed_text_that_cannot_be_read_is_empty() -> None:
    """Bits behind the name that are no deflate."""
    from ailabel.traces.stealth import _text

    bits = bytes(8 * 19) + bytes(int(bit) for byte in b"none" for bit in f"{byte:08b}")
    sized = bits[: 8 * 15] + bytes(int(bit) for bit in f"{32:032b}") + bits[8 * 19 :]
    assert _text(sized, compressed=True) == ""
    assert _text(sized, compressed=False) == "none"


def _stretched(data: bytes) -> bytes:
    """Return a picture whose header says that it is far too large."""
    if data.startswith(b"RIFF"):
        at = data.index(b"VP8L") + 9  # behind the size and the signature [RFC 9649 3.4]
        return (
            data[:at] + (0xFFFFFFF | data[at + 3] >> 4 << 28).to_bytes(4, "little") + data[at + 4 :]
        )
    return data[:16] + (20_000).to_bytes(4, "big") * 2 + data[24:]


def test_pictures_without_room_or_in_other_forms_hide_nothing() -> None:
    """Grey ones, small ones, interlaced ones, lossy WebP, and a WebP that is cut."""
    whole = traced.hidden("stealth_pngcomp", "a text", form="WEBP")
    for data, name in (
        (png.build(), "a.png"),
        (webp.file(*webp.coded()), "a.webp"),
        (webp.file(*webp.coded("lossless")), "a.webp"),
        (webp.file(webp.vp8x(webp.ALPHA), webp.chunk(b"ALPH", b"\0no")), "a.webp"),
        (webp.file(webp.vp8x(0)), "a.webp"),
        (whole[:60], "a.webp"),
        (_stretched(whole), "a.webp"),
        (_stretched(traced.hidden("stealth_pngcomp", "a text")), "a.png"),
    ):
        assert find(data, name) == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ('{"sui_image_params": {}}', "swarmui"),
        (traced.WEBUI, "a1111"),
        (f"a boat Job ID: {traced.UUID}", "midjourney"),
        (traced.SIGNATURE, "grok"),
        (traced.BYTEDANCE, "bytedance"),
        (traced.CLOUD, "tencent-cloud"),
        ("made with suno studio", "suno"),
    ],
)
def test_descriptions_in_xmp_are_parsed_where_they_tell_something(value: str, kind: str) -> None:
    """As an element and as an item of an array, quotation marks escaped."""
    escaped = value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    for inner in (escaped, f'<rdf:Alt><rdf:li xml:lang="x-default">{escaped}</rdf:li></rdf:Alt>'):
        packet = packets.packet(f"<dc:description>{inner}</dc:description>")
        assert find(traced.xmp_segment(packet), "a.jpg") == [kind]


def test_programs_in_xmp_are_parsed_where_they_tell_something() -> None:
    """A generator's name, and none of a general editor's."""
    for tool, kinds in (("Draw Things", ["draw-things"]), ("app.reve.com", ["reve"]), ("GIMP", [])):
        attributes = f' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="{tool}"'
        assert find(traced.xmp_segment(packets.packet("", attributes=attributes)), "a.jpg") == kinds


def test_what_is_told_of_a_file_is_bounded() -> None:
    """The number of traces, the length of all texts, the names of places."""
    many = png.build(*(png.text("parameters", traced.WEBUI) for _ in range(30)))
    limits = Limits(labels=7)
    assert len(traces.find(BytesView(many, "a.png", limits), "png")) == 7
    few = entries(BytesView(many, "a.png", Limits(metadata_bytes=1000)), "png")
    assert 0 < sum(len(entry.text) for entry in few) <= 1000
    named = png.build(png.text("k" * 9000, traced.BYTEDANCE))
    (trace,) = traces.find(BytesView(named, "a.png"), "png")
    assert len(trace.location) <= 256


def test_a_text_that_is_cut_inside_a_character_is_still_utf_8() -> None:
    """Long texts are read up to a number of bytes, wherever that falls; others are Latin-1."""
    from ailabel.traces.places.shared import TEXT_MOST, clear

    for at in range(4):
        assert clear(b"x" * at + "字".encode() * 2 * TEXT_MOST).endswith("字")
    assert clear(b"caf\xe9 noir") == "café noir"
    assert clear("全".encode()[:2]) == ""
