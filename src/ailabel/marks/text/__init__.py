"""Explicit labels in text: plain text, Markdown, HTML, subtitles, and plain strings.

A label is a line, a paragraph or an element of its own. Whatever is planned is looked at through
the edits before it is given out, so that a label which readers would not see is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.text import read_text
from ailabel.errors import PlanError
from ailabel.io.splice import SplicedView
from ailabel.marks.text import html, markdown, subtitles
from ailabel.marks.text.plain import insertions, inspect_text
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding, Mark, Marker, Rendition
from ailabel.standard.textmark import Form, judge
from ailabel.standard.wording import CORNER_MARK, phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.model.media import Format
    from ailabel.spi import MarkSpec

__all__ = ["MARKER", "TextMarker", "inspect_text", "label_text"]

_PLACES: Final = {None: ("start",), "start": ("start",), "end": ("end",), "both": ("start", "end")}


def label_text(text: str, spec: MarkSpec) -> str:
    """Return a plain text with the explicit label, such as the answer of a chat.

    Args:
        text: the text.
        spec: what label is asked for.

    Raises:
        PlanError: the wording is no label, or the place is none of a text's.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    line, places = _wording(spec), _places(spec)
    for position, words in reversed(insertions(text, line, newline, places)):
        text = text[:position] + words + text[position:]
    return text


class TextMarker:
    """Puts the label into text files and looks for it."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the label: a line, a paragraph or an element of its own.

        Raises:
            PlanError: the wording is no label, or nobody would see it at that place.
        """
        insert = _INSERT.get(file_format.id)
        if insert is None:
            raise PlanError("the format {name} takes no label in text", name=file_format.id)
        line, places = _wording(spec), _places(spec)
        edits = insert(view, line, places)
        seen = self.inspect(SplicedView(view, edits), file_format)
        shown = [item for item in seen.sightings if item.finding is Finding.FOUND]
        if sum(item.text == line for item in shown) < len(edits):
            raise PlanError(
                "the label would not be seen there: something at that place is hidden or left "
                "open; choose another position"
            )
        marks = tuple(Mark(text=line, place=place) for place in places[: len(edits)])
        return Rendition(edits=tuple(edits), marks=marks)

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Look for the label."""
        look = _INSPECT.get(file_format.id)
        if look is None:
            reason = Message("the format is not looked into", {})
            return Evidence(finding=Finding.UNCHECKED, reason=reason)
        return look(view)


def _insert_plain(view: View, line: str, places: Sequence[str]) -> list[Edit]:
    text = read_text(view)
    found = insertions(text.units, line, text.newline, places)
    return [text.edit(position, position, words) for position, words in found]


def _inspect_plain(view: View) -> Evidence:
    text = read_text(view)
    return inspect_text(text.decode(0, len(text.units)))


_INSERT: Final[dict[str, Callable[[View, str, Sequence[str]], list[Edit]]]] = {
    "txt": _insert_plain,
    "markdown": markdown.insert,
    "html": html.insert,
    "srt": subtitles.insert_srt,
    "vtt": subtitles.insert_vtt,
}
_INSPECT: Final[dict[str, Callable[[View], Evidence]]] = {
    "txt": _inspect_plain,
    "markdown": markdown.inspect,
    "html": html.inspect,
    "srt": subtitles.inspect,
    "vtt": subtitles.inspect,
}


def _wording(spec: MarkSpec) -> str:
    """Return the line to put in.

    Raises:
        PlanError: it would not be recognised as a label.
    """
    if spec.text_mark == "corner":
        return f"【{CORNER_MARK}】"
    line = (spec.text or phrase("text", spec.wording)).strip()
    if not line.isprintable():
        raise PlanError("the wording of the label holds a character that cannot be shown")
    judgement = judge(line)
    if judgement is None or judgement.form is Form.CORNER or judgement.text != line:
        raise PlanError(
            "the wording {text} does not say that this content was made by AI; say for example "
            "{example}",
            text=line,
            example=phrase("text", "zh"),
        )
    return line


def _places(spec: MarkSpec) -> tuple[str, ...]:
    try:
        return _PLACES[spec.position]
    except KeyError:
        raise PlanError(
            "a text takes its label at the start, the end or both, not at {position}",
            position=spec.position,
        ) from None


MARKER: Final[Marker] = TextMarker()
