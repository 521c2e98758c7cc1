"""What the gate says as plain values that JSON can carry; every key is always present.

The shapes are those of the published schema (``ailabel schema check``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.model.gate import Standing
from ailabel.reporters.findings import shown
from ailabel.reporters.summary import printable
from ailabel.reporters.wording import parameters, worded
from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from ailabel.model.gate import GateEnd, GateFile, GateFinding
    from ailabel.reporters.tally import Tally

__all__ = ["end_document", "file_document"]


def file_document(file: GateFile, language: str) -> dict[str, object]:
    """Return what the gate says of one file; findings of rules that were left out are not told."""
    return {
        "path": printable(file.path),
        "format": file.format,
        "ai": file.ai,
        "explicit": file.explicit,
        "stops": file.stops,
        "fixed": file.fixed,
        "findings": [
            _finding(finding, language) for finding in shown(file, Standing.OPEN, Standing.BASELINE)
        ],
        "error": worded(file.error, language),
    }


def end_document(tally: Tally, end: GateEnd, language: str) -> dict[str, object]:
    """Return the counts of a run, and how it ended."""
    return {
        "summary": tally.document(),
        "exit_code": end.code,
        "problems": [worded(problem, language) for problem in end.problems],
        "notes": [worded(note, language) for note in end.notes],
        "hidden": list(end.hidden),
        "stale": [
            {
                "fingerprint": entry.fingerprint,
                "rule": entry.rule,
                "path": printable(entry.path),
                "expired": entry.expired,
            }
            for entry in end.stale
        ],
        "root": printable(end.root),
    }


def _finding(finding: GateFinding, language: str) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "clause": RULES[finding.rule].clause,
        "outcome": finding.outcome.value,
        "message": worded(finding.message, language),
        "params": parameters(finding.message.params, language),
        "fix": worded(finding.fix, language),
        "fingerprint": finding.fingerprint,
        "location": finding.location,
        "offset": finding.offset,
        "line": finding.line,
        "standing": finding.standing.value,
        "reason": finding.reason,
        "stops": finding.stops,
    }
