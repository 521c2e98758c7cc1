"""What the markers of documents share: the wording asked for, and judging the lines of a part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.spi import Evidence, Finding, Sighting
from ailabel.standard.textmark import Form, is_mention, judge, may_hold
from ailabel.standard.wording import phrase
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.spi import MarkSpec

__all__ = ["Line", "conclude", "judged", "places_of", "wording_of"]

_PLACES: Final = {None: ("start",), "start": ("start",), "end": ("end",), "both": ("start", "end")}


def wording_of(spec: MarkSpec) -> str:
    """Return the wording to put in.

    Raises:
        PlanError: it holds a character that cannot be shown.
    """
    text = (spec.text or phrase("document", spec.wording)).strip()
    if not text.isprintable():
        raise PlanError("the wording of the label holds a character that cannot be shown")
    return text


def places_of(spec: MarkSpec) -> tuple[str, ...]:
    """Return the places asked for: ``start``, ``end``, or both.

    Raises:
        PlanError: a document has no such place.
    """
    if spec.position not in _PLACES:
        raise PlanError(
            "a document takes its label at the start, the end or both, not at {position}",
            position=spec.position,
        )
    return _PLACES[spec.position]


@frozen
class Line:
    """A line that is a label, or with no form mentions one."""

    text: str
    form: Form | None
    is_obscured: bool

    def sighting(self, place: str, location: str) -> Sighting:
        """Return the line as evidence; what nobody needs to judge is found, the rest for review.

        Bare words may be a title and a bare mark a heading, unless they stand at either end.
        """
        corner = self.form in {Form.CORNER, Form.CORNER_BRACKETED}
        return Sighting(
            text=self.text,
            place=place,
            location=location,
            finding=Finding.FOUND if self._is_label(place) else Finding.REVIEW,
            form="corner" if corner else "words",
        )

    def _is_label(self, place: str) -> bool:
        if self.is_obscured or self.form in {None, Form.CORNER}:
            return False
        return self.form is Form.ASSERTION or place != "middle"


def judged(text: str, *, obscured: bool) -> Iterator[Line]:
    """Yield the lines of a text that are, or may be, a label."""
    for line in filter(may_hold, text.split("\n")):
        judgement = judge(line)
        if judgement is not None:
            yield Line(judgement.text, judgement.form, obscured)
        elif is_mention(line):
            yield Line(line.strip(), None, obscured)


def conclude(sightings: Iterable[Sighting]) -> Evidence:
    """Return the evidence that sightings give together."""
    seen = tuple(sightings)
    findings = {sighting.finding for sighting in seen}
    for finding in (Finding.FOUND, Finding.REVIEW):
        if finding in findings:
            return Evidence(finding=finding, sightings=seen)
    return Evidence(finding=Finding.NOT_FOUND)
