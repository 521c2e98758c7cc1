"""Looking recorded pictures up by what they look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from ailabel.errors import LedgerError
from ailabel.ledger import rows, similar, tables
from ailabel.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ailabel.ledger.record import Entry

__all__ = ["Likeness", "alike"]

_MOST_CANDIDATES: Final = 200_000
_MOST: Final = 20  # pictures that are told
_BANDS: Final = 8  # so many more bits are found for every bit that a band may differ in


@frozen(kw_only=True)
class Likeness:
    """A recorded picture that looks like another.

    Args:
        entry: of the recorded picture.
        distance: in how many bits of 128 the hashes differ.
        chance: that some unrelated picture of the ledger is as near.
    """

    entry: Entry
    distance: int
    chance: float


def alike(connection: Connection, picture: bytes) -> list[Likeness]:
    """Return the recorded pictures that look like one, the nearest first.

    Bands that are equal are asked for first, then those that differ in one bit, then in two; each
    step finds every picture up to seven bits further off, so that the first that finds one ends it.

    Raises:
        LedgerError: nothing near was found among the first, and there are too many to compare all.
    """
    _, size, _ = rows.head(connection)
    limit = similar.farthest(size)  # every row counts as a picture, to be on the safe side
    found: dict[int, int] = {}
    for radius in range(similar.FARTHEST // _BANDS + 1):
        if limit < radius * _BANDS:
            break
        compared, is_cut = _candidates(connection, picture, radius)
        found |= compared
        sure = min(limit, radius * _BANDS + _BANDS - 1)
        near = sorted((far, row) for row, far in found.items() if far <= sure)
        if near:
            return [_likeness(connection, row, far, size) for far, row in near[:_MOST]]
        if is_cut:
            raise LedgerError(
                "more than {limit} pictures of the ledger share a part of their looks with this "
                "one, and none of those that were compared is near",
                limit=_MOST_CANDIDATES,
            )
    return []


def _candidates(connection: Connection, picture: bytes, radius: int) -> tuple[dict[int, int], bool]:
    """Return the distances of the pictures that have a band at a radius, by their rows.

    Of more than can be compared those of some are returned, and that there are more.
    """
    values = [value for band in similar.bands_of(picture) for value in similar.near(band, radius)]
    query = (
        select(tables.entry.c.row, tables.entry.c.picture)
        .join(tables.band, tables.band.c.row == tables.entry.c.row)
        .where(tables.band.c.value.in_(values))
        .limit(_MOST_CANDIDATES)
    )
    rows_found = connection.execute(query).all()
    distances = {
        int(row): similar.distance(bytes(hashed), picture)
        for row, hashed in rows_found
        if hashed is not None
    }
    return distances, len(rows_found) == _MOST_CANDIDATES


def _likeness(connection: Connection, row: int, far: int, size: int) -> Likeness:
    (entry,) = rows.entries(connection, tables.entry.c.row == row)
    return Likeness(entry=entry, distance=far, chance=similar.chance(far, size))
