"""H.264 inside containers: samples of units with their lengths, and the configuration record.

The stretch that is coded anew has parameter sets of its own, under a number that the film does not
use, and the record holds both [ISO14496-15 5.3.3]. So a decoder needs no other configuration on
either side of a join, which must be at an IDR picture [ITU-T H.264 7.4.1.2.4].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.video import units
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.marks.video.film import Film

__all__ = ["H264"]

_IDR, _SEI, _SPS, _PPS, _DELIMITER = 5, 6, 7, 8, 9  # [ITU-T H.264 table 7-1]
_PROFILES: Final = {  # profile_idc: as x264 calls it
    66: "baseline",
    77: "main",
    100: "high",
    110: "high10",
    122: "high422",
    244: "high444",
}
_MOST_SPS: Final = 31
_LIGHT: Final = (137, 144, 147)  # SEI that says how bright pictures are [ITU-T H.264 D.1.1]


@frozen(kw_only=True)
class _Record:
    """The configuration record [ISO14496-15 5.3.3.1], taken apart."""

    head: bytes
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    rest: bytes


class H264:
    """How a stretch of an H.264 film is coded.

    Args:
        film: the film.
        first: its first sample, whose parameter sets count where they stand in samples.

    Raises:
        PlanError: its profile cannot be coded.
        MalformedFileError: its configuration is broken.
    """

    name: Final = "H.264"
    decoder: Final = "h264"
    encoder: Final = "libx264"

    def __init__(self, film: Film, first: bytes) -> None:
        self._record = _parsed(film.config)
        self._inband = film.inband
        self._width = (self._record.head[4] & 3) + 1
        inside = list(units.split(first, self._width))
        sps = [*self._record.sps, *(unit for unit in inside if _kind(unit) == _SPS)]
        pps = [*self._record.pps, *(unit for unit in inside if _kind(unit) == _PPS)]
        if not sps:
            raise MalformedFileError("the film has no parameter sets")
        self._profile = _PROFILES.get(sps[0][1] if len(sps[0]) > 1 else 0)
        if self._profile is None:
            raise PlanError("no encoder writes the profile of the film; convert it first")
        taken = {units.Bits(units.unescaped(unit), 32).unsigned() for unit in sps}
        taken |= {units.Bits(units.unescaped(unit), 8).unsigned() for unit in pps}
        self._number = min(set(range(1, _MOST_SPS)) - taken, default=_MOST_SPS)
        self._kept = [unit for unit in inside if _kind(unit) == _SEI and unit[1] in _LIGHT]

    def opened(self, sample: bytes) -> bytes | None:
        """Return an IDR picture as it stands, and no other."""
        is_idr = any(_kind(unit) == _IDR for unit in units.split(sample, self._width))
        return sample if is_idr else None

    def options(self) -> dict[str, str]:
        """Return the options of the encoder."""
        return {
            "preset": "veryfast",
            "crf": "20",
            "forced-idr": "1",
            "profile": self._profile or "",
            # with its tree of macroblocks x264 codes the same pictures differently now and then
            "x264-params": f"sps-id={self._number}:scenecut=0:mbtree=0",
        }

    def sample(self, packet: bytes, extradata: bytes, *, key: bool) -> bytes:
        """Return what the encoder wrote as the container stores it."""
        kept = [
            unit
            for unit in units.of_stream(packet)
            if _kind(unit) not in (_SEI, _SPS, _PPS, _DELIMITER)
        ]
        if key:
            kept = [*self._kept, *kept]
        if key and self._inband:
            kept = [*units.of_stream(extradata), *kept]
        return units.joined(kept, self._width)

    def config(self, extradata: bytes, *, whole: bool) -> bytes:
        """Return the record for the film: with the sets of both, or those of the stretch alone."""
        ours = list(units.of_stream(extradata))
        sps = [unit for unit in ours if _kind(unit) == _SPS]
        pps = [unit for unit in ours if _kind(unit) == _PPS]
        record = self._record
        if self._inband and not record.sps:
            return _built(record.head, (), (), record.rest)
        level = max(sps[0][3], 0 if whole else record.head[3])
        head = record.head[:3] + bytes([level]) + record.head[4:]
        if whole:
            return _built(head, sps, pps, record.rest)
        return _built(head, (*record.sps, *sps), (*record.pps, *pps), record.rest)


def _kind(unit: bytes) -> int:
    return unit[0] & 31


def _parsed(body: bytes) -> _Record:
    at = 5
    groups: list[tuple[bytes, ...]] = []
    for mask in (31, 255):
        count = body[at] & mask if at < len(body) else 0
        at += 1
        found = []
        for _ in range(count):
            length = int.from_bytes(body[at : at + 2], "big")
            found.append(body[at + 2 : at + 2 + length])
            at += 2 + length
        groups.append(tuple(found))
    if at > len(body) or any(not unit for group in groups for unit in group):
        raise MalformedFileError("the {name} box is too short", name="avcC")
    return _Record(head=body[:5], sps=groups[0], pps=groups[1], rest=body[at:])


def _built(head: bytes, sps: Sequence[bytes], pps: Sequence[bytes], rest: bytes) -> bytes:
    if len(sps) > _MOST_SPS or len(pps) > 255:  # noqa: PLR2004 - one byte
        raise PlanError("the film has so many parameter sets that none can be added")
    pieces = [head, bytes([0xE0 | len(sps)])]
    pieces += [len(unit).to_bytes(2, "big") + unit for unit in sps]
    pieces.append(bytes([len(pps)]))
    pieces += [len(unit).to_bytes(2, "big") + unit for unit in pps]
    return b"".join([*pieces, rest])
