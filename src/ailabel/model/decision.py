"""What was decided about a file that somebody wants to publish, and on what grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.messages import Message
    from ailabel.model.report import LabelResult

__all__ = ["Clue", "FileDecision"]


@frozen(kw_only=True)
class Clue:
    """One ground of a decision.

    Args:
        kind: ``label``, ``seal``, ``declaration``, ``explicit``, ``trace``; ``review`` for what a
            person must judge, ``unexamined`` for what could not be looked at.
        message: what was found, for people.
        counts: whether the decision rests on it, or could have.
        location: where, in the format's own terms, or empty.
        id: what kind of trace it is, as `model.trace.Trace.kind`; else empty.
    """

    kind: str
    message: Message
    counts: bool = True
    location: str = ""
    id: str = ""


@frozen(kw_only=True)
class FileDecision:
    """What was decided about one file.

    Args:
        path: as it was given; the name for bytes.
        format: id of the format, or None when it was not recognised.
        decision: ``is``, ``may_be``, ``suspected``; ``none`` where nothing was found, which never
            means that the content was made without AI; ``failed``; ``skipped`` (a file of a folder
            that is of no known format).
        clause: of the Measures that the decision follows, or empty.
        label: the content attribute, ``1``, ``2`` or ``3``, or None.
        wording: (zh, en), what is to be shown around the content; empty where nothing is.
        writes: what is to be written into the metadata, for people.
        clues: the grounds, those of the label first.
        notes: what the user must know.
        result: what writing it came to, where that was asked for.
        error: why nothing could be decided.
    """

    path: str
    format: str | None
    decision: str
    clause: str = ""
    label: str | None = None
    wording: tuple[str, str] = ("", "")
    writes: tuple[Message, ...] = ()
    clues: tuple[Clue, ...] = ()
    notes: tuple[Message, ...] = ()
    result: LabelResult | None = None
    error: Message | None = None

    @property
    def status(self) -> str:
        """The decision, as summaries count it."""
        return self.decision

    @property
    def skipped(self) -> bool:
        """Whether it was left out, as a file of a folder that is of no known format."""
        return self.decision == "skipped"
