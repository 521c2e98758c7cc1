"""What products and tools were seen to write, line by line: each is read, with its form named.

Places that a format's own tests hold are not repeated; here stands what runs across formats: odd
containers around a label, and odd payloads in a place, as they come out of the whole program.
"""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from ailabel import Verdict
from ailabel.standard.dialects import dialect_of
from builders import boxes, docx, exif, flac, gif, jpeg, mp3, packets, pdf, png, wav, webp

if TYPE_CHECKING:
    from ailabel import FileReport

USCC: Final = "91110102MACQD9K640"
CODE: Final = f"0011{USCC}10000"
FIELDS: Final = {
    "Label": "1",
    "ContentProducer": CODE,
    "ProduceID": "a-1",
    "ReservedCode1": "",
    "ContentPropagator": CODE,
    "PropagateID": "a-1",
    "ReservedCode2": "",
}
BARE: Final = json.dumps(FIELDS, separators=(",", ":"))
WRAPPED: Final = f'{{"AIGC":{BARE}}}'
ATTRIBUTES: Final = " ".join(f'AIGC:{key}="{value}"' for key, value in FIELDS.items())
PAIR: Final = base64.b64encode(f"AIGC:{BARE}".encode()).decode()
DOUBAO: Final = (  # the declaration stands before the packet's own first line
    b'<?xml version="1.0" encoding="UTF-8"?><?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"??>'
    + packets.labelled(BARE).split(b"?>", 1)[1].replace(b'<?xpacket end="w"?>', b"")
    + b'<?xpacket end="w"?>'
)
TRACE: Final = b'ASCII\0\0\0{"aigc_info":{"aigc_label_type":0,"source_info":"dreamina"}}'


def _comment(code: bytes, text: str = WRAPPED) -> bytes:
    data = exif.tiff(comment=code + text.encode())
    return jpeg.file(jpeg.app0(), jpeg.segment(0xE1, b"Exif\0\0" + data))


def _packet(inner: str = "", attributes: str = "") -> bytes:
    data = packets.packet(inner, attributes=attributes)
    return jpeg.file(jpeg.app0(), jpeg.segment(0xE1, jpeg.XMP + data))


def _movie(*parts: bytes) -> bytes:
    return boxes.Movie(in_moov=boxes.udta(*parts)).build()


def _info(value: bytes) -> bytes:
    return pdf.plain(pdf.objects() | {5: b"<</AIGC %b>>" % value}, info=5)


LINES: Final = {  # what was seen: the file's name, its bytes, how many labels, rules that fail
    "packet behind an XML declaration": ("a.png", png.build(png.packet(DOUBAO)), 1, set()),
    "label behind a thousand picture chunks": (
        "a.png",
        png.build(after=(*[png.chunk(b"IDAT")] * 1000, png.text("AIGC", BARE))),
        1,
        set(),
    ),
    "checksum of the chunk is wrong": (
        "a.png",
        png.build(png.text("AIGC", BARE)[:-4] + bytes(4)),
        1,
        set(),
    ),
    "two Exif chunks, one behind the pixels, and a label": (
        "a.png",
        png.build(
            png.text("AIGC", BARE),
            png.chunk(b"eXIf", exif.tiff(comment=TRACE)),
            after=(png.chunk(b"eXIf", exif.tiff(comment=TRACE)),),
        ),
        1,
        set(),
    ),
    "wrapped object in the property": (
        "a.png",
        png.build(png.packet(packets.labelled(WRAPPED))),
        1,
        set(),
    ),
    "separators of Python": ("a.png", png.build(png.text("AIGC", json.dumps(FIELDS))), 1, set()),
    "newlines between members": (
        "a.png",
        png.build(png.text("AIGC", BARE.replace(",", ",\n"))),
        1,
        set(),
    ),
    "comment of Exif, ASCII": ("a.jpg", _comment(b"ASCII\0\0\0"), 1, set()),
    "comment of Exif without a code": ("a.jpg", _comment(b""), 1, set()),
    "comment of Exif, trailing blanks": (
        "a.jpg",
        _comment(b"ASCII\0\0\0", WRAPPED + "  \0\0"),
        1,
        set(),
    ),
    "fields as attributes of another namespace": (
        "a.jpg",
        _packet(attributes=f' xmlns:AIGC="http://ns.example.org/" {ATTRIBUTES}'),
        1,
        {"IMP-012"},
    ),
    "pair of key and value in Base64": (
        "a.jpg",
        _packet(attributes=f' xmlns:ali="http://ns.example.org/" ali:XmpKvBase64="{PAIR}"'),
        1,
        {"IMP-012", "IMP-019"},
    ),
    "property escaped twice": (
        "a.jpg",
        _packet(f"<TC260:AIGC>{html.escape(html.escape(BARE))}</TC260:AIGC>"),
        1,
        {"IMP-019"},
    ),
    "segment that begins with the key": (
        "a.jpg",
        jpeg.file(jpeg.app0(), jpeg.segment(0xE9, b"AIGC" + BARE.encode())),
        1,
        {"IMP-012"},
    ),
    "Exif of WebP with the name that belongs to JPEG": (
        "a.webp",
        webp.file(
            webp.vp8x(0),
            *webp.coded("lossy"),
            webp.chunk(b"EXIF", b"Exif\0\0" + exif.tiff(comment=b"ASCII\0\0\0" + WRAPPED.encode())),
        ),
        1,
        set(),
    ),
    "comment of GIF": (
        "a.gif",
        gif.head() + gif.comment(WRAPPED.encode()) + gif.picture() + b";",
        1,
        {"IMP-012"},
    ),
    "item without a key": (
        "a.mov",
        _movie(boxes.named(boxes.box(bytes(4), boxes.value(BARE)))),
        1,
        {"IMP-012", "IMP-015"},
    ),
    "key with a prefix": (
        "a.mp4",
        _movie(boxes.keyed(("com.apple.quicktime.AIGC", BARE))),
        1,
        {"IMP-012"},
    ),
    "three fields alone": (
        "a.mp4",
        _movie(boxes.keyed(("AIGC", '{"Label":"1","ContentProducer":"x","ProduceID":"y"}'))),
        1,
        {"IMP-005", "IMP-020"},
    ),
    "the same label in two places": (
        "a.wav",
        wav.file(
            wav.FORMAT,
            wav.DATA,
            wav.info(wav.chunk(b"AIGC", BARE.encode())),
            wav.chunk(b"AIGC", BARE.encode()),
        ),
        2,
        {"IMP-008", "IMP-012"},
    ),
    "two labels that disagree": (
        "a.flac",
        flac.file(flac.comments(f"AIGC={BARE}", f"aigc={BARE.replace('a-1', 'b-2')}")),
        2,
        {"IMP-009"},
    ),
    "frame before the encoder's own": (
        "a.mp3",
        mp3.tagged(mp3.user_text("AIGC", WRAPPED, encoding=3), mp3.text_frame("TSSE", "Lavf")),
        1,
        set(),
    ),
    "octal escapes in PDF": (
        "a.pdf",
        _info(b"(" + b"".join(b"\\%03o" % code for code in BARE.encode()) + b")"),
        1,
        set(),
    ),
    "description of an office document": (
        "a.docx",
        docx.docx(core=html.escape(WRAPPED)),
        1,
        {"IMP-012"},
    ),
    "label of a class, and a key more": (
        "a.png",
        png.build(
            png.text("AIGC", BARE.replace('"1"', '"AIGCLabelType.AI_GENERATED"')[:-1] + ',"X":"y"}')
        ),
        1,
        {"IMP-003", "IMP-010"},
    ),
}


def _failed(report: FileReport) -> set[str]:
    return {
        check.rule
        for check in report.checks
        if check.outcome is ailabel.Outcome.FAIL and check.rule.startswith("IMP")
    }


@pytest.mark.parametrize("line", list(LINES))
def test_what_was_seen_is_read(line: str) -> None:
    """As many labels as there are, and exactly the departures that they make."""
    name, data, count, rules = LINES[line]
    options = ailabel.VerifyOptions(explicit=False)
    report = ailabel.verify_bytes(data, options, name=name)
    assert report.error is None
    assert len(report.labels) == count
    assert _failed(report) == rules
    assert all(found.fields["ProduceID"] in {"a-1", "b-2", "y"} for found in report.labels)


def test_what_only_resembles_a_label_is_none() -> None:
    """A vendor's trace, a word, another program's JSON: nothing is found, nothing fails."""
    for name, data in (
        ("a.jpg", _comment(b"", TRACE[8:].decode())),
        ("a.jpg", _packet(attributes=' xmlns:AIGC="http://ns.example.org/" AIGC:Tool="x"')),
        ("a.png", png.build(png.text("Comment", '{"label":"sunset","score":3}'))),
        ("a.mp3", mp3.tagged(mp3.comment("AIGC"))),
    ):
        report = ailabel.verify_bytes(data, ailabel.VerifyOptions(explicit=False), name=name)
        assert report.implicit is Verdict.NOT_FOUND
        assert not _failed(report)


def test_raw_text_is_the_last_resort() -> None:
    """Where no carrier looks, a label is shown as a mention, and found nowhere else."""
    for name, data in (
        ("a.jpg", jpeg.file(trailer=BARE.encode())),
        ("a.png", png.build() + BARE.encode()),
        ("a.wav", wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"bext", BARE.encode()))),
    ):
        report = ailabel.read_bytes(data, name=name)
        assert not report.labels
        assert [mention.site for mention in report.mentions] == ["raw"]


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("packet behind an XML declaration", "doubao"),
        ("separators of Python", "python-json"),
        ("segment that begins with the key", "bytedance-segment"),
        ("item without a key", "doubao-ios"),
        ("key with a prefix", "exiftool-keys"),
        ("label of a class, and a key more", "label-enum"),
        ("wrapped object in the property", "doubao"),
        ("octal escapes in PDF", None),
    ],
)
def test_the_form_is_named(line: str, form: str | None) -> None:
    """Where place, spelling and producer fit one that is known."""
    name, data, _, _ = LINES[line]
    (found,) = ailabel.read_bytes(data, name=name).labels
    row = dialect_of(found.site, found.payload, found.fields, sound=not found.problems)
    assert (None if row is None else row.id) == form
