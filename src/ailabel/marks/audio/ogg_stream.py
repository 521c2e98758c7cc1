"""One logical stream of an Ogg file with sound: its pages, its packets, and new pages in it.

New pages stand before the first or behind the last page with sound. Those behind them get another
number, another granule position and the checksum that follows from both; their content is not
read [RFC3533 6].
"""

from __future__ import annotations

from array import array
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ogg, ogg_edit
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.ogg import Page, Stream
    from ailabel.io.source import View

__all__ = ["Piece", "Sound", "join", "open_sound"]

_NO_GRANULE: Final = -1  # no packet ends on the page
_LARGEST_GRANULE: Final = (1 << 63) - 1
_PER_PAGE: Final = 48_000  # the most samples of a label on a page; a second or so
_PACKETS: Final = 2_000_000  # ours; eleven hours in packets of 20 ms


@frozen
class Piece:
    """A coded packet of a label, and by how much it moves the granule position."""

    data: bytes
    samples: int


class Sound:
    """A stream of sound.

    Args:
        view: the file.
        stream: the stream.
        pages: those that hold its sound; at least one.
    """

    def __init__(self, view: View, stream: Stream, pages: Sequence[Page]) -> None:
        self.view, self.stream, self.pages = view, stream, pages
        self._pages, self._segments = array("L", [0]), array("L", [0])
        for number, page in enumerate(pages):
            for segment, length in enumerate(page.lacing, 1):
                if length < ogg.SEGMENTS:
                    self._pages.append(number)
                    self._segments.append(segment)
            check_limit("the number of Ogg packets", len(self._pages), _PACKETS)

    def __len__(self) -> int:
        """Return how many whole packets there are."""
        return len(self._pages) - 1

    def header(self, number: int) -> bytes:
        """Return a header packet."""
        return ogg.read_packet(self.view, self.stream, ogg.packet(self.stream, number))

    def packet(self, number: int) -> bytes:
        """Return a packet."""
        return b"".join(self.view.read(*piece) for piece in self._pieces(number))

    def head(self, number: int) -> bytes:
        """Return the first bytes of a packet: two, or one where it has no more."""
        offset, length = next(self._pieces(number), (0, 0))
        return self.view.read(offset, min(length, 2))

    def ending_on(self, page: int) -> range:
        """Return the numbers of the packets that end on a page."""
        ends = [at for at, number in enumerate(self._pages) if at and number == page]
        return range(ends[0] - 1, ends[-1]) if ends else range(0)

    def _pieces(self, number: int) -> Iterator[tuple[int, int]]:
        first, last = self._pages[number], self._pages[number + 1]
        for index in range(first, last + 1):
            page = self.pages[index]
            begin = self._segments[number] if index == first else 0
            end = self._segments[number + 1] if index == last else len(page.lacing)
            if end > begin:
                yield page.body + sum(page.lacing[:begin]), sum(page.lacing[begin:end])


def open_sound(view: View, place: str) -> Sound:
    """Find the stream that a label goes into: the first of a chained file, or the last.

    Raises:
        MalformedFileError: the file breaks its format.
        PlanError: several streams run side by side, or the headers share a page with sound.
    """
    streams = ogg.streams(view)
    link = 0 if place == "start" else streams[-1].link
    found = [stream for stream in streams if stream.link == link]
    if len(found) != 1:
        raise PlanError(
            "several streams run side by side in the Ogg file; take the sound out first, for "
            "example by ffmpeg -map 0:a:0 -c copy"
        )
    stream = found[0]
    last = ogg.packet(stream, stream.headers - 1)
    if last.last != len(stream.pages) - 1 or last.end != len(stream.pages[-1].lacing):
        raise PlanError(
            "the headers of the Ogg stream share a page with sound; remux it first, for example by "
            "ffmpeg -c copy"
        )
    pages: list[Page] = []
    for number, page in ogg.numbered(view):
        if number == stream.number and page.offset > stream.pages[-1].offset:
            pages.append(page)
            check_limit("the number of Ogg pages", len(pages), view.limits.items)
    sound = Sound(view, stream, pages) if pages else None
    if sound is None or not len(sound):
        raise PlanError("the Ogg stream holds no sound")
    return sound


def join(
    sound: Sound, ends: tuple[int, int], front: Sequence[Piece], back: Sequence[Piece], gap: int = 0
) -> Iterator[Edit]:
    """Plan new pages, and what changes in the others.

    Args:
        sound: the stream.
        ends: the granule positions at which its sound begins, and ends when it is heard whole.
        front: packets before the content.
        back: packets behind it.
        gap: how many samples a decoder gives between `front` and the content.

    Raises:
        PlanError: a granule position would be too large.
    """
    first, last = sound.pages[0], sound.pages[-1]
    shift = sum(piece.samples for piece in front) + gap * bool(front)
    base, end = ends
    if end + shift + sum(piece.samples for piece in back) > _LARGEST_GRANULE:
        raise PlanError("the granule positions of the Ogg stream are too large")
    number = sound.stream.pages[-1].sequence + 1
    new = list(_laid(first, front, base, number))
    if new:
        yield Edit(first.offset, 0, b"".join(new))
    for page in sound.pages:
        stated = replace(page, sequence=page.sequence + len(new) & 0xFFFFFFFF)
        if page.granule != _NO_GRANULE:
            stated = replace(stated, granule=page.granule + shift)
        if page is last and back:
            stated = replace(stated, flags=page.flags & ~ogg.LAST, granule=end + shift)
        if stated != page:
            yield ogg_edit.restate(page, stated)
    if back:
        number = last.sequence + len(new) + 1
        ours = _laid(first, back, end + shift, number, flags=ogg.LAST)
        yield Edit(last.end, 0, b"".join(ours))


def _laid(
    like: Page, pieces: Sequence[Piece], granule: int, number: int, flags: int = 0
) -> Iterator[bytes]:
    """Lay packets on pages.

    Args:
        like: a page of the stream.
        pieces: the packets.
        granule: the position before them.
        number: of the first page.
        flags: of the last page.
    """
    lacing, body, samples = b"", b"", 0
    for index, piece in enumerate(pieces, 1):
        full, rest = divmod(len(piece.data), ogg.SEGMENTS)
        lacing += b"\xff" * full + bytes([rest])
        body += piece.data
        samples += piece.samples
        granule += piece.samples
        following = pieces[index].data if index < len(pieces) else b""
        is_full = len(lacing) + len(following) // ogg.SEGMENTS + 1 > ogg.SEGMENTS
        if index == len(pieces) or is_full or samples >= _PER_PAGE:
            page = replace(
                like,
                flags=flags if index == len(pieces) else 0,
                granule=granule,
                sequence=number & 0xFFFFFFFF,
            )
            if len(lacing) > ogg.SEGMENTS:
                raise MalformedFileError("the label's frames do not fit the content's")
            yield ogg.build(page, lacing, body)
            lacing, body, samples, number = b"", b"", 0, number + 1
