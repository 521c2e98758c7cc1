"""JUMBF: boxes, and what they say of themselves."""

from __future__ import annotations

import struct

import pytest

from ailabel.codecs import jumbf
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import Limits
from builders.manifests import TAIL, box, superbox

LIMITS = Limits()


def test_a_superbox_says_what_it_holds() -> None:
    """Its type, its label, and the boxes behind the description."""
    data = superbox(b"cbor", "a label", box(b"cbor", b"\xf6"), box(b"free", b""))
    (outer,) = jumbf.boxes(data, 0, len(data), LIMITS)
    found = jumbf.superbox(data, outer, LIMITS)
    assert found is not None
    assert (found.type, found.label) == (b"cbor" + TAIL, "a label")
    assert [item.type for item in found.content] == [b"cbor", b"free"]
    assert data[found.content[0].body : found.content[0].end] == b"\xf6"


def test_boxes_have_sizes_of_two_widths_or_go_on_to_the_end() -> None:
    """A size of one says that a longer one follows, a size of zero that nothing does."""
    wide = struct.pack(">I", 1) + b"wide" + struct.pack(">Q", 18) + b"ab"
    data = wide + struct.pack(">I", 0) + b"open" + b"rest"
    found = list(jumbf.boxes(data, 0, len(data), LIMITS))
    assert [(item.type, data[item.body : item.end]) for item in found] == [
        (b"wide", b"ab"),
        (b"open", b"rest"),
    ]


@pytest.mark.parametrize(
    "data",
    [struct.pack(">I", 9) + b"cut ", struct.pack(">I", 4) + b"less", b"\0\0\0\1wide" + bytes(8)],
)
def test_a_box_that_does_not_fit_is_malformed(data: bytes) -> None:
    """A box runs past the end, or is shorter than its header."""
    with pytest.raises(MalformedFileError):
        list(jumbf.boxes(data, 0, len(data), LIMITS))


def test_what_does_not_describe_itself_is_no_superbox() -> None:
    """Another type, nothing inside, another box first; without a label it has none."""
    for data in (box(b"free", b""), box(b"jumb", b""), box(b"jumb", box(b"cbor", b""))):
        (outer,) = jumbf.boxes(data, 0, len(data), LIMITS)
        assert jumbf.superbox(data, outer, LIMITS) is None
    data = box(b"jumb", box(b"jumd", b"cbor" + TAIL + b"\0"))
    (outer,) = jumbf.boxes(data, 0, len(data), LIMITS)
    found = jumbf.superbox(data, outer, LIMITS)
    assert found is not None
    assert found.label == ""


def test_the_number_of_boxes_is_bounded() -> None:
    """More boxes than items are refused."""
    data = box(b"free", b"") * 20
    with pytest.raises(LimitExceededError):
        list(jumbf.boxes(data, 0, len(data), Limits(items=10)))
