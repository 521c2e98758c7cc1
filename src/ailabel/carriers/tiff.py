"""The implicit label in TIFF and BigTIFF: the XMP packet of the first directory.

The packet is tag 700 of IFD0, type UNDEFINED [XMP3 1.1.3.3; TC260 practice guide on images]. It
always stands at the end of the file, where a later label takes its place, so no strip ever moves
and no history is kept: a file without the tag gets a copy of IFD0 with one entry more, and the
packet behind it [TIFF6 2]; a packet elsewhere in the file gives way to one at the end, and its old
place is filled with zeros.

The essence is, for each picture in the order of the chain, the coded strips or tiles and the fields
that decide how they decode (`codecs.tiff_essence`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import tiff_file
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot, no_packet, unkept
from ailabel.standard.slots import XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ailabel.codecs.tiff import ExifText
    from ailabel.codecs.tiff_file import Directory, Entry, Layout
    from ailabel.codecs.xmp import Property
    from ailabel.io.source import View
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_FORMAT: Final = Format(
    id="tiff", name="TIFF", medium=Medium.IMAGE, suffixes=(".tif", ".tiff"), mime="image/tiff"
)
_XMP: Final = 700  # [XMP3 1.1.3.3]
_UNDEFINED: Final = 7  # [TIFF6 2]
_OFFICIAL_TYPES: Final = (1, _UNDEFINED)  # the specification of XMP allows BYTE too
_DNG_VERSION: Final = 50706  # [DNG 1.7]
_RAW_SUFFIXES: Final = (
    *(".3fr", ".arw", ".cr2", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos"),
    *(".nef", ".nrw", ".pef", ".raf", ".sr2", ".srw"),
)
_CR2: Final = b"CR"  # of Canon, behind the header


@frozen(kw_only=True)
class _Packet:
    """One XMP packet.

    Args:
        entry: where it is named.
        name: of the directory.
        data: its bytes.
        main: whether it is the one that speaks of the file.
    """

    entry: Entry
    name: str
    data: bytes
    main: bool


@frozen
class _File:
    """A file with its directories."""

    view: View
    form: Layout
    directories: tuple[Directory, ...]

    @property
    def main(self) -> Entry | None:
        """The entry whose packet speaks of the file."""
        entries = self.directories[0].entries
        return next((entry for entry in entries if entry.tag == _XMP), None)


class _Tiff:
    """The carrier of TIFF."""

    formats: Sequence[Format] = (_FORMAT,)
    signatures: Sequence[Signature] = tuple(
        Signature(((0, head),)) for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
    )

    def sniff(self, view: View) -> Match | None:
        """Claim what has TIFF's header, or BigTIFF's."""
        return None if tiff_file.layout(view) is None else Match(_FORMAT, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find the labels in the XMP packets and the texts of all directories."""
        file = _open(view)
        slots = [slot for packet in _packets(file) for slot in _slots(view, packet)]
        slots += [_text_slot(found) for found in _texts(file)]
        return sorted(slots, key=lambda slot: slot.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the packet of IFD0, at the end of the file.

        Raises:
            PlanError: it is a camera's raw file, a packet is damaged, or 4 GiB do not suffice.
        """
        from ailabel.codecs import tiff

        file = _open(view)
        _refuse_raw(file)
        edits = []
        for packet in _packets(file):
            if packet.main:
                edits += _relabelled(file, packet, payload)
            else:
                edits += _vacated(view, packet)
        if file.main is None:
            edits += _new_directory(file, payload)
        return [*edits, *{tiff.blank(found) for found in _texts(file)}]

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its packet or text; where it grows, its value moves to the end.

        Raises:
            PlanError: as `write`, or several fields share the value.
        """
        from ailabel.codecs import tiff
        from ailabel.codecs.xmp_amend import amended

        file = _open(view)
        _refuse_raw(file)
        for packet in _packets(file):
            if slot in list(_slots(view, packet)):
                data = amended(packet.data, _property(), slot, payload, view.limits)
                return _moved(file, packet.entry, slot, data)
        found = next(item for item in _texts(file) if item.offset == slot.offset)
        raw = tiff.respelt(found, payload, file.form.order)
        places = (entry for item in file.directories for entry in item.entries)
        entry = next(entry for entry in places if entry.place == slot.offset)
        if raw is None:
            raise unkept(slot)
        return _moved(file, entry, slot, raw)

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        file = _open(view)
        main = next((packet for packet in _packets(file) if packet.main), None)
        if main is None:
            raise no_packet()
        packet = change(main.data)
        return _put_back(file, main, packet) if packet != main.data else []

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield the strips or tiles of each picture, and what decides how they decode."""
        from ailabel.codecs.tiff_essence import essence

        return essence(view, _layout(view))

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packet at the end."""
        from ailabel.codecs import xmp

        file = _open(view)
        main = next((packet for packet in _packets(file) if packet.main), None)
        if main is None or not _at_end(view, main.entry):
            return []
        packet = xmp.compact(main.data)
        return [] if packet == main.data else _replaced(file, main.entry, packet)


CARRIER: Final[Carrier] = _Tiff()


def _layout(view: View) -> Layout:
    form = tiff_file.layout(view)
    if form is None:
        raise MalformedFileError("the TIFF header is missing", offset=0)
    return form


def _open(view: View) -> _File:
    form = _layout(view)
    return _File(view, form, tiff_file.walked(view, form))


def _property() -> Property:
    from ailabel.codecs.xmp import Property
    from ailabel.standard.schema import is_label

    return Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY, is_label)


# -- reading -------------------------------------------------------------------------------------


def _packets(file: _File) -> Iterator[_Packet]:
    """Yield the XMP packets; one that several directories share once."""
    taken: set[int] = set()
    total = 0
    main = file.main
    for directory in file.directories:
        for entry in directory.entries:
            if entry.tag != _XMP or entry.place in taken:
                continue
            if entry is not main and not _is_readable(file.view, entry):
                continue
            taken.add(entry.place)
            total += entry.length
            check_limit("the XMP packets", total, file.view.size)
            data = file.view.read_metadata(entry.place, entry.length, "an XMP packet")
            yield _Packet(entry=entry, name=directory.name, data=data, main=entry is main)


def _is_readable(view: View, entry: Entry) -> bool:
    """Say whether an entry holds bytes of the file."""
    return entry.type in tiff_file.BYTE_TYPES and entry.place + entry.length <= view.size


def _slots(view: View, packet: _Packet) -> Iterator[Slot]:
    from ailabel.codecs import xmp

    for found in xmp.find(packet.data, _property(), view.limits):
        check_limit("a label", len(found.raw), view.limits.label_bytes)
        where = f"XMP/{XMP_PREFIX}:{XMP_PROPERTY}"
        yield Slot(
            location=f"{packet.name}/{where}",
            offset=packet.entry.place,
            raw=found.raw,
            payload=found.value,
            site=f"tiff.{_kind(packet.name)}/{where}",
            official=packet.main
            and packet.entry.type in _OFFICIAL_TYPES
            and found.form != "damaged",
        )


def _texts(file: _File) -> Iterator[ExifText]:
    """Yield the texts that hold a label; a value that directories share once."""
    from ailabel.codecs import tiff
    from ailabel.standard.schema import is_label

    view, taken, total = file.view, set(), 0
    for directory in file.directories:
        for entry in directory.entries:
            if (
                entry.tag not in tiff.TEXT_TAGS
                or entry.place in taken
                or entry.length > 2 * view.limits.label_bytes
                or not _is_readable(view, entry)
            ):
                continue
            taken.add(entry.place)
            total += entry.length
            check_limit("the TIFF texts", total, view.size)
            raw = view.read(entry.place, entry.length)
            text = tiff.decode(entry.tag, raw, file.form.order)
            if is_label(text):
                yield tiff.ExifText(
                    tag=entry.tag,
                    location=f"{directory.name}/{tiff.TEXT_TAGS[entry.tag]}",
                    text=text,
                    raw=raw,
                    offset=entry.place,
                    length=entry.length,
                )


def _text_slot(found: ExifText) -> Slot:
    name, _, field = found.location.rpartition("/")
    return Slot(
        location=found.location,
        offset=found.offset,
        raw=found.raw,
        payload=found.text,
        site=f"tiff.{_kind(name)}/{field}",
        official=False,
    )


def _kind(name: str) -> str:
    """Return what kind of directory it is: the first, that of another page, or one below."""
    last = name.rpartition("/")[2]
    return "IFDn" if last.startswith("IFD") and last != "IFD0" else last


# -- writing -------------------------------------------------------------------------------------


def _refuse_raw(file: _File) -> None:
    """Refuse what only looks like a TIFF: programs read raw files by fixed places."""
    is_raw = any(entry.tag == _DNG_VERSION for entry in file.directories[0].entries)
    is_raw |= (file.view.name or "").lower().endswith(_RAW_SUFFIXES)
    if is_raw or file.view.read_some(2 * file.form.word, len(_CR2)) == _CR2:
        raise PlanError("a camera's raw file is not changed; label the picture made from it")


def _relabelled(file: _File, packet: _Packet, payload: str) -> list[Edit]:
    """Put the label into the file's packet; it moves to the end where it does not stand there."""
    from ailabel.codecs import xmp

    try:
        data = xmp.put(packet.data, _property(), payload, file.view.limits)
    except MalformedFileError as error:
        raise _unreadable(packet) from error
    return _put_back(file, packet, data)


def _put_back(file: _File, packet: _Packet, data: bytes) -> list[Edit]:
    """Put other data into the place of the file's packet, at the end of the file."""
    entry = packet.entry
    if _at_end(file.view, entry) and not _is_shared(file, entry):
        return _replaced(file, entry, data)
    edits = _placed(file, entry, _even(file.view.size), data)
    if not entry.inline and _is_shared(file, entry):
        edits += _vacated(file.view, packet)
    elif not entry.inline:
        edits.append(Edit(entry.place, entry.length, bytes(entry.length)))
    return [*edits, Edit(file.view.size, 0, bytes(file.view.size % 2) + data)]


def _replaced(file: _File, entry: Entry, data: bytes) -> list[Edit]:
    """Put another packet into the place of the one at the end."""
    edits = _placed(file, entry, entry.place, data)
    if file.view.read(entry.place, entry.length) != data:
        edits.append(Edit(entry.place, entry.length, data))
    return edits


def _placed(file: _File, entry: Entry, place: int, data: bytes) -> list[Edit]:
    """Make an entry point at a packet."""
    _check_size(file.form, place + len(data))
    packed = file.form.pack(_XMP, _UNDEFINED, len(data), place)
    old = file.view.read(entry.offset, len(packed))
    return [] if old == packed else [Edit(entry.offset, len(packed), packed)]


def _moved(file: _File, entry: Entry, slot: Slot, data: bytes) -> list[Edit]:
    """Put another value in the place of an entry's: where it fits, or at the end of the file."""
    view = file.view
    if _is_shared(file, entry) or entry.inline:
        raise unkept(slot)
    if len(data) == entry.length:
        return [Edit(entry.place, entry.length, data)]
    start = entry.place if _at_end(view, entry) else _even(view.size)
    _check_size(file.form, start + len(data))
    packed = file.form.pack(entry.tag, entry.type, len(data), start)
    edits = [Edit(entry.offset, len(packed), packed)]
    if start == entry.place:
        return [*edits, Edit(entry.place, entry.length, data)]
    tail = Edit(view.size, 0, bytes(view.size % 2) + data)
    return [*edits, Edit(entry.place, entry.length, bytes(entry.length)), tail]


def _new_directory(file: _File, payload: str) -> list[Edit]:
    """Copy IFD0 to the end of the file, with an entry for the packet that follows it."""
    from ailabel.codecs import xmp

    view, form, first = file.view, file.form, file.directories[0]
    start = _even(view.size)
    packet = xmp.new_packet(_property(), payload)
    place = start + tiff_file.copy_length(form, first)
    entry = form.pack(_XMP, _UNDEFINED, len(packet), place)
    copy = tiff_file.copied(view, form, first, entry)
    _check_size(form, start + len(copy) + len(packet))
    here = start.to_bytes(form.word, form.order)
    loops = tiff_file.loops(view, form, file.directories)
    if first in loops:
        copy = copy[: -form.word] + here
    return [
        Edit(form.first, form.word, here),
        *(Edit(item.end - form.word, form.word, here) for item in loops if item is not first),
        Edit(view.size, 0, bytes(view.size % 2) + copy + packet),
    ]


def _vacated(view: View, packet: _Packet) -> Iterable[Edit]:
    """Take the label out of a packet in its place, filled up to its length."""
    from ailabel.codecs import xmp

    if not xmp.find(packet.data, _property(), view.limits):
        return
    try:
        data = xmp.vacate(packet.data, _property(), view.limits)
    except MalformedFileError as error:
        raise _unreadable(packet) from error
    fill = b"\0" if b"\0" in data else b" "  # blanks would be other characters in UTF-16
    yield Edit(packet.entry.place, packet.entry.length, data.ljust(packet.entry.length, fill))


def _at_end(view: View, entry: Entry) -> bool:
    end = entry.place + entry.length
    return not entry.inline and end == view.size and entry.place % 2 == 0


def _is_shared(file: _File, entry: Entry) -> bool:
    """Say whether another entry has the same value.

    Raises:
        PlanError: another structure stands on a part of it.
    """
    end, shared = entry.place + entry.length, False
    for directory in file.directories:
        crossed = directory.offset < end and entry.place < directory.end
        for other in directory.entries:
            if other.inline or other.offset == entry.offset:
                continue
            same = (other.place, other.length) == (entry.place, entry.length)
            shared |= same
            crossed |= not same and other.place < end and entry.place < other.place + other.length
        if crossed:
            raise PlanError(
                "the XMP packet at byte {offset} stands on other parts of the file, so it cannot "
                "be changed",
                offset=entry.place,
            )
    return shared


def _even(offset: int) -> int:
    return offset + offset % 2  # [TIFF6 2]: values and directories begin on a word


def _check_size(form: Layout, size: int) -> None:
    if not form.big and size >= 1 << 32:
        raise PlanError("the file would be too large for a TIFF; convert it into a BigTIFF")


def _unreadable(packet: _Packet) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=packet.entry.place,
    )
