"""Handing out a file without the explicit label, which a user applied for.

Only the explicit label may be left out. The file must be the unlabelled original, for nothing here
takes a label off; the implicit label is written, and who got the file is logged before it is there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.engine.examine import examine
from ailabel.engine.plan import make_plan
from ailabel.engine.verify import look_at
from ailabel.errors import LabelError, PlanError
from ailabel.messages import Message, Reasons
from ailabel.spi import Finding
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.engine.plan import Plan
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.source import View
    from ailabel.spi import Evidence

__all__ = ["Grant", "plan_export"]

_AGREEMENT: Final = re.compile(r"[^\s@]{1,100}@(?:sha256:)?[0-9a-f]{64}")


@frozen(kw_only=True)
class Grant:
    """On what grounds a file is handed out without the explicit label.

    Args:
        recipient: who applied for it and gets it.
        agreement: the user agreement that makes the duty to label the recipient's: its version, an
            at sign, and the SHA-256 of its text.
        reason: why the recipient applied.
        looked: whether a person looked, and there is no explicit label in the file; asked for where
            that cannot be told by looking here.

    Raises:
        LabelError: something is missing; every problem is listed.
    """

    recipient: str
    agreement: str
    reason: str
    looked: bool = False

    def __post_init__(self) -> None:
        problems = [
            Message("{name} is empty", {"name": name})
            for name in ("recipient", "reason")
            if not getattr(self, name).strip()
        ]
        if _AGREEMENT.fullmatch(self.agreement) is None:
            problems.append(Message("the agreement is not of the form VERSION@SHA256"))
        if problems:
            raise LabelError("this export is not possible: {reasons}", problems=Reasons(problems))


def plan_export(view: View, spec: LabelSpec, grant: Grant) -> tuple[Plan, dict[str, str]]:
    """Plan the implicit label of a file that keeps away the explicit one.

    Args:
        view: the unlabelled original.
        spec: whose label it is; the explicit one is left out whatever it says.
        grant: on what grounds.

    Returns:
        The plan, and what the ledger is to know of the agreement and of looking.

    Raises:
        PlanError: the format cannot carry the implicit label; an explicit label is in the file, or
            whether one is cannot be told; or as `make_plan` says.
    """
    file_format = examine(view).format
    if not file_format.has_slot:
        raise PlanError(
            "{format} has no place for the implicit label, without which nothing is handed out",
            format=file_format.name,
        )
    evidence = look_at(view, file_format, explain=False)
    if evidence.finding is Finding.FOUND:
        raise PlanError(
            "the file shows an explicit label ({text}), which is not taken off: give the original "
            "that was never labelled",
            text=_seen(evidence),
        )
    sure = evidence.finding is Finding.NOT_FOUND
    if not sure and not grant.looked:
        shown = Message("a person must judge: {text}", {"text": _seen(evidence)})
        raise PlanError(
            "whether the file shows an explicit label cannot be told here ({reason}): look at it "
            "yourself, and if there is none, say so with --looked",
            reason=evidence.reason or shown,
        )
    facts = {"agreement": grant.agreement, "looked": "machine" if sure else "person"}
    return make_plan(view, replace(spec, explicit=False, implicit=True)), facts


def _seen(evidence: Evidence) -> str:
    return ", ".join(item.text for item in evidence.sightings)[:200]
