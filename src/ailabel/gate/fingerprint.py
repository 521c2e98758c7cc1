"""Findings with their fingerprints, by which they are known again.

A fingerprint is made of the rule, the SHA-256 of the whole file, and of which finding of that rule
in the file it is. It is the same under another name, on another machine, in another order, and
another one after any change of the file's content: what was accepted ends with the next edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.model.gate import GateFinding, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.config import Profile
    from ailabel.gate.judge import Point
    from ailabel.io.source import View

__all__ = ["findings", "fingerprint", "is_shown"]

_PIECE: Final = 1 << 20
_DIGITS: Final = 32


def findings(points: Sequence[Point], view: View, profile: Profile) -> tuple[GateFinding, ...]:
    """Give points their fingerprints; rules that the configuration leaves out are marked."""
    if not points:
        return ()
    content = _content(view)
    counts: dict[str, int] = {}
    made = []
    for point in points:
        number = counts[point.rule] = counts.get(point.rule, -1) + 1
        shown = is_shown(point.rule, profile.select, profile.ignore)
        made.append(
            GateFinding(
                rule=point.rule,
                level=point.level,
                outcome=point.outcome,
                message=point.message,
                fix=point.fix,
                fingerprint=fingerprint(point.rule, content, number),
                location=point.location,
                offset=point.offset,
                line=point.line,
                standing=Standing.OPEN if shown else Standing.IGNORED,
            )
        )
    return tuple(made)


def fingerprint(rule: str, content: str, number: int = 0) -> str:
    """Return the fingerprint of a finding.

    Args:
        rule: its id.
        content: the SHA-256 of the file, in hex.
        number: which finding of this rule in the file, from 0.
    """
    import hashlib  # takes milliseconds to load, and clean trees need none

    return hashlib.sha256(f"{rule}\0{content}\0{number}".encode()).hexdigest()[:_DIGITS]


def is_shown(rule: str, select: Sequence[str], ignore: Sequence[str]) -> bool:
    """Say whether a rule is shown: named by `select`, if that names any, and not by `ignore`.

    Of a beginning in both lists, the longer one holds.
    """
    chosen = max((len(item) for item in select if rule.startswith(item)), default=-1)
    left = max((len(item) for item in ignore if rule.startswith(item)), default=-1)
    if select and chosen < 0:
        return False
    return left < 0 or chosen > left


def _content(view: View) -> str:
    import hashlib

    digest = hashlib.sha256()
    for offset in range(0, view.size, _PIECE):
        digest.update(view.read_some(offset, _PIECE))
    return digest.hexdigest()
