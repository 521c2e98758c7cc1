"""The explicit label of Word documents: a paragraph of its own in the body.

It is put before the first or behind the last block of the body. The main part is edited by
splicing, and of the file only that member is packed anew, which loses nothing.

Looked at are the paragraphs of the body, those of tables, text boxes and content controls
included, line by line. A label in text that is hidden, pale or tiny, or in a header or footer, is
left to a person. Pictures, charts, notes and comments are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import escape
from ailabel.codecs.opc import (
    Package,
    change_parts,
    check_unsigned,
    main_part,
    open_package,
    related,
)
from ailabel.codecs.wordml import Body, Styles, find_body, paragraphs, read_styles
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.spi import Evidence, Finding, Mark, Rendition, Sighting
from ailabel.standard.wording import CORNER_MARK, MAX_MARK_CHARACTERS, Elements, elements, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.opc import Relationship
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec

__all__ = ["MARKER"]

_PLACES: Final = {None: ("start",), "start": ("start",), "end": ("end",), "both": ("start", "end")}
_HALF_POINTS: Final = 24  # 12 pt: the size of body text
_PARAGRAPH: Final = (  # said in full, so that the styles of the document cannot hide it
    '<{w}:p{declared}><{w}:pPr><{w}:jc {w}:val="center"/></{w}:pPr><{w}:r><{w}:rPr>'
    '<{w}:vanish {w}:val="0"/><{w}:color {w}:val="auto"/><{w}:sz {w}:val="{size}"/>'
    '<{w}:szCs {w}:val="{size}"/></{w}:rPr><{w}:t>{text}</{w}:t></{w}:r></{w}:p>'
)


class _Docx:
    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the label's paragraph: at the start unless told otherwise, the end, or both."""
        del file_format
        text = (spec.text or phrase("document", spec.wording)).strip()
        if not text.isprintable():
            raise PlanError("the wording of the label holds a character that cannot be shown")
        if spec.position not in _PLACES:
            raise PlanError(
                "a document takes its label at the start, the end or both, not at {position}",
                position=spec.position,
            )
        places = _PLACES[spec.position]
        package = _open(view)
        check_unsigned(package)
        part = main_part(package)
        data = package.read(part, view.limits.document_inflate_bytes)
        body = find_body(data, part)
        edits = _edits(body, _paragraph(body, text), places, data)
        return Rendition(
            edits=change_parts(package, {part: edits}, {}),
            marks=tuple(Mark(text=text, place=place) for place in places),
        )

    def inspect(self, view: View, file_format: Format) -> Evidence:
        """Look for the label in the paragraphs of the body, the headers and the footers."""
        del file_format
        package = _open(view)
        main = main_part(package)
        links = related(package, main)
        styles = _styles(package, links)
        sightings = (
            *_beside(package, links, "header", styles),
            *_sightings(package, main, styles),
            *_beside(package, links, "footer", styles),
        )
        findings = {sighting.finding for sighting in sightings}
        for finding in (Finding.FOUND, Finding.REVIEW):
            if finding in findings:
                return Evidence(finding=finding, sightings=sightings)
        return Evidence(finding=Finding.NOT_FOUND)


MARKER: Final = _Docx()


def _open(view: View) -> Package:
    package = open_package(view)
    package.archive.check_layout()
    return package


def _paragraph(body: Body, text: str) -> str:
    """Return the label's paragraph, in the prefix that the document uses for Word's elements.

    Attributes need a prefix, so a document that has none for its elements gets one here.
    """
    prefix = body.element.prefix
    declared = "" if prefix else f' xmlns:w="{body.element.uri}"'
    return _PARAGRAPH.format(
        w=prefix or "w", declared=declared, size=_HALF_POINTS, text=escape(text)
    )


def _edits(body: Body, markup: str, places: tuple[str, ...], data: bytes) -> list[Edit]:
    if body.element.is_empty:
        return [body.appended(markup * len(places), data)]
    ways = {"start": body.prepended, "end": body.appended}
    return [ways[place](markup, data) for place in places]


def _styles(package: Package, links: tuple[Relationship, ...]) -> Styles:
    for part in _targets(package, links, "styles"):
        return read_styles(_read(package, part), part)
    return Styles()


def _targets(package: Package, links: tuple[Relationship, ...], kind: str) -> list[str]:
    """Return the parts that the main part has in relationships of a kind, each once."""
    found = {link.target.lower(): link.target for link in links if link.kind.endswith(f"/{kind}")}
    return [part for name, part in found.items() if name in package.parts]


def _read(package: Package, part: str) -> bytes:
    return package.read(part, package.archive.view.limits.document_inflate_bytes)


def _beside(
    package: Package, links: tuple[Relationship, ...], kind: str, styles: Styles
) -> Iterator[Sighting]:
    """Yield what stands in headers or footers; whether a page shows them is for a person."""
    place = "start" if kind == "header" else "end"
    for part in _targets(package, links, kind):
        for sighting in _sightings(package, part, styles):
            yield replace(sighting, place=place, finding=Finding.REVIEW)


def _sightings(package: Package, part: str, styles: Styles) -> list[Sighting]:
    """Judge every line of a part; what only hidden text completes is left to a person."""
    found: list[tuple[int, str, _Judgement]] = []
    first = last = 0
    for paragraph in paragraphs(_read(package, part), part, styles):
        if paragraph.text.strip():
            first = min(first or paragraph.number, paragraph.number)
            last = max(last, paragraph.number)
        seen = list(_judged(paragraph.text))
        found += [(paragraph.number, line, judgement) for line, judgement in seen]
        if not seen:
            found += [
                (paragraph.number, line, replace(judgement, finding=Finding.REVIEW))
                for line, judgement in _judged(paragraph.obscured)
            ]
        check_limit(part, len(found), package.archive.view.limits.items)
    places = {last: "end"} | {first: "start"}
    return [
        Sighting(
            text=line,
            place=places.get(number, "middle"),
            location=f"{part}, paragraph {number}",
            finding=judgement.finding,
            form=judgement.form,
        )
        for number, line, judgement in sorted(found, key=lambda item: item[0])
    ]


def _judged(text: str) -> Iterator[tuple[str, _Judgement]]:
    """Yield the lines that are, or may be, a label."""
    for line in text.split("\n"):
        judgement = _judge(line)
        if judgement is not None:
            yield line.strip(), judgement


@dataclass(frozen=True, slots=True)
class _Judgement:
    finding: Finding
    form: str = "words"


def _judge(line: str) -> _Judgement | None:
    """Say what a line is, or None where it is no label."""
    text = line.strip()
    if text == CORNER_MARK:  # a corner mark, or a heading: a body has no corners
        return _Judgement(Finding.REVIEW, "corner")
    if elements(text) is not Elements.BOTH:
        return None
    return _Judgement(Finding.FOUND if len(text) <= MAX_MARK_CHARACTERS else Finding.REVIEW)
