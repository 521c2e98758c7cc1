"""Opus files made by hand [RFC7845]: silent packets, comments with and without padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.ogg import OLD, art, comments, stream, vorbis_packets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEAD: Final = b"OpusHead\1\1\x38\1" + (48000).to_bytes(4, "little") + bytes(3)
SILENCE: Final = b"\xf8\xff\xfe"  # 20 ms


def opus(
    *entries: str, rest: bytes = b"", groups: Sequence[int] = (1, 1, 8, 8), serial: int = 7
) -> bytes:
    """Return a file with one Opus stream; `rest` follows the comments."""
    packets = [HEAD, b"OpusTags" + comments(*entries) + rest, *[SILENCE] * 16]
    return b"".join(stream(packets, groups, serial=serial))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files, each in another way of the format."""
    yield "plain.opus", opus("TITLE=a title")
    yield "labelled.opus", opus(f"AIGC={OLD}", "TITLE=a title")
    yield "padded.opus", opus("TITLE=a title", rest=bytes(300))
    yield "padded-with-noise.opus", opus(f"aigc={OLD}", rest=b"\2noise")
    yield "kept-data.opus", opus(f"AIGC={OLD}", rest=b"\3data that must be kept")
    yield "picture.opus", opus(art(3 * 255 * 255), f"AIGC={OLD}")
    yield "chained.opus", opus("TITLE=1") + opus(f"AIGC={OLD}", serial=8)
    vorbis = stream(vorbis_packets(f"AIGC={OLD}"), (1, 2, 6), serial=9)
    other = stream([HEAD, b"OpusTags" + comments(f"AIGC={OLD}"), SILENCE], (1, 1, 1), serial=8)
    yield "two-streams.opus", b"".join([other[0], vorbis[0], *other[1:], *vorbis[1:]])
