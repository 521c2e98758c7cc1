"""Merkle trees: the roots and proofs that other implementations reckon, and none that is forged."""

from __future__ import annotations

import hashlib
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.ledger.merkle import (
    EMPTY,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    root_of,
)

INPUTS: Final = (
    *(b"", b"\0", b"\x10", bytes.fromhex("2021"), bytes.fromhex("3031")),
    *(bytes.fromhex("40414243"), bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70))),
)
ROOTS: Final = (  # of the first leaves, as the authors of RFC 6962 published them with their code
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES: Final = [hashlib.sha256(b"\0" + data).digest() for data in INPUTS]
MANY: Final = [hashlib.sha256(bytes([index])).digest() for index in range(70)]


def test_known_roots() -> None:
    """Those of eight trees, and of the one without leaves."""
    assert [root_of(LEAVES[: count + 1]).hex() for count in range(8)] == list(ROOTS)
    assert root_of([]) == EMPTY == hashlib.sha256(b"").digest()


def test_a_tree_that_grows_has_the_same_roots() -> None:
    """Leaf by leaf, without keeping the leaves."""
    frontier = Frontier()
    for count, leaf in enumerate(LEAVES, 1):
        frontier.add(leaf)
        assert (frontier.size, frontier.root().hex()) == (count, ROOTS[count - 1])


def test_known_proofs() -> None:
    """One of the second of three leaves, and one from six leaves to eight."""
    root = bytes.fromhex(ROOTS[2])
    assert inclusion_proof(LEAVES[:3], 2) == [bytes.fromhex(ROOTS[1])]
    assert is_included(LEAVES[2], (2, 3), [bytes.fromhex(ROOTS[1])], root)
    proof = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [node.hex() for node in consistency_proof(LEAVES, 6)] == proof


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 70])
def test_every_leaf_is_proved_and_no_other(size: int) -> None:
    """Proofs hold for their leaf, at its place, in its tree; for nothing else."""
    leaves = MANY[:size]
    root = root_of(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        assert is_included(leaves[index], (index, size), proof, root)
        assert not is_included(MANY[-1] + b"x", (index, size), proof, root)
        assert not is_included(leaves[index], (size, size), proof, root)
        assert not is_included(leaves[index], (index, size), [*proof, root], root)
        if proof:
            assert not is_included(leaves[index], (index, size), proof[:-1], root)
            assert not is_included(leaves[index], (index, size), [root, *proof[1:]], root)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(0, 255))
def test_every_beginning_is_proved_and_no_other(one: int, other: int, flip: int) -> None:
    """A consistency proof holds between its two trees; damaged, or between others, it does not."""
    older, newer = sorted((one, other))
    roots = (root_of(MANY[:older]), root_of(MANY[:newer]))
    proof = consistency_proof(MANY[:newer], older)
    assert is_consistent((older, newer), proof, roots)
    assert not is_consistent((older, newer), [*proof, roots[0]], roots)
    false = bytes([roots[0][0] ^ (flip or 1)]) + roots[0][1:]
    assert not is_consistent((older, newer), proof, (false, roots[1]))
    if proof:
        assert not is_consistent((older, newer), proof[1:], roots)
    assert not is_consistent((0, newer), proof, roots)
    assert not is_consistent((newer + 1, newer), proof, roots)
