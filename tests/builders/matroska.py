"""Matroska and WebM made by hand [RFC 8794; RFC 9559], in the ways that programs write them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
OLDER: Final = '{"Label":"3","ContentProducer":"somebody else","ProduceID":"still-older"}'
UNKNOWN: Final = b"\x01" + b"\xff" * 7

SEGMENT: Final = "18538067"
SEEK_HEAD: Final = "114D9B74"
INFO: Final = "1549A966"
TRACKS: Final = "1654AE6B"
CLUSTER: Final = "1F43B675"
CUES: Final = "1C53BB6B"
TAGS: Final = "1254C367"


def el(name: str, *data: bytes, width: int = 1) -> bytes:
    """Return an element; `width` is the least width of its size."""
    body = b"".join(data)
    while len(body) >= (1 << 7 * width) - 1:
        width += 1
    return bytes.fromhex(name) + (len(body) | 1 << 7 * width).to_bytes(width, "big") + body


def num(name: str, value: int, width: int = 0) -> bytes:
    """Return an unsigned integer element."""
    return el(name, value.to_bytes(width or (value.bit_length() + 7) // 8 or 1, "big"))


def void(size: int) -> bytes:
    """Return a Void element of a total size."""
    return el("EC", bytes(size - 2)) if size < 128 else el("EC", bytes(size - 9), width=8)


def crc(*data: bytes) -> bytes:
    """Return data with their checksum before them."""
    body = b"".join(data)
    return el("BF", zlib.crc32(body).to_bytes(4, "little")) + body


def ebml(kind: str = "matroska") -> bytes:
    """Return the EBML header."""
    return el(
        "1A45DFA3",
        *(num(name, value) for name, value in (("4286", 1), ("42F7", 1), ("42F2", 4), ("42F3", 8))),
        el("4282", kind.encode()),
        num("4287", 4),
        num("4285", 2),
    )


def seek(name: str, position: int, width: int = 0) -> bytes:
    """Return an entry of a SeekHead."""
    return el("4DBB", el("53AB", bytes.fromhex(name)), num("53AC", position, width))


def track(number: int, kind: int, codec: str, *more: bytes) -> bytes:
    """Return a TrackEntry: 1 for video, 2 for audio, 17 for subtitles."""
    numbers = (num("D7", number), num("73C5", 1000 + number), num("83", kind))
    return el("AE", *numbers, el("86", codec.encode()), *more)


VIDEO: Final = track(1, 1, "V_MPEG4/ISO/ASP", el("E0", num("B0", 16), num("BA", 16)))
SOUND: Final = track(2, 2, "A_PCM/INT/LIT", el("E1", num("9F", 1)))
STRIPPED: Final = track(
    2, 2, "A_AC3", el("6D80", el("6240", el("5034", num("4254", 3), el("4255", b"\x0b\x77"))))
)
ABOUT: Final = el(INFO, num("2AD7B1", 1_000_000), el("4D80", b"hand"), el("5741", b"hand"))


def block(number: int, data: bytes, lacing: int = 0) -> bytes:
    """Return a SimpleBlock; laced data hold their own sizes."""
    return el("A3", bytes([0x80 | number, 0, 0, 0x80 | lacing]), data)


def group(number: int, data: bytes) -> bytes:
    """Return a BlockGroup."""
    return el("A0", el("A1", bytes([0x80 | number, 0, 0, 0]), data), num("9B", 40))


def lace(kind: str, frames: list[bytes]) -> bytes:
    """Return a block of the second track with several frames."""
    count, sizes, bits = bytes([len(frames) - 1]), b"", {"xiph": 2, "fixed": 4, "ebml": 6}[kind]
    if kind == "xiph":
        for frame in frames[:-1]:
            sizes += b"\xff" * (len(frame) // 255) + bytes([len(frame) % 255])
    if kind == "ebml":
        sizes = (len(frames[0]) | 0x4000).to_bytes(2, "big")
        for before, frame in pairwise(frames[:-1]):
            sizes += (len(frame) - len(before) + 0x1FFF | 0x4000).to_bytes(2, "big")
    return block(2, count + sizes + b"".join(frames), bits)


def cluster(*blocks: bytes, time: int = 0, live: bool = False) -> bytes:
    """Return a cluster, of unknown size when `live`."""
    body = num("E7", time) + b"".join(blocks)
    return bytes.fromhex(CLUSTER) + UNKNOWN + body if live else el(CLUSTER, body)


CLUSTERS: Final = (
    cluster(block(1, b"picture one"), block(2, b"sound one")),
    cluster(group(2, b"sound two"), block(1, b"picture two" * 30), time=40),
)
LIVE: Final = (
    cluster(block(1, b"picture one"), block(2, b"sound one"), live=True),
    cluster(group(2, b"sound two"), block(1, b"picture two"), time=40, live=True),
)


def simple(name: str, value: str | bytes, *nested: bytes) -> bytes:
    """Return a SimpleTag; bytes make it a binary one."""
    data = el("4487", value.encode()) if isinstance(value, str) else el("4485", value)
    return el("67C8", el("45A3", name.encode()), el("447A", b"und"), data, *nested)


def tag(*tags: bytes, targets: bytes = b"") -> bytes:
    """Return a Tag."""
    return el("7373", el("63C0", targets), *tags)


TITLE: Final = simple("TITLE", "a title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A file whose SeekHead leads to everything in it.

    Args:
        front: Tags elements before the clusters.
        back: elements after the Cues.
        room: bytes of the Void behind the SeekHead.
        checked: whether the SeekHead has a checksum.
        width: of the segment's size field.
        live: whether the segment's size is unknown.
        kind: the document type.
        entries: how many entries of the SeekHead are kept, from the end.
    """

    front: tuple[bytes, ...] = ()
    back: tuple[bytes, ...] = ()
    room: int = 0
    checked: bool = False
    width: int = 8
    live: bool = False
    kind: str = "matroska"
    entries: int = 99
    tracks: tuple[bytes, ...] = (VIDEO, SOUND)
    clusters: tuple[bytes, ...] = field(default=CLUSTERS)

    def build(self) -> bytes:
        """Return the file."""
        head = b""
        for _ in range(3):  # until the positions settle
            body, head = self._body(head)
        size = (
            UNKNOWN if self.live else (len(body) | 1 << 7 * self.width).to_bytes(self.width, "big")
        )
        return ebml(self.kind) + bytes.fromhex(SEGMENT) + size + body

    def _body(self, head: bytes) -> tuple[bytes, bytes]:
        room = void(self.room) if self.room else b""
        pieces = [head, room, ABOUT, el(TRACKS, *self.tracks), *self.front]
        first = sum(map(len, pieces))
        pieces += self.clusters
        cues = el(CUES, el("BB", num("B3", 0), el("B7", num("F7", 1), num("F1", first, 2))))
        pieces += [cues, *self.back]
        seeks, position = [], 0
        for piece in pieces:
            name = piece[:4].hex().upper()
            if name in (INFO, TRACKS, CUES, TAGS):
                seeks.append(seek(name, position, 2))
            position += len(piece)
        seeks = seeks[-self.entries :]
        new = el(SEEK_HEAD, crc(*seeks) if self.checked else b"".join(seeks))
        return b"".join((new, *pieces[1:])), new


def stream(
    *pieces: bytes, kind: str = "matroska", sized: bool = False, tracks: tuple[bytes, ...] = ()
) -> bytes:
    """Return a file without SeekHead and Cues, as recorders write them."""
    body = ABOUT + el(TRACKS, *(tracks or (VIDEO, SOUND))) + b"".join(pieces)
    size = (len(body) | 1 << 56).to_bytes(8, "big") if sized else UNKNOWN
    return ebml(kind) + bytes.fromhex(SEGMENT) + size + body


def labelled(value: str = OLD, *more: bytes, name: str = "AIGC", targets: bytes = b"") -> bytes:
    """Return a Tags element with a label as ffmpeg writes it."""
    return el(TAGS, tag(simple(name, value), *more, targets=targets))


def everywhere() -> bytes:
    """Return a file that holds labels in every place where they were met, or might be."""
    inner = simple("DEEPER", "deep", simple("AIGC", OLD))
    return Film(
        front=(
            el(TAGS, crc(el("7373", crc(el("63C0"), TITLE, simple("AIGC", OLD))))),
            el(TAGS, tag(simple("aigc", OLDER), targets=num("63C5", 1001)), tag(TITLE)),
        ),
        back=(
            el(TAGS, tag(simple("ENCODER", "hand", inner), simple("COMMENT", OLD))),
            el(TAGS, tag(simple("AIGC", OLDER.encode()))),
        ),
        clusters=(CLUSTERS[0], el(TAGS, tag(simple("AIGC", OLD))), CLUSTERS[1]),
        room=100,
        checked=True,
    ).build()
