"""Reports as plain values that JSON can carry; every key is always present.

The shapes are those of the published schemas (``ailabel schema``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from ailabel.model.decision import FileDecision
from ailabel.model.report import Check, FileReport, LabelDiff
from ailabel.reporters.jsontext import Shared
from ailabel.reporters.summary import printable
from ailabel.reporters.wording import parameters, worded
from ailabel.standard.dialects import dialect_of, trace_of
from ailabel.standard.organisations import products_behind
from ailabel.standard.rules import EDITION, RULES

if TYPE_CHECKING:
    from ailabel.model.report import (
        FoundLabel,
        FoundMention,
        FoundSighting,
        LabelResult,
        Mark,
    )
    from ailabel.model.seal import SealReport
    from ailabel.model.trace import Trace
    from ailabel.reporters.summary import Header, Item

__all__ = ["SCHEMA_VERSION", "header_document", "item_document"]

SCHEMA_VERSION: Final = 1
_FEW: Final = 64  # checks whose words may be kept; a hostile file can have thousands
_Value = TypeVar("_Value")


def header_document(header: Header) -> dict[str, object]:
    """Return the head of a JSON document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "command": header.command,
        "standard": EDITION,
        "tool_version": header.tool_version,
    }


def item_document(item: Item, language: str) -> dict[str, object]:
    """Return one file's report or labelling result, or one comparison."""
    if isinstance(item, FileReport):
        return _report(item, language)
    if isinstance(item, FileDecision):
        from ailabel.reporters.decisions import document

        written = item.result and _result(item.result, language)
        return document(item, language) | {"result": written}
    return _difference(item, language) if isinstance(item, LabelDiff) else _result(item, language)


def _difference(found: LabelDiff, language: str) -> dict[str, object]:
    return {
        "before": printable(found.before),
        "after": printable(found.after),
        "status": found.status,
        "before_fields": found.before_fields and dict(found.before_fields),
        "after_fields": found.after_fields and dict(found.after_fields),
        "changed": list(found.changed),
        "checks": [_check(check, language) for check in found.checks],
        "error": worded(found.error, language),
    }


def _report(report: FileReport, language: str) -> dict[str, object]:
    return {
        "path": printable(report.path),
        "format": report.format,
        "implicit": {"verdict": report.implicit.value},
        "explicit": {"verdict": report.explicit.value},
        "regimes": {name: {"verdict": found.value} for name, found in report.regimes.items()},
        "labels": [_label(found, language) for found in report.labels],
        "mentions": [_mention(found) for found in report.mentions],
        "sightings": [_sighting(found) for found in report.sightings],
        "checks": _checks(report.checks, language),
        "seals": [_seal(seal, language) for seal in report.seals],
        "traces": None
        if report.traces is None
        else [_trace(trace, language) for trace in report.traces],
        "error": worded(report.error, language),
    }


def _result(result: LabelResult, language: str) -> dict[str, object]:
    return {
        "path": printable(result.path),
        "output": None if result.output is None else printable(result.output),
        "format": result.format,
        "status": result.status,
        "produce_id": result.produce_id,
        "propagate_id": result.propagate_id,
        "edits": [
            {"offset": edit.offset, "removed": edit.removed, "inserted": edit.inserted}
            for edit in result.edits
        ],
        "in_place_possible": result.in_place_possible,
        "marks": [_mark(mark, result.changed_outside) for mark in result.marks],
        "reencoded": result.reencoded,
        "replaced": list(result.replaced),
        "notes": [worded(note, language) for note in result.notes],
        "error": worded(result.error, language),
    }


def _trace(trace: Trace, language: str) -> dict[str, object]:
    return {
        "kind": trace.kind,
        "claim": trace.claim.value,
        "strength": trace.strength.value,
        "product": None if trace.product is None else printable(trace.product),
        "message": worded(trace.message, language),
        "location": printable(trace.location),
        "offset": trace.offset,
        "length": trace.length,
        "raw": trace.raw.decode("utf-8", "backslashreplace"),
    }


def _label(found: FoundLabel, language: str) -> dict[str, object]:
    return {
        "site": found.site,
        "location": found.location,
        "offset": found.offset,
        "official": found.official,
        "raw": found.raw,
        "dialect": _dialect(found),
        "products": products_behind(found.fields["ContentProducer"] or ""),
        "fields": dict(found.fields),
        "problems": [worded(problem, language) for problem in found.problems],
    }


def _dialect(found: FoundLabel) -> str | None:
    row = dialect_of(found.site, found.payload, found.fields, sound=not found.problems)
    return None if row is None else row.id


def _mention(found: FoundMention) -> dict[str, object]:
    trace = trace_of(found.raw)
    return {
        "site": found.site,
        "location": found.location,
        "offset": found.offset,
        "dialect": None if trace is None else trace.id,
        "raw": found.raw,
    }


def _sighting(found: FoundSighting) -> dict[str, object]:
    return {
        "text": found.text,
        "place": found.place,
        "location": found.location,
        "finding": found.finding,
        "form": found.form,
        "box": None if found.box is None else list(found.box),
        "frame": None if found.frame is None else list(found.frame),
        "ink_percent": found.ink_percent,
        "em_percent": found.em_percent,
        "tolerance": found.tolerance,
        "at_edge": found.at_edge,
        "contrast": found.contrast,
        "seconds": None if found.seconds is None else list(found.seconds),
        "rate": found.rate,
    }


def _seal(seal: SealReport, language: str) -> dict[str, object]:
    parts = {"label": seal.label, "binding": seal.binding, "hash": seal.hash}
    key = seal.key
    return {
        "field": seal.field,
        "location": seal.location,
        "content": seal.content.value,
        **{
            name: {"result": part.result.value, "reason": worded(part.reason, language)}
            for name, part in parts.items()
        },
        "key": key
        and {
            "id": key.id,
            "algorithm": key.algorithm,
            "standing": key.standing.value,
            "code": key.code,
        },
        "time": seal.time,
        "digest": seal.digest,
        "expected": seal.expected,
    }


class _Same(Generic[_Value]):
    """Stands for one object in a cache; equal ones that are not the same do not count."""

    __slots__ = ("value",)

    def __init__(self, value: _Value) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def _checks(checks: tuple[Check, ...], language: str) -> list[object]:
    if len(checks) > _FEW:
        return [_check(check, language) for check in checks]
    return _shared_checks(_Same(checks), language)


@lru_cache(maxsize=256)
def _shared_checks(checks: _Same[tuple[Check, ...]], language: str) -> Shared:
    """Return what is told of checks; files that are alike have the same ones."""
    return Shared(_check(check, language) for check in checks.value)


def _check(check: Check, language: str) -> dict[str, object]:
    rule = RULES[check.rule]
    return {
        "rule": check.rule,
        "level": rule.level.value,
        "clause": rule.clause,
        "outcome": check.outcome.value,
        "message": worded(check.message, language),
        "params": parameters(check.message.params, language),
        "figure": check.figure,
        "location": check.location,
    }


def _mark(mark: Mark, changed_outside: float) -> dict[str, object]:
    return {
        "text": mark.text,
        "place": mark.place,
        "box": None if mark.box is None else list(mark.box),
        "height_percent": mark.height_percent,
        "seconds": None if mark.seconds is None else list(mark.seconds),
        "changed_outside": changed_outside,
    }
