"""Forged and edited seals, a small share of what ``make seal-proof`` tries."""

from __future__ import annotations

import pytest

from corpus import ROOT
from forgery import bit_flips, metadata_edits, transplants


@pytest.mark.parametrize(("algorithm", "count"), [("ed25519", 3000), ("p256", 300), ("sm2", 15)])
def test_one_bit_is_enough(algorithm: str, count: int) -> None:
    """No bit of content, values, key, signatures or the field may be another."""
    assert list(bit_flips(algorithm, count, seed=1)) == []


def test_labels_do_not_move() -> None:
    """Neither whole nor in halves."""
    assert list(transplants(400, seed=1)) == []


@pytest.mark.oracle
def test_other_metadata_may_change() -> None:
    """What other programs write beside the label leaves the seal whole."""
    assert list(metadata_edits(ROOT / "samples", 18, seed=1)) == []
