"""Whatever is done to a ledger behind its back is found, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from ailabel.errors import LedgerError
from ailabel.ledger import keep, rows
from ailabel.ledger.merkle import is_consistent, is_included
from ailabel.ledger.note import Checkpoint, sign_checkpoint
from ailabel.ledger.record import canonical, leaf_of, next_link
from books import Signer, record, records, tamper

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.ledger import Ledger

SPARE: Final = "UPDATE ledger_entry SET row = -1 WHERE row = {}"
MOVE: Final = "UPDATE ledger_entry SET row = {} WHERE row = {}"
FORGE: Final = "UPDATE ledger_entry SET label = 'forged' WHERE row = {}"
LINK: Final = "UPDATE ledger_entry SET chain = {} WHERE row = {}"
END: Final = "UPDATE ledger_state SET size = {}, chain = {}"
BACK: Final = "UPDATE ledger_entry SET row = {} WHERE row = -1"
SIZE: Final = "UPDATE ledger_state SET size = {}"


def _shift(first: int, last: int, by: int) -> list[str]:
    """Return what moves rows to other places, one after the other."""
    order = range(last, first - 1, -1) if by > 0 else range(first, last + 1)
    return [MOVE.format(row + by, row) for row in order]


COPY: Final = (
    "INSERT INTO ledger_entry SELECT {}, time, kind, producer, 'forged', turn, digest, picture,"
    " format, label, signer, details, chain FROM ledger_entry WHERE row = 3"
)
TAMPERED: Final = {  # what is done to ten rows: statements, and the findings as kind and rows
    "a text": (["UPDATE ledger_entry SET label = 'other' WHERE row = 4"], {("changed", 4, 4)}),
    "a time": (["UPDATE ledger_entry SET time = time + 1 WHERE row = 1"], {("changed", 1, 1)}),
    "a number": (["UPDATE ledger_entry SET number = 'x' WHERE row = 10"], {("changed", 10, 10)}),
    "a digest": (["UPDATE ledger_entry SET digest = NULL WHERE row = 7"], {("changed", 7, 7)}),
    "a kind": (["UPDATE ledger_entry SET kind = 'erase' WHERE row = 7"], {("changed", 7, 7)}),
    "a turn": (["UPDATE ledger_entry SET turn = 5 WHERE row = 7"], {("changed", 7, 7)}),
    "a link": (
        ["UPDATE ledger_entry SET chain = (SELECT chain FROM ledger_state) WHERE row = 5"],
        {("changed", 5, 5)},
    ),
    "two neighbours": (
        ["UPDATE ledger_entry SET label = 'other' WHERE row IN (4, 5)"],
        {("changed", 4, 4), ("changed", 5, 5)},
    ),
    "taken out": (["DELETE FROM ledger_entry WHERE row = 6"], {("missing", 6, 6)}),
    "several taken out": (
        ["DELETE FROM ledger_entry WHERE row IN (2, 3, 8)"],
        {("missing", 2, 3), ("missing", 8, 8)},
    ),
    "taken out, the gap closed": (
        ["DELETE FROM ledger_entry WHERE row = 6", *_shift(7, 10, -1)],
        {("changed", 6, 6), ("missing", 10, 10)},
    ),
    "taken out, the gap closed, the size changed": (
        ["DELETE FROM ledger_entry WHERE row = 6", *_shift(7, 10, -1), SIZE.format(9)],
        {("changed", 6, 6)},
    ),
    "the last taken out": (
        ["DELETE FROM ledger_entry WHERE row >= 9"],
        {("missing", 9, 10)},
    ),
    "the last taken out, the size changed": (
        ["DELETE FROM ledger_entry WHERE row >= 9", SIZE.format(8)],
        {("changed", 8, 8)},
    ),
    "the first taken out": (["DELETE FROM ledger_entry WHERE row = 1"], {("missing", 1, 1)}),
    "put in": ([*_shift(6, 10, 1), COPY.format(6)], {("added", 6, 6), ("added", 11, 11)}),
    "put in, the size changed": (
        [*_shift(6, 10, 1), COPY.format(6), SIZE.format(11)],
        {("added", 6, 6)},
    ),
    "put behind": ([COPY.format(11)], {("added", 11, 11), ("changed", 11, 11)}),
    "neighbours swapped": (
        [SPARE.format(4), *_shift(5, 5, -1), BACK.format(5)],
        {("reordered", 5, 5)},
    ),
    "others swapped": (
        [SPARE.format(3), *_shift(8, 8, -5), BACK.format(8)],
        {("reordered", 3, 3), ("reordered", 8, 8)},
    ),
    "the size": ([SIZE.format(12)], {("missing", 11, 12)}),
    "the last link": (
        ["UPDATE ledger_state SET chain = (SELECT chain FROM ledger_entry WHERE row = 2)"],
        {("changed", 10, 10)},
    ),
    "the index of pictures, a row gone": (
        ["DELETE FROM ledger_band WHERE row = 3"],
        {("index", 0, 0)},
    ),
    "the index of pictures, another picture": (
        ["UPDATE ledger_band SET value = value + 1 WHERE row = 3"],
        {("index", 0, 0)},
    ),
    "the index of pictures, two bands": (
        [
            "UPDATE ledger_band SET value = value + 1 WHERE row = 3 AND value < 65536",
            "UPDATE ledger_band SET value = value - 1 WHERE row = 3 AND value >= 458752",
        ],
        {("index", 0, 0)},
    ),
    "the index of pictures, another row": (
        ["UPDATE ledger_band SET row = 11 WHERE row = 3"],
        {("index", 0, 0)},
    ),
}


def found(ledger: Ledger) -> set[tuple[str, int, int]]:
    """Return what going over a ledger finds."""
    return {(item.kind, item.first, item.last) for item in keep.verify(ledger).findings}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found_and_located(ledger: Ledger, what: str) -> None:
    """Each kind of change, at its rows; what is whole is not accused."""
    statements, expected = TAMPERED[what]
    ledger.append(records(range(10)))
    assert found(ledger) == set()
    tamper(ledger, *statements)
    bands = {("index", 0, 0)}  # which rows that are gone, or were put in, leave behind
    assert found(ledger) - bands == expected - bands
    assert bands & expected <= found(ledger)


def test_an_empty_ledger_is_whole(ledger: Ledger) -> None:
    """There is nothing to accuse."""
    assert found(ledger) == set()


def test_a_row_behind_missing_ones_is_not_vouched_for(ledger: Ledger) -> None:
    """The link that it follows is gone, so that nobody can tell what it was."""
    ledger.append(records(range(10)))
    tamper(ledger, "DELETE FROM ledger_entry WHERE row = 5", FORGE.format(6))
    (finding,) = [item for item in keep.verify(ledger).findings if item.kind == "missing"]
    assert finding.message.params == {"first": 5, "last": 5, "next": 6}
    assert "cannot be told" in finding.message.text
    tamper(ledger, "DELETE FROM ledger_entry WHERE row >= 9")
    texts = [item.message.text for item in keep.verify(ledger).findings if item.kind == "missing"]
    assert ["cannot be told" in text for text in texts] == [True, False]


def test_many_breaks_are_counted(ledger: Ledger) -> None:
    """Beyond two hundred they are told together."""
    ledger.append(records(range(300)))
    tamper(ledger, "UPDATE ledger_entry SET label = 'other'")
    findings = keep.verify(ledger).findings
    assert len(findings) == 201
    assert (findings[-1].first, findings[-1].last) == (201, 300)


@pytest.fixture
def signer() -> Signer:
    """Return a signer of checkpoints."""
    return Signer()


def _bytes(ledger: Ledger, value: bytes) -> str:
    """Return bytes as SQL writes them."""
    is_file = ledger.database.address.path is not None
    return f"x'{value.hex()}'" if is_file else f"'\\x{value.hex()}'"


def _forge(ledger: Ledger, row: int) -> None:
    """Change a row as somebody would who may write everything: with all that follows from it."""
    entries = list(ledger.entries())
    link = entries[row - 2].chain
    tamper(ledger, FORGE.format(row))
    for entry in list(ledger.entries())[row - 1 :]:
        link = next_link(link, leaf_of(canonical(entry.record, entry.time, entry.turn)))
        tamper(ledger, LINK.format(_bytes(ledger, link), entry.row))
    tamper(ledger, END.format(len(entries), _bytes(ledger, link)))


def test_a_chain_that_was_written_anew_is_found_by_checkpoints(
    ledger: Ledger, signer: Signer
) -> None:
    """Between the last checkpoint that holds and the first that does not."""
    notes = []
    for start in (0, 4, 8):
        ledger.append(records(range(start, start + 4)))
        note, verifier = keep.make_checkpoint(ledger, signer)
        notes.append(note)
    whole = keep.verify(ledger, notes, [verifier])
    assert (whole.findings, whole.checkpoints, whole.signed) == ((), 3, True)
    assert not keep.verify(ledger, notes).signed
    _forge(ledger, 6)
    tamper(ledger, "DELETE FROM ledger_checkpoint")
    assert found(ledger) == set()  # nobody could tell from the ledger alone
    findings = keep.verify(ledger, notes, [verifier]).findings
    assert [(item.kind, item.first, item.last) for item in findings] == [
        ("checkpoint", 5, 8),
        ("checkpoint", 5, 12),
    ]
    with pytest.raises(LedgerError, match="no signature of the key"):
        keep.verify(ledger, notes, [type(verifier)("other", verifier.key)])


def test_what_the_ledger_keeps_of_checkpoints_is_compared_too(
    ledger: Ledger, signer: Signer
) -> None:
    """A row that was forged, or a checkpoint that was, is found without one from elsewhere."""
    ledger.append(records(range(4)))
    keep.make_checkpoint(ledger, signer)
    keep.make_checkpoint(ledger, signer)  # on another day without rows
    _forge(ledger, 3)
    assert found(ledger) == {("checkpoint", 1, 4)}
    with pytest.raises(LedgerError, match="something is wrong"):
        keep.make_checkpoint(ledger, signer)
    tamper(ledger, "UPDATE ledger_checkpoint SET note = 'x'")
    assert found(ledger) == {("checkpoint", 4, 4)}


def test_a_shorter_ledger_is_found_by_a_checkpoint(ledger: Ledger, signer: Signer) -> None:
    """Rows that were taken off the end, with all traces of them."""
    ledger.append(records(range(4)))
    note, _ = keep.make_checkpoint(ledger, signer)
    link = list(ledger.entries())[2].chain
    tamper(
        ledger,
        "DELETE FROM ledger_checkpoint",
        "DELETE FROM ledger_entry WHERE row = 4",
        "DELETE FROM ledger_band WHERE row = 4",
        END.format(3, _bytes(ledger, link)),
    )
    assert found(ledger) == set()
    assert [item.kind for item in keep.verify(ledger, [note]).findings] == ["checkpoint"]


def test_checkpoints_of_other_ledgers_are_refused(ledger: Ledger, signer: Signer) -> None:
    """Every ledger has its own name."""
    note, _ = sign_checkpoint(Checkpoint("example.org/other", 0, bytes(32)), signer)
    with pytest.raises(LedgerError, match=r"belongs to the ledger example\.org/other"):
        keep.verify(ledger, [note])


def test_proofs(ledger: Ledger) -> None:
    """A row is in the tree; the tree of today begins with that of yesterday."""
    ledger.append(records(range(11)))
    proof = keep.prove_row(ledger, 5)
    assert is_included(proof.leaf, (4, proof.size), proof.nodes, proof.root)
    entry = ledger.find_number("number-4")[0]
    assert proof.leaf == leaf_of(canonical(entry.record, entry.time, entry.turn))
    part = keep.prove_part(ledger, 6)
    assert is_consistent((6, 11), part.nodes, (part.leaf, part.root))
    assert part.root == keep.verify(ledger).root
    for call in (keep.prove_row, keep.prove_part):
        with pytest.raises(LedgerError):
            call(ledger, 12)


def test_a_number_is_used_twice_where_somebody_dropped_the_constraint(tmp_path: Path) -> None:
    """The ledger does not rely on the database having kept it."""
    from ailabel.ledger import Ledger

    with Ledger.create(tmp_path / "a.db") as ledger:
        ledger.append(records(range(3)))
        tamper(
            ledger,
            "PRAGMA foreign_keys=OFF",
            "CREATE TABLE copied AS SELECT * FROM ledger_entry",
            "DROP TABLE ledger_entry",
            "ALTER TABLE copied RENAME TO ledger_entry",
        )
        with ledger.database.writing() as connection:
            rows.write(connection, [record(1)])
        assert ("added", 4, 4) in found(ledger)
