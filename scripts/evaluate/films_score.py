"""The section on films: what `ailabel verify` sees at their beginning, and for how long."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import ailabel
from evaluate.films import FilmCase, cases, make
from evaluate.section import machine, percentile, rates, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evaluate.section import Row, Section

__all__ = ["SECTION"]

SEED: Final = 20254
_OPTIONS: Final = ailabel.VerifyOptions(implicit=False)
_HOW: Final = (
    f"Four seconds at ten frames a second, in five containers; seed {SEED}. What is counted is "
    "whether the verdict is right."
)
_SECONDS: Final = 2.0  # GB 45438-2025 5.4 g
_HEIGHT: Final = 5.0  # per cent, 5.4 f


@lru_cache(maxsize=1)
def _grid() -> dict[str, FilmCase]:
    return {case.id: case for case in cases(SEED)}


class Films:
    """Films whose label is shown for some time, from some time on, and films without."""

    sources: tuple[str, ...] = (
        "src/ailabel/marks/video/*.py",
        "src/ailabel/sight/*.py",
        "scripts/evaluate/films*.py",
        "scripts/evaluate/pictures.py",
    )

    def keys(self) -> list[str]:
        """Return the keys of the grid; see `evaluate.section.Section`."""
        return list(_grid())

    def run(self, key: str) -> Row:
        """Make one film and verify it."""
        case = _grid()[key]
        data, truth = make(case)
        start = time.process_time()
        report = ailabel.verify_bytes(data, _OPTIONS, name=f"film.{case.container}")
        seconds = time.process_time() - start
        outcomes = {check.rule: check.outcome.value for check in report.checks}
        return {
            **case.parameters(),
            "ink": None if truth is None else truth.ink_percent,
            "verdict": report.explicit.value,
            "shown": outcomes.get("EXP-V1"),
            "long": outcomes.get("EXP-V3"),
            "cpu": seconds,
        }

    def report(self, rows: Sequence[Row]) -> str:
        """Return the section; see `evaluate.section.Section`."""
        groups = {name: [row for row in rows if _group(row) == name] for name in _EXPECTED}
        figures = [
            (name, f"{sum(map(_EXPECTED[name], found))} of {len(found)}")
            for name, found in groups.items()
        ]
        wrong = [
            f"{row['id']} ({name}: {row['verdict']}, shown {row['shown']}, long {row['long']})"
            for name, found in groups.items()
            for row in found
            if not _EXPECTED[name](row)
        ]
        return "\n\n".join(
            (
                "## Films",
                _HOW,
                machine("av", "rapidocr", "onnxruntime"),
                table(("films", "right"), figures),
                rates(groups["legal"], "container", _EXPECTED["legal"]),
                f"CPU seconds, median: {percentile((row['cpu'] for row in rows), 0.5):.2f}.",
                f"Wrong: {'; '.join(wrong) or 'none'}.",
            )
        )


def _group(row: Row) -> str:
    if row["kind"] != "labelled":
        return str(row["kind"])
    if row["late"]:
        return "not from the start"
    if row["ink"] is not None and row["ink"] < _HEIGHT:
        return "too small"
    return "legal" if row["seconds"] >= _SECONDS else "too short"


_EXPECTED: Final[dict[str, Callable[[Row], bool]]] = {
    "legal": lambda row: bool(row["verdict"] == "compliant"),
    "ours": lambda row: bool(row["verdict"] == "compliant"),
    "too short": lambda row: row["verdict"] != "compliant" and row["long"] in {"fail", None},
    "too small": lambda row: bool(row["verdict"] != "compliant"),
    "not from the start": lambda row: bool(row["verdict"] != "compliant"),
    "clean": lambda row: row["verdict"] in {"not_found", "inconclusive"},
}

SECTION: Final[Section] = Films()
