"""Monkey's Audio, WavPack and Musepack by hand: a mark and bytes that stand for sound, and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.mp3 import ape_item, ape_tag, comment, id3v1, lyrics, tag, text_frame, user_text

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
TITLE: Final = ape_item("Title", "a title")
MARKS: Final = {"ape": b"MAC \x96\x0f\0\0", "wv": b"wvpk", "mpc": b"MP+\x07"}


def sound(kind: str) -> bytes:
    """Return the beginning of a file of a kind, and bytes that stand for sound."""
    return MARKS[kind] + bytes(range(200))


def everywhere(kind: str, payload: str) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    return (
        tag(user_text("AIGC", payload), text_frame("TIT2", "x"))
        + sound(kind)
        + ape_tag(ape_item("AIGC", payload))
        + ape_tag(
            TITLE,
            ape_item("aigc", payload),
            ape_item("Comment", payload),
            ape_item("Notes", payload),
        )
        + tag(comment(payload), flags=0x10)
        + id3v1()
    )


def files(kind: str) -> Iterator[tuple[str, bytes]]:
    """Yield valid files of a kind, each in another way."""
    start = sound(kind)
    yield f"plain.{kind}", start
    yield f"titled.{kind}", start + ape_tag(TITLE)
    yield f"headless.{kind}", start + ape_tag(TITLE, ape_item("AIGC", OLD), header=False)
    yield f"alone.{kind}", start + ape_tag(ape_item("AIGC", OLD)) + id3v1()
    yield f"id3.{kind}", tag(text_frame("TIT2", "x")) + start + lyrics() + id3v1()
    yield f"everywhere.{kind}", everywhere(kind, OLD)


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files of Monkey's Audio, each in another way of the format."""
    yield from files("ape")
