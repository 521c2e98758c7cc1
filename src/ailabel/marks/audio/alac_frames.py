"""Frames of Apple Lossless for a label.

They depend on no other frame, so they stand beside the content's as they are; only the facts in
the decoder's configuration must be the same [ALAC].
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.marks.audio import coded, libav

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.marks.audio.coded import Form

__all__ = ["encode", "form"]

_COOKIE: Final = struct.Struct(">IBBBBBBHIII")
_BOX: Final = 12  # size, type, version and flags before it, as FFmpeg wants them
_FRAME: Final = 4096  # samples, of FFmpeg's coder
_TUNING: Final = (40, 10, 14)  # of the Rice codes, of Apple's coder and FFmpeg's
_FORMS: Final = {16: "s16p", 24: "s32p"}  # by depth


def form(cookie: bytes) -> Form:
    """Return how a content is coded, by the ``alac`` box in its sample description.

    Raises:
        MalformedFileError: the box is too short.
        PlanError: our coder cannot match it.
    """
    if len(cookie) < _BOX + _COOKIE.size:
        raise MalformedFileError("the {name} box is too short", name="alac")
    length, _, depth, *tuning, channels, _, _, _, rate = _COOKIE.unpack_from(cookie, _BOX)
    fits = depth in _FORMS and channels in coded.LAYOUTS and length == _FRAME and rate > 0
    if not fits or tuple(tuning) != _TUNING:
        raise PlanError(
            "the Apple Lossless sound is of a kind that the label cannot match; convert it anew "
            "first, for example by ffmpeg -c:a alac"
        )
    return coded.Form(
        decoder="alac", extradata=cookie, rate=rate, channels=channels, per_frame=_FRAME
    )


def encode(samples: Sequence[float], like: Form) -> list[bytes]:
    """Code a mono sound.

    Args:
        samples: the sound.
        like: how the content is coded.
    """
    import numpy as np

    depth = _COOKIE.unpack_from(like.extradata, _BOX)[2]
    coding = libav.Coding(
        codec="alac",
        rate=like.rate,
        layout=coded.LAYOUTS[like.channels],
        form=_FORMS[depth],
        options={"flags": "+bitexact"},
    )
    length = -(-len(samples) // _FRAME) * _FRAME
    data = coded.rows(samples, like.channels, length).astype(np.float64)
    numbers = np.round(data * ((1 << depth - 1) - 1)).astype(np.int32)
    laid = numbers.astype(np.int16) if depth == 16 else numbers << 8  # noqa: PLR2004 - bits
    frames, _ = libav.encoded(coding, laid, _FRAME)
    return frames
