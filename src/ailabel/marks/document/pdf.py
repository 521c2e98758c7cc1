"""The explicit label of PDF: a stamp on the first page and at the end of the last one.

The stamp is appended as an incremental update: the pages are written anew with one content stream
more, and nothing of theirs is drawn again. Our streams carry a private entry, by which a second run
knows them. An update of ours that holds the metadata label stays the last one of the file, so that
it can still be replaced.

In a tagged PDF the stamp is an artifact, because content outside of the structure tree would break
the document's tags; the metadata label is what programs read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import pdf_signature, pdf_update
from ailabel.codecs.pdf import Document
from ailabel.codecs.pdf_content import open_states
from ailabel.codecs.pdf_stream import Stream
from ailabel.codecs.pdf_strings import text_of, text_string
from ailabel.codecs.pdf_syntax import Dictionary, Ref
from ailabel.codecs.pdf_update import TAG, stream_object
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.io.splice import Edit
from ailabel.marks.document import pdf_stamp
from ailabel.messages import Message
from ailabel.spi import Evidence, Mark, Rendition
from ailabel.standard.wording import phrase
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.codecs.pdf import Page
    from ailabel.io.source import View
    from ailabel.marks.document.pdf_stamp import Line
    from ailabel.model.media import Format
    from ailabel.spi import Marker, MarkSpec

__all__ = ["MARKER"]

_BOTH: Final = ("start", "end")
_PLACES: Final = {None: _BOTH, "start": ("start",), "end": ("end",), "both": _BOTH}
_WRAP: Final = "wrap"  # the stream that saves the graphics state before the page's own content
_SUBTYPES: Final = {"start": b"Header", "end": b"Footer"}


_SIGNED: Final = Message(
    "the PDF is signed, and a stamp would show as a change of what was signed: it was not stamped; "
    "--stamp-signed stamps it all the same"
)


class _Pdf:
    """Stamps on pages, and looks at them."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the stamps: on the first page and the last one unless told otherwise."""
        del file_format
        text = (spec.text or phrase("document", spec.wording)).strip()
        if not text.isprintable():
            raise PlanError("the wording of the label holds a character that cannot be shown")
        if spec.position not in _PLACES:
            raise PlanError(
                "a document takes its label at the start, the end or both, not at {position}",
                position=spec.position,
            )
        places = _PLACES[spec.position]
        document = Document(view)
        _check_stampable(document)
        if pdf_signature.signed(document) and not spec.stamp_signed:
            return Rendition(edits=(), marks=(), notes=(_SIGNED,))
        line = pdf_stamp.set_line(text, spec.font)
        return Rendition(
            edits=_edits(document, line, places),
            marks=tuple(Mark(text=text, place=place) for place in places),
        )

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Look at the pages as PDFium draws them."""
        from ailabel.marks.document.pdf_look import inspect

        del file_format
        return inspect(view, explain=explain)


MARKER: Marker = _Pdf()


@frozen
class _Content:
    """The content streams of a page: references as they stand, and which of them are ours."""

    refs: tuple[bytes, ...]
    streams: tuple[Stream | None, ...]
    tags: tuple[tuple[str, str] | None, ...]

    def has(self, place: str, text: str) -> bool:
        """Say whether a stamp of ours with this wording is there."""
        return (place, text) in self.tags

    def without(self, places: tuple[str, ...]) -> _Content:
        """Leave out stamps of ours."""
        kept = [i for i, tag in enumerate(self.tags) if tag is None or tag[0] not in places]
        return _Content(
            tuple(self.refs[i] for i in kept),
            tuple(self.streams[i] for i in kept),
            tuple(self.tags[i] for i in kept),
        )


def _check_stampable(document: Document) -> None:
    if document.encrypted:
        raise PlanError("the PDF is encrypted; decrypt it first")
    form = document.resolve(document.catalog().get("AcroForm"))
    if isinstance(form, Dictionary) and "XFA" in form:
        raise PlanError("the pages of the PDF are made by an XFA form and cannot be stamped")


def _edits(document: Document, line: Line, places: tuple[str, ...]) -> tuple[Edit, ...]:
    """Plan the update, below an update of ours that holds the metadata."""
    view = document.view
    metadata = pdf_update.replaceable(document)
    start = metadata.start if metadata else view.size
    base = Document(pdf_update.shortened(view, start)) if metadata else document
    objects = _Stamps(base, document.size, line).objects(places)
    if not objects:
        return ()
    tail = pdf_update.append(base, objects, pdf_update.STAMP)
    ref = document.trailer.get("Info")
    if metadata and isinstance(ref, Ref):
        info = document.dictionary(ref, "the PDF information dictionary").render()
        stamped = pdf_update.extended(base, tail)
        changes = {"Info": bytes(ref)}
        tail += pdf_update.append(stamped, {ref: info}, pdf_update.INFO, changes)
    return (Edit(start, view.size - start, tail),)


class _Stamps:
    """Collects the objects that stamp a document.

    Args:
        document: what is stamped.
        free: the first object number that nothing uses.
        line: what the stamps say.
    """

    def __init__(self, document: Document, free: int, line: Line) -> None:
        self._document = document
        self._free = max(free, document.size)
        self._line = line
        self._objects: dict[Ref, bytes] = {}
        self._tagged = _is_tagged(document)

    def objects(self, places: tuple[str, ...]) -> dict[Ref, bytes]:
        """Return new and changed objects, none if every stamp is there already."""
        wanted: dict[int, tuple[Page, list[str]]] = {}
        for place, page in zip(_BOTH, _first_and_last(self._document), strict=True):
            if place in places:
                wanted.setdefault(page.ref.number, (page, []))[1].append(place)
        lacking = []
        for page, its in wanted.values():
            content = _content(self._document, page)
            if not all(content.has(place, self._line.text) for place in its):
                lacking.append((page, content, tuple(its)))
        if not lacking:
            return {}
        font = tuple(self._new() for _ in range(pdf_stamp.FONT_OBJECTS))
        self._objects |= pdf_stamp.font_objects(self._line, font)
        wrapper = self._add(b"q\n", _WRAP, "")
        for page, content, where in lacking:
            kept = content.without(where)
            self._objects[page.ref] = self._page(page, kept, where, (font[0], wrapper))
        return self._objects

    def _page(
        self, page: Page, kept: _Content, places: tuple[str, ...], refs: tuple[Ref, Ref]
    ) -> bytes:
        """Return the page with stamps at these places."""
        font, wrapper = refs
        resources, name = self._resources(page, font)
        streams = list(kept.refs)
        wrapped = (_WRAP, "") in kept.tags
        if streams and not wrapped:
            streams.insert(0, bytes(wrapper))
        depth = open_states((b"" if wrapped or not kept.refs else b"q\n") + self._data(kept))
        where = pdf_stamp.sheet(self._document, page)
        for place in places:
            drawn = pdf_stamp.draw(self._line, where, place, name)
            if self._tagged:
                artifact = b"/Artifact <</Type/Pagination/Subtype/%b>> BDC\n%bEMC\n"
                drawn = artifact % (_SUBTYPES[place], drawn)
            data = b"Q\n" * depth + b"q\n" + drawn + b"Q\n"
            streams.append(bytes(self._add(data, place, self._line.text)))
            depth = 0
        contents = b"[%b]" % b" ".join(streams)
        return page.dictionary.render({"Contents": contents, "Resources": resources})

    def _resources(self, page: Page, font: Ref) -> tuple[bytes, str]:
        """Return the page's resources with our font, and its name in them."""
        resources = self._document.resolve(page.get("Resources"))
        resources = resources if isinstance(resources, Dictionary) else Dictionary()
        fonts = self._document.resolve(resources.get("Font"))
        fonts = fonts if isinstance(fonts, Dictionary) else Dictionary()
        name = next(
            name for number in range(len(fonts) + 1) if (name := f"{TAG}{number}") not in fonts
        )
        return resources.render({"Font": fonts.render({name: bytes(font)})}), name

    def _data(self, content: _Content) -> bytes:
        """Return what can be decoded; the rest is taken to restore what it saves."""
        room = self._document.view.limits.inflate_bytes
        parts: list[bytes] = []
        for stream in content.streams:
            try:
                parts.append(self._document.data(stream, room) if stream else b"")
            except LimitExceededError:
                break
            except (MalformedFileError, UnsupportedFormatError):
                continue
            room -= len(parts[-1])
        return b"\n".join(parts)

    def _add(self, data: bytes, place: str, text: str) -> Ref:
        ref = self._new()
        tag = b"/%b<</Place/%b/Text%b>>" % (TAG.encode(), place.encode(), text_string(text))
        self._objects[ref] = stream_object(data, tag)
        return ref

    def _new(self) -> Ref:
        self._free += 1
        return Ref(self._free - 1, 0)


def _first_and_last(document: Document) -> tuple[Page, Page]:
    first = last = None
    for page in document.pages():
        first, last = first or page, page
    if first is None or last is None:
        raise PlanError("the PDF has no page to stamp")
    return first, last


def _content(document: Document, page: Page) -> _Content:
    found = document.contents(page)
    kept = tuple(stream if isinstance(stream, Stream) else None for _, stream in found)
    return _Content(tuple(ref for ref, _ in found), kept, tuple(_tag(stream) for stream in kept))


def _tag(stream: Stream | None) -> tuple[str, str] | None:
    """Return the place and the text that a stream of ours carries."""
    tag = stream.dictionary.get(TAG) if stream else None
    place, text = (
        (tag.get("Place"), tag.get("Text")) if isinstance(tag, Dictionary) else (None, None)
    )
    if not isinstance(place, str) or not isinstance(text, bytes):
        return None
    return str(place), text_of(text)


def _is_tagged(document: Document) -> bool:
    catalog = document.catalog()
    return document.resolve(catalog.get("StructTreeRoot")) is not None
