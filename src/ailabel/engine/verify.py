"""Judge a file: rules × checks, and from them one verdict for each of the two labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.engine import checks
from ailabel.engine.examine import examine, found_label, found_mention, may_be_sealed
from ailabel.engine.options import VerifyOptions
from ailabel.engine.scan import scan
from ailabel.errors import (
    AilabelError,
    LimitExceededError,
    MalformedFileError,
    UnsupportedFormatError,
)
from ailabel.messages import Message
from ailabel.model.report import Check, FileReport, FoundSighting, Level, Outcome, Verdict
from ailabel.spi import Evidence, Finding
from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from ailabel.engine.examine import Examined
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.model.report import FoundLabel
    from ailabel.model.seal import SealReport
    from ailabel.model.trace import Trace
    from ailabel.spi import Mention, Sighting

__all__ = ["error_message", "look_at", "verify"]

_OWN: Final = ("cn",)


def verify(
    view: View,
    path: str,
    options: VerifyOptions | None = None,
    beside: tuple[FoundLabel, ...] = (),
) -> FileReport:
    """Verify one file.

    Args:
        view: the file.
        path: what the report shall call it.
        options: what is asked about.
        beside: labels that stand beside the file, not in it; they are shown, and count for nothing.

    Raises:
        UnsupportedFormatError: the format is not known.
    """
    options = options or VerifyOptions()
    try:
        examined = examine(view)
    except (MalformedFileError, LimitExceededError) as error:
        return _damaged(view, path, options, error)
    evidence = look_at(view, examined.format, options.explain) if options.explicit else None
    case = checks.Case(
        format=examined.format,
        found=examined.found,
        evidence=evidence,
        implicit=options.implicit,
        regimes=options.regimes,
    )
    seals = _seals(view, examined, options)
    results = checks.run(case) + _sealed(seals)
    foreign = _foreign(view, examined, (evidence, seals), options)
    return FileReport(
        path=path,
        format=examined.format.id,
        implicit=_implicit(examined, results, options),
        explicit=_explicit(evidence, results, options),
        regimes=_weighed(foreign, options),
        labels=(*map(found_label, examined.found), *beside),
        mentions=tuple(map(found_mention, _mentions(view, examined))),
        sightings=() if evidence is None else tuple(map(_sighting, evidence.sightings)),
        checks=results + foreign,
        seals=seals,
        traces=_traces(view, examined.format.id, options),
        preview=None if evidence is None else evidence.preview,
    )


def _seals(view: View, examined: Examined, options: VerifyOptions) -> tuple[SealReport, ...]:
    """Check the seals of the labels, where they are asked about and there are any."""
    asked = options.implicit and options.seals and "cn" in options.regimes
    if not asked or not any(may_be_sealed(item, options.trust) for item in examined.found):
        return ()
    from ailabel.engine.seals import check_seals

    return check_seals(view, examined, options.trust)


def _sealed(seals: tuple[SealReport, ...]) -> tuple[Check, ...]:
    if not seals:
        return ()
    from ailabel.engine.seal_checks import judge

    return judge(seals)


def _foreign(
    view: View,
    examined: Examined,
    seen: tuple[Evidence | None, tuple[SealReport, ...]],
    options: VerifyOptions,
) -> tuple[Check, ...]:
    """Apply the rules of other regimes than China's, where they are asked about."""
    if options.regimes == _OWN:
        return ()
    from ailabel.engine import regimes

    facts = regimes.gather(view, examined, seen, check_c2pa=options.check_c2pa)
    return regimes.judge(facts, options.regimes)


def _weighed(foreign: tuple[Check, ...], options: VerifyOptions) -> dict[str, Verdict]:
    if options.regimes == _OWN:
        return {}
    from ailabel.engine.regimes import verdicts

    return verdicts(foreign, options.regimes)


def _traces(view: View, format_id: str | None, options: VerifyOptions) -> tuple[Trace, ...] | None:
    """Return the traces where they are asked for; of a damaged file, those before the damage."""
    if not options.traces or format_id is None:
        return None
    from ailabel.traces import find

    return find(view, format_id, validate=options.check_c2pa)


def _mentions(view: View, examined: Examined) -> tuple[Mention, ...]:
    """Return what only looks like a label; the raw bytes are searched where nothing else is."""
    if examined.found or examined.mentions:
        return examined.mentions
    return scan(view)


def error_message(error: AilabelError) -> Message:
    """Return an exception's sentence as a message; a byte offset becomes part of it."""
    inner = Message(error.text, error.params)
    offset = getattr(error, "offset", None)
    if offset is None:
        return inner
    return Message("{problem} (byte {offset})", {"problem": inner, "offset": offset})


def look_at(view: View, file_format: Format, explain: bool) -> Evidence:  # noqa: FBT001 - passed on
    """Look for the explicit label of a file; what cannot be looked at is told, never raised.

    Args:
        view: the file.
        file_format: of the file.
        explain: whether a picture of what was seen is asked for.
    """
    marker = registry.inspector_of(file_format.id)
    if marker is None:
        reason = Message(
            "explicit labels in {format} are not examined", {"format": file_format.name}
        )
        return Evidence(finding=Finding.UNCHECKED, reason=reason)
    try:
        return marker.inspect(view, file_format, explain=explain)
    except AilabelError as error:
        return Evidence(finding=Finding.UNCHECKED, reason=error_message(error))


def _sighting(seen: Sighting) -> FoundSighting:
    found = FoundSighting(
        text=seen.text,
        place=seen.place,
        location=seen.location,
        finding=seen.finding.value,
        form=seen.form,
        seconds=seen.seconds,
        rate=seen.rate,
    )
    look = seen.appearance
    if look is None:
        return found
    side = max(1, min(look.frame))
    return replace(
        found,
        box=look.box,
        frame=look.frame,
        ink_percent=round(100 * look.ink_height / side, 2),
        em_percent=round(100 * look.em_height / side, 2),
        tolerance=round(look.tolerance, 3),
        at_edge=look.at_edge,
        contrast=round(look.contrast, 1),
    )


def _implicit(examined: Examined, results: tuple[Check, ...], options: VerifyOptions) -> Verdict:
    if not (options.implicit and "cn" in options.regimes and examined.format.has_slot):
        return Verdict.NOT_APPLICABLE
    if not examined.found:
        return Verdict.NOT_FOUND
    return _weigh(results, "implicit")


def _explicit(
    evidence: Evidence | None, results: tuple[Check, ...], options: VerifyOptions
) -> Verdict:
    if evidence is None or "cn" not in options.regimes:
        return Verdict.NOT_APPLICABLE
    if evidence.finding is Finding.FOUND:
        return _weigh(results, "explicit")
    return Verdict.NOT_FOUND if evidence.finding is Finding.NOT_FOUND else Verdict.INCONCLUSIVE


def _weigh(results: tuple[Check, ...], label: str) -> Verdict:
    """Only a failed check of level error makes a label noncompliant.

    What a person must judge leaves the verdict open, unless another label keeps the same rule.
    """
    undecided = set()
    sealed = (
        "seal" if label == "implicit" else label
    )  # a seal that cannot be checked decides nothing
    for check in [check for check in results if check.outcome is not Outcome.PASS]:
        rule = RULES[check.rule]
        if rule.label not in {label, sealed} or rule.level is not Level.ERROR:
            continue
        if check.outcome is Outcome.FAIL:
            return Verdict.NONCOMPLIANT
        if check.outcome in (Outcome.INCONCLUSIVE, Outcome.REVIEW) and rule.label == label:
            undecided.add(check.rule)
    if undecided:
        undecided -= {check.rule for check in results if check.outcome is Outcome.PASS}
    return Verdict.INCONCLUSIVE if undecided else Verdict.COMPLIANT


def _damaged(
    view: View, path: str, options: VerifyOptions, error: MalformedFileError | LimitExceededError
) -> FileReport:
    message = error_message(error)
    try:
        format_id = registry.detect(view).format.id
    except (UnsupportedFormatError, MalformedFileError, LimitExceededError):
        format_id = None
    check = Check(rule="IMP-018", outcome=Outcome.INCONCLUSIVE, message=message)
    cn = "cn" in options.regimes
    return FileReport(
        path=path,
        format=format_id,
        implicit=Verdict.INCONCLUSIVE if options.implicit and cn else Verdict.NOT_APPLICABLE,
        explicit=Verdict.INCONCLUSIVE if options.explicit and cn else Verdict.NOT_APPLICABLE,
        regimes={name: Verdict.INCONCLUSIVE for name in options.regimes if name != "cn"},
        checks=(check,),
        traces=_traces(view, format_id, options),
        error=message,
    )
