"""DSF files made by hand [DSF 1.01]: one block of silence, and a tag behind it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from builders.mp3 import comment, picture, tag, text_frame, user_text

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
BLOCK: Final = 4096
SILENCE: Final = b"\x69" * BLOCK


def file(metadata: bytes = b"", *, stated: int | None = None, pointer: int | None = None) -> bytes:
    """Return a file; the header's numbers are the true ones unless others are given."""
    facts = struct.pack("<IIIIIIQII", 1, 0, 1, 1, 2822400, 1, BLOCK * 8, BLOCK, 0)
    body = b"fmt " + (52).to_bytes(8, "little") + facts
    body += b"data" + (12 + BLOCK).to_bytes(8, "little") + SILENCE
    size = 28 + len(body) + len(metadata)
    where = (28 + len(body) if metadata else 0) if pointer is None else pointer
    numbers = (28, size if stated is None else stated, where)
    return b"DSD " + struct.pack("<QQQ", *numbers) + body + metadata


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.dsf", file()
    yield "titled.dsf", file(tag(text_frame("TIT2", "a title"), picture(), padding=30))
    yield "labelled.dsf", file(tag(user_text("AIGC", OLD, 3), version=3))
    yield "unstated.dsf", file(stated=0)
    yield (
        "everywhere.dsf",
        file(tag(user_text("aigc", OLD), comment(OLD), user_text("AIGC", OLD), padding=5)),
    )
