"""XMP in JPEG segments."""

from __future__ import annotations

from hashlib import md5

import pytest

from ailabel.codecs import jpeg, jpeg_xmp
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits
from builders import jpeg as build

_WHOLE = bytes(range(256)) * 3
_DIGEST = md5(_WHOLE, usedforsecurity=False).hexdigest().upper().encode()


def _extensions(*header: bytes, limits: Limits | None = None) -> tuple[jpeg_xmp.Extension, ...]:
    view = BytesView(build.file(*header), limits=limits)
    return jpeg_xmp.extensions(view, [item for item in jpeg.segments(view) if item.marker == 0xE1])


def test_pieces_are_joined_in_the_order_of_their_offsets() -> None:
    """Pieces in another order than the file's, and of two packets, come together."""
    first = build.extended(_WHOLE, _DIGEST, size=300)
    second = build.extended(b"other", b"0" * 32)
    found = _extensions(first[2], second[0], first[0], first[1])
    assert [(item.digest, item.packet) for item in found] == [
        (_DIGEST, _WHOLE),
        (b"0" * 32, b"other"),
    ]
    assert len(found[0].segments) == 3


@pytest.mark.parametrize("kept", [(0, 1), (1, 2), (0, 2), (0, 0, 1, 2)])
def test_a_packet_with_a_gap_or_an_overlap_is_left_out(kept: tuple[int, ...]) -> None:
    """What readers cannot put together is not guessed at."""
    pieces = build.extended(_WHOLE, _DIGEST, size=300)
    assert _extensions(*(pieces[index] for index in kept)) == ()


def test_a_piece_that_is_too_short_is_left_out() -> None:
    """A segment that ends inside its own header holds nothing."""
    assert _extensions(build.segment(0xE1, build.EXTENDED + b"0" * 32)) == ()


def test_lengths_that_disagree_are_left_out() -> None:
    """All pieces must say the same length of the whole."""
    one, two, _ = build.extended(_WHOLE, _DIGEST, size=300)
    *_, other = build.extended(_WHOLE + b"!", _DIGEST, size=300)
    assert _extensions(one, two, other) == ()


def test_extended_xmp_is_bounded() -> None:
    """More than the limit in all pieces together is not read."""
    with pytest.raises(LimitExceededError, match="Extended XMP"):
        _extensions(*build.extended(_WHOLE, _DIGEST), limits=Limits(metadata_bytes=500))


def test_pieces_and_extensions_are_inverse() -> None:
    """A packet of several segments comes back whole, under its MD5."""
    whole = bytes(200_000)
    digest, data = jpeg_xmp.pieces(whole)
    (found,) = _extensions(data)
    assert (found.digest, found.packet, len(found.segments)) == (digest, whole, 4)
