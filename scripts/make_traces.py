"""Make ``spec/traces.md`` from the table of traces; ``--check`` only says whether it is current."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel.traces.c2pa_places import FINDERS
from ailabel.traces.iptc import SOURCE_TYPES
from ailabel.traces.places import FORMATS
from ailabel.traces.table import FREE, REJECTED, ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable

TARGET: Final = Path(__file__).resolve().parents[1] / "spec" / "traces.md"
_TABLE: Final = """\
| kind | product | claim, at most | strength, at most | where | text | known by |
|---|---|---|---|---|---|---|
"""
_ABOUT: Final = (
    "What else in a file speaks of AI, besides the label (Measures, art. 6): `ailabel read "
    "--traces`, `ailabel decide`,\nand `ailabel.traces.find`. Made by "
    "`scripts/make_traces.py` from `ailabel/traces/table.py`; a test keeps it\ncurrent."
)
_SIGNS: Final = (
    "A trace proves nothing, for anybody can write or take out metadata, and no trace "
    "proves nothing either. Each says\nwhat it claims of the content (`generated`; "
    "`edited`: a part of it; `tool`: a generator had to do with it;\n`provenance`: a "
    "record that does not speak of AI) and what stands behind it (`signed`: a signature "
    "that was\nchecked and fits the content; `stated`: metadata in the form that the "
    "product writes, or in a field made for\nthis; `weak`: a name alone, or a form known "
    "from hearsay), and names the bytes. Other packages add kinds by the\nentry points "
    "`ailabel.tracers` (`spi.Tracer`)."
)
_MANIFESTS: Final = (
    "Manifests are read without a library: every source type in any assertion, the "
    "program that the claim names, the\nname in the signer's certificate. What a parent "
    "ingredient says holds for the file, what another says for a\npart of it. Nothing is "
    "checked unless it is asked for (`--check-c2pa`, extra `c2pa`), and then offline and "
    "without\na list of trusted signers."
)
_OWN: Final = {  # where the kinds with modules of their own look
    "c2pa": "manifest stores; see below",
    "c2pa-remote": "`xmp:dcterms:provenance`, where no store is embedded",
    "iptc-source-type": (
        "`xmp:Iptc4xmpExt:DigitalSourceType`; `digitalSourceType` of pages, and of JSON-LD in them"
    ),
    "iptc-ai-system": "`xmp:Iptc4xmpExt:AISystemUsed`, `AISystemVersionUsed`",
    "iptc-ai-prompt": "`xmp:Iptc4xmpExt:AIPromptInformation`, `AIPromptWriterName`",
    "stealth": "the lowest bits of alpha, or of the colours, of PNG and lossless WebP",
    "samsung": (
        "block `PhotoEditor_Re_Edit_Data` of the trailer behind pictures, `genAIType` not 0"
    ),
    "bytedance": "any text that is an object with `aigc_info`",
    "tencent-cloud": "any text that is an object with `ServiceProvider` under `AIGC`",
    "film-sei": "unregistered user data before the first picture of H.264 and HEVC in MP4",
}


def text() -> str:
    """Return the document."""
    types = ", ".join(f"`{term}` ({claim.value})" for term, claim in SOURCE_TYPES.items())
    rejected = "\n".join(f"- {what}: {why}." for what, why in REJECTED.items())
    return "\n\n".join(
        (
            "# Traces",
            _ABOUT,
            _SIGNS,
            _TABLE + "".join(map(_row, ROWS)).rstrip(),
            "`system:key` are those of `spi.Entry`; keys are compared in any case. Free texts: "
            + _places(FREE)
            + ".",
            "## C2PA",
            _MANIFESTS,
            f"Formats: {', '.join(sorted(FINDERS))}.",
            f"Source types that speak of AI: {types}.",
            "## Formats",
            f"Texts are gathered from: {', '.join(sorted(FORMATS))}.",
            "## Left out",
            f"{rejected}\n",
        )
    )


def _places(places: Iterable[str]) -> str:
    return ", ".join(f"`{place}`" for place in places)


def _row(row: Row) -> str:
    own = [place for place in row.places if place not in FREE]
    free = "free texts" if set(FREE) <= set(row.places) else ""
    where = _OWN.get(row.kind) or ", ".join(filter(None, (free, _places(own))))
    if not free and row.places:
        where = _places(row.places)
    held = [f"`{_cell(piece)}`" for piece in row.holds] if not row.pattern else []
    pattern = f"`{_cell(row.pattern)}`" if row.pattern else " or ".join(held)
    return (
        f"| `{row.kind}` | {row.product or '-'} | {row.claim.value} | {row.strength.value} "
        f"| {where} | {pattern or '-'} | {row.known} |\n"
    )


def _cell(value: str) -> str:
    return value.replace("|", "\\|")


def main() -> int:
    """Write the document, or compare it."""
    new = text()
    if "--check" in sys.argv:
        return int(not TARGET.exists() or TARGET.read_text(encoding="utf-8") != new)
    TARGET.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
