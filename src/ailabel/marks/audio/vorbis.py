"""The label in a Vorbis stream: packets of our own, coded with the content's own headers.

Every Vorbis stream brings its code books along, so another coder's packets would mean nothing in
it. Here the label is coded with the books, floors and residues that the content has, so that one
decoder plays over the join. A block overlaps with its neighbours, by how much both of them say; so
silent blocks that fit both stand between the label and the content.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.marks.audio import coded, prompt, vorbis_block
from ailabel.marks.audio.ogg_stream import Piece
from ailabel.marks.audio.vorbis_setup import parse, width
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.marks.audio.ogg_stream import Sound
    from ailabel.marks.audio.vorbis_block import Block
    from ailabel.marks.audio.vorbis_setup import Setup
    from ailabel.spi import MarkSpec

__all__ = ["Label", "Stream", "open_stream"]

_CENTRED: Final = (3, 5, 6, 7, 8)  # numbers of channels whose second is the front centre
_MOST_CHANNELS: Final = 8


@frozen
class _Kind:
    """What a packet says of its block: its length, and whether it overlaps by long slopes."""

    length: int
    before: bool
    after: bool


@frozen(kw_only=True)
class Label:
    """A coded label.

    Args:
        made: the label as sound.
        front: packets for before the content.
        gap: how many samples a decoder gives between them and the content.
        back: packets for behind the content.
        lead: how many samples it gives from the content's end to the label's beginning.
    """

    made: prompt.Label
    front: list[Piece]
    gap: int
    back: list[Piece]
    lead: int


class Stream:
    """A Vorbis stream.

    Args:
        sound: its packets.
        setup: what its headers say.
        headers: its three headers.
    """

    def __init__(self, sound: Sound, setup: Setup, headers: Sequence[bytes]) -> None:
        self.sound, self.setup, self._headers = sound, setup, headers

    def positions(self) -> tuple[int, int]:
        """Return the granule positions at which the content begins, and ends if heard whole."""
        sound, last = self.sound, len(self.sound.pages) - 1
        begin = self._lasting(sound.ending_on(0))
        base = sound.pages[0].granule - begin if last else 0
        stated = [page.granule for page in sound.pages[:-1] if page.granule >= 0]
        end = (stated[-1] if stated else base) + self._lasting(sound.ending_on(last))
        return base, max(end, sound.pages[last].granule)

    def _lasting(self, packets: range) -> int:
        lengths = [self.kind(at).length for at in range(max(packets.start - 1, 0), packets.stop)]
        return sum((a + b) // 4 for a, b in pairwise(lengths))

    def kind(self, number: int) -> _Kind:
        """Return what a packet of the content says of its block."""
        value = int.from_bytes(self.sound.head(number), "little")
        bits = width(len(self.setup.modes) - 1)
        mode = value >> 1 & (1 << bits) - 1
        if value & 1 or mode >= len(self.setup.modes):
            return _Kind(0, before=False, after=False)  # decoders leave it out
        is_long = self.setup.modes[mode][0]
        flags = value >> 1 + bits
        return _Kind(
            self.setup.blocks[is_long],
            before=is_long and bool(flags & 1),
            after=is_long and bool(flags & 2),
        )

    def label(self, spec: MarkSpec) -> Label:
        """Make the label and code it.

        Raises:
            PlanError: the books of the stream cannot express it.
        """
        import numpy as np

        setup, sound = self.setup, self.sound
        form = coded.Form(
            decoder="vorbis",
            extradata=_laced(self._headers),
            rate=setup.rate,
            channels=setup.channels,
            per_frame=setup.blocks[1] // 2,
        )
        heard = _heard(setup.channels)
        target = prompt.Target(
            rate=setup.rate,
            loudness=coded.measure(form, coded.Frames(len(sound), sound.packet)),
            channels=len(heard),
            with_numpy=True,
        )
        made = prompt.make(spec, target)
        with np.errstate(all="ignore"):  # of books whose numbers are beyond all sound
            blocks = vorbis_block.code(setup, coded.prepared(made.samples), heard)
        first, last = self.kind(0), self.kind(len(sound) - 1)
        front = [*blocks, *vorbis_block.bridge(setup, long=first.before, leading=False)]
        bridge = vorbis_block.bridge(setup, long=last.after, leading=True)
        back = _pieces([*bridge, *blocks], last.length)
        return Label(
            made=made,
            front=_pieces(front, 0),
            gap=(front[-1].length + first.length) // 4 if first.length else 0,
            back=back,
            lead=sum(piece.samples for piece in back[: len(bridge) + 1]),
        )


def open_stream(sound: Sound) -> Stream:
    """Read the headers of a Vorbis stream.

    Raises:
        MalformedFileError: they break the format.
        PlanError: there are more channels than have a meaning.
    """
    headers = [sound.header(number) for number in range(3)]
    setup = parse(headers[0], headers[2], sound.view.limits)
    if setup.channels > _MOST_CHANNELS:
        raise PlanError(
            "the label cannot match the channels of the Vorbis stream; convert the sound first, "
            "for example by ffmpeg -c:a libopus"
        )
    return Stream(sound, setup, headers)


def _heard(channels: int) -> tuple[int, ...]:
    """Return in which channels a label sounds, in the order of Vorbis [Vorbis I 4.3.9]."""
    return (1,) if channels in _CENTRED else tuple(range(min(channels, 2)))


def _pieces(blocks: Sequence[Block], before: int) -> list[Piece]:
    """Return blocks as packets; each gives what overlaps with the one before it."""
    lengths = [before, *(block.length for block in blocks)]
    return [
        Piece(block.data, (previous + block.length) // 4 if previous else 0)
        for previous, block in zip(lengths, blocks, strict=False)
    ]


def _laced(headers: Sequence[bytes]) -> bytes:
    """Return the headers as FFmpeg wants them: one behind the other, with their lengths."""
    sizes = b"".join(
        b"\xff" * (len(header) // 255) + bytes([len(header) % 255]) for header in headers[:-1]
    )
    return bytes([len(headers) - 1]) + sizes + b"".join(headers)
