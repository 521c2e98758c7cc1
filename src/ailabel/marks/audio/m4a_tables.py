"""The sample table of an M4A file, with a label's frames before and behind the content's.

The frames form chunks of their own, right before the first and right behind the last chunk of the
content; what is listed of the content's samples is kept [ISO14496-12 8.6, 8.7, 8.9].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_tracks
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Changes
    from ailabel.io.source import View
    from ailabel.marks.audio.m4a_track import Content

__all__ = ["Joint", "Lasting", "join"]

_HEAD: Final = 8  # version, flags and a count


@frozen
class Joint:
    """A label's frames: those before the content, and those behind it."""

    front: Sequence[bytes]
    back: Sequence[bytes]


@frozen
class Lasting:
    """How long the parts last, in units of the track's time."""

    front: int
    content: int
    back: int

    @property
    def total(self) -> int:
        """All together."""
        return self.front + self.content + self.back


def join(view: View, changes: Changes, content: Content, joint: Joint) -> Lasting:
    """Put the frames into the file, and their sizes, times and places into the tables.

    Raises:
        PlanError: the samples stand in no box of data, or too far behind.
    """
    tables = content.track.tables
    lasting = _times(view, changes, content, joint)
    _replace_table(changes, tables[b"stsc"], _runs(view, tables, joint), 3)
    _sizes(view, changes, content, joint)
    _groups(view, changes, content, joint)
    _places(view, changes, content, joint)
    return lasting


def _times(view: View, changes: Changes, content: Content, joint: Joint) -> Lasting:
    """Renew the table of times: pairs of a number of samples and how long each lasts.

    Where AAC goes on behind the content, its last block is heard whole: a decoder gives all
    samples of each block, however many the table said of the last one.
    """
    item, each = content.track.tables[b"stts"], content.per_frame
    pairs = _pairs(view, item, 4)
    if joint.back and not content.is_lossless and pairs:
        count, length = pairs.pop()
        pairs += [(count - 1, length), (1, max(each, length))] if count else []
    front, back = len(joint.front), len(joint.back)
    lasting = Lasting(
        front=front * each,
        content=sum(count * length for count, length in pairs),
        back=back * each,
    )
    entries: list[int] = []
    for count, length in ((front, each), *pairs, (back, each)):
        if entries[1:] and entries[-1] == length:
            entries[-2] += count
        elif count:
            entries += [count, length]
    _replace_table(changes, item, entries, 2)
    return lasting


def _replace_table(changes: Changes, item: Box, entries: Sequence[int], width: int) -> None:
    """Replace a table of entries that have so many numbers of four bytes each."""
    count = (len(entries) // width).to_bytes(4, "big")
    data = count + bmff_tracks.encode(entries, 4)
    changes.replace(item, item.body + 4, item.length - 4, data)


def _runs(view: View, tables: dict[bytes, Box], joint: Joint) -> list[int]:
    """Return the table of runs of chunks: first chunk, samples in each, sample description."""
    old = bmff_tracks.table(view, tables[b"stsc"], 4, 12)
    shift = 1 if joint.front else 0
    entries = [1, len(joint.front), old[2]] if shift else []
    for at in range(0, len(old), 3):
        entries += [old[at] + shift, old[at + 1], old[at + 2]]
    if joint.back:
        entries += [_chunk_count(view, tables) + shift + 1, len(joint.back), old[-1]]
    return entries


def _chunk_table(tables: dict[bytes, Box]) -> tuple[Box, int]:
    """Return the table of chunks, and the bytes of an entry."""
    if b"co64" in tables:
        return tables[b"co64"], 8
    if b"stco" in tables:
        return tables[b"stco"], 4
    raise MalformedFileError("the {name} box is missing", name="stco")


def _chunk_count(view: View, tables: dict[bytes, Box]) -> int:
    item, _ = _chunk_table(tables)
    return int.from_bytes(bmff.read_body(view, item, _HEAD)[4:_HEAD], "big")


def _sizes(view: View, changes: Changes, content: Content, joint: Joint) -> None:
    item = content.track.tables[b"stsz"]
    front, back = ([len(frame) for frame in frames] for frames in (joint.front, joint.back))
    count = len(content.sizes) + len(front) + len(back)
    begin = item.body + _HEAD + 4
    if any(view.read(item.body + 4, 4)):  # they were all alike until now
        listed = [*front, *content.sizes, *back]
        head = bytes(4) + count.to_bytes(4, "big")
        data = head + bmff_tracks.encode(listed, 4)
        changes.replace(item, item.body + 4, item.length - 4, data)
        return
    changes.replace(item, begin - 4, 4, count.to_bytes(4, "big"))
    changes.replace(item, begin, 0, bmff_tracks.encode(front, 4))
    changes.replace(item, begin + 4 * len(content.sizes), 0, bmff_tracks.encode(back, 4))


def _groups(view: View, changes: Changes, content: Content, joint: Joint) -> None:
    """Put the frames into the groups of their neighbours; AAC has one, about decoding ahead."""
    item = content.track.tables.get(b"sbgp")
    if item is None:
        return
    at = _HEAD + 4 * (bmff.read_body(view, item, 1)[0] > 0)
    pairs = _pairs(view, item, at)
    if not pairs:
        return
    entries = [len(joint.front), pairs[0][1]] if joint.front else []
    for pair in pairs:
        entries += pair
    if joint.back and sum(count for count, _ in pairs) == len(content.sizes):
        entries += [len(joint.back), pairs[-1][1]]
    data = (len(entries) // 2).to_bytes(4, "big") + bmff_tracks.encode(entries, 4)
    changes.replace(item, item.body + at, item.length - at, data)


def _pairs(view: View, item: Box, at: int) -> list[tuple[int, int]]:
    """Read a table of pairs of numbers of four bytes each, whose count stands at an offset."""
    numbers = bmff_tracks.table(view, item, at, 8)  # as pairs in one number
    return [(number >> 32, number & 0xFFFFFFFF) for number in numbers]


def _places(view: View, changes: Changes, content: Content, joint: Joint) -> None:
    """Put the frames in, and list where all chunks stand once every edit is made."""
    item, width = _chunk_table(content.track.tables)
    old = bmff_tracks.table(view, item, 4, width)
    first, last = content.offsets[0], content.offsets[-1] + content.sizes[-1]
    front, back = b"".join(joint.front), b"".join(joint.back)
    if front:
        changes.replace(_holder(view, first), first, 0, front)
    if back:
        changes.replace(_holder(view, last), last, 0, back)
    count = len(old) + bool(front) + bool(back)
    growth = Edit(item.body, item.length, bytes(_HEAD + width * count))
    move = changes.move(growth)
    places = [move(first) - len(front)] if front else []
    places += move.every(old)
    places += [move(last) - len(back)] if back else []
    if max(places) >= 1 << 8 * width:
        raise PlanError(
            "an offset in the {name} box would no longer fit; let a program that writes 64-bit "
            "offsets remux the file first",
            name=bmff.name(item.type),
        )
    head = bytes(4) + count.to_bytes(4, "big")
    data = head + bmff_tracks.encode(places, width)
    changes.replace(item, item.body, item.length, data)


def _holder(view: View, offset: int) -> Box:
    """Return the box of data in which an offset lies, its end included."""
    for item in bmff.boxes(view, 0, view.size):
        if item.type == b"mdat" and item.body <= offset <= item.end:
            return item
    raise PlanError("the sound stands in no box of data")
