"""PresentationML: the slides of a presentation and the texts that their shapes show [OOXML1 19].

Geometry and colours are read as far as the slide itself says them; what comes from layouts, masters
and themes is not followed, so a figure that is not there is unknown, not zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, appended, elements, encode, events
from ailabel.codecs.opc import main_part, related
from ailabel.errors import MalformedFileError
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.opc import Package

__all__ = ["Box", "Shape", "Slide", "Tree", "find_tree", "shapes", "slides"]

_URIS: Final = (  # transitional and strict
    "http://schemas.openxmlformats.org/presentationml/2006/main",
    "http://purl.oclc.org/ooxml/presentationml/main",
)
_DRAWING: Final = (
    "http://schemas.openxmlformats.org/drawingml/2006/main",
    "http://purl.oclc.org/ooxml/drawingml/main",
)
_LINKS: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_SIZE: Final = (9_144_000, 6_858_000)  # of a slide, in EMU, where none is given [OOXML1 19.2.1.39]
_TITLES: Final = ("title", "ctrTitle", "subTitle")
_SHAPES: Final = ("sp", "pic", "cxnSp", "graphicFrame")
_OFF: Final = ("0", "false")
_LAST_ID: Final = 0x7FFFFFFF  # programs repair a file with a larger one

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in EMU."""


@frozen(kw_only=True)
class Slide:
    """A slide in the order of the show.

    Args:
        part: its part.
        number: from 1.
        size: width and height of all slides, in EMU.
        is_shown: whether the show includes it.
    """

    part: str
    number: int
    size: tuple[int, int]
    is_shown: bool


@frozen
class Tree:
    """The shapes of a slide: the element around them, and an extension list that ends it."""

    element: Element
    extension: Element | None
    last_id: int

    def appended(self, markup: str, data: bytes) -> Edit:
        """Return the edit that puts a shape in front of all others."""
        if self.extension is None:
            return appended(self.element, markup, data)
        return Edit(self.extension.start, 0, encode(markup, data))


@dataclass(slots=True)
class Shape:
    """A shape that a slide shows, in the order of drawing.

    Args:
        name: as the program shows it.
        is_hidden: whether it is switched off.
        is_title: whether it is a placeholder of a title.
        is_picture: whether it is a picture.
        box: where it stands, or None where the layout says so.
        fill: its ground as RRGGBB; empty where it has none of its own, None where it is no plain
            colour.
        text: its text; paragraphs and line breaks are newlines.
        colours: of its runs, as RRGGBB or the name of a theme's colour.
        sizes: of its runs, in hundredths of a point.
    """

    name: str = ""
    is_hidden: bool = False
    is_title: bool = False
    is_picture: bool = False
    box: Box | None = None
    fill: str | None = ""
    text: str = ""
    colours: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


def slides(package: Package) -> list[Slide]:
    """Return the slides of a presentation.

    Raises:
        MalformedFileError: the package is no presentation.
        LimitExceededError: it has too many elements.
    """
    main = main_part(package)
    links = {link.id: link.target for link in related(package, main)}
    limits = package.archive.view.limits
    size, parts = _SIZE, []
    for element in elements(package.read(main), main, limits.items):
        if element.uri not in _URIS:
            continue
        if element.name == "sldSz":
            size = _number(element, "cx") or _SIZE[0], _number(element, "cy") or _SIZE[1]
        elif element.name == "sldId":
            known = (element.attributes.get(f"{{{uri}}}id", "") for uri in _LINKS)
            parts += [links[link] for link in known if links.get(link)]
    return [
        Slide(part=part, number=number, size=size, is_shown=_is_shown(package, part))
        for number, part in enumerate(dict.fromkeys(parts), 1)
    ]


def _is_shown(package: Package, part: str) -> bool:
    root = next(events(package.read(part, _most(package)), part))[0]
    return root.attributes.get("show", "1") not in _OFF


def _most(package: Package) -> int:
    return package.archive.view.limits.document_inflate_bytes


def find_tree(data: bytes, part: str) -> Tree:
    """Return the shape tree of a slide.

    Raises:
        MalformedFileError: it has none, or is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    tree: Element | None = None
    last: Element | None = None
    highest = 0
    for element, event in events(data, part):
        if event is not True:
            continue
        if element.name == "cNvPr":
            number = _number(element, "id")
            highest = max(highest, number if number < _LAST_ID else 0)
        if element.uri not in _URIS:
            continue
        if tree is None and (element.depth, element.name) == (2, "spTree"):
            tree = element
        elif tree is not None and element.parent is tree:
            last = element
    if tree is None:
        raise MalformedFileError("{part} has no shapes", part=part)
    return Tree(tree, last if last is not None and last.name == "extLst" else None, highest)


def shapes(data: bytes, part: str) -> Iterator[Shape]:
    """Yield the shapes of a slide, the backmost first.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    reader = _Reader()
    for element, event in events(data, part):
        if event is True:
            reader.start(element)
        elif event is not False:
            reader.text(element, event)
        elif (shape := reader.end(element)) is not None:
            yield shape


class _Reader:
    """The state of reading one slide; a group moves what stands in it, so that has no box."""

    def __init__(self) -> None:
        self._open: list[tuple[Element, Shape, list[str]]] = []
        self._groups = 0

    def start(self, element: Element) -> None:
        if element.uri in _URIS and element.name == "grpSp":
            self._groups += 1
        if element.uri in _URIS and element.name in _SHAPES:
            self._open.append((element, Shape(is_picture=element.name == "pic"), []))
        elif self._open:
            self._note(element, *self._open[-1])

    def text(self, element: Element, text: str) -> None:
        if self._open and element.name == "t" and element.uri in _DRAWING:
            self._open[-1][2].append(text)

    def end(self, element: Element) -> Shape | None:
        if element.uri in _URIS and element.name == "grpSp":
            self._groups -= 1
        if not self._open or element is not self._open[-1][0]:
            return None
        _, shape, pieces = self._open.pop()
        shape.text = "".join(pieces)
        if self._groups:
            shape.box = None
        return shape

    def _note(self, element: Element, holder: Element, shape: Shape, pieces: list[str]) -> None:
        if element.uri in _URIS:
            if element.name == "cNvPr":
                shape.name = element.attributes.get("name", "")
                shape.is_hidden = element.attributes.get("hidden", "0") not in _OFF
            elif element.name == "ph":
                shape.is_title = element.attributes.get("type") in _TITLES
        if element.uri not in _DRAWING:
            return
        if element.name == "off" and _within(element, holder, "xfrm"):
            left, top = _number(element, "x"), _number(element, "y")
            shape.box = (left, top, left, top)
        elif element.name == "ext" and shape.box is not None and _within(element, holder, "xfrm"):
            left, top = shape.box[:2]
            shape.box = (left, top, left + _number(element, "cx"), top + _number(element, "cy"))
        else:
            _look(element, shape, pieces)


def _look(element: Element, shape: Shape, pieces: list[str]) -> None:
    """Take note of paragraphs, sizes and colours [OOXML1 20.1.2.3, 21.1.2.2]."""
    parent = element.parent.name if element.parent is not None else ""
    if element.name in {"p", "br"} and (pieces or element.name == "br"):
        pieces.append("\n")
    elif element.name in {"rPr", "defRPr"} and "sz" in element.attributes:
        shape.sizes.append(_number(element, "sz"))
    elif element.name in {"srgbClr", "schemeClr", "sysClr"} and parent == "solidFill":
        colour = element.attributes.get("lastClr") or element.attributes.get("val", "")
        around = element.parent.parent if element.parent is not None else None
        owner = around.name if around is not None else ""
        if owner in {"rPr", "defRPr"}:
            shape.colours.append(colour)
        elif owner == "spPr":
            shape.fill = colour
    elif element.name in {"gradFill", "blipFill", "pattFill"} and parent == "spPr":
        shape.fill = None


def _within(element: Element, holder: Element, name: str) -> bool:
    """Say whether an element describes the shape itself, not something inside it."""
    parent = element.parent
    return parent is not None and parent.name == name and parent.depth <= holder.depth + 2


def _number(element: Element, name: str) -> int:
    text = element.attributes.get(name, "")
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) <= 12 else 0  # noqa: PLR2004 - beyond any slide
