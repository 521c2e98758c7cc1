"""A rule as SARIF describes it: its title, what to do in both languages, how it weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import translate
from ailabel.model.report import Level

if TYPE_CHECKING:
    from ailabel.standard.rules import Rule

__all__ = ["descriptor"]

_PRECISION: Final = {"bytes": "very-high", "evidence": "high", "person": "low"}
_SEVERITY: Final = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTE: "recommendation",
}


def descriptor(rule: Rule, language: str) -> dict[str, object]:
    """Return a reporting descriptor [SARIF2.1 3.49]; the help stands in both languages.

    Args:
        rule: whose.
        language: of the title, and of the help that comes first.
    """
    first = 1 if language == "zh" else 0
    title = rule.title[first]
    clause = translate(rule.clause or "ailabel", language)
    helps = rule.help[first], rule.help[1 - first]
    return {
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title} ({clause})"},
        "help": {"text": "\n\n".join(helps), "markdown": "\n\n---\n\n".join(helps)},
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {
            "tags": ["ai-labelling", rule.label],
            "precision": _PRECISION[rule.decidable],
            "problem.severity": _SEVERITY[rule.level],
            "clause": rule.clause,
            "known": rule.tag,
        },
    }
