"""Reports for people: a line a file, what is wrong below it, a summary at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import Message, translate
from ailabel.messages import render as sentence
from ailabel.model.decision import FileDecision
from ailabel.model.report import FileReport, LabelDiff, Outcome
from ailabel.model.seal import Standing
from ailabel.reporters.summary import Summary, clean
from ailabel.standard.notices import DISCLAIMER
from ailabel.standard.rules import RULES
from ailabel.standard.schema import KEYS
from ailabel.standard.slots import ANNEX_B_SITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.model.report import Check, FoundLabel, LabelResult, Mark
    from ailabel.model.seal import SealReport
    from ailabel.reporters.summary import Header, Item
    from ailabel.standard.dialects import Dialect

__all__ = ["render"]

_SHOWN: Final = {Outcome.FAIL, Outcome.REVIEW, Outcome.INCONCLUSIVE}
_CODES: Final = ("ContentProducer", "ContentPropagator")  # fields that may hold a provider's code


def render(header: Header, files: Iterable[Item]) -> Iterator[str]:
    """Yield the report of each file, then the summary."""
    summary = Summary(header.command)
    for item in files:
        summary.add(item)
        if item.skipped:
            continue
        if isinstance(item, LabelDiff):
            yield from _difference(item, header.language)
        elif isinstance(item, FileDecision):
            from ailabel.reporters.decisions import lines

            yield from lines(item, header.language)
            if item.result is not None:
                yield from _result(item.result, header.language)
        elif not isinstance(item, FileReport):
            yield from _result(item, header.language)
        elif header.command == "read":
            yield from _reading(item, header.language)
        else:
            yield from _report(item, header.language)
    yield from _summary(summary, header)


def _report(report: FileReport, language: str) -> Iterator[str]:
    def word(verdict: str) -> str:
        return translate(verdict, language)

    yield (
        f"{clean(report.path)}: {translate('implicit', language)} "
        f"{word(report.implicit.value)}, {translate('explicit', language)} "
        f"{word(report.explicit.value)}"
        + "".join(f", {name} {word(found.value)}" for name, found in report.regimes.items())
        + "\n"
    )
    if report.error is not None and not report.checks:
        yield f"    {clean(sentence(report.error.text, report.error.params, language))}\n"
    for check in report.checks:
        if check.outcome in _SHOWN:
            yield _check(check, language)
    for seal in report.seals:
        yield _seal(seal, language)
    yield from _traces(report, language)


def _seal(seal: SealReport, language: str) -> str:
    """Tell the three results, and whose key it was; what is wrong stands in the checks."""
    key = seal.key
    whose = Message("no key")
    if key is not None:
        values = {"algorithm": key.algorithm, "key": key.id[:16], "code": key.code or "?"}
        whose = Message(_WHOSE.get(key.standing, _KEY).text, values)
    params = {
        "field": seal.field,
        "label": Message(seal.label.result.value),
        "binding": Message(seal.binding.result.value),
        "content": Message(seal.hash.result.value),
        "whose": whose,
    }
    told = Message("{field}: label {label}, binding {binding}, content {content}; {whose}", params)
    return f"    {clean(sentence(told.text, told.params, language))}\n"


_KEY: Final = Message("key {key} ({algorithm})")
_WHOSE: Final = {
    Standing.TRUSTED: Message("verified as {code}, key {key} ({algorithm})"),
    Standing.NO_DIRECTORY: Message("key {key} ({algorithm}) came with the file"),
}


def _check(check: Check, language: str) -> str:
    rule = RULES[check.rule]
    outcome = check.outcome
    weight = rule.level.value if outcome is Outcome.FAIL else outcome.value
    place = f" [{clean(check.location)}]" if check.location else ""
    clause = f" ({translate(rule.clause, language)})" if rule.clause else ""
    told = clean(sentence(check.message.text, check.message.params, language))
    return f"    {check.rule} {translate(weight, language)}: {told}{place}{clause}\n"


def _reading(report: FileReport, language: str) -> Iterator[str]:
    from ailabel.standard.dialects import trace_of

    count = Message("labels: {count}", {"count": len(report.labels)})
    yield f"{clean(report.path)}: {sentence(count.text, count.params, language)}\n"
    if report.error is not None:
        yield f"    {clean(sentence(report.error.text, report.error.params, language))}\n"
    for found in report.labels:
        yield from _found(found, language)
    for mention in report.mentions:
        kind = _form(trace_of(mention.raw), language) or translate("no label", language)
        yield f"    {clean(mention.location)} ({kind})\n"
    yield from _traces(report, language)


def _traces(report: FileReport, language: str) -> Iterator[str]:
    """Tell what else speaks of AI, where it was asked for, and also that there is nothing."""
    if report.traces is None:
        return
    count = Message("traces: {count}", {"count": len(report.traces)})
    yield f"    {sentence(count.text, count.params, language)}\n"
    for trace in report.traces:
        told = clean(sentence(trace.message.text, trace.message.params, language))
        claim, strength = (
            translate(word.value, language) for word in (trace.claim, trace.strength)
        )
        place = "" if trace.offset is None else f" [{clean(trace.location)} @{trace.offset}]"
        yield f"        {claim}, {strength}: {told}{place}\n"


def _form(row: Dialect | None, language: str) -> str:
    """Return what a form is called."""
    return "" if row is None else row.name[1 if language == "zh" else 0]


def _found(found: FoundLabel, language: str) -> Iterator[str]:
    from ailabel.standard.dialects import dialect_of
    from ailabel.standard.organisations import products_behind

    is_annex_b = found.site.startswith(ANNEX_B_SITES)
    second = translate("second place, of annex B" if is_annex_b else "unofficial place", language)
    place = translate("official place", language) if found.official else second
    row = dialect_of(found.site, found.payload, found.fields, sound=not found.problems)
    form = _form(row, language)
    yield f"    {clean(found.location)} ({place}{'; ' if form else ''}{form})\n"
    for key in KEYS:
        value = found.fields[key]
        if value is not None:
            known = products_behind(value) if key in _CODES else None
            yield f"        {key}: {clean(value)}{f' ({known})' if known else ''}\n"
    for problem in found.problems:
        yield f"        ! {clean(sentence(problem.text, problem.params, language))}\n"


def _result(result: LabelResult, language: str) -> Iterator[str]:
    target = f" -> {clean(result.output)}" if result.output not in {None, result.path} else ""
    given = result.propagate_id or result.produce_id
    number = f" ({clean(given)})" if given else ""
    yield f"{clean(result.path)}{target}: {translate(result.status, language)}{number}\n"
    for mark in result.marks:
        yield f"    {_mark(mark, language)}\n"
    if result.status == "planned":
        for edit in result.edits:
            message = Message(
                "byte {offset}: {removed} bytes give way to {inserted}",
                {"offset": edit.offset, "removed": edit.removed, "inserted": edit.inserted},
            )
            yield f"    {sentence(message.text, message.params, language)}\n"
    for note in result.notes:
        yield f"    {clean(sentence(note.text, note.params, language))}\n"
    if result.error is not None:
        yield f"    {clean(sentence(result.error.text, result.error.params, language))}\n"


def _difference(found: LabelDiff, language: str) -> Iterator[str]:
    status = translate(found.status, language)
    yield f"{clean(found.before)} -> {clean(found.after)}: {status}\n"
    for key in found.changed:
        before, after = (fields or {} for fields in (found.before_fields, found.after_fields))
        yield f"    {key}: {clean(before.get(key, ''))} -> {clean(after.get(key, ''))}\n"
    for check in found.checks:
        if check.outcome in _SHOWN:
            yield _check(check, language)
    if found.error is not None:
        yield f"    {clean(sentence(found.error.text, found.error.params, language))}\n"


def _mark(mark: Mark, language: str) -> str:
    parts = [f"“{clean(mark.text)}”", translate(mark.place, language)]
    if mark.height_percent is not None:
        parts.append(f"{mark.height_percent:.1f} %")
    if mark.seconds is not None:
        parts.append(f"{mark.seconds[0]:.2f}–{mark.seconds[1]:.2f} s")
    return ", ".join(parts)


def _summary(summary: Summary, header: Header) -> Iterator[str]:
    language = header.language
    parts = []
    for what, row in summary.counts.items():
        if header.command == "read":
            break
        if not row:
            continue
        counts = ", ".join(
            f"{count} {translate(value, language)}" for value, count in sorted(row.items())
        )
        parts.append(f"{translate(what, language)}: {counts}")
    if summary.skipped:
        parts.append(f"{translate('skipped', language)}: {summary.skipped}")
    files = sentence("files: {count}", {"count": summary.total}, language)
    yield "\n".join([files, *("    " + part for part in parts)]) + "\n"
    yield sentence(DISCLAIMER.text, DISCLAIMER.params, language) + "\n"
