"""Looking for the label among the texts of an SVG drawing.

One that stands in front of everything, on a plate of its own and without a transformation, can be
measured; any other that says it is left to a person, because what lies over it, and how large it
comes out, only drawing shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.markup import Element, Inherited, events
from ailabel.drawing.paint import brightness, contrast
from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.image.svg import LARGEST, Window, parse, pixels, window_of
from ailabel.messages import Message
from ailabel.spi import Appearance, Evidence, Finding, Sighting
from ailabel.standard.textmark import Form, is_mention, judge, may_hold
from ailabel.standard.wording import EDGE_SHARE
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = ["inspect"]

_SVG: Final = "http://www.w3.org/2000/svg"
_USUAL: Final = 0.86  # ink of ideographs in em; usual fonts have 0.73 to 0.98
_UNSURE: Final = 0.18
_HIDING: Final = re.compile(
    r"(?:display:none|visibility:hidden|visibility:collapse|opacity:\+?0)(?![.\d]*[1-9])"
)
_SHOWING: Final = ("display", "visibility", "opacity", "fill-opacity")
_NOT_DRAWN: Final = {
    *("defs", "symbol", "clipPath", "mask", "pattern", "marker", "metadata", "title", "desc"),
    *("style", "script", "foreignObject", "switch"),
}
_NAMES_OF_TEXT: Final = (b"text", "text".encode("utf-16-le"))
_PARTS_OF_TEXT: Final = {"tspan", "textPath", "a"}


def inspect(view: View) -> Evidence:
    """Look for the label among the drawing's texts.

    Raises:
        MalformedFileError: it is no well-formed SVG.
    """
    document = parse(view)
    try:
        window: Window | None = window_of(document)
    except PlanError:
        window = None
    data = view.read(0, view.size)
    try:
        sightings = [sighting for item in _texts(data) for sighting in _judged(item, window)]
    except MalformedFileError as error:  # a document type that declares something
        reason = Message(error.text, error.params)
        return Evidence(finding=Finding.UNCHECKED, reason=reason)
    findings = {sighting.finding for sighting in sightings}
    for finding in (Finding.FOUND, Finding.REVIEW):
        if finding in findings:
            return Evidence(finding=finding, sightings=tuple(sightings))
    reason = Message("letters that are drawn as shapes or pictures in an SVG are not read")
    return Evidence(finding=Finding.UNCHECKED, reason=reason)


@frozen(kw_only=True)
class _Text:
    """A text element: what it says, itself, the plate before it, what is drawn after it."""

    words: str
    element: Element
    plate: Element | None
    is_last: bool


def _texts(data: bytes) -> list[_Text]:
    if not any(name in data for name in _NAMES_OF_TEXT):  # names have no escapes in XML
        return []
    found: list[tuple[str, Element, Element | None, int]] = []
    pieces: list[str] = []
    drawn = 0
    latest: Element | None = None
    unseen = Inherited(_is_unseen, outside=False)
    for element, event in events(data, "the SVG"):
        if element.uri != _SVG or unseen.of(element):
            continue
        if event is True:
            if element.name == "text":
                pieces.clear()
            if element.name not in {"g", "svg", "text", *_PARTS_OF_TEXT}:
                drawn += 1
                latest = element
        elif event is not False:
            pieces.append(event)
        elif element.name == "text":
            drawn += 1
            if may_hold(words := " ".join("".join(pieces).split())):
                found.append((words, element, latest, drawn))
            latest = element
    return [
        _Text(words=words, element=element, plate=plate, is_last=number == drawn)
        for words, element, plate, number in found
    ]


def _judged(item: _Text, window: Window | None) -> Iterator[Sighting]:
    judgement = judge(item.words)
    is_label = judgement is not None and judgement.form in {Form.ASSERTION, Form.PHRASE}
    if not is_label and not is_mention(item.words):
        return
    appearance = _appearance(item, window) if is_label and window is not None else None
    place = "middle"
    if appearance is not None and window is not None:
        place = _place(appearance.box, window)
    yield Sighting(
        text=item.words[:80],
        place=place,
        location="text",
        finding=Finding.FOUND if appearance is not None else Finding.REVIEW,
        appearance=appearance,
    )


def _appearance(item: _Text, window: Window) -> Appearance | None:
    """Measure a text that stands on a plate of its own in front of everything."""
    plate = item.plate
    if plate is None or plate.name != "rect" or not item.is_last or _is_moved(item.element):
        return None
    if _is_moved(plate):
        return None
    em = pixels(_style(item.element, "font-size")) * window.unit
    ink, ground = _level(_style(item.element, "fill")), _level(_style(plate, "fill"))
    sides = _numbers(plate, "x", "y", "width", "height")
    at = _numbers(item.element, "x", "y")
    if not em or ink is None or ground is None or sides is None or at is None:
        return None
    x, y, width, height = sides
    if not (x <= at[0] <= x + width and y <= at[1] <= y + height):
        return None  # the letters begin beside the plate
    left, top = (x - window.box[0]) * window.unit, (y - window.box[1]) * window.unit
    right, bottom = left + width * window.unit, top + height * window.unit
    frame = round(window.box[2] * window.unit), round(window.box[3] * window.unit)
    gap = min(left, top, frame[0] - right, frame[1] - bottom)
    return Appearance(
        box=(round(left), round(top), round(right), round(bottom)),
        frame=(round(window.size[0]), round(window.size[1])),
        ink_height=em * _USUAL,
        em_height=em,
        tolerance=_UNSURE,
        at_edge=0 <= gap <= EDGE_SHARE * min(frame),
        contrast=contrast(ink, ground),
    )


def _numbers(element: Element, *names: str) -> list[float] | None:
    """Return attributes as numbers; None where one is no number that a drawing may have."""
    try:
        values = [float(element.attributes.get(name, "0")) for name in names]
    except ValueError:
        return None
    return values if all(abs(value) < LARGEST for value in values) else None


def _place(box: tuple[int, int, int, int], window: Window) -> str:
    width, height = window.box[2] * window.unit, window.box[3] * window.unit
    across = min(2, max(0, int(1.5 * (box[0] + box[2]) / width)))
    down = min(2, max(0, int(1.5 * (box[1] + box[3]) / height)))
    names = ("top", "", "bottom")[down], ("left", "", "right")[across]
    return "-".join(name for name in names if name) or "middle"


def _is_unseen(element: Element, around: bool) -> bool:  # noqa: FBT001 - a step of `Inherited`
    if around or element.name in _NOT_DRAWN:
        return True
    held = element.attributes
    if not held:
        return False
    alone = ";".join(f"{name}:{held[name]}" for name in _SHOWING if name in held)
    style = "".join(f"{held.get('style', '')};{alone}".lower().split())
    return _HIDING.search(style) is not None


def _is_moved(element: Element) -> bool:
    scope: Element | None = element
    while scope is not None:
        held = scope.attributes
        if "transform" in held or "transform" in held.get("style", "") or "clip-path" in held:
            return True
        if scope.name == "svg" and scope.depth:
            return True
        scope = scope.parent
    return False


def _style(element: Element, name: str) -> str:
    found = re.search(rf"(?:^|;)\s*{name}\s*:\s*([^;]+)", element.attributes.get("style", ""))
    return found[1].strip() if found else element.attributes.get(name, "")


def _level(colour: str) -> int | None:
    named = {"white": "#ffffff", "black": "#000000"}.get(colour.lower(), colour)
    digits = named.removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004 - one digit a channel
        digits = "".join(2 * digit for digit in digits)
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        return None
    return brightness((red, green, blue))
