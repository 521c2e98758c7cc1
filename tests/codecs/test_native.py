"""The compiled extension: how it is built, and what it makes of wrong arguments and damage."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ailabel.codecs import jpeg, jpeg_scan, native, png
from ailabel.errors import AilabelError, MalformedFileError
from ailabel.io.source import BytesView, Limits, open_view
from corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

needs_native = pytest.mark.skipif(not native.is_there(), reason="no C compiler was there")

SCRIPT: Final = ROOT / "scripts" / "build_native.py"
BOX: Final = (1, 1, 3, 3)


def built(target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script that compiles."""
    return subprocess.run(
        [sys.executable, SCRIPT, target],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def coded(**options: object) -> bytes:
    """Return a small picture as JPEG."""
    out = io.BytesIO()
    Image.effect_noise((70, 60), 60).save(out, "JPEG", **options)
    return out.getvalue()


def scan_of(data: bytes) -> tuple[BytesView, jpeg_scan.Scan]:
    """Return a view of a picture, and its only scan."""
    view = BytesView(data)
    *header, first = jpeg.segments(view)
    whole = (*header, first, *jpeg.scans(view, first))
    (scan,) = jpeg_scan.scans(view, whole, jpeg.find_frame(view))
    return view, scan


@needs_native
def test_it_compiles_without_a_warning(tmp_path: Path) -> None:
    """The sources are clean under more warnings than the build asks for."""
    flags = "-O1 -Wconversion -Wshadow -Wvla -Wundef -Werror"
    done = built(tmp_path / "_native.abi3.so", CFLAGS=flags)
    assert done.stderr == ""
    assert (tmp_path / "_native.abi3.so").stat().st_size > 10_000


def test_without_a_compiler_it_says_so(tmp_path: Path) -> None:
    """Where no compiler is there, the reason is printed, and an older extension is gone."""
    done = built(tmp_path / "_native.abi3.so", PATH=str(tmp_path), CC="")
    assert done.returncode == 1
    assert "left out: no C compiler was found" in done.stderr


@needs_native
def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """An extension that was made of older sources goes when the new ones do not compile."""
    target = tmp_path / "_native.abi3.so"
    target.write_bytes(b"older")
    done = built(target, CFLAGS="-fno-such-flag")
    assert done.returncode == 1
    assert "left out" in done.stderr
    assert not list(tmp_path.iterdir())


@needs_native
@pytest.mark.parametrize(
    "change",
    [
        {1: (0, 5, 0)},
        {1: (1 << 31, 1 << 31, 0)},
        {2: b""},
        {2: b"\x01\x01\x00"},
        {2: b"\x05\x01\x00\x00"},
        {2: b"\x01\x01\x04\x00"},
        {3: ()},
        {4: bytes(128)},
        {4: b"\x01" * 127},
        {5: (3, 1, 3, 3)},
        {5: (0, 0, 10_000, 1)},
        {0: 5},
    ],
)
def test_descriptions_of_nothing(change: dict[int, object]) -> None:
    """A scan that cannot be is refused before anything is read."""
    from ailabel.codecs import _native

    given = list(jpeg_scan._described(*scan_of(coded()), BOX))
    for index, value in change.items():
        given[index] = value  # type: ignore[call-overload]
    with pytest.raises((TypeError, OverflowError)):
        _native.jpeg_read(tuple(given))  # type: ignore[arg-type]


@needs_native
def test_other_arguments_of_nothing() -> None:
    """So are cursors, planes, positions and rows that do not fit."""
    from ailabel.codecs import _native

    scan = jpeg_scan._described(*scan_of(coded()), BOX)
    cursor, planes = _native.jpeg_read(scan)
    for arguments in (
        (scan, cursor[:-1], planes, planes, scan[3]),
        (scan, cursor, planes, (planes[0][:-1],), scan[3]),
        (scan, cursor, (), planes, scan[3]),
        (scan, cursor, planes, planes, scan[3][:-1]),
    ):
        with pytest.raises(TypeError):
            _native.jpeg_splice(*arguments)
    for positions in ((-1, 9, 9, 0, 1), (2, 0, 9, 0, 1), (2, 9, 9, 5, 1), (2, 9, 0, 0, 0)):
        with pytest.raises(TypeError):
            _native.inflate(b"", *positions)
    with pytest.raises(ValueError, match="cut short"):
        _native.inflate(b"", 2, 9, 9, 0, 1)
    for rows in ((b"123", 1, 1, b""), (b"12", 1, 0, b""), (b"12", 1, 1, b"12"), (b"12", 0, 1, b"")):
        with pytest.raises(TypeError):
            _native.png_unfilter(*rows)
    with pytest.raises(ValueError, match="unknown filter"):
        _native.png_unfilter(b"\x05\x00", 1, 1, b"")


@needs_native
def test_a_cursor_from_elsewhere_reads_nothing_outside() -> None:
    """A cursor is only believed as far as it stays in the data."""
    from ailabel.codecs import _native

    scan = jpeg_scan._described(*scan_of(coded()), BOX)
    cursor, planes = _native.jpeg_read(scan)
    other = tuple(bytes(len(plane)) for plane in planes)
    with pytest.raises(ValueError, match=r"damaged code|cut short|not proved"):
        _native.jpeg_splice(scan, b"\xff" * len(cursor), planes, other, scan[3])


@needs_native
@pytest.mark.parametrize("restart", [0, 4])
def test_damage_is_told_with_its_byte(restart: int) -> None:
    """Data that breaks off is malformed, and the error says about where."""
    data = coded(restart_marker_blocks=restart)
    _, sound = scan_of(data)
    view, scan = scan_of(data[: sound.offset + sound.length // 4] + b"\xff\xd9")
    with pytest.raises(MalformedFileError) as caught:
        jpeg_scan.read(view, scan, BOX)
    assert caught.value.offset is not None
    assert scan.offset < caught.value.offset <= len(data)


@needs_native
@settings(max_examples=150, deadline=None)
@given(
    restart=st.integers(0, 5),
    flips=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=5),
)
def test_damaged_scans(restart: int, flips: list[tuple[int, int]]) -> None:
    """Whatever is flipped, only errors of ailabel come out, or a patch that was proved."""
    data = bytearray(coded(restart_marker_blocks=restart))
    _, sound = scan_of(bytes(data))
    for at, value in flips:
        data[sound.offset + at % sound.length] = value
    view = BytesView(bytes(data))
    try:
        planes = jpeg_scan.read(view, sound, BOX)
        other = tuple(bytes(255 - level for level in plane) for plane in planes.samples)
        patch = jpeg_scan.splice(view, sound, planes, other)
    except AilabelError:
        return
    assert patch is None or patch.data


@needs_native
@given(st.text("ab", max_size=40), st.text("ab", min_size=1, max_size=3), st.integers(0, 45))
def test_bytes_are_found_where_python_finds_them(data: str, needle: str, start: int) -> None:
    """The first place from a place on, or -1."""
    from ailabel.codecs import _native

    found = _native.find(data.encode(), needle.encode(), start)
    assert found == data.encode().find(needle.encode(), start)
    assert _native.find(data.encode(), b"", start) == _native.find(b"", needle.encode(), -1) == -1


@needs_native
def test_a_long_walk_lets_go_from_time_to_time(tmp_path: Path) -> None:
    """However long a file is, a walk comes back after so many steps, and goes on where it was."""
    from ailabel.codecs import _native

    steps, count = 1 << 16, 3 * (1 << 15)
    chunk, page, cluster = png.chunk(b"IDAT", b""), b"OggS" + bytes(23), b"\x1f\x43\xb6\x75\x80"
    walks: tuple[tuple[bytes, Callable[[int, int, int], int]], ...] = (
        (chunk, lambda fd, at, size: _native.png_chunks(fd, at, size, count, False)[1]),  # noqa: FBT003 - no keywords there
        (page, _native.ogg_skip),
        (cluster, lambda fd, at, size: _native.ebml_skip(fd, at, size, 0x1F43B675, count)[0]),
    )
    for piece, walk in walks:
        path = tmp_path / "long"
        path.write_bytes(piece * count + bytes(12))
        with path.open("rb") as file:
            first = walk(file.fileno(), 0, len(piece) * count)
            assert first == steps * len(piece)
            assert walk(file.fileno(), first, len(piece) * count) == count * len(piece)


@needs_native
@pytest.mark.parametrize("pixels", [True, False])
def test_chunks_beyond_a_long_walk_are_found(tmp_path: Path, *, pixels: bool) -> None:
    """What stands behind more chunks than one walk passes is found, as without the extension."""
    many = (
        png.chunk(b"IDAT", b"") * (1 << 16) + png.chunk(b"tEXt", b"a\0b") + png.chunk(b"IEND", b"")
    )
    path = tmp_path / "a.png"
    path.write_bytes(png.SIGNATURE + many)
    with open_view(path, Limits(items=1 << 17)) as view:
        found = list(png.chunks(view, pixels=pixels))
    other = BytesView(png.SIGNATURE + many, limits=Limits(items=1 << 17))
    assert found == list(png.chunks(other, pixels=pixels))
    assert [chunk.type for chunk in found[-2:]] == [b"tEXt", b"IEND"]


@needs_native
def test_threads_do_not_meet() -> None:
    """The extension keeps nothing between calls: many at a time give what one gives."""
    view, scan = scan_of(coded(quality=95))
    expected = jpeg_scan.read(view, scan, BOX)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: jpeg_scan.read(view, scan, BOX), range(32)))
    assert found == [expected] * 32


def test_tables_take_symbols_behind_all_others() -> None:
    """Where a code of 16 bits is free, no other code changes."""
    table = bytes([0, 1] + [0] * 14) + b"\x05"
    assert (
        jpeg_scan.with_symbols(table, b"\x07\x08")
        == bytes([0, 1] + [0] * 13 + [2]) + b"\x05\x07\x08"
    )


def test_full_tables_make_room() -> None:
    """Where none is free, the longest codes grow, and the code of ones stays free."""
    table = bytes([1] * 16) + bytes(range(16))
    made = jpeg_scan.with_symbols(table, b"\x20\x21")
    lengths = [length for length, count in enumerate(made[:16], 1) for _ in range(count)]
    assert sum(1 << (16 - length) for length in lengths) < 1 << 16
    assert sorted(made[16:]) == [*range(16), 0x20, 0x21]
    assert lengths[:10] == list(range(1, 11))
