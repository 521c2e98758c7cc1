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

from dataclasses import replace
from operator import itemgetter
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
from ailabel.io.source import check_limit
from ailabel.marks.document.lines import Line, conclude, judged, places_of, wording_of
from ailabel.spi import Evidence, Finding, Mark, Rendition, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.opc import Relationship
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec

__all__ = ["MARKER"]

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
        text, places = wording_of(spec), places_of(spec)
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
        return conclude(
            (
                *_beside(package, links, "header", styles),
                *_sightings(package, main, styles),
                *_beside(package, links, "footer", styles),
            )
        )


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
    found: list[tuple[int, Line]] = []
    first = last = 0
    for paragraph in paragraphs(_read(package, part), part, styles):
        number = paragraph.number
        if paragraph.text.strip():
            first, last = min(first or number, number), max(last, number)
        seen = list(judged(paragraph.text, obscured=False))
        found += ((number, line) for line in seen or judged(paragraph.obscured, obscured=True))
        check_limit(part, len(found), package.archive.view.limits.items)
    places = {last: "end"} | {first: "start"}
    found.sort(key=itemgetter(0))
    return [
        line.sighting(places.get(number, "middle"), f"{part}, paragraph {number}")
        for number, line in found
    ]
