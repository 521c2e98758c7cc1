"""Exif: putting a text into UserComment, and taking texts out [CIPA DC-008 4.6.5].

Programs keep offsets of their own in Exif (thumbnails, maker notes), so nothing in it ever moves: a
new directory and a new value stand behind everything else, and a pointer is turned to them. The
next text takes the place of the one at the end, so that nothing of it stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import tiff, tiff_file
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import Edit, apply
from ailabel.spi import unkept
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from ailabel.codecs.tiff import ExifText
    from ailabel.codecs.tiff_file import Directory, Entry, Layout
    from ailabel.io.source import Limits
    from ailabel.spi import Slot

__all__ = ["PREFIX", "blank", "is_own", "is_tiff", "new", "put", "rewritten"]

PREFIX: Final = b"Exif\0\0"  # before the TIFF, in JPEG and in what was copied from it
_ASCII: Final = b"ASCII\0\0\0"  # the character code of the comment [Exif 4.6.5]
_EXIF_IFD: Final = 0x8769
_VERSION: Final = 0x9000  # an Exif directory must say it [Exif 4.6.5]
_COMMENT: Final = 0x9286
_LONG: Final = 4
_UNDEFINED: Final = 7  # [TIFF6 2]
_FORM: Final = tiff_file.Layout("big", big=False)  # of what `new` returns
_LINK: Final = 26  # where its Exif directory stands: behind a directory of one entry
_VALUE: Final = 56  # where its comment stands: behind a directory of two


def new(comment: str) -> bytes:
    """Return an Exif TIFF that holds an ASCII comment, its own version, and nothing else."""
    value = _ASCII + comment.encode("ascii")
    head = b"MM\0*" + (8).to_bytes(4, "big")
    first = b"\0\x01" + _FORM.pack(_EXIF_IFD, _LONG, 1, _LINK) + bytes(4)
    return head + first + _directory(_FORM, _LINK, value)


def is_tiff(head: bytes) -> bool:
    """Say whether the first bytes are those of a TIFF."""
    return head[:4] in (b"II*\0", b"MM\0*")


def is_own(data: bytes) -> bool:
    """Say whether Exif is what `new` returns, so that nothing foreign stands in it."""
    data = data.removeprefix(PREFIX)
    text = data[_VALUE + len(_ASCII) :]
    return text.isascii() and data == new(text.decode("ascii"))


def blank(data: bytes, accepts: Callable[[str], bool], limits: Limits) -> bytes:
    """Return Exif in which the texts that are accepted are overwritten; the rest stays.

    Args:
        data: the TIFF, `PREFIX` before it or not.
        accepts: says of a text whether it is to go.
        limits: as for `tiff.texts`.
    """
    return apply(data, _blanks(data, accepts, limits))


def put(data: bytes, comment: str, accepts: Callable[[str], bool], limits: Limits) -> bytes:
    """Return Exif with a comment that all its readers find, and no other text that is accepted.

    Args:
        data: the TIFF, `PREFIX` before it or not.
        comment: ASCII.
        accepts: says of a text whether it may be overwritten; a blank comment always may.
        limits: bound the number of directories and entries.

    Raises:
        PlanError: the Exif is damaged, or its comment says something else.
    """
    prefix = PREFIX if data.startswith(PREFIX) else b""
    try:
        file = _open(data[len(prefix) :], limits)
        old = _replaceable(file, accepts)
    except MalformedFileError as error:
        raise PlanError(
            "the Exif is damaged, so no comment can be put into it; use --slot official"
        ) from error
    value = _ASCII + comment.encode("ascii")
    stale = _blanks(file.view.data, accepts, limits)
    if old is None or not _stands_last(file, old):
        edits = _appended(file, old, value)
    else:
        place = old.place
        packed = file.form.pack(_COMMENT, _UNDEFINED, len(value), place)
        edits = [Edit(old.offset, len(packed), packed), Edit(place, old.length, value)]
        stale = {edit for edit in stale if edit.offset < place}
    return prefix + apply(file.view.data, [*edits, *stale])


def rewritten(data: bytes, slot: Slot, text: str, limits: Limits) -> bytes:
    """Return Exif with another text in the place of one, in the same field and encoding.

    Args:
        data: the TIFF, `PREFIX` before it or not.
        slot: holds the text; its location ends as that of `tiff.texts`.
        text: the new one.
        limits: as for `tiff.texts`.

    Raises:
        PlanError: the Exif is damaged, or the text cannot be edited there.
    """
    prefix = PREFIX if data.startswith(PREFIX) else b""
    found = next(
        (
            item
            for item in tiff.texts(data, limits)
            if slot.location.endswith(item.location) and item.text == slot.payload
        ),
        None,
    )
    try:
        file = _open(data[len(prefix) :], limits)
        entry = _entry_of(file, found, len(prefix)) if found else None
    except MalformedFileError:
        entry = None
    if found is None or entry is None:
        raise unkept(slot)
    raw = tiff.respelt(found, text, file.form.order)
    if raw is None:
        raise unkept(slot)
    return prefix + apply(file.view.data, _placed(file, entry, raw))


def _entry_of(file: _File, found: ExifText, start: int) -> Entry | None:
    """Return the entry of a text; None where several have the same value."""
    entries = [
        entry
        for directory in file.directories
        for entry in directory.entries
        if entry.place == found.offset - start and not entry.inline
    ]
    return entries[0] if len(entries) == 1 and entries[0].length == found.length else None


def _placed(file: _File, entry: Entry, raw: bytes) -> list[Edit]:
    """Put another value in the place of an entry's: where it fits, or behind everything else."""
    view, form = file.view, file.form
    if len(raw) == entry.length:
        return [Edit(entry.place, entry.length, raw)]
    start = entry.place
    edits = [Edit(start, entry.length, raw)]
    if not _stands_last(file, entry):
        start = view.size + view.size % 2
        tail = Edit(view.size, 0, bytes(view.size % 2) + raw)
        edits = [Edit(entry.place, entry.length, bytes(entry.length)), tail]
    packed = form.pack(entry.tag, entry.type, len(raw), start)
    return [Edit(entry.offset, len(packed), packed), *edits]


@frozen(kw_only=True)
class _File:
    """An Exif TIFF, and where its Exif directory is named.

    Args:
        view: its bytes.
        form: how it writes its numbers.
        directories: all of them.
        pointer: the entry of the first directory that names the Exif directory, if there is one.
        exif: that directory.
    """

    view: BytesView
    form: Layout
    directories: tuple[Directory, ...]
    pointer: Entry | None
    exif: Directory | None


def _open(data: bytes, limits: Limits) -> _File:
    view = BytesView(data, limits=limits)
    form = tiff_file.layout(view)
    if form is None or form.big:
        raise MalformedFileError("the TIFF header is missing", offset=0)
    found = tuple(tiff_file.directories(view, form))
    pointer = next((entry for entry in found[0].entries if entry.tag == _EXIF_IFD), None)
    exif = next((item for item in found if item.name == "ExifIFD"), None)
    if pointer is not None and exif is None:
        raise MalformedFileError("the first TIFF directory is damaged", offset=pointer.offset)
    return _File(view=view, form=form, directories=found, pointer=pointer, exif=exif)


def _blanks(data: bytes, accepts: Callable[[str], bool], limits: Limits) -> set[Edit]:
    return {tiff.blank(found) for found in tiff.texts(data, limits) if accepts(found.text)}


def _replaceable(file: _File, accepts: Callable[[str], bool]) -> Entry | None:
    """Return the entry of the comment that is there, which must be blank or accepted."""
    found = [entry for entry in file.exif.entries if entry.tag == _COMMENT] if file.exif else []
    for entry in found:
        raw = file.view.read(entry.place, entry.length, "an Exif comment")
        text = tiff.decode(_COMMENT, raw, file.form.order)
        known = entry.type in tiff_file.BYTE_TYPES
        if not known or (text and not accepts(text)):
            raise PlanError(
                "the Exif UserComment says something else, which a label would overwrite; use "
                "--slot official"
            )
    return found[0] if found else None


def _stands_last(file: _File, entry: Entry) -> bool:
    """Say whether a value ends the data and no other structure reaches into it."""
    if entry.inline or entry.place % 2 or entry.place + entry.length != file.view.size:
        return False
    return all(item.end <= entry.place for item in file.directories) and all(
        other.inline or other.place + other.length <= entry.place
        for item in file.directories
        for other in item.entries
        if other.offset != entry.offset
    )


def _appended(file: _File, old: Entry | None, value: bytes) -> list[Edit]:
    """Put a value behind everything else, with the directories that lead to it."""
    view, form = file.view, file.form
    pad = bytes(view.size % 2)  # [TIFF6 2]: values and directories begin on a word
    start = view.size + len(pad)
    if old is not None:
        link = Edit(old.offset, form.entry, form.pack(_COMMENT, _UNDEFINED, len(value), start))
        return [link, Edit(view.size, 0, pad + value)]
    if file.exif is not None and file.pointer is not None:
        named = form.pack(_EXIF_IFD, _LONG, 1, start)
        link = Edit(file.pointer.offset, form.entry, named)
        tail = _with_comment(file, file.exif, start, value)
        return [link, Edit(view.size, 0, pad + tail)]
    first = file.directories[0]
    below = start + tiff_file.copy_length(form, first)
    copy = tiff_file.copied(view, form, first, form.pack(_EXIF_IFD, _LONG, 1, below))
    link = Edit(form.first, form.word, start.to_bytes(form.word, form.order))
    return [link, Edit(view.size, 0, pad + copy + _directory(form, below, value))]


def _with_comment(file: _File, exif: Directory, start: int, value: bytes) -> bytes:
    """Return a copy of the Exif directory, for a place, with an entry more; and its value."""
    place = start + tiff_file.copy_length(file.form, exif)
    entry = file.form.pack(_COMMENT, _UNDEFINED, len(value), place)
    return tiff_file.copied(file.view, file.form, exif, entry) + value


def _directory(form: Layout, start: int, value: bytes) -> bytes:
    """Return an Exif directory, for a place, that holds the comment alone; and its value."""
    fields = (2).to_bytes(2, form.order) + form.pack(_VERSION, _UNDEFINED, 4, 0)[:-4] + b"0232"
    place = start + len(fields) + form.entry + form.word
    return fields + form.pack(_COMMENT, _UNDEFINED, len(value), place) + bytes(form.word) + value
