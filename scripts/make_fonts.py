"""Make the label fonts: subsets of Noto Sans CJK SC, from Debian's package fonts-noto-cjk.

Usage: python scripts/make_fonts.py [--check]

The same source gives the same bytes: nothing is dated anew and nothing depends on the machine.
`--check` compares instead of writing and fails on a difference.
"""

from __future__ import annotations

import argparse
import io
import string
import sys
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCES: Final = Path("/usr/share/fonts/opentype/noto")
FONTS: Final = Path(__file__).parents[1] / "src" / "ailabel" / "assets" / "fonts"
SC_FACE: Final = 2  # the simplified Chinese face in Noto's collections
FAMILY: Final = "Ailabel Sans"  # a changed font must not bear the reserved name [OFL-1.1 3]
STYLES: Final = ("Bold", "Regular")
DESCRIPTION: Final = "A subset of Noto Sans CJK SC 2.004 that holds the characters of AIGC labels"
DROPPED: Final = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
KEPT_NAMES: Final = [0, 1, 2, 3, 4, 5, 6, 10, 13, 14]  # copyright, names, version, licence


def characters() -> str:
    """Return every character that the fonts shall hold: printable ASCII and the charset file."""
    chosen = (FONTS / "charset.txt").read_text(encoding="utf-8")
    ascii_printable = string.ascii_letters + string.digits + string.punctuation + " "
    return "".join(sorted(set(chosen + ascii_printable) - {"\n"}))


def make(style: str) -> bytes:
    """Return the bytes of one font."""
    source = SOURCES / f"NotoSansCJK-{style}.ttc"
    font = TTFont(source, fontNumber=SC_FACE, recalcTimestamp=False)
    wanted = characters()
    missing = set(map(ord, wanted)) - set(font.getBestCmap())
    if missing:
        sys.exit(f"{source.name} lacks {sorted(map(chr, missing))}")
    options = subset.Options(
        layout_features=[],
        hinting=True,  # keeps the strokes of small labels on the pixel grid
        desubroutinize=True,
        notdef_outline=True,
        name_IDs=KEPT_NAMES,
        name_languages=[0x409],
    )
    options.drop_tables += DROPPED
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=wanted)
    subsetter.subset(font)
    rename(font, style)
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()


def rename(font: TTFont, style: str) -> None:
    """Give the font its own name wherever a font holds one."""
    full, postscript = f"{FAMILY} {style}", f"{FAMILY.replace(' ', '')}-{style}"
    values = {1: FAMILY, 2: style, 3: f"2.004;{postscript}", 4: full, 6: postscript}
    for number, value in {**values, 10: DESCRIPTION}.items():
        font["name"].setName(value, number, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = full, FAMILY
    for part in top.FDArray:
        part.FontName = part.FontName.replace(f"NotoSansCJKjp-{style}", postscript)


def main() -> None:
    """Write the fonts, or compare them with `--check`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    for style in STYLES:
        target = FONTS / f"ailabel-sans-{style.lower()}.otf"
        data = make(style)
        if not check:
            target.write_bytes(data)
        elif target.read_bytes() != data:
            sys.exit(f"{target.name} is not what this script makes")
        print(f"{target.name}: {len(characters())} characters, {len(data)} bytes")


if __name__ == "__main__":
    main()
