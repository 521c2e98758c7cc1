"""The label in a page: a paragraph of its own, first or last in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.html import Kind, Region, Token, unescape, walk
from ailabel.codecs.html_text import is_xml, read_html
from ailabel.errors import PlanError
from ailabel.marks.text.lines import Passage, conclude
from ailabel.marks.text.markup import runs
from ailabel.standard.textmark import may_hold
from ailabel.standard.wording import CORNER_MARK, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.text import Text
    from ailabel.io.source import Limits, View
    from ailabel.io.splice import Edit
    from ailabel.spi import Evidence

__all__ = ["insert", "inspect"]

_STYLE: Final = (  # its own colours, so that it is legible on any page, a dark one too
    "display:block!important;visibility:visible!important;position:static;width:max-content;"
    "max-width:100%;box-sizing:border-box;margin:8px {margin};padding:4px 10px;"
    "border:1px solid #8a6d00;border-radius:4px;background:#fff8dc;color:#3d3000;"
    "font:14px/1.5 sans-serif;text-align:center"
)
_CENTRED: Final = "auto"
_RIGHT: Final = "8px 8px auto"
_REFERENCES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}


def insert(view: View, line: str, places: Sequence[str]) -> list[Edit]:
    """Plan the elements that show a label.

    Args:
        view: the page.
        line: the label.
        places: ``start``, ``end`` or both.

    Raises:
        PlanError: the page has no body.
    """
    text = read_html(view)
    start, end = _body(text)
    element = _element(line)
    edits = []
    if "start" in places:
        edits.append(_edit(text, start, text.newline + element if start else element))
    if "end" in places:
        edits.append(_edit(text, end, element + text.newline))
    return edits


def inspect(view: View) -> Evidence:
    """Look for the label among the blocks of a page."""
    text = read_html(view)
    blocks = _Blocks(text, view.limits)
    passages = list(blocks)
    return conclude(passages, blocks.count)


def _element(line: str) -> str:
    corner = line.strip("【】") == CORNER_MARK
    described = f' aria-label="{phrase("text", "zh")}"' if corner else ""
    style = _STYLE.format(margin=_RIGHT if corner else _CENTRED)
    words = line.translate(_REFERENCES)
    return f'<p class="ailabel" role="note"{described} style="{style}">{words}</p>'


def _edit(text: Text, place: int, element: str) -> Edit:
    """Plan an insertion; what the page's encoding has no code for becomes a reference."""
    encoded = element.encode(text.encoding, "xmlcharrefreplace").decode(text.encoding)
    return text.edit(place, place, encoded)


def _body(text: Text) -> tuple[int, int]:
    """Return where the body's content begins and ends.

    Raises:
        PlanError: it is a frameset.
    """
    start: int | None = None
    ends: dict[str, int] = {}
    for token, region in walk(text.units, xml=is_xml(text)):
        if token.kind is Kind.END and token.name in {"body", "html"}:
            ends[token.name] = token.start
        if region is Region.BODY and start is None:
            start = _first(token)
    length = len(text.units)
    end = ends.get("body", ends.get("html", length))
    start = min(end, length) if start is None else start
    return start, max(start, end)


def _first(token: Token) -> int:
    """Return where the body's content begins, given the first token of the body."""
    if token.kind is Kind.START and token.name == "frameset":
        raise PlanError("a page of frames shows no text of its own; label the pages in its frames")
    return token.end if token.kind is Kind.START and token.name == "body" else token.start


class _Blocks:
    """The blocks of a page that name AI; `count` is known once they have been gone through."""

    def __init__(self, text: Text, limits: Limits) -> None:
        self.count = 0
        self._text = text
        self._limits = limits
        self._line = 1
        self._counted = 0
        self._previous = ""

    def __iter__(self) -> Iterator[Passage]:
        pieces: list[str] = []
        start, shown, quoted = 0, True, False
        for run in runs(self._text.units, self._limits, xml=is_xml(self._text)):
            if run.breaks:
                yield from self._block("".join(pieces), start, shown=shown, quoted=quoted)
                pieces, shown, quoted = [], True, False
                continue
            if run.unseen:
                continue
            piece = unescape(self._text.decode(run.start, run.end))
            if piece.strip():
                start = start if pieces else run.start
                shown, quoted = shown and run.shown, quoted or run.quoted
                pieces.append(piece)
        yield from self._block("".join(pieces), start, shown=shown, quoted=quoted)

    def _block(self, words: str, start: int, *, shown: bool, quoted: bool) -> Iterator[Passage]:
        if not words:
            return
        self.count += 1
        previous, self._previous = self._previous, words
        if may_hold(words):
            line = self._line_of(start)
            # the bare mark is a word of any menu; only in brackets is it taken for a mark
            plain = shown and words.strip() != CORNER_MARK
            yield Passage(
                text=words,
                line=line,
                index=self.count - 1,
                plain=plain,
                quoted=quoted,
                previous=previous,
            )

    def _line_of(self, position: int) -> int:
        """Return the line number of a position; positions come in order."""
        units, end = self._text.units, max(position, self._counted)
        newline = self._text.newline[-1]
        self._line += units.count(newline, self._counted, end)
        self._counted = end
        return self._line
