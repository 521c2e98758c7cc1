"""What was found out about files: checks, verdicts, reports."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.messages import Message
    from ailabel.model.seal import SealReport
    from ailabel.model.trace import Trace

__all__ = [
    "Change",
    "Check",
    "FileReport",
    "FoundLabel",
    "FoundMention",
    "FoundSighting",
    "LabelDiff",
    "LabelResult",
    "Level",
    "Mark",
    "Outcome",
    "Verdict",
]


class Level(Enum):
    """How much a rule weighs: 应 is an error, 宜 a warning, 可 and facts are notes."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Outcome(Enum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 - an outcome
    FAIL = "fail"
    REVIEW = "review"
    """A person must look."""
    NOT_APPLICABLE = "not_applicable"
    INCONCLUSIVE = "inconclusive"
    """It could not be looked at; the message says why."""


class Verdict(Enum):
    """What one label of a file, implicit or explicit, is worth."""

    COMPLIANT = "compliant"
    NONCOMPLIANT = "noncompliant"
    NOT_FOUND = "not_found"
    """There is none; which never means that the content was made without AI."""
    NOT_APPLICABLE = "not_applicable"
    """This format has no place for it, or it was not asked for."""
    INCONCLUSIVE = "inconclusive"


@frozen(kw_only=True)
class Check:
    """One rule, applied to one file.

    Args:
        rule: id in `standard.rules`.
        outcome: what was found.
        message: the finding, for people.
        location: where, in the format's own terms, or empty.
        figure: the measured figure the finding rests on, or None.
    """

    rule: str
    outcome: Outcome
    message: Message
    location: str = ""
    figure: float | None = None


@frozen(kw_only=True)
class FoundLabel:
    """One implicit label found in a file.

    Args:
        site: stable id of the kind of place.
        location: where, in the format's own terms.
        offset: in bytes from the start of the file.
        official: whether the guides name this place.
        raw: the value as it stands in the file; bytes that are no UTF-8 are escaped.
        payload: the JSON text, the container's escaping undone.
        fields: the seven keys of the standard; None where one is missing.
        problems: departures from annex E, for people.
    """

    site: str
    location: str
    offset: int
    official: bool
    raw: str
    payload: str
    fields: Mapping[str, str | None]
    problems: tuple[Message, ...] = ()


@frozen(kw_only=True)
class FoundMention:
    """Text that looks like a label but stands in no slot."""

    site: str
    location: str
    offset: int
    raw: str


@frozen(kw_only=True)
class FoundSighting:
    """Something that is, or resembles, an explicit label, as it was seen or heard.

    Args:
        text: what stands there, or is said; the rhythm is given as ``·–··``.
        place: ``start``, ``middle``, ``end``, or a position of `standard.wording.CORNERS`.
        location: where, in the format's own terms.
        finding: ``found`` for a label, ``review`` for what a person must judge.
        form: ``words``, ``corner``, ``speech`` or ``rhythm``.
        box: of the ink, as a viewer shows the picture: left, top, right, bottom, in pixels.
        frame: width and height of the whole picture, in pixels.
        ink_percent: height of the ideographs' ink in per cent of the shortest side.
        em_percent: height of the em box of type with this ink, in per cent of the shortest side.
        tolerance: how far both heights may be off, as a share of them.
        at_edge: whether it stands at an edge or corner of the picture.
        contrast: of the ink against what surrounds it, 1 to 21.
        seconds: from when to when it is shown or heard.
        rate: of speech, in characters a minute.
    """

    text: str
    place: str
    location: str
    finding: str
    form: str
    box: tuple[int, int, int, int] | None = None
    frame: tuple[int, int] | None = None
    ink_percent: float | None = None
    em_percent: float | None = None
    tolerance: float | None = None
    at_edge: bool | None = None
    contrast: float | None = None
    seconds: tuple[float, float] | None = None
    rate: float | None = None


@frozen(kw_only=True)
class FileReport:
    """Everything that was found out about one file.

    Args:
        path: as it was given.
        format: id of the format, or None when it was not recognised.
        implicit: verdict on the label in the metadata.
        explicit: verdict on the label that people see or hear.
        labels: every implicit label, in file order.
        mentions: what only looks like one.
        sightings: what was seen or heard of the explicit label, in the order of the content.
        checks: every rule that applies, in the order of the table.
        seals: what checking the signatures of the labels came to, where there are any.
        traces: what else speaks of AI; None where it was not asked for.
        regimes: what the file can tell of the rules of other regimes, for those asked about.
        error: why the file could not be worked on, or None.
        preview: a PNG picture of what was seen, where it was asked for and can be made.
    """

    path: str
    format: str | None
    implicit: Verdict
    explicit: Verdict
    labels: tuple[FoundLabel, ...] = ()
    mentions: tuple[FoundMention, ...] = ()
    sightings: tuple[FoundSighting, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    seals: tuple[SealReport, ...] = ()
    traces: tuple[Trace, ...] | None = None
    regimes: Mapping[str, Verdict] = field(default_factory=dict)
    error: Message | None = None
    preview: bytes | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether every verdict is compliant or not applicable."""
        return self.error is None and {*self.verdicts.values()} <= _GOOD

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Every verdict: on the two labels, then by regime."""
        return {"implicit": self.implicit, "explicit": self.explicit, **self.regimes}

    @property
    def skipped(self) -> bool:
        """Whether it was left out, as a file of a folder that is of no known format."""
        return self.error is None and self.format is None


_GOOD = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}


@frozen(kw_only=True)
class Mark:
    """One explicit label as it was drawn, spoken or written.

    Args:
        text: its wording; the rhythm is given as ``·–··``.
        place: ``start``, ``end``, or a position of `standard.wording.CORNERS`.
        box: of the ink, as a viewer shows the picture: left, top, right, bottom, in pixels.
        height_percent: height of the ink in per cent of the shortest side.
        seconds: where it begins and ends in the labelled sound or film.
    """

    text: str
    place: str
    box: tuple[int, int, int, int] | None = None
    height_percent: float | None = None
    seconds: tuple[float, float] | None = None


@frozen
class Change:
    """One edit without its bytes: `removed` bytes at `offset` give way to `inserted` bytes."""

    offset: int
    removed: int
    inserted: int


@frozen(kw_only=True)
class LabelResult:
    """What labelling one file came to.

    Args:
        path: the source, as it was given; the name for bytes.
        output: where the labelled file stands, or None for bytes, plans and failures.
        format: id of the format, or None when it was not recognised.
        status: ``labelled``; ``replaced``; ``carried`` (from another file); ``propagated`` (the
            propagator's part was set); ``already`` (done before, nothing was changed); ``planned``;
            ``refused`` (the change must not be made);
            ``failed``; ``skipped`` (a file of a folder that is of no known format).
        produce_id: the content number that the file carries, or None when it carries none.
        propagate_id: the propagator's number, where the file was passed on; else None.
        edits: the whole change, in places of the original.
        in_place_possible: whether the change is short and moves nothing but what it adds at the
            end, so that it could be written where it stands.
        marks: the explicit labels that were put in.
        reencoded: which coded content was made anew, or None when it was only spliced.
        changed_outside: the share of samples outside the marks that differ from before, 0 to 1.
        replaced: the raw values of the labels that gave way.
        notes: what the user must know.
        error: why the file was refused or failed.
        data: the labelled bytes, for the bytes call; empty for paths.
    """

    path: str
    output: str | None
    format: str | None
    status: str
    produce_id: str | None = None
    propagate_id: str | None = None
    edits: tuple[Change, ...] = ()
    in_place_possible: bool = False
    marks: tuple[Mark, ...] = ()
    reencoded: str | None = None
    changed_outside: float = 0.0
    replaced: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    error: Message | None = None
    data: bytes = b""

    @property
    def skipped(self) -> bool:
        """Whether it was left out, as a file of a folder that is of no known format."""
        return self.status == "skipped"


@frozen(kw_only=True)
class LabelDiff:
    """What a step of a pipeline did to a file's label.

    Args:
        before: the file that went in, as it was given.
        after: the file that came out.
        status: ``kept``; ``propagated`` (only the propagator's part changed); ``changed`` (the
            producer's part did); ``lost``; ``added``; ``none`` (neither has one); ``failed``;
            ``skipped`` (a file of a folder that is of no known format).
        before_fields: the seven keys before, or None without a label.
        after_fields: the seven keys after, or None without a label.
        changed: the keys whose values differ.
        checks: the rules on it.
        error: why the two could not be compared.
    """

    before: str
    after: str
    status: str
    before_fields: Mapping[str, str] | None = None
    after_fields: Mapping[str, str] | None = None
    changed: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    error: Message | None = None

    @property
    def skipped(self) -> bool:
        """Whether it only stands for a file that was passed over."""
        return self.status == "skipped"
