"""ISO base media files made by hand [ISO14496-12, QTFF]: boxes, movies, fragments, metadata."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
XMP_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
MATRIX: Final = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
PICTURES: Final = tuple(bytes([value]) * 12 for value in range(1, 7))  # 2x2 pixels, RGB
SOUND: Final = tuple(bytes([0x40 + value]) * 2 for value in range(8))  # one 16-bit value each


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Return a box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def u16(*values: int) -> bytes:
    """Return numbers of 16 bits."""
    return struct.pack(f">{len(values)}H", *values)


def u32(*values: int) -> bytes:
    """Return numbers of 32 bits."""
    return struct.pack(f">{len(values)}I", *values)


def u64(*values: int) -> bytes:
    """Return numbers of 64 bits."""
    return struct.pack(f">{len(values)}Q", *values)


def ftyp(*brands: bytes) -> bytes:
    """Return the box of brands, the major one first."""
    return box(b"ftyp", brands[0], u32(0), *brands)


# -- tracks ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Track:
    """One track: its samples in chunks.

    Args:
        number: its id.
        handler: ``vide``, ``soun`` or another.
        chunks: the samples of each chunk.
        wide: whether chunk offsets have 64 bits.
        compact: whether sizes stand in ``stz2``, in fields of so many bits.
        extra: boxes at the end of ``trak``.
        in_table: boxes at the end of ``stbl``, made from the offset of the first chunk.
        external: whether the samples stand in another file; None for this one and another.
    """

    number: int
    handler: bytes
    chunks: Sequence[Sequence[bytes]]
    wide: bool = False
    compact: int = 0
    extra: bytes = b""
    in_table: Callable[[int], bytes] = lambda _: b""
    external: bool | None = False


def _sizes(samples: list[bytes], compact: int) -> bytes:
    lengths = [len(sample) for sample in samples]
    if compact:
        if compact == 4:
            pairs = zip(lengths[::2], [*lengths[1::2], 0], strict=False)
            table = bytes(high << 4 | low for high, low in pairs)
        else:
            table = b"".join(length.to_bytes(compact // 8, "big") for length in lengths)
        return full(b"stz2", bytes(3), bytes([compact]), u32(len(lengths)), table)
    if len(set(lengths)) == 1:
        return full(b"stsz", u32(lengths[0], len(lengths)))
    return full(b"stsz", u32(0, len(lengths), *lengths))


def _description(handler: bytes) -> bytes:
    if handler == b"vide":
        sizes = u16(2, 2) + u32(72 << 16, 72 << 16, 0) + u16(1) + bytes(32) + u16(24, 0xFFFF)
        return box(b"raw ", bytes(6), u16(1), bytes(16), sizes)
    if handler == b"soun":
        return box(b"twos", bytes(6), u16(1), bytes(8), u16(1, 16, 0, 0), u32(8000 << 16))
    return box(b"none", bytes(6), u16(1))


def trak(track: Track, offsets: Sequence[int]) -> bytes:
    """Return a ``trak`` box whose chunks stand at the offsets."""
    samples = [sample for chunk in track.chunks for sample in chunk]
    runs = b"".join(u32(at, len(chunk), 1) for at, chunk in enumerate(track.chunks, 1))
    count = len(track.chunks)
    chunks = full(
        b"co64" if track.wide else b"stco", u32(count), (u64 if track.wide else u32)(*offsets)
    )
    stbl = box(
        b"stbl",
        full(b"stsd", u32(1), _description(track.handler)),
        full(b"stts", u32(1, len(samples), 1)),
        full(b"stsc", u32(count), runs),
        _sizes(samples, track.compact),
        chunks,
        track.in_table(offsets[0] if offsets else 0),
    )
    kinds = {b"vide": full(b"vmhd", bytes(8), flags=1), b"soun": full(b"smhd", bytes(4))}
    locations = []
    if not track.external:
        locations.append(full(b"url ", flags=1))
    if track.external is not False:
        locations.append(full(b"url ", b"elsewhere\0"))
    references = full(b"dref", u32(len(locations)), *locations)
    return box(
        b"trak",
        full(
            b"tkhd",
            u32(0, 0, track.number, 0, len(samples), 0, 0, 0, 0),
            MATRIX,
            u32(2 << 16, 2 << 16),
            flags=3,
        ),
        box(
            b"mdia",
            full(b"mdhd", u32(0, 0, 10, len(samples)), u16(0x55C4, 0)),
            full(b"hdlr", u32(0), track.handler, bytes(13)),
            box(
                b"minf",
                kinds.get(track.handler, full(b"nmhd")),
                box(b"dinf", references),
                stbl,
            ),
        ),
        track.extra,
    )


def both() -> tuple[Track, Track]:
    """Return a track of pictures and one of sound, in two chunks each."""
    return (
        Track(number=1, handler=b"vide", chunks=(PICTURES[:2], PICTURES[2:])),
        Track(number=2, handler=b"soun", chunks=(SOUND[:5], SOUND[5:])),
    )


def mvhd(length: int = 6) -> bytes:
    """Return the header of a movie."""
    return full(
        b"mvhd", u32(0, 0, 10, length, 1 << 16), u16(0x100), bytes(10), MATRIX, bytes(24), u32(9)
    )


# -- movies ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Movie:
    """A movie, as a list of boxes in file order.

    Args:
        tracks: its tracks, whose chunks stand interleaved in ``mdat``.
        brands: of ``ftyp``; without, there is none.
        order: the boxes behind it: ``moov``, ``mdat`` or the name of one of `others`.
        others: other boxes of the file.
        in_moov: boxes at the end of ``moov``.
        mdat: how its size is written: ``short``, ``long`` (64 bits) or ``open`` (to the end).
    """

    tracks: Sequence[Track] = field(default_factory=both)
    brands: Sequence[bytes] = (b"isom", b"iso2", b"mp41")
    order: str = "mdat moov"
    others: dict[str, bytes] = field(default_factory=dict)
    in_moov: bytes = b""
    mdat: str = "short"

    def build(self) -> bytes:
        """Return the file."""
        return self._lay(self._lay(self._moov(0))[1])[0]

    def _lay(self, moov: bytes) -> tuple[bytes, bytes]:
        """Return the file with a `moov` box, and that box with the offsets of this file."""
        data = ftyp(*self.brands) if self.brands else b""
        start = 0
        for name in self.order.split():
            if name == "mdat":
                body = b"".join(self._chunks())
                head = {
                    "short": u32(len(body) + 8) + b"mdat",
                    "long": u32(1) + b"mdat" + u64(len(body) + 16),
                    "open": u32(0) + b"mdat",
                }[self.mdat]
                start = len(data) + len(head)
                data += head + body
            else:
                data += moov if name == "moov" else self.others[name]
        return data, self._moov(start)

    def _chunks(self) -> list[bytes]:
        """Return the chunks, one of each track in turn."""
        longest = max((len(track.chunks) for track in self.tracks), default=0)
        return [
            b"".join(track.chunks[at])
            for at in range(longest)
            for track in self.tracks
            if at < len(track.chunks)
        ]

    def _moov(self, start: int) -> bytes:
        offsets: dict[int, list[int]] = {track.number: [] for track in self.tracks}
        longest = max((len(track.chunks) for track in self.tracks), default=0)
        for at in range(longest):
            for track in self.tracks:
                if at < len(track.chunks):
                    offsets[track.number].append(start)
                    start += len(b"".join(track.chunks[at]))
        traks = [trak(track, offsets[track.number]) for track in self.tracks]
        return box(b"moov", mvhd(), *traks, self.in_moov)


# -- metadata --------------------------------------------------------------------------------------


def value(text: str, kind: int = 1) -> bytes:
    """Return a ``data`` box; `kind` 1 is UTF-8, 2 UTF-16."""
    return box(b"data", u32(kind, 0), text.encode("utf-16-be" if kind == 2 else "utf-8"))


def meta(handler: bytes, *parts: bytes, bare: bool = False) -> bytes:
    """Return a ``meta`` box, bare as in QuickTime or a full box."""
    body = (box(b"hdlr", bytes(8), handler, bytes(13)), *parts)
    return box(b"meta", *body) if bare else full(b"meta", *body)


def keyed(*pairs: tuple[str, str], kind: int = 1, bare: bool = False) -> bytes:
    """Return a ``meta`` box with keys and their values."""
    keys = b"".join(box(b"mdta", key.encode()) for key, _ in pairs)
    items = [box(u32(at), value(text, kind)) for at, (_, text) in enumerate(pairs, 1)]
    return meta(b"mdta", full(b"keys", u32(len(pairs)), keys), box(b"ilst", *items), bare=bare)


def named(*items: bytes) -> bytes:
    """Return a ``meta`` box as iTunes writes it."""
    return meta(b"mdir", box(b"ilst", *items))


def item(kind: bytes, text: str) -> bytes:
    """Return an item that is named by its type."""
    return box(kind, value(text))


def freeform(name: str, text: str) -> bytes:
    """Return an item with a name of its own."""
    mean = full(b"mean", b"com.apple.iTunes")
    return box(b"----", mean, full(b"name", name.encode()), value(text))


def udta(*parts: bytes) -> bytes:
    """Return user data."""
    return box(b"udta", *parts)


def quicktime_text(kind: bytes, text: str) -> bytes:
    """Return user data with a text and its language [QTFF User Data]."""
    return box(kind, u16(len(text.encode()), 0x55C4), text.encode())


def xmp(packet: bytes) -> bytes:
    """Return the box of an XMP packet."""
    return box(b"uuid", XMP_UUID, packet)


# -- fragments -------------------------------------------------------------------------------------


def traf(number: int, start: int, samples: Sequence[bytes], base: int | None) -> bytes:
    """Return a track fragment whose data begin so far behind its base.

    Args:
        number: the track.
        start: from the base.
        samples: the samples, whose sizes are listed.
        base: the absolute base offset, or None for the start of the fragment.
    """
    head = (
        full(b"tfhd", u32(number), u64(base), flags=0x1)
        if base is not None
        else full(b"tfhd", u32(number), flags=0x20000)
    )
    sizes = b"".join(u32(1, len(sample)) for sample in samples)
    run = full(b"trun", u32(len(samples), start), sizes, flags=0x1 | 0x100 | 0x200)
    return box(b"traf", head, run)


def fragment(at: int, *, absolute: bool, extra: bytes = b"") -> bytes:
    """Return a fragment with a run of each track, and its data.

    Args:
        at: where it begins.
        absolute: whether it says so in its base offset.
        extra: boxes in it.
    """
    base = at if absolute else None
    first, second = b"".join(PICTURES[:3]), b"".join(SOUND[:4])

    def moof(start: int) -> bytes:
        return box(
            b"moof",
            full(b"mfhd", u32(1)),
            traf(1, start, PICTURES[:3], base),
            traf(2, start + len(first), SOUND[:4], base),
            extra,
        )

    return moof(len(moof(0)) + 8) + box(b"mdat", first, second)


def fragmented(extra: bytes = b"", *, in_moov: bytes = b"") -> bytes:
    """Return a movie in two fragments, with both indexes of fragments.

    Args:
        extra: boxes in the second fragment.
        in_moov: boxes at the end of ``moov``.
    """
    tracks = (
        Track(number=1, handler=b"vide", chunks=()),
        Track(number=2, handler=b"soun", chunks=()),
    )
    trex = [full(b"trex", u32(number, 1, 1, 0, 0)) for number in (1, 2)]
    movie = Movie(tracks=tracks, order="moov", in_moov=box(b"mvex", *trex) + in_moov)
    head = movie.build()
    parts = [fragment(0, absolute=True), fragment(0, absolute=False, extra=extra)]
    at = len(head) + 12 + 20 + 12 * len(parts)
    entries = b"".join(u32(len(part), 1, 0x90000000) for part in parts)
    sidx = full(b"sidx", u32(1, 10, 0, 0), u16(0, len(parts)), entries)
    places, data = [], b""
    for number, part in enumerate(parts):
        places.append(at + len(data))
        absolute = number == 0
        data += fragment(places[-1], absolute=absolute, extra=b"" if absolute else extra)
        assert len(part) == len(data) + at - places[-1]
    rows = b"".join(u32(0, place) + b"\1\1\1" for place in places)
    tfra = full(b"tfra", u32(1, 0, len(places)), rows)
    mfro = full(b"mfro", u32(8 + len(tfra) + 16))
    assert len(sidx) == at - len(head)
    return head + sidx + data + box(b"mfra", tfra, mfro)
