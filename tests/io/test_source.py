"""Views: bounds, limits, files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, FileView, Limits, check_limit, open_view

if TYPE_CHECKING:
    from pathlib import Path


def test_bytes_are_read_by_offset_and_length() -> None:
    """A range inside the file is returned as it is."""
    view = BytesView(b"0123456789", "digits.bin")
    assert (view.read(3, 4), view.size, view.name) == (b"3456", 10, "digits.bin")


@pytest.mark.parametrize(("offset", "length"), [(-1, 2), (0, -1), (0, 11), (10, 1), (11, 0)])
def test_a_range_outside_is_refused_with_the_structure_and_the_byte(
    offset: int, length: int
) -> None:
    """No range that leaves the file is ever read."""
    with pytest.raises(MalformedFileError, match="the file ends inside the header") as caught:
        BytesView(b"0123456789").read(offset, length, "the header")
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("offset", "length", "found"),
    [(8, 5, b"89"), (10, 5, b""), (12, 5, b""), (-3, 5, b""), (0, 0, b""), (0, -4, b"")],
)
def test_read_some_stops_at_the_end(offset: int, length: int, found: bytes) -> None:
    """What lies outside is left out instead of refused."""
    assert BytesView(b"0123456789").read_some(offset, length) == found


def test_reading_nothing_at_the_end_is_allowed() -> None:
    """An empty range may stand right behind the last byte."""
    assert BytesView(b"ab").read(2, 0) == b""


def test_metadata_is_read_within_the_limit() -> None:
    """A structure above the limit is refused before it is read."""
    view = BytesView(bytes(20), limits=Limits(metadata_bytes=8))
    assert view.read_metadata(0, 8, "the packet") == bytes(8)
    with pytest.raises(LimitExceededError, match=r"the packet .* \(9 > 8\)"):
        view.read_metadata(0, 9, "the packet")


def test_check_limit_allows_the_limit_itself() -> None:
    """The limit is the largest allowed value."""
    check_limit("items", 5, 5)
    with pytest.raises(LimitExceededError):
        check_limit("items", 6, 5)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 20_000])
def test_a_file_reads_as_its_bytes(tmp_path: Path, size: int) -> None:
    """Reads inside, across and behind the first block agree with the bytes."""
    data = os.urandom(size)
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    with open_view(path) as view:
        assert (view.size, view.name) == (size, "file.bin")
        for offset, length in ((0, size), (size // 2, size - size // 2), (4090, 10)):
            assert view.read_some(offset, length) == data[offset : offset + length]


def test_the_descriptor_is_closed_behind_the_view(tmp_path: Path) -> None:
    """Leaving the context closes the file, also after an error."""
    path = tmp_path / "file.bin"
    path.write_bytes(b"x")
    with pytest.raises(KeyError), open_view(path) as view:
        raise KeyError
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(view.fd)


def test_a_file_cut_short_meanwhile_is_an_error_not_a_crash(tmp_path: Path) -> None:
    """Bytes that were there at the start and are gone later raise."""
    path = tmp_path / "file.bin"
    path.write_bytes(bytes(10_000))
    with open_view(path) as view:
        os.truncate(path, 5_000)
        with pytest.raises(AilabelError, match="cut short"):
            view.read(4_000, 4_000)


def test_short_reads_of_the_system_are_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that returns less than asked is asked again."""
    path = tmp_path / "file.bin"
    data = os.urandom(10_000)
    path.write_bytes(data)
    read = os.pread
    with path.open("rb") as file:
        view = FileView(file.fileno())
        monkeypatch.setattr(os, "pread", lambda fd, count, at: read(fd, min(count, 700), at))
        assert view.read(0, 10_000) == data


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    """What the system refuses is not dressed up."""
    with pytest.raises(FileNotFoundError), open_view(tmp_path / "none"):
        pass


def test_a_pipe_without_a_writer_is_refused_at_once(tmp_path: Path) -> None:
    """Nothing waits for somebody to write into it, and its descriptor is closed."""
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    opened = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.close(opened)
    with pytest.raises(AilabelError, match="a pipe cannot be read"):
        open_view(pipe)
    again = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # the lowest number that is free
    os.close(again)
    assert again == opened
