"""HEVC: other numbers for the parameter sets of a stretch, down to the headers of its slices.

The encoder numbers its sets from nought, as the film's own most likely are, and offers no choice.
A number stands near the start of each set and of each slice's header; where it takes more bits, all
that follows in the header moves, and the data behind it begin at a whole byte as before. So the
header is read to its end [ITU-T H.265 7.3.6], as far as this encoder, with these options, uses it;
anything else is refused.
"""

from __future__ import annotations

from typing import Final

from ailabel.errors import PlanError
from ailabel.marks.video.units import Bits, escaped, unescaped
from ailabel.values import frozen

__all__ = ["PPS", "SPS", "VPS", "Numbers", "Rules", "renumbered", "rules_of", "unexpected"]

_HEAD: Final = 16  # bits of a unit's header [ITU-T H.265 7.3.1.2]
_LAST_SLICE: Final = 31  # type of the last unit that holds a slice
_FIRST_INTRA, _LAST_INTRA = 16, 23  # pictures that decoding may begin at
_IDR: Final = (19, 20)
VPS, SPS, PPS = 32, 33, 34
_PLANES: Final = 3  # a colour in each of three planes of full size
_PROFILE: Final = 96  # bits of profile, tier and level of a stream of one layer
_P, _I = 1, 2  # types of slices


@frozen
class Numbers:
    """The numbers of the parameter sets of a stretch."""

    vps: int
    sps: int
    pps: int


@frozen(kw_only=True)
class Rules:
    """What the parameter sets say that decides how the header of a slice reads.

    Args:
        order_bits: of the number that says in which order pictures are shown.
        sao: whether samples are adjusted after decoding, and colours with them.
        colours: whether there are planes of colour.
        motion: whether motion is predicted from other pictures.
        cabac_flag: whether a slice chooses the tables of its arithmetic coder.
        references: pictures that are leant on, unless a slice says otherwise.
        chroma_offsets: whether a slice adjusts the quantisers of colours.
        waves: whether rows are coded so that they can be decoded side by side.
        across: whether filters reach across slices.
    """

    order_bits: int
    sao: bool
    colours: bool
    motion: bool
    cabac_flag: bool
    references: int
    chroma_offsets: bool
    waves: bool
    across: bool


def renumbered(unit: bytes, numbers: Numbers, rules: Rules) -> bytes:
    """Return a unit of the stretch with the numbers.

    Raises:
        PlanError: a slice's header reads otherwise than expected.
    """
    kind = unit[0] >> 1 & 63
    payload = unescaped(unit)
    if kind == VPS:
        return escaped(_with(payload, (_HEAD, _HEAD + 4, _fixed(numbers.vps, 4))))
    if kind == SPS:
        at = _HEAD + 8 + _PROFILE
        bits = Bits(payload, at)
        bits.unsigned()
        places = (_HEAD, _HEAD + 4, _fixed(numbers.vps, 4)), (at, bits.at, _golomb(numbers.sps))
        return escaped(_with(payload, *places))
    if kind == PPS:
        bits = Bits(payload, _HEAD)
        bits.unsigned()
        bits.unsigned()
        return escaped(
            _with(payload, (_HEAD, bits.at, _golomb(numbers.pps) + _golomb(numbers.sps)))
        )
    if kind > _LAST_SLICE:
        return unit
    return escaped(_slice(payload, kind, numbers.pps, rules))


def rules_of(sps: bytes, pps: bytes) -> Rules:
    """Read what the parameter sets say of slices [ITU-T H.265 7.3.2.2, 7.3.2.3].

    Raises:
        PlanError: they hold something that is not expected of the encoder.
    """
    chroma, order_bits, sao, motion = _sequence(Bits(unescaped(sps), _HEAD + 4))
    bits = Bits(unescaped(pps), _HEAD)
    _skip(bits, 2)
    _expect(bits.fixed(5) == 0)  # dependent slices, pictures that are not shown, further bits
    bits.flag()
    cabac_flag = bits.flag()
    references = bits.unsigned() + 1
    bits.unsigned()
    bits.signed()
    bits.fixed(2)
    if bits.flag():
        bits.unsigned()  # depth of changes of the quantiser
    bits.signed(), bits.signed()
    chroma_offsets = bits.flag()
    _expect(bits.fixed(2) == 0)  # weights
    bits.flag()
    _expect(not bits.flag())  # tiles
    waves, across = bits.flag(), bits.flag()
    if bits.flag():
        _expect(bits.fixed(2) == 0)  # filters of a slice's own, or none against blocks
        bits.signed(), bits.signed()
    _expect(bits.fixed(2) == 0)  # scaling lists; lists of references in another order
    bits.unsigned()
    _expect(not bits.flag())  # an extension of the slice's header
    return Rules(
        order_bits=order_bits,
        sao=sao,
        colours=chroma != 0,
        motion=motion,
        cabac_flag=cabac_flag,
        references=references,
        chroma_offsets=chroma_offsets,
        waves=waves,
        across=across,
    )


def _sequence(bits: Bits) -> tuple[int, int, bool, bool]:
    """Return the kind of colours, the bits of an order, and whether there is SAO, and motion."""
    _expect(bits.fixed(3) == 0)  # one layer
    bits.fixed(1 + _PROFILE)
    bits.unsigned()
    chroma = bits.unsigned()
    _expect(chroma != _PLANES or not bits.flag())
    _skip(bits, 2)  # width and height
    if bits.flag():
        _skip(bits, 4)  # the window that is shown
    _skip(bits, 2)  # depths
    order_bits = bits.unsigned() + 4
    bits.flag()
    _skip(bits, 3 + 6)  # sizes of buffers and of blocks
    _expect(not bits.flag())  # scaling lists
    bits.flag()
    sao = bits.flag()
    _expect(not bits.flag())  # samples without coding
    _expect(bits.unsigned() == 0)  # sets of references
    _expect(not bits.flag())  # long-term references
    return chroma, order_bits, sao, bits.flag()


def _slice(payload: bytes, kind: int, number: int, rules: Rules) -> bytes:
    """Return a slice with another number of its parameter set [ITU-T H.265 7.3.6.1]."""
    bits = Bits(payload, _HEAD)
    _expect(bits.flag())  # the first, and only, slice of its picture
    if _FIRST_INTRA <= kind <= _LAST_INTRA:
        bits.flag()
    start = bits.at
    bits.unsigned()
    end = bits.at
    slice_type = bits.unsigned()
    _expect(slice_type in (_P, _I))
    if kind not in _IDR:
        _references(bits, rules)
    motion = kind not in _IDR and rules.motion and bits.flag()
    if rules.sao:
        bits.fixed(1 + rules.colours)
    if slice_type == _P:
        count = bits.unsigned() + 1 if bits.flag() else rules.references
        if rules.cabac_flag:
            bits.flag()
        if motion and count > 1:
            bits.unsigned()
        bits.unsigned()
    bits.signed()
    if rules.chroma_offsets:
        bits.signed(), bits.signed()
    if rules.across:
        bits.flag()  # the filter against blocks is on, so this is there
    if rules.waves and (points := bits.unsigned()):
        bits.fixed((bits.unsigned() + 1) * points)
    return _joined(payload, bits, (start, end, _golomb(number)))


def _references(bits: Bits, rules: Rules) -> None:
    """Pass by the pictures that a slice leans on [ITU-T H.265 7.3.7]."""
    bits.fixed(rules.order_bits)
    _expect(not bits.flag())
    for _ in range(bits.unsigned() + bits.unsigned()):
        bits.unsigned()
        bits.flag()


def _joined(payload: bytes, bits: Bits, place: tuple[int, int, str]) -> bytes:
    """Return a slice whose header is made anew and ends at a whole byte."""
    header = bits.at
    _expect(bits.flag())
    _expect(bits.fixed(-bits.at % 8) == 0)
    text = _text(payload[: -(-header // 8)])[:header]
    start, end, code = place
    new = text[:start] + code + text[end:] + "1"
    return _bytes(new) + payload[bits.at // 8 :]


def _with(payload: bytes, *places: tuple[int, int, str]) -> bytes:
    """Return a set with other bits at places, and its end at a whole byte."""
    text = _text(payload).rstrip("0")[:-1]
    for start, end, code in reversed(places):
        text = text[:start] + code + text[end:]
    return _bytes(text + "1")


def _text(data: bytes) -> str:
    return f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"


def _bytes(text: str) -> bytes:
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def _golomb(number: int) -> str:
    """Return an Exp-Golomb code [ITU-T H.265 9.2]."""
    code = f"{number + 1:b}"
    return "0" * (len(code) - 1) + code


def _fixed(number: int, count: int) -> str:
    return f"{number:0{count}b}"


def _skip(bits: Bits, count: int) -> None:
    for _ in range(count):
        bits.unsigned()


def _expect(holds: object) -> None:
    """Refuse what the encoder was not expected to write."""
    if not holds:
        raise unexpected()


def unexpected() -> PlanError:
    """Return the refusal of what the encoder was not expected to write."""
    return PlanError("the encoder for HEVC writes what cannot be joined; install another PyAV")
