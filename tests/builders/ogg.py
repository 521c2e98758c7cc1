"""Ogg files made by hand [RFC3533; Vorbis I 4.2; RFC7845; RFC9639 10.1], in several pagings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
CONTINUED, FIRST, LAST = 1, 2, 4
NOTHING_ENDS: Final = (1 << 64) - 1
VORBIS_HEAD: Final = (  # 8000 Hz, one channel, blocks of 256 and 2048
    b"\x01vorbis" + bytes(4) + b"\1" + (8000).to_bytes(4, "little") + bytes(12) + b"\xb8\1"
)


def _setup() -> bytes:
    """Return a small setup header [Vorbis I 4.2.4]: one floor, one residue, long blocks only."""
    books = (  # dimensions and entries, the codes all of one length, numbers or none
        (1, 256, 8, ()),
        (2, 4, 2, ()),
        (2, 256, 8, ((0xE2800008, 32), (0x62800001, 32), (3, 4), (0, 1))),  # from -8 in steps of 1
    )
    fields = [(len(books) - 1, 8)]
    for dimensions, entries, length, numbers in books:
        fields += [(0x564342, 24), (dimensions, 16), (entries, 24), (1, 1), (length - 1, 5)]
        fields += [(entries, entries.bit_length()), (1 if numbers else 0, 4), *numbers]
        fields += [(number, 4) for number in range(16)] if numbers else []
    fields += [(0, 6), (0, 16)]  # time
    posts = (16, 64, 256)
    fields += [(0, 6), (1, 16), (1, 5), (0, 4), (len(posts) - 1, 3), (0, 2), (1, 8), (0, 2)]
    fields += [(10, 4), *((post, 10) for post in posts)]
    fields += [(0, 6), (1, 16), (0, 24), (1024, 24), (31, 24), (1, 6), (1, 8)]  # two classes
    fields += [(0, 3), (0, 1), (1, 3), (0, 1), (2, 8)]  # nothing, or the third book
    fields += [(0, 6), (0, 16), (0, 1), (0, 1), (0, 2), (0, 8), (0, 8), (0, 8)]  # mapping
    fields += [(0, 6), (1, 1), (0, 32), (0, 8), (1, 1)]  # mode, and the last bit
    value = at = 0
    for number, width in fields:
        value |= number << at
        at += width
    return b"\x05vorbis" + value.to_bytes(840, "little")


VORBIS_SETUP: Final = _setup()  # and zeros, so that it is as long as those of other coders
FLAC_INFO: Final = bytes.fromhex("1000100000000e00000e0ac440f000003000") + bytes(16)
SPEEX_HEAD: Final = (b"Speex   1.2".ljust(28, b"\0") + bytes(52))[:80]


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x04C11DB7 if value & 1 << 31 else 0)
        table.append(value & 0xFFFFFFFF)
    return tuple(table)


def crc(data: bytes) -> int:
    """Return the checksum of a page, byte by byte [RFC3533 6]."""
    value, table = 0, _table()
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ table[value >> 24 ^ byte]
    return value


def page(
    lacing: bytes, body: bytes, number: int, *, flags: int = 0, granule: int = 0, serial: int = 7
) -> bytes:
    """Return one page."""
    head = b"OggS\0" + bytes([flags]) + granule.to_bytes(8, "little")
    head += serial.to_bytes(4, "little") + number.to_bytes(4, "little")
    rest = bytes([len(lacing)]) + lacing + body
    return head + crc(head + bytes(4) + rest).to_bytes(4, "little") + rest


def laces(packet: bytes) -> bytes:
    """Return the lengths of a packet's segments."""
    return b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])


def stream(
    packets: Sequence[bytes], groups: Sequence[int], *, serial: int = 7, segments: int = 255
) -> list[bytes]:
    """Return the pages of a stream.

    Args:
        packets: what it consists of.
        groups: how many packets begin on one page, group after group.
        serial: its number.
        segments: how many segments a page holds at most.
    """
    pages: list[bytes] = []
    taken, going_on = 0, False
    for index, count in enumerate(groups):
        group = packets[taken : taken + count]
        taken += count
        lacing, body = b"".join(map(laces, group)), b"".join(group)
        while lacing:
            part, lacing = lacing[:segments], lacing[segments:]
            piece, body = body[: sum(part)], body[sum(part) :]
            flags = (CONTINUED if going_on else 0) | (0 if pages else FIRST)
            going_on = part[-1] == 255
            flags |= LAST if index == len(groups) - 1 and not lacing else 0
            ends = any(length < 255 for length in part)
            granule = (taken * 100 if index > 1 else 0) if ends else NOTHING_ENDS
            pages.append(page(part, piece, len(pages), flags=flags, granule=granule, serial=serial))
    return pages


def comments(*entries: str, vendor: str = "the builders") -> bytes:
    """Return comments as every codec has them."""
    texts = [entry.encode() for entry in entries]
    sized = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    head = len(vendor).to_bytes(4, "little") + vendor.encode()
    return head + len(texts).to_bytes(4, "little") + sized


def sound(count: int = 6) -> list[bytes]:
    """Return packets that stand for sound."""
    return [bytes([2 * index]) + b"sound" * (20 + index * 90) for index in range(count)]


def vorbis_packets(*entries: str, padding: int = 0) -> list[bytes]:
    """Return the headers and the sound of a Vorbis stream."""
    return [
        VORBIS_HEAD,
        b"\x03vorbis" + comments(*entries) + b"\1" + bytes(padding),
        VORBIS_SETUP,
        *sound(),
    ]


def vorbis(
    *entries: str,
    groups: Sequence[int] = (1, 2, 2, 4),
    serial: int = 7,
    padding: int = 0,
    segments: int = 255,
) -> bytes:
    """Return a file with one Vorbis stream; usually comments and setup share a page."""
    packets = vorbis_packets(*entries, padding=padding)
    return b"".join(stream(packets, groups, serial=serial, segments=segments))


def flac(*entries: str, extra: Sequence[bytes] = ()) -> bytes:
    """Return a file with a FLAC stream."""
    count = 1 + len(extra)
    head = b"\x7fFLAC\1\0" + count.to_bytes(2, "big") + b"fLaC\0\0\0\x22" + FLAC_INFO
    body = comments(*entries)
    block = bytes([0x84 if not extra else 4]) + len(body).to_bytes(3, "big") + body
    frames = [b"\xff\xf8" + bytes([index]) * 300 for index in range(4)]
    return b"".join(stream([head, block, *extra, *frames], (1, count, 4)))


def speex(*entries: str) -> bytes:
    """Return a file with a Speex stream."""
    return b"".join(stream([SPEEX_HEAD, comments(*entries), *sound()], (1, 1, 6)))


def art(length: int) -> str:
    """Return a comment that holds a picture of some length."""
    return "METADATA_BLOCK_PICTURE=" + "A" * (length - 23)


def brimful(missing: int) -> str:
    """Return a picture so that comments and setup fill a page but for some segments."""
    setup = len(laces(VORBIS_SETUP))
    rest = len(b"\x03vorbis" + comments("") + b"\1")
    return art((255 - setup - missing) * 255 - rest - 100)


def everywhere(payload: str) -> bytes:
    """Return a chained file of three streams that holds labels in every place."""
    picture = b"\x81theora" + comments("TITLE=a film", f"COMMENT={payload}")
    video = stream([b"\x80theora" + bytes(33), picture, b"\x82theora tables"], (1, 2), serial=1)
    first = stream(
        vorbis_packets("TITLE=x", f"aigc={payload}", f"AIGC={payload}", "ARTIST=somebody"),
        (1, 2, 2, 4),
        serial=2,
    )
    unknown = page(b"\x05", b"what?", 0, flags=FIRST | LAST, serial=3)
    link = video[:1] + first[:1] + [unknown] + first[1:2] + video[1:] + first[2:]
    return b"".join(link) + vorbis(f"DESCRIPTION={payload}", "ALBUM=an album", serial=2)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.ogg", vorbis("TITLE=a title")
    yield "apart.ogg", vorbis("TITLE=a title", groups=(1, 1, 1, 6))
    yield "no-entries.oga", vorbis()
    yield "labelled.ogg", vorbis("TITLE=a title", f"AIGC={OLD}", "ARTIST=x")
    yield "padded.ogg", vorbis(f"aigc={OLD}", padding=50)
    yield "padded-by-much.ogg", vorbis("TITLE=a title", padding=5000)
    yield "picture.ogg", vorbis("TITLE=a title", art(70_000), f"AIGC={OLD}")
    yield "full.ogg", vorbis(brimful(1))
    yield "nearly-full.ogg", vorbis(brimful(12), f"AIGC={OLD}")
    yield "small-pages.ogg", vorbis(art(3000), segments=4)
    yield "one-page.ogg", vorbis("TITLE=a title", groups=(1, 8))
    yield "trailer.ogg", vorbis("TITLE=a title") + b"TAG" + bytes(125)
    yield "chained.ogg", vorbis("TITLE=1") + vorbis("TITLE=2", f"AIGC={OLD}", serial=8)
    yield "repeated.ogg", vorbis(f"AIGC={OLD}") * 2
    yield "flac.oga", flac("TITLE=a title", f"AIGC={OLD}")
    yield "flac-padded.oga", flac("TITLE=a title", extra=(b"\x81\0\0\4" + bytes(4),))
    yield "speex.spx", speex("TITLE=a title")
