"""The explicit label of Word documents: a paragraph of its own in the body.

It is put before the first or behind the last block of the body. The main part is edited by
splicing, and of the file only that member is packed anew, which loses nothing.

Looked at are the paragraphs of the body, those of tables, text boxes and content controls
included, line by line. A sentence that says so counts anywhere; bare words such as ``AI生成`` and
``[AI]`` count in the first and the last paragraph that can be seen. A label in text that is hidden,
pale or tiny, or in a header or footer, is left to a person. Pictures, charts, notes and comments
are not looked at.
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
from ailabel.standard.textmark import Form, is_mention, judge, may_hold
from ailabel.standard.wording import phrase

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

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
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
    found: list[_Line] = []
    first = last = 0
    for paragraph in paragraphs(_read(package, part), part, styles):
        number = paragraph.number
        if paragraph.text.strip():
            first, last = min(first or number, number), max(last, number)
        seen = list(_judged(number, paragraph.text, obscured=False))
        found += seen or _judged(number, paragraph.obscured, obscured=True)
        check_limit(part, len(found), package.archive.view.limits.items)
    places = {last: "end"} | {first: "start"}
    found.sort(key=lambda line: line.number)
    return [line.sighting(part, places.get(line.number, "middle")) for line in found]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is a label, or with no form mentions one."""

    number: int
    text: str
    form: Form | None
    is_obscured: bool

    def sighting(self, part: str, place: str) -> Sighting:
        corner = self.form in {Form.CORNER, Form.CORNER_BRACKETED}
        return Sighting(
            text=self.text,
            place=place,
            location=f"{part}, paragraph {self.number}",
            finding=Finding.FOUND if self._is_label(place) else Finding.REVIEW,
            form="corner" if corner else "words",
        )

    def _is_label(self, place: str) -> bool:
        """Say whether nobody needs to judge: bare words may be a title, a bare mark a heading."""
        if self.is_obscured or self.form in {None, Form.CORNER}:
            return False
        return self.form is Form.ASSERTION or place != "middle"


def _judged(number: int, text: str, *, obscured: bool) -> Iterator[_Line]:
    """Yield the lines of a paragraph that are, or may be, a label."""
    for line in filter(may_hold, text.split("\n")):
        judgement = judge(line)
        if judgement is not None:
            yield _Line(number, judgement.text, judgement.form, obscured)
        elif is_mention(line):
            yield _Line(number, line.strip(), None, obscured)
