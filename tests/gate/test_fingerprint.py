"""Fingerprints: the same for the same content, another after any change."""

from __future__ import annotations

import random

import pytest

from ailabel.config import Profile
from ailabel.gate.fingerprint import findings, fingerprint, is_shown
from ailabel.gate.judge import Point
from ailabel.io.source import BytesView
from ailabel.messages import Message
from ailabel.model.gate import Standing
from ailabel.model.report import Level


def point(rule: str = "GAT-001") -> Point:
    """Return a finding."""
    return Point(rule=rule, message=Message("a"), fix=None, level=Level.ERROR)


def prints(data: bytes, name: str = "a.png", *rules: str) -> list[str]:
    """Return the fingerprints of findings in a file."""
    made = findings(
        [point(rule) for rule in rules or ("GAT-001",)], BytesView(data, name), Profile()
    )
    return [item.fingerprint for item in made]


def test_a_fingerprint_is_pinned() -> None:
    """It is the same on every machine and in every version, since baselines hold it."""
    assert fingerprint("GAT-001", "00" * 32) == "c05f59060c531987c0e9c385860893ae"


def test_the_name_does_not_matter() -> None:
    """A file that is renamed keeps its fingerprints, and so does a copy."""
    assert prints(b"content", "a.png") == prints(b"content", "b/c.jpg")


def test_any_change_matters() -> None:
    """Flipping any bit, or a longer or shorter file, gives another fingerprint."""
    chance = random.Random(5)
    data = chance.randbytes(400)
    seen = {prints(data)[0], prints(data + b"\0")[0], prints(data[:-1])[0], prints(b"")[0]}
    for _ in range(100):
        changed = bytearray(data)
        place = chance.randrange(len(data))
        changed[place] ^= 1 << chance.randrange(8)
        seen.add(prints(bytes(changed))[0])
    assert len(seen) > 90
    assert prints(data)[0] in seen


def test_findings_of_one_rule_differ() -> None:
    """Two findings of a rule in one file have two fingerprints, whatever stands between them."""
    first, second, third = prints(b"x", "a", "IMP-007", "IMP-010", "IMP-007")
    assert len({first, second, third}) == 3
    assert prints(b"x", "a", "IMP-007", "IMP-007") == [first, third]


@pytest.mark.parametrize(
    ("select", "ignore", "shown"),
    [
        ((), (), True),
        (("GAT",), (), True),
        (("IMP",), (), False),
        ((), ("GAT",), False),
        (("GAT-001",), ("GAT",), True),
        (("GAT",), ("GAT-001",), False),
        (("GAT",), ("GAT",), False),
    ],
)
def test_select_and_ignore_choose_what_is_shown(
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    shown: bool,  # noqa: FBT001 - a row
) -> None:
    """The longer beginning holds; a rule that is left out is found and marked all the same."""
    assert is_shown("GAT-001", select, ignore) is shown
    (made,) = findings([point()], BytesView(b"x"), Profile(select=select, ignore=ignore))
    assert (made.standing is Standing.OPEN) is shown
