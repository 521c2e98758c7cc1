"""The public API as a user types it; mypy checks this file, and a test imports and runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import ailabel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["bytes_calls", "duty_calls", "ledger_calls", "path_calls", "text_calls"]

SPEC: ailabel.LabelSpec = ailabel.LabelSpec(
    producer="001191350100M000100Y4310000",
    label=ailabel.Label.IS,
    position={"image": "top-left", "audio": "end"},
    implicit=True,
    limits=ailabel.Limits(text_bytes=1 << 20),
)


def path_calls(source: Path, output: Path) -> ailabel.FileReport:
    """Plan, label and verify a file."""
    planned = ailabel.plan(source, SPEC)
    assert_type(planned, ailabel.LabelResult)
    assert_type(planned.edits, tuple[ailabel.Change, ...])
    result = ailabel.label(str(source), SPEC, output=output)
    assert_type(result.output, str | None)
    assert_type(result.marks, tuple[ailabel.Mark, ...])
    assert_type(result.produce_id, str | None)
    report = ailabel.verify(output, ailabel.VerifyOptions(explicit=False))
    assert_type(report.implicit, ailabel.Verdict)
    assert_type(report.checks, tuple[ailabel.Check, ...])
    traced = ailabel.read(output, ailabel.VerifyOptions(traces=True))
    assert_type(traced.traces, tuple[ailabel.Trace, ...] | None)
    for trace in traced.traces or ():
        assert_type(trace.claim, ailabel.Claim)
        assert_type(trace.strength, ailabel.TraceStrength)
    return report


def duty_calls(source: Path, output: Path) -> str:
    """Pass a file on, and decide about one."""
    spec = ailabel.PropagateSpec(propagator="001191350100M000100Y4320000")
    passed = ailabel.propagate(source, spec, output=output)
    assert_type(passed.propagate_id, str | None)
    options = ailabel.DecideOptions(declared=True, explicit=False)
    found = ailabel.decide(output, options, apply=spec)
    assert_type(found, ailabel.FileDecision)
    assert_type(found.clues, tuple[ailabel.Clue, ...])
    assert_type(found.result, ailabel.LabelResult | None)
    report = ailabel.verify(output, ailabel.VerifyOptions(explicit=False, regimes=("cn", "eu")))
    assert_type(report.verdicts, dict[str, ailabel.Verdict])
    return found.decision


def bytes_calls(data: bytes, name: str) -> Mapping[str, str | None]:
    """Label and read a file in memory."""
    labelled = ailabel.label_bytes(data, SPEC, name=name)
    assert_type(labelled.data, bytes)
    report = ailabel.read_bytes(labelled.data, name=name)
    found: tuple[ailabel.FoundLabel, ...] = report.labels
    return found[0].fields


async def async_calls(data: bytes, name: str) -> ailabel.Verdict:
    """Label and verify a file in memory, without blocking the event loop."""
    labelled = await ailabel.label_bytes_async(data, SPEC, name=name)
    report = await ailabel.verify_bytes_async(labelled.data, name=name)
    assert_type(report, ailabel.FileReport)
    return report.implicit


def text_calls(answer: str) -> str:
    """Label the answer of a chat service."""
    return ailabel.label_text(answer)


def sealing_calls(data: bytes, key: Path, directory: Path) -> bool:
    """Sign a label with a key, and verify whose it is."""
    spec = ailabel.LabelSpec(producer=SPEC.producer, explicit=False, signer=ailabel.load_key(key))
    labelled = ailabel.label_bytes(data, spec)
    options = ailabel.VerifyOptions(explicit=False, trust=ailabel.load_trust(directory))
    report = ailabel.verify_bytes(labelled.data, options)
    assert_type(report.seals, tuple[ailabel.SealReport, ...])
    seal = report.seals[0]
    assert_type(seal.label.result, ailabel.SealResult)
    return seal.is_whole and seal.key is not None and seal.key.code == SPEC.producer


def checking_calls(folder: Path) -> list[str]:
    """Check a tree before it is published."""
    choice = ailabel.GateChoice(source="changed", base="main")
    run = ailabel.check(folder, ailabel.GateOptions(choice=choice, settings={"deep": True}))
    stopped = []
    for file in run:
        assert_type(file, ailabel.GateFile)
        stopped += [item.rule for item in file.findings if item.stops]
    assert_type(run.end(), ailabel.GateEnd)
    return stopped if run.end().code == 1 else []


def ledger_calls(source: Path, output: Path) -> tuple[ailabel.Match, ...]:
    """Label with a ledger, hand a file out, trace one back."""
    with ailabel.Ledger.open("numbers.db") as ledger:
        assert_type(ailabel.label(source, SPEC, ledger=ledger), ailabel.LabelResult)
        grant = ailabel.Grant(recipient="a", agreement=f"v3@{'0' * 64}", reason="b")
        exported = ailabel.export(source, SPEC, grant, output=output, ledger=ledger)
        assert_type(exported.status, str)
        found = ailabel.recover(output, ledger)
        assert_type(found, ailabel.Recovery)
        assert_type(ailabel.restore(output, ledger).produce_id, str | None)
    return found.matches


def failures(source: Path) -> str:
    """Handle what can go wrong, the special before the general."""
    try:
        ailabel.label(source, SPEC)
    except ailabel.MalformedFileError as error:
        assert_type(error.offset, int | None)
        return "malformed"
    except ailabel.PlanError:
        return "refused"
    except ailabel.LedgerError:
        return "not recorded"
    except ailabel.AilabelError as error:
        return str(error)
    return ""


def values() -> str:
    """Build and parse a provider code; make a content number."""
    code = ailabel.ProviderCode(
        uscc="91350100M000100Y43", service=ailabel.ServiceType.GENERATION, application="10AB"
    )
    assert_type(ailabel.parse_code(str(code)), ailabel.ProviderCode)
    assert_type(ailabel.new_content_number(), str)
    return str(code)
