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


def missing(file: GateFile, profile: Profile) -> bool:
    """Say whether a file lacks what can be put in, since enough is known for it.

    Args:
        file: what the gate said of it.
        profile: what is declared of it.
    """
    who = profile.propagator if profile.role == "propagator" else profile.producer
    return who is not None and bool(_absent(file, profile))


def mend(path: str, file: GateFile, profile: Profile) -> bool:
    """Label a file; return whether it was changed.

    Args:
        path: of the file.
        file: what the gate said of it.
        profile: what is declared of it.

    Raises:
        AilabelError: the style cannot be used, or the file must not or cannot be labelled; it is
            untouched.
        OSError: the file system refused.
    """
    if profile.role == "propagator":
        result = duties.propagate(path, PropagateSpec(propagator=profile.propagator or ""))
    else:
        result = api.label(path, _spec(_absent(file, profile), profile))
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


def _absent(file: GateFile, profile: Profile) -> set[str]:
    """Return the rules of what is missing that whoever has this role puts in."""
    absent = {item.rule for item in file.findings if _is_absence(item)}
    return absent & {"GAT-004"} if profile.role == "propagator" else absent - {"GAT-004"}


def _spec(absent: set[str], profile: Profile) -> LabelSpec:
    style = {}
    if profile.style is not None:
        from ailabel.config import read_style

        style = read_style(profile.style)
    return LabelSpec(
        producer=profile.producer or "",  # `missing` asked for it
        implicit="GAT-001" in absent,
        explicit="GAT-002" in absent,
        **style,
    )


def _is_absence(item: GateFinding) -> bool:
    """Say whether a finding is that a label which is asked for is missing."""
    return (
        item.rule in _MENDED
        and item.level is Level.ERROR
        and item.outcome is Outcome.FAIL
        and item.standing is Standing.OPEN
    )
