"""Many files: the order of results, and that none is told before it is on the disk."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ailabel import api
from ailabel.batch import local
from ailabel.batch.local import work, work_in_steps
from ailabel.engine.spec import LabelSpec
from ailabel.errors import AilabelError
from builders import wav

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.io.steps import Steps
    from ailabel.model.report import LabelResult

SPEC = LabelSpec(producer="001191350100M000100Y4310000", explicit=False)
WAIT = 10.0  # seconds after which a test that hangs fails


def apart(_: object) -> None:
    """Find no two items alike."""


def itself(item: int) -> int:
    """Find equal items alike."""
    return item


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return thirty files, ten of them damaged."""
    paths = [tmp_path / f"{number:02}.wav" for number in range(30)]
    sound = wav.file(wav.FORMAT, wav.DATA)
    for number, path in enumerate(paths):
        path.write_bytes(sound if number % 3 else sound[:20])
    return paths


def test_files_of_a_kind_are_worked_on_together() -> None:
    """One suffix after the other, each in its order; the results come in the order of the files."""
    names = [f"{number:04}.{'abc'[number % 3]}" for number in range(3000)]
    worked: list[str] = []

    def note(name: str) -> str:
        worked.append(name)
        return name.upper()

    assert list(work(note, names, 1, str)) == [name.upper() for name in names]
    assert sorted(worked) == names
    assert worked[:1024] == sorted(names[:1024], key=lambda name: (name[-1], name))


def test_a_result_does_not_wait_long_for_files_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a second each is told as it is done, in the order of the files."""
    clock = [0.0]
    worked: list[int] = []
    monkeypatch.setattr(local, "monotonic", lambda: clock[0])

    def slow(number: int) -> int:
        clock[0] += 1
        worked.append(number)
        return number

    found = work(slow, range(100), 1, lambda number: f".{number % 2}")
    assert [next(found) for _ in range(4)] == [0, 1, 2, 3]
    assert len(worked) <= 5


def test_work_whose_order_matters_keeps_it() -> None:
    """Without names nothing is worked on before its turn."""
    worked: list[str] = []
    found = work(worked.append, ["1.b", "2.a"], 1)
    next(found)
    assert worked == ["1.b"]


def test_results_keep_the_order_although_later_items_are_done_first() -> None:
    """The first item waits until the last one is done; its result comes first all the same."""
    last = threading.Event()

    def start(item: int) -> Steps[int]:
        yield 1
        if item == 0:
            assert last.wait(WAIT)
        if item == 9:
            last.set()
        return item

    assert list(work_in_steps(start, range(10), 1, apart)) == list(range(10))


def test_work_without_a_pause_is_done_at_once() -> None:
    """Nothing is handed to a thread that waits for nothing."""
    threads = set()

    def start(item: int) -> Steps[int]:
        threads.add(threading.current_thread())
        if item < 0:
            yield 0
        return item

    assert list(work_in_steps(start, range(5), 1, apart)) == list(range(5))
    assert threads == {threading.main_thread()}


def test_only_the_waiting_is_done_by_threads() -> None:
    """The first step of every item runs in the caller's thread, the second in another."""
    first, second = set(), set()

    def start(item: int) -> Steps[int]:
        first.add(threading.current_thread())
        yield 1
        second.add(threading.current_thread())
        return item

    assert list(work_in_steps(start, range(5), 1, apart)) == list(range(5))
    assert first == {threading.main_thread()}
    assert threading.main_thread() not in second


def test_items_alike_are_not_worked_on_at_once() -> None:
    """The second begins when the first is done with."""
    alive: list[int] = []

    def start(item: int) -> Steps[int]:
        assert item not in alive
        alive.append(item)
        yield 1
        alive.remove(item)
        return item

    items = [1, 1, 2, 1, 2, 2, 3, 1]
    assert list(work_in_steps(start, items, 1, itself)) == items


def test_the_bytes_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No item is begun while more than the bound waits to be flushed."""
    monkeypatch.setattr(local, "_BYTES", 100)
    waiting: list[int] = []
    most = 0

    def start(item: int) -> Steps[int]:
        nonlocal most
        waiting.append(item)
        most = max(most, len(waiting))
        yield 40
        waiting.remove(item)
        return item

    assert list(work_in_steps(start, range(50), 1, apart)) == list(range(50))
    assert most <= 3


@pytest.mark.parametrize("where", ["first step", "second step"])
def test_an_exception_comes_in_its_place_and_the_others_end(where: str) -> None:
    """What was begun is carried to its end, whatever another item raises."""
    ended = []

    def start(item: int) -> Steps[int]:
        if item == 3 and where == "first step":
            raise ZeroDivisionError
        yield 1
        if item == 3:
            raise ZeroDivisionError
        ended.append(item)
        return item

    results = work_in_steps(start, range(5), 1, apart)
    got: list[int] = []
    with pytest.raises(ZeroDivisionError):
        got.extend(results)
    assert {0, 1, 2} <= set(ended)
    assert got == sorted(set(got))


def test_a_caller_who_stops_listening_leaves_nothing_half_done(files: list[Path]) -> None:
    """What was begun is finished; what was not begun is as it was; no temporary is left."""
    before = {path: path.read_bytes() for path in files}
    results = work_in_steps(
        _labelling, [path for path in files if len(before[path]) > 20], 1, apart
    )
    first = next(results)
    results.close()  # type: ignore[attr-defined]
    assert first.status == "labelled"
    names = sorted(item.name for item in files[0].parent.iterdir())
    assert names == sorted(path.name for path in files)
    for path in files:
        assert path.read_bytes() == before[path] or api.read(path).labels


def _labelling(path: Path) -> Steps[LabelResult]:
    return api.labelling(path, SPEC)


def _outcome(path: Path) -> Steps[str]:
    try:
        result = yield from api.labelling(path, SPEC)
    except AilabelError as error:
        return type(error).__name__
    return result.status


def test_no_file_is_told_before_it_is_flushed(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a result is yielded, its file was flushed, then renamed, then the folder flushed."""
    calls: list[tuple[str, int | str]] = []
    fsync, rename = os.fsync, os.rename
    folder = files[0].parent.stat().st_ino

    def flush(fd: int) -> None:
        fsync(fd)
        calls.append(("flush", os.fstat(fd).st_ino))

    def move(source: str, target: str) -> None:
        inode = os.stat(source).st_ino  # noqa: PTH116 - what the code calls
        rename(source, target)
        calls.append((target, inode))

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "rename", move)
    told = []
    for path, status in zip(files, work_in_steps(_outcome, files, 1, apart), strict=True):
        told.append(status)
        if status != "labelled":
            continue
        order = list(calls)
        renamed = order.index((str(path), path.stat().st_ino))
        assert ("flush", path.stat().st_ino) in order[:renamed]
        assert ("flush", folder) in order[renamed:]
    assert told == ["MalformedFileError" if not n % 3 else "labelled" for n in range(30)]


def test_processes_give_the_same_results_in_the_same_order(files: list[Path]) -> None:
    """Each process overlaps the waits of its own share."""
    start = partial(api.labelling, spec=SPEC)
    sound = [path for number, path in enumerate(files) if number % 3]
    results = list(work_in_steps(start, sound, 2, os.fspath))
    assert [result.path for result in results] == [str(path) for path in sound]
    assert {result.status for result in results} == {"labelled"}
