"""ASF files made by hand [ASF 01.20.05]: packets of a few payloads, headers in several ways."""

from __future__ import annotations

import struct
from typing import Final

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
PACKET: Final = 64

HEADER: Final = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
DATA: Final = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
FILE: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
STREAM: Final = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
CONTENT: Final = bytes.fromhex("3326b2758e66cf11a6d900aa0062ce6c")
EXTENDED: Final = bytes.fromhex("40a4d0d207e3d21197f000a0c95ea850")
EXTENSION: Final = bytes.fromhex("b503bf5f2ea9cf118ee300c00c205365")
METADATA: Final = bytes.fromhex("eacbf8c5af5b77488467aa8c44fa4cca")
LIBRARY: Final = bytes.fromhex("941c23449894d149a1411d134e457054")
PADDING: Final = bytes.fromhex("74d40618dfca0945a4ba9aabcb96aae8")
SIGNATURE: Final = bytes.fromhex("fcb3112223bdd211b4b700a0c955fc6e")
XMP: Final = bytes.fromhex("cbcf7abea997e8429c71999491e3afac")
VIDEO: Final = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
SOUND: Final = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")


def obj(name: bytes, *parts: bytes) -> bytes:
    """Return an object."""
    body = b"".join(parts)
    return name + (24 + len(body)).to_bytes(8, "little") + body


def wide(text: str) -> bytes:
    """Return a text as the format stores it."""
    return f"{text}\0".encode("utf-16-le")


def attribute(name: str, value: str | bytes) -> bytes:
    """Return a descriptor of the extended content description."""
    key, data = wide(name), value if isinstance(value, bytes) else wide(value)
    kind = 1 if isinstance(value, bytes) else 0
    return struct.pack("<H", len(key)) + key + struct.pack("<HH", kind, len(data)) + data


def record(name: str, value: str) -> bytes:
    """Return a record of the metadata objects."""
    key, data = wide(name), wide(value)
    return struct.pack("<HHHHI", 0, 0, len(key), 0, len(data)) + key + data


def listed(name: bytes, *items: bytes) -> bytes:
    """Return an object that counts what it holds."""
    return obj(name, len(items).to_bytes(2, "little"), *items)


def content(*texts: str) -> bytes:
    """Return a content description."""
    stored = [wide(text) if text else b"" for text in (*texts, "", "", "", "", "")[:5]]
    return obj(CONTENT, b"".join(len(text).to_bytes(2, "little") for text in stored), *stored)


def extension(*inner: bytes) -> bytes:
    """Return a header extension."""
    body = b"".join(inner)
    return obj(EXTENSION, bytes(16), b"\6\0", len(body).to_bytes(4, "little"), body)


def one(stream: int, data: bytes, *, corrected: bool = False) -> bytes:
    """Return a packet with a single payload, padded."""
    head = b"\x82\0\0" if corrected else b""
    flags = b"\x08\x5d"  # the padding's length has one byte; the payload's parts are usual
    part = bytes([stream | 0x80, 0]) + bytes(4) + b"\x08" + bytes(8) + data
    padding = PACKET - len(head) - 9 - len(part)
    return head + flags + bytes([padding]) + bytes(6) + part + bytes(padding)


def several(*parts: tuple[int, bytes]) -> bytes:
    """Return a packet with several payloads; of several small objects where data hold lengths."""
    body = b""
    for stream, data in parts:
        packed = stream > 100
        replicated = b"\x01\x05" if packed else b"\x08" + bytes(8)
        body += bytes([stream % 100, 1]) + bytes(4) + replicated + len(data).to_bytes(2, "little")
        body += data
    padding = PACKET - 11 - len(body)
    head = b"\x11\x5d" + padding.to_bytes(2, "little") + bytes(6) + bytes([0x80 | len(parts)])
    return head + body + bytes(padding)


PACKETS: Final = (
    one(1, b"picture one"),
    several((2, b"sound one"), (102, b"\x03two\x05three")),
    one(1, b"picture two", corrected=True),
)


def file(
    *headers: bytes, streams: tuple[bytes, ...] = (VIDEO, SOUND), behind: tuple[bytes, ...] = ()
) -> bytes:
    """Return a file with objects in its header, and others behind its data."""
    data = obj(DATA, bytes(16), len(PACKETS).to_bytes(8, "little"), b"\1\1", *PACKETS)
    kinds = [obj(STREAM, kind, bytes(38)) for kind in streams]
    size = 0
    for _ in range(2):
        sizes = struct.pack("<II", PACKET, PACKET)
        about = obj(FILE, bytes(16), size.to_bytes(8, "little"), bytes(44), sizes, bytes(4))
        inside = (about, *kinds, *headers)
        head = obj(HEADER, len(inside).to_bytes(4, "little"), b"\1\2", *inside)
        size = len(head) + len(data) + sum(map(len, behind))
    return b"".join((head, data, *behind))
