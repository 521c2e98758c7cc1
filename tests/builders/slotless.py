"""Files of formats without a place for metadata, made by hand from their documents."""

from __future__ import annotations

import struct


def bmp(header: int = 40) -> bytes:
    """Return a picture of one pixel [BMP, Microsoft]."""
    size = struct.pack("<HH" if header == 12 else "<ii", 1, 1)
    body = (header.to_bytes(4, "little") + size + struct.pack("<HH", 1, 24)).ljust(header, b"\0")
    start = 14 + header
    return b"BM" + struct.pack("<IHHI", start + 4, 0, 0, start) + body + bytes(4)


def ico(count: int = 1, kind: int = 1) -> bytes:
    """Return an icon, or a cursor where `kind` is 2."""
    picture = bmp()[14:]
    start = 6 + 16 * count
    entry = struct.pack("<BBBBHHII", 1, 1, 0, 0, 1, 24, len(picture), start)
    return struct.pack("<HHH", 0, kind, count) + entry * count + picture


def transport(count: int = 4, *, stamped: bool = False) -> bytes:
    """Return null packets [ISO13818-1 2.4.3.2], with the time stamps of M2TS if asked for."""
    packet = b"G\x1f\xff\x10" + b"\xff" * 184
    return (bytes(4) * stamped + packet) * count


def program(version: int = 2) -> bytes:
    """Return a pack header and the end code [ISO13818-1 2.5.3.3; ISO11172-1 2.4.3.2]."""
    pack = b"\x44\0\4\0\4\1\0\0\3\xf8" if version == 2 else b"\x21\0\1\0\1\x80\0\1"
    return b"\0\0\1\xba" + pack + b"\0\0\1\xb9"


def ac3(count: int = 2, code: int = 0x1E, version: int = 8) -> bytes:
    """Return frames of AC-3 [A/52]."""
    rates = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
    rate, kbits = code >> 6, rates[(code & 0x3F) >> 1]
    words = (kbits * 2, kbits * 320 // 147 + (code & 1), kbits * 3)[rate]
    return (b"\x0b\x77\0\0" + bytes([code, version << 3])).ljust(2 * words, b"\0") * count


def eac3(count: int = 2) -> bytes:
    """Return frames of E-AC-3 [A/52]."""
    return (b"\x0b\x77" + (99).to_bytes(2, "big") + b"\x3f\x80").ljust(200, b"\0") * count


def amr(*, wide: bool = False) -> bytes:
    """Return frames without data [RFC4867 5]."""
    return (b"#!AMR-WB\n" if wide else b"#!AMR\n") + b"\x7c" * 5
