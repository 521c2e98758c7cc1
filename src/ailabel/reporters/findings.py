"""What the reporters of the gate share: which findings are told, their words, and the counts."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from ailabel.messages import Message, render
from ailabel.model.gate import Standing
from ailabel.model.report import Level
from ailabel.reporters.summary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.model.gate import GateEnd, GateFile, GateFinding

__all__ = [
    "UNCHECKED",
    "WORST_FIRST",
    "Tally",
    "Times",
    "Worst",
    "advice",
    "declared",
    "full",
    "line_of",
    "place",
    "rank_of",
    "remarks",
    "shown",
    "steps",
    "told",
    "verdict",
]

UNCHECKED: Final = "unchecked"
"""Stands where a rule's id does, for a file that could not be checked at all."""
WORST_FIRST: Final = (Level.ERROR, Level.WARNING, Level.NOTE)
_Item = TypeVar("_Item")
_HERE: Final = "\0"  # stands for the command, in which it cannot be
_LONG: Final = 1000  # characters of a sentence in reports that programs show
_ACTIVE: Final = ("-", "=", "+", "@", ":")  # an option, a formula of a spreadsheet, a command

_DECLARED: Final = {
    None: Message("nothing declared"),
    "yes": Message("declared as made with AI"),
    "no": Message("declared as made without AI"),
    "unknown": Message("declared as perhaps made with AI"),
}
_ASKED: Final = {
    "required": Message("explicit label required"),
    "recommended": Message("explicit label recommended"),
    "off": Message("explicit label not asked for"),
}


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
        self.stopped += file.stops
        self.unchecked += file.error is not None
        self.fixed += file.fixed
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


def shown(file: GateFile, *standings: Standing) -> Iterator[GateFinding]:
    """Yield the findings of a file that stand so; only the open ones where nothing is said."""
    wanted = standings or (Standing.OPEN,)
    return (finding for finding in file.findings if finding.standing in wanted)


def rank_of(finding: GateFinding) -> int:
    """Return how bad a finding is, from 0; those that the baseline accepts come last."""
    if finding.standing is not Standing.OPEN:
        return len(WORST_FIRST)
    return WORST_FIRST.index(finding.level)


def told(message: Message, language: str, width: int = 240) -> str:
    """Return a sentence in a language, safe to print and bounded."""
    return clean(render(message.text, message.params, language), width)


def full(finding: GateFinding, language: str) -> str:
    """Return what was found, where in the file, and what to do, in a line."""
    found = told(finding.message, language, _LONG)
    if finding.location:
        found += f" [{clean(finding.location)}]"
    if finding.fix is None:
        return found
    both = {"finding": found, "fix": told(finding.fix, language, _LONG)}
    return told(Message("{finding}. To do: {fix}", both), language, 3 * _LONG)


def advice(finding: GateFinding, language: str) -> str:
    """Return what to do about a finding; empty where nothing is known."""
    return "".join(steps(finding, language))


def steps(finding: GateFinding, language: str) -> tuple[str, str, str]:
    """Return what to do about a finding in parts: the command to type, and what is said around it.

    Nothing is shortened, since a command that lost its end would do something else.
    """
    if finding.fix is None:
        return "", "", ""
    params = dict(finding.fix.params)
    command = params.get("command")
    if isinstance(command, str):
        params["command"] = _HERE
    before, _, after = render(finding.fix.text, params, language).partition(_HERE)
    command = clean(command, None) if isinstance(command, str) else ""
    return clean(before, None), command, clean(after, None)


def place(path: str) -> str:
    """Return a path as people and shells are shown it.

    One that would act as something else at the start of a line is given as ``./…``, which is the
    same file.
    """
    return clean(f"./{path}" if path.lstrip().startswith(_ACTIVE) else path, None)


def line_of(finding: GateFinding) -> int:
    """Return the line of a finding; 1 in formats that have no lines."""
    return finding.line or 1


def declared(file: GateFile, language: str) -> str:
    """Return what was declared for a file."""
    said = _DECLARED[file.ai]
    if file.ai in {"yes", "unknown"}:
        both = {"declared": said, "asked": _ASKED[file.explicit]}
        said = Message("{declared}; {asked}", both)
    return told(said, language)


def verdict(tally: Tally, end: GateEnd) -> Message:
    """Return what a run comes to, in a sentence."""
    if end.problems or tally.unchecked:
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
