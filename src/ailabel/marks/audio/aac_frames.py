"""Blocks of AAC for a label: coded like the content, and closed by silence that leaves no trace.

A block overlaps with the one before it, whose window shape it takes over [ISO14496-3 4.6.11]. So
the last block of a label before the content is silence with the sine window: behind it a decoder
is in the state of one that has just begun, and every block of the content decodes to the same
samples as before. Ours make no use of noise substitution, for a decoder draws its noise from a
generator whose state they would change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import aac
from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.audio import coded, libav

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.marks.audio.coded import Form, Frames

__all__ = ["BLOCK", "DELAY", "check", "encode", "form", "silence"]

BLOCK: Final = 1024  # samples
DELAY: Final = 1024  # samples that FFmpeg's coder puts first
_LEAST, _MOST = 32_000, 160_000  # bits per second and channel that a label is given
_MOST_BLOCK: Final = 6144  # bits of a block and channel [ISO14496-3 4.5.3.1]
_SINGLE, _PAIR, _LOW, _END = "000", "001", "011", "111"  # elements [ISO14496-3 table 4.71]
_ELEMENTS: Final = {  # by channel configuration [ISO14496-3 table 1.19]
    1: (_SINGLE,),
    2: (_PAIR,),
    3: (_SINGLE, _PAIR),
    4: (_SINGLE, _PAIR, _SINGLE),
    5: (_SINGLE, _PAIR, _PAIR),
    6: (_SINGLE, _PAIR, _PAIR, _LOW),
}
_LONG_SINE: Final = "00000000000"  # ics_info: long window, sine, no bands, no prediction
_NO_TOOLS: Final = "000"  # neither pulses nor noise shaping nor gain control
_GAIN: Final = "01100100"  # of no consequence without bands
_CHECKED: Final = 4  # frames


def form(config: aac.Config, extradata: bytes) -> Form:
    """Return how a content is coded.

    Raises:
        PlanError: our coder cannot match it.
    """
    fits = config.rate_index < len(aac.RATES) and config.channels in _ELEMENTS
    if config.object_type != aac.LOW_COMPLEXITY or not config.is_plain or not fits:
        raise PlanError(
            "only AAC-LC of up to 5.1 channels can be joined with a label; convert the sound to "
            "it first, for example by ffmpeg -c:a aac"
        )
    return coded.Form(
        decoder="aac",
        extradata=extradata,
        rate=aac.RATES[config.rate_index],
        channels=config.channels,
        per_frame=BLOCK,
    )


def check(found: Form, frames: Frames) -> None:
    """Make sure that a content is coded as it says; only decoding shows implicit replication.

    Raises:
        MalformedFileError: it cannot be decoded.
        PlanError: it is of a higher profile.
    """
    sizes = {samples.shape for samples in found.decode(frames[:_CHECKED])}
    if not sizes:
        raise MalformedFileError("the sound cannot be decoded: {reason}", reason="no frame")
    if sizes != {(found.channels, BLOCK)}:
        raise PlanError(
            "the sound is HE-AAC, which the label cannot match; convert it to AAC-LC first, for "
            "example by ffmpeg -c:a aac"
        )


def encode(samples: Sequence[float], like: Form, bit_rate: float) -> list[bytes]:
    """Code a mono sound as raw blocks.

    Args:
        samples: the sound, silent at both ends.
        like: how the content is coded.
        bit_rate: of the content, in bits per second.
    """
    most = min(_MOST * like.channels, _MOST_BLOCK * like.channels * like.rate // BLOCK)
    coding = libav.Coding(
        codec="aac",
        rate=like.rate,
        layout=coded.LAYOUTS[like.channels],
        form="fltp",
        bit_rate=int(min(max(bit_rate, min(_LEAST * like.channels, most)), most)),
        options={"aac_pns": "0", "flags": "+bitexact"},
    )
    length = -(-len(samples) // BLOCK) * BLOCK
    blocks, made = libav.encoded(
        coding, coded.rows(coded.prepared(samples), like.channels, length), BLOCK
    )
    config = aac.parse(made)
    wanted = aac.parse(like.extradata)
    if (config.rate_index, config.channels) != (wanted.rate_index, wanted.channels):
        raise MalformedFileError("the label's frames do not fit the content's")
    return [*blocks, silence(like.channels)]


def silence(channels: int) -> bytes:
    """Return a silent block of a channel configuration, as one raw_data_block."""
    tags = dict.fromkeys((_SINGLE, _PAIR, _LOW), 0)
    bits = ""
    for element in _ELEMENTS[channels]:
        bits += f"{element}{tags[element]:04b}"
        tags[element] += 1
        if element == _PAIR:
            bits += f"1{_LONG_SINE}00" + 2 * (_GAIN + _NO_TOOLS)  # one window, no mid and side
        else:
            bits += _GAIN + _LONG_SINE + _NO_TOOLS
    bits += _END
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")
