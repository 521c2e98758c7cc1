"""What the gate said, as text and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.gate.looked import Looked
from ailabel.gate.records import from_text, to_text
from ailabel.messages import Message, Reasons
from ailabel.model.gate import GateFile, GateFinding, Standing
from ailabel.model.report import Level, Outcome

PLAIN = st.one_of(st.text(), st.integers(), st.none(), st.booleans())
SIMPLE = st.builds(Message, st.text(), st.dictionaries(st.text(), PLAIN, max_size=2))
REASONS = st.lists(SIMPLE, max_size=2).map(Reasons)
MESSAGES = st.builds(
    Message, st.text(), st.dictionaries(st.text(), PLAIN | SIMPLE | REASONS, max_size=3)
)
FINDINGS = st.builds(
    GateFinding,
    rule=st.text(),
    level=st.sampled_from(Level),
    outcome=st.sampled_from(Outcome),
    message=MESSAGES,
    fix=st.none() | MESSAGES,
    fingerprint=st.text(),
    location=st.text(),
    offset=st.none() | st.integers(),
    line=st.none() | st.integers(),
    standing=st.sampled_from([Standing.OPEN, Standing.IGNORED]),
)
FILES = st.builds(
    GateFile,
    path=st.text(),
    format=st.none() | st.text(),
    ai=st.sampled_from(["yes", "no", "unknown", None]),
    explicit=st.sampled_from(["required", "recommended", "off"]),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(FILES, st.booleans())
def test_what_was_said_comes_back(file: GateFile, unseen: bool) -> None:  # noqa: FBT001 - given
    """Everything but the name, sentences within sentences included."""
    looked = Looked(file=file, unseen=unseen)
    found = from_text(to_text(looked))
    assert replace(found, file=replace(found.file, path=file.path)) == looked


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1,2]", '["png","yes","off",false,[[1]]]', "x"])
def test_other_texts_are_refused(text: str) -> None:
    """Whatever else a cache may hold is no record."""
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        from_text(text)
