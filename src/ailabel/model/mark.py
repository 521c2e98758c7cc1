"""The explicit label as values: what is asked for, and what looking for it came to."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ailabel.messages import Message

__all__ = ["Appearance", "Evidence", "Finding", "Look", "MarkSpec", "Sighting"]


@frozen(kw_only=True)
class Look:
    """How labels are drawn on pictures and films; never below what the clauses ask.

    Args:
        height: of the ink, as a share of the shortest side; None for the usual one.
        margin: from the edges, as a share of the shortest side; None for the usual one.
        plate: ``always``, ``never``, or ``auto`` for a plate where the ground asks for one.
        opacity: how much of the ground a plate hides, 0 to 1; None for the usual share.
    """

    height: float | None = None
    margin: float | None = None
    plate: str = "auto"
    opacity: float | None = None


@frozen(kw_only=True)
class MarkSpec:
    """What explicit label is asked for; None leaves the choice to the marker.

    Args:
        text: the wording; the engine has checked that it holds the elements that are asked for.
        wording: ``zh`` or ``zh+en``.
        position: for text, documents and sound ``start``, ``end`` or ``both``; for pictures one of
            `standard.wording.CORNERS`.
        text_mark: ``words``, or ``corner`` for the corner mark (text formats only).
        audio_mark: ``voice`` or ``rhythm``.
        font: the user's own font file.
        voice: the user's own recording of the spoken label, a WAV file.
        stamp_signed: whether a signed PDF may be stamped, which its signature will show.
        duration: how long each label of a film is shown, in seconds; infinite for throughout.
        also: where a film shows it besides its start: ``middle``, ``end``.
        progress: is told the share that is done, 0 to 1, while a film is coded.
        look: of drawn labels; None for the usual one.
    """

    text: str | None = None
    wording: str = "zh"
    position: str | None = None
    text_mark: str = "words"
    audio_mark: str = "voice"
    font: Path | None = None
    voice: Path | None = None
    stamp_signed: bool = False
    duration: float | None = None
    also: tuple[str, ...] = ()
    progress: Callable[[float], None] | None = None
    look: Look | None = None


class Finding(Enum):
    """What looking for the explicit label found."""

    FOUND = "found"
    REVIEW = "review"
    """Something is there that a person must judge."""
    NOT_FOUND = "not_found"
    UNCHECKED = "unchecked"
    """It could not be looked at; the reason says why."""


@frozen(kw_only=True)
class Appearance:
    """How a label looks, measured on the pixels that a viewer shows.

    Args:
        box: of the ink: left, top, right, bottom, in pixels.
        frame: width and height of the whole picture, in pixels.
        ink_height: height of the ideographs' ink, in pixels.
        em_height: height of the em box of type that has this ink, in pixels.
        tolerance: how far both heights may be off, as a share of them.
        at_edge: whether it stands at an edge or corner of the picture.
        contrast: of the ink against what surrounds it, 1 to 21 [WCAG 2.1 1.4.3].
    """

    box: tuple[int, int, int, int]
    frame: tuple[int, int]
    ink_height: float
    em_height: float
    tolerance: float
    at_edge: bool
    contrast: float


@frozen(kw_only=True)
class Sighting:
    """One thing that is, or resembles, an explicit label.

    Args:
        text: what stands there, or is said; the rhythm is given as ``·–··``.
        place: ``start``, ``middle`` or ``end``; for pictures one of `standard.wording.CORNERS`,
            or ``middle``.
        location: where, in the format's own terms, such as ``line 3``.
        finding: `Finding.FOUND` for a label, `Finding.REVIEW` for a mention.
        form: ``words``, ``corner``, ``speech`` or ``rhythm``.
        appearance: the measured look, where it could be measured.
        seconds: from when to when it is shown or heard, in sound and film.
        rate: of speech, in characters a minute, where it could be measured.
    """

    text: str
    place: str
    location: str
    finding: Finding
    form: str = "words"
    appearance: Appearance | None = None
    seconds: tuple[float, float] | None = None
    rate: float | None = None


@frozen(kw_only=True)
class Evidence:
    """What can be seen or heard of the explicit label.

    Args:
        finding: the conclusion.
        sightings: what it rests on, in the order of the content.
        reason: why nothing could be concluded, for `Finding.UNCHECKED`.
        preview: a PNG picture of what was looked at with the sightings drawn in, where it was
            asked for and can be made.
        duration: of the whole sound or film in seconds, where it is known.
    """

    finding: Finding
    sightings: tuple[Sighting, ...] = field(default=())
    reason: Message | None = None
    preview: bytes | None = None
    duration: float | None = None
