"""Writing Exif: the comment stands where readers look, and nothing foreign moves."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import exif, jpeg_exif, tiff
from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import BytesView, Limits
from builders.exif import camera
from builders.exif import tiff as build

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS: Final = Limits()
ORDERS: Final = ("little", "big")
SAMPLES: Final = {
    "own": exif.new("[old]"),
    "no Exif directory": build(),
    "no comment": camera()[0],
    "no comment, big-endian": camera(order="big")[0],
    "a blank comment": camera(b"ASCII\0\0\0" + bytes(40))[0],
    "a label": build(comment=b"ASCII\0\0\0[old]"),
    "a label inside": camera(b"ASCII\0\0\0[old]")[0],
    "labels around": build(description=b"[old]\0", windows="[old]".encode("utf-16-le")),
    "an odd length": build() + b"\0",
    "the name before": exif.PREFIX + camera()[0],
}

every_sample: Final = pytest.mark.parametrize("name", list(SAMPLES))


def _accepts(text: str) -> bool:
    return text.startswith("[")


def _put(data: bytes, comment: str) -> bytes:
    return exif.put(data, comment, _accepts, LIMITS)


def _texts(data: bytes) -> dict[str, str]:
    return {found.location: found.text for found in tiff.texts(data, LIMITS) if found.text}


@every_sample
def test_the_comment_is_read_and_no_other_label_stays(name: str) -> None:
    """It is found in the Exif directory; texts that were accepted are gone, byte for byte."""
    after = _put(SAMPLES[name], "[new]")
    assert _texts(after)["ExifIFD/UserComment"] == "[new]"
    assert [text for text in _texts(after).values() if _accepts(text)] == ["[new]"]
    assert b"[old]" not in after
    assert "[old]".encode("utf-16-le") not in after
    assert not _accepts("".join(_texts(exif.blank(after, _accepts, LIMITS)).values()))


@every_sample
def test_the_next_comment_takes_the_place_of_the_last(name: str) -> None:
    """Writing twice gives what writing once gives, shorter or longer; again the same: nothing."""
    data = SAMPLES[name]
    for first, second in (("[1]", "[longer]"), ("[longer]", "[1]"), ("[1]", "[1]")):
        assert _put(_put(data, first), second) == _put(data, second)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("comment", [None, b"ASCII\0\0\0" + bytes(30)])
def test_nothing_of_a_camera_moves(order: Literal["little", "big"], comment: bytes | None) -> None:
    """But for one pointer of twelve bytes, the old data stand where they stood."""
    before, thumbnail = camera(comment, order)
    after = _put(before, "[new]")
    changed = [at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    assert changed
    assert max(changed) - min(changed) < 12
    assert after[len(before) - len(thumbnail) : len(before)] == thumbnail


def test_what_is_made_anew_is_known_again() -> None:
    """Only what `new` returns is our own; a byte more or another comment's directory is not."""
    assert exif.is_own(exif.new("[x]"))
    assert exif.is_own(exif.PREFIX + exif.new(""))
    assert not exif.is_own(exif.new("[x]").replace(b"0232", b"0231"))
    assert not exif.is_own(build(comment=b"ASCII\0\0\0[x]"))
    assert not exif.is_own(exif.new("[x]") + b"\xe9")


@pytest.mark.parametrize("text", [b"ASCII\0\0\0mine", b"mine", "UNICODE\0我的".encode()])
def test_a_comment_of_somebody_else_is_kept(text: bytes) -> None:
    """The field holds one text, and it is not ours to overwrite."""
    with pytest.raises(PlanError, match="says something else"):
        _put(camera(text)[0], "[new]")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:0],
        lambda data: b"II+\0" + data[4:],
        lambda data: data[:8] + b"\0\0" + data[10:],
        lambda data: data.replace(b"\x87\x69\0\x04\0\0\0\x01", b"\x87\x69\0\x04\0\0\0\x01\xff"),
        lambda data: data[:-2],
    ],
)
def test_damaged_exif_is_left_alone(change: Callable[[bytes], bytes]) -> None:
    """Nothing is put behind what cannot be followed."""
    with pytest.raises(PlanError, match="Exif is damaged"):
        _put(change(build(comment=b"ASCII\0\0\0[old]")), "[new]")


def test_a_value_that_others_stand_on_is_not_cut() -> None:
    """Where another field reaches into the old comment, the new one stands behind it."""
    data = bytearray(build(description=b"x" * 6, comment=b"ASCII\0\0\0" + bytes(20)))
    at = data.index(b"\x01\x0e\0\x02")
    data[at + 8 : at + 12] = (len(data) - 6).to_bytes(4, "big")
    after = _put(bytes(data), "[new]")
    assert len(after) == len(data) + len(b"ASCII\0\0\0[new]")
    assert _texts(after)["ExifIFD/UserComment"] == "[new]"


@given(st.data())
def test_any_damage_is_answered(data: st.DataObject) -> None:
    """Whatever the bytes, the answer is Exif with the comment, or an `AilabelError`."""
    exif_data = bytearray(data.draw(st.sampled_from(list(SAMPLES.values()))))
    for _ in range(data.draw(st.integers(1, 6))):
        exif_data[data.draw(st.integers(0, len(exif_data) - 1))] = data.draw(st.integers(0, 255))
    after = None
    with suppress(AilabelError):
        after = _put(bytes(exif_data), "[new]")
    assert after is None or b"ASCII\0\0\0[new]" in after


def test_a_segment_of_jpeg_has_its_limit() -> None:
    """64 KiB with its length field, and the refusal says where else the label can go."""
    most = 65_533 - len(exif.PREFIX) - len(exif.new(""))
    view = BytesView(b"")
    segment = jpeg_exif.commented(view, None, "[" + "x" * (most - 1), _accepts)
    assert len(segment) == 65_537
    with pytest.raises(PlanError, match="--slot official"):
        jpeg_exif.commented(view, None, "[" + "x" * most, _accepts)


def test_exif_of_several_segments_is_refused() -> None:
    """A second segment that begins a TIFF of its own does no harm."""
    view = BytesView(b"II*\0MM\0*rest")
    jpeg_exif.check_single(view, [0, 4])
    with pytest.raises(PlanError, match="several segments"):
        jpeg_exif.check_single(view, [0, 8])
    assert exif.is_tiff(view.read(4, 4))
