"""The explicit label in DOCX."""

from __future__ import annotations

import io
import zipfile
from typing import Final

import defusedxml.ElementTree as ET  # noqa: N817 - its usual name
import pytest

from ailabel.carriers.ooxml import CARRIER, DOCX
from ailabel.errors import AilabelError, MalformedFileError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import SplicedView, apply
from ailabel.marks.document.docx import MARKER
from ailabel.spi import Evidence, Finding, Mark, MarkSpec, Slot
from ailabel.testing import PAYLOADS, damaged
from builders import docx as build

PHRASE: Final = "本内容由AI生成"
SAMPLES: Final = dict(build.samples())
WORDS: Final = ("第一段", "end")
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _render(data: bytes, spec: MarkSpec | None = None) -> bytes:
    return apply(data, MARKER.render(BytesView(data), DOCX, spec or MarkSpec()).edits)


def _inspect(data: bytes) -> Evidence:
    return MARKER.inspect(BytesView(data), DOCX)


def _texts(data: bytes) -> list[str]:
    """Read the paragraphs of the body with the standard library."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        (body,) = ET.fromstring(archive.read("word/document.xml"))
    kept = [item for item in body if item.tag.endswith("}p")]
    assert body[-1].tag.endswith("}sectPr")
    return ["".join(item.itertext()) for item in kept]


def _document(text: str) -> bytes:
    """Return a document with this main part."""
    return build.zipped(build.package() | {"word/document.xml": text.encode()})


def _related(body: str, **parts: str) -> bytes:
    """Return a document whose main part is related to parts such as ``header1``."""
    links = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{name.rstrip("1234")}" Target="{name}.xml"/>'
        for name in parts
    )
    uri = "http://schemas.openxmlformats.org/package/2006/relationships"
    members = build.package(body=body)
    members |= {f"word/{name}.xml": text.encode() for name, text in parts.items()}
    links = f'<Relationships xmlns="{uri}">{links}</Relationships>'
    members["word/_rels/document.xml.rels"] = links.encode()
    return build.zipped(members)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("position", [None, "start", "end", "both"])
def test_the_label_is_a_paragraph_of_its_own(name: str, position: str | None) -> None:
    """It stands before the first or behind the last block, and inspection finds it there."""
    result = _render(SAMPLES[name], MarkSpec(position=position))
    expected = {
        "end": [*WORDS, PHRASE],
        "both": [PHRASE, *WORDS, PHRASE],
    }.get(position or "start", [PHRASE, *WORDS])
    assert _texts(result) == expected
    found = _inspect(result)
    places = {"both": ["start", "end"]}.get(position or "start", [position or "start"])
    assert found.finding is Finding.FOUND
    assert [(item.text, item.place) for item in found.sightings] == [(PHRASE, at) for at in places]
    assert _inspect(SAMPLES[name]).finding is Finding.NOT_FOUND


def test_only_the_main_part_changes() -> None:
    """All other members keep their bytes, and the rendition says what was put in."""
    data = SAMPLES["labelled.docx"]
    rendition = MARKER.render(BytesView(data), DOCX, MarkSpec(wording="zh+en", position="end"))
    text = f"{PHRASE} / AI-generated content"
    assert rendition.marks == (Mark(text=text, place="end"),)
    assert (rendition.reencoded, rendition.changed_outside) == (None, 0.0)
    with (
        zipfile.ZipFile(io.BytesIO(data)) as one,
        zipfile.ZipFile(io.BytesIO(apply(data, rendition.edits))) as two,
    ):
        changed = [name for name in one.namelist() if one.read(name) != two.read(name)]
        assert (changed, one.namelist()) == (["word/document.xml"], two.namelist())


@pytest.mark.parametrize("name", SAMPLES)
def test_both_labels_go_together(name: str) -> None:
    """The implicit label is planned on top of the explicit one, and both are read back."""
    view = BytesView(SAMPLES[name], name)
    staged = SplicedView(view, MARKER.render(view, DOCX, MarkSpec()).edits)
    both = SplicedView(staged, CARRIER.write(staged, PAYLOADS[0]))
    result = both.read(0, both.size)
    assert _inspect(result).finding is Finding.FOUND
    slots = [item for item in CARRIER.read(BytesView(result)) if isinstance(item, Slot)]
    assert [slot.payload for slot in slots] == [PAYLOADS[0]]


@pytest.mark.parametrize("text", ['AI生成 <合成> & "AI"', "人工智能生成", "AI生成\U0001f916"])
def test_any_wording_is_written(text: str) -> None:
    """Markup characters are escaped, and characters beyond the basic plane are kept."""
    assert _texts(_render(build.docx(), MarkSpec(text=text)))[0] == text


def test_what_cannot_be_done_is_refused() -> None:
    """Places that a document does not have, characters that XML does not, and signatures."""
    data = build.docx()
    with pytest.raises(PlanError, match="top-left"):
        _render(data, MarkSpec(position="top-left"))
    with pytest.raises(PlanError, match="cannot be shown"):
        _render(data, MarkSpec(text="AI生成\x01"))
    signed = build.zipped(build.package() | {"_xmlsignatures/s.xml": b"<s/>"})
    with pytest.raises(PlanError, match="signed"):
        _render(signed)
    with pytest.raises(MalformedFileError, match="no body"):
        _render(_document(f'<w:document xmlns:w="{build.W}"/>'))


@pytest.mark.parametrize("body", ["<w:body/>", "<w:body></w:body>", "<w:body>\n<w:p/></w:body>"])
def test_a_bare_body_is_filled(body: str) -> None:
    """A body without section properties, or without anything, takes both labels."""
    data = _document(f'<w:document xmlns:w="{build.W}">{body}</w:document>')
    result = _render(data, MarkSpec(position="both"))
    assert [item.text for item in _inspect(result).sightings] == [PHRASE, PHRASE]


def test_a_document_without_a_prefix_gets_one() -> None:
    """Attributes of Word need a prefix; where elements have none, the label declares its own."""
    data = _document(f'<document xmlns="{build.W}"><body><p/><sectPr/></body></document>')
    assert _texts(_render(data))[0] == PHRASE


def test_another_encoding_is_kept() -> None:
    """The paragraph is written in UTF-16 where the part is."""
    members = build.package()
    text = members["word/document.xml"].decode().replace("UTF-8", "UTF-16")
    data = build.zipped(members | {"word/document.xml": text.encode("utf-16")})
    assert _inspect(_render(data)).sightings[0].text == PHRASE


def test_styles_cannot_hide_the_label() -> None:
    """The label says its own look, so a default style of hidden text does not apply to it."""
    ghost = (
        f'<w:styles xmlns:w="{build.W}"><w:style w:type="paragraph" w:default="1" w:styleId="n">'
        '<w:rPr><w:vanish/><w:color w:val="FFFFFF"/><w:sz w:val="2"/></w:rPr></w:style></w:styles>'
    )
    data = _related(build.paragraph(PHRASE), styles=ghost)
    assert [item.finding for item in _inspect(data).sightings] == [Finding.REVIEW]
    assert _inspect(_render(data)).finding is Finding.FOUND


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (build.paragraph(PHRASE), Finding.FOUND),
        (build.paragraph(" AI "), Finding.REVIEW),
        (build.paragraph("人工智能") + build.paragraph("生成"), Finding.NOT_FOUND),
        (build.paragraph(PHRASE, "<w:rPr><w:vanish/></w:rPr>"), Finding.REVIEW),
        (build.paragraph(PHRASE, '<w:rPr><w:color w:val="ffffff"/></w:rPr>'), Finding.REVIEW),
        (build.paragraph("关于AI生成内容的研究" + "，" * 60), Finding.REVIEW),
        (build.paragraph(PHRASE).replace("w:t>", "w:delText>"), Finding.NOT_FOUND),
        (f"<w:del>{build.paragraph(PHRASE)}</w:del>", Finding.NOT_FOUND),
    ],
)
def test_lines_are_judged(body: str, finding: Finding) -> None:
    """What a reader sees as one line counts; what is hidden or is prose is for a person."""
    data = build.docx(body=build.paragraph("a") + body + build.paragraph("b"))
    found = _inspect(data)
    assert found.finding is finding
    assert {item.place for item in found.sightings} <= {"middle"}


@pytest.mark.parametrize(
    ("text", "finding", "form"),
    [
        ("人工智能生成", Finding.FOUND, "words"),
        ("【AI】", Finding.FOUND, "corner"),
        ("AI", Finding.REVIEW, "corner"),
        ("如何识别AI生成的图片", Finding.REVIEW, "words"),
    ],
)
def test_bare_words_count_at_the_ends(text: str, finding: Finding, form: str) -> None:
    """In the middle the same words may be a heading, which a person must judge."""
    own, other = build.paragraph(text), build.paragraph("a")
    for body, place in ((own + other, "start"), (other + own, "end")):
        (sighting,) = _inspect(build.docx(body=body)).sightings
        assert (sighting.place, sighting.finding, sighting.form) == (place, finding, form)
    (sighting,) = _inspect(build.docx(body=other + own + other)).sightings
    assert (sighting.place, sighting.finding) == ("middle", Finding.REVIEW)


def test_a_line_of_a_paragraph_counts() -> None:
    """A label before a line break is a line of its own."""
    long = f"<w:p><w:r><w:t>{PHRASE}</w:t><w:br/><w:t>{'长' * 99}</w:t></w:r></w:p>"
    (sighting,) = _inspect(build.docx(body=long)).sightings
    assert (sighting.text, sighting.finding) == (PHRASE, Finding.FOUND)
    assert sighting.location == "word/document.xml, paragraph 1"


def test_headers_and_footers_are_left_to_a_person() -> None:
    """A label there may show on every page or on none."""
    beside = '<w:{0} xmlns:w="' + build.W + '">' + build.paragraph(PHRASE) + "</w:{0}>"
    parts = {"header1": beside.format("hdr"), "footer1": beside.format("ftr")}
    found = _inspect(_related(build.paragraph("text"), **parts))
    assert found.finding is Finding.REVIEW
    assert [(item.place, item.location) for item in found.sightings] == [
        ("start", "word/header1.xml, paragraph 1"),
        ("end", "word/footer1.xml, paragraph 1"),
    ]


@pytest.mark.parametrize("name", ["plain.docx", "streamed.docm"])
def test_damage_never_escapes(name: str) -> None:
    """Damaged copies are looked at or refused with an error of ours."""
    refused = 0
    for copy in damaged(SAMPLES[name], count=80, seed=3):
        try:
            assert _inspect(copy).finding is not Finding.UNCHECKED
            assert _render(copy)
        except AilabelError:
            refused += 1
    assert refused
