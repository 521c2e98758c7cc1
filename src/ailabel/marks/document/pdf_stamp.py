"""How the stamp on a PDF page is drawn: its font, its place, its content stream.

The font goes into the file whole: our own holds a few hundred characters. Text is coded by glyph
and carries a map back to Unicode, so that it can be searched and copied [ISO32000-2 9.7, 9.10.3].
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.codecs.opentype import open_font
from ailabel.codecs.pdf_syntax import Array, Ref
from ailabel.codecs.pdf_update import stream_object
from ailabel.errors import MalformedFileError, PlanError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ailabel.codecs.opentype import Font, Glyph
    from ailabel.codecs.pdf import Document, Page

__all__ = ["FONT_OBJECTS", "Line", "Sheet", "draw", "font_objects", "set_line", "sheet"]

FONT_OBJECTS: Final = 5
_SIZE: Final = 12.0  # points: the size of body text
_SHARE: Final = 0.02  # of the short side, on pages larger than usual
_LEGIBLE: Final = 6.0  # points: below this a label cannot be read on paper
_MARGIN: Final = 0.02  # of the short side, between the plate and the edge
_PAD: Final = 0.3  # of the size, between the text and the plate's edge
_BELOW: Final = 0.12  # of the size: how far ideographs reach below the base line
_LETTER: Final = (612.0, 792.0)  # the default of readers for a page without a box
_MAX_FONT: Final = 64 << 20
_NUMBERS: Final = 4  # of a rectangle


@frozen
class Line:
    """A line of text, set: its text, its font, its glyphs."""

    text: str
    font: Font
    glyphs: tuple[Glyph, ...]

    @property
    def width(self) -> float:
        """Its width, in font sizes."""
        return sum(glyph.width for glyph in self.glyphs) / 1000


@frozen
class Sheet:
    """A page as a viewer shows it.

    Args:
        width: of what is visible, in units of the page's user space.
        height: of the same.
        unit: how many points a unit is.
        matrix: takes points counted from the lower left corner of the view to the page's own.
    """

    width: float
    height: float
    unit: float
    matrix: tuple[float, ...]


def set_line(text: str, path: Path | None) -> Line:
    """Look up the glyphs of a text in our own font, or in the user's.

    Raises:
        PlanError: the font cannot be used, or lacks a character.
    """
    name = path.name if path else "Ailabel Sans"
    try:
        font = open_font(_read(path))
    except (MalformedFileError, OSError) as error:
        raise PlanError(
            "the font {name} cannot be used: {reason}", name=name, reason=str(error)
        ) from error
    if not font.embeddable:
        raise PlanError("the font {name} must not be embedded in documents", name=name)
    found = {char: font.glyph(char) for char in text}
    lacking = [char for char, glyph in found.items() if glyph is None]
    if lacking:
        raise PlanError(
            "the font {name} lacks {characters}; name a font that has them with --font",
            name=name,
            characters=" ".join(f"{char} (U+{ord(char):04X})" for char in lacking[:8]),
        )
    return Line(text, font, tuple(glyph for char in text if (glyph := found[char]) is not None))


def font_objects(line: Line, refs: tuple[Ref, ...]) -> dict[Ref, bytes]:
    """Return the objects of the font; the first reference is what resources name."""
    top, descendant, descriptor, program, unicode = refs
    font = line.font
    kind, key = (b"2", b"FontFile2") if font.truetype else (b"0", b"FontFile3")
    widths = b" ".join(
        b"%d[%d]" % item for item in sorted({(g.code, g.width) for g in line.glyphs})
    )
    data = font.program()
    about = b"/Length1 %d" % len(data) if font.truetype else b"/Subtype/CIDFontType0C"
    return {
        top: b"<</Type/Font/Subtype/Type0/BaseFont/AilabelStamp/Encoding/Identity-H"
        b"/DescendantFonts[%b]/ToUnicode %b>>" % (bytes(descendant), bytes(unicode)),
        descendant: b"<</Type/Font/Subtype/CIDFontType%b/BaseFont/AilabelStamp/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %b/DW 1000/W[%b]%b>>"
        % (kind, bytes(descriptor), widths, b"/CIDToGIDMap/Identity" if font.truetype else b""),
        descriptor: b"<</Type/FontDescriptor/FontName/AilabelStamp/Flags 4/FontBBox[%d %d %d %d]"
        b"/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 100/%b %b>>"
        % (*font.box, font.ascent, font.descent, font.ascent, key, bytes(program)),
        program: stream_object(zlib.compress(data, 9), b"/Filter/FlateDecode" + about),
        unicode: stream_object(_to_unicode(line)),
    }


def sheet(document: Document, page: Page) -> Sheet:
    """Say how a viewer shows a page [ISO32000-2 7.7.3.3, 14.11.2].

    Raises:
        PlanError: the page has no area.
    """
    media = _box(document, page.get("MediaBox")) or (0.0, 0.0, *_LETTER)
    crop = _box(document, page.get("CropBox")) or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    if left >= right or bottom >= top:
        raise PlanError("a page of the PDF has no area that could be seen")
    turn = document.resolve(page.get("Rotate"))
    turn = int(turn) % 360 if isinstance(turn, (int, float)) else 0
    unit = document.resolve(page.get("UserUnit"))
    unit = float(unit) if isinstance(unit, (int, float)) and unit > 0 else 1.0
    matrices = {
        0: (1.0, 0.0, 0.0, 1.0, left, bottom),
        90: (0.0, 1.0, -1.0, 0.0, right, bottom),
        180: (-1.0, 0.0, 0.0, -1.0, right, top),
        270: (0.0, -1.0, 1.0, 0.0, left, top),
    }
    size = (right - left, top - bottom)
    width, height = size if turn % 180 == 0 else size[::-1]
    return Sheet(width, height, unit, matrices.get(turn, matrices[0]))


def draw(line: Line, where: Sheet, place: str, font: str) -> bytes:
    """Return the content that draws a line in a corner of a page.

    A white plate lies under it, so that it can be read on any ground. It begins where reading
    begins, at the top left, or ends where it ends, at the bottom right.

    Args:
        line: the line.
        where: the page.
        place: ``start`` or ``end``.
        font: the font's name in the resources of the page.

    Raises:
        PlanError: the page is too small for legible text.
    """
    short = min(where.width, where.height)
    margin = _MARGIN * short
    size = max(_SIZE / where.unit, _SHARE * short)
    size = min(size, (where.width - 2 * margin) / (line.width + 2 * _PAD))
    width, height = size * (line.width + 2 * _PAD), size * (1 + 2 * _PAD)
    if size * where.unit < _LEGIBLE or 2 * (height + margin) > where.height:
        raise PlanError("a page of the PDF is too small for a legible label")
    x = margin if place == "start" else where.width - margin - width
    y = where.height - margin - height if place == "start" else margin
    codes = b"".join(b"%04X" % glyph.code for glyph in line.glyphs)
    return b"%b cm\n1 g %b re f\nBT 0 g 0 Tr /%b %b Tf %b Td <%b> Tj ET\n" % (
        _numbers(where.matrix),
        _numbers((x, y, width, height)),
        font.encode("ascii"),
        _numbers((size,)),
        _numbers((x + _PAD * size, y + (_PAD + _BELOW) * size)),
        codes,
    )


def _read(path: Path | None) -> bytes:
    if path is None:
        from importlib import resources

        folder = resources.files("ailabel") / "assets" / "fonts"
        return (folder / "ailabel-sans-bold.otf").read_bytes()
    if path.stat().st_size > _MAX_FONT:
        raise MalformedFileError("the file is too large for a font")
    return path.read_bytes()


def _box(document: Document, value: object) -> tuple[float, float, float, float] | None:
    found = document.resolve(value)
    items = [document.resolve(item) for item in found] if isinstance(found, Array) else []
    numbers = [float(item) for item in items if isinstance(item, (int, float))]
    if len(numbers) != _NUMBERS:
        return None
    x, y = sorted(numbers[::2]), sorted(numbers[1::2])
    return x[0], y[0], x[1], y[1]


def _numbers(values: Iterable[float]) -> bytes:
    """Write numbers as PDF wants them: without an exponent."""
    texts = (f"{value:.3f}".rstrip("0").rstrip(".") for value in values)
    return " ".join(texts).encode("ascii")


def _to_unicode(line: Line) -> bytes:
    pairs = {glyph.code: char for glyph, char in zip(line.glyphs, line.text, strict=True)}
    rows = [
        b"<%04X> <%b>\n" % (code, char.encode("utf-16-be").hex().upper().encode("ascii"))
        for code, char in sorted(pairs.items())
    ]
    blocks = (rows[index : index + 100] for index in range(0, len(rows), 100))  # [TN 5014]
    body = b"".join(
        b"%d beginbfchar\n%bendbfchar\n" % (len(block), b"".join(block)) for block in blocks
    )
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        b"/CMapName /AilabelStamp def\n/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + body
        + b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )
