"""Incremental updates: what is appended to a PDF, and what we appended before [ISO32000-2 7.5.6].

An update of ours says so in its trailer: ``/AILabel <</Kind /Info /From 1234>>``, where `From` is
how long the file was before. The entry alone proves nothing, because other tools copy trailers;
`own` believes it only where nothing but whole objects and their cross-references stands from there
on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.pdf import Document
from ailabel.codecs.pdf_syntax import Dictionary, Name, Ref
from ailabel.errors import PlanError
from ailabel.io.splice import Edit, SplicedView
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.codecs.pdf_xref import Section
    from ailabel.io.source import View

__all__ = [
    "CLEAN",
    "INFO",
    "KEPT",
    "STAMP",
    "TAG",
    "Own",
    "append",
    "extended",
    "own",
    "replaceable",
    "shortened",
    "stream_object",
]

TAG: Final = "AILabel"  # a second-class name [ISO32000-2 annex E]
INFO: Final = "Info"  # kinds of updates: the information dictionary and nothing else
CLEAN: Final = "Clean"  # metadata in other places, emptied
KEPT: Final = "Kept"  # a label that was edited where it stands
STAMP: Final = "Stamp"  # something drawn on pages
_DROPPED: Final = (  # what belongs to one section alone [ISO32000-2 tables 5, 15, 17, 19]
    "Prev",
    "XRefStm",
    "Type",
    "W",
    "Index",
    "Length",
    "Filter",
    "DecodeParms",
    "F",
    "FFilter",
    "FDecodeParms",
    "DL",
    TAG,
)
_END_OF_OBJECT: Final = re.compile(rb"\s*(?:endstream\s+)?endobj\s*")
_END: Final = re.compile(rb"\s*(?:endstream\s+endobj\s+)?startxref\s+(\d{1,15})\s+%%EOF\s?")
_GAP: Final = 64  # bytes between objects of ours, at the most
_OBJECTS: Final = 64  # objects in an update of ours, at the most
_MAX_OFFSET: Final = 9_999_999_999  # ten digits
_BYTES: Final = 4  # of an offset in a cross-reference stream, usually


@frozen
class Own:
    """An update of ours: its kind, where it begins and ends, and the objects in it."""

    kind: str
    start: int
    end: int
    numbers: tuple[int, ...]


def own(document: Document) -> list[Own]:
    """Find the updates of ours, newest first; later updates of others may cover them."""
    found = (_own(document, section) for section in document.sections)
    return [item for item in found if item is not None]


def replaceable(document: Document) -> Own | None:
    """Return the newest update of ours that holds a label, if only blanks stand behind it."""
    found = own(document)
    if not found or found[0].kind not in {INFO, KEPT}:
        return None
    rest = document.view.read_some(found[0].end, _GAP)
    whole = found[0].end + len(rest) == document.view.size
    return found[0] if whole and not rest.strip() else None


def append(
    document: Document,
    objects: Mapping[Ref, bytes],
    kind: str,
    changes: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return what to put at the end of a file, so that it holds these objects.

    Args:
        document: the file.
        objects: the objects' bytes, between ``obj`` and ``endobj``.
        kind: what the update is for; `own` gives it back.
        changes: entries of the trailer that are new or replaced.

    Raises:
        PlanError: the file is too long for its own cross-references.
    """
    view = document.view
    start = view.size
    pieces = [b"" if view.read_some(start - 1, 1) in (b"\n", b"\r") else b"\n"]
    position = start + len(pieces[0])
    places: dict[Ref, int] = {}
    for ref in sorted(objects, key=lambda item: item.number):
        places[ref] = position - document.shift
        pieces.append(b"%d %d obj\n%b\nendobj\n" % (ref.number, ref.generation, objects[ref]))
        position += len(pieces[-1])
    trailer = {
        "Size": b"%d" % max(document.size, *(ref.number + 1 for ref in objects)),
        **(changes or {}),
        "Prev": b"%d" % document.start,
        TAG: b"<</Kind /%b /From %d>>" % (kind.encode("ascii"), start),
    }
    position -= document.shift
    write = _packed_section if document.sections[0].stream else _text_section
    pieces += (write(document, places, trailer, position), b"startxref\n%d\n%%%%EOF\n" % position)
    return b"".join(pieces)


def extended(document: Document, tail: bytes) -> Document:
    """Open the file as it reads with an update appended."""
    return Document(SplicedView(document.view, (Edit(document.view.size, 0, tail),)))


def shortened(view: View, end: int) -> View:
    """Return the file as it was when it ended at an offset."""
    return view if end == view.size else SplicedView(view, (Edit(end, view.size - end, b""),))


def stream_object(data: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object; `entries` are further entries of its dictionary, as bytes."""
    head = b"<</Length %d%b>>\nstream\n" % (len(data), b"\n" + entries if entries else b"")
    return head + data + b"\nendstream"


def _text_section(
    document: Document, places: Mapping[Ref, int], trailer: dict[str, bytes], position: int
) -> bytes:
    if position > _MAX_OFFSET:
        raise PlanError("the file is too long for the cross-reference table of a PDF")
    lines = [b"xref\n"]
    for first, refs in _runs(places):
        lines.append(b"%d %d\n" % (first, len(refs)))
        lines += (b"%010d %05d n\r\n" % (places[ref], ref.generation) for ref in refs)
    lines += (b"trailer\n", _trailer(document, trailer), b"\n")
    return b"".join(lines)


def _packed_section(
    document: Document, places: Mapping[Ref, int], trailer: dict[str, bytes], position: int
) -> bytes:
    own_ref = Ref(int(trailer["Size"]), 0)
    places = {**places, own_ref: position}
    width = max(_BYTES, (position.bit_length() + 7) // 8)
    index: list[bytes] = []
    rows: list[bytes] = []
    for first, refs in _runs(places):
        index.append(b"%d %d" % (first, len(refs)))
        rows += (
            b"\x01" + places[ref].to_bytes(width, "big") + ref.generation.to_bytes(2, "big")
            for ref in refs
        )
    data = b"".join(rows)
    head = {
        "Type": b"/XRef",
        "W": b"[1 %d 2]" % width,
        "Index": b"[%b]" % b" ".join(index),
        "Length": b"%d" % len(data),
    }
    trailer = {**head, **trailer, "Size": b"%d" % (own_ref.number + 1)}
    body = _trailer(document, trailer)
    return b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (own_ref.number, body, data)


def _trailer(document: Document, trailer: dict[str, bytes]) -> bytes:
    changes: dict[str, bytes | None] = dict.fromkeys(_DROPPED)
    changes.update(trailer)
    return document.trailer.render(changes)


def _runs(places: Mapping[Ref, int]) -> list[tuple[int, list[Ref]]]:
    """Group references by consecutive numbers."""
    runs: list[tuple[int, list[Ref]]] = []
    for ref in sorted(places, key=lambda item: item.number):
        if runs and runs[-1][1][-1].number + 1 == ref.number:
            runs[-1][1].append(ref)
        else:
            runs.append((ref.number, [ref]))
    return runs


def _own(document: Document, section: Section) -> Own | None:
    tag = section.trailer.get(TAG)
    kind, start = (
        (tag.get("Kind"), tag.get("From")) if isinstance(tag, Dictionary) else (None, None)
    )
    if not isinstance(kind, Name) or not isinstance(start, int) or start >= section.offset:
        return None
    view = document.view
    places = _places(document, section)
    position = start + (view.read_some(start, 1) in (b"\n", b"\r"))
    for place, number in sorted((place, number) for number, place in places.items()):
        if place != position:
            return None
        position = document.object_at(place, number)[1]
        gap = _END_OF_OBJECT.match(view.read_some(position, _GAP))
        position += gap.end() if gap else 0
    end = _END.match(view.read_some(section.end, _GAP))
    if position != section.offset or end is None or int(end[1]) + document.shift != section.offset:
        return None
    return Own(str(kind), start, section.end + end.end(), tuple(sorted(places)))


def _places(document: Document, section: Section) -> dict[int, int]:
    """Return where the objects of a section stand; none if they are too many to be ours."""
    numbers = section.table.numbers(_OBJECTS)
    places = {}
    for number in numbers if len(numbers) <= _OBJECTS else ():
        fields = section.table.find(document.view, number)
        place = fields[1] + document.shift if fields else 0
        if place != section.offset:
            places[number] = place
    return places
