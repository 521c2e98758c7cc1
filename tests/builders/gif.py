"""GIF files made by hand [GIF89a], with pictures that are coded without compression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.icc import profile
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE: Final = 16
OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
WRAPPED: Final = f'{{"AIGC":{OLD}}}'.encode()
TRAILER: Final = b";"
_CODE_SIZE: Final = 7  # codes of 8 bits, as long as the table of LZW is cleared often enough
_CLEAR: Final = 128
_END: Final = 129
_RUN: Final = 100
_MAGIC: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\0"


def sub_blocks(data: bytes, size: int = 255) -> bytes:
    """Return data as sub-blocks with their terminator."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"


def head(version: bytes = b"89a", *, table: bool = True) -> bytes:
    """Return the header, the screen, and a global colour table of 128 greys or none."""
    flags = 0xF6 if table else 0x70
    screen = SIDE.to_bytes(2, "little") * 2 + bytes([flags, 0, 0])
    return b"GIF" + version + screen + (colours() if table else b"")


def colours() -> bytes:
    """Return a table of 128 greys."""
    return b"".join(bytes([2 * value]) * 3 for value in range(128))


def picture(shift: int = 0, *, local: bool = False) -> bytes:
    """Return a picture of 16 by 16 pixels, with a colour table of its own or without."""
    codes = bytearray()
    for index in range(SIDE * SIDE):
        if index % _RUN == 0:
            codes.append(_CLEAR)
        codes.append((index + shift) % 128)
    codes.append(_END)
    place = bytes(4) + SIDE.to_bytes(2, "little") * 2
    flags = b"\x86" + colours() if local else b"\0"
    return b"," + place + flags + bytes([_CODE_SIZE]) + sub_blocks(bytes(codes), 100)


def control(delay: int = 10) -> bytes:
    """Return a graphic control extension."""
    return b"\x21\xf9\x04\x04" + delay.to_bytes(2, "little") + b"\0\0"


def comment(text: bytes) -> bytes:
    """Return a comment extension."""
    return b"\x21\xfe" + sub_blocks(text)


def application(name: bytes, data: bytes) -> bytes:
    """Return an application extension; `data` has its sub-blocks and their terminator."""
    return b"\x21\xff\x0b" + name + data


def loops(count: int = 0) -> bytes:
    """Return the extension that says how often the film is shown."""
    return application(b"NETSCAPE2.0", sub_blocks(b"\x01" + count.to_bytes(2, "little")))


def xmp(data: bytes) -> bytes:
    """Return an XMP extension as its specification wants it."""
    return application(b"XMP DataXMP", data + _MAGIC)


def xmp_in_sub_blocks(data: bytes) -> bytes:
    """Return an XMP extension as some programs write it."""
    return application(b"XMP DataXMP", sub_blocks(data))


def xmp_without_trailer(data: bytes) -> bytes:
    """Return an XMP extension with a bare terminator, at which its bytes happen to lead."""
    at = 0
    while at < len(data):
        at += 1 + data[at]
    return application(b"XMP DataXMP", data + bytes(at - len(data)) + b"\0")


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    film = loops() + control() + picture() + control() + picture(40, local=True)
    foreign = packet(FOREIGN, padding=2048)
    plain = b"\x21\x01" + sub_blocks(bytes(8) + b"\x08\x08\x01\x02") + b""
    yield "87a.gif", head(b"87a") + picture() + TRAILER
    yield "89a.gif", head() + picture() + TRAILER
    yield "local-table.gif", head(b"87a", table=False) + picture(local=True) + TRAILER
    yield "film.gif", head() + film + TRAILER
    yield "comments.gif", head() + comment(b"a lake") + film + comment(b'{"prompt":1}') + TRAILER
    yield "plain-text.gif", head() + control() + plain + picture() + TRAILER
    yield "foreign-xmp.gif", head() + xmp(foreign) + film + TRAILER
    yield "foreign-xmp-at-end.gif", head() + film + xmp(foreign) + TRAILER
    yield "sub-blocked-xmp.gif", head() + xmp_in_sub_blocks(foreign) + picture() + TRAILER
    yield "unframed-xmp.gif", head() + xmp_without_trailer(packet(FOREIGN)) + picture() + TRAILER
    yield "icc.gif", head() + application(b"ICCRGBG1012", sub_blocks(profile())) + film + TRAILER
    yield "trailing.gif", head() + picture() + TRAILER + b"bytes behind the trailer"
    yield "without-trailer.gif", head() + picture()
    yield "doubled-terminator.gif", head() + picture() + b"\0" + control() + picture() + TRAILER
    yield "labelled.gif", head(b"87a") + picture() + xmp(labelled(OLD)) + TRAILER
    yield (
        "labelled-everywhere.gif",
        b"".join(
            (head(), comment(WRAPPED), xmp_in_sub_blocks(labelled(OLD)), film, xmp(labelled(OLD)))
        )
        + xmp(labelled(OLD))
        + comment(OLD.encode())
        + TRAILER,
    )
