"""Checks that are kept for files that are alike."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ailabel.engine import checks
from ailabel.engine.examine import examine
from ailabel.io.source import BytesView
from ailabel.standard.schema import KEYS
from ailabel.values import frozen
from builders import wav

CODES = ("001191350100M000100Y4310000", "001191350100M000100Y4310001", "00119", "名", "a-firm", "")
FIELDS = st.fixed_dictionaries(
    {key: st.sampled_from(CODES) for key in KEYS} | {"Label": st.sampled_from(["1", "2", "4"])}
)


@frozen
class Apart:
    """No evidence at all, but for its being there: nothing is kept for a case that has any."""

    finding: None = None
    sightings: tuple[()] = ()


def case(*fields: dict[str, str], seen: bool = False) -> checks.Case:
    """Return the case of a WAV with these labels."""
    chunks = (wav.chunk(b"AIGC", json.dumps(item).encode()) for item in fields)
    found = examine(BytesView(wav.file(wav.FORMAT, wav.DATA, *chunks), "sound.wav"))
    return checks.Case(
        format=found.format,
        found=found.found,
        evidence=Apart() if seen else None,  # type: ignore[arg-type]
    )


@given(st.lists(FIELDS, max_size=2))
def test_an_answer_that_was_kept_is_the_one_that_would_be_made(
    labels: list[dict[str, str]],
) -> None:
    """Whatever labels came before, a file is judged by its own."""
    kept = checks.run(case(*labels))
    assert kept == tuple(
        check for check in checks.run(case(*labels, seen=True)) if check.rule.startswith("IMP")
    )


def test_files_that_are_alike_share_their_checks() -> None:
    """Only the content number differs, so the answer is one object, worded once."""
    label = dict.fromkeys(KEYS, CODES[0]) | {"Label": "1"}
    first, second = (checks.run(case(label | {"ProduceID": number})) for number in "12")
    other = checks.run(case(label | {"ContentPropagator": CODES[4]}))
    assert first is second
    assert other != first
