"""How a run of the gate came out: its counts, its worst findings, what is said of it as a whole."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Generic, TypeVar

from ailabel.messages import Message
from ailabel.model.gate import Standing
from ailabel.reporters.findings import WORST_FIRST
from ailabel.reporters.summary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.model.gate import GateEnd, GateFile

__all__ = ["Tally", "Times", "Worst", "remarks", "verdict"]

_Item = TypeVar("_Item")


class Tally:
    """Counts of what the files of a run came to, kept while they pass."""

    def __init__(self) -> None:
        self.files = 0
        self.stopped = 0
        self.unchecked = 0
        self.fixed = 0
        self.levels = dict.fromkeys(WORST_FIRST, 0)
        self.baseline = 0
        self.ignored = 0

    def add(self, file: GateFile) -> None:
        """Count one file."""
        self.files += 1
        self.fixed += file.fixed
        if not file.findings and file.error is None:  # as most are
            return
        self.stopped += file.stops
        self.unchecked += file.error is not None
        for finding in file.findings:
            if finding.standing is Standing.OPEN:
                self.levels[finding.level] += 1
            elif finding.standing is Standing.BASELINE:
                self.baseline += 1
            else:
                self.ignored += 1

    def document(self) -> dict[str, object]:
        """Return the counts, in a fixed order."""
        return {
            "files": self.files,
            "stopped": self.stopped,
            "unchecked": self.unchecked,
            "fixed": self.fixed,
            "findings": {level.value: self.levels[level] for level in WORST_FIRST},
            "baseline": self.baseline,
            "ignored": self.ignored,
        }


class Worst(Generic[_Item]):
    """Keeps the worst of many things; nothing is known of the others but their number.

    Args:
        limit: how many are kept.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.total = 0
        self._ranks: list[list[tuple[int, _Item]]] = [[] for _ in range(len(WORST_FIRST) + 1)]

    def add(self, rank: int, item: _Item) -> None:
        """Take a thing of a rank; 0 is the worst."""
        row = self._ranks[rank]
        if len(row) < self.limit:
            row.append((self.total, item))
        self.total += 1

    def kept(self) -> list[_Item]:
        """Return what is kept, as it came; the worst first where something had to go."""
        if self.left_out:
            return self.ranked()
        rows = sorted((pair for row in self._ranks for pair in row), key=itemgetter(0))
        return [item for _, item in rows]

    def ranked(self) -> list[_Item]:
        """Return what is kept, the worst first."""
        rows = [pair for row in self._ranks for pair in row]
        return [item for _, item in rows[: self.limit]]

    @property
    def left_out(self) -> int:
        """How many are not kept."""
        return max(0, self.total - self.limit)


class Times:
    """Counts how often a fingerprint was met, to tell copies of one file apart."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def met(self, fingerprint: str) -> int:
        """Return how often this one was met, this time included."""
        count = self._counts[fingerprint] = self._counts.get(fingerprint, 0) + 1
        return count


def verdict(tally: Tally, end: GateEnd) -> Message:
    """Return what a run comes to, in a sentence."""
    if end.problems or tally.unchecked or end.code > 1:
        return Message("the check could not be completed, so nothing passes")
    if tally.stopped:
        counts = {"stopped": tally.stopped, "count": tally.files}
        return Message("not to be published as they are: {stopped} of {count} files", counts)
    if tally.fixed:
        fixed = {"fixed": tally.fixed}
        return Message("files that were labelled just now, to be looked at: {fixed}", fixed)
    return Message("nothing stops the publication; files checked: {count}", {"count": tally.files})


def remarks(tally: Tally, end: GateEnd) -> Iterator[Message]:
    """Yield what is to be known besides the findings."""
    if tally.baseline:
        yield Message("findings that the baseline accepts: {count}", {"count": tally.baseline})
    if end.hidden:
        rules = ", ".join(end.hidden)
        yield Message(
            "not shown although found, since these rules were left out: {rules}; what compliant "
            "means stays the same",
            {"rules": rules},
        )
    for entry in end.stale:
        where = {"rule": entry.rule, "path": clean(entry.path, None), "date": entry.expired}
        if entry.expired:
            yield Message("the baseline accepted {rule} in {path} until {date}", where)
        else:
            yield Message("the baseline accepts {rule} in {path}, which is gone", where)
    yield from end.notes
