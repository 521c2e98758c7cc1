"""Compare the labels of a file before and after a step of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.engine.examine import examine
from ailabel.messages import Message
from ailabel.model.report import Check, LabelDiff, Outcome
from ailabel.standard.schema import KEYS, PRODUCER_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.engine.examine import Examined
    from ailabel.io.source import View

__all__ = ["PAIR_CHECKS", "compare"]

_Predicate: TypeAlias = "Callable[[dict[str, str], dict[str, str] | None], tuple[Outcome, Message]]"


def compare(before: View, after: View, paths: tuple[str, str]) -> LabelDiff:
    """Say which label a step lost, kept or changed.

    Args:
        before: the file that went in.
        after: the file that came out; it may be of another format.
        paths: what the report shall call them.

    Raises:
        UnsupportedFormatError: the format of one is not known.
        MalformedFileError: one is damaged.
    """
    first, second = examine(before), examine(after)
    old, new = _fields(first), _fields(second)
    changed = tuple(key for key in KEYS if (old or {}).get(key) != (new or {}).get(key))
    return LabelDiff(
        before=paths[0],
        after=paths[1],
        status=_status(old, new, changed),
        before_fields=old,
        after_fields=new,
        changed=changed if old and new else (),
        checks=tuple(_checks(old, new)),
    )


def _fields(examined: Examined) -> dict[str, str] | None:
    """Return the first label's fields; a missing key counts as an empty value."""
    if not examined.found:
        return None
    return {key: value or "" for key, value in examined.found[0].decoded.fields.items()}


def _status(
    old: dict[str, str] | None, new: dict[str, str] | None, changed: tuple[str, ...]
) -> str:
    if old is None:
        return "none" if new is None else "added"
    if new is None:
        return "lost"
    if not changed:
        return "kept"
    return "changed" if set(changed) & set(PRODUCER_KEYS) else "propagated"


def _kept(old: dict[str, str], new: dict[str, str] | None) -> tuple[Outcome, Message]:
    del old
    if new is None:
        return Outcome.FAIL, Message("the label was lost")
    return Outcome.PASS, Message("the label was kept")


def _same_producer(old: dict[str, str], new: dict[str, str] | None) -> tuple[Outcome, Message]:
    if new is None:
        return Outcome.NOT_APPLICABLE, Message("the label was lost")
    altered = [key for key in PRODUCER_KEYS if old[key] != new[key]]
    if altered:
        message = Message("the producer's part changed: {keys}", {"keys": ", ".join(altered)})
        return Outcome.FAIL, message
    return Outcome.PASS, Message("the producer's part is the same")


PAIR_CHECKS: Final[dict[str, _Predicate]] = {"DIF-001": _kept, "DIF-002": _same_producer}


def _checks(old: dict[str, str] | None, new: dict[str, str] | None) -> Iterator[Check]:
    """Apply the rules on pairs; where there was no label, none can be lost."""
    if old is None:
        return
    for rule, predicate in PAIR_CHECKS.items():
        outcome, message = predicate(old, new)
        yield Check(rule=rule, outcome=outcome, message=message)
