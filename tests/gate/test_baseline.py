"""Baselines: what they accept, when that ends, and how they are written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ailabel.errors import ConfigError
from ailabel.gate.baseline import Baseline, Entry, read_baseline, write_baseline
from ailabel.messages import Message
from ailabel.model.gate import GateFile, GateFinding, Standing
from ailabel.model.report import Level, Outcome
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

TODAY = "2026-06-30"
PRINT = "0123456789abcdef" * 2


def file(path: str = "a.png", *fingerprints: str, standing: Standing = Standing.OPEN) -> GateFile:
    """Return a file with findings."""
    found = tuple(
        GateFinding(
            rule="GAT-001",
            level=Level.ERROR,
            outcome=Outcome.FAIL,
            message=Message("a"),
            fix=None,
            fingerprint=text,
            standing=standing,
        )
        for text in fingerprints
    )
    return GateFile(path=path, format="png", ai="yes", explicit="off", findings=found)


def entry(until: str | None = None, fingerprint: str = PRINT, path: str = "a.png") -> Entry:
    """Return an entry."""
    return Entry(fingerprint=fingerprint, rule="GAT-001", path=path, reason="known", until=until)


def test_an_accepted_finding_does_not_stop() -> None:
    """By fingerprint, wherever the file stands now; the reason is told."""
    baseline = Baseline([entry()], TODAY)
    moved = baseline.settle(file("moved.png", PRINT, "f" * 32))
    assert [item.standing for item in moved.findings] == [Standing.BASELINE, Standing.OPEN]
    assert moved.findings[0].reason == "known"
    assert baseline.stale(whole=True) == ()


@pytest.mark.parametrize(("until", "ends"), [(None, False), (TODAY, False), ("2026-06-29", True)])
def test_an_entry_ends_after_its_day(until: str | None, ends: bool) -> None:  # noqa: FBT001 - a row
    """On its last day it holds; afterwards the finding counts, and the entry is reported."""
    baseline = Baseline([entry(until)], TODAY)
    (found,) = baseline.settle(file("a.png", PRINT)).findings
    assert found.stops is ends
    assert [item.expired for item in baseline.stale(whole=False)] == ([until] if ends else [])


def test_what_nothing_matches_is_stale_where_that_is_known() -> None:
    """After a whole run; after a part of it only for files that were checked."""
    baseline = Baseline([entry(), entry(fingerprint="e" * 32, path="b.png")], TODAY)
    baseline.settle(file("b.png"))
    assert [item.path for item in baseline.stale(whole=False)] == ["b.png"]
    assert [item.path for item in baseline.stale(whole=True)] == ["a.png", "b.png"]
    assert [item.path for item in baseline.without(baseline.stale(whole=False))] == ["a.png"]


def test_what_could_not_be_checked_is_not_stale() -> None:
    """A file that could not be read may be any of those that were not met, under another name."""
    baseline = Baseline([entry(), entry(fingerprint="e" * 32, path="b.png")], TODAY)
    baseline.settle(replace(file("a.png"), error=Message("a")))
    assert baseline.stale(whole=True) == ()
    baseline.settle(file("b.png"))
    assert [item.path for item in baseline.stale(whole=True)] == ["b.png"]


@pytest.mark.parametrize("rule", ["EXP-I2", "GAT-002"])
def test_what_nobody_looked_for_is_not_stale(rule: str) -> None:
    """What was accepted of visible labels outlives a run that does not look for them."""
    entries = [
        replace(entry(fingerprint=text * 32, path=f"{text}.png"), rule=rule) for text in "ab"
    ]
    baseline = Baseline([*entries, entry()], TODAY)
    baseline.settle(file("a.png"), seen=False)
    assert [item.rule for item in baseline.stale(whole=True)] == ["GAT-001"]
    baseline.settle(file("b.png"))
    assert [item.path for item in baseline.stale(whole=True)] == ["b.png", "a.png"]


def test_accepting_takes_what_counts() -> None:
    """New findings get the usual reason, old entries keep theirs, ignored rules get none."""
    baseline = Baseline([entry()], TODAY, accepting=True)
    settled = baseline.settle(file("a.png", PRINT, "f" * 32))
    assert {item.standing for item in settled.findings} == {Standing.BASELINE}
    baseline.settle(file("b.png", "d" * 32, standing=Standing.IGNORED))
    reasons = {item.fingerprint: item.reason for item in baseline.without(())}
    assert reasons == {PRINT: "known", "f" * 32: "present at adoption"}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_could_not_be_looked_for_is_not_accepted_by_itself(outcome: Outcome) -> None:
    """Required stays so until somebody looks; an entry that a person wrote holds."""
    (found,) = file("a.png", PRINT).findings
    unseen = replace(found, rule="GAT-002", outcome=outcome)
    for entries in ([], [entry()]):
        baseline = Baseline(entries, TODAY, accepting=True)
        (settled,) = baseline.settle(replace(file(), findings=(unseen,))).findings
        assert settled.stops is (outcome is Outcome.INCONCLUSIVE and not entries)
    note = replace(unseen, level=Level.NOTE)
    baseline = Baseline([], TODAY, accepting=True)
    (settled,) = baseline.settle(replace(file(), findings=(note,))).findings
    assert settled.standing is Standing.BASELINE


def test_accepting_renews_what_is_over() -> None:
    """What expired and is accepted again has no end any more, and is not stale."""
    baseline = Baseline([entry("2020-01-01")], TODAY, accepting=True)
    (found,) = baseline.settle(file("a.png", PRINT)).findings
    assert found.standing is Standing.BASELINE
    assert baseline.stale(whole=True) == ()


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    """In the order of the paths, whatever order they came in; a second writing replaces it."""
    path = tmp_path / "baseline.json"
    entries = [entry(path="b\udcff.png"), entry("2027-01-01", "f" * 32)]
    write_baseline(str(path), entries)
    assert read_baseline(str(path)) == entries[::-1]
    first = path.read_bytes()
    check_schema(json.loads(first), "baseline")
    write_baseline(str(path), entries[::-1])
    assert path.read_bytes() == first
    write_baseline(str(path), [])
    assert read_baseline(str(path)) == []
    assert [item.name for item in tmp_path.iterdir()] == ["baseline.json"]


GOOD = {"fingerprint": PRINT, "rule": "GAT-001", "path": "a", "reason": "b", "until": None}


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        json.dumps({"schema_version": 2, "entries": []}),
        json.dumps({"schema_version": 1, "entries": [1]}),
        *(
            json.dumps({"schema_version": 1, "entries": [GOOD | changed]})
            for changed in (
                {"fingerprint": "short"},
                {"fingerprint": None},
                {"until": "tomorrow"},
                {"until": 5},
                {"reason": 1},
            )
        ),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, document: str) -> None:
    """With its name, so that nobody passes by mistake."""
    path = tmp_path / "baseline.json"
    path.write_text(document)
    with pytest.raises(ConfigError, match="is no baseline"):
        read_baseline(str(path))
