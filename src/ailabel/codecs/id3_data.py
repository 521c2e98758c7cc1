"""ID3v2: the data of frames, and the texts in it [ID3v2.3 3.3, 4; ID3v2.4 frames]."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from ailabel.codecs.id3 import V3, V4
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.codecs.id3 import Content, Frame

__all__ = ["Text", "attached", "frame_data", "links", "private", "texts"]


def frame_data(content: Content, frame: Frame, inflate: int = 0) -> bytes | None:
    """Return a frame's data, its own escaping, compression and extra fields undone.

    Args:
        content: the tag.
        frame: one of its frames.
        inflate: the most that compressed data may grow to.

    Returns:
        None where it is encrypted or its compression is broken.

    Raises:
        LimitExceededError: the data is longer than `Limits` or `inflate` allows.
    """
    check_limit("an ID3 frame", frame.length, content.body.view.limits.metadata_bytes)
    data = content.body.read(frame.position + frame.header, frame.length)
    if content.tag.version == V3:  # [ID3v2.3 3.3.1]
        compressed, encrypted, grouped = (bool(frame.flags & bit) for bit in (0x80, 0x40, 0x20))
        data = data[4 * compressed + grouped :]
    elif content.tag.version == V4:  # [ID3v2.4 4.1.2]
        grouped, compressed, encrypted, escaped, measured = (
            bool(frame.flags & bit) for bit in (0x40, 0x08, 0x04, 0x02, 0x01)
        )
        if escaped or content.tag.unsynchronised:
            data = data.replace(b"\xff\0", b"\xff")
        data = data[grouped + 4 * measured :]
    else:
        compressed = encrypted = False
    if encrypted:
        return None
    return _inflate(data, inflate) if compressed else data


def _inflate(data: bytes, limit: int) -> bytes | None:
    try:
        result = zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:
        return None
    check_limit("a compressed ID3 frame", len(result), limit)
    return result


@frozen
class Text:
    """A text with a description: ``TXXX``, ``COMM``, or a link, by the names of version 2.3."""

    frame: Frame
    kind: str
    description: str
    value: str
    raw: bytes


_LINKS: Final = {"WAS": "WOAS", "WAR": "WOAR", "WAF": "WOAF", "WCM": "WCOM"}  # [ID3v2.2 4.3.1]
_KINDS: Final = {"TXXX": "TXXX", "TXX": "TXXX", "COMM": "COMM", "COM": "COMM"}


def texts(content: Content) -> Iterator[Text]:
    """Yield the user-defined texts and the comments of a tag; encrypted ones are left out."""
    budget = content.body.view.limits.inflate_bytes
    for frame in content.frames:
        kind = _KINDS.get(frame.id)
        data = frame_data(content, frame, budget) if kind else None
        if kind is None or not data:
            continue
        budget -= max(len(data) - frame.length, 0)
        skipped = 4 if kind == "COMM" else 1  # encoding, and the comment's language
        description, value = _strings(data[0], data[skipped:])
        yield Text(frame, kind, description, value, data[skipped:])


def links(content: Content) -> Iterator[Text]:
    """Yield the links of a tag but those that users define [ID3v2.3 4.3.1]; they are Latin-1."""
    budget = content.body.view.limits.inflate_bytes
    for frame in content.frames:
        if frame.id[0] != "W" or frame.id in {"WXX", "WXXX"}:
            continue
        data = frame_data(content, frame, budget) or b""
        budget -= max(len(data) - frame.length, 0)
        kind = _LINKS.get(frame.id, frame.id)
        yield Text(frame, kind, "", _decode(0, data.partition(b"\0")[0]), data)


def value_start(encoding: int, data: bytes) -> int:
    """Return where a value begins, behind a description and its terminator [ID3v2.4 4]."""
    cut, width = _terminator(encoding, data)
    return 0 if cut < 0 else cut + width


def attached(data: bytes) -> bytes:
    """Return the object in the data of a frame ``GEOB`` [ID3v2.4 4.15]; empty where it is cut.

    Before it stand the encoding, a media type, a file name and a description.
    """
    rest = data[1:].partition(b"\0")[2]
    for _ in range(2):
        cut, width = _terminator(data[0], rest)
        rest = b"" if cut < 0 else rest[cut + width :]
    return rest


def _strings(encoding: int, data: bytes) -> tuple[str, str]:
    """Split a description and a value at the terminator."""
    cut, width = _terminator(encoding, data)
    if cut < 0:
        return "", _decode(encoding, data)
    return _decode(encoding, data[:cut]), _decode(encoding, data[cut + width :])


def _terminator(encoding: int, data: bytes) -> tuple[int, int]:
    """Return where the first terminator stands, -1 where there is none, and its length."""
    if encoding in (1, 2):
        cut = data.find(b"\0\0")
        while cut & 1 and cut >= 0:
            cut = data.find(b"\0\0", cut + 1)
        return cut, 2
    return data.find(b"\0"), 1


def codec_of(encoding: int, data: bytes) -> str:
    """Return how a string is encoded; with a byte order mark, what stands behind that."""
    if encoding == 1:  # with a byte order mark; little-endian where it is missing
        return "utf-16-be" if data[:2] == b"\xfe\xff" else "utf-16-le"
    return {2: "utf-16-be", 3: "utf-8"}.get(encoding, "latin-1")


def _decode(encoding: int, data: bytes) -> str:
    text = data.decode(codec_of(encoding, data), "replace")
    return (text.removeprefix("\ufeff") if encoding == 1 else text).rstrip("\0")


def private(content: Content, owner: str) -> Iterator[tuple[Frame, bytes]]:
    """Yield the ``PRIV`` frames of an owner that are not compressed, and what follows the name."""
    name = owner.encode("latin-1") + b"\0"
    for frame in content.frames:
        if frame.id != "PRIV":
            continue
        prefix = content.body.read(frame.position + frame.header, min(frame.length, 64))
        if name not in prefix or _is_compressed(content, frame):  # not worth reading whole
            continue
        data = frame_data(content, frame)
        if data is not None and data.startswith(name):
            yield frame, data[len(name) :]


def _is_compressed(content: Content, frame: Frame) -> bool:
    return bool(frame.flags & {V3: 0x80, V4: 0x08}.get(content.tag.version, 0))
