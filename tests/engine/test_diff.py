"""Comparing the labels of a file before and after a step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import ailabel
from ailabel.model.report import Outcome
from builders import wav

if TYPE_CHECKING:
    from pathlib import Path

LABEL = {
    "Label": "1",
    "ContentProducer": "001191110102MACQD9K64010000",
    "ProduceID": "n-1",
    "ReservedCode1": "",
    "ContentPropagator": "001191110102MACQD9K64010000",
    "PropagateID": "n-1",
    "ReservedCode2": "",
}


def sound(path: Path, label: dict[str, str] | None) -> Path:
    """Write a sound with a label or without."""
    chunk = wav.chunk(b"AIGC", json.dumps(label).encode()) if label else b""
    path.write_bytes(wav.file(wav.FORMAT, wav.DATA, chunk))
    return path


@pytest.mark.parametrize(
    ("before", "after", "status", "outcomes"),
    [
        (LABEL, LABEL, "kept", ("pass", "pass")),
        (LABEL, None, "lost", ("fail", "not_applicable")),
        (LABEL, {**LABEL, "ProduceID": "n-2"}, "changed", ("pass", "fail")),
        (LABEL, {**LABEL, "PropagateID": "p-9"}, "propagated", ("pass", "pass")),
        (None, LABEL, "added", ()),
        (None, None, "none", ()),
    ],
)
def test_what_a_step_did(
    tmp_path: Path,
    before: dict[str, str] | None,
    after: dict[str, str] | None,
    status: str,
    outcomes: tuple[str, ...],
) -> None:
    """Lost, kept, changed, passed on, added, none: each with what the rules say of it."""
    first, second = sound(tmp_path / "a.wav", before), sound(tmp_path / "b.wav", after)
    found = ailabel.diff(first, second)
    assert found.status == status
    assert tuple(check.outcome for check in found.checks) == tuple(map(Outcome, outcomes))
    assert [check.rule for check in found.checks] == ["DIF-001", "DIF-002"][: len(outcomes)]
    assert found.before_fields == before
    assert found.after_fields == after


def test_the_changed_keys_are_named(tmp_path: Path) -> None:
    """A changed label names its keys, in the standard's order of parts."""
    first = sound(tmp_path / "a.wav", LABEL)
    second = sound(tmp_path / "b.wav", {**LABEL, "PropagateID": "p", "Label": "2"})
    assert ailabel.diff(first, second).changed == ("Label", "PropagateID")
