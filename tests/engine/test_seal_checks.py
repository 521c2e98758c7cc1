"""The rules on seals: a specimen that passes each, and one that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.engine.seal_checks import SEAL_CHECKS, judge, watch_numbers
from ailabel.messages import Message
from ailabel.model.report import FileReport, FoundLabel, Level, Outcome, Verdict
from ailabel.model.seal import (
    SealContent,
    SealKey,
    SealPart,
    SealReport,
    SealResult,
    Standing,
)
from ailabel.reporters import text
from ailabel.reporters.document import item_document
from ailabel.reporters.summary import Header
from ailabel.standard.rules import RULES
from schemas import check as conforms
from sealing import CODE, DIGEST, FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
GOOD: Final = SealPart(result=SealResult.VALID)
BAD: Final = SealPart(result=SealResult.INVALID, reason=Message("the seal is broken"))
UNSURE: Final = SealPart(result=SealResult.INCONCLUSIVE, reason=Message("no key"))
NONE: Final = SealPart(result=SealResult.ABSENT)
KEY: Final = SealKey(id="ab" * 32, algorithm="ed25519", standing=Standing.TRUSTED, code=CODE)
OURS: Final = SealReport(
    field="ReservedCode1",
    content=SealContent.SEAL,
    label=GOOD,
    binding=GOOD,
    hash=GOOD,
    key=KEY,
    time="2026-11-22T21:00:00Z",
    digest=DIGEST,
    expected=True,
    location="chunk",
)
THEIRS: Final = replace(OURS, content=SealContent.SECURITY_DATA, digest=None, time=None)
BARE: Final = replace(
    OURS, content=SealContent.EMPTY, label=NONE, binding=NONE, hash=NONE, key=None
)


def standing(value: Standing) -> SealReport:
    """Return a seal whose key has a standing."""
    return replace(OURS, key=replace(KEY, standing=value))


def outcomes(seal: SealReport, rule: str) -> list[Outcome]:
    """Return what a rule says of a seal."""
    return [check.outcome for check in judge((seal,)) if check.rule == rule]


@pytest.mark.parametrize(
    ("rule", "seal", "expected"),
    [
        ("SIG-001", OURS, [PASS]),
        ("SIG-001", replace(OURS, label=BAD), [FAIL]),
        ("SIG-001", replace(OURS, binding=BAD), [FAIL]),
        ("SIG-001", replace(OURS, label=UNSURE, binding=UNSURE), [OPEN]),
        ("SIG-001", replace(OURS, label=UNSURE, binding=BAD), [FAIL]),
        ("SIG-001", THEIRS, []),
        ("SIG-002", THEIRS, [PASS]),
        ("SIG-002", replace(THEIRS, binding=NONE), [PASS]),
        ("SIG-002", replace(THEIRS, label=BAD), [FAIL]),
        ("SIG-002", OURS, []),
        ("SIG-003", OURS, [PASS]),
        ("SIG-003", replace(OURS, hash=BAD), [FAIL]),
        ("SIG-003", replace(THEIRS, hash=UNSURE), [OPEN]),
        ("SIG-003", replace(THEIRS, hash=NONE), [OPEN]),
        ("SIG-003", replace(THEIRS, label=BAD, hash=NONE), []),
        ("SIG-003", BARE, []),
        ("SIG-004", OURS, [PASS]),
        ("SIG-004", standing(Standing.NO_DIRECTORY), [Outcome.NOT_APPLICABLE]),
        ("SIG-004", standing(Standing.UNKNOWN), [OPEN]),
        ("SIG-004", standing(Standing.FOREIGN), [FAIL]),
        ("SIG-004", standing(Standing.EXPIRED), [FAIL]),
        ("SIG-004", standing(Standing.REVOKED), [FAIL]),
        ("SIG-004", standing(Standing.UNPROVEN), []),
        ("SIG-005", OURS, [PASS]),
        ("SIG-005", BARE, [FAIL]),
        ("SIG-005", replace(OURS, expected=False), []),
        ("SIG-006", OURS, []),
    ],
)
def test_each_rule_has_its_specimens(rule: str, seal: SealReport, expected: list[Outcome]) -> None:
    """What passes, what fails, and what says nothing."""
    assert outcomes(seal, rule) == expected


def test_only_what_we_sealed_can_be_an_error() -> None:
    """Nobody else's form is known surely enough."""
    errors = [rule for rule in SEAL_CHECKS if RULES[rule].level is Level.ERROR]
    assert errors == ["SIG-001"]
    assert {RULES[rule].label for rule in SEAL_CHECKS} == {"seal"}


def report(path: str, number: str, seal: SealReport) -> FileReport:
    """Return the report of a file with one sealed label."""
    label = FoundLabel(
        site="png.itxt-xmp",
        location="chunk",
        offset=0,
        official=True,
        raw="",
        payload="",
        fields={**FIELDS, "ProduceID": number},
    )
    good = Verdict.COMPLIANT
    return FileReport(
        path=path, format="png", implicit=good, explicit=good, labels=(label,), seals=(seal,)
    )


def told(*reports: FileReport) -> list[str]:
    """Return the paths of files whose number was used for other content."""
    return [
        found.path
        for found in watch_numbers(reports)
        if any(check.rule == "SIG-006" for check in found.checks)
    ]


def test_a_number_that_was_signed_twice_is_told_of() -> None:
    """For other content only, and only by seals that hold."""
    other = replace(OURS, digest="cd" * 32)
    bare = replace(report("bare", "1", OURS), seals=())
    assert told(report("a", "1", OURS), report("copy", "1", OURS), bare) == []
    assert told(report("a", "1", OURS), bare, report("b", "1", other)) == ["b"]
    assert told(report("a", "1", OURS), report("b", "2", other)) == []
    assert told(report("a", "1", OURS), report("b", "1", replace(other, hash=BAD))) == []
    assert told(report("a", "1", OURS), report("b", "1", replace(other, field="x"))) == []


def test_a_number_is_compared_with_what_the_same_signer_said() -> None:
    """Anybody can sign in another's name first; a directory joins the keys of one provider."""
    other = replace(OURS, digest="cd" * 32, key=replace(KEY, id="ef" * 32))
    assert told(report("a", "1", OURS), report("b", "1", other)) == ["b"]
    foreign = replace(other, key=replace(KEY, id="ef" * 32, standing=Standing.FOREIGN))
    assert told(report("forged", "1", foreign), report("a", "1", OURS)) == []
    alone = [
        replace(seal, key=replace(KEY, id=seal.key.id, standing=Standing.NO_DIRECTORY, code=None))
        for seal in (OURS, other)
        if seal.key is not None
    ]
    assert told(*(report(name, "1", seal) for name, seal in zip("ab", alone, strict=True))) == []


def test_a_seal_has_the_number_of_its_own_label() -> None:
    """With two labels at one place nobody can tell whose number it is."""
    doubled = report("a", "1", OURS)
    second = report("a", "2", OURS).labels
    doubled = replace(doubled, labels=doubled.labels + second)
    assert told(doubled, report("b", "2", replace(OURS, digest="cd" * 32))) == []


def lines(seal: SealReport, language: str) -> Iterator[str]:
    """Render a report as text; yield the lines on seals."""
    header = Header(command="verify", tool_version="0", language=language)
    for piece in text.render(header, [report("a", "1", seal)]):
        yield from (line.strip() for line in piece.splitlines() if "ReservedCode1" in line)


def test_a_seal_is_told_in_one_line() -> None:
    """Three results, and whose key it was, in both languages."""
    (line,) = lines(OURS, "en")
    assert line == (
        f"ReservedCode1: label valid, binding valid, content valid; verified as {CODE}, "
        "key abababababababab (ed25519)"
    )
    (line,) = lines(replace(OURS, hash=BAD, key=None), "zh")
    assert line == "ReservedCode1：标识签名有效，绑定签名有效，内容哈希无效；无密钥"
    (line,) = lines(standing(Standing.NO_DIRECTORY), "en")
    assert line.endswith("came with the file")


@pytest.mark.parametrize("seal", [OURS, THEIRS, BARE, replace(OURS, label=BAD)])
def test_a_seal_is_told_as_json(seal: SealReport) -> None:
    """Every value stands in the schema."""
    document = item_document(report("a", "1", seal), "en")
    conforms(document, "report", "file")
    seals = document["seals"]
    assert isinstance(seals, list)
    (told,) = seals
    parts = {"label": seal.label, "binding": seal.binding, "hash": seal.hash}
    assert {name: told[name]["result"] for name in parts} == {
        name: part.result.value for name, part in parts.items()
    }
    assert told["content"] == seal.content.value
    assert told["label"]["reason"] == (seal.label.reason and seal.label.reason.text)
    assert (told["key"] and told["key"]["id"]) == (seal.key and seal.key.id)
