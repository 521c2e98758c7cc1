"""ISO base media files: the coded samples of all tracks, from sample tables and fragments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_fragments, bmff_tracks
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.spi import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.codecs.bmff_tracks import Track
    from ailabel.io.source import View

__all__ = ["check_shared", "essence"]

_PICTURES, _SOUND, _SUBTITLES = range(3)
_CONTENT: Final = {  # handlers of what is seen and heard, in the order in which it is yielded
    **dict.fromkeys((b"vide", b"auxv", b"pict"), _PICTURES),
    b"soun": _SOUND,
    **dict.fromkeys((b"text", b"sbtl", b"subt", b"subp", b"clcp"), _SUBTITLES),
}
_SHARED: Final = 8  # how often tracks may use the bytes of a file, on average


def essence(view: View) -> Iterator[Span]:
    """Yield the samples of pictures, then of sound, then of subtitles, in decoding order.

    Raises:
        MalformedFileError: a sample stands outside the file.
        LimitExceededError: tables are too long, or use the same bytes again and again.
    """
    total = 0
    for offset, length in _joined(_pieces(view)):
        if offset < 0 or offset + length > view.size:
            raise MalformedFileError("a sample stands outside the file", offset=max(offset, 0))
        total += length
        check_shared(view, total)
        yield Span(offset, length)


def check_shared(view: View, total: int) -> None:
    """Refuse content that is so much longer than its file that bytes are used again and again.

    Raises:
        LimitExceededError: it is.
    """
    check_limit("the length of all samples", total, _SHARED * view.size)


def _joined(pieces: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join pieces that stand one behind the other."""
    start = length = 0
    for offset, count in pieces:
        if offset == start + length:
            length += count
            continue
        if length:
            yield start, length
        start, length = offset, count
    if length:
        yield start, length


def _pieces(view: View) -> Iterator[tuple[int, int]]:
    top = list(bmff.boxes(view, 0, view.size))
    moov = next((item for item in top if item.type == b"moov"), None)
    if moov is None:
        return
    fragments: dict[int, list[tuple[int, int]]] = {}
    runs = 0
    moofs = [item for item in top if item.type == b"moof"]
    sizes = bmff_fragments.defaults(view, moov) if moofs else {}
    for moof in moofs:
        for track, offset, length in bmff_fragments.samples(view, moof, sizes):
            runs += 1
            check_limit("the number of fragment runs", runs, view.limits.items)
            fragments.setdefault(track, []).append((offset, length))
    for found in _content(bmff_tracks.tracks(view, moov)):
        if not found.is_external:
            yield from bmff_tracks.samples(view, found)
        yield from fragments.pop(found.id, ())


def _content(found: Iterable[Track]) -> list[Track]:
    tracks = list(found)
    chapters = {number for track in tracks for number in track.chapters}
    kept = [
        track
        for track in tracks
        if track.handler in _CONTENT and not (track.handler == b"text" and track.id in chapters)
    ]
    return sorted(kept, key=lambda track: _CONTENT[track.handler])
