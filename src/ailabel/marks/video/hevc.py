"""HEVC inside containers: samples of units with their lengths, and the configuration record.

As in H.264 the stretch has parameter sets of its own, and the record holds both [ISO14496-15
8.3.3.1]. A join must be at an IDR picture; behind open groups of pictures there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.video import units
from ailabel.marks.video.hevc_header import (
    PPS,
    SPS,
    VPS,
    Numbers,
    Rules,
    renumbered,
    rules_of,
    unexpected,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ailabel.marks.video.film import Film

__all__ = ["HEVC"]

_IDR: Final = (19, 20)  # [ITU-T H.265 table 7-1]
_CLEAN, _BROKEN = 21, 18  # the latter without pictures that are shown before it
_LAST_SLICE: Final = 31
_DELIMITER, _SEI = 35, 39
_SETS: Final = (VPS, SPS, PPS)
_LIGHT: Final = (137, 144, 147)  # SEI that says how bright pictures are [ITU-T H.265 D.2.1]
_FIXED: Final = 22  # bytes of the record before its lists
_LEVEL, _WIDTH = 12, 21  # where it says the level, and the bytes of a unit's length
_SPS_NUMBER: Final = 16 + 8 + 96  # bits before the number of a sequence's set, of one layer
_MOST: Final = (16, 16, 64)  # numbers of each kind of set


class HEVC:
    """How a stretch of an HEVC film is coded.

    Args:
        film: the film.
        first: its first sample, whose parameter sets count where they stand in samples.

    Raises:
        MalformedFileError: its configuration is broken.
    """

    name: Final = "HEVC"
    decoder: Final = "hevc"
    encoder: Final = "libx265"

    def __init__(self, film: Film, first: bytes) -> None:
        self._head, self._lists = _parsed(film.config)
        self._inband = film.inband
        self._width = (self._head[_WIDTH] & 3) + 1
        inside = list(units.split(first, self._width))
        known = [*(unit for _, found in self._lists for unit in found), *inside]
        if not any(_kind(unit) == SPS for unit in known):
            raise MalformedFileError("the film has no parameter sets")
        self._numbers = _free(known)
        self._kept = [unit for unit in inside if _kind(unit) == _SEI and unit[2] in _LIGHT]
        self._sets: tuple[bytes, list[bytes], Rules] | None = None

    def opened(self, sample: bytes) -> bytes | None:
        """Return an IDR picture as it stands, and a clean random access picture as a broken link.

        Only the latter makes a decoder forget what was before, and take other parameter sets.
        """
        found = list(units.split(sample, self._width))
        kinds = {_kind(unit) for unit in found if _kind(unit) <= _LAST_SLICE}
        if kinds and kinds <= set(_IDR):
            return sample
        if kinds != {_CLEAN}:
            return None
        return units.joined((_broken_link(unit) for unit in found), self._width)

    def options(self) -> dict[str, str]:
        """Return the options of the encoder."""
        return {
            "preset": "veryfast",
            "crf": "22",
            "forced-idr": "1",
            "x265-params": "log-level=none:info=0:scenecut=0:open-gop=0:bframes=0:weightp=0:"
            "repeat-headers=0:pools=4:frame-threads=2",
        }

    def sample(self, packet: bytes, extradata: bytes, *, key: bool) -> bytes:
        """Return what the encoder wrote as the container stores it."""
        sets, rules = self._ours(extradata)
        kept = [
            renumbered(unit, self._numbers, rules)
            for unit in units.of_stream(packet)
            if _kind(unit) not in (*_SETS, _DELIMITER, _SEI)
        ]
        if key:
            kept = [*(sets if self._inband else ()), *self._kept, *kept]
        return units.joined(kept, self._width)

    def config(self, extradata: bytes, *, whole: bool) -> bytes:
        """Return the record for the film: with the sets of both, or those of the stretch alone."""
        if self._inband and not any(kind == SPS for kind, _ in self._lists):
            return _built(self._head, self._lists)
        sets, _ = self._ours(extradata)
        sps = next(unit for unit in sets if _kind(unit) == SPS)
        level = units.unescaped(sps)[_SPS_NUMBER // 8 - 1]
        old = 0 if whole else self._head[_LEVEL]
        head = self._head[:_LEVEL] + bytes([max(old, level)]) + self._head[_LEVEL + 1 :]
        lists = [
            (kind, found if kind & 63 not in _SETS or not whole else [])
            for kind, found in self._lists
        ]
        return _built(head, _added(lists, sets))

    def _ours(self, extradata: bytes) -> tuple[list[bytes], Rules]:
        """Return the encoder's parameter sets with their numbers, and what they say of slices."""
        if self._sets is None or self._sets[0] != extradata:
            found = {_kind(unit): unit for unit in units.of_stream(extradata)}
            if not set(_SETS) <= set(found):
                raise unexpected()
            rules = rules_of(found[SPS], found[PPS])
            sets = [renumbered(found[kind], self._numbers, rules) for kind in _SETS]
            self._sets = (extradata, sets, rules)
        return self._sets[1], self._sets[2]


def _broken_link(unit: bytes) -> bytes:
    """Return a slice of a clean random access picture as one that nothing precedes.

    Both have the same header [ITU-T H.265 7.3.6.1]; what splices streams is meant to do this
    [ITU-T H.265 3, broken link access picture].
    """
    if _kind(unit) != _CLEAN:
        return unit
    return bytes([unit[0] & 0x81 | _BROKEN << 1]) + unit[1:]


def _kind(unit: bytes) -> int:
    return unit[0] >> 1 & 63


def _free(known: Iterable[bytes]) -> Numbers:
    """Return numbers that no set of the film has."""
    taken: dict[int, set[int]] = {kind: {0} for kind in _SETS}
    for unit in known:
        payload = units.unescaped(unit)
        if _kind(unit) == VPS:
            taken[VPS].add(units.Bits(payload, 16).fixed(4))
        elif _kind(unit) == PPS:
            taken[PPS].add(units.Bits(payload, 16).unsigned())
        elif _kind(unit) == SPS:
            bits = units.Bits(payload, 20)
            if bits.fixed(3) == 0:
                taken[SPS].add(units.Bits(payload, _SPS_NUMBER).unsigned())
    free = [
        min(set(range(most)) - taken[kind], default=0)
        for kind, most in zip(_SETS, _MOST, strict=True)
    ]
    if not all(free):
        raise PlanError("the film has so many parameter sets that none can be added")
    return Numbers(*free)


def _parsed(body: bytes) -> tuple[bytes, list[tuple[int, list[bytes]]]]:
    """Take the record apart: what stands before its lists, and each list with its kind."""
    at = _FIXED + 1
    lists = []
    for _ in range(body[_FIXED] if len(body) > _FIXED else 0):
        kind, count = (
            body[at] if at < len(body) else 0,
            int.from_bytes(body[at + 1 : at + 3], "big"),
        )
        at += 3
        found = []
        for _ in range(count):
            length = int.from_bytes(body[at : at + 2], "big")
            found.append(body[at + 2 : at + 2 + length])
            at += 2 + length
            if at > len(body) or length < 3:  # noqa: PLR2004 - a header and a byte
                raise MalformedFileError("the {name} box is too short", name="hvcC")
        lists.append((kind, found))
    if at > len(body):
        raise MalformedFileError("the {name} box is too short", name="hvcC")
    return body[:_FIXED], lists


def _added(
    lists: Sequence[tuple[int, list[bytes]]], sets: Iterable[bytes]
) -> list[tuple[int, list[bytes]]]:
    """Return the lists with more sets, each in the list of its kind."""
    found = [(kind, list(known)) for kind, known in lists]
    for unit in sets:
        fitting = next((known for kind, known in found if kind & 63 == _kind(unit)), None)
        if fitting is None:
            found.append((0x80 | _kind(unit), [unit]))
        else:
            fitting.append(unit)
    return found


def _built(head: bytes, lists: Sequence[tuple[int, list[bytes]]]) -> bytes:
    pieces = [head, bytes([len(lists)])]
    for kind, found in lists:
        pieces.append(bytes([kind]) + len(found).to_bytes(2, "big"))
        pieces += [len(unit).to_bytes(2, "big") + unit for unit in found]
    return b"".join(pieces)
