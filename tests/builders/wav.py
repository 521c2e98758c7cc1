"""WAV files made by hand [RIFF 1991; EBU Tech 3306], in the ways that programs write them."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Final

from builders.mp3 import comment, tag, text_frame, user_text
from builders.packets import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
UNKNOWN: Final = 0xFFFFFFFF
RATE: Final = 8000
FACTS: Final = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16)  # PCM, mono, 16 bits


def chunk(name: bytes, body: bytes, length: int | None = None, *, pad: bool = True) -> bytes:
    """Return a chunk; `length` states another length than the true one."""
    stated = len(body) if length is None else length
    return name + stated.to_bytes(4, "little") + body + b"\0" * (len(body) % 2 * pad)


def sound(samples: int = 200) -> bytes:
    """Return a tone as 16-bit samples."""
    return b"".join(
        struct.pack("<h", round(9000 * math.sin(index / 9))) for index in range(samples)
    )


def info(*items: bytes) -> bytes:
    """Return a LIST chunk of the form INFO."""
    return chunk(b"LIST", b"INFO" + b"".join(items))


def file(*chunks: bytes, size: int | None = None, trailer: bytes = b"") -> bytes:
    """Return a RIFF of the form WAVE; `size` states another size than the true one."""
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + (len(body) if size is None else size).to_bytes(4, "little") + body + trailer


def rf64(*chunks: bytes, data: int, form: bytes = b"RF64", riff_size: int | None = None) -> bytes:
    """Return an RF64 or BW64 file whose ``data`` is as long as stated in ds64."""
    rest = b"".join(chunks)
    true = 4 + 36 + len(rest)
    size = true if riff_size is None else riff_size
    ds64 = chunk(b"ds64", struct.pack("<QQQI", size, data, data // 2, 0))
    return form + UNKNOWN.to_bytes(4, "little") + b"WAVE" + ds64 + rest


FORMAT: Final = chunk(b"fmt ", FACTS)
SOUND: Final = sound()
DATA: Final = chunk(b"data", SOUND)
SOFTWARE: Final = chunk(b"ISFT", b"the builders\0")
EXTENSION: Final = chunk(b"bext", bytes(602))
BYTES: Final = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE, 1, 8))  # 8 bits
ODD: Final = SOUND[:33]


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    text = payload.encode()
    return file(
        chunk(b"aigc", text),
        FORMAT,
        info(SOFTWARE, chunk(b"AIGC", text + b"\0"), chunk(b"ICMT", text)),
        chunk(b"id3 ", tag(text_frame("TIT2", "a title"), user_text("AIGC", payload))),
        chunk(b"ID3 ", tag(comment(payload))),
        chunk(b"_PMX", labelled(payload)),
        DATA,
        chunk(b"AIGC", text),
        chunk(b"AIGC", text),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    old = OLD.encode()
    yield "plain.wav", file(FORMAT, DATA)
    yield "bytes.wav", file(BYTES, chunk(b"data", ODD))
    yield "unpadded.wav", file(BYTES, chunk(b"data", ODD, pad=False))
    yield (
        "pad-not-counted.wav",
        file(BYTES, chunk(b"data", ODD), size=4 + len(BYTES) + 8 + len(ODD)),
    )
    yield (
        "pad-counted-but-absent.wav",
        file(BYTES, chunk(b"data", ODD, pad=False), size=4 + len(BYTES) + 8 + len(ODD) + 1),
    )
    yield "neighbours.wav", file(EXTENSION, FORMAT, info(SOFTWARE), DATA, chunk(b"JUNK", b"j" * 9))
    yield "trailer.wav", file(FORMAT, DATA, trailer=b"what follows the RIFF")
    yield "crumbs.wav", file(FORMAT, DATA, b"crumb")
    yield "streamed.wav", file(FORMAT, chunk(b"data", SOUND, UNKNOWN), size=UNKNOWN)
    yield "streamed-zero.wav", file(FORMAT, chunk(b"data", SOUND, 0), size=0)
    yield "streamed-sox.wav", file(FORMAT, chunk(b"data", SOUND, 0x7FFFFFDB), size=0x7FFFFFFF)
    yield "streamed-odd.wav", file(BYTES, chunk(b"data", ODD, UNKNOWN, pad=False), size=UNKNOWN)
    yield "unfinished.wav", file(FORMAT, chunk(b"data", SOUND, 0), size=36)
    yield "size-too-large.wav", file(FORMAT, DATA, size=100_000)
    yield "labelled.wav", file(FORMAT, DATA, chunk(b"AIGC", old))
    yield "label-first.wav", file(chunk(b"AIGC", old), FORMAT, DATA)
    yield "label-unpadded.wav", file(FORMAT, DATA, chunk(b"AIGC", old, pad=False))
    yield "lower-case.wav", file(FORMAT, DATA, chunk(b"aigc", old))
    yield "info.wav", file(FORMAT, info(chunk(b"AIGC", old), SOFTWARE), DATA)
    yield "info-alone.wav", file(FORMAT, info(chunk(b"AIGC", old)), DATA)
    yield "xmp.wav", file(FORMAT, DATA, chunk(b"_PMX", labelled(OLD)))
    yield "everywhere.wav", everywhere(OLD)
    yield "rf64.wav", rf64(FORMAT, chunk(b"data", SOUND, UNKNOWN), data=len(SOUND))
    yield "bw64.wav", rf64(FORMAT, chunk(b"data", SOUND, UNKNOWN), data=len(SOUND), form=b"BW64")
    yield "rf64-streamed.wav", rf64(FORMAT, chunk(b"data", SOUND, UNKNOWN), data=0, riff_size=0)
