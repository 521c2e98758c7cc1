"""How a JPEG keeps Exif: one APP1 segment, so at most 64 KiB [Exif 4.7.2]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.codecs import exif, jpeg
from ailabel.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.io.source import View

__all__ = ["check_single", "commented", "segment"]


def check_single(view: View, starts: Sequence[int]) -> None:
    """Refuse Exif that goes on in a second segment, so that nothing can be put behind it.

    Args:
        view: the file.
        starts: where the content of each Exif segment begins, behind its name.

    Raises:
        PlanError: a later one begins in the middle.
    """
    for start in starts[1:]:
        if not exif.is_tiff(view.read_some(start, 4)):
            raise PlanError(
                "the Exif goes on over several segments, so no comment can be put into it; use "
                "--slot official"
            )


def commented(view: View, old: bytes | None, comment: str, accepts: Callable[[str], bool]) -> bytes:
    """Return the Exif segment that holds a comment.

    Args:
        view: the file.
        old: the content of its Exif segment, behind its name; None where there is none.
        comment: as for `exif.put`.
        accepts: as for `exif.put`.

    Raises:
        PlanError: as `exif.put`, or the segment would be too long.
    """
    new = exif.new(comment) if old is None else exif.put(old, comment, accepts, view.limits)
    return segment(new)


def segment(data: bytes) -> bytes:
    """Return the segment that holds Exif.

    Raises:
        PlanError: it would be too long.
    """
    body = exif.PREFIX + data
    if len(body) > jpeg.MAX_BODY:
        raise PlanError(
            "the Exif would not fit into its JPEG segment ({value} bytes, at most {limit}); use "
            "--slot official",
            value=len(body),
            limit=jpeg.MAX_BODY,
        )
    return jpeg.segment(0xE1, body)
