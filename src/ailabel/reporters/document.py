"""Reports as plain values that JSON can carry; every key is always present.

The shapes are those of the published schemas (``ailabel schema``).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.messages import Message, Reasons, render
from ailabel.model.report import Check, FileReport, LabelDiff, Outcome
from ailabel.reporters.jsontext import Shared
from ailabel.reporters.summary import printable
from ailabel.standard.dialects import dialect_of, trace_of
from ailabel.standard.organisations import products_behind
from ailabel.standard.rules import EDITION, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.model.report import (
        FoundLabel,
        FoundMention,
        FoundSighting,
        LabelResult,
        Mark,
    )
    from ailabel.reporters.summary import Header, Item

__all__ = ["SCHEMA_VERSION", "header_document", "item_document"]

SCHEMA_VERSION: Final = 1


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
        "error": _sentence(found.error, language),
    }


def _report(report: FileReport, language: str) -> dict[str, object]:
    return {
        "path": printable(report.path),
        "format": report.format,
        "implicit": {"verdict": report.implicit.value},
        "explicit": {"verdict": report.explicit.value},
        "labels": [_label(found, language) for found in report.labels],
        "mentions": [_mention(found) for found in report.mentions],
        "sightings": [_sighting(found) for found in report.sightings],
        "checks": [_check(check, language) for check in report.checks],
        "error": _sentence(report.error, language),
    }


def _result(result: LabelResult, language: str) -> dict[str, object]:
    return {
        "path": printable(result.path),
        "output": None if result.output is None else printable(result.output),
        "format": result.format,
        "status": result.status,
        "produce_id": result.produce_id,
        "edits": [
            {"offset": edit.offset, "removed": edit.removed, "inserted": edit.inserted}
            for edit in result.edits
        ],
        "in_place_possible": result.in_place_possible,
        "marks": [_mark(mark, result.changed_outside) for mark in result.marks],
        "reencoded": result.reencoded,
        "replaced": list(result.replaced),
        "notes": [_sentence(note, language) for note in result.notes],
        "error": _sentence(result.error, language),
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
        "problems": [_sentence(problem, language) for problem in found.problems],
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


def _check(check: Check, language: str) -> dict[str, object]:
    """Return what is told of a check; most rules hold for most files, in the same words."""
    params = check.message.params
    plain = check.outcome is Outcome.PASS and not check.location and check.figure is None
    if plain and (not params or all(isinstance(item, str) for item in params.values())):
        return _passed(check.rule, check.message.text, tuple(params.items()), language)
    return _check_document(check, language)


@lru_cache(maxsize=512)
def _passed(rule: str, text: str, params: tuple[tuple[str, object], ...], language: str) -> Shared:
    check = Check(rule=rule, outcome=Outcome.PASS, message=Message(text, dict(params)))
    return Shared(_check_document(check, language))


def _check_document(check: Check, language: str) -> dict[str, object]:
    rule = RULES[check.rule]
    return {
        "rule": check.rule,
        "level": rule.level.value,
        "clause": rule.clause,
        "outcome": check.outcome.value,
        "message": _sentence(check.message, language),
        "params": _params(check.message.params, language),
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


def _params(params: Mapping[str, object], language: str) -> dict[str, object]:
    return {key: _plain(value, language) for key, value in params.items()}


def _plain(value: object, language: str) -> object:
    if isinstance(value, Message):
        return render(value.text, value.params, language)
    if isinstance(value, Reasons):
        return [render(item.text, item.params, language) for item in value]
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _sentence(message: Message | None, language: str) -> str | None:
    return None if message is None else render(message.text, message.params, language)
