"""Files made to be slow, large or endless: each gets one clear answer for little work.

The files are small, since only what they ask for is large. Work is counted in bytes that are read
and in memory that is taken, never in time.
"""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import AilabelError, LabelSpec, VerifyOptions, label_bytes, verify_bytes
from ailabel.io.source import BytesView, Limits
from ailabel.messages import Message
from builders import (
    boxes,
    docx,
    dsf,
    flac,
    html,
    jpeg,
    mp3,
    packets,
    pdf,
    pictures,
    png,
    wav,
    webp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC: Final = LabelSpec(producer="001191110102MACQD9K64010000")
IMPLICIT: Final = replace(SPEC, explicit=False, replace=True)
MEMORY: Final = 48 << 20  # bytes above the file, fonts and voices included
READS: Final = 60  # times the file's length
FLOOR: Final = 24 << 20  # bytes that even the smallest file may cost: objects are read in windows
XMP: Final = packets.labelled(png.LABEL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hostile file.

    Args:
        name: what is hostile about it, with the suffix of the format.
        make: makes it.
        verify: how the sentence of the report's error begins, or the two verdicts; of pictures,
            sound and PDF the first alone, since looking depends on what is installed.
        label: the class of the error, or the status.
        items: the limit of items, where the usual one would make the test slow.
    """

    name: str
    make: Callable[[], bytes]
    verify: str
    label: str
    items: int = 100_000


def _directories() -> bytes:
    """Return a TIFF of two thousand bytes whose Exif directories begin within each other."""
    count = 160
    data = b"II*\0" + struct.pack("<IH", 8, count)
    for number in range(count):
        data += struct.pack("<HHII", 0x8769, 4, 1, 12 + 12 * number + number % 7)
    return data


def _chunks(*chunks: bytes) -> bytes:
    """Return a PNG with chunks before its pixels."""
    form = pictures.Form(width=90, height=60, colour=2)
    rows = zlib.compress(bytes(60 * (1 + 3 * 90)))
    parts = (png.chunk(b"IHDR", form.header()), *chunks, png.chunk(b"IDAT", rows))
    return b"".join((png.SIGNATURE, *parts, png.chunk(b"IEND")))


def _bomb(keyword: str, text: bytes, count: int) -> bytes:
    data = keyword.encode() + b"\0\0" + zlib.compress(text, 9)
    return _chunks(png.chunk(b"zTXt", data) * count)


def _frames() -> bytes:
    """Return an APNG of many small frames that are cleared, on a large canvas."""
    box = (0, 0, 1, 1)
    frames = [((0, 0, 900, 900), 1, 0, bytes(4)), *[(box, 1, 0, bytes(4))] * 150]
    return pictures.animation((900, 900), frames)


def _exif(count: int) -> bytes:
    return jpeg.file(jpeg.segment(0xE1, b"Exif\0\0" + _directories()) * count)


def _indices() -> bytes:
    label = jpeg.segment(0xFE, b'{"AIGC":{"Label":"1"}}')
    index = jpeg.segment(0xE2, b"MPF\0II*\0\x08\0\0\0\0\0\0\0\0\0")
    return jpeg.file(index * 500, label * 500)


def _canvas() -> bytes:
    """Return a WebP animation that asks for a canvas of 16 million pixels a side."""
    frame = bytes(6) + bytes(6) + b"\x0a\0\0\1" + b"".join(webp.coded("lossless"))
    return webp.file(webp.vp8x(2, 1 << 24, 1 << 24), webp.chunk(b"ANMF", frame) * 50)


def _tag(*frames: bytes, flags: int = 0) -> bytes:
    body = b"".join(frames)
    return b"ID3\4\0" + bytes((flags,)) + mp3.safe(len(body)) + body + mp3.sound()


def _revisions(count: int, *, pages: int = 1, loop: bool = False) -> bytes:
    data = bytearray(pdf.plain(pdf.objects(pages=pages)))
    previous = int(data.rpartition(b"startxref")[2].split()[0])
    for _ in range(count):
        start = len(data)
        before = start if loop else previous
        entries = b"7 1\n0000000000 00000 f \n"
        data += b"xref\n%btrailer\n<</Size 60/Root 1 0 R/Prev %d>>\n" % (entries, before)
        previous = start
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % previous)


def _catalog(entry: bytes, found: dict[int, bytes] | None = None) -> bytes:
    return pdf.plain(pdf.objects(catalog=entry) | (found or {}))


def _tree(node: bytes) -> bytes:
    return pdf.plain(pdf.objects() | {2: node})


def _flate(data: bytes) -> bytes:
    return pdf.stream(zlib.compress(data, 9), b"/Filter/FlateDecode")


def _part(name: str, data: bytes) -> bytes:
    return docx.zipped(docx.package() | {name: data})


def _body(markup: str) -> bytes:
    return docx.docx(body=markup)


def _front(text: str) -> bytes:
    return f"---\n{text}\n---\n\ntext\n".encode()


def _head(markup: str) -> bytes:
    return f"<!DOCTYPE html><html><head>{markup}</head><body>text</body></html>".encode()


CASES: Final = (
    Case(
        name="empty chunks.png",
        make=lambda: _chunks(png.chunk(b"prVt") * 3000),
        verify="not_found",
        label="labelled",
    ),
    Case(
        name="texts that inflate.png",
        make=lambda: _bomb("c", b'"Label"' + b" " * 60_000, 90),
        verify="the compressed text of the PNG is larger",
        label="LimitExceededError",
    ),
    Case(
        name="packets that inflate.png",
        make=lambda: _bomb("XML:com.adobe.xmp", XMP + b" " * 2_000_000, 9),
        verify="the compressed text of the PNG is larger",
        label="LimitExceededError",
    ),
    Case(
        name="packet of tags.png",
        make=lambda: _chunks(
            png.packet(
                XMP.replace(b"</rdf:RDF>", b"<a/>" * 650_000 + b"</rdf:RDF>"), compressed=True
            )
        ),
        verify="the number of XMP tags is larger",
        label="LimitExceededError",
    ),
    Case(
        name="packet of nested tags.png",
        make=lambda: _chunks(
            png.packet(XMP.replace(b"</rdf:RDF>", b"<a>" * 9000 + b"</a>" * 9000 + b"</rdf:RDF>"))
        ),
        verify="compliant",
        label="PlanError",
    ),
    Case(
        name="packet with entities.png",
        make=lambda: _chunks(png.packet(b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;AIGC</a>')),
        verify="not_found",
        label="PlanError",
    ),
    Case(
        name="directories.png",
        make=lambda: _chunks(png.chunk(b"eXIf", _directories()) * 30),
        verify="not_found",
        label="labelled",
    ),
    Case(
        name="frames to draw out.png",
        make=_frames,
        verify="not_found",
        label="LimitExceededError",
    ),
    Case(
        name="directories.jpg",
        make=lambda: _exif(30),
        verify="not_found",
        label="PlanError",
    ),
    Case(
        name="indices and labels.jpg",
        make=_indices,
        verify="noncompliant",
        label="PlanError",
    ),
    Case(
        name="fill bytes.jpg",
        make=lambda: b"\xff\xd8" + b"\xff" * 100_000,
        verify="the file ends inside",
        label="MalformedFileError",
    ),
    Case(
        name="scans.jpg",
        make=lambda: jpeg.file()[:-2] + b"\xff\xda\0\x08\1\1\0\0\x3f\0\0" * 900,
        verify="not_found",
        label="LimitExceededError",
    ),
    Case(
        name="canvas.webp",
        make=_canvas,
        verify="not_found",
        label="LimitExceededError",
    ),
    Case(
        name="directories.webp",
        make=lambda: webp.file(
            webp.vp8x(8), *webp.coded(), webp.chunk(b"EXIF", _directories()) * 30
        ),
        verify="not_found",
        label="PlanError",
    ),
    Case(
        name="sizes.wav",
        make=lambda: wav.rf64(wav.chunk(b"junk", b"") * 3000, data=1 << 60),
        verify="not_found",
        label="MalformedFileError",
    ),
    Case(
        name="texts.wav",
        make=lambda: wav.file(wav.chunk(b"LIST", b"INFO" + wav.chunk(b"ICMT", b'{"Label"') * 3000)),
        verify="not_found",
        label="MalformedFileError",
    ),
    Case(
        name="block lengths.flac",
        make=lambda: flac.file((4, b"\xff" * 4000)),
        verify="the Vorbis comments end before their last entry",
        label="MalformedFileError",
    ),
    Case(
        name="entries.flac",
        make=lambda: flac.file((4, struct.pack("<II", 0, 0xFFFFFFFF) + bytes(4000))),
        verify="the Vorbis comments end before their last entry",
        label="MalformedFileError",
    ),
    Case(
        name="tags.mp3",
        make=lambda: b"ID3\4\0\0\0\0\0\0" * 9000 + mp3.sound(),
        verify="the number of ID3 tags is larger",
        label="LimitExceededError",
    ),
    Case(
        name="frame that inflates.mp3",
        make=lambda: _tag(
            mp3.frame("TXXX", zlib.compress(b"\0c\0" + bytes(30_000_000), 9), flags=8)
        ),
        verify="a compressed ID3 frame is larger",
        label="LimitExceededError",
    ),
    Case(
        name="false syncs.mp3",
        make=lambda: b"ID3\4\0\0\0\0\0\0" + b"\xff\xfb\x10\0" * 20_000,
        verify="not_found",
        label="PlanError",
    ),
    Case(
        name="items.mp3",
        make=lambda: mp3.sound() + b"APETAGEX" + struct.pack("<4I8x", 2000, 32, 0xFFFFFFFF, 0),
        verify="the number of APE items is larger",
        label="LimitExceededError",
    ),
    Case(
        name="revisions.pdf",
        make=lambda: _revisions(300, pages=100),
        verify="not_found",
        label="labelled",
    ),
    Case(
        name="revision loop.pdf",
        make=lambda: _revisions(1, loop=True),
        verify="not_found",
        label="MalformedFileError",
    ),
    Case(
        name="page loop.pdf",
        make=lambda: _tree(b"<</Type/Pages/Kids[2 0 R]>>"),
        verify="the PDF page tree is broken",
        label="MalformedFileError",
    ),
    Case(
        name="nested arrays.pdf",
        make=lambda: _catalog(b"/X " + b"[" * 90_000),
        verify="the nesting of a PDF object is larger",
        label="LimitExceededError",
    ),
    Case(
        name="long string.pdf",
        make=lambda: _catalog(b"/X (" + b"(a)" * 3000),
        verify="not_found",
        label="MalformedFileError",
    ),
    Case(
        name="packet that inflates.pdf",
        make=lambda: _catalog(b"/Metadata 6 0 R", {6: _flate(bytes(40_000_000))}),
        verify="an inflated PDF stream is larger",
        label="LimitExceededError",
    ),
    Case(
        name="fields.pdf",
        make=lambda: _catalog(
            b"/AcroForm<</Fields[%b]>>" % (b"6 0 R " * 900), {6: b"<</X(%b)>>" % (b"\\n" * 9000)}
        ),
        verify="not_found",
        label="labelled",
    ),
    Case(
        name="without references.pdf",
        make=lambda: pdf.plain(pdf.objects(pages=300)).replace(b"startxref", b"startyref"),
        verify="the PDF has no startxref at its end",
        label="MalformedFileError",
    ),
    Case(
        name="custom data.docx",
        make=lambda: _part("customXml/item1.xml", b"<a>" + b"<b/>" * 400_000 + b"</a>"),
        verify="the number of tags in the metadata is larger",
        label="LimitExceededError",
    ),
    Case(
        name="nested elements.docx",
        make=lambda: _body("<w:p>" * 9000),
        verify="not_found inconclusive",
        label="LimitExceededError",
    ),
    Case(
        name="entities.docx",
        make=lambda: _part("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'),
        verify="not_found inconclusive",
        label="MalformedFileError",
    ),
    Case(
        name="members.docx",
        make=lambda: docx.zipped(docx.package() | {f"m{number}": b"" for number in range(900)}),
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="member that inflates.docx",
        make=lambda: _part("docProps/custom.xml", bytes(30_000_000)),
        verify="the metadata of the package is larger",
        label="LimitExceededError",
    ),
    Case(
        name="anchors.md",
        make=lambda: _front(
            "a: &a [x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a]" for n in range(200)) + "\nAIGC: *b9"
        ),
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="nested yaml.md",
        make=lambda: _front("AIGC: " + "[" * 9000),
        verify="the front matter is nested too deeply",
        label="LimitExceededError",
    ),
    Case(
        name="blocks.md",
        make=lambda: b"x\n---\nx\n\n" + b"AIGC: x\n\n" * 900,
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="hyphens.md",
        make=lambda: b"-" * 100_000 + b"AIGC",
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="open tags.html",
        make=lambda: _head("<a b='" * 2000 + "AIGC"),
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="nested json.html",
        make=lambda: _head("<meta name=AIGC content='" + '{"Label":' * 20_000 + "'>"),
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="open comments.html",
        make=lambda: _head("<!--" * 9000 + "AIGC {"),
        verify="not_found not_found",
        label="PlanError",
    ),
    Case(
        name="brackets.txt",
        make=("【" * 20_000 + "AI" + "】" * 20_000).encode,
        verify="not_applicable not_found",
        label="labelled",
    ),
    Case(
        name="one line.txt",
        make=lambda: b"AI " * 50_000,
        verify="not_applicable not_found",
        label="labelled",
    ),
    Case(
        name="half characters.txt",
        make=lambda: b"\xff\xfe" + b"\0\xd8AI" * 20_000,
        verify="not_applicable inconclusive",
        label="MalformedFileError",
    ),
)


_FIELDS: Final = ' xmlns:AIGC="x"' + "".join(f' AIGC:Label{at}="1"' for at in range(9000))
LABELS: Final = [f'{{"Label":"1","ProduceID":"{number}"}}' for number in range(1001)]
MANY: Final = (
    Case(
        name="labels.png",
        make=lambda: png.build(*[png.text("AIGC", label) for label in LABELS]),
        verify="the number of labels is larger",
        label="LimitExceededError",
    ),
    Case(
        name="labels.wav",
        make=lambda: wav.file(
            wav.FORMAT, wav.DATA, *[wav.chunk(b"AIGC", label.encode()) for label in LABELS]
        ),
        verify="the number of labels is larger",
        label="LimitExceededError",
    ),
    Case(
        name="labels.html",
        make=lambda: _head("".join(f"<meta name=AIGC content='{label}'>" for label in LABELS)),
        verify="the number of labels is larger",
        label="LimitExceededError",
    ),
    Case(
        name="frames.mp3",
        make=lambda: _tag(*[mp3.user_text("k", "v")] * 10_001),
        verify="the number of ID3 frames is larger",
        label="LimitExceededError",
    ),
    Case(
        name="frames.dsf",
        make=lambda: dsf.file(mp3.tag(*[mp3.user_text("k", "v")] * 10_001)),
        verify="the number of ID3 frames is larger",
        label="LimitExceededError",
    ),
    Case(
        name="comments.flac",
        make=lambda: flac.file(flac.comments(*["K=v"] * 10_001)),
        verify="the number of Vorbis comments is larger",
        label="LimitExceededError",
    ),
    Case(
        name="keys.mp4",
        make=lambda: boxes.Movie(in_moov=boxes.udta(boxes.keyed(*[("k", "v")] * 10_001))).build(),
        verify="the number of keys is larger",
        label="LimitExceededError",
    ),
    Case(
        name="lines.txt",
        make=lambda: "关于AI生成内容的文章\n".encode() * 1500,
        verify="not_applicable inconclusive",
        label="labelled",
    ),
    Case(
        name="lines.md",
        make=lambda: "- AI生成\n".encode() * 1500,
        verify="not_found inconclusive",
        label="labelled",
    ),
    Case(
        name="lines like packets.md",
        make=lambda: b"> AIGC:\n" * 3000,
        verify="not_found not_found",
        label="labelled",
    ),
    Case(
        name="tags.html",
        make=lambda: b"<body>" + b"<b>" * 4100,
        verify="not_found inconclusive",
        label="LimitExceededError",
        items=2000,
    ),
    Case(
        name="numbers.pdf",
        make=lambda: _catalog(b"/X [" + b"1 " * 2001 + b"]"),
        verify="the number of items of a PDF object is larger",
        label="LimitExceededError",
        items=2000,
    ),
    Case(
        name="values.pdf",
        make=lambda: _catalog(b"/X [" + b"[/A]" * 600 + b"]"),
        verify="the number of items of a PDF object is larger",
        label="LimitExceededError",
        items=2000,
    ),
    Case(
        name="values of pages.pdf",
        make=lambda: pdf.plain(pdf.objects(pages=30, page=b"/X[%b]" % (b"/A " * 900))),
        verify="the number of values of the PDF is larger",
        label="LimitExceededError",
        items=2000,
    ),
    Case(
        name="paragraphs.docx",
        make=lambda: _body("<w:p/>" * 8_000_000),
        verify="not_found inconclusive",
        label="LimitExceededError",
    ),
    Case(
        name="content of a page.pdf",
        make=lambda: pdf.plain(pdf.objects() | {4: _flate(bytes(60_000_000))}),
        verify="not_found",
        label="LimitExceededError",
    ),
    Case(
        name="fields in a packet.png",
        make=lambda: _chunks(png.packet(packets.packet("", attributes=_FIELDS))),
        verify="not_found",
        label="labelled",
    ),
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the bytes that are read of files in memory."""
    counts: list[int] = []
    get = BytesView._get

    def counted(view: BytesView, offset: int, length: int) -> bytes:
        counts.append(length)
        return get(view, offset, length)

    monkeypatch.setattr(BytesView, "_get", counted)
    return counts


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Load fonts, voices and optional packages once, so that they are no part of a file's cost."""
    for module, name in (
        (docx, "a.docx"),
        (flac, "a.flac"),
        (html, "a.html"),
        (pdf, "a.pdf"),
        (wav, "a.wav"),
    ):
        label_bytes(next(iter(module.samples()))[1], SPEC, name=name)


def _verified(case: Case, data: bytes) -> str:
    options = VerifyOptions(limits=Limits(items=case.items))
    report = verify_bytes(data, options, name=case.name)
    message = report.error
    if message is None:
        return f"{report.implicit.value} {report.explicit.value}"
    problem = message.params.get("problem", message)
    assert isinstance(problem, Message)
    return problem.text.format_map(problem.params)


def _labelled(name: str, data: bytes, spec: LabelSpec) -> str:
    try:
        return label_bytes(data, spec, name=name).status
    except AilabelError as error:
        return type(error).__name__


@pytest.mark.parametrize("case", [*CASES, *MANY], ids=lambda case: case.name)
def test_one_clear_answer_for_little_work(case: Case, read: list[int]) -> None:
    """Verifying and labelling end in the expected way, and cost in proportion to the file."""
    data = case.make()
    tracemalloc.start()
    try:
        limits = Limits(items=case.items)
        said = _verified(case, data)
        done = _labelled(case.name, data, replace(SPEC, limits=limits))
        _labelled(case.name, data, replace(IMPLICIT, limits=limits))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said.startswith(case.verify)
    assert done == case.label
    assert peak < MEMORY
    assert sum(read) < FLOOR + READS * len(data)
