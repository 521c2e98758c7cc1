"""Merkle trees over leaves [RFC 6962, 2.1]: roots, and proofs of rows and of older trees.

Leaves are hashed already (`record.leaf_of`).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "EMPTY",
    "Frontier",
    "consistency_proof",
    "inclusion_proof",
    "is_consistent",
    "is_included",
    "root_of",
]

_NODE: Final = b"\1"
EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of the tree without leaves."""


class Frontier:
    """A tree that grows, as the roots of its perfect subtrees; it needs no leaf twice."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf at the end."""
        size, node = self.size, leaf
        while size & 1:
            node = _node(self._roots.pop(), node)
            size >>= 1
        self._roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self._roots:
            return EMPTY
        node = self._roots[-1]
        for other in reversed(self._roots[:-1]):
            node = _node(other, node)
        return node


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the nodes that lead from a leaf to the root [RFC 6962, 2.1.1]."""
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            proof.append(root_of(leaves[split:high]))
            high = split
        else:
            proof.append(root_of(leaves[low:split]))
            low = split
    return proof[::-1]


def consistency_proof(leaves: Sequence[bytes], older: int) -> list[bytes]:
    """Return the nodes that show the tree of the first leaves to be part of this [RFC 6962, 2.1.2].

    Args:
        leaves: of the larger tree.
        older: how many of them the smaller tree has, at least one.
    """
    proof: list[bytes] = []
    low, high, is_whole = 0, len(leaves), True
    while older - low != high - low:
        split = low + _split(high - low)
        if older <= split:
            proof.append(root_of(leaves[split:high]))
            high = split
        else:
            proof.append(root_of(leaves[low:split]))
            low, is_whole = split, False
    if not is_whole:
        proof.append(root_of(leaves[low:high]))
    return proof[::-1]


def is_included(leaf: bytes, place: tuple[int, int], proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a proof leads from a leaf to a root [RFC 9162, 2.1.3.2].

    Args:
        leaf: the hashed row.
        place: its index, counted from 0, and the size of the tree.
        proof: as `inclusion_proof` returns it.
        root: of the tree.
    """
    index, size = place
    last = size - 1
    if not 0 <= index <= last:
        return False
    node = leaf
    for other in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = _node(other, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = _node(node, other)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(
    sizes: tuple[int, int], proof: Sequence[bytes], roots: tuple[bytes, bytes]
) -> bool:
    """Say whether a proof shows one tree to be the beginning of another [RFC 9162, 2.1.4.2].

    Args:
        sizes: of the older and of the newer tree.
        proof: as `consistency_proof` returns it.
        roots: of the older and of the newer tree.
    """
    older, newer = sizes
    if not 0 < older <= newer:
        return False
    if older == newer:
        return not proof and roots[0] == roots[1]
    path = [roots[0], *proof] if older & (older - 1) == 0 else list(proof)
    if not path:
        return False
    index, last = older - 1, newer - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            first, second = _node(node, first), _node(node, second)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            second = _node(second, node)
        index, last = index >> 1, last >> 1
    return last == 0 and (first, second) == roots


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _split(count: int) -> int:
    """Return the largest power of two below a count."""
    return 1 << (count - 1).bit_length() - 1
