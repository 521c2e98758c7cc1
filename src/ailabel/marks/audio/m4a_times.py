"""How long an M4A file lasts: its headers, its edit list, iTunes' note of gaps, its chapters.

A label before the content moves all of it by the label's frames, and a player goes on leaving out
the same number of samples at the beginning, which are the label's silence now. Behind the content,
a label makes the last block heard whole [ISO14496-12 8.2.2, 8.3.2, 8.4.2, 8.6.6].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_keys, bmff_tracks
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Changes
    from ailabel.codecs.bmff_tracks import Track
    from ailabel.io.source import View
    from ailabel.marks.audio.m4a_tables import Lasting
    from ailabel.marks.audio.m4a_track import Content

__all__ = ["lengthen", "skipped"]

_GAPS: Final = "iTunSMPB"  # a number, samples to skip, padding, samples to play, and more numbers
_PRIMING, _PADDING, _PLAYED = 1, 2, 3
_NORMAL_RATE: Final = 1 << 16
_TENTH_MICRO: Final = 10_000_000  # units of Nero's chapters in a second
_UNKNOWN: Final = {4: 0xFFFFFFFF, 8: 0xFFFFFFFFFFFFFFFF}


@frozen
class _Pick:
    """An entry of an edit list: how long, in the movie's time, and from where in the track's."""

    offset: int
    length: int
    start: int


def lengthen(view: View, changes: Changes, content: Content, lasting: Lasting) -> None:
    """Plan what says how long the sound is.

    Raises:
        MalformedFileError: a header is missing or too short.
        PlanError: the edit list picks several pieces, or begins late.
    """
    header = _header(view, content.moov, b"mvhd")
    scale = int.from_bytes(view.read(header.body + _at(view, header, 12, 20), 4), "big")
    media = _header(view, content.track.parts[b"mdia"], b"mdhd")
    _set(view, changes, media, _at(view, media, 16, 24), lasting.total)
    pick = _pick(view, content)
    end = lasting.total
    if pick is not None:
        played = round(pick.length * content.scale / scale) if scale else 0
        if not lasting.back and played:
            end = min(pick.start + played + lasting.front, lasting.total)
        length = -(-(end - pick.start) * scale // content.scale)
        item = _edits(view, content.track)
        if item is not None:
            _set(view, changes, item, pick.offset - item.body, length)
    shown = -(-(end - (pick.start if pick else 0)) * scale // content.scale)
    lengths = [shown + _empty(view, content)]
    track = content.track.parts[b"tkhd"]
    _set(view, changes, track, _at(view, track, 20, 28), lengths[0])
    if lasting.front:
        by = (content, lasting.front, scale)
        lengths += [_delay(view, changes, chapter, by) for chapter in content.chapters]
        _delay_nero(view, changes, content, lasting.front)
    _set(view, changes, header, _at(view, header, 16, 24), max(lengths))
    _renew_gaps(view, changes, content, lasting)


def skipped(view: View, content: Content) -> int:
    """Return how many samples at the beginning a player leaves out."""
    pick = _pick(view, content)
    if pick is not None:
        return pick.start * content.form.rate // content.scale
    for _, _, numbers in _gaps(view, content):
        return numbers[_PRIMING]
    return 0


def _header(view: View, parent: Box, kind: bytes) -> Box:
    found = bmff.find(view, parent, kind)
    if found is None:
        raise MalformedFileError("the {name} box is missing", name=bmff.name(kind))
    return found


def _at(view: View, header: Box, short: int, long: int) -> int:
    """Return where a field begins, in version 0 or 1 of a header."""
    at, width = (long, 8) if bmff.read_body(view, header, 1)[0] else (short, 4)
    bmff.read_body(view, header, at + width)
    return at


def _set(view: View, changes: Changes, item: Box, at: int, value: int) -> None:
    """Set a length, of four bytes in version 0 of a box, else of eight."""
    width = 8 if view.read(item.body, 1)[0] else 4
    if view.read(item.body + at, width) == b"\xff" * width:
        return  # not known, and it need not be
    if value >= _UNKNOWN[width]:
        raise PlanError("the {name} box would become too large", name=bmff.name(item.type))
    changes.replace(item, item.body + at, width, value.to_bytes(width, "big"))


# -- the edit list ---------------------------------------------------------------------------------


def _edits(view: View, track: Track) -> Box | None:
    return bmff.find(view, track.parts[b"edts"], b"elst") if b"edts" in track.parts else None


def _entries(view: View, item: Box) -> Iterator[tuple[int, int, int, int]]:
    """Yield the entries of an edit list: offset, length, start or -1, and speed."""
    body = bmff.read_body(view, item, 8)
    width = 8 if body[0] else 4
    count, size = int.from_bytes(body[4:8], "big"), 2 * width + 4
    if 8 + count * size > len(body):
        raise MalformedFileError("the {name} box is too short", offset=item.offset, name="elst")
    for at in range(8, 8 + count * size, size):
        length = int.from_bytes(body[at : at + width], "big")
        start = int.from_bytes(body[at + width : at + 2 * width], "big", signed=True)
        speed = int.from_bytes(body[at + 2 * width : at + size], "big")
        yield item.body + at, length, start, speed


def _pick(view: View, content: Content) -> _Pick | None:
    """Return the one entry that plays something; None where there is no edit list.

    Raises:
        PlanError: there are several, or it begins so late that the label would not be heard.
    """
    item = _edits(view, content.track)
    if item is None:
        return None
    found = [entry for entry in _entries(view, item) if entry[2] >= 0]
    late = content.scale // 5
    if len(found) != 1 or found[0][3] != _NORMAL_RATE or found[0][2] > late:
        raise PlanError(
            "the edit list picks pieces of the sound; apply it first, for example by ffmpeg -c:a "
            "aac"
        )
    offset, length, start, _ = found[0]
    return _Pick(offset, length, start)


def _empty(view: View, content: Content) -> int:
    """Return how long nothing is played at first, in the movie's time."""
    item = _edits(view, content.track)
    entries = _entries(view, item) if item is not None else ()
    return sum(length for _, length, start, _ in entries if start < 0)


# -- iTunes' note of gaps --------------------------------------------------------------------------


def _gaps(view: View, content: Content) -> Iterator[tuple[Box, bytes, list[int]]]:
    """Yield the note of gaps: the box of its value, its text, the numbers in it."""
    meta = bmff.find(view, content.moov, b"udta", b"meta")
    table = bmff_keys.load(view, meta) if meta is not None else None
    for item in table.items if table is not None else ():
        if item.box.type != b"----":
            continue
        for name, text, raw in bmff_keys.texts(view, item):
            if name != _GAPS:
                continue
            data = bmff.find(view, item.box, b"data")
            try:
                numbers = [int(word, 16) for word in text.split()]
            except ValueError:
                continue
            if data is not None and len(numbers) > _PLAYED:
                yield data, raw, numbers


def _renew_gaps(view: View, changes: Changes, content: Content, lasting: Lasting) -> None:
    for data, raw, numbers in _gaps(view, content):
        rate, scale = content.form.rate, content.scale
        if lasting.back:
            numbers[_PADDING] = 0
            numbers[_PLAYED] = lasting.total * rate // scale - numbers[_PRIMING]
        else:
            numbers[_PLAYED] += lasting.front * rate // scale
        widths = [8 if at != _PLAYED else 16 for at in range(len(numbers))]
        words = (
            f"{max(number, 0):0{width}X}" for number, width in zip(numbers, widths, strict=True)
        )
        text = "".join(f" {word}" for word in words).encode()
        changes.replace(data, data.end - len(raw), len(raw), text)


# -- chapters --------------------------------------------------------------------------------------


def _delay(view: View, changes: Changes, chapter: Track, by: tuple[Content, int, int]) -> int:
    """Make the first chapter longer, so that all others stay with their sound.

    Args:
        view: the file.
        changes: takes the edits.
        chapter: a track of chapters.
        by: the content, how much it moves in its time, and the units of the movie's time.

    Returns:
        How long the track lasts then, in the movie's time.
    """
    content, front, movie_scale = by
    media = _header(view, chapter.parts[b"mdia"], b"mdhd")
    scale = int.from_bytes(view.read(media.body + _at(view, media, 12, 20), 4), "big")
    table = chapter.tables.get(b"stts")
    if table is None or not scale:
        raise MalformedFileError("the {name} box is missing", name="stts")
    shift = round(front * scale / content.scale)
    moved = round(front * movie_scale / content.scale)
    numbers = list(bmff_tracks.table(view, table, 4, 8))
    pairs = [(number >> 32, number & 0xFFFFFFFF) for number in numbers]
    if pairs:
        count, length = pairs[0]
        first = [(1, length + shift)] + ([(count - 1, length)] if count > 1 else [])
        flat = [number for pair in (*first, *pairs[1:]) for number in pair]
        if max(flat) >= 1 << 32:
            raise PlanError("the {name} box would become too large", name="stts")
        data = (len(flat) // 2).to_bytes(4, "big") + bmff_tracks.encode(flat, 4)
        changes.replace(table, table.body + 4, table.length - 4, data)
    _add(view, changes, media, _at(view, media, 16, 24), shift)
    item = _edits(view, chapter)
    played = [entry for entry in _entries(view, item) if entry[2] >= 0] if item else []
    if item is not None and played and played[0][1]:
        _set(view, changes, item, played[0][0] - item.body, played[0][1] + moved)
    track = chapter.parts[b"tkhd"]
    return _add(view, changes, track, _at(view, track, 20, 28), moved)


def _add(view: View, changes: Changes, item: Box, at: int, amount: int) -> int:
    """Make a length longer, and return it."""
    width = 8 if view.read(item.body, 1)[0] else 4
    value = int.from_bytes(view.read(item.body + at, width), "big") + amount
    _set(view, changes, item, at, value)
    return value


def _delay_nero(view: View, changes: Changes, content: Content, front: int) -> None:
    """Move Nero's chapters, but for one at the beginning."""
    item = bmff.find(view, content.moov, b"udta", b"chpl")
    if item is None:
        return
    body = bmff.read_body(view, item, 9)
    at = 9 if body[0] else 5
    count = body[at - 1]
    check_limit("the number of chapters", count, view.limits.items)
    for _ in range(count):
        if at + 9 > len(body):
            raise MalformedFileError("the {name} box is too short", offset=item.offset, name="chpl")
        start = int.from_bytes(body[at : at + 8], "big")
        if start:
            start += front * _TENTH_MICRO // content.scale
            changes.replace(item, item.body + at, 8, (start & _UNKNOWN[8]).to_bytes(8, "big"))
        at += 9 + body[at + 8]
