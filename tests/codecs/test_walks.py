"""Walks by the compiled extension: on every file, sound or damaged, what Python's walks find."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ailabel.codecs import jpeg, matroska, native, ogg, png
from ailabel.errors import AilabelError
from ailabel.io.source import FileView, Limits
from ailabel.io.splice import Edit, SplicedView
from builders import jpeg as jpegs
from builders import mkv as mkvs
from builders import ogg as oggs
from builders import png as pngs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import View

pytestmark = pytest.mark.skipif(not native.is_there(), reason="no C compiler was there")

WALKS: dict[str, Callable[[View], object]] = {
    "jpeg": lambda view: list(jpeg.segments(view)),
    "png": lambda view: list(png.chunks(view)),
    "png without pixels": lambda view: list(png.chunks(view, pixels=False)),
    "ogg": ogg.streams,
    "matroska": matroska.segments,
}
SAMPLES = {
    "jpeg": [data for _, data in jpegs.samples()],
    "png": [data for _, data in pngs.samples()],
    "ogg": [data for _, data in oggs.samples()],
    "matroska": [data for _, data in mkvs.samples()],
}


@pytest.fixture
def file() -> Iterator[int]:
    """Return a file that every example is written to."""
    fd = os.memfd_create("walk")
    yield fd
    os.close(fd)


def outcome(walk: Callable[[View], object], view: View) -> object:
    """Return what a walk finds, or what it says."""
    try:
        return walk(view)
    except AilabelError as error:
        return type(error), error.text, error.params, getattr(error, "offset", None)


@pytest.mark.parametrize("name", WALKS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_both_walks_are_one(name: str, file: int, data: st.DataObject) -> None:
    """Rows, errors and their bytes are the same, whatever was cut, flipped or doubled."""
    made = bytearray(data.draw(st.sampled_from(SAMPLES[name.partition(" ")[0]])))
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, max(0, min(len(made) - 1, 600))))
        made[place : place + 1] = data.draw(st.binary(max_size=2))
    made = made * data.draw(st.integers(1, 2))
    made = made[: data.draw(st.integers(0, len(made)) | st.just(len(made)))]
    os.ftruncate(file, 0)
    os.pwrite(file, made, 0)
    limits = Limits(items=data.draw(st.sampled_from([3, 8, 100_000])))
    size = len(made)
    places = sorted(data.draw(st.lists(st.integers(0, size), max_size=4)))
    edits = [
        Edit(begin, end - begin, bytes(made[begin:end]) * data.draw(st.integers(0, 2)))
        for begin, end in zip(places[::2], places[1::2], strict=False)
    ]
    view = FileView(file, None, limits)
    changed = SplicedView(view, edits)
    quick = [outcome(WALKS[name], each) for each in (view, changed)]
    for each in (view, changed):
        each.memo.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "extension", lambda: None)
        assert quick == [outcome(WALKS[name], each) for each in (view, changed)]
