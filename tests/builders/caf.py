"""CAF files made by hand [CAF 1.0]: linear samples, texts, free chunks."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from builders.wav import SOUND

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    """Return a chunk; `size` states another length than the true one."""
    return name + (len(body) if size is None else size).to_bytes(8, "big") + body


FORMAT: Final = chunk(b"desc", struct.pack(">d4sIIIII", 8000.0, b"lpcm", 2, 2, 1, 1, 16))
DATA: Final = chunk(b"data", bytes(4) + SOUND)
OPEN: Final = chunk(b"data", bytes(4) + SOUND, (1 << 64) - 1)


def info(*texts: tuple[str, str], rest: bytes = b"") -> bytes:
    """Return an information chunk; `rest` follows the texts."""
    body = b"".join(f"{key}\0{value}\0".encode() for key, value in texts)
    return chunk(b"info", len(texts).to_bytes(4, "big") + body + rest)


def file(*chunks: bytes) -> bytes:
    """Return a file."""
    return b"caff\0\1\0\0" + b"".join(chunks)


TITLE: Final = ("title", "a title")


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    return file(
        FORMAT,
        info(TITLE, ("aigc", payload), ("comments", payload), ("artist", "x"), ("AIGC", payload)),
        chunk(b"free", bytes(20)),
        DATA,
        info(("comments", payload)),
        info(("AIGC", payload), ("album", "y")),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.caf", file(FORMAT, DATA)
    yield "titled.caf", file(FORMAT, info(TITLE), DATA)
    yield "last.caf", file(FORMAT, DATA, info(TITLE, rest=bytes(3)))
    yield "open.caf", file(FORMAT, OPEN)
    yield "open-titled.caf", file(FORMAT, info(TITLE), chunk(b"free", bytes(99)), OPEN)
    yield "labelled.caf", file(FORMAT, info(("AIGC", OLD), TITLE), DATA)
    yield "alone.caf", file(FORMAT, info(("AIGC", OLD)), DATA)
    yield "crumbs.caf", file(FORMAT, DATA, b"crumbs")
    yield "everywhere.caf", everywhere(OLD)
