"""AIFF files made by hand [AIFF 1.3; AIFF-C], in the ways that programs write them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from builders.mp3 import comment, tag, text_frame, user_text
from builders.packets import labelled
from builders.wav import sound

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
RATE: Final = b"\x40\x0b\xfa" + bytes(7)  # 8000 in 80 bits
SAMPLES: Final = 200
SOUND: Final = sound(SAMPLES)


def chunk(name: bytes, body: bytes, *, pad: bool = True) -> bytes:
    """Return a chunk."""
    return name + len(body).to_bytes(4, "big") + body + b"\0" * (len(body) % 2 * pad)


def common(bits: int = 16, compression: bytes = b"") -> bytes:
    """Return the chunk COMM."""
    frames = SAMPLES * 16 // bits
    return chunk(b"COMM", struct.pack(">hIh", 1, frames, bits) + RATE + compression)


def samples_chunk(data: bytes = SOUND, skipped: int = 0) -> bytes:
    """Return the chunk SSND."""
    return chunk(b"SSND", struct.pack(">II", skipped, 0) + bytes(skipped) + data)


def form(*chunks: bytes, kind: bytes = b"AIFF", trailer: bytes = b"") -> bytes:
    """Return a FORM."""
    body = kind + b"".join(chunks)
    return b"FORM" + len(body).to_bytes(4, "big") + body + trailer


COMMON: Final = common()
DATA: Final = samples_chunk()
LITTLE: Final = common(compression=b"sowt\0\0")


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    text = payload.encode()
    return form(
        chunk(b"NAME", text),
        COMMON,
        chunk(b"id3 ", tag(user_text("AIGC", payload))),
        chunk(b"ID3 ", tag(text_frame("TIT2", "a title"), user_text("aigc", payload), padding=9)),
        DATA,
        chunk(b"ANNO", b"an annotation"),
        chunk(b"ANNO", text + b"\0"),
        chunk(b"APPL", b"XMP " + labelled(payload)),
        chunk(b"ID3 ", tag(text_frame("TIT2", "b"), comment(payload))),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    titled = tag(text_frame("TIT2", "a title"))
    yield "plain.aiff", form(COMMON, DATA)
    yield "little.aifc", form(chunk(b"FVER", b"\xa2\x80\x51\x40"), LITTLE, DATA, kind=b"AIFC")
    yield "bytes.aif", form(common(8), samples_chunk(SOUND[:33]))
    yield "unpadded.aif", form(common(8), chunk(b"SSND", bytes(8) + SOUND[:33], pad=False))
    yield "shifted.aif", form(COMMON, samples_chunk(skipped=6))
    yield "titled.aif", form(COMMON, DATA, chunk(b"ID3 ", titled))
    yield "odd-tag.aif", form(chunk(b"ID3 ", tag(text_frame("TIT2", "odd"))), COMMON, DATA)
    yield (
        "odd-unpadded.aif",
        form(COMMON, DATA, chunk(b"ID3 ", tag(text_frame("T", "x")), pad=False)),
    )
    yield "no-tag.aif", form(COMMON, chunk(b"ID3 ", b"nothing"), DATA)
    yield "slack.aif", form(COMMON, DATA, chunk(b"ID3 ", titled + bytes(31)))
    yield "labelled.aif", form(COMMON, DATA, chunk(b"ID3 ", tag(user_text("AIGC", OLD), padding=3)))
    yield (
        "label-first.aif",
        form(chunk(b"ID3 ", tag(user_text("AIGC", OLD, 3), version=3)), COMMON, DATA),
    )
    yield "annotated.aif", form(COMMON, chunk(b"ANNO", OLD.encode()), chunk(b"NAME", b"x"), DATA)
    yield "trailer.aif", form(COMMON, DATA, trailer=b"what follows")
    yield "everywhere.aiff", everywhere(OLD)
