"""Following the chain: whatever is done to rows is noticed, and nothing else is."""

from __future__ import annotations

import hashlib
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.ledger.chain import Link, Walk
from ailabel.ledger.record import first_link, next_link

ORIGIN: Final = "example.org/ledger"
COUNT: Final = 12
Pair = tuple[bytes, bytes]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _whole() -> list[Pair]:
    """Return leaves and links of a ledger as it was recorded."""
    link, found = first_link(ORIGIN), []
    for index in range(COUNT):
        leaf = _digest(f"leaf {index}")
        link = next_link(link, leaf)
        found.append((leaf, link))
    return found


WHOLE: Final = _whole()


def _act(pairs: list[Pair], act: tuple[str, int, int]) -> list[Pair]:
    """Do something to rows."""
    what, one, other = act
    one, other = one % len(pairs), other % len(pairs)
    made = list(pairs)
    if what == "leaf":
        made[one] = (_digest(f"other {other}"), made[one][1])
    elif what == "link":
        made[one] = (made[one][0], _digest(f"link {other}"))
    elif what == "both":
        before = made[one - 1][1] if one else first_link(ORIGIN)
        leaf = _digest(f"forged {other}")
        made[one] = (leaf, next_link(before, leaf))
    elif what == "swap":
        made[one], made[other] = made[other], made[one]
    elif what == "move":
        made.insert(other, made.pop(one))
    elif what == "copy":
        made.insert(other, made[one])
    elif what == "put in":
        made.insert(one, (_digest(f"new {other}"), _digest(f"link {other}")))
    elif what == "take out" and len(made) > 1:
        made.pop(one)
    return made


ACTS: Final = st.tuples(
    st.sampled_from(["leaf", "link", "both", "swap", "move", "copy", "put in", "take out"]),
    st.integers(0, COUNT - 1),
    st.integers(0, COUNT - 1),
)


def _found(pairs: list[Pair], size: int, last: bytes) -> list[str]:
    walk = Walk(ORIGIN, set())
    for row, (leaf, link) in enumerate(pairs, 1):
        walk.take(Link(row, leaf, link))
    return [item.kind for item in walk.findings(size, last)]


def test_what_was_recorded_is_whole() -> None:
    """There is nothing to find."""
    assert _found(WHOLE, COUNT, WHOLE[-1][1]) == []


@settings(max_examples=400, deadline=None)
@given(st.lists(ACTS, min_size=1, max_size=4))
def test_whatever_is_done_is_noticed(acts: list[tuple[str, int, int]]) -> None:
    """Also where the ledger's own length and end were changed to fit, but for cutting it short."""
    pairs = WHOLE
    for act in acts:
        pairs = _act(pairs, act)
    same = pairs == WHOLE
    assert bool(_found(pairs, COUNT, WHOLE[-1][1])) != same
    follows = first_link(ORIGIN)
    for leaf, link in pairs:
        if next_link(follows, leaf) != link:
            break
        follows = link
    else:
        return  # a whole chain, which only a checkpoint can contradict
    assert _found(pairs, len(pairs), pairs[-1][1])
