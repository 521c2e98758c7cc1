"""AV1 inside containers: temporal units without delimiters [AV1-ISOBMFF 2.4; AV1-MATROSKA 4].

A join is clean at a key picture that is shown and has its sequence header with it; the decoder
begins anew there, whatever header it had before [AV1 7.5].
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.marks.video.film import Film

__all__ = ["AV1"]

_SEQUENCE, _DELIMITER, _HEADER, _FRAME, _PADDING = 1, 2, 3, 6, 15  # [AV1 6.2.2]
_EXTENSION, _HAS_SIZE = 0x04, 0x02  # flags of a header [AV1 5.3.2]
_STILL: Final = 0x08  # of a sequence header: its pictures have a short header [AV1 5.5.1]
_SHOWN_KEY: Final = 0b0001  # no repeat (1 bit), a key (2 bits), shown (1 bit) [AV1 5.9.2]
_RECORD: Final = 4  # bytes of the configuration record before its sequence header


class AV1:
    """How a stretch of an AV1 film is coded.

    Args:
        film: the film.
    """

    name: Final = "AV1"
    decoder: Final = "libdav1d"
    encoder: Final = "libsvtav1"

    def __init__(self, film: Film) -> None:
        self._config = film.config
        os.environ.setdefault("SVT_LOG", "1")  # or the encoder tells all its settings to the user

    def opened(self, sample: bytes) -> bytes | None:
        """Return a key picture that is shown, with its sequence header, as it stands."""
        has_sequence = False
        for kind, unit, body in _units(sample):
            if kind == _SEQUENCE:
                has_sequence = True
            elif kind in (_HEADER, _FRAME):
                first = unit[body] if body < len(unit) else 0xFF
                return sample if has_sequence and first >> 4 == _SHOWN_KEY else None
        return None

    def options(self) -> dict[str, str]:
        """Return the options of the encoder."""
        return {
            "preset": "9",
            "crf": "26",
            "svtav1-params": "lp=4:pred-struct=1:enable-overlays=0:scd=0",
        }

    def sample(self, packet: bytes, extradata: bytes, *, key: bool) -> bytes:
        """Return what the encoder wrote, without delimiters, with its header at keys."""
        units = [(kind, unit) for kind, unit, _ in _units(packet)]
        data = b"".join(unit for kind, unit in units if kind not in (_DELIMITER, _PADDING))
        if key and all(kind != _SEQUENCE for kind, _ in units):
            return _sequence(extradata) + data
        return data

    def config(self, extradata: bytes, *, whole: bool) -> bytes:
        """Return the record, which names the header of the first picture that is kept."""
        if not whole or len(self._config) < _RECORD:
            return self._config
        return self._config[:_RECORD] + _sequence(extradata)


def _sequence(extradata: bytes) -> bytes:
    """Return the sequence header that the encoder tells of, with its record or without."""
    start = _RECORD if extradata[:1] == b"\x81" else 0
    return b"".join(unit for kind, unit, _ in _units(extradata[start:]) if kind == _SEQUENCE)


def _units(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield type, bytes, and where the payload begins, of each unit [AV1 5.3].

    Raises:
        MalformedFileError: one does not fit.
    """
    at = 0
    while at < len(data):
        head = data[at]
        body = at + (2 if head & _EXTENSION else 1)
        size = len(data) - body
        if head & _HAS_SIZE:
            size = shift = 0
            while True:
                if body >= len(data) or shift > 28:  # noqa: PLR2004 - five bytes of seven bits
                    raise MalformedFileError("a unit of a coded picture does not fit")
                byte = data[body]
                size |= (byte & 127) << shift
                body, shift = body + 1, shift + 7
                if byte < 128:  # noqa: PLR2004 - the last one
                    break
        if size < 0 or body + size > len(data):
            raise MalformedFileError("a unit of a coded picture does not fit")
        yield head >> 3 & 15, data[at : body + size], body - at
        at = body + size
