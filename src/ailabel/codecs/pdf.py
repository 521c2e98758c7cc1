"""PDF files: indirect objects, revisions and pages [ISO32000-2 7.5, 7.7].

Objects are looked up when they are asked for, so that opening a file costs a few reads near its
end, however long it is. Nothing is repaired here: what does not stand where the file says is a
`MalformedFileError`, and `pdf_rescue` may try.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from ailabel.codecs import pdf_stream, pdf_xref
from ailabel.codecs.pdf_stream import Stream
from ailabel.codecs.pdf_syntax import Array, Dictionary, Incomplete, Parser, Ref, Value, parse_at
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.pdf_xref import Section
    from ailabel.io.source import View

__all__ = ["Document", "Page", "header"]

_INHERITED: Final = ("Resources", "MediaBox", "CropBox", "Rotate")  # [ISO32000-2 table 31]
_MAGIC: Final = b"%PDF-"
_HEAD: Final = 1024  # readers look for the header in the first kilobyte [ISO32000-1 annex H, 13]
_TAIL: Final = 2048  # and for startxref in the last; we allow for trailing blanks
_START: Final = re.compile(rb"startxref[\0\t\n\f\r ]*(\d{1,15})[\0\t\n\f\r ]*%%EOF")
_SECTIONS: Final = 4096  # revisions of one file
_CACHED: Final = 1 << 25  # bytes of object streams that are kept inflated
_HOPS: Final = 8  # references to references, and lengths inside of streams that need lengths
_WORK: Final = 1 << 22  # bytes parsed: seconds, for a file made to be slow
_PASSES: Final = 4  # over all objects of a file; no task needs more
_BYTES: Final = 64  # of a file for each value that is looked at; streams take most of a file
_OBJECT_HEADER: Final = 64
_AFTER: Final = 32  # the keyword that follows a dictionary


@frozen
class Page:
    """One page: a reference to it, its dictionary, and what it inherits: values and their bytes."""

    ref: Ref
    dictionary: Dictionary
    inherited: dict[str, tuple[object, bytes]]

    def get(self, key: str) -> object:
        """Return an entry of the page, or the one that it inherits."""
        if key in self.dictionary:
            return self.dictionary[key]
        return self.inherited.get(key, (None, b""))[0]


class Document:
    """A PDF file, opened.

    Args:
        view: the file.

    Raises:
        MalformedFileError: the cross-references cannot be followed.
    """

    __slots__ = (
        "_catalog",
        "_hops",
        "_index",
        "_inflated",
        "_packed",
        "_values",
        "_work",
        "sections",
        "shift",
        "start",
        "view",
    )

    def __init__(self, view: View) -> None:
        self.view = view
        self.sections: tuple[Section, ...] = ()
        self._catalog: Dictionary | None = None
        self._inflated = self._hops = self._work = self._values = 0
        self._packed: OrderedDict[int, tuple[bytes, dict[int, int]]] = OrderedDict()
        self._index = pdf_xref.Index(())
        self.start = _start(view)
        self.shift = _shift(view, self.start)
        self.sections = tuple(self._sections(self.start + self.shift))
        self._index = pdf_xref.Index(self.sections)

    @property
    def trailer(self) -> Dictionary:
        """The trailer of the newest revision."""
        return self.sections[0].trailer

    @property
    def encrypted(self) -> bool:
        """Whether the file is encrypted."""
        return self.trailer.get("Encrypt") is not None

    @property
    def size(self) -> int:
        """One more than the highest object number that the file may use."""
        sizes = [section.trailer.get("Size") for section in self.sections]
        return max((item for item in sizes if isinstance(item, int)), default=0)

    def catalog(self) -> Dictionary:
        """Return the catalog.

        Raises:
            MalformedFileError: there is none.
        """
        if self._catalog is None:
            self._catalog = self.dictionary(self.trailer.get("Root"), "the PDF catalog")
        return self._catalog

    def dictionary(self, value: object, structure: str) -> Dictionary:
        """Follow a reference to a dictionary that must be there."""
        found = self.resolve(value)
        if not isinstance(found, Dictionary):
            raise MalformedFileError("{structure} is missing", structure=structure)
        return found

    def resolve(self, value: object) -> Value | Stream:
        """Follow a reference, if it is one; what does not exist is null [ISO32000-2 7.3.10].

        Raises:
            MalformedFileError: no object stands where the reference leads.
        """
        self._hops += 1
        try:
            if self._hops > _HOPS:
                raise MalformedFileError("PDF references form a loop")
            if not isinstance(value, Ref):
                return value  # type: ignore[return-value] # items of parsed objects are `Value`s
            place, container = self._locate(value.number)
            if container is not None:
                return self.resolve(self._packed_object(value.number, container))
            return self.resolve(self.object_at(place, value.number)[0]) if place else None
        finally:
            self._hops -= 1

    def place(self, value: object) -> int:
        """Return where the object of a reference, or the stream that packs it, begins, or 0."""
        if not isinstance(value, Ref):
            return 0
        place, container = self._locate(value.number)
        return self._locate(container)[0] if container is not None else place

    def object_at(self, place: int, number: int | None) -> tuple[Value | Stream, int]:
        """Read the object that begins at an offset, and where its value or data ends.

        Args:
            place: the offset.
            number: which object must stand there, or None for any.

        Raises:
            MalformedFileError: it does not stand there, or is broken.
        """
        head = Parser(self.view.read_some(place, _OBJECT_HEADER), base=place)
        try:
            found = head.integer()
            head.integer()
            named = head.take(b"obj")
        except Incomplete:
            named = False
        if not named or number not in (None, found):
            raise MalformedFileError("a PDF object is not where the file says", offset=place)
        place += head.position
        parser, value = parse_at(self.view, place, need=_AFTER)
        end = parser.position
        self._count_work(end, parser.count)
        if not isinstance(value, Dictionary) or not parser.take(b"stream"):
            return value, place + end
        start = parser.position
        start += 2 if parser.data[start : start + 2] == b"\r\n" else 1
        length = self.resolve(value.get("Length"))
        if not isinstance(length, int) or not 0 <= length <= self.view.size - place - start:
            raise MalformedFileError("a PDF stream has a wrong length", offset=place)
        return Stream(value, place + start, length), place + start + length

    def data(self, stream: Stream, limit: int) -> bytes:
        """Return a stream's bytes, its filters undone.

        Raises:
            LimitExceededError: it is, or inflates to, more than `limit`.
            UnsupportedFormatError: a filter is not known here.
        """
        check_limit("a PDF stream", stream.length, limit)
        data = self.view.read(stream.offset, stream.length, "a PDF stream")
        filters = self._list(stream.dictionary.get("Filter"))
        parameters = self._list(stream.dictionary.get("DecodeParms"))
        try:
            data = pdf_stream.decode(data, filters, parameters, limit)
        except MalformedFileError as error:
            raise MalformedFileError(error.text, offset=stream.offset) from None
        self._inflated += len(data)
        total = self.view.limits.document_inflate_bytes
        check_limit("the inflated PDF", self._inflated, total)
        return data

    def pages(self) -> Iterator[Page]:
        """Yield the pages in order.

        Raises:
            MalformedFileError: the page tree is broken, or a page occurs twice.
        """
        stack: list[tuple[object, dict[str, tuple[object, bytes]]]]
        stack = [(self.catalog().get("Pages"), {})]
        seen: set[int] = set()
        while stack:
            ref, inherited = stack.pop()
            node = self.dictionary(ref, "a PDF page")
            if not isinstance(ref, Ref) or ref.number in seen:
                raise MalformedFileError("the PDF page tree is broken", offset=self.place(ref))
            seen.add(ref.number)
            check_limit("the number of PDF pages", len(seen), self.view.limits.items)
            kids = self.resolve(node.get("Kids"))
            if not isinstance(kids, Array):
                yield Page(ref, node, inherited)
                continue
            own = {key: (node[key], node.raw(key)) for key in _INHERITED if key in node}
            stack += [(kid, inherited | own) for kid in reversed(kids)]

    def contents(self, page: Page) -> list[tuple[bytes, object]]:
        """Return what a page's content streams are: each as the page names it, and what it is."""
        value = page.dictionary.get("Contents")
        found = self.resolve(value)
        if isinstance(found, Array):
            return [(found.raw(at), self.resolve(item)) for at, item in enumerate(found)]
        return [] if found is None else [(page.dictionary.raw("Contents"), found)]

    def _locate(self, number: int) -> tuple[int, int | None]:
        """Return where the newest version of an object stands, or which stream packs it."""
        section = self._index.section(number)
        fields = section.find(self.view, number) if section else None
        if fields is None:
            return 0, None
        if fields[0] == pdf_xref.PACKED:
            return 0, fields[1]
        return (fields[1] + self.shift if fields[0] == pdf_xref.PLAIN else 0), None

    def _packed_object(self, number: int, container: int) -> Value:
        """Read an object out of an object stream [ISO32000-2 7.5.7]."""
        data, places = self._container(container)
        if number not in places:
            raise MalformedFileError(
                "a PDF object is not where the file says", offset=self.place(Ref(container, 0))
            )
        parser = Parser(data, places[number], base=None, items=self.view.limits.items)
        try:
            value = parser.value()
        except Incomplete:
            parser.fail()
        self._count_work(parser.position - places[number], parser.count)
        return value

    def _container(self, number: int) -> tuple[bytes, dict[int, int]]:
        """Return the data of an object stream, and where each of its objects begins."""
        if number in self._packed:
            self._packed.move_to_end(number)
            return self._packed[number]
        place, inside = self._locate(number)
        stream = self.resolve(Ref(number, 0)) if place and inside is None else None
        if not isinstance(stream, Stream):
            raise MalformedFileError("{structure} is missing", structure="a PDF object stream")
        data = self.data(stream, self.view.limits.metadata_bytes)
        self._packed[number] = data, pdf_stream.places(stream, data)
        while (
            len(self._packed) > 1 and sum(len(kept) for kept, _ in self._packed.values()) > _CACHED
        ):
            self._packed.popitem(last=False)
        return self._packed[number]

    def _count_work(self, amount: int, values: int) -> None:
        size = self.view.size + self._inflated
        self._work += amount
        check_limit("the structure of the PDF", self._work, _WORK + _PASSES * size)
        self._values += values
        limit = self.view.limits.items + _PASSES * size // _BYTES
        check_limit("the number of values of the PDF", self._values, limit)

    def _list(self, value: object) -> list[object]:
        found = self.resolve(value)
        if isinstance(found, Array):
            return [self.resolve(item) for item in found]
        return [] if found is None else [found]

    def _sections(self, offset: int) -> Iterator[Section]:
        seen: set[int] = set()
        while True:
            if offset in seen:
                raise MalformedFileError("the PDF cross-references form a loop", offset=offset)
            seen.add(offset)
            check_limit("the number of PDF revisions", len(seen), _SECTIONS)
            section = self._section(offset)
            yield section
            previous = section.trailer.get("Prev")
            if previous is None:
                return
            if not isinstance(previous, int):
                raise MalformedFileError("the PDF trailer is broken", offset=offset)
            offset = previous + self.shift

    def _section(self, offset: int) -> Section:
        head = self.view.read_some(offset, _OBJECT_HEADER)
        if not pdf_xref.begins_section(head):
            raise MalformedFileError(
                "the PDF cross-references are not where the file says", offset=offset
            )
        if head.lstrip(b"\0\t\n\f\r ")[:1].isdigit():
            return self._stream_section(offset)
        section = pdf_xref.text_table(self.view, offset)
        hidden = section.trailer.get("XRefStm")
        if not isinstance(hidden, int):
            return section
        return pdf_xref.Section(
            offset=offset,
            end=section.end,
            trailer=section.trailer,
            stream=False,
            table=section.table,
            hidden=self._stream_section(hidden + self.shift).table,
        )

    def _stream_section(self, offset: int) -> Section:
        stream, end = self.object_at(offset, None)
        if not isinstance(stream, Stream) or stream.dictionary.get("Type") != "XRef":
            raise MalformedFileError(
                "the PDF cross-references are not where the file says", offset=offset
            )
        data = self.data(stream, self.view.limits.metadata_bytes)
        table = pdf_xref.packed(stream.dictionary, data, offset)
        return pdf_xref.Section(
            offset=offset, end=end, trailer=stream.dictionary, stream=True, table=table
        )


def header(view: View) -> int | None:
    """Return where the header begins, in the first kilobyte, or None."""
    place = view.read_some(0, _HEAD).find(_MAGIC)
    return place if place >= 0 else None


def _start(view: View) -> int:
    """Return the offset that ``startxref`` at the end of the file gives [ISO32000-2 7.5.5]."""
    base = max(0, view.size - _TAIL)
    found = list(_START.finditer(view.read_some(base, _TAIL)))
    if not found:
        raise MalformedFileError("the PDF has no startxref at its end", offset=base)
    return int(found[-1][1])


def _shift(view: View, start: int) -> int:
    """Return by how much the offsets are off, because bytes stand before the header."""
    for shift in (0, header(view) or 0):
        if pdf_xref.begins_section(view.read_some(start + shift, _OBJECT_HEADER)):
            return shift
    raise MalformedFileError("the PDF cross-references are not where the file says", offset=start)
