"""Names of generators in what H.264 and HEVC carry beside the pictures [ITU-T H.264 D.1.6].

Detector projects tell of such names; none was seen in a real file, so what is found is weak.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength
from ailabel.traces.named import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry, Tracer

__all__ = ["TRACER"]

_GENERATORS: Final = {
    b"kling-ai": "Kling",
    b"sora": "Sora",
    b"runway": "Runway",
    b"pika-labs": "Pika",
    b"luma-ai": "Luma AI",
    b"hailuo": "Hailuo",
    b"pixverse": "PixVerse",
    b"vidu-ai": "Vidu",
    b"genmo": "Genmo",
    b"haiper": "Haiper",
}
_MARKED: Final = re.compile(
    rb"(?<![a-z0-9])(?:" + b"|".join(map(re.escape, _GENERATORS)) + rb")(?![a-z0-9])", re.IGNORECASE
)
_SAMPLE: Final = 1 << 16  # bytes of the first picture that are looked through
_UNITS: Final = 64  # of the first picture, at most
_USER_DATA: Final = 5  # the kind of message: unregistered user data
_UUID: Final = 16  # which names whose it is


class _Film:
    """Looks into the messages before the first picture."""

    formats: Sequence[str] = ("mp4", "mov", "3gp")

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find the names in user data."""
        del format_id, entries
        from ailabel.codecs import nal

        for begin, end in nal.first_units(view, _SAMPLE, _UNITS):
            unit = view.read(begin, end - begin, "a coded picture")
            for at, body in nal.messages(unit, _USER_DATA):
                found = _MARKED.search(body, _UUID)
                if found is not None:
                    yield _trace(begin + at, found[0], body[_UUID:])
                    return


TRACER: Final[Tracer] = _Film()


def _trace(offset: int, name: bytes, text: bytes) -> Trace:
    product = _GENERATORS[name.lower()]
    location = "SEI user data of the first picture"
    return Trace(
        kind="film-sei",
        claim=Claim.TOOL,
        strength=TraceStrength.WEAK,
        message=said(Claim.TOOL, product),
        product=product,
        location=location,
        offset=offset,
        length=_UUID + len(text),
        raw=text[:RAW_MOST],
    )
