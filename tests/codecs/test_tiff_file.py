"""The directories of TIFF files."""

from __future__ import annotations

import pytest

from ailabel.codecs import tiff_file
from ailabel.codecs.tiff_file import Layout
from ailabel.io.source import BytesView
from builders import tiff as build


def _names(data: bytes) -> list[str]:
    view = BytesView(data)
    form = tiff_file.layout(view)
    assert form is not None
    return [item.name for item in tiff_file.directories(view, form)]


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["little", "big"])
def test_directories_are_named_by_their_place(order: str, *, big: bool) -> None:
    """Those below one stand between it and the next."""
    form = build.Form("little" if order == "little" else "big", big=big)
    inner = build.tiled((330, build.LONG, build.tiled()))
    pages = (build.page((330, build.LONG, inner), (0x8769, build.LONG, build.exif(b"x" * 9))),)
    data = build.file(*pages, build.page((0x8769, build.LONG, build.exif(b"y" * 9))), form=form)
    assert _names(data) == ["IFD0", "SubIFD", "SubIFD/SubIFD", "ExifIFD", "IFD1", "IFD1/ExifIFD"]


def test_values_stand_in_the_entry_where_they_fit() -> None:
    """Four bytes fit in a classic entry, eight in one of BigTIFF; unknown types have no length."""
    for form, size in ((build.Form(), 4), (build.Form(big=True), 8)):
        fields = ((305, build.ASCII, b"x" * size), (306, build.ASCII, b"x" * (size + 1)))
        view = BytesView(build.file(build.page(*fields, (307, 99, b"abc")), form=form))
        layout = tiff_file.layout(view)
        assert layout == Layout("little", big=form.big)
        (first,) = tiff_file.directories(view, layout)
        found = {entry.tag: entry for entry in first.entries}
        assert [found[tag].inline for tag in (305, 306, 307)] == [True, False, True]
        assert [found[tag].length for tag in (305, 306, 307)] == [size, size + 1, 0]
        assert view.read(found[306].place, size + 1) == b"x" * (size + 1)


def test_an_entry_is_packed_as_it_is_read() -> None:
    """Both layouts and both orders."""
    for layout in (Layout("little", big=False), Layout("big", big=True)):
        packed = layout.pack(700, 7, 5000, 1234)
        assert len(packed) == layout.entry
        assert layout.number(packed[-layout.word :]) == 1234


def test_a_loop_is_walked_once() -> None:
    """A chain or a pointer that leads back ends there."""
    data = build.file(build.page((330, build.LONG, [0, 0])))
    view = BytesView(data)
    form = tiff_file.layout(view)
    assert form is not None
    (first,) = tiff_file.directories(view, form)
    entry = next(item for item in first.entries if item.tag == 330)
    looped = bytearray(data)
    looped[entry.place : entry.place + 8] = data[4:8] * 2
    assert _names(bytes(looped)) == ["IFD0"]
