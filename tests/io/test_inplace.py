"""Changing a few bytes where they stand, and what a killed run leaves."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

import pytest

from ailabel.errors import AilabelError, PlanError
from ailabel.io import inplace
from ailabel.io.inplace import LONGEST, Patch, apply_patch, patch_of, recover
from ailabel.io.source import BytesView
from ailabel.io.splice import Edit, SplicedView

if TYPE_CHECKING:
    from pathlib import Path


HELLO = Patch(100, ((10, b"hello"),))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Return a file of a hundred bytes."""
    path = tmp_path / "scratch.bin"
    path.write_bytes(b"." * 100)
    return path


def journals(path: Path) -> list[str]:
    """Return what stands beside a file."""
    return [item.name for item in path.parent.iterdir() if item != path]


def test_a_change_becomes_the_ranges_that_read_otherwise() -> None:
    """Between edits that shift the bytes and back all is new; where nothing moved, nothing is."""
    origin = BytesView(b"0123456789" * 10)
    result = SplicedView(origin, [Edit(12, 2, b"ab"), Edit(20, 1, b"")])
    result = SplicedView(result, [Edit(30, 0, b"!")])
    assert patch_of(result) == Patch(100, ((12, b"ab"), (20, b"1234567890!")))


def test_what_is_added_at_the_end_needs_no_room() -> None:
    """A chunk behind all others and the size in front make two ranges of a longer file."""
    origin = BytesView(b"0123456789" * 10)
    result = SplicedView(origin, [Edit(4, 1, b"x"), Edit(98, 2, b"the end")])
    assert patch_of(result) == Patch(105, ((4, b"x"), (98, b"the end")))


@pytest.mark.parametrize(
    "edits",
    [[Edit(0, 1, b"ab")], [], [Edit(0, 0, b"x"), Edit(LONGEST + 5, 1, b"")], [Edit(9, 1, b"")]],
    ids=["all moves", "nothing", "too much moves", "shrinks"],
)
def test_other_changes_cannot_be_made_in_place(edits: list[Edit]) -> None:
    """What moves the content, changes nothing or makes the file shorter has no patch."""
    origin = BytesView(bytes(LONGEST + 10))
    assert patch_of(SplicedView(origin, edits)) is None


def test_a_patch_is_written_and_nothing_left(scratch: Path) -> None:
    """The bytes change, all others stay, and no journal remains."""
    inode = scratch.stat().st_ino
    apply_patch(scratch, HELLO)
    assert scratch.read_bytes() == b"." * 10 + b"hello" + b"." * 85
    assert scratch.stat().st_ino == inode
    assert journals(scratch) == []


@pytest.mark.parametrize("moment", range(3))
def test_a_killed_run_is_finished_by_the_next(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """Killed before, in the midst of or after the write: recovery leaves the new bytes, whole."""

    class Killed(BaseException):
        """What a test can stand in for SIGKILL."""

    def write(fd: int, data: bytes | memoryview, offset: int) -> None:
        if not os.path.samestat(os.fstat(fd), scratch.stat()):
            os.pwrite(fd, data, offset)
            return
        os.pwrite(fd, data[: (0, 2, 5)[moment]], offset)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(inplace, "write_all", write)
        with pytest.raises(Killed):
            apply_patch(scratch, HELLO)
    assert len(journals(scratch)) == 1
    assert recover(scratch)
    assert scratch.read_bytes() == b"." * 10 + b"hello" + b"." * 85
    assert journals(scratch) == []
    assert not recover(scratch)


@pytest.mark.parametrize("written", range(14))
def test_a_killed_run_that_adds_to_the_file_is_finished_by_the_next(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """Killed at any byte of two ranges, the second longer than the file: both are carried out."""
    patch = Patch(107, ((4, b"length"), (99, b"addition")))
    left = written

    class Killed(BaseException):
        """What a test can stand in for SIGKILL."""

    def write(fd: int, data: bytes, offset: int) -> None:
        nonlocal left
        if not os.path.samestat(os.fstat(fd), scratch.stat()):
            os.pwrite(fd, data, offset)
            return
        os.pwrite(fd, data[:left], offset)
        left -= len(data)
        if left < 0:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(inplace, "write_all", write)
        with pytest.raises(Killed):
            apply_patch(scratch, patch)
    assert recover(scratch)
    assert scratch.read_bytes() == b"." * 4 + b"length" + b"." * 89 + b"addition"
    assert journals(scratch) == []


def test_a_torn_journal_changes_nothing(scratch: Path) -> None:
    """A journal that was not written whole was never followed by a write."""
    found = scratch.stat()
    record = inplace._record(found, HELLO)
    name = inplace._journal_name(str(scratch))
    for length in range(len(record)):
        with open(name, "wb") as journal:  # noqa: PTH123 - a name, not a path
            journal.write(record[:length])
        assert not recover(scratch)
        assert scratch.read_bytes() == b"." * 100
        assert journals(scratch) == []


def test_a_journal_of_another_file_changes_nothing(scratch: Path) -> None:
    """When the file was replaced since, the journal speaks of a file that is gone."""
    record = inplace._record(scratch.stat(), HELLO)
    other = scratch.with_name("other")
    other.write_bytes(b"-" * 100)
    other.replace(scratch)
    with open(inplace._journal_name(str(scratch)), "wb") as journal:  # noqa: PTH123 - a name
        journal.write(record)
    assert not recover(scratch)
    assert scratch.read_bytes() == b"-" * 100


def test_a_living_process_is_not_disturbed(scratch: Path) -> None:
    """A journal that somebody holds under its lock is left alone, and the file too."""
    name = inplace._journal_name(str(scratch))
    fd = os.open(name, os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(AilabelError, match="another process"):
        apply_patch(scratch, HELLO)
    os.close(fd)
    assert scratch.read_bytes() == b"." * 100


def test_files_that_must_not_change_are_refused(scratch: Path) -> None:
    """A read-only file, and one that became shorter."""
    with pytest.raises(PlanError, match="meanwhile"):
        apply_patch(scratch, Patch(106, ((101, b"hello"),)))
    scratch.chmod(0o444)
    with pytest.raises(PlanError, match="read-only"):
        apply_patch(scratch, HELLO)
    assert scratch.read_bytes() == b"." * 100
    assert journals(scratch) == []
