"""Fonts: characters to glyphs, widths, what is embedded."""

from __future__ import annotations

import io
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.opentype import Glyph, open_font
from ailabel.errors import MalformedFileError
from builders.fonts import truetype

if TYPE_CHECKING:
    from collections.abc import Callable

FONTS: Final = resources.files("ailabel") / "assets" / "fonts"
BOLD: Final = (FONTS / "ailabel-sans-bold.otf").read_bytes()


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["ailabel-sans-bold.otf", "ailabel-sans-regular.otf"])
def test_our_fonts(name: str) -> None:
    """Every character of our fonts has the CID and the width that fontTools finds."""
    data = (FONTS / name).read_bytes()
    font, oracle = open_font(data), TTFont(io.BytesIO(data))
    characters: dict[int, str] = oracle.getBestCmap()
    assert len(characters) > 200
    for code, glyph in characters.items():
        cid = int(glyph.removeprefix("cid"))
        assert font.glyph(chr(code)) == Glyph(cid, oracle["hmtx"][glyph][0])
    assert font.glyph("龘") is None
    assert font.program() == oracle.getTableData("CFF ")
    assert not font.truetype


def testtruetype() -> None:
    """A TrueType font is selected by glyph index, and stripped to what a PDF needs."""
    font = open_font(truetype({0x41: "A", 0x42: "B", 0x4EBA: "ren", 0x1F600: "face"}))
    assert font.truetype
    assert font.embeddable
    assert font.glyph("B") == Glyph(2, 510)
    assert font.glyph("人") == Glyph(3, 515)
    assert font.glyph("😀") == Glyph(4, 520)
    assert font.glyph("C") is None
    assert (font.ascent, font.descent) == (900, -200)
    stripped: Any = TTFont(io.BytesIO(font.program()), checkChecksums=2)
    assert "cmap" not in stripped
    assert stripped["maxp"].numGlyphs == 5


def test_sparse_map_without_groups() -> None:
    """A font with nothing beyond the first plane is looked up in the older kind of map."""
    font = open_font(truetype({0x41: "A", 0x43: "A", 0x45: "E", 0x46: "A"}))
    codes = [glyph.code if (glyph := font.glyph(char)) else 0 for char in "@ABCDEFG"]
    assert codes == [0, 1, 0, 1, 0, 2, 1, 0]


def test_restricted_font() -> None:
    """A font whose maker forbids embedding says so."""
    assert not open_font(truetype({0x41: "A"}, restricted=True)).embeddable


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: b"ttcf" + data[4:8],
        lambda data: data[:100],
        lambda data: data.replace(b"cmap", b"xxxx", 1),
        lambda data: data.replace(b"CFF ", b"xxxx", 1),
    ],
)
def test_broken_font(damage: Callable[[bytes], bytes]) -> None:
    """What is no font is malformed."""
    with pytest.raises(MalformedFileError):
        open_font(damage(BOLD))


@given(st.integers(0, len(BOLD) - 1), st.integers(0, 255))
def test_any_damage(place: int, value: int) -> None:
    """A font with one byte changed opens or is malformed; looking up never ends otherwise."""
    data = BOLD[:place] + bytes((value,)) + BOLD[place + 1 :]
    try:
        font = open_font(data)
    except MalformedFileError:
        return
    assert font.program()
