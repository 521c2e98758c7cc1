"""ID3v2: changing a tag's frames as edits, every other frame byte for byte in its order.

The padding that a put frame brings along is a matter of rule, not of memory: frame and own padding
together fill whole units of `UNIT` bytes, so a later and longer frame finds room, and whatever
padding goes beyond that is somebody else's and stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.id3 import HEADER, V2, V3, V4, syncsafe, unsynchronise
from ailabel.errors import PlanError
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ailabel.codecs.id3 import Content, Frame, Tag

__all__ = [
    "UNIT",
    "change",
    "drop",
    "new_tag",
    "owned_padding",
    "put",
    "reframe",
    "retext",
    "user_text",
]

UNIT: Final = 2048
_MAX_TAG: Final = 1 << 28  # four bytes of seven bits
_LATIN1: Final = b"\0"
_UTF8: Final = b"\3"  # version 2.4 alone knows it
_ESCAPED: Final = 0x02


def user_text(content: Content | None, description: str, value: str) -> bytes:
    """Return a ``TXXX`` (or ``TXX``) frame with an ASCII description and value.

    Args:
        content: the tag that it is for; None for a new one.
        description: what the text is.
        value: the text.
    """
    version = content.tag.version if content else V4
    encoding = _UTF8 if version == V4 else _LATIN1
    data = encoding + description.encode("ascii") + b"\0" + value.encode("ascii")
    name = "TXX" if version == V2 else "TXXX"
    return _header(content, name, len(data)) + data


def _header(content: Content | None, name: str, length: int, flags: int = 0) -> bytes:
    """Return a frame header, its length in the notation of the tag's other frames."""
    if content is not None and content.tag.version == V2:
        return name.encode("ascii") + length.to_bytes(3, "big")
    size = length.to_bytes(4, "big") if content and not content.safe else syncsafe(length)
    return name.encode("ascii") + size + flags.to_bytes(2, "big")


def reframe(content: Content, frame: Frame, data: bytes) -> bytes:
    """Return a frame like `frame` with other data, neither compressed nor grouped."""
    version, flags = content.tag.version, frame.flags & 0xFF00
    if version == V4 and content.tag.unsynchronised:
        data, flags = unsynchronise(data), flags | _ESCAPED
    return _header(content, frame.id, len(data), flags) + data


def retext(content: Content, frame: Frame, old: str, new: str) -> bytes | None:
    """Return a ``TXXX`` or ``COMM`` frame with another text, description and encoding kept.

    Args:
        content: the tag.
        frame: one of its frames.
        old: its text, as `id3_data.texts` gives it.
        new: its new text.

    Returns:
        None where its encoding cannot hold the new text, or the frame does not spell the old one.
    """
    from ailabel.codecs.id3_data import codec_of, frame_data, texts, value_start
    from ailabel.codecs.respell import encoded

    data = frame_data(content, frame, content.body.view.limits.inflate_bytes)
    found = next((text for text in texts(content) if text.frame == frame), None)
    if not data or found is None:
        return None
    raw = found.raw[value_start(data[0], found.raw) :]
    other = encoded(raw, old, new, codec_of(data[0], raw))
    if other is None:
        return None
    return reframe(content, frame, data[: len(data) - len(raw)] + other)


def new_tag(frame: bytes) -> bytes:
    """Return a tag of version 2.4 with one frame and padding."""
    body = frame + bytes(-len(frame) % UNIT)
    return b"ID3\x04\0\0" + syncsafe(len(body)) + body


def owned_padding(content: Content, frame: Frame) -> int:
    """Return how many bytes at the end of the padding came with a frame that was `put`."""
    if not _may_pad(content):
        return 0
    share = -(frame.header + frame.length) % UNIT
    return share if share <= content.body.size - content.end else 0


def _may_pad(content: Content) -> bool:
    """Say whether padding may stand here: never before a footer, nor after what is no frame."""
    return content.clean and not content.tag.footed


def put(
    content: Content, old: Frame | None, new: bytes, others: Mapping[Frame, bytes]
) -> list[Edit]:
    """Plan putting a frame in the place of `old`, or before all others.

    Args:
        content: the tag.
        old: the frame that gives its place, if there is one.
        new: the frame, with its header.
        others: what to put for other frames; nothing for those that go.

    Raises:
        PlanError: the tag cannot be changed.
    """
    padding = -len(new) % UNIT if _may_pad(content) else 0
    if old is None:
        return change(content, others, inserted=new, padding=padding)
    return change(content, {**others, old: new}, padding=padding - owned_padding(content, old))


def drop(content: Content, others: Mapping[Frame, bytes]) -> list[Edit]:
    """Plan changing or taking out frames, and the whole tag when none is left.

    Raises:
        PlanError: the tag cannot be changed.
    """
    if content.clean and all(others.get(frame) == b"" for frame in content.frames):
        return [Edit(content.tag.offset, content.tag.end - content.tag.offset, b"")]
    return change(content, others)


def change(
    content: Content, frames: Mapping[Frame, bytes], *, inserted: bytes = b"", padding: int = 0
) -> list[Edit]:
    """Plan a change of a tag and of the sizes that its headers state.

    Args:
        content: the tag.
        frames: what to put for frames.
        inserted: what to put before the first frame.
        padding: how many zeros to add at the end, or to take away where negative.

    Raises:
        PlanError: the tag cannot be changed.
    """
    _refuse_fixed(content)
    size = content.body.size
    parts = [(content.start, content.start, inserted)]
    parts += [(frame.position, frame.end, data) for frame, data in frames.items()]
    parts.append((size + min(padding, 0), size, bytes(max(padding, 0))))
    parts += _padding_field(content, padding)
    edits = [edit for part in parts if (edit := _edit(content, *part))]
    return edits + _sizes(content.tag, sum(len(edit.data) - edit.length for edit in edits))


def _refuse_fixed(content: Content) -> None:
    if not content.tag.readable:
        raise PlanError(
            "an ID3 tag of version 2.{version} cannot be changed", version=content.tag.version
        )
    if content.checksum:
        raise PlanError("the ID3 tag has a checksum; save it without one first")


def _padding_field(content: Content, padding: int) -> Iterable[tuple[int, int, bytes]]:
    """Change the size of the padding that version 2.3's extended header states [ID3v2.3 3.2]."""
    if not (padding and content.tag.version == V3 and content.tag.extended):
        return
    if content.start < HEADER:
        raise PlanError("the extended header of the ID3 tag is too short to be changed")
    stated = int.from_bytes(content.body.read(6, 4), "big")
    yield 6, 10, min(max(stated + padding, 0), 0xFFFFFFFF).to_bytes(4, "big")


def _edit(content: Content, start: int, end: int, data: bytes) -> Edit | None:
    """Turn a change of the body into one of the file, in the tag's own escaping."""
    body = content.body
    if body.read(start, end - start) == data:
        return None
    raw = body.raw(start)
    if body.plain is not None:
        data = unsynchronise(data)
        if data[:1] == b"\0" and start and body.view.read(raw - 1, 1) == b"\xff":
            data = b"\0" + data
    return Edit(raw, body.raw(end) - raw, data)


def _sizes(tag: Tag, growth: int) -> list[Edit]:
    size = tag.size + growth
    if not growth:
        return []
    if size >= _MAX_TAG:
        raise PlanError("the ID3 tag would become too large")
    edits = [Edit(tag.offset + 6, 4, syncsafe(size))]
    if tag.footed:
        edits.append(Edit(tag.end - 4, 4, syncsafe(size)))
    return edits
