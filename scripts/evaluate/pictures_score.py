"""The section on pictures: what `ailabel verify` finds on them, and how well it measures."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

import ailabel
from evaluate.pictures import LEVELS, OURS, Case, cases, make
from evaluate.section import machine, percentile, rates, table
from evaluate.sources import DEBIAN, FONTS, WHEELS, photographs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evaluate.section import Row, Section

__all__ = ["SECTION"]

SEED: Final = 45438
COUNTS: Final = (600, 160, 300)  # labels of others, of ours, clean pictures
_RULES: Final = ("EXP-I1", "EXP-I2", "EXP-I3", "EXP-I4")
_LEGAL: Final = 5.0
_NEAR: Final = (4.7, 5.3)
_OPTIONS: Final = ailabel.VerifyOptions(implicit=False)


@lru_cache(maxsize=1)
def _grid() -> dict[str, Case]:
    found = {case.id: case for case in cases("scoring", COUNTS, SEED)}
    order = sorted(found, key=lambda key: (int(key.rpartition("-")[2]), key))  # kinds mixed
    return {key: found[key] for key in order}


class Pictures:
    """Pictures with labels of known text, place and height, and pictures without."""

    sources: tuple[str, ...] = (
        *(
            f"src/ailabel/sight/{name}.py"
            for name in ("groups", "ink", "look", "masks", "reader", "shape", "words")
        ),
        "src/ailabel/marks/image/inspect*.py",
        "src/ailabel/engine/measures.py",
        "src/ailabel/standard/assertion.py",
        "src/ailabel/standard/textmark.py",
        "src/ailabel/standard/wording.py",
        "scripts/evaluate/pictures.py",
        "scripts/evaluate/sources.py",
    )

    def keys(self) -> list[str]:
        """Return the keys of the grid; see `evaluate.section.Section`."""
        return list(_grid())

    def run(self, key: str) -> Row:
        """Make one picture and verify it."""
        case = _grid()[key]
        data, truth = make(case)
        start = time.process_time()
        report = ailabel.verify_bytes(data, _OPTIONS)
        seconds = time.process_time() - start
        row: Row = {
            **case.parameters(),
            "photo": Path(case.photo).name,
            "truth": truth.text,
            "true_ink": round(truth.ink_percent, 3),
            "true_em": round(truth.em_percent, 3),
            "verdict": report.explicit.value,
            "seen": [[item.text, item.finding] for item in report.sightings],
            "seconds": round(seconds, 3),
            "outcomes": {
                check.rule: check.outcome.value for check in report.checks if check.rule in _RULES
            },
        }
        labels = [item for item in report.sightings if item.finding == "found"]
        if labels:
            row |= {
                "ink": labels[0].ink_percent,
                "em": labels[0].em_percent,
                "tolerance": labels[0].tolerance,
                "edge": labels[0].at_edge,
                "contrast": labels[0].contrast,
            }
        return row

    def report(self, rows: Sequence[Row]) -> str:
        """Return the section; see `evaluate.section.Section`."""
        labelled = [row for row in rows if row["kind"] == "labelled"]
        ours = [row for row in rows if row["kind"] == "ours"]
        clean = [row for row in rows if row["kind"] == "clean"]
        legal = [row for row in labelled if row["true_ink"] >= _LEGAL]
        pieces = [
            "## Pictures",
            _method(rows),
            _summary(legal, ours, clean, rows),
            "### Found, by height of the ink (per cent of the shortest side)",
            rates(labelled, "height", _found),
            "### Found among those of legal size",
            *(rates(legal, name, _found) for name in LEVELS if name != "height"),
            "### Height",
            _heights([row for row in (*labelled, *ours) if row.get("ink")]),
            "### Near 5 %",
            _near(labelled),
            "### Place",
            _places([*labelled, *ours]),
            "### What was not found, or left to a person",
            _listed(row for row in (*labelled, *ours) if not _found(row)),
            "### Clean pictures on which something was seen",
            _listed(row for row in clean if row["seen"]),
        ]
        return "\n\n".join(pieces)


def _found(row: Row) -> bool:
    """Say whether a label was found, whatever else was left to a person."""
    return any(finding == "found" for _, finding in row["seen"])


def _method(rows: Sequence[Row]) -> str:
    labelled, ours, clean = (
        sum(row["kind"] == kind for row in rows) for kind in ("labelled", "ours", "clean")
    )
    return (
        f"{len(rows)} pictures of a grid of {sum(COUNTS)}, seed {SEED}: {labelled} with labels in "
        f"the wordings, fonts and "
        f"styles below, {ours} labelled by ailabel, {clean} with ordinary text and no "
        f"label. Every parameter takes each of its levels equally often, shuffled; no case is left "
        f"out. Plain, translucent and shadowed letters are white or black, whichever differs more "
        f"from the mean behind them; on a busy picture some are hard to read for anybody. "
        f"{len(photographs('scoring'))} photographs for scoring, "
        f"{len(photographs('tuning'))} others for tuning, from {', '.join((*DEBIAN, *WHEELS))}. "
        f"Fonts: {', '.join(FONTS)}. Ours: {', '.join(OURS)} varied.\n\n"
        f"{machine('rapidocr', 'onnxruntime', 'pillow')}."
    )


def _summary(legal: list[Row], ours: list[Row], clean: list[Row], rows: Sequence[Row]) -> str:
    errors = [error for row in rows if (error := _error(row, "ink")) is not None]
    false = sum(_found(row) for row in clean)
    seconds = [row["seconds"] for row in rows]
    p95, p50 = (f"± {100 * percentile(errors, share):.1f} %" for share in (0.95, 0.5))
    spread = f"{p95} (median {p50})"
    return table(
        ("", "measured", "aim"),
        (
            ("labels of legal size found", _share(legal), "≥ 98.5 %"),
            ("our own labels found", _share(ours), "≥ 99.5 %"),
            ("clean pictures taken for labelled", f"{false} of {len(clean)}", "0"),
            (
                "height of the ink, error of 95 %",
                spread,
                "± 6 %",
            ),
            (
                "CPU seconds a picture",
                f"{percentile(seconds, 0.5):.2f} median, {percentile(seconds, 0.95):.2f} at 95 %",
                "≤ 0.5 median",
            ),
            (
                "peak memory, a picture of 12 million pixels in a process of its own",
                f"{_peak()} MB",
                "≤ 512 MB",
            ),
        ),
    )


def _peak() -> int:
    """Return the most memory that looking at a large picture takes, in MB."""
    with Image.open(photographs("scoring")[0]) as opened:
        picture = opened.convert("RGB").resize((4000, 3000))
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    code = (
        "import resource, sys, ailabel\n"
        "ailabel.verify_bytes(sys.stdin.buffer.read(), ailabel.VerifyOptions(implicit=False))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=out.getvalue(), capture_output=True, check=True)
    return int(done.stdout)


def _share(rows: list[Row]) -> str:
    found = sum(map(_found, rows))
    return f"{100 * found / max(1, len(rows)):.2f} % ({found} of {len(rows)})"


def _error(row: Row, what: str) -> float | None:
    """Return how far a measured height is off, as a share; None where nothing was measured."""
    if row["kind"] == "clean" or not row.get(what):
        return None
    return abs(float(row[what]) / float(row[f"true_{what}"]) - 1)


def _heights(rows: list[Row]) -> str:
    """Tell the errors of the heights, and whether the tolerance that is told covers them."""
    lines = []
    for name, part in (
        ("all", rows),
        ("legal size", [row for row in rows if row["true_ink"] >= _LEGAL]),
        ("ours", [row for row in rows if row["kind"] == "ours"]),
    ):
        ink = [_error(row, "ink") or 0.0 for row in part]
        covered = sum((_error(row, "ink") or 0.0) <= row["tolerance"] for row in part)
        em = [_error(row, "em") or 0.0 for row in part if row["kind"] == "labelled"]
        lines.append(
            (
                name,
                len(part),
                *(f"{100 * percentile(ink, share):.1f} %" for share in (0.5, 0.9, 0.95, 0.99)),
                f"{100 * percentile(em, 0.95):.1f} %",
                f"{100 * percentile([row['tolerance'] for row in part], 0.5):.1f} %",
                f"{100 * covered / max(1, len(part)):.1f} %",
            )
        )
    head = ("", "labels", "ink p50", "p90", "p95", "p99", "em p95", "tolerance p50", "covered")
    return table(head, lines)


def _near(rows: list[Row]) -> str:
    """Tell the judgements on height: far below, near and far above the limit, and wrong ones."""
    found = [row for row in rows if _found(row)]
    low, high = _NEAR
    parts = (
        (f"below {low} %", [row for row in found if row["true_em"] < low]),
        (f"{low} to {high} %", [row for row in found if low <= row["true_em"] <= high]),
        (f"above {high} %", [row for row in found if row["true_em"] > high]),
    )
    lines = [
        (name, len(part), *(_count(part, "EXP-I3", kind) for kind in ("pass", "review", "fail")))
        for name, part in parts
    ]
    wrong = [
        row
        for row in found
        if (row["true_em"] >= _LEGAL and row["outcomes"].get("EXP-I3") == "fail")
        or (row["true_em"] < _LEGAL and row["outcomes"].get("EXP-I3") == "pass")
    ]
    return (
        table(("em box in truth", "labels", "pass", "review", "fail"), lines)
        + f"\n\nJudged wrongly: {len(wrong)} of {len(found)}"
        + "".join(
            f"\n- {row['id']}: em box {row['true_em']} %, measured {row.get('em')} %, "
            f"± {row.get('tolerance')}: {row['outcomes'].get('EXP-I3')}"
            for row in wrong
        )
    )


def _count(rows: list[Row], rule: str, outcome: str) -> int:
    return sum(row["outcomes"].get(rule) == outcome for row in rows)


def _places(rows: list[Row]) -> str:
    found = [row for row in rows if _found(row) and row.get("edge") is not None]
    middle = [row for row in found if row["place"] == "middle"]
    edge = [row for row in found if row["place"] != "middle"]
    wrong = [row["id"] for row in edge if not row["edge"]]
    return (
        f"Of {len(edge)} labels at an edge or corner {len(edge) - len(wrong)} were told to stand "
        f"there{': not ' + ', '.join(wrong) if wrong else ''}. Of {len(middle)} in the middle "
        f"{sum(not row['edge'] for row in middle)} were told not to; the others are so wide or the "
        "picture so narrow that they reach the edge."
    )


def _listed(rows: Iterable[Row]) -> str:
    return table(
        ("case", "text", "height", "style", "font", "place", "picture", "seen"),
        (
            (
                row["id"],
                row["truth"],
                row["height"],
                row["style"],
                row["font"],
                row["place"],
                " ".join(str(row[name]) for name in ("photo", "side", "scale", "coding", "noise")),
                "; ".join(f"{text} ({finding})" for text, finding in row["seen"]) or "–",
            )
            for row in rows
        ),
    )


SECTION: Final[Section] = Pictures()
