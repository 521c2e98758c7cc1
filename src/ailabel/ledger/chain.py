"""Following the chain of a ledger's rows, and telling what happened where it breaks.

Each link is a hash of the link before and of the row. Where a row does not follow, the links of all
breaks are tried as what it once followed: that tells rows that were moved, or had others put before
them, from rows that are not what was recorded.
"""

from __future__ import annotations

from typing import Final

from ailabel.ledger.merkle import Frontier
from ailabel.ledger.record import first_link, next_link
from ailabel.messages import Message
from ailabel.values import frozen

__all__ = ["Finding", "Link", "Walk"]

_MOST: Final = 200  # breaks that are told one by one


@frozen(kw_only=True)
class Finding:
    """One thing that is wrong with a ledger.

    Args:
        kind: ``changed``, ``missing``, ``added``, ``reordered``, ``checkpoint``, ``person`` or
            ``index``.
        first: the first row that it concerns.
        last: the last one.
        message: for people.
    """

    kind: str
    first: int
    last: int
    message: Message


@frozen
class Link:
    """A row's place, its leaf, and the link that stands with it."""

    row: int
    leaf: bytes
    link: bytes


@frozen
class _Break:
    """A row that does not follow from the last one: both, and the one before those."""

    before: Link
    last: Link
    here: Link


class Walk:
    """Follows the chain, and grows the tree on the way.

    Args:
        origin: the ledger's name, from which the chain starts.
        sizes: of the trees whose roots are wanted.
    """

    def __init__(self, origin: str, sizes: set[int]) -> None:
        self.tree = Frontier()
        self.roots: dict[int, bytes] = {0: self.tree.root()}
        self._sizes = sizes
        self._before = self._last = Link(0, b"", first_link(origin))
        self._breaks: list[_Break] = []
        self._gaps: list[tuple[int, int]] = []
        self._more: list[int] = []

    def take(self, link: Link) -> None:
        """Take the next row."""
        expected = self._last.row + 1
        if link.row > expected:
            self._gap(expected, link.row - 1)
        elif link.row < expected or next_link(self._last.link, link.leaf) != link.link:
            self._break(link)
        self.tree.add(link.leaf)
        if self.tree.size in self._sizes:
            self.roots[self.tree.size] = self.tree.root()
        self._before, self._last = self._last, link

    def _gap(self, first: int, last: int) -> None:
        if len(self._gaps) < _MOST:
            self._gaps.append((first, last))
        else:
            self._more.append(last)

    def _break(self, link: Link) -> None:
        if len(self._breaks) < _MOST:
            self._breaks.append(_Break(self._before, self._last, link))
        else:
            self._more.append(link.row)

    def findings(self, size: int, last: bytes) -> list[Finding]:
        """Return what the chain shows, once every row is taken.

        Args:
            size: how many rows the ledger says it has.
            last: what it says the last link is.
        """
        there = self._last.row
        found = [_missing_between(first, end) for first, end in self._gaps]
        found += _told(self._breaks)
        if self._more:
            message = Message("{count} more breaks of the chain", {"count": len(self._more)})
            found.append(_finding("changed", self._more[0], self._more[-1], message))
        if there < size:
            found.append(_missing(there + 1, size))
        elif there > size:
            message = Message("the ledger says that it ends before row {row}", {"row": size + 1})
            found.append(_finding("added", size + 1, there, message))
        elif last != self._last.link and not found:
            message = Message(
                "the ledger says that it ends with another row than {row}", {"row": there}
            )
            found.append(_finding("changed", there, there, message))
        return found


def _told(breaks: list[_Break]) -> list[Finding]:
    """Tell of each break what happened, as well as the links show it."""
    known = _known(breaks)
    needs = {item.here.row: need for item in breaks if (need := _need(item, known)) is not None}
    broken = {item.here.row for item in breaks}
    added = {
        item.last.row
        for item in breaks
        if needs.get(item.here.row) == item.before.link and item.last.row not in needs
    }
    rest = [item.here.row for item in breaks if item.last.row not in added]
    changed = [row for row in rest if row not in needs and row not in added]
    moved = [row for row in rest if row in needs]
    # a row whose predecessor was moved did not move itself, unless nothing else explains it
    first = [row for row in moved if known[needs[row]] not in broken]
    return [
        *(
            _finding("added", row, row, Message("row {row} was put in", {"row": row}))
            for row in sorted(added)
        ),
        *map(_changed, changed),
        *map(_moved, first or ([] if added or changed else moved)),
    ]


def _changed(row: int) -> Finding:
    message = Message(
        "row {row} is not what was recorded, or rows before it are missing", {"row": row}
    )
    return _finding("changed", row, row, message)


def _moved(row: int) -> Finding:
    return _finding(
        "reordered", row, row, Message("row {row} belongs in another place", {"row": row})
    )


def _known(breaks: list[_Break]) -> dict[bytes, int]:
    """Return the links that a row may once have followed, and where each stands.

    That of a row whose own link was changed is reckoned anew.
    """
    known: dict[bytes, int] = {}
    for item in breaks:
        known[next_link(item.last.link, item.here.leaf)] = item.here.row
    for item in breaks:
        known[item.before.link] = item.before.row
        known[item.last.link] = item.last.row
        known[item.here.link] = item.here.row
    return known


def _need(item: _Break, known: dict[bytes, int]) -> bytes | None:
    """Return the link that a row once followed, or None where it follows none."""
    here = item.here
    return next((link for link in known if next_link(link, here.leaf) == here.link), None)


def _missing(first: int, last: int) -> Finding:
    values = {"first": first, "last": last}
    return _finding("missing", first, last, Message("rows {first} to {last} are missing", values))


def _missing_between(first: int, last: int) -> Finding:
    """Tell of rows that are missing between others: the link of the last of them is gone too."""
    values = {"first": first, "last": last, "next": last + 1}
    message = Message(
        "rows {first} to {last} are missing, and without them it cannot be told whether row {next} "
        "is what was recorded",
        values,
    )
    return _finding("missing", first, last, message)


def _finding(kind: str, first: int, last: int, message: Message) -> Finding:
    return Finding(kind=kind, first=first, last=last, message=message)
