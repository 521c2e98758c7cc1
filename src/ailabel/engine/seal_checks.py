"""The predicates of the rules on seals: from the reports of `seal.check` to checks.

They stand apart from `engine.checks`, because most labels have no seal, and then nothing of this is
loaded.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.messages import Message
from ailabel.model.report import Check, FileReport, Outcome
from ailabel.model.seal import (
    SealContent,
    SealKey,
    SealPart,
    SealReport,
    SealResult,
    Standing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["SEAL_CHECKS", "judge", "watch_numbers"]

_OUTCOMES: Final = {
    SealResult.VALID: Outcome.PASS,
    SealResult.INVALID: Outcome.FAIL,
    SealResult.INCONCLUSIVE: Outcome.INCONCLUSIVE,
}
_HELD: Final = Message("what was signed is unchanged")
_UNBOUND: Final = Message(
    "nothing binds the label to the content, so it could have been moved here"
)


def judge(seals: tuple[SealReport, ...]) -> tuple[Check, ...]:
    """Apply every rule on seals, in the order of the table."""
    return tuple(
        check
        for rule, predicate in SEAL_CHECKS.items()
        for seal in seals
        for check in predicate(seal, rule)
    )


def _ours(seal: SealReport, rule: str) -> Iterator[Check]:
    if seal.content is SealContent.SEAL:
        yield from _signatures(seal, rule)


def _others(seal: SealReport, rule: str) -> Iterator[Check]:
    if seal.content is SealContent.SECURITY_DATA:
        yield from _signatures(seal, rule)


def _signatures(seal: SealReport, rule: str) -> Iterator[Check]:
    """Tell of the worse of the two signatures, or that both hold."""
    parts = [part for part in (seal.label, seal.binding) if part.result in _OUTCOMES]
    for result in (SealResult.INVALID, SealResult.INCONCLUSIVE, SealResult.VALID):
        for part in parts:
            if part.result is result:
                yield _told(rule, part, seal)
                return


def _content(seal: SealReport, rule: str) -> Iterator[Check]:
    if seal.hash.result in _OUTCOMES:
        yield _told(rule, seal.hash, seal)
    elif seal.label.result is SealResult.VALID:
        part = SealPart(result=SealResult.INCONCLUSIVE, reason=_UNBOUND)
        yield _told(rule, part, seal)


def _key(seal: SealReport, rule: str) -> Iterator[Check]:
    key = seal.key
    if key is None or key.standing is Standing.UNPROVEN:
        return
    values = {"key": key.id[:16], "code": key.code or ""}
    outcome, told = _STANDINGS[key.standing]
    message = Message(told.text, values)
    yield Check(rule=rule, outcome=outcome, message=message, location=seal.location)


def _expected(seal: SealReport, rule: str) -> Iterator[Check]:
    if not seal.expected:
        return
    missing = seal.label.result is SealResult.ABSENT
    outcome = Outcome.FAIL if missing else Outcome.PASS
    values = {"field": seal.field}
    message = Message("this provider is known to sign, and {field} holds a signature", values)
    if missing:
        message = Message("this provider is known to sign, and {field} holds no signature", values)
    yield Check(rule=rule, outcome=outcome, message=message, location=seal.location)


def _unused(seal: SealReport, rule: str) -> Iterator[Check]:
    """One file cannot show that a number was used twice: see `watch_numbers`."""
    del seal, rule
    yield from ()


def _told(rule: str, part: SealPart, seal: SealReport) -> Check:
    return Check(
        rule=rule,
        outcome=_OUTCOMES[part.result],
        message=part.reason or _HELD,
        location=seal.location,
    )


_STANDINGS: Final = {
    Standing.NO_DIRECTORY: (
        Outcome.NOT_APPLICABLE,
        Message(
            "the key {key} came with the file: it shows that nothing was changed, not who signed"
        ),
    ),
    Standing.UNKNOWN: (
        Outcome.INCONCLUSIVE,
        Message("the directory does not know the key {key}"),
    ),
    Standing.FOREIGN: (
        Outcome.FAIL,
        Message("the key {key} is none of the provider that the label names"),
    ),
    Standing.TRUSTED: (Outcome.PASS, Message("verified as {code} with the key {key}")),
    Standing.EXPIRED: (
        Outcome.FAIL,
        Message("the key {key} of {code} was not valid at the time"),
    ),
    Standing.REVOKED: (Outcome.FAIL, Message("the key {key} of {code} was given up")),
}

Predicate: TypeAlias = "Callable[[SealReport, str], Iterator[Check]]"

SEAL_CHECKS: Final[dict[str, Predicate]] = {
    "SIG-001": _ours,
    "SIG-002": _others,
    "SIG-003": _content,
    "SIG-004": _key,
    "SIG-005": _expected,
    "SIG-006": _unused,
}


def watch_numbers(reports: Iterable[FileReport]) -> Iterator[FileReport]:
    """Pass reports through; tell where one content number was signed for two contents.

    Only seals that hold are compared, and only with what the same signer said: what was moved or
    changed says nothing about its producer, and anybody can sign in another's name.
    """
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for report in reports:
        if not report.seals:
            yield report
            continue
        found = tuple(_twice(report, seen))
        yield replace(report, checks=report.checks + found) if found else report


def _twice(
    report: FileReport, seen: dict[tuple[str, str, str], tuple[str, str]]
) -> Iterator[Check]:
    for seal in report.seals:
        held = [label.fields for label in report.labels if label.location == seal.location]
        holds = seal.field == "ReservedCode1" and seal.is_whole and len(held) == 1
        if not holds or seal.key is None or seal.digest is None:
            continue
        producer, number = held[0]["ContentProducer"] or "", held[0]["ProduceID"] or ""
        digest, path = seen.setdefault(
            (_whose(seal.key), producer, number), (seal.digest, report.path)
        )
        if digest != seal.digest:
            message = Message(
                "the number {number} was signed for other content too: {other}",
                {"number": number[:60], "other": path},
            )
            yield Check(
                rule="SIG-006", outcome=Outcome.FAIL, message=message, location=seal.location
            )


def _whose(key: SealKey) -> str:
    """Name the signer: the provider with all its keys where a directory knows it, else one key."""
    trusted = key.standing is Standing.TRUSTED and key.code is not None
    return f"code {key.code}" if trusted else f"key {key.id}"
