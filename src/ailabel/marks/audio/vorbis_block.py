"""Blocks of a Vorbis stream: sound coded with the stream's own books, and silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.marks.audio import vorbis_residue
from ailabel.marks.audio.vorbis_code import Writer
from ailabel.marks.audio.vorbis_floor import Fitter
from ailabel.marks.audio.vorbis_setup import width
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ailabel.marks.audio.vorbis_setup import Mapping, Setup

    Floats = NDArray[np.float64]

__all__ = ["Block", "bridge", "code"]

_INTERLEAVED: Final = 2  # type of a residue in which the channels are one vector
_QUIET: Final = 1e-7  # the largest coefficient of a block that is silence


@frozen
class Block:
    """A coded block, and its length in samples."""

    length: int
    data: bytes


def bridge(setup: Setup, *, long: bool, leading: bool) -> list[Block]:
    """Return silence between a label and the content.

    Args:
        setup: of the stream.
        long: whether the content overlaps with it by a long slope.
        leading: whether it stands before the label, not behind it.
    """
    if long or not {True, False} <= {is_long for is_long, _ in setup.modes}:
        return [_silence(setup, (True, True), long=_longest(setup))]
    short = _silence(setup, (False, False), long=False)
    slope = _silence(setup, (not leading, leading), long=True)
    return [short, slope] if leading else [slope, short]


def code(setup: Setup, samples: Floats, heard: Sequence[int]) -> list[Block]:
    """Code a mono sound in blocks that overlap by long slopes.

    Args:
        setup: of the stream.
        samples: the sound; its first sample is the first that a decoder gives.
        heard: the channels in which it sounds.

    Raises:
        PlanError: the books of the stream cannot express it.
    """
    import numpy as np

    long = _longest(setup)
    length = setup.blocks[long]
    mapping = setup.mappings[setup.modes[_mode(setup, long=long)][1]]
    fitters = {
        channel: _fitter(setup, mapping.submaps[mapping.mux[channel]][0], length // 2)
        for channel in heard
    }
    writers, loud, rests = [], [], []
    for spectrum in _spectra(samples, length):
        writer = _begun(setup, (True, True), long=long)
        writers.append(writer)
        if abs(spectrum).max() < _QUIET:
            writer.put(0, setup.channels)
            continue
        rest = np.zeros((setup.channels, length // 2))
        for channel in range(setup.channels):
            if channel in fitters:
                rest[channel] = spectrum / fitters[channel].write(writer, spectrum)
            else:
                writer.put(0, 1)
        loud.append(writer)
        rests.append(rest)
    if loud:
        vectors = np.stack(rests)
        coupled = _coupled(mapping, vectors, heard)
        for submap in range(len(mapping.submaps)):
            _write_submap(setup, mapping, submap, (loud, vectors, coupled))
    return [Block(length, writer.done()) for writer in writers]


def _longest(setup: Setup) -> bool:
    """Say whether the stream has long blocks."""
    return any(is_long for is_long, _ in setup.modes)


def _mode(setup: Setup, *, long: bool) -> int:
    return next(at for at, (is_long, _) in enumerate(setup.modes) if is_long == long)


def _begun(setup: Setup, slopes: tuple[bool, bool], *, long: bool) -> Writer:
    """Return a packet with its beginning [Vorbis I 4.3.1].

    Args:
        setup: of the stream.
        slopes: whether it overlaps with the one before and the one behind by long slopes.
        long: whether the block is long.
    """
    writer = Writer()
    writer.put(0, 1)
    writer.put(_mode(setup, long=long), width(len(setup.modes) - 1))
    if long:
        writer.put(slopes[0] | slopes[1] << 1, 2)
    return writer


def _silence(setup: Setup, slopes: tuple[bool, bool], *, long: bool) -> Block:
    writer = _begun(setup, slopes, long=long)
    writer.put(0, setup.channels)
    return Block(setup.blocks[long], writer.done())


def _fitter(setup: Setup, number: int, size: int) -> Fitter:
    floor = setup.floors[number]
    if floor is None:
        raise PlanError(
            "the code books of the Vorbis stream cannot express the label; convert the sound "
            "first, for example by ffmpeg -c:a libopus"
        )
    return Fitter(floor, setup.books, size)


def _spectra(samples: Floats, length: int) -> Floats:
    """Return the spectra of blocks of that length, which overlap by half [Vorbis I 4.3.7, 4.3.8].

    The transform is the usual modified cosine transform; it is made of a Fourier transform whose
    input and output are turned.
    """
    import numpy as np

    half = length // 2
    count = -(-len(samples) // half) + 1
    padded = np.zeros((count + 1) * half)
    padded[half : half + len(samples)] = samples
    at = np.arange(length)
    slope = np.sin(np.pi / 2 * np.sin(np.pi * (at + 0.5) / length) ** 2)
    blocks = np.stack([padded[start * half : start * half + length] for start in range(count)])
    turned = np.fft.fft(blocks * slope * np.exp(-1j * np.pi * at / length), axis=1)[:, :half]
    shift = np.exp(-1j * np.pi * (0.5 + half / 2) * (np.arange(half) + 0.5) / half)
    return np.asarray((turned * shift).real * (4 / length))


def _coupled(mapping: Mapping, vectors: Floats, heard: Sequence[int]) -> set[int]:
    """Couple channels in place, and return which of them are coded [Vorbis I 4.3.3, 4.3.5].

    Where only one of two coupled channels is heard, the other has no floor and is silent whatever
    is coded for it; the same as in the first costs least.
    """
    import numpy as np

    coded = set(heard)
    for magnitude, angle in mapping.couplings:
        pair = {magnitude, angle} & coded
        if len(pair) == 1:
            vectors[:, list({magnitude, angle} - pair)] = vectors[:, list(pair)]
        first, second = vectors[:, magnitude].copy(), vectors[:, angle].copy()
        larger = np.where(abs(first) > abs(second), first, second)
        sign = np.where(larger > 0, 1, -1)
        vectors[:, magnitude], vectors[:, angle] = larger, sign * (first - second)
        if pair:
            coded |= {magnitude, angle}
    return coded


def _write_submap(
    setup: Setup, mapping: Mapping, submap: int, what: tuple[list[Writer], Floats, set[int]]
) -> None:
    """Write the residues of the channels of a submap.

    Args:
        setup: of the stream.
        mapping: of the blocks.
        submap: its number.
        what: the packets, of each block and channel what is coded, and the channels that are.
    """
    writers, vectors, coupled = what
    channels = [channel for channel, number in enumerate(mapping.mux) if number == submap]
    coded = [channel for channel in channels if channel in coupled]
    if not coded:
        return
    residue = setup.residues[mapping.submaps[submap][1]]
    if residue.type == _INTERLEAVED:
        rows = vectors[:, channels].transpose(0, 2, 1).reshape(len(writers), -1)
        each = 1
    else:
        rows = vectors[:, coded].reshape(-1, vectors.shape[2])
        each = len(coded)
    found = vorbis_residue.code(residue, setup.books, rows)
    for number, writer in enumerate(writers):
        found.write(writer, range(number * each, number * each + each))
