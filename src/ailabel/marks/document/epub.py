"""The explicit label of books: a paragraph of its own on the first page, or the last.

Pages are those of the order of reading. They are edited by splicing, and only their members are
packed anew.

Looked at are the blocks of text of every page. A sentence that says so counts anywhere; bare words
such as ``AI生成`` count at the start of the first page and at the end of the last. Text that an
attribute or a style of its own hides is left to a person; style sheets are not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.book import check_protection, packages, pages
from ailabel.codecs.bundle import Bundle, open_bundle
from ailabel.codecs.inline_style import is_pale
from ailabel.codecs.markup import Element, Inherited, appended, encode, escape, events
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.document.lines import conclude, judged, places_of, wording_of
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding, Mark, Rendition
from ailabel.standard.textmark import may_hold
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec, Sighting

__all__ = ["MARKER"]

_STYLE: Final = (  # its own colours, so that it is legible on any page, a dark one too
    "display:block;visibility:visible;position:static;margin:1em auto;padding:.3em .8em;"
    "border:1px solid #8a6d00;background:#fff8dc;color:#3d3000;font-size:1em;line-height:1.5;"
    "text-align:center;text-indent:0"
)
_BLOCKS: Final = {
    *("p", "div", "li", "td", "th", "dt", "dd", "blockquote", "figcaption", "caption", "section"),
    *(
        "article",
        "aside",
        "header",
        "footer",
        "main",
        "nav",
        "body",
        "pre",
        "figure",
        "table",
        "tr",
    ),
}
_HEADINGS: Final = {f"h{level}" for level in range(1, 7)} | {"title"}
_UNSEEN: Final = {"script", "style", "head", "template", "svg", "math"}
_HIDING: Final = ("display:none", "visibility:hidden", "font-size:0", "opacity:0")
_ZONE: Final = 3  # blocks from either end of the book that are its start and end


class _Epub:
    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the paragraph: on the first page unless told otherwise, the last, or both."""
        del file_format
        text, places = wording_of(spec), places_of(spec)
        bundle = _open(view)
        check_protection(bundle)
        order = pages(bundle, packages(bundle)[0])
        if not order:
            raise PlanError("the book has no page that a label could stand on")
        edits: dict[str, list[Edit]] = {}
        marks: list[Mark] = []
        for place in places:
            part = order[0 if place == "start" else -1]
            edit = _edit(bundle.read_long(part), part, text, place)
            if any(edit.offset == other.offset for other in edits.get(part, ())):
                break  # one label fills an empty page
            edits.setdefault(part, []).append(edit)
            marks.append(Mark(text=text, place=place))
        return Rendition(edits=bundle.change(edits, {}), marks=tuple(marks))

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Look for the label on every page."""
        del file_format
        bundle = _open(view)
        found: list[tuple[int, str, _Block]] = []
        total = 0
        reason: Message | None = None
        for part in pages(bundle, packages(bundle)[0]):
            data = bundle.read_long(part)
            try:
                for block in _blocks(data, part):
                    if may_hold(block.text):
                        found.append((total, part, block))
                        check_limit(part, len(found), view.limits.items)
                    total += 1
            except MalformedFileError as error:  # pages of HTML need not be XML
                reason = Message(error.text, error.params)
        result = conclude(_sightings(found, total))
        if reason is not None and result.finding is Finding.NOT_FOUND:
            return Evidence(finding=Finding.UNCHECKED, reason=reason)
        return result


MARKER: Final = _Epub()


def _open(view: View) -> Bundle:
    bundle = open_bundle(view)
    bundle.archive.check_layout()
    return bundle


def _sightings(found: list[tuple[int, str, _Block]], total: int) -> Iterator[Sighting]:
    for index, part, block in found:
        place = "middle" if block.is_heading else _place(index, total)
        for line in judged(block.text, obscured=block.is_obscured):
            yield line.sighting(place, part)


def _edit(data: bytes, part: str, text: str, place: str) -> Edit:
    body: Element | None = None
    for element, event in events(data, part, doctype=True):
        if event is True and (element.depth, element.name) == (1, "body"):
            body = element  # its ends are known once the walk is over
    if body is None:
        raise MalformedFileError("{part} has no body", part=part)
    tag = f"{body.prefix}:p" if body.prefix else "p"
    markup = f'<{tag} style="{_STYLE}">{escape(text)}</{tag}>'
    if place == "end" or body.is_empty:
        return appended(body, markup, data)
    return Edit(body.inner, 0, encode(markup, data))


@frozen
class _Block:
    """What a block of a page says."""

    text: str
    is_obscured: bool
    is_heading: bool


def _blocks(data: bytes, part: str) -> Iterator[_Block]:
    """Yield the blocks of a page that hold text, as their text ends or another block begins."""
    pieces: list[str] = []
    obscured = heading = False
    hidden, titled = Inherited(_is_hidden, outside=False), Inherited(_is_heading, outside=False)
    skipped: Element | None = None
    for element, event in events(data, part, doctype=True):
        if skipped is not None:
            if element is skipped and event is False:
                skipped = None
        elif event is True and element.name in _UNSEEN:
            skipped = element
        elif event is True and element.name == "br":
            pieces.append("\n")
        elif isinstance(event, str):
            if event.strip():
                obscured = obscured or hidden.of(element)
                heading = heading or titled.of(element)
            pieces.append(event)
        elif element.name in _BLOCKS or element.name in _HEADINGS:
            if "".join(pieces).strip():
                yield _Block(_tidy(pieces), obscured, heading)
            pieces.clear()
            obscured = heading = False


def _tidy(pieces: list[str]) -> str:
    lines = ("".join(pieces)).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def _is_hidden(element: Element, around: bool) -> bool:  # noqa: FBT001 - a step of `Inherited`
    if around or "hidden" in element.attributes:
        return True
    style = "".join(element.attributes.get("style", "").lower().split())
    return any(way in style for way in _HIDING) or is_pale(style)


def _is_heading(element: Element, around: bool) -> bool:  # noqa: FBT001 - same
    return around or element.name in _HEADINGS


def _place(index: int, total: int) -> str:
    last = total - 1 - index
    if min(index, last) >= _ZONE:
        return "middle"
    return "start" if index <= last else "end"
