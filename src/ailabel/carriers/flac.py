"""FLAC: the label is the Vorbis comment ``AIGC=``.

Right behind the comment block `write` leaves a PADDING block of its own, so that a later label
finds room; it is known by rule: the label's entry and that block together fill whole units of
2048 bytes. Padding blocks of other programs are left alone.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from ailabel.codecs import flac, id3, id3_edit, id3_search, vorbis
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Essence, Signature, Slot, Span
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View

__all__ = ["CARRIER", "FlacCarrier"]

FLAC: Final = Format(
    id="flac", name="FLAC", medium=Medium.AUDIO, suffixes=(".flac",), mime="audio/flac"
)
_QUERY: Final = id3_search.Query(
    key=KEY, accepts=is_label, prop=(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
)
_GENERIC: Final = frozenset(("COMMENT", "DESCRIPTION"))
_VENDOR: Final = b"ailabel"
_UNIT: Final = 2048
_LONGEST: Final = (1 << 24) - 1  # a block's length has 24 bits


class FlacCarrier:
    """Carries the label in the comment block."""

    formats: Sequence[Format] = (FLAC,)
    signatures: Sequence[Signature] = (Signature(((0, flac.MARKER),)), Signature(((0, b"ID3"),)))

    def sniff(self, view: View) -> Match | None:
        """Claim a FLAC stream, at the start or behind ID3v2 tags."""
        try:
            found = flac.find_marker(view)
        except MalformedFileError:  # of a tag that is cut short nobody knows what followed
            return None
        return None if found is None else Match(FLAC, Strength.CONTENT)

    def read(self, view: View) -> Sequence[Slot]:
        """Find labels in every comment block, and in ID3v2 tags before the stream."""
        slots = [slot for tag in id3.tags(view) for slot in _id3_slots(view, tag)]
        first = True
        for block in flac.blocks(view):
            if block.type == flac.VORBIS_COMMENT:
                slots += _comment_slots(block, _comments(view, block), official=first)
                first = False
        return slots

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the entry into the first comment block, or into a new one after STREAMINFO."""
        slots = self.read(view)
        if len(slots) == 1 and slots[0].official and slots[0].payload == payload:
            return []
        blocks = list(flac.blocks(view))
        edits = [edit for tag in id3.tags(view) for edit in _without(view, tag)]
        groups = _groups(view, blocks)
        edits += _put(view, blocks[0], groups[0] if groups else None, payload)
        for group in groups[1:]:
            edits += _vacate(group)
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its entry or frame; our PADDING block stays as it should be."""
        for group in _groups(view, list(flac.blocks(view))):
            slots = list(_comment_slots(group.block, group.comments, official=slot.official))
            if slot in slots:
                return [_rewritten(group, slot, payload)]
        from ailabel.codecs import tag_texts

        return tag_texts.rewritten(view, id3.tags(view), slot, payload, _QUERY)

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield rate, channels and depth, without which frames cannot be decoded; then the frames.

        The rest of STREAMINFO is about the file or follows from the frames.
        """
        blocks = list(flac.blocks(view))
        info = flac.streaminfo(view, blocks[0])
        packed = info.sample_rate << 8 | (info.channels - 1) << 5 | (info.bits - 1)
        yield packed.to_bytes(4, "big")
        yield Span(blocks[-1].end, view.size - blocks[-1].end)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop our PADDING block."""
        groups = _groups(view, list(flac.blocks(view)))
        own = groups[0].own if groups else None
        if own is None:
            return []
        edits = [Edit(own.offset, own.end - own.offset, b"")]
        if own.last:
            edits.append(_flag(groups[0].block, last=True))
        return edits


@frozen
class _Group:
    """A comment block, what it holds, and our PADDING block behind it, if there is one."""

    block: flac.Block
    comments: vorbis.Comments
    own: flac.Block | None

    @property
    def last(self) -> bool:
        """Whether no metadata follows."""
        return self.own.last if self.own else self.block.last

    @property
    def end(self) -> int:
        """Where both end."""
        return self.own.end if self.own else self.block.end


def _groups(view: View, blocks: list[flac.Block]) -> list[_Group]:
    groups: list[_Group] = []
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.type != flac.VORBIS_COMMENT:
            continue
        comments = _comments(view, block)
        own = None
        place = _place(comments)
        if following and following.type == flac.PADDING and place is not None:
            is_ours = following.end - following.offset == _share(comments.entries[place])
            own = following if is_ours and not groups else None
        groups.append(_Group(block, comments, own))
    return groups


def _share(entry: bytes) -> int:
    """Return how long our PADDING block behind an entry is, header included."""
    size = 4 + len(entry)
    return flac.HEADER + -(size + flac.HEADER) % _UNIT


def _comments(view: View, block: flac.Block) -> vorbis.Comments:
    data = view.read_metadata(block.body, block.length, "a FLAC comment block")
    return vorbis.parse(data, view.limits)


def _is_label(entry: bytes) -> bool:
    key, value = vorbis.split(entry)
    return key == KEY or (key in _GENERIC and is_label(value))


def _place(comments: vorbis.Comments) -> int | None:
    """Return which entry the official one takes the place of."""
    keys = (vorbis.split(entry)[0] for entry in comments.entries)
    return next((index for index, key in enumerate(keys) if key == KEY), None)


def _comment_slots(
    block: flac.Block, comments: vorbis.Comments, *, official: bool
) -> Iterator[Slot]:
    position = block.body + 4 + len(comments.vendor) + 4
    for entry in comments.entries:
        if _is_label(entry):
            key, value = vorbis.split(entry)
            yield Slot(
                location=f"VORBIS_COMMENT {key}",
                offset=position,
                raw=entry,
                payload=value.rstrip("\0"),
                site=f"flac.VORBIS_COMMENT/{key}",
                official=official and key == KEY,
            )
        position += 4 + len(entry)


def _id3_slots(view: View, tag: id3.Tag) -> Iterator[Slot]:
    for hit in id3_search.search(id3.load(view, tag), _QUERY):
        yield Slot(
            location=hit.location,
            offset=hit.offset,
            raw=hit.raw,
            payload=hit.value,
            site=f"flac.ID3v2/{hit.place}",
            official=False,
        )


def _without(view: View, tag: id3.Tag) -> list[Edit]:
    content = id3.load(view, tag)
    hits = id3_search.search(content, _QUERY)
    return id3_edit.drop(content, id3_search.removals(content, hits, _QUERY)) if hits else []


def _put(view: View, streaminfo: flac.Block, group: _Group | None, payload: str) -> list[Edit]:
    entry = vorbis.entry(KEY, payload)
    if group is None:
        new = _blocks(vorbis.Comments(_VENDOR, (entry,)), entry, last=streaminfo.last)
        edits = [_flag(streaminfo, last=False)] if streaminfo.last else []
        return [*edits, Edit(streaminfo.end, 0, new)]
    place = _place(group.comments)
    entries = [
        entry if index == place else found
        for index, found in enumerate(group.comments.entries)
        if index == place or not _is_label(found)
    ]
    if place is None:
        entries.append(entry)
    comments = vorbis.Comments(group.comments.vendor, tuple(entries), group.comments.rest)
    new = _blocks(comments, entry, last=group.last)
    length = group.end - group.block.offset
    return [] if view.read(group.block.offset, length) == new else [_edit(group, new)]


def _edit(group: _Group, new: bytes) -> Edit:
    return Edit(group.block.offset, group.end - group.block.offset, new)


def _rewritten(group: _Group, slot: Slot, payload: str) -> Edit:
    """Plan a comment block with another text in the place of a label."""
    from ailabel.codecs.respell import stored

    comments, entry = group.comments, stored(slot, payload)
    at = vorbis.at(comments, slot.offset - group.block.body)
    entries = (*comments.entries[:at], entry, *comments.entries[at + 1 :])
    new = vorbis.Comments(comments.vendor, entries, comments.rest)
    if group.own is not None and at == _place(comments):
        return _edit(group, _blocks(new, entry, last=group.last))
    length = group.block.end - group.block.offset
    return Edit(group.block.offset, length, _block(new, last=group.block.last))


def _vacate(group: _Group) -> list[Edit]:
    """Plan taking the labels out of a second comment block, which no file should have."""
    kept = tuple(entry for entry in group.comments.entries if not _is_label(entry))
    if kept == group.comments.entries:
        return []
    comments = vorbis.Comments(group.comments.vendor, kept, group.comments.rest)
    return [_edit(group, _block(comments, last=group.last))]


def _blocks(comments: vorbis.Comments, entry: bytes, *, last: bool) -> bytes:
    """Return the comment block and our PADDING block behind it."""
    padding = bytes(_share(entry) - flac.HEADER)
    return _block(comments, last=False) + flac.block(flac.PADDING, padding, last=last)


def _block(comments: vorbis.Comments, *, last: bool) -> bytes:
    body = vorbis.build(comments)
    if len(body) > _LONGEST:
        raise PlanError("the FLAC comment block would become too large")
    return flac.block(flac.VORBIS_COMMENT, body, last=last)


def _flag(block: flac.Block, *, last: bool) -> Edit:
    return Edit(block.offset, 1, bytes([block.type | (0x80 if last else 0)]))


CARRIER: Final = FlacCarrier()
