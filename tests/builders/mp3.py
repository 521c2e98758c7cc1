"""MP3 files made by hand [ISO11172-3; ID3v2.2, 2.3, 2.4]: silent frames and tags of every kind."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from builders.packets import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
HEADER: Final = b"\xff\xfb\x90\x64"  # MPEG-1 Layer III, 128 kbit/s, 44.1 kHz, joint stereo
LENGTH: Final = 417  # 144 * 128000 // 44100
SILENCE: Final = HEADER + bytes(LENGTH - 4)  # side information of zeros: no bits, no sound
PICTURE: Final = b"\0image/png\0\3\0\x89PNG\xff\xe0\xff\0\xff\xff\xfb\x90" * 9


def info_frame(name: bytes = b"Info") -> bytes:
    """Return the frame that holds an encoder's table of contents."""
    return (HEADER + bytes(32) + name + bytes(4)).ljust(LENGTH, b"\0")


def vbri_frame() -> bytes:
    """Return the table of contents that Fraunhofer's encoder writes."""
    return (HEADER + bytes(32) + b"VBRI" + bytes(22)).ljust(LENGTH, b"\0")


def sound(frames: int = 8) -> bytes:
    """Return silent frames."""
    return SILENCE * frames


def safe(value: int) -> bytes:
    """Return four bytes of seven bits."""
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(
    name: str, data: bytes, version: int = 4, flags: int = 0, *, itunes: bool = False
) -> bytes:
    """Return a frame; `itunes` writes the plain length into version 2.4."""
    if version == 2:
        return name.encode() + len(data).to_bytes(3, "big") + data
    plain = version == 3 or itunes
    size = len(data).to_bytes(4, "big") if plain else safe(len(data))
    return name.encode() + size + flags.to_bytes(2, "big") + data


def text_frame(name: str, text: str, version: int = 4) -> bytes:
    """Return a text frame in Latin-1."""
    return frame(name, b"\0" + text.encode("latin-1"), version)


def user_text(key: str, text: str, version: int = 4, encoding: int = 0) -> bytes:
    """Return a TXXX frame in one of the four encodings."""
    codec, mark, end = (
        ("latin-1", b"", b"\0"),
        ("utf-16-le", b"\xff\xfe", b"\0\0"),
        ("utf-16-be", b"", b"\0\0"),
        ("utf-8", b"", b"\0"),
    )[encoding]
    data = mark + key.encode(codec) + end + mark + text.encode(codec)
    return frame("TXX" if version == 2 else "TXXX", bytes([encoding]) + data, version)


def comment(text: str, version: int = 4) -> bytes:
    """Return a COMM frame."""
    return frame("COM" if version == 2 else "COMM", b"\0eng\0" + text.encode(), version)


def private(owner: str, data: bytes, version: int = 4) -> bytes:
    """Return a PRIV frame."""
    return frame("PRIV", owner.encode() + b"\0" + data, version)


def picture(version: int = 4) -> bytes:
    """Return an APIC frame with bytes that look like frames of sound."""
    return frame("PIC" if version == 2 else "APIC", PICTURE, version)


def unsynchronise(data: bytes) -> bytes:
    """Escape what looks like a sync, byte by byte [ID3v2.3 5]."""
    out = bytearray()
    for index, byte in enumerate(data):
        out.append(byte)
        following = data[index + 1] if index + 1 < len(data) else 0xFF
        if byte == 0xFF and (following == 0 or following >= 0xE0):
            out.append(0)
    return bytes(out)


def tag(
    *frames: bytes,
    version: int = 4,
    flags: int = 0,
    padding: int = 0,
    extended: bytes = b"",
) -> bytes:
    """Return a tag; the flags decide about escaping (0x80) and a footer (0x10)."""
    body = extended + b"".join(frames) + bytes(padding)
    if flags & 0x80 and version < 4:
        body = unsynchronise(body)
    flags |= 0x40 if extended else 0
    rest = bytes((version, 0, flags)) + safe(len(body))
    return b"ID3" + rest + body + (b"3DI" + rest if flags & 0x10 else b"")


def extended_header(version: int, padding: int = 0) -> bytes:
    """Return an extended header without a CRC."""
    if version == 3:
        return (6).to_bytes(4, "big") + bytes(2) + padding.to_bytes(4, "big")
    return safe(6) + b"\x01\0"


def escaped_text(key: str, text: str) -> bytes:
    """Return a version 2.4 TXXX frame in UTF-16, escaped on its own, with a length indicator."""
    plain = user_text(key, text, encoding=1)[10:]
    return frame("TXXX", safe(len(plain)) + unsynchronise(plain), flags=0x0003)


def compressed_text(key: str, text: str, version: int = 4) -> bytes:
    """Return a compressed TXXX frame."""
    plain = user_text(key, text)[10:]
    size = safe(len(plain)) if version == 4 else len(plain).to_bytes(4, "big")
    return frame("TXXX", size + zlib.compress(plain), version, 0x0009 if version == 4 else 0x0080)


def id3v1() -> bytes:
    """Return an ID3v1.1 tag."""
    return (b"TAG" + b"a title").ljust(127, b"\0") + b"\xff"


def ape_item(key: str, value: str) -> bytes:
    """Return an APEv2 item."""
    data = value.encode()
    return len(data).to_bytes(4, "little") + bytes(4) + key.encode() + b"\0" + data


def ape_tag(*items: bytes, header: bool = True) -> bytes:
    """Return an APEv2 tag."""
    body = b"".join(items)

    def edge(flags: int) -> bytes:
        numbers = (2000, len(body) + 32, len(items), flags)
        return b"APETAGEX" + b"".join(n.to_bytes(4, "little") for n in numbers) + bytes(8)

    has = 0x80000000 if header else 0
    return (edge(has | 0x20000000) if header else b"") + body + edge(has)


def lyrics() -> bytes:
    """Return a Lyrics3v2 tag."""
    body = b"LYRICSBEGININD00002" + b"10"
    return body + f"{len(body):06}".encode() + b"LYRICS200"


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    return (
        tag(
            text_frame("TIT2", "a title"),
            user_text("aigc", payload, encoding=1),
            comment(payload),
            user_text("AIGC", f'{{"AIGC":{payload}}}'),
            user_text("notes", payload),
            private("XMP", labelled(payload)),
            picture(),
            padding=64,
        )
        + tag(user_text("AIGC", payload, 3), version=3)
        + sound()
        + tag(user_text("AIGC", payload), flags=0x10)
        + ape_tag(ape_item("Title", "a title"), ape_item("AIGC", payload))
        + id3v1()
    )


def tagged(*frames: bytes, version: int = 4, flags: int = 0, padding: int = 0) -> bytes:
    """Return a file with one tag."""
    return tag(*frames, version=version, flags=flags, padding=padding) + sound()


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.mp3", sound()
    yield "info.mp3", info_frame() + sound()
    yield "vbri.mp3", vbri_frame() + sound()
    yield "id3v1.mp3", info_frame(b"Xing") + sound() + lyrics() + id3v1()
    yield "ape.mp3", sound() + ape_tag(ape_item("Title", "a title")) + id3v1()
    for version in (2, 3, 4):
        name = "TT2" if version == 2 else "TIT2"
        yield (
            f"v2{version}.mp3",
            tagged(
                text_frame(name, "a title", version), picture(version), version=version, padding=100
            ),
        )
        yield (
            f"v2{version}-unsynchronised.mp3",
            tagged(picture(version), version=version, flags=0x80, padding=30),
        )
        yield (
            f"v2{version}-labelled.mp3",
            tagged(
                user_text("AIGC", OLD, version),
                text_frame(name, "a title", version),
                version=version,
                padding=10,
            ),
        )
    yield "v23-full.mp3", tagged(picture(3), frame("TPE1", b"\0who\xff", 3), version=3, flags=0x80)
    yield "v24-empty.mp3", tagged(padding=50)
    yield (
        "v23-extended.mp3",
        (tag(picture(3), version=3, padding=20, extended=extended_header(3, 20)) + sound()),
    )
    yield "v24-extended.mp3", tag(picture(), extended=extended_header(4)) + sound()
    yield "v24-footer.mp3", tagged(picture(), user_text("AIGC", OLD), flags=0x10)
    yield "v24-escaped.mp3", tagged(escaped_text("AIGC", OLD), picture(), padding=12)
    yield "v24-compressed.mp3", tagged(compressed_text("AIGC", OLD), padding=12)
    yield "v23-compressed.mp3", tagged(compressed_text("AIGC", OLD, 3), version=3)
    yield (
        "v24-itunes.mp3",
        tagged(
            frame("APIC", PICTURE, itunes=True), frame("COMM", b"\0eng\0" + b"c" * 300, itunes=True)
        ),
    )
    yield "v24-garbage.mp3", tagged(text_frame("TIT2", "a title"), b"\x01garbage" * 8)
    yield "two-tags.mp3", tag(picture()) + tagged(text_frame("TIT2", "b", 3), version=3)
    yield (
        "utf16.mp3",
        tagged(user_text("AIGC", OLD, encoding=2), user_text("aigc", OLD, encoding=3)),
    )
    yield "everywhere.mp3", everywhere(OLD)
