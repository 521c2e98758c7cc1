"""WordprocessingML: paragraphs as a reader sees them, and the ends of the body [OOXML1 17].

Text that is deleted, moved away, or an alternative for old programs does not count. Text that is
hidden, pale or tiny, by itself or by its styles, is told apart from text that can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, appended, encode, events
from ailabel.errors import MalformedFileError
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Body", "Paragraph", "Styles", "find_body", "paragraphs", "read_styles"]

_URIS: Final = (  # transitional and strict
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_COMPATIBILITY: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_UNSEEN: Final = ("del", "moveFrom")  # tracked changes [OOXML1 17.13.5]
_BREAKS: Final = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_OFF: Final = ("0", "false", "off")
_PALE: Final = 0xE0  # ours: every channel above it is close to the white of the page
_PALE_THEMES: Final = ("background1", "background2", "light1", "light2")
_TINY: Final = 10  # ours: half-points; 5 pt is the smallest size of Chinese print
_CHAIN: Final = 32  # ours: styles that build on one another


@frozen
class Paragraph:
    """One paragraph.

    Args:
        number: its place among the paragraphs of the part, from 1.
        text: what can be seen of it; line breaks are newlines.
        obscured: its whole text, when some of it is hidden, pale or tiny; else empty.
    """

    number: int
    text: str
    obscured: str


@frozen
class Body:
    """The body of a main part: its element, and the section properties that end it."""

    element: Element
    section: Element | None

    def prepended(self, markup: str, data: bytes) -> Edit:
        """Return the edit that puts markup before the first block, of which there is one."""
        return Edit(self.element.inner, 0, encode(markup, data))

    def appended(self, markup: str, data: bytes) -> Edit:
        """Return the edit that puts markup behind the last block."""
        if self.section is None:
            return appended(self.element, markup, data)
        return Edit(self.section.start, 0, encode(markup, data))


@dataclass(slots=True)
class _Look:
    """Character formatting; None where it is not said."""

    hidden: bool | None = None
    pale: bool | None = None
    tiny: bool | None = None

    def over(self, base: _Look) -> _Look:
        return _Look(
            base.hidden if self.hidden is None else self.hidden,
            base.pale if self.pale is None else self.pale,
            base.tiny if self.tiny is None else self.tiny,
        )

    @property
    def is_obscured(self) -> bool:
        return bool(self.hidden or self.pale or self.tiny)


@dataclass(slots=True)
class Styles:
    """What the styles of a document say of the look of text, by style id."""

    looks: dict[str, _Look] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    defaults: _Look = field(default_factory=_Look)
    paragraph: str = ""

    def look(self, paragraph: str, character: str, direct: _Look) -> _Look:
        """Return the look of a run: its own formatting over its styles over the defaults."""
        result = self._chain(paragraph or self.paragraph).over(self.defaults)
        return direct.over(self._chain(character).over(result))

    def _chain(self, style: str) -> _Look:
        result = _Look()
        for _ in range(_CHAIN):
            if style not in self.looks:
                break
            result = result.over(self.looks[style])
            style = self.bases.get(style, "")
        return result


@dataclass(slots=True)
class _Run:
    """A run that is being read."""

    look: _Look = field(default_factory=_Look)
    style: str = ""
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A paragraph that is being read."""

    number: int
    style: str = ""
    seen: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    is_obscured: bool = False

    def close(self) -> Paragraph:
        whole = "".join(self.whole) if self.is_obscured else ""
        return Paragraph(self.number, "".join(self.seen), whole)


def find_body(data: bytes, part: str) -> Body:
    """Return the body of a main document part.

    Raises:
        MalformedFileError: it is not well-formed, or has no body.
        LimitExceededError: it is nested too deeply.
    """
    body: Element | None = None
    last: Element | None = None
    for element, event in events(data, part):
        if event is not True or element.uri not in _URIS:
            continue
        if body is None and (element.depth, element.name) == (1, "body"):
            body = element
        elif body is not None and element.parent is body:
            last = element
    if body is None:
        raise MalformedFileError("{part} has no body", part=part)
    return Body(body, last if last is not None and last.name == "sectPr" else None)


def read_styles(data: bytes, part: str) -> Styles:
    """Read what the styles part says of hidden, pale and tiny text.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    styles = Styles()
    for element, event in events(data, part):
        parent = element.parent
        if event is not True or parent is None or element.uri not in _URIS:
            continue
        if element.name == "style":
            style = _attribute(element, "styleId")
            styles.looks[style] = _Look()
            if _attribute(element, "type") == "paragraph" and _is_on(element, "default", "0"):
                styles.paragraph = style
        elif element.name == "basedOn" and parent.name == "style":
            styles.bases[_attribute(parent, "styleId")] = _attribute(element, "val")
        elif parent.name == "rPr" and parent.parent is not None:
            if parent.parent.name == "style":
                style = _attribute(parent.parent, "styleId")
                _format(styles.looks.setdefault(style, _Look()), element)
            elif parent.parent.name == "rPrDefault":
                _format(styles.defaults, element)
    return styles


def paragraphs(data: bytes, part: str, styles: Styles) -> Iterator[Paragraph]:
    """Yield the paragraphs of a part; those of a text box before the one that it hangs on.

    Args:
        data: the part: a main document, a header or a footer.
        part: its name, for errors.
        styles: the styles of the document.

    Raises:
        MalformedFileError: it is not well-formed.
        LimitExceededError: it is nested too deeply.
    """
    reader = _Reader(styles)
    for element, event in events(data, part):
        if event is True:
            reader.start(element)
        elif event is not False:
            reader.text(element, event)
        elif (paragraph := reader.end(element)) is not None:
            yield paragraph


class _Reader:
    """The state of reading one part."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._count = 0
        self._skipped: Element | None = None
        self._open: list[_Open] = []
        self._runs: list[_Run] = []
        self._obscured: dict[tuple[str, str, bool | None, bool | None, bool | None], bool] = {}

    def start(self, element: Element) -> None:
        if self._skipped is not None:
            return
        if element.uri not in _URIS:
            if (element.uri, element.name) == (_COMPATIBILITY, "Fallback"):
                self._skipped = element
        elif element.name in _UNSEEN:
            self._skipped = element
        elif element.name == "p":
            self._count += 1
            self._open.append(_Open(self._count))
        elif element.name == "r":
            self._runs.append(_Run())
        else:
            self._inside(element)

    def text(self, element: Element, text: str) -> None:
        if self._skipped is None and element.name == "t" and element.uri in _URIS and self._runs:
            self._runs[-1].pieces.append(text)

    def end(self, element: Element) -> Paragraph | None:
        if self._skipped is not None:
            if element is self._skipped:
                self._skipped = None
        elif element.uri in _URIS and element.name == "r":
            self._close_run(self._runs.pop())
        elif element.uri in _URIS and element.name == "p":
            return self._open.pop().close()
        return None

    def _inside(self, element: Element) -> None:
        """Take note of an element within a run or a paragraph."""
        owner = element.parent.parent if element.parent is not None else None
        if self._runs and _is_child(element, "r") and element.name in _BREAKS:
            self._runs[-1].pieces.append(_BREAKS[element.name])
        elif owner is None:
            return
        elif self._runs and owner.name == "r" and _is_child(element, "rPr"):
            if element.name == "rStyle":
                self._runs[-1].style = _attribute(element, "val")
            else:
                _format(self._runs[-1].look, element)
        elif self._open and owner.name == "p" and element.name == "pStyle":
            self._open[-1].style = _attribute(element, "val")

    def _close_run(self, run: _Run) -> None:
        if not self._open or not run.pieces:
            return
        paragraph = self._open[-1]
        text = "".join(run.pieces)
        paragraph.whole.append(text)
        if self._is_obscured(paragraph.style, run):
            paragraph.is_obscured = True
        else:
            paragraph.seen.append(text)

    def _is_obscured(self, style: str, run: _Run) -> bool:
        """Say whether a run cannot be seen; a document has few looks, and many runs of each."""
        look = run.look
        key = (style, run.style, look.hidden, look.pale, look.tiny)
        found = self._obscured.get(key)
        if found is None:
            found = self._obscured[key] = self._styles.look(style, run.style, look).is_obscured
        return found


def _is_child(element: Element, name: str) -> bool:
    return element.parent is not None and element.parent.name == name


def _attribute(element: Element, name: str) -> str:
    return element.attributes.get(f"{{{element.uri}}}{name}", "")


def _is_on(element: Element, name: str, default: str) -> bool:
    return (_attribute(element, name) or default) not in _OFF


def _format(look: _Look, element: Element) -> None:
    """Note what one character property says [OOXML1 17.3.2]."""
    if element.name in {"vanish", "specVanish"}:
        look.hidden = _is_on(element, "val", "1")
    elif element.name == "color":
        look.pale = _is_pale(_attribute(element, "val"), _attribute(element, "themeColor"))
    elif element.name == "sz":
        size = _attribute(element, "val")
        look.tiny = size.isascii() and size.isdecimal() and int(size[:9]) < _TINY


def _is_pale(colour: str, theme: str) -> bool:
    if theme:
        return theme in _PALE_THEMES
    try:
        channels = bytes.fromhex(colour)
    except ValueError:  # "auto" is black on light ground, white on dark
        return False
    return bool(channels) and min(channels) >= _PALE
