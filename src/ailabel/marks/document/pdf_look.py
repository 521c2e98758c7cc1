"""Looking at PDF pages as they are rendered: a label that cannot be seen is none.

Lines come from the text of the pages. For one that may be a label, its page is drawn twice by
PDFium, with the line and without it: the pixels that differ are the label's ink, and what they
differ from is its ground. Text of the colour of its ground, clipped, off the page or behind a
picture makes no difference, and is left to a person. A page that shows anything but text, such as a
scan, is read by eye (extra ``ocr``) where no line says it.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from ailabel.codecs.pdf import Document
from ailabel.codecs.pdf_stream import Stream
from ailabel.drawing.paint import contrast
from ailabel.errors import (
    AilabelError,
    MalformedFileError,
    MissingExtraError,
    UnsupportedFormatError,
)
from ailabel.io.source import check_limit, inflatable
from ailabel.marks.document.lines import conclude, judged
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from ailabel.io.source import View
    from ailabel.marks.document.lines import Line
    from ailabel.spi import Sighting

__all__ = ["inspect"]

_PAGES: Final = 200  # whose text is read: as many from either end
_LINES: Final = 64  # that are looked at in one file
_TINY: Final = 5.0  # points: the smallest size of Chinese print
_FAINT: Final = 1.6  # contrast below which letters are not read
_SEEN: Final = 24  # levels by which a pixel of ink differs from its ground
_LETTER: Final = 20  # pixels that a letter is drawn high
_LONGEST: Final = 3000  # pixels of a drawn page's longer side
_READ: Final = 1200  # pixels of a page that is read by eye
_DOWNWARDS: Final = 4  # lines of a letter or two that are one line written downwards
_WHOLE: Final = 0.8  # of a line that must show
_ZONE: Final = 3  # lines from either end of a page that are its start and end
_PURPOSE: Final = "looking at PDF pages"


def inspect(view: View, *, explain: bool = False) -> Evidence:
    """Look for the label on the pages.

    Raises:
        MissingExtraError: the extra ``pdf`` is not installed.
        MalformedFileError: PDFium cannot open the file.
        LimitExceededError: the file is longer than `Limits.document_inflate_bytes`, or the content
            of a page is packed more than anybody would.
    """
    pdfium, raw = _loaded()
    check_limit("the PDF", view.size, view.limits.document_inflate_bytes)
    _check_contents(view)
    try:
        document = pdfium.PdfDocument(view.read(0, view.size, "the PDF"))
    except pdfium.PdfiumError as error:
        raise MalformedFileError(
            "the PDF cannot be drawn: {reason}", reason=str(error).partition("(")[0].strip()
        ) from error
    try:
        return _Looking(document, pdfium, raw, explain=explain).evidence()
    finally:
        document.close()


def _check_contents(view: View) -> None:
    """Refuse pages whose content would fill the memory, since PDFium inflates it whole.

    What only PDFium can read is left to it.
    """
    try:
        document = Document(view)
        streams = list(_streams(document))
    except AilabelError:
        return
    for stream in streams:
        with suppress(MalformedFileError, UnsupportedFormatError):
            document.data(stream, inflatable(stream.length, view.limits.document_inflate_bytes))


def _streams(document: Document) -> Iterator[Stream]:
    """Yield the content of the pages whose text is read."""
    pages = list(document.pages())
    for page in (*pages[:_PAGES], *pages[_PAGES:][-_PAGES:]):
        for _, stream in document.contents(page):
            if isinstance(stream, Stream):
                yield stream


def _loaded() -> tuple[Any, Any]:
    try:
        import pypdfium2
        import pypdfium2.raw
    except ImportError:
        raise MissingExtraError("pdf", _PURPOSE) from None
    return pypdfium2, pypdfium2.raw


@frozen
class _Seen:
    """How a line shows: its ink's box in pixels of the drawn page, and its contrast."""

    box: tuple[int, int, int, int]
    contrast: float

    @property
    def length(self) -> int:
        """The box's longer side."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


class _Looking:
    """One file that is being looked at."""

    def __init__(self, document: Any, pdfium: Any, raw: Any, *, explain: bool) -> None:  # noqa: ANN401 - PDFium has no types
        self._document, self._pdfium, self._raw = document, pdfium, raw
        self._explain = explain
        self._preview: bytes | None = None
        self._looked = 0

    def evidence(self) -> Evidence:
        count = len(self._document)
        if not count:
            return Evidence(finding=Finding.NOT_FOUND)
        numbers = sorted({*range(min(count, _PAGES)), *range(max(0, count - _PAGES), count)})
        sightings: list[Sighting] = []
        unread: list[int] = []
        for number in numbers:
            try:
                sightings += self._page(number, count, unread)
            except self._pdfium.PdfiumError:  # a page that cannot be opened
                unread.append(number)
        result = conclude(sightings)
        if result.finding is not Finding.FOUND:
            result = self._by_eye(result, [item for item in unread if item in {0, count - 1}])
        return Evidence(
            finding=result.finding,
            sightings=result.sightings,
            reason=result.reason,
            preview=self._preview,
        )

    def _page(self, number: int, count: int, unread: list[int]) -> Iterator[Sighting]:
        """Judge the lines of a page; note it where it shows something else than text."""
        page = self._document[number]
        text_page = page.get_textpage()
        try:
            text = text_page.get_text_range()
            lines = list(_lines(text))
            if not lines or _is_sideways(lines) or self._has_notes(page):
                unread.append(number)
            for index, (at, words) in enumerate(lines):
                for line in judged(words, obscured=False):
                    place = _place(number, count, index, len(lines))
                    shown = self._judge(line, page, text_page, at)
                    yield shown.sighting(place, f"page {number + 1}")
        finally:
            text_page.close()
            page.close()

    def _judge(self, line: Line, page: Any, text_page: Any, at: int) -> Line:  # noqa: ANN401 - same
        """Say whether a line can be seen; beyond a number of lines that is for a person."""
        self._looked += 1
        seen = None
        if self._looked <= _LINES:
            seen = self._look(page, text_page, range(at, at + len(line.text)))
        is_seen = seen is not None and seen.contrast >= _FAINT
        return type(line)(line.text, line.form, is_obscured=not is_seen)

    def _look(self, page: Any, text_page: Any, letters: range) -> _Seen | None:  # noqa: ANN401 - same
        """Draw a page with and without some letters; None where that makes no difference."""
        length, height = _extent(text_page, letters)
        if height < _TINY / 2:  # the ink of a letter is half its size at least
            return None
        scale = min(_LETTER / height, _LONGEST / max(page.get_size()))
        before = page.render(scale=scale).to_pil().convert("RGB")
        with _invisible(self._raw, text_page, letters):
            after = page.render(scale=scale).to_pil().convert("RGB")
        seen = _difference(before, after)
        if seen is None or seen.length < _WHOLE * length * scale:
            return None
        if self._explain and self._preview is None:
            self._preview = _drawn(before, seen.box)
        return seen

    def _has_notes(self, page: Any) -> bool:  # noqa: ANN401 - same
        return bool(self._raw.FPDFPage_GetAnnotCount(page.raw) > 0)

    def _by_eye(self, result: Evidence, numbers: list[int]) -> Evidence:
        """Read the first and last page by eye, where they show more than text."""
        found = list(result.sightings)
        try:
            for number in numbers:
                found += self._read(number)
        except MissingExtraError as error:
            return _unless(found, Message(error.text, error.params))
        except self._pdfium.PdfiumError:
            return _unless(found, Message("a page of the PDF cannot be drawn"))
        return conclude(found)

    def _read(self, number: int) -> Iterator[Sighting]:
        from dataclasses import replace

        from ailabel.sight.look import look

        page = self._document[number]
        scale = _READ / max(page.get_size())
        picture = page.render(scale=scale).to_pil().convert("RGB")
        page.close()
        place = "start" if number == 0 else "end"
        for sighting in look(picture):
            yield replace(sighting, place=place, location=f"page {number + 1}", appearance=None)


def _unless(found: list[Sighting], reason: Message) -> Evidence:
    """Return what was found, or that not everything could be looked at."""
    result = conclude(found)
    if result.finding is not Finding.NOT_FOUND:
        return result
    return Evidence(finding=Finding.UNCHECKED, reason=reason)


def _is_sideways(lines: list[tuple[int, str]]) -> bool:
    """Say whether text runs down or across the page: it comes out letter by letter."""
    return sum(len(line) <= 2 for _, line in lines) >= _DOWNWARDS  # noqa: PLR2004 - a letter, or two


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page that hold something, with the number of their first letter."""
    at = 0
    for line in text.split("\n"):
        words = line.rstrip("\r")
        if words.strip():
            yield at + len(words) - len(words.lstrip()), words.strip()
        at += len(line) + 1


def _place(number: int, count: int, index: int, lines: int) -> str:
    """Return where a line stands: bare words count at the top and the bottom of end pages."""
    at_edge = index < _ZONE or index >= lines - _ZONE
    if number == 0 and at_edge:
        return "start"
    return "end" if number == count - 1 and at_edge else "middle"


def _extent(text_page: Any, letters: range) -> tuple[float, float]:  # noqa: ANN401 - same
    """Return the length of a line and the height of its highest letter, in points of the page."""
    boxes = [text_page.get_charbox(letter) for letter in letters]
    left, bottom, right, top = zip(*boxes, strict=True)
    length = max(max(right) - min(left), max(top) - min(bottom))
    return length, max(box[3] - box[1] for box in boxes)


class _invisible:  # noqa: N801 - used as a verb
    """Hide the text objects that letters belong to, and show them again."""

    def __init__(self, raw: Any, text_page: Any, letters: range) -> None:  # noqa: ANN401 - same
        self._raw = raw
        objects = (raw.FPDFText_GetTextObject(text_page.raw, letter) for letter in letters)
        self._modes = [(item, raw.FPDFTextObj_GetTextRenderMode(item)) for item in objects if item]

    def __enter__(self) -> None:
        for item, _ in self._modes:
            self._raw.FPDFTextObj_SetTextRenderMode(item, self._raw.FPDF_TEXTRENDERMODE_INVISIBLE)

    def __exit__(self, *_: object) -> None:
        for item, mode in self._modes:
            self._raw.FPDFTextObj_SetTextRenderMode(item, mode)


def _difference(before: Image.Image, after: Image.Image) -> _Seen | None:
    """Return where two pictures differ, and how much the one's pixels there stand out."""
    from PIL import ImageChops, ImageStat

    levels = ImageChops.difference(before, after).convert("L")
    strongest = levels.getextrema()[1]
    if not isinstance(strongest, int) or strongest < _SEEN:
        return None
    mask = levels.point([0] * (strongest // 2) + [255] * (256 - strongest // 2))
    box = mask.getbbox()
    if box is None:
        return None
    ink, ground = (
        round(ImageStat.Stat(picture.convert("L"), mask).mean[0]) for picture in (before, after)
    )
    return _Seen(box, contrast(ink, ground))


def _drawn(page: Image.Image, box: tuple[int, int, int, int]) -> bytes:
    from PIL import ImageDraw

    left, top, right, bottom = box
    margin = max(4, (bottom - top) // 3)
    frame = (left - margin, top - margin, right + margin, bottom + margin)
    ImageDraw.Draw(page).rectangle(frame, outline=(220, 0, 60), width=3)
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
