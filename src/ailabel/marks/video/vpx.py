"""VP8 and VP9 inside containers: each coded picture says for itself all that a decoder needs.

A key picture replaces everything that later pictures lean on [RFC 6386 9.1; VP9 7.2], so any of
them is a clean place for a join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ailabel.marks.video.film import Film

__all__ = ["VP8", "VP9"]

_MARKER: Final = 0b10  # how each picture of VP9 begins [VP9 7.2]


class _Plain:
    """What both have in common: pictures are stored as the encoder writes them."""

    def __init__(self, film: Film) -> None:
        self._config = film.config

    def sample(self, packet: bytes, extradata: bytes, *, key: bool) -> bytes:  # noqa: ARG002 - the contract
        """Return what the encoder wrote."""
        return packet

    def config(self, extradata: bytes, *, whole: bool) -> bytes:  # noqa: ARG002 - the contract
        """Return the configuration, which says nothing of single pictures."""
        return self._config


class VP8(_Plain):
    """How a stretch of a VP8 film is coded."""

    name: Final = "VP8"
    decoder: Final = "vp8"
    encoder: Final = "libvpx"

    def opened(self, sample: bytes) -> bytes | None:
        """Return a key picture as it stands, and no other [RFC 6386 9.1]."""
        return sample if sample and not sample[0] & 1 else None

    def options(self) -> dict[str, str]:
        """Return the options of the encoder."""
        return {
            "threads": "1",  # more of them spin while they wait
            "deadline": "good",
            "cpu-used": "4",
            "crf": "8",
            "b": "50M",
            "auto-alt-ref": "0",
            "lag-in-frames": "0",
        }


class VP9(_Plain):
    """How a stretch of a VP9 film is coded."""

    name: Final = "VP9"
    decoder: Final = "vp9"
    encoder: Final = "libvpx-vp9"

    def opened(self, sample: bytes) -> bytes | None:
        """Return a key picture as it stands, and no other [VP9 6.2]."""
        if not sample or sample[0] >> 6 != _MARKER:
            return None
        is_long = sample[0] >> 4 & 3 == 3  # noqa: PLR2004 - profile 3 has one more bit
        bits = sample[0] << (1 if is_long else 0)
        return None if bits & 0b1100 else sample  # a repeat; leans on others

    def options(self) -> dict[str, str]:
        """Return the options of the encoder."""
        return {
            "deadline": "good",
            "cpu-used": "5",
            "crf": "24",
            "b": "0",
            "auto-alt-ref": "0",
            "lag-in-frames": "0",
            "row-mt": "1",
        }
