"""Labelling what the configuration says enough about: producer, style, what is asked for.

Only files that are declared as made with AI are touched, and only where a label is missing: one
that is there and wrong is somebody's statement, and replacing it is for a person to decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel.engine.spec import LabelSpec
from ailabel.messages import Message
from ailabel.model.gate import Standing
from ailabel.model.report import Level, Outcome

if TYPE_CHECKING:
    from ailabel.config import Profile
    from ailabel.model.gate import GateFile, GateFinding

__all__ = ["missing", "refused"]


def missing(file: GateFile, profile: Profile) -> LabelSpec | None:
    """Return how a file is to be labelled; None where nothing is missing, or not enough is known.

    Args:
        file: what the gate said of it.
        profile: what is declared of it.

    Raises:
        LabelError: the style cannot be used.
        OSError: the style cannot be read.
    """
    if profile.producer is None or profile.role != "producer":
        return None
    absent = {item.rule for item in file.findings if _is_absence(item)}
    if not absent:
        return None
    style = {}
    if profile.style is not None:
        from ailabel.config import read_style

        style = read_style(profile.style)
    return LabelSpec(
        producer=profile.producer,
        implicit="GAT-001" in absent,
        explicit="GAT-002" in absent,
        **style,
    )


def refused(file: GateFile, reason: Message) -> GateFile:
    """Return what is said of a file that could not be labelled, with the reason."""
    told = tuple(
        replace(item, fix=Message("it could not be labelled: {reason}", {"reason": reason}))
        if _is_absence(item)
        else item
        for item in file.findings
    )
    return replace(file, findings=told)


def _is_absence(item: GateFinding) -> bool:
    """Say whether a finding is that a label which is asked for is missing."""
    return (
        item.rule in {"GAT-001", "GAT-002"}
        and item.level is Level.ERROR
        and item.outcome is Outcome.FAIL
        and item.standing is Standing.OPEN
    )
