"""What is asked for when files are to be labelled, as a value."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final

from ailabel.errors import LabelError
from ailabel.io.source import Limits
from ailabel.messages import Message, Reasons
from ailabel.model.media import Medium
from ailabel.model.record import AigcRecord, Label
from ailabel.spi import Look, MarkSpec
from ailabel.standard.slots import ANNEX_B, CHOICES, OFFICIAL
from ailabel.standard.wording import (
    CORNERS,
    IMAGE_MIN_HEIGHT,
    PLATE_MIN_OPACITY,
    VIDEO_MIN_SECONDS,
    Elements,
    elements,
)
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    from ailabel.spi import Signer

__all__ = ["PLACES", "SOURCE_TYPES", "LabelSpec"]

_ENDS: Final = ("start", "end", "both")
PLACES: Final = {
    Medium.TEXT: _ENDS,
    Medium.DOCUMENT: _ENDS,
    Medium.AUDIO: _ENDS,
    Medium.IMAGE: CORNERS,
    Medium.VIDEO: CORNERS,
}
SOURCE_TYPES: Final = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
_PLATES: Final = ("auto", "always", "never")
_HIGHEST: Final = 0.3  # of the shortest side; higher letters would be the picture
_WIDEST_MARGIN: Final = 0.1  # of the shortest side; further in, it is no edge


@frozen(kw_only=True)
class LabelSpec:
    """How files are to be labelled; frozen, so one value serves many files and threads.

    Args:
        producer: name or 27-character code of the generation service provider.
        produce_id: the content number of the one file, or None for a new UUIDv7 each.
        label: the content attribute.
        propagate: whether the propagator's fields repeat the producer's on first writing, as the
            standard notes; False leaves them empty.
        implicit: whether to write the label into the metadata.
        explicit: whether to add the label that people see or hear.
        replace: whether to replace labels that somebody else wrote; metadata only.
        slot: ``official``, or ``annex-b`` for the second place that the guide for pictures names;
            a sound label of the same producer that stands elsewhere is moved there. None writes
            to the official place and leaves sound labels where they are.
        sidecar: whether formats without metadata get a file ``NAME.aigc.json`` beside them.
        position: a place, used by every medium that knows it, or places by medium name.
        text: the wording of visible labels, or wordings by medium name; each must hold the elements
            that the standard asks for.
        text_mark: ``words`` or ``corner``.
        audio_mark: ``voice`` or ``rhythm``.
        wording: ``zh`` or ``zh+en``.
        font: the user's own font file.
        voice: the user's own spoken label, a WAV file.
        stamp_signed: whether a signed PDF may be stamped.
        duration: how many seconds each label of a film is shown; infinite for throughout, None for
            the usual time.
        also: where a film shows the label besides its start: ``middle``, ``end``.
        source_type: the term of IPTC's vocabulary that stands beside the label, in the same XMP
            packet: ``trainedAlgorithmicMedia`` or ``compositeWithTrainedAlgorithmicMedia``; None
            for none. Only for formats whose label stands in XMP.
        progress: is told the share that is done, 0 to 1, while a film is coded.
        look: how labels are drawn on pictures and films; None for the usual look.
        break_c2pa: whether a file with a C2PA manifest may be written to, which breaks it.
        hardlinks: whether files with several names may be replaced.
        fast_in_place: whether a change that fits where it stands is written there, through a
            journal, when a file is labelled in place; for files that nobody reads meanwhile.
        durable: whether every file is flushed to the disk before the call returns.
        signer: who signs the label and binds it to its content; None leaves it unsigned. A label
            of ours that lacks this seal, or whose seal does not hold, is written anew.
        limits: what reading a file may cost.

    Raises:
        LabelError: a value is not one of those that are possible; every problem is listed.
    """

    producer: str
    produce_id: str | None = None
    label: Label = Label.IS
    propagate: bool = True
    implicit: bool = True
    explicit: bool = True
    replace: bool = False
    slot: str | None = None
    sidecar: bool = False
    position: str | Mapping[str, str] | None = None
    text: str | Mapping[str, str] | None = None
    text_mark: str = "words"
    audio_mark: str = "voice"
    wording: str = "zh"
    font: str | PathLike[str] | None = None
    voice: str | PathLike[str] | None = None
    stamp_signed: bool = False
    duration: float | None = None
    also: tuple[str, ...] = ()
    source_type: str | None = None
    progress: Callable[[float], None] | None = None
    look: Look | None = None
    break_c2pa: bool = False
    hardlinks: bool = False
    fast_in_place: bool = False
    durable: bool = True
    signer: Signer | None = None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        problems = [
            *_choices(self),
            *_positions(self.position),
            *_times(self.duration, self.also),
            *_source_types(self),
            *_wordings(self.text, self.text_mark),
            *_looks(self.look),
        ]
        if not self.implicit and not self.explicit:
            problems.append(Message("neither the implicit nor the explicit label is asked for"))
        if self.implicit and not self.producer.strip():
            problems.append(Message("the producer is empty: give its name or 27-character code"))
        if self.signer is not None and not self.implicit:
            problems.append(Message("only the implicit label can be signed"))
        if problems:
            raise LabelError(
                "this labelling is not possible: {reasons}",
                problems=Reasons(problems),
            )

    def record(self, produce_id: str) -> AigcRecord:
        """Return the label for one content with this number."""
        return AigcRecord(
            label=self.label,
            content_producer=self.producer,
            produce_id=produce_id,
            content_propagator=self.producer if self.propagate else "",
            propagate_id=produce_id if self.propagate else "",
        )

    def mark(self, medium: Medium) -> MarkSpec:
        """Return what is asked of the marker of a medium."""
        from pathlib import Path

        position = _of_medium(self.position, medium)
        return MarkSpec(
            text=_of_medium(self.text, medium),
            wording=self.wording,
            position=position if position in PLACES[medium] else None,
            text_mark=self.text_mark,
            audio_mark=self.audio_mark,
            font=None if self.font is None else Path(self.font),
            voice=None if self.voice is None else Path(self.voice),
            stamp_signed=self.stamp_signed,
            duration=self.duration,
            also=self.also,
            progress=self.progress,
            look=self.look,
        )


def _of_medium(value: str | Mapping[str, str] | None, medium: Medium) -> str | None:
    """Return what is said of a medium: a value by its name, or the one for all."""
    return value if value is None or isinstance(value, str) else value.get(medium.value)


def _choices(spec: LabelSpec) -> list[Message]:
    wanted = (
        ("text_mark", spec.text_mark, ("words", "corner")),
        ("audio_mark", spec.audio_mark, ("voice", "rhythm")),
        ("wording", spec.wording, ("zh", "zh+en")),
        ("slot", spec.slot or OFFICIAL, CHOICES),
    )
    return [
        Message(
            "{name} is {value}, not one of {known}",
            {"name": name, "value": value, "known": ", ".join(known)},
        )
        for name, value, known in wanted
        if value not in known
    ]


def _source_types(spec: LabelSpec) -> list[Message]:
    """Check that what stands beside the label can, and says the same."""
    if spec.source_type is None:
        return []
    problems = []
    if spec.source_type not in SOURCE_TYPES:
        values = {
            "name": "source_type",
            "value": spec.source_type,
            "known": ", ".join(SOURCE_TYPES),
        }
        problems.append(Message("{name} is {value}, not one of {known}", values))
    if spec.label is not Label.IS:
        problems.append(
            Message("a digital source type says that AI made the content, which label 1 alone says")
        )
    if not spec.implicit or spec.slot == ANNEX_B:
        problems.append(
            Message("a digital source type stands beside the implicit label, in its official place")
        )
    return problems


def _times(duration: float | None, also: tuple[str, ...]) -> list[Message]:
    """Check when a film shows its labels."""
    problems = [
        Message(
            "{name} is {value}, not one of {known}",
            {"name": "also", "value": place, "known": "middle, end"},
        )
        for place in also
        if place not in {"middle", "end"}
    ]
    if duration is not None and not duration >= VIDEO_MIN_SECONDS:
        values = {"seconds": duration, "least": VIDEO_MIN_SECONDS}
        problems.append(
            Message("a label shown for {seconds} s is too short; it needs {least} s", values)
        )
    return problems


def _looks(look: Look | None) -> list[Message]:
    """Check that a look does not go below what can be read, or what the clauses ask."""
    if look is None:
        return []
    ranges = (
        ("height", look.height, IMAGE_MIN_HEIGHT, _HIGHEST),
        ("margin", look.margin, 0, _WIDEST_MARGIN),
        ("opacity", look.opacity, PLATE_MIN_OPACITY, 1),
    )
    problems = [
        Message(
            "{name} is {value}, not between {low} and {high}",
            {"name": name, "value": value, "low": low, "high": high},
        )
        for name, value, low, high in ranges
        if value is not None and not low <= value <= high
    ]
    if look.plate not in _PLATES:
        values = {"name": "plate", "value": look.plate, "known": ", ".join(_PLATES)}
        problems.append(Message("{name} is {value}, not one of {known}", values))
    return problems


def _positions(position: str | Mapping[str, str] | None) -> list[Message]:
    if position is None:
        return []
    if isinstance(position, str):
        if any(position in places for places in PLACES.values()):
            return []
        return [Message("no medium knows the position {place}", {"place": position})]
    media = {medium.value: medium for medium in Medium}
    return [
        Message("the position {place} is not known for {medium}", {"place": place, "medium": name})
        for name, place in position.items()
        if name not in media or place not in PLACES[media[name]]
    ]


def _wordings(text: str | Mapping[str, str] | None, text_mark: str) -> list[Message]:
    if text is None:
        return []
    if isinstance(text, str):
        return _wording(text, text_mark)
    media = {medium.value for medium in Medium}
    unknown = [
        Message("there is no medium {name}", {"name": name}) for name in text if name not in media
    ]
    marks = {Medium.TEXT.value: text_mark}
    found = (_wording(value, marks.get(name, "words")) for name, value in text.items())
    return [*unknown, *(problem for problems in found for problem in problems)]


def _wording(text: str, text_mark: str) -> list[Message]:
    found = elements(text)
    if found is Elements.BOTH or (text_mark == "corner" and found is Elements.AI_ONLY):
        return []
    problem = Message(
        "the wording lacks an element that the standard asks for: it needs 人工智能 or AI, "
        "and 生成 or 合成"
    )
    return [problem]
