"""The label on SVG drawings: a text element on a plate, in front of everything [SVG2 11].

Its size follows the window that the root element opens (width, height, viewBox), not the user's
units alone. Which font a viewer takes nobody knows, so the em is chosen so large that the ink is
high enough in the flattest usual font, and the width is fixed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs import svg
from ailabel.codecs.markup import escape
from ailabel.errors import PlanError
from ailabel.io.source import check_limit
from ailabel.model.report import Mark
from ailabel.spi import Rendition
from ailabel.standard.wording import (
    CORNERS,
    IMAGE_AIM_HEIGHT,
    IMAGE_FALLBACKS,
    IMAGE_MIN_INK_PX,
    PHRASES,
)
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.svg import Document
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import MarkSpec

__all__ = ["LARGEST", "Window", "parse", "pixels", "render", "window_of"]

_ATTRIBUTE: Final = re.compile(
    rb"""\s(width|height|viewBox|preserveAspectRatio)\s*=\s*(?:"([^"]*)"|'([^']*)')"""
)
_LENGTH: Final = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*([a-z%]*)\s*", re.ASCII)
_UNITS: Final = {  # in pixels [CSS-VALUES 6.2]
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
}
_SMALLEST: Final = 1e-6
LARGEST: Final = 1e9  # no drawing is beyond; what is divided stays finite
_FLATTEST: Final = 0.73  # ink of ideographs in em, Microsoft YaHei; Noto has 0.96
_LATIN: Final = 0.62  # of an em: how wide other letters than ideographs are
_PAD_X, _PAD_Y, _MARGIN = 0.4, 0.25, 0.015
_WIDEST: Final = 0.9  # of the drawing
_FONTS: Final = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
_SVG: Final = "http://www.w3.org/2000/svg"
_MARKUP: Final = (
    '<g xmlns="{svg}" role="img" aria-label="{text}" style="display:inline;visibility:visible;'
    'opacity:1"><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" '
    'style="fill:#121212;fill-opacity:1;stroke:none"/><text x="{left}" y="{base}" '
    'textLength="{length}" lengthAdjust="spacingAndGlyphs" style="font-family:{fonts};'
    "font-size:{em}px;font-weight:700;fill:#ffffff;fill-opacity:1;stroke:none;text-anchor:start;"
    'display:inline;visibility:visible">{text}</text></g>'
)


@frozen(kw_only=True)
class Window:
    """What a drawing opens.

    Args:
        box: left, top, width and height in user units.
        unit: pixels to a unit.
        size: width and height, in pixels.
        is_sized: whether it says its size, or only its shape.
    """

    box: tuple[float, float, float, float]
    unit: float
    size: tuple[float, float]
    is_sized: bool


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the element that shows the label.

    Raises:
        PlanError: the drawing says no size, or no wording fits.
        MalformedFileError: it is no well-formed SVG.
    """
    document = parse(view)
    window = window_of(document)
    place = spec.position or "bottom-right"
    if place not in CORNERS:
        raise PlanError(
            "a picture has no position {position}; choose one of: {known}",
            position=place,
            known=", ".join(CORNERS),
        )
    least = IMAGE_MIN_INK_PX if window.is_sized else 0
    ink = max(min(window.size) * IMAGE_AIM_HEIGHT, least)
    em = ink / _FLATTEST / window.unit
    for text in _wordings(spec):
        width = sum(1.0 if char >= "\u2e80" else _LATIN for char in text) * em
        if width + 2 * _PAD_X * em <= window.box[2] * _WIDEST and em * 2 <= window.box[3]:
            markup = _element(text, place, (width, em), window)
            shown = Mark(text=text, place=place, height_percent=_percent(em, window))
            return Rendition(edits=(_into(document, markup),), marks=(shown,))
    raise PlanError(
        "no legal wording fits at a legible size on a picture of {width} × {height} pixels; "
        "enlarge the picture before it is labelled",
        width=round(window.size[0]),
        height=round(window.size[1]),
    )


def _wordings(spec: MarkSpec) -> tuple[str, ...]:
    if spec.text is not None:
        return (spec.text,)
    return (PHRASES["image", spec.wording], PHRASES["image", "zh"], *IMAGE_FALLBACKS)


def _percent(em: float, window: Window) -> float:
    """Return the height of the ink in the flattest usual font, in per cent of the shortest side."""
    return round(100 * em * _FLATTEST * window.unit / min(window.size), 2)


def parse(view: View) -> Document:
    """Return the drawing.

    Raises:
        MalformedFileError: it is no well-formed SVG.
        LimitExceededError: it is too long.
    """
    check_limit("the text", view.size, view.limits.text_bytes)
    return svg.parse(view.read(0, view.size, "the SVG"), view.limits)


def window_of(document: Document) -> Window:
    """Return what the root element opens.

    Raises:
        PlanError: it says no size, or cuts the drawing at its edges.
    """
    head = document.data[document.root.start : document.root.inner]
    held = {
        match[1].decode(): (match[2] if match[2] is not None else match[3]).decode(
            "utf-8", "replace"
        )
        for match in _ATTRIBUTE.finditer(head)
    }
    box = _box(held.get("viewBox", ""))
    width, height = pixels(held.get("width", "")), pixels(held.get("height", ""))
    if box is None:
        if not (width and height):
            raise PlanError("the drawing says neither its size nor a viewBox; give it one first")
        box = (0.0, 0.0, width, height)
    is_sized = bool(width or height)
    width = width or (height * box[2] / box[3] if height else box[2])
    height = height or width * box[3] / box[2]
    fit = held.get("preserveAspectRatio", "")
    if "slice" in fit:
        raise PlanError("the drawing is cut at its edges (slice); save it without that first")
    scales = width / box[2], height / box[3]
    unit = scales[1] if "none" in fit else min(scales)
    return Window(box=box, unit=unit, size=(width, height), is_sized=is_sized)


def _box(text: str) -> tuple[float, float, float, float] | None:
    try:
        left, top, width, height = (float(part) for part in re.split(r"[\s,]+", text.strip()))
    except ValueError:
        return None
    usable = all(abs(value) < LARGEST for value in (left, top, width, height))  # and no NaN
    return (left, top, width, height) if usable and min(width, height) > _SMALLEST else None


def pixels(text: str) -> float:
    """Return a length in pixels; 0 for one that depends on where the drawing is shown."""
    found = _LENGTH.fullmatch(text)
    if found is None or found[2] not in _UNITS:
        return 0.0
    value = float(found[1]) * _UNITS[found[2]]
    return value if _SMALLEST < value < LARGEST else 0.0


def _element(text: str, place: str, size: tuple[float, float], window: Window) -> str:
    width, em = size[0] + 2 * _PAD_X * size[1], size[1] * (1 + 2 * _PAD_Y)
    left, top, wide, high = window.box
    margin = min(wide, high) * _MARGIN
    x = _along(left, wide, width, margin, ("left" in place, "right" in place))
    y = _along(top, high, em, margin, ("top" in place, "bottom" in place))
    return _MARKUP.format(
        svg=_SVG,
        text=escape(text),
        x=_number(x),
        y=_number(y),
        width=_number(width),
        height=_number(em),
        radius=_number(0.2 * em),
        left=_number(x + _PAD_X * size[1]),
        base=_number(y + (_PAD_Y + 0.87) * size[1]),
        length=_number(size[0]),
        fonts=_FONTS,
        em=_number(size[1]),
    )


def _along(start: float, room: float, size: float, margin: float, ends: tuple[bool, bool]) -> float:
    if ends[0]:
        return start + margin
    return start + room - size - margin if ends[1] else start + (room - size) / 2


def _number(value: float) -> str:
    return f"{value:.6g}"


def _into(document: Document, markup: str) -> Edit:
    """Plan the element as the last of the root's content."""
    root = document.root
    if not root.is_empty:
        return document.edit(root.inner_end, root.inner_end, markup.encode())
    whole = f">{markup}</{root.name}>".encode()
    return document.edit(root.end - len(b"/>"), root.end, whole)
