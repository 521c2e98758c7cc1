"""The implicit label in PDF: ``/AIGC`` of the document information dictionary [ISO32000-2 14.3.3].

The label is appended as an incremental update, so every byte of the file stays, and with them its
signatures. The newest update counts: labels of other tools in older revisions are superseded and
their text stays in the file, as with every PDF editor. An update of our own is different: while it
stands at the end it is replaced, and once later changes cover it the label cannot be changed.

The update leaves nothing but the information dictionary to replace. Labels in other places (the XMP
packet, the catalog, pages) are taken out by an update of its own before it, which holds no label.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from ailabel.codecs import pdf, pdf_signature, pdf_update, xmp
from ailabel.codecs.pdf import Document
from ailabel.codecs.pdf_stream import Stream
from ailabel.codecs.pdf_strings import text_of, text_string
from ailabel.codecs.pdf_syntax import Array, Dictionary, Name, Ref
from ailabel.errors import MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.pdf_rescue import Rescued
    from ailabel.io.source import Limits, View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="pdf", name="PDF", medium=Medium.DOCUMENT, suffixes=(".pdf",), mime="application/pdf"
)
_PROPERTY: Final = xmp.Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
_CONTENT: Final = ("Contents", "CropBox", "Group", "MediaBox", "Resources", "Rotate", "UserUnit")
_ASIDE: Final = {  # of the objects that pages use: what is metadata, or changes with a rewrite
    KEY,
    "LastModified",
    "Length",
    "Metadata",
    "Parent",
    "PieceInfo",
    "StructParent",
    "StructParents",
}


class _Pdf:
    """PDF with cross-reference tables, streams, or both."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = (Signature(((0, b"%PDF-"),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim what begins as a PDF; other formats may hold one behind their own beginning."""
        place = pdf.header(view)
        if place is None:
            return None
        return Match(_FORMAT, Strength.WEAK if place else Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find the label in the information dictionary, the XMP packet, the catalog and pages."""
        try:
            document = Document(view)
            if not document.encrypted:
                return _slots(document)
        except (MalformedFileError, UnsupportedFormatError) as error:
            try:
                return _rescued_slots(view)
            except MalformedFileError:
                raise error from None
        return _rescued_slots(view)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Append the label, in place of an update of ours that stands at the end."""
        document = Document(view)
        _check_open(document)
        slots = _slots(document)
        if [(slot.official, slot.payload) for slot in slots] == [(True, payload)]:
            return ()
        if pdf_signature.changes_forbidden(document):
            raise PlanError("the PDF is certified and its certificate forbids every change")
        start = _end_of_others(document)
        base = Document(pdf_update.shortened(view, start)) if start < view.size else document
        tail = b""
        if taken := _taken_out(base):
            tail = pdf_update.append(base, taken, pdf_update.CLEAN)
            base = pdf_update.extended(base, tail)
        return (Edit(start, view.size - start, tail + _info_update(base, payload)),)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Append the object that holds the label, in place of an update of ours at the end.

        Raises:
            PlanError: as `write`, or the object cannot be changed alone.
        """
        document = Document(view)
        _check_open(document)
        if pdf_signature.changes_forbidden(document):
            raise PlanError("the PDF is certified and its certificate forbids every change")
        start = _end_of_others(document)
        base = Document(pdf_update.shortened(view, start)) if start < view.size else document
        before = {_key(item): item for item in _slots(base)}
        others = {_key(item) for item in _slots(document)} - {_key(slot)}
        if others - before.keys() or before.keys() - others - {_key(slot)}:
            raise unkept(slot)  # an update of ours took labels out, which would come back
        if slot.official:
            tail = _info_update(base, payload)
        elif _key(slot) in before:
            tail = pdf_update.append(
                base, _edited(base, before[_key(slot)], payload), pdf_update.KEPT
            )
        else:
            raise unkept(slot)
        return (Edit(start, view.size - start, tail),)

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield what the pages show: content streams, resources and boxes, as they are stored.

        Objects are named by the order in which pages use them, not by their numbers, so that a
        rewrite of the file that keeps its streams keeps its essence.
        """
        document = Document(view)
        _check_open(document)
        content = _Content(document)
        for page in document.pages():
            values = {key: page.get(key) for key in _CONTENT}
            yield from content.describe(values)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan nothing: an update leaves no padding."""
        del view
        return ()


CARRIER: Carrier = _Pdf()


# -- reading -------------------------------------------------------------------------------------


def _slots(document: Document) -> list[Slot]:
    found = [*_info_slots(document), *_packet_slots(document), *_catalog_slots(document)]
    found += _page_slots(document)
    return sorted(found, key=lambda slot: slot.offset)


def _info_slots(document: Document) -> Iterator[Slot]:
    ref = document.trailer.get("Info")
    info = document.resolve(ref)
    if isinstance(info, Dictionary):
        for key in _label_keys(document, info):
            yield _slot(document, (ref, info, key), f"Info/{key}", "Info")


def _catalog_slots(document: Document) -> Iterator[Slot]:
    ref, catalog = document.trailer.get("Root"), document.catalog()
    if _text(document, catalog, KEY):
        yield _slot(document, (ref, catalog, KEY), f"Root/{KEY}", "Root")


def _page_slots(document: Document) -> Iterator[Slot]:
    for number, page in enumerate(document.pages(), 1):
        if _text(document, page.dictionary, KEY):
            where = f"Page {number}/{KEY}"
            yield _slot(document, (page.ref, page.dictionary, KEY), where, "Page")


def _packet_slots(document: Document) -> Iterator[Slot]:
    found = document.resolve(document.catalog().get("Metadata"))
    if not isinstance(found, Stream):
        return
    limits = document.view.limits
    packet = document.data(found, limits.metadata_bytes)
    for value in xmp.find(packet, _PROPERTY, limits):
        offset = found.offset + (0 if "Filter" in found.dictionary else value.offset)
        yield _packet_slot(value, offset)


def _packet_slot(value: xmp.Found, offset: int) -> Slot:
    return Slot(
        location=f"Metadata/{_PROPERTY.name}",
        offset=offset,
        raw=value.raw,
        payload=value.value,
        site=f"pdf.Metadata/{_PROPERTY.name}",
        official=False,
    )


def _slot(
    document: Document, entry: tuple[object, Dictionary, str], location: str, place: str
) -> Slot:
    holder, dictionary, key = entry
    return Slot(
        location=location,
        offset=document.place(holder) or document.sections[0].offset,
        raw=dictionary.raw(key),
        payload=_text(document, dictionary, key),
        site=f"pdf.{place}/{key}",
        official=place == "Info" and key == KEY,
    )


def _label_keys(document: Document, info: Dictionary) -> list[str]:
    """Return the keys that hold a label: the official one, and others named like it."""
    keys = [key for key in info if KEY in key.upper()]
    texts = {key: _text(document, info, key) for key in keys}
    return [key for key, text in texts.items() if text and (key == KEY or is_label(text))]


def _text(document: Document, dictionary: Dictionary, key: str) -> str:
    """Return a text entry, empty where there is none; what is no text is given as it stands."""
    value = document.resolve(dictionary.get(key))
    if value is None:
        return ""
    text = text_of(value) if isinstance(value, bytes) else dictionary.raw(key).decode("latin-1")
    check_limit("a label", len(text), document.view.limits.label_bytes)
    return text


def _rescued_slots(view: View) -> list[Slot]:
    """Read what pypdf can; where things stand in the file is not known then."""
    from ailabel.codecs.pdf_rescue import rescue

    found = rescue(view)
    slots = [_packet_slot(value, 0) for value in xmp.find(found.packet, _PROPERTY, view.limits)]
    slots += (
        Slot(
            location=location,
            offset=0,
            raw=text.encode("utf-8", "surrogatepass"),
            payload=text,
            site=site,
            official=site == f"pdf.Info/{KEY}",
        )
        for location, site, text in _rescued_texts(found, view.limits)
    )
    return slots


def _rescued_texts(found: Rescued, limits: Limits) -> Iterator[tuple[str, str, str]]:
    """Yield location, site and text of every label outside the XMP packet."""
    places = [
        (f"Info/{key}", f"pdf.Info/{key}", text)
        for key, text in found.info.items()
        if key == KEY or (KEY in key.upper() and is_label(text))
    ]
    places.append((f"Root/{KEY}", f"pdf.Root/{KEY}", found.catalog.get(KEY, "")))
    places += (
        (f"Page {number}/{KEY}", f"pdf.Page/{KEY}", page.get(KEY, ""))
        for number, page in enumerate(found.pages, 1)
    )
    for place in places:
        check_limit("a label", len(place[2]), limits.label_bytes)
        if place[2]:
            yield place


# -- writing -------------------------------------------------------------------------------------


def _check_open(document: Document) -> None:
    if document.encrypted:
        raise PlanError("the PDF is encrypted; decrypt it first")


def _end_of_others(document: Document) -> int:
    """Return where the file ends without an update of ours that can be replaced.

    Raises:
        PlanError: the update lies under later changes, so its label would stay in the file.
    """
    update = pdf_update.replaceable(document)
    if update is not None:
        return update.start
    kinds = {pdf_update.INFO, pdf_update.KEPT}
    if any(item.kind in kinds for item in pdf_update.own(document)):
        raise PlanError(
            "later changes or a signature cover the label that this program put into the PDF, "
            "so it cannot be replaced; rewrite the file as one revision first"
        )
    return document.view.size


def _info_update(base: Document, payload: str) -> bytes:
    ref = base.trailer.get("Info")
    info = base.resolve(ref)
    if not isinstance(info, Dictionary):
        info, ref = Dictionary(), None
    changes: dict[str, bytes | None] = dict.fromkeys(_label_keys(base, info))
    body = info.render(changes | {KEY: text_string(payload)})
    ref = ref if isinstance(ref, Ref) else Ref(base.size, 0)
    return pdf_update.append(base, {ref: body}, pdf_update.INFO, {"Info": bytes(ref)})


def _taken_out(base: Document) -> dict[Ref, bytes]:
    """Return the objects that hold a label in another place, without it."""
    objects: dict[Ref, bytes] = {}
    holders = [(base.trailer.get("Root"), base.catalog())]
    holders += ((page.ref, page.dictionary) for page in base.pages())
    for ref, dictionary in holders:
        if _text(base, dictionary, KEY):
            if not isinstance(ref, Ref) or pdf_signature.signed(base):
                raise PlanError(
                    "an older label in the catalog or a page of the signed PDF cannot be taken out"
                )
            objects[ref] = dictionary.render({KEY: None})
    if any(_packet_slots(base)):
        objects |= _emptied_packet(base)
    return objects


def _key(slot: Slot) -> tuple[str, str]:
    return slot.site, slot.location


def _edited(base: Document, slot: Slot, payload: str) -> dict[Ref, bytes]:
    """Return the object that holds a label, with another text in its place."""
    if slot.site.startswith("pdf.Metadata"):
        from ailabel.codecs.xmp_amend import amended

        limits = base.view.limits
        return _changed_packet(base, lambda data: amended(data, _PROPERTY, slot, payload, limits))
    where, _, key = slot.location.partition("/")
    holders: list[tuple[object, object]] = [
        (base.trailer.get("Info"), base.resolve(base.trailer.get("Info"))),
        (base.trailer.get("Root"), base.catalog()),
        *((page.ref, page.dictionary) for page in base.pages()),
    ]
    names = ["Info", "Root", *(f"Page {number}" for number in range(1, len(holders) - 1))]
    ref, holder = holders[names.index(where)]
    signed = where != "Info" and pdf_signature.signed(base)
    if signed or not isinstance(ref, Ref) or not isinstance(holder, Dictionary):
        raise unkept(slot)
    return {ref: holder.render({key: text_string(payload)})}


def _emptied_packet(base: Document) -> dict[Ref, bytes]:
    return _changed_packet(base, lambda packet: xmp.vacate(packet, _PROPERTY, base.view.limits))


def _changed_packet(base: Document, change: Callable[[bytes], bytes]) -> dict[Ref, bytes]:
    ref = base.catalog().get("Metadata")
    stream = base.resolve(ref)
    if not isinstance(ref, Ref) or not isinstance(stream, Stream):
        raise MalformedFileError("{structure} is missing", structure="the PDF metadata stream")
    limits = base.view.limits
    packet = change(base.data(stream, limits.metadata_bytes))
    head = stream.dictionary.render(
        {"Filter": None, "DecodeParms": None, "Length": b"%d" % len(packet)}
    )
    return {ref: b"%b\nstream\n%b\nendstream" % (head, packet)}


# -- essence -------------------------------------------------------------------------------------


class _Content:
    """Describes values so that equal content gives equal bytes, whatever numbers objects have."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._names: dict[int, int] = {}
        self._queue: deque[Ref] = deque()

    def describe(self, value: object) -> Iterator[Essence]:
        """Yield a value, and every object that it leads to and that was not yielded before."""
        yield self._bytes(value)
        while self._queue:
            found = self._document.resolve(self._queue.popleft())
            if isinstance(found, Stream):
                yield self._bytes(found.dictionary)
                yield Span(found.offset, found.length)
            else:
                yield self._bytes(found)

    def _bytes(self, value: object) -> bytes:
        if isinstance(value, Ref):
            return b"@%d " % self._name(value)
        if isinstance(value, dict):
            entries = sorted((key, item) for key, item in value.items() if key not in _ASIDE)
            return b"<%b>" % b"".join(
                self._bytes(Name(key)) + self._bytes(item) for key, item in entries
            )
        if isinstance(value, Array):
            return b"[%b]" % b"".join(self._bytes(item) for item in value)
        if isinstance(value, bytes):
            return b"%d:%b" % (len(value), value)
        if isinstance(value, Name):
            return b"/%d:%b" % (len(value), value.encode("latin-1"))
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return f"{value!r} ".encode("ascii")

    def _name(self, ref: Ref) -> int:
        if ref.number not in self._names:
            check_limit(
                "the number of PDF objects", len(self._names), self._document.view.limits.items
            )
            self._names[ref.number] = len(self._names)
            self._queue.append(ref)
        return self._names[ref.number]
