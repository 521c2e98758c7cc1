"""ID3v2: tags and where their frames stand [ID3v2.2; ID3v2.3; ID3v2.4].

Frames are walked by their headers; only the frames that are asked for are read. An unsynchronised
tag of version 2.2 or 2.3 counts its frame lengths before that escaping, so it is read whole, and
`Body.raw` leads from a place in it back to the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View

__all__ = [
    "FOOTER",
    "HEADER",
    "V2",
    "V3",
    "V4",
    "Body",
    "Content",
    "Frame",
    "Tag",
    "appended_tag",
    "end_of_tags",
    "load",
    "syncsafe",
    "tag_at",
    "tags",
    "unsynchronise",
]

HEADER: Final = 10
FOOTER: Final = 10  # [ID3v2.4 3.4]
_UNSYNCHRONISED: Final = 0x80
_EXTENDED: Final = 0x40  # in version 2.2: the whole tag is compressed
_FOOTED: Final = 0x10
V2, V3, V4 = KNOWN = (2, 3, 4)  # minor versions
_TAGS: Final = 1000  # ours; files with three are rare
_LEADING: Final = "id3 tags in front"
_FRAMES: Final = 10_000  # in one tag; the fullest of people have some hundreds
_SYNCSAFE_MAX: Final = 0x7F
_NO_VERSION: Final = 0xFF  # [ID3v2.3 3.1]
_ESCAPED: Final = re.compile(rb"\xff\x00")
_LETTERS: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@frozen(kw_only=True)
class Tag:
    """The header of a tag.

    Args:
        offset: where it begins.
        version: the minor version: 2, 3 or 4 for ID3v2.2 to 2.4; others are not known.
        flags: the header's flags.
        size: of the body, without header and footer.
    """

    offset: int
    version: int
    flags: int
    size: int

    @property
    def body(self) -> int:
        """Where the body begins."""
        return self.offset + HEADER

    @property
    def footed(self) -> bool:
        """Whether the header is repeated at the tag's end."""
        return self.version >= V4 and bool(self.flags & _FOOTED)

    @property
    def end(self) -> int:
        """Where the tag ends, footer included."""
        return self.body + self.size + (FOOTER if self.footed else 0)

    @property
    def unsynchronised(self) -> bool:
        """Whether false sync patterns are escaped: in the whole body, or in 2.4 in each frame."""
        return bool(self.flags & _UNSYNCHRONISED)

    @property
    def extended(self) -> bool:
        """Whether an extended header stands before the frames."""
        return self.version in (V3, V4) and bool(self.flags & _EXTENDED)

    @property
    def readable(self) -> bool:
        """Whether the frames can be read: a known version, and not 2.2's undefined compression."""
        return self.version in KNOWN and not (self.version == V2 and self.flags & _EXTENDED)


@frozen
class Body:
    """A tag's body as its frames count it; positions begin at the first byte after the header.

    Args:
        view: the file.
        start: where the body begins in it.
        size: its length, escaping undone.
        plain: the body without its escaping, where the whole body has one.
        dropped: where in `plain` a zero was dropped, in order.
    """

    view: View
    start: int
    size: int
    plain: bytes | None = None
    dropped: Sequence[int] = ()

    def read(self, position: int, length: int) -> bytes:
        """Read a range of the body, escaping undone.

        Raises:
            MalformedFileError: the range does not lie inside the body.
        """
        if length < 0 or position + length > self.size:
            raise MalformedFileError(
                "the file ends inside {structure}",
                offset=self.raw(min(position, self.size)),
                structure="an ID3 tag",
            )
        if self.plain is not None:
            return self.plain[position : position + length]
        return self.view.read(self.start + position, length, "an ID3 tag")

    def raw(self, position: int) -> int:
        """Return the file's offset of a position in the body."""
        return self.start + position + bisect_left(self.dropped, position + 1)


@frozen(kw_only=True)
class Frame:
    """One frame; `position` of its header, in the body, and the length of header and data."""

    id: str
    position: int
    header: int
    length: int
    flags: int

    @property
    def end(self) -> int:
        """Where the frame ends."""
        return self.position + self.header + self.length


@frozen(kw_only=True)
class Content:
    """What a tag holds.

    Args:
        tag: its header.
        body: its bytes.
        start: where the frames begin, after any extended header.
        frames: in file order, as far as they can be walked.
        clean: whether after the last frame nothing but padding follows.
        checksum: whether an extended header holds a CRC of the frames.
        safe: whether the frames' lengths have seven bits a byte, as only 2.4 should have them.
    """

    tag: Tag
    body: Body
    start: int = 0
    frames: tuple[Frame, ...] = field(default=())
    clean: bool = False
    checksum: bool = False
    safe: bool = False

    @property
    def end(self) -> int:
        """Where the last frame ends."""
        return self.frames[-1].end if self.frames else self.start


def syncsafe(value: int) -> bytes:
    """Return a number below 2^28 as four bytes of seven bits [ID3v2.4 6.2]."""
    return bytes(value >> shift & _SYNCSAFE_MAX for shift in (21, 14, 7, 0))


def _unsafe(data: bytes) -> int | None:
    """Read a synchsafe number; None where a byte has its high bit set."""
    value = 0
    for byte in data:
        if byte > _SYNCSAFE_MAX:
            return None
        value = value << 7 | byte
    return value


def unsynchronise(data: bytes) -> bytes:
    """Escape every byte 0xFF that a zero, or a sync pattern, or the end follows [ID3v2.3 5]."""
    import re

    return re.sub(rb"\xff(?=[\x00\xe0-\xff]|\Z)", b"\xff\0", data)


def tag_at(view: View, offset: int) -> Tag | None:
    """Read the tag header at an offset; None where there is none.

    Raises:
        MalformedFileError: the tag runs past the end of the file.
    """
    header = view.read_some(offset, HEADER)
    if len(header) < HEADER or header[:3] != b"ID3" or max(header[3:5]) == _NO_VERSION:
        return None
    size = _unsafe(header[6:10])
    if size is None:
        return None
    tag = Tag(offset=offset, version=header[3], flags=header[5], size=size)
    if tag.end > view.size:
        raise MalformedFileError(
            "the file ends inside {structure}", offset=offset, structure="an ID3 tag"
        )
    return tag


def tags(view: View) -> tuple[Tag, ...]:
    """Return the tags that stand at the beginning of the file, one after the other."""
    known = view.memo.get(_LEADING)
    if isinstance(known, tuple):  # five formats may begin with tags, and each asks what follows
        return known
    found: list[Tag] = []
    offset = 0
    while tag := tag_at(view, offset):
        found.append(tag)
        offset = tag.end
        check_limit("the number of ID3 tags", len(found), min(_TAGS, view.limits.items))
    view.memo[_LEADING] = leading = tuple(found)
    return leading


def end_of_tags(view: View) -> int:
    """Return where the tags at the beginning of the file end; 0 without any."""
    found = tags(view)
    return found[-1].end if found else 0


def appended_tag(view: View, start: int, end: int) -> Tag | None:
    """Return the tag whose footer ends at `end`, and which begins at or after `start`."""
    if end - start < HEADER + FOOTER:
        return None
    footer = view.read(end - FOOTER, FOOTER)
    size = _unsafe(footer[6:10])
    if footer[:3] != b"3DI" or size is None:
        return None
    offset = end - FOOTER - size - HEADER
    tag = tag_at(view, offset) if offset >= start else None
    return tag if tag is not None and tag.footed and tag.end == end else None


def load(view: View, tag: Tag) -> Content:
    """Walk the frames of a tag.

    Raises:
        MalformedFileError: the extended header does not fit in the tag.
        LimitExceededError: the tag must be read whole and is too long, or has too many frames.
    """
    if not tag.readable:
        return Content(tag=tag, body=Body(view, tag.body, tag.size))
    body = _body(view, tag)
    start, checksum = _extended_header(tag, body)
    return _walked(Content(tag=tag, body=body, start=start, checksum=checksum))


def _body(view: View, tag: Tag) -> Body:
    if not tag.unsynchronised or tag.version == V4:  # 2.4 escapes inside its frames
        return Body(view, tag.body, tag.size)
    from array import array  # of millions of places, where a hostile tag is nothing but escapes

    data = view.read_metadata(tag.body, tag.size, "an ID3 tag")
    plain = data.replace(b"\xff\0", b"\xff")
    places = (found.start() + 1 for found in _ESCAPED.finditer(data))
    dropped = array("I", (place - index for index, place in enumerate(places)))
    return Body(view, tag.body, len(plain), plain, dropped)


def _extended_header(tag: Tag, body: Body) -> tuple[int, bool]:
    """Return where the frames begin, and whether there is a CRC [ID3v2.3 3.2; ID3v2.4 3.2]."""
    if not tag.extended:
        return 0, False
    head = body.read(0, 6)
    if tag.version == V3:
        size, checksum = int.from_bytes(head[:4], "big") + 4, bool(head[4] & 0x80)
    else:
        size, checksum = _unsafe(head[:4]) or 0, bool(head[5] & 0x20)
    if not 6 <= size <= body.size:  # noqa: PLR2004 - size, flags
        raise MalformedFileError(
            "the extended header of an ID3 tag has a wrong length", offset=tag.body
        )
    return size, checksum


def _walked(content: Content) -> Content:
    """Walk the frames; lengths in the other version's notation are tried where theirs fail.

    Old iTunes wrote plain lengths into version 2.4, others seven bits a byte into 2.3.
    """
    version = content.tag.version
    usual = _walk(content, safe=version == V4)
    if usual.clean or version == V2:
        return usual
    other = _walk(content, safe=version != V4)
    return other if other.clean and len(other.frames) >= len(usual.frames) else usual


def _walk(content: Content, *, safe: bool) -> Content:
    tag, body, position = content.tag, content.body, content.start
    found: list[Frame] = []
    while frame := _frame(tag, body, position, safe=safe):
        found.append(frame)
        position = frame.end
        check_limit("the number of ID3 frames", len(found), min(_FRAMES, body.view.limits.items))
    return replace(content, frames=tuple(found), clean=_is_padding(body, position), safe=safe)


def _frame(tag: Tag, body: Body, position: int, *, safe: bool) -> Frame | None:
    """Read a frame header; None at padding, at the end, and at what is no frame."""
    id_length, header = (3, 6) if tag.version == V2 else (4, 10)
    if position + header > body.size:
        return None
    head = body.read(position, header)
    name = head[:id_length].rstrip(b" \0")  # iTunes pads the names of 2.2 in later versions
    if len(name) < 3 or not _LETTERS.issuperset(name):  # noqa: PLR2004 - the shortest name
        return None
    digits = head[id_length : 2 * id_length]
    length = _unsafe(digits) if safe else int.from_bytes(digits, "big")
    if length is None or position + header + length > body.size:
        return None
    flags = 0 if tag.version == V2 else int.from_bytes(head[8:10], "big")
    return Frame(
        id=name.decode("ascii"), position=position, header=header, length=length, flags=flags
    )


def _is_padding(body: Body, position: int) -> bool:
    """Say whether only zeros follow."""
    while position < body.size:
        piece = body.read(position, min(1 << 16, body.size - position))
        if piece.count(0) != len(piece):
            return False
        position += len(piece)
    return True
