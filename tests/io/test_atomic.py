"""The writing protocol: what is kept, what is refused, and what a failure leaves behind."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ailabel.errors import AilabelError, PlanError
from ailabel.io import atomic
from ailabel.io.atomic import WriteOptions, create, replace, sweep, temporary_name
from ailabel.io.source import open_view
from ailabel.io.splice import Edit, SplicedView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import FileView, View

OLD = b"the old content" * 10
NEW = b"NEW" + OLD
CALLS = (
    *("open", "fstat", "stat", "access", "pwrite", "pread", "preadv", "copy_file_range"),
    *("ftruncate", "fchown", "fchmod", "listxattr", "getxattr", "setxattr", "utime", "fsync"),
    *("rename", "unlink", "link", "umask", "close"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file with the old content."""
    path = tmp_path / "file.bin"
    path.write_bytes(OLD)
    return path


def accept(view: View) -> None:
    """Find the finished file right."""
    assert view.size > 0


def changed(source: FileView) -> SplicedView:
    """Return the new content as a view."""
    return SplicedView(source, [Edit(0, 0, b"NEW")])


def label(
    path: Path,
    target: Path | None = None,
    check: Callable[[View], None] = accept,
    **options: bool,
) -> None:
    """Replace a file, or write its changed copy, through the protocol."""
    with open_view(path) as source:
        replace(changed(source), source, target or path, check, WriteOptions(**options))


def temporaries(folder: Path) -> list[str]:
    """Return the temporaries in a folder."""
    return sorted(item.name for item in folder.iterdir() if item.name.startswith(".ailabel-"))


def temporary(target: Path) -> Path:
    """Return the place of a target's temporary."""
    return Path(temporary_name(str(target)))


def test_a_file_is_replaced_whole_and_nothing_else_is_left(file: Path) -> None:
    """The new content stands under the old name; the temporary is gone."""
    label(file)
    assert file.read_bytes() == NEW
    assert [item.name for item in file.parent.iterdir()] == ["file.bin"]


def test_a_copy_leaves_the_source(file: Path, tmp_path: Path) -> None:
    """Another target gets the new content, the source keeps the old."""
    label(file, tmp_path / "copy.bin")
    assert (file.read_bytes(), (tmp_path / "copy.bin").read_bytes()) == (OLD, NEW)


@pytest.mark.parametrize("durable", [True, False])
def test_flushing_is_a_choice(
    file: Path, monkeypatch: pytest.MonkeyPatch, *, durable: bool
) -> None:
    """File and folder are flushed before the call returns, unless that is not wanted."""
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    label(file, durable=durable)
    assert len(flushed) == (2 if durable else 0)
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_the_mode_is_kept(file: Path, mode: int) -> None:
    """The new file has the old one's permissions, whatever the umask."""
    file.chmod(mode)
    label(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_the_owner_is_kept(file: Path) -> None:
    """A file of somebody else stays theirs, where the system lets us."""
    if os.geteuid() == 0:
        os.chown(file, 1234, 2345)
    before = file.stat()
    label(file)
    after = file.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_extended_attributes_are_kept(file: Path) -> None:
    """What hangs on the old file hangs on the new one."""
    os.setxattr(file, "user.origin", b"camera 7")
    label(file)
    assert os.getxattr(file, "user.origin") == b"camera 7"


def test_an_attribute_that_cannot_be_copied_is_left(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attributes that belong to the system stop nothing."""
    os.setxattr(file, "user.origin", b"camera 7")

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "not yours")

    monkeypatch.setattr(os, "setxattr", refuse)
    label(file)
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("keep", [True, False])
def test_times_are_kept_only_for_metadata(file: Path, *, keep: bool) -> None:
    """A change of metadata keeps the times to the nanosecond; a change of content does not."""
    os.utime(file, ns=(1_000_000_000_123_456_789, 1_100_000_000_987_654_321))
    label(file, keep_times=keep)
    kept = file.stat().st_mtime_ns == 1_100_000_000_987_654_321
    assert kept is keep


def test_the_target_of_a_link_is_replaced_and_the_link_kept(file: Path, tmp_path: Path) -> None:
    """Writing through a symbolic link changes the file that it leads to."""
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "link.bin"
    link.symlink_to("../file.bin")
    label(link)
    assert link.is_symlink()
    assert str(link.readlink()) == "../file.bin"
    assert file.read_bytes() == NEW
    assert temporaries(folder) == temporaries(tmp_path) == []


def test_hard_links_are_refused_unless_allowed(file: Path, tmp_path: Path) -> None:
    """A file of two names is parted from the other name only when that is asked for."""
    other = tmp_path / "other.bin"
    os.link(file, other)
    with pytest.raises(PlanError, match="2 names") as caught:
        label(file)
    assert "--hardlinks" in str(caught.value)
    assert file.read_bytes() == OLD
    label(file, hardlinks=True)
    assert (file.read_bytes(), other.read_bytes()) == (NEW, OLD)


def test_read_only_files_are_refused_also_as_root(file: Path) -> None:
    """Whoever took away the right to write meant it."""
    file.chmod(0o444)
    with pytest.raises(PlanError, match="read-only"):
        label(file)
    assert file.read_bytes() == OLD


def test_files_that_this_user_may_not_write_are_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder's permission alone is not enough to replace a file."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PlanError, match="may not be written"):
        label(file)
    assert file.read_bytes() == OLD


def test_what_is_no_regular_file_is_refused(file: Path, tmp_path: Path) -> None:
    """A folder or a pipe is never replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (pipe, tmp_path):
        with pytest.raises(PlanError, match="no regular file"):
            label(file, target)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_source_that_changes_meanwhile_is_refused(file: Path) -> None:
    """The plan was made for other bytes than those that stand there now."""

    def meddle(_: View) -> None:
        file.write_bytes(b"somebody else's content")

    with pytest.raises(PlanError, match="changed by somebody else"):
        label(file, check=meddle)
    assert file.read_bytes() == b"somebody else's content"
    assert temporaries(file.parent) == []


def test_a_target_that_is_swapped_meanwhile_is_refused(file: Path, tmp_path: Path) -> None:
    """A file that another program put there is not lost."""

    def meddle(_: View) -> None:
        (tmp_path / "theirs").write_bytes(b"theirs")
        (tmp_path / "theirs").rename(file)

    with pytest.raises(PlanError, match="changed by somebody else"):
        label(file, check=meddle)
    assert file.read_bytes() == b"theirs"


def test_a_target_that_appears_meanwhile_is_refused(file: Path, tmp_path: Path) -> None:
    """A new file of somebody else is not replaced either."""
    target = tmp_path / "copy.bin"

    def meddle(_: View) -> None:
        target.write_bytes(b"theirs")

    with pytest.raises(PlanError, match="changed by somebody else"):
        label(file, target, meddle)
    assert target.read_bytes() == b"theirs"


def test_a_failing_check_leaves_the_original_and_no_temporary(file: Path) -> None:
    """What does not read back right never gets the name."""

    def reject(_: View) -> None:
        raise AilabelError("reading back failed: the label is not the planned one")

    before = file.stat()
    with pytest.raises(AilabelError, match="reading back failed"):
        label(file, check=reject)
    assert file.read_bytes() == OLD
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert temporaries(file.parent) == []


def test_the_check_sees_the_finished_file_before_it_has_the_name(file: Path) -> None:
    """The check reads the temporary, private to us, while the old file still stands."""
    seen: list[tuple[bytes, bytes, int]] = []

    def look(view: View) -> None:
        mode = stat.S_IMODE(temporary(file).stat().st_mode)
        seen.append((view.read(0, view.size), file.read_bytes(), mode))

    label(file, check=look)
    assert seen == [(NEW, OLD, 0o600)]


def test_a_stale_temporary_is_removed_by_the_next_run(file: Path) -> None:
    """What a killed run left does not stand in the way."""
    temporary(file).write_bytes(b"half a file")
    label(file)
    assert file.read_bytes() == NEW
    assert temporaries(file.parent) == []


def test_a_temporary_of_a_living_process_is_respected(file: Path) -> None:
    """Two writers of one file do not mix; the second is told so."""
    with temporary(file).open("wb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(AilabelError, match="another process is writing"):
            label(file)
        assert file.read_bytes() == OLD
        assert temporary(file).exists()
    label(file)
    assert file.read_bytes() == NEW


def test_a_link_planted_under_the_temporary_s_name_is_not_followed(
    file: Path, tmp_path: Path
) -> None:
    """Nobody can make us write, or delete, something else."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    temporary(file).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        label(file)
    assert (victim.read_bytes(), file.read_bytes()) == (b"precious", OLD)


def test_temporaries_are_named_after_their_target() -> None:
    """The name is hidden, beside the target, stable, and different for different targets."""
    names = {temporary_name(f"/x/{name}") for name in ("a.png", "b.png", "图 片.png", "\udcff")}
    assert len(names) == 4
    assert temporary_name("/x/a.png") in names
    assert all(name.startswith("/x/.ailabel-") and name.endswith(".tmp") for name in names)


class Injector:
    """Makes the n-th call of the operating system fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fail_at: int, code: int) -> None:
        self.count = 0
        self.fail_at = fail_at
        self.code = code
        self.failed = ""
        self.opened: set[int] = set()
        for name in CALLS:
            monkeypatch.setattr(os, name, self._wrap(name, getattr(os, name)))
        monkeypatch.setattr(fcntl, "flock", self._wrap("flock", fcntl.flock))

    def _wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*args: object, **options: object) -> object:
            self.count += 1
            if self.count == self.fail_at:
                self.failed = name
                if name == "close":
                    call(*args, **options)
                    self.opened.discard(args[0])
                raise OSError(self.code, os.strerror(self.code))
            result = call(*args, **options)
            if name == "open":
                self.opened.add(result)
            if name == "close":
                self.opened.discard(args[0])
            return result

        return wrapped


def outcomes(
    tmp_path: Path, act: Callable[[Path], None], code: int, content: bytes = OLD
) -> Iterator[tuple[str, Path, Injector]]:
    """Run an action once for each call that it makes, failing at that call."""
    for fail_at in range(1, 200):
        folder = tmp_path / f"{code}-{fail_at}"
        folder.mkdir()
        path = folder / "file.bin"
        path.write_bytes(content)
        os.setxattr(path, "user.origin", b"camera 7")
        with pytest.MonkeyPatch.context() as patch:
            injector = Injector(patch, fail_at, code)
            try:
                act(path)
            except (OSError, AilabelError):
                result = "raised"
            else:
                result = "returned"
        if not injector.failed:
            return
        yield result, path, injector


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EINTR])
@pytest.mark.parametrize("size", [150, (1 << 20) + 5000])
def test_a_failure_at_any_call_leaves_the_old_or_the_new_file_whole(
    tmp_path: Path, code: int, size: int
) -> None:
    """Law L8: whatever call fails, the file is whole, and the next run succeeds and cleans up."""
    content = (OLD * (size // len(OLD) + 1))[:size]
    calls = []
    for result, path, injector in outcomes(tmp_path, label, code, content):
        calls.append(injector.failed)
        found = path.read_bytes()
        assert found in {content, b"NEW" + content}, injector.failed
        assert result == "raised" or found == b"NEW" + content, injector.failed
        assert len(temporaries(path.parent)) <= 1
        assert not injector.opened, f"{injector.failed} left a descriptor open"
        label(path)
        assert path.read_bytes() in {b"NEW" + content, b"NEWNEW" + content}
        assert temporaries(path.parent) == []
    wanted = {"open", "flock", "stat", "fstat", "pwrite", "fchmod", "fsync", "rename", "close"}
    assert wanted <= set(calls)


def test_a_failure_at_any_call_of_create_leaves_nothing_or_the_whole(tmp_path: Path) -> None:
    """New content stands there whole or not at all."""

    def act(path: Path) -> None:
        create(path.with_name("new.bin"), NEW)

    calls = []
    for _, path, injector in outcomes(tmp_path, act, errno.EIO):
        calls.append(injector.failed)
        target = path.with_name("new.bin")
        assert not target.exists() or target.read_bytes() == NEW
        assert not injector.opened, f"{injector.failed} left a descriptor open"
        assert len(temporaries(path.parent)) <= 1
    assert "link" in calls


def test_create_writes_a_file_as_the_umask_allows(tmp_path: Path) -> None:
    """New files are readable as any program's new files are."""
    before = os.umask(0o027)
    try:
        create(tmp_path / "new.bin", NEW)
    finally:
        os.umask(before)
    assert (tmp_path / "new.bin").read_bytes() == NEW
    assert stat.S_IMODE((tmp_path / "new.bin").stat().st_mode) == 0o640
    assert temporaries(tmp_path) == []


def test_create_never_replaces(file: Path) -> None:
    """What stands there already is not touched."""
    with pytest.raises(PlanError, match="exists; choose another output"):
        create(file, NEW)
    assert file.read_bytes() == OLD
    assert temporaries(file.parent) == []


def test_sweep_removes_leftovers_and_nothing_else(tmp_path: Path) -> None:
    """Only unlocked files with exactly our kind of name are removed."""
    stale = [temporary(tmp_path / name) for name in ("a", "b")]
    living = temporary(tmp_path / "c")
    others = [tmp_path / name for name in (".ailabel-notes.tmp", ".ailabel-", "x.tmp", "file")]
    for name in (*stale, living, *others):
        name.touch()
    with living.open("rb") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        assert sweep(tmp_path) == 2
    assert not any(name.exists() for name in stale)
    assert all(name.exists() for name in (living, *others))


def test_sweep_passes_over_what_it_may_not_touch(tmp_path: Path) -> None:
    """A folder under such a name stays, and is not counted."""
    temporary(tmp_path / "a").mkdir()
    assert sweep(tmp_path) == 0
    assert len(temporaries(tmp_path)) == 1


def test_a_temporary_taken_away_between_creation_and_lock_is_made_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run may take our new, not yet locked, temporary for a leftover."""
    lock = fcntl.flock
    taken: list[int] = []

    def slow(fd: int, operation: int) -> None:
        if not taken:
            taken.append(fd)
            temporary(file).unlink()
        lock(fd, operation)

    monkeypatch.setattr(fcntl, "flock", slow)
    label(file)
    assert file.read_bytes() == NEW
    assert atomic.sweep(file.parent) == 0
