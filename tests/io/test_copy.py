"""Building a file from a view: by the kernel, through a buffer, after short writes."""

from __future__ import annotations

import errno
import mmap
import os
from typing import TYPE_CHECKING

import pytest

from ailabel.errors import AilabelError
from ailabel.io import copy as io_copy
from ailabel.io.copy import write_all, write_view
from ailabel.io.source import FileView, open_view
from ailabel.io.splice import Edit, SplicedView, apply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGE = (1 << 20) + 70_001
EDITS: tuple[list[Edit], ...] = (
    [],
    [Edit(5, 3, b"replaced")],
    [Edit(LARGE, 0, b"appended")],
    [Edit(100_000, 8, b"same-len"), Edit(900_000, 20, b"")],
    [Edit(0, 0, bytes(4096))],
    [Edit(10, LARGE - 20, b"x" * (2 << 20))],
)


@pytest.fixture
def large(tmp_path: Path) -> tuple[Path, bytes]:
    """Return a file that is longer than one read, and its bytes."""
    data = os.urandom(LARGE)
    path = tmp_path / "large.bin"
    path.write_bytes(data)
    return path, data


@pytest.fixture
def target(tmp_path: Path) -> Iterator[int]:
    """Open a new file."""
    fd = os.open(tmp_path / "new.bin", os.O_RDWR | os.O_CREAT | os.O_EXCL)
    yield fd
    os.close(fd)


def written(fd: int) -> bytes:
    """Return what a file holds."""
    return os.pread(fd, os.fstat(fd).st_size + 1, 0)


@pytest.mark.parametrize("edits", EDITS)
def test_a_large_view_is_written_as_it_reads(
    large: tuple[Path, bytes], target: int, edits: list[Edit]
) -> None:
    """Every piece lands where the view shows it."""
    path, data = large
    with open_view(path) as source:
        view = SplicedView(source, edits)
        write_view(view, source, target)
    assert written(target) == apply(data, edits)


def test_an_unchanged_view_is_copied(large: tuple[Path, bytes], target: int) -> None:
    """The original itself may be the result."""
    path, data = large
    with open_view(path) as source:
        write_view(source, source, target)
    assert written(target) == data


@pytest.mark.parametrize("code", [errno.ENODEV, errno.EFAULT, None])
def test_where_a_file_cannot_be_mapped_it_is_read(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    """File systems without mappings, and windows beyond the end of a file, give the same result."""
    path, data = large

    def refuse(*_: object, **__: object) -> None:
        raise ValueError if code is None else OSError(code, "refused")

    with open_view(path) as source:
        view = SplicedView(source, EDITS[3])
        io_copy._buffer()
        monkeypatch.setattr(mmap, "mmap", refuse)
        write_view(view, source, target)
    assert written(target) == apply(data, EDITS[3])


def test_long_ranges_are_mapped_piece_by_piece(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a range is, little of it is mapped at a time."""
    path, data = large
    monkeypatch.setattr(io_copy, "_WINDOW", 3 * mmap.ALLOCATIONGRANULARITY)
    with open_view(path) as source:
        write_view(SplicedView(source, [Edit(5, 0, b"x")]), source, target)
    assert written(target) == apply(data, [Edit(5, 0, b"x")])


def test_a_disk_that_is_full_while_a_mapping_is_written_is_an_error(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what mapping may fail with is answered by reading."""
    path, _ = large

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    with open_view(path) as source:
        view = SplicedView(source, [Edit(0, 1, b"")])
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(OSError, match="full"):
            write_view(view, source, target)


def test_a_mapped_source_that_is_cut_short_ends_with_an_error(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel meets the missing pages, and says so; no signal ends the process."""
    path, _ = large
    write = os.pwrite

    def cut(fd: int, data: bytes, at: int) -> int:
        os.truncate(path, 5000)
        return write(fd, data, at)

    with open_view(path) as source:
        view = SplicedView(source, [Edit(0, 1, b"")])
        monkeypatch.setattr(os, "pwrite", cut)
        with pytest.raises(AilabelError, match="cut short"):
            write_view(view, source, target)


@pytest.mark.parametrize("seek", [True, False])
@pytest.mark.parametrize("edits", EDITS[:4])
def test_holes_stay_holes(
    tmp_path: Path, target: int, edits: list[Edit], monkeypatch: pytest.MonkeyPatch, *, seek: bool
) -> None:
    """A sparse file is copied whole; where the system can tell, its holes take no room."""
    path = tmp_path / "sparse.bin"
    with path.open("wb") as file:
        for offset, data in ((0, b"head"), (8 << 20, os.urandom(5000)), (24 << 20, b"tail")):
            file.seek(offset)
            file.write(data)
        file.truncate(40 << 20)
    with open_view(path) as source:
        if not seek:

            def refuse(*_: object) -> int:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

            monkeypatch.setattr(os, "lseek", refuse)
        write_view(SplicedView(source, edits), source, target)
        fits = [edit for edit in edits if edit.offset + edit.length <= source.size]
    assert written(target) == apply(path.read_bytes(), fits)
    if seek:
        assert os.fstat(target).st_blocks * 512 < 1 << 20


def test_a_sparse_source_cut_short_meanwhile_is_an_error(tmp_path: Path, target: int) -> None:
    """The end of a file that is gone is not mistaken for a hole."""
    path = tmp_path / "sparse.bin"
    with path.open("wb") as file:
        file.write(b"head")
        file.truncate(4 << 20)
    with open_view(path) as source:
        os.truncate(path, 4096)
        with pytest.raises(AilabelError, match="cut short"):
            write_view(source, source, target)


def test_a_small_view_is_written_at_once(tmp_path: Path, target: int) -> None:
    """Short files need no segments."""
    path = tmp_path / "small"
    path.write_bytes(b"0123456789")
    with open_view(path) as source:
        write_view(SplicedView(source, [Edit(2, 3, b"--")]), source, target)
    assert written(target) == b"01--56789"


@pytest.mark.parametrize(
    "code", [errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, None]
)
def test_where_the_kernel_cannot_copy_the_bytes_are_read(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    """File systems without, or with a mute, copy_file_range are served as well."""

    def refuse(*_: object) -> int:
        if code is None:
            return 0
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    path, data = large
    with open_view(path) as source:
        write_view(SplicedView(source, [Edit(LARGE, 0, b"end")]), source, target)
    assert written(target) == data + b"end"


def test_other_errors_of_the_kernel_are_raised(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is not mistaken for a missing system call."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "copy_file_range", full)
    with open_view(large[0]) as source, pytest.raises(OSError, match="No space left"):
        write_view(source, source, target)


def test_a_source_cut_short_meanwhile_is_an_error(large: tuple[Path, bytes], target: int) -> None:
    """Half a file is never taken for the whole."""
    path, _ = large
    with open_view(path) as source:
        os.truncate(path, 1000)
        with pytest.raises(AilabelError, match="cut short"):
            write_view(source, source, target)


def test_short_writes_of_the_system_are_continued(
    target: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that takes only a part is asked for the rest."""
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: write(fd, bytes(data)[:3], at))
    write_all(target, b"0123456789", 2)
    assert written(target) == b"\0\x000123456789"


def test_a_kernel_that_stops_halfway_is_continued_by_reading(
    large: tuple[Path, bytes], target: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the kernel did copy is kept."""
    copied: list[int] = []
    copy = os.copy_file_range

    def some(source: int, fd: int, count: int, there: int, here: int) -> int:
        copied.append(0 if copied else copy(source, fd, min(count, 5000), there, here))
        return copied[-1]

    monkeypatch.setattr(os, "copy_file_range", some)
    path, data = large
    with open_view(path) as source:
        assert isinstance(source, FileView)
        write_view(source, source, target)
    assert written(target) == data
    assert copied == [5000, 0]
