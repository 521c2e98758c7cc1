"""FLAC files made by hand [RFC9639]: frames of constant samples, with their checksums."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from builders.mp3 import comment as id3_comment
from builders.mp3 import tag, text_frame, user_text

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
BLOCK: Final = 4096
FRAMES: Final = 3
SAMPLE: Final = 1234
PICTURE: Final = (6, bytes(3) + b"\3" + bytes(28))  # an empty front cover [RFC9639 8.8]


def crc(data: bytes, width: int, polynomial: int) -> int:
    """Return a checksum, bit by bit [RFC9639 9.1.8, 9.3]."""
    value, top = 0, 1 << width - 1
    for byte in data:
        value ^= byte << width - 8
        for _ in range(8):
            value = value << 1 ^ polynomial if value & top else value << 1
        value &= (1 << width) - 1
    return value


def frame(number: int) -> bytes:
    """Return a mono frame of 4096 equal 16-bit samples at 44.1 kHz [RFC9639 9]."""
    header = b"\xff\xf8\xc9\x08" + bytes([number])  # 4096 samples, 44.1 kHz; mono, 16 bits
    header += bytes([crc(header, 8, 0x07)])
    body = header + b"\0" + SAMPLE.to_bytes(2, "big")  # one constant subframe
    return body + crc(body, 16, 0x8005).to_bytes(2, "big")


def sound() -> bytes:
    """Return the frames."""
    return b"".join(frame(number) for number in range(FRAMES))


def streaminfo() -> bytes:
    """Return the body of STREAMINFO."""
    size = len(frame(0))
    packed = 44100 << 44 | 0 << 41 | 15 << 36 | BLOCK * FRAMES
    digest = hashlib.md5(
        SAMPLE.to_bytes(2, "little") * (BLOCK * FRAMES), usedforsecurity=False
    ).digest()
    sizes = BLOCK.to_bytes(2, "big") * 2 + size.to_bytes(3, "big") * 2
    return sizes + packed.to_bytes(8, "big") + digest


def comments(*entries: str, vendor: str = "the builders") -> tuple[int, bytes]:
    """Return the type and the body of a comment block."""
    texts = [entry.encode() for entry in entries]
    sized = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    head = len(vendor).to_bytes(4, "little") + vendor.encode()
    return 4, head + len(texts).to_bytes(4, "little") + sized


def padding(length: int) -> tuple[int, bytes]:
    """Return the type and the body of a padding block."""
    return 1, bytes(length)


def file(*blocks: tuple[int, bytes], trailer: bytes = b"") -> bytes:
    """Return a stream with STREAMINFO and the blocks given."""
    every = ((0, streaminfo()), *blocks)
    out = b"fLaC"
    for index, (kind, body) in enumerate(every):
        last = 0x80 if index == len(every) - 1 else 0
        out += bytes([kind | last]) + len(body).to_bytes(3, "big") + body
    return out + sound() + trailer


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    leading = tag(text_frame("TIT2", "a title"), user_text("AIGC", payload), padding=20)
    return (
        leading
        + tag(id3_comment(payload))
        + file(
            comments(
                "TITLE=a title",
                f"aigc={payload}",
                f"COMMENT={payload}",
                f'AIGC={{"AIGC":{payload}}}',
                "ARTIST=somebody",
            ),
            PICTURE,
            comments(f"DESCRIPTION={payload}", "ALBUM=an album"),
            padding(30),
        )
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.flac", file()
    yield "comments.flac", file(comments("TITLE=a title", "COMMENT=a comment"))
    yield "no-entries.flac", file(comments())
    yield "padded.flac", file(comments("TITLE=a title"), padding(8192))
    yield "padding-alone.flac", file(padding(100))
    yield (
        "neighbours.flac",
        file((2, b"test" + bytes(9)), padding(5), comments("TITLE=a title"), PICTURE),
    )
    yield "labelled.flac", file(comments("TITLE=a title", f"AIGC={OLD}", "ARTIST=x"), padding(40))
    yield "lower-case.flac", file(comments(f"aigc={OLD}"))
    yield "id3.flac", tag(text_frame("TIT2", "a title"), padding=40) + file(comments())
    yield "everywhere.flac", everywhere(OLD)
