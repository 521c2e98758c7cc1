"""The label fonts: what they hold, how they are named, and that their script makes them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Final

import pytest
from fontTools.ttLib import TTFont

from ailabel.standard.wording import IMAGE_FALLBACKS, PHRASES
from corpus import ROOT

FONTS = resources.files("ailabel") / "assets" / "fonts"
FILES = ("ailabel-sans-bold.otf", "ailabel-sans-regular.otf")


@pytest.mark.parametrize("name", FILES)
def test_characters(name: str) -> None:
    """Every default wording and every character of the charset file has a glyph."""
    with resources.as_file(FONTS / name) as path:
        known = set(TTFont(path).getBestCmap())
    wanted = "".join((*PHRASES.values(), *IMAGE_FALLBACKS))
    wanted += (FONTS / "charset.txt").read_text(encoding="utf-8").replace("\n", "")
    assert known >= {ord(char) for char in wanted}


@pytest.mark.parametrize("name", FILES)
def test_names(name: str) -> None:
    """No name by which the font is shown is that of the font it was made from."""
    with resources.as_file(FONTS / name) as path:
        font = TTFont(path)
    shown = [str(record) for record in font["name"].names if record.nameID in {1, 3, 4, 6}]
    assert shown
    assert not [text for text in shown if "noto" in text.lower() or "source" in text.lower()]
    assert "Ailabel" in font["CFF "].cff.fontNames[0]


def test_licence_stands_beside() -> None:
    """The licence and the copyright notice travel with the fonts, as the licence asks."""
    text = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Adobe" in text


SOURCE: Final = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
SOURCE_SHA256: Final = (
    "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb"  # 20220127
)


@pytest.mark.oracle
def test_script_makes_these_fonts() -> None:
    """The script gives the same bytes again from the same source, and complains of nothing."""
    with SOURCE.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SOURCE_SHA256:
            pytest.skip("this system has another version of Noto Sans CJK")
    script = ROOT / "scripts" / "make_fonts.py"
    done = subprocess.run([sys.executable, script, "--check"], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
