"""What the reporters of the gate share: which findings are told, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import Message, render
from ailabel.model.gate import Standing
from ailabel.model.report import Level
from ailabel.reporters.summary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.model.gate import GateFile, GateFinding

__all__ = [
    "UNCHECKED",
    "WORST_FIRST",
    "advice",
    "declared",
    "full",
    "line_of",
    "place",
    "rank_of",
    "shown",
    "steps",
    "told",
]

UNCHECKED: Final = "unchecked"
"""Stands where a rule's id does, for a file that could not be checked at all."""
WORST_FIRST: Final = (Level.ERROR, Level.WARNING, Level.NOTE)
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
