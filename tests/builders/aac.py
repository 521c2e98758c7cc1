"""AAC files made by hand [ISO14496-3]: ADTS frames, and tags around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.mp3 import ape_item, ape_tag, comment, id3v1, picture, tag, text_frame, user_text

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
SILENCE: Final = bytes.fromhex("21000320641c")  # a pair of channels without a band, and the end


def frame(data: bytes = SILENCE, *, protected: bool = False, old: bool = False) -> bytes:
    """Return one frame: AAC-LC, 44.1 kHz, stereo; `old` for MPEG-2."""
    length = 7 + 2 * protected + len(data)
    head = 0xFFF << 44 | old << 43 | (not protected) << 40 | 1 << 38 | 4 << 34 | 2 << 30
    head |= length << 13 | 0x7FF << 2
    return head.to_bytes(7, "big") + b"\xab\xcd" * protected + data


def sound(count: int = 8, *, protected: bool = False, old: bool = False) -> bytes:
    """Return frames of several lengths."""
    return b"".join(
        frame(SILENCE + bytes([index]) * index, protected=protected, old=old)
        for index in range(count)
    )


def everywhere(payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    return (
        tag(text_frame("TIT2", "a title"), user_text("aigc", payload), comment(payload), padding=9)
        + tag(user_text("AIGC", payload), version=3)
        + sound()
        + tag(user_text("AIGC", payload), flags=0x10)
        + ape_tag(ape_item("Comment", payload), ape_item("Title", "x"), ape_item("AIGC", payload))
        + id3v1()
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.aac", sound()
    yield "protected.aac", sound(protected=True)
    yield "old.adts", sound(old=True)
    yield "one-frame.aac", frame()
    yield "tagged.aac", tag(text_frame("TIT2", "a title"), picture(), padding=40) + sound()
    yield "id3v1.aac", sound(2) + id3v1()
    yield "rest.aac", sound() + b"crumbs"
    yield "labelled.aac", tag(user_text("AIGC", OLD)) + sound()
    yield "everywhere.aac", everywhere(OLD)
