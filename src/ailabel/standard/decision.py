"""What a platform tells the public of a file, from what can be found out about it: a table.

The rows are those of the Measures, art. 6: the first that fits decides. None says that content was
made without AI, and only a label that can be read says that it was made with it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from ailabel.model.record import Label
from ailabel.values import frozen

__all__ = ["ROWS", "Said", "Standing", "Verdict", "decided"]


class Said(Enum):
    """What the implicit label of a file comes to."""

    NOTHING = "nothing"
    """There is none."""
    IS = "1"
    MAY_BE = "2"
    SUSPECTED = "3"
    MALFORMED = "malformed"
    """There is one, and what it says of the content cannot be read."""
    BROKEN = "broken"
    """There is one, and its signature does not hold."""
    CONFLICT = "conflict"
    """There are several, which say different things of the content."""


_ANY: Final = frozenset(Said)
_TRACES: Final = frozenset({Said.MALFORMED, Said.BROKEN, Said.CONFLICT})


@frozen(kw_only=True)
class Standing:
    """What is known of a file.

    Args:
        said: by its implicit label.
        declared: whether the user who publishes it declared it as AI-generated.
        explicit: whether an explicit label was found in the content.
        traces: whether other traces of AI were found.
    """

    said: Said
    declared: bool
    explicit: bool
    traces: bool


@frozen(kw_only=True)
class Verdict:
    """One row: what is decided where it fits.

    Args:
        id: ``is``, ``may_be``, ``suspected`` or ``none``.
        clause: of the Measures; empty where none applies.
        label: the content attribute that the metadata must say, or None.
        wording: (zh, en), what is shown around the content; empty where nothing is.
        said: the labels that it is for.
        declared: whether it needs a declaration.
        evidence: whether it needs an explicit label or traces.
    """

    id: str
    clause: str
    label: Label | None
    wording: tuple[str, str]
    said: frozenset[Said] = _ANY
    declared: bool = False
    evidence: bool = False


_IS: Final = ("该内容属于人工智能生成合成内容", "This content is AI-generated")
_MAY_BE: Final = ("该内容可能为人工智能生成合成内容", "This content may be AI-generated")
_SUSPECTED: Final = (
    "该内容疑似为人工智能生成合成内容",
    "This content is suspected to be AI-generated",
)
_BY_LABEL: Final = "Measures art. 6 (1)"
_BY_DECLARATION: Final = "Measures art. 6 (2)"
_BY_DETECTION: Final = "Measures art. 6 (3)"

ROWS: Final = (
    Verdict(
        id="is",
        clause=_BY_LABEL,
        label=Label.IS,
        wording=_IS,
        said=frozenset({Said.IS}),
    ),
    Verdict(  # what another platform said before stays: keys of producer and platform are kept
        id="may_be",
        clause=_BY_DECLARATION,
        label=Label.MAY_BE,
        wording=_MAY_BE,
        said=frozenset({Said.MAY_BE}),
    ),
    Verdict(
        id="suspected",
        clause=_BY_DETECTION,
        label=Label.SUSPECTED,
        wording=_SUSPECTED,
        said=frozenset({Said.SUSPECTED}),
    ),
    Verdict(
        id="may_be",
        clause=_BY_DECLARATION,
        label=Label.MAY_BE,
        wording=_MAY_BE,
        declared=True,
    ),
    Verdict(
        id="suspected",
        clause=_BY_DETECTION,
        label=Label.SUSPECTED,
        wording=_SUSPECTED,
        said=_TRACES,
    ),
    Verdict(
        id="suspected",
        clause=_BY_DETECTION,
        label=Label.SUSPECTED,
        wording=_SUSPECTED,
        evidence=True,
    ),
    Verdict(id="none", clause="", label=None, wording=("", "")),
)


def decided(standing: Standing) -> Verdict:
    """Return the first row that fits."""
    return next(row for row in ROWS if _fits(row, standing))


def _fits(row: Verdict, standing: Standing) -> bool:
    found = standing.explicit or standing.traces
    return (
        standing.said in row.said
        and (standing.declared or not row.declared)
        and (found or not row.evidence)
    )
