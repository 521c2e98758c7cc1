"""The section on documents and texts: what `ailabel verify` sees on their pages."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import ailabel
from evaluate.documents import KINDS, VARIANTS, make
from evaluate.section import machine, percentile, rates, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluate.section import Row, Section

__all__ = ["SECTION"]

_OPTIONS: Final = ailabel.VerifyOptions(implicit=False)
_NOT_FORMATS: Final = "cannot be made"


class Documents:
    """Every kind of document, with a label that shows, one that does not, and none."""

    sources: tuple[str, ...] = (
        "src/ailabel/marks/document/*.py",
        "src/ailabel/marks/text/*.py",
        "src/ailabel/standard/*.py",
        "src/ailabel/codecs/*.py",
        "scripts/evaluate/documents*.py",
    )

    def keys(self) -> list[str]:
        """Return the keys of the grid; see `evaluate.section.Section`."""
        return [f"{kind}: {variant}" for kind in KINDS for variant in VARIANTS]

    def run(self, key: str) -> Row:
        """Make one document and verify it."""
        kind, _, variant = key.partition(": ")
        row: Row = {"id": key, "kind": kind, "variant": variant, "shows": VARIANTS[variant][2]}
        made = make(kind, variant)
        if made is None:
            return {**row, "verdict": _NOT_FORMATS, "seconds": 0.0}
        start = time.process_time()
        report = ailabel.verify_bytes(made[1], _OPTIONS, name=made[0])
        seconds = time.process_time() - start
        return {**row, "verdict": report.explicit.value, "seconds": seconds}

    def report(self, rows: Sequence[Row]) -> str:
        """Return the section; see `evaluate.section.Section`."""
        made = [row for row in rows if row["verdict"] != _NOT_FORMATS]
        labels = [row for row in made if row["shows"]]
        others = [row for row in made if not row["shows"]]
        false = [row["id"] for row in others if _found(row)]
        missed = [f"{row['id']} ({row['verdict']})" for row in labels if not _found(row)]
        figures = (
            ("documents", len(made)),
            ("labels that show, found", f"{len(labels) - len(missed)} of {len(labels)}"),
            ("false finds", f"{len(false)} of {len(others)}"),
            ("CPU seconds, median", f"{percentile((row['seconds'] for row in made), 0.5):.3f}"),
            ("variants that a format cannot have", len(rows) - len(made)),
        )
        return "\n\n".join(
            (
                "## Documents and texts",
                "Made by a browser, python-pptx, openpyxl and by hand; nothing is left to chance.",
                machine("pypdfium2"),
                table(("", ""), figures),
                rates(labels, "kind", _found),
                f"Missed: {'; '.join(missed) or 'none'}.",
                f"False: {'; '.join(false) or 'none'}.",
            )
        )


def _found(row: Row) -> bool:
    return bool(row["verdict"] == "compliant")


SECTION: Final[Section] = Documents()
