"""What the gate says as plain values that JSON can carry; every key is always present.

The shapes are those of the published schema (``ailabel schema check``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ailabel.model.gate import GateFile, Standing
from ailabel.reporters.findings import shown
from ailabel.reporters.jsontext import to_json
from ailabel.reporters.summary import printable
from ailabel.reporters.wording import parameters, worded
from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from ailabel.model.gate import GateEnd, GateFinding
    from ailabel.reporters.tally import Tally

__all__ = ["end_document", "file_document", "file_text"]


def file_text(file: GateFile, language: str, margin: str = "") -> str:
    """Return what the gate says of one file as JSON text, quickly where there is nothing to say."""
    if file.findings or file.error is not None:
        return to_json(file_document(file, language), margin)
    before, after = _around_the_path(file.format, file.ai, file.explicit, file.fixed, margin)
    return f"{before}{to_json(printable(file.path), margin)}{after}"


@lru_cache(maxsize=256)
def _around_the_path(
    format_id: str | None,
    ai: str | None,
    explicit: str,
    fixed: bool,  # noqa: FBT001 - a key
    margin: str,
) -> tuple[str, str]:
    """Return the text of a file without findings, which is the same for most, but for the path."""
    file = GateFile(path="", format=format_id, ai=ai, explicit=explicit, fixed=fixed)
    before, _, after = to_json(file_document(file, "en"), margin).partition('""')
    return before, after


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
