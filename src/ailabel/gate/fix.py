"""Labelling what the configuration says enough about: by whom, how, and what is asked for.

Only files that are declared as made with AI are touched, and only where a label, or the part of the
propagator, is missing: what is there and wrong is somebody's statement, and replacing it is for a
person to decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel import api, duties
from ailabel.engine.propagate import PropagateSpec
from ailabel.engine.spec import LabelSpec
from ailabel.messages import Message
from ailabel.model.gate import Standing
from ailabel.model.report import Level, Outcome

if TYPE_CHECKING:
    from ailabel.config import Profile
    from ailabel.model.gate import GateFile, GateFinding

__all__ = ["mend", "missing", "refused"]

_MENDED: Final = {"GAT-001", "GAT-002", "GAT-004"}


def missing(file: GateFile, profile: Profile) -> LabelSpec | PropagateSpec | None:
    """Return how a file is to be labelled; None where nothing is missing, or not enough is known.

    Args:
        file: what the gate said of it.
        profile: what is declared of it.

    Raises:
        LabelError: the style cannot be used.
    """
    absent = {item.rule for item in file.findings if _is_absence(item)}
    if profile.role == "propagator":
        known = profile.propagator is not None and "GAT-004" in absent
        return PropagateSpec(propagator=profile.propagator or "") if known else None
    absent.discard("GAT-004")
    if profile.producer is None or not absent:
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


def mend(path: str, wanted: LabelSpec | PropagateSpec) -> bool:
    """Label a file; return whether it was changed.

    Raises:
        AilabelError: it must not or cannot be labelled; it is untouched.
        OSError: the file system refused.
    """
    if isinstance(wanted, PropagateSpec):
        result = duties.propagate(path, wanted)
    else:
        result = api.label(path, wanted)
    return result.status != "already"


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
        item.rule in _MENDED
        and item.level is Level.ERROR
        and item.outcome is Outcome.FAIL
        and item.standing is Standing.OPEN
    )
