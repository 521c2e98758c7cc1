"""The explicit label of presentations: a text box in front of everything on a slide.

It stands in the lower right corner of the first slide that is shown, or of the last, white on a
dark plate of its own, so that no theme can hide it. Slides are edited by splicing.

Looked at are the texts of shapes on every slide. A sentence that says so counts anywhere; bare
words such as ``AI生成`` count on the first and the last slide that is shown, but not as a title.
Text that is hidden, off the slide, tiny, of the colour of its ground or behind a picture is left to
a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import escape
from ailabel.codecs.opc import change_parts, check_unsigned, open_package
from ailabel.codecs.presentation import Box, Shape, Slide, find_tree, shapes, slides
from ailabel.drawing.paint import brightness, contrast
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.marks.document.lines import conclude, judged, places_of, wording_of
from ailabel.marks.document.plate import plate_of
from ailabel.spi import Evidence, Mark, Rendition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.codecs.opc import Package
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec, Sighting

__all__ = ["MARKER"]

_EMU: Final = 12_700  # a point
_TINY: Final = 500  # hundredths of a point: the smallest size of Chinese print
_PALE: Final = 0xE0
_PALE_THEMES: Final = ("bg1", "lt1")
_LOOKED: Final = 64  # labels of a slide whose place is looked at; more are left to a person
_FAINT: Final = 1.6  # contrast below which letters are not read
_BOX: Final = (
    '<p:sp xmlns:p="{p}" xmlns:a="{a}"><p:nvSpPr><p:cNvPr id="{id}" name="AI label" '
    'descr="{text}"/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm>'
    '<a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="roundRect">'
    '<a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="121212"/></a:solidFill></p:spPr><p:txBody>'
    '<a:bodyPr wrap="square" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/>'
    '</a:bodyPr><a:lstStyle/><a:p><a:pPr algn="ctr" marL="0" indent="0"><a:lnSpc><a:spcPct '
    'val="100000"/></a:lnSpc><a:buNone/></a:pPr><a:r><a:rPr lang="zh-CN" sz="{size}" b="0" i="0" '
    'cap="none"><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr><a:t>{text}</a:t></a:r>'
    "</a:p></p:txBody></p:sp>"
)
_NAMESPACES: Final = {  # of shapes, with that of their drawing
    "http://schemas.openxmlformats.org/presentationml/2006/main": (
        "http://schemas.openxmlformats.org/drawingml/2006/main"
    ),
    "http://purl.oclc.org/ooxml/presentationml/main": ("http://purl.oclc.org/ooxml/drawingml/main"),
}


class _Pptx:
    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the text box: on the first slide unless told otherwise, the last, or both."""
        del file_format
        text, places = wording_of(spec), places_of(spec)
        package = _open(view)
        check_unsigned(package)
        shown = [slide for slide in slides(package) if slide.is_shown]
        if not shown:
            raise PlanError("the presentation shows no slide that a label could stand on")
        chosen = {place: shown[0 if place == "start" else -1] for place in places}
        edits = {slide.part: [_edit(package, slide, text)] for slide in chosen.values()}
        return Rendition(
            edits=change_parts(package, edits, {}),
            marks=tuple(Mark(text=text, place=place) for place in list(chosen)[: len(edits)]),
        )

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Look for the label in the shapes of every slide."""
        del file_format
        package = _open(view)
        found = slides(package)
        shown = [slide.number for slide in found if slide.is_shown]
        sightings: list[Sighting] = []
        for slide in found:
            place = _place(slide.number, shown)
            for sighting in _sightings(package, slide, place):
                sightings.append(sighting)
                check_limit(slide.part, len(sightings), view.limits.items)
        return conclude(sightings)


MARKER: Final = _Pptx()


def _open(view: View) -> Package:
    package = open_package(view)
    package.archive.check_layout()
    return package


def _read(package: Package, part: str) -> bytes:
    return package.read(part, package.archive.view.limits.document_inflate_bytes)


def _edit(package: Package, slide: Slide, text: str) -> Edit:
    data = _read(package, slide.part)
    tree = find_tree(data, slide.part)
    uri = tree.element.uri
    plate = plate_of((slide.size[0] / _EMU, slide.size[1] / _EMU), text)
    markup = _BOX.format(
        p=uri,
        a=_NAMESPACES[uri],
        id=tree.last_id + 1,
        text=escape(text),
        x=round(plate.left * _EMU),
        y=round(plate.top * _EMU),
        cx=round(plate.width * _EMU),
        cy=round(plate.height * _EMU),
        size=plate.size * 100,
    )
    return tree.appended(markup, data)


def _place(number: int, shown: list[int]) -> str:
    if shown and number == shown[0]:
        return "start"
    return "end" if shown and number == shown[-1] else "middle"


def _sightings(package: Package, slide: Slide, place: str) -> Iterator[Sighting]:
    found: list[tuple[int, Shape]] = []
    covers: list[tuple[int, Shape]] = []
    for index, shape in enumerate(shapes(_read(package, slide.part), slide.part)):
        if any(judged(shape.text, obscured=False)):
            found.append((index, shape))
        if _is_cover(shape):
            covers.append((index, shape))
    for looked, (index, shape) in enumerate(found):
        above = (other for at, other in covers if at > index)
        obscured = not slide.is_shown or looked >= _LOOKED or _is_obscured(shape, slide, above)
        for line in judged(shape.text, obscured=obscured):
            location = f"slide {slide.number}, {shape.name}" if shape.name else slide.part
            yield line.sighting("middle" if shape.is_title else place, location)


def _is_obscured(shape: Shape, slide: Slide, above: Iterable[Shape]) -> bool:
    if shape.is_hidden or any(size < _TINY for size in shape.sizes) or _is_faint(shape):
        return True
    if shape.box is None:
        return False
    left, top, right, bottom = shape.box
    if right <= 0 or bottom <= 0 or left >= slide.size[0] or top >= slide.size[1]:
        return True
    return any(_covers(other, shape.box) for other in above)


def _is_faint(shape: Shape) -> bool:
    """Say whether letters have the colour of their ground, as far as both are known."""
    for colour in shape.colours:
        ink, ground = _level(colour), _level(shape.fill or "")
        if ink is not None and ground is not None:
            if contrast(ink, ground) < _FAINT:
                return True
        elif not shape.fill and (colour in _PALE_THEMES or (ink is not None and ink >= _PALE)):
            return True
    return False


def _level(colour: str) -> int | None:
    try:
        red, green, blue = bytes.fromhex(colour)
    except ValueError:
        return None
    return brightness((red, green, blue))


def _is_cover(shape: Shape) -> bool:
    """Say whether a shape hides what it lies on: a picture, or one that is filled."""
    return shape.box is not None and not shape.is_hidden and (shape.is_picture or shape.fill != "")


def _covers(other: Shape, box: Box) -> bool:
    """Say whether a shape that hides what it lies on lies on all of a box."""
    if other.box is None:
        return False
    left, top, right, bottom = other.box
    return left <= box[0] and top <= box[1] and right >= box[2] and bottom >= box[3]
