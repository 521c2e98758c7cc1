"""Work through many files with the processes of this machine."""

from __future__ import annotations

from collections import deque
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from ailabel.errors import AilabelError
from ailabel.io.steps import finish
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

    from ailabel.io.steps import Steps

__all__ = ["work", "work_in_steps"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_WINDOW: Final = 1024  # items among which like ones are brought together
_PATIENCE: Final = 0.2  # seconds that the first result of a window may wait for others
_CHUNK: Final = 64  # the largest number of files handed to a process at once
_SHARES: Final = 8  # chunks a process, so that a slow file does not hold up the rest
_THREADS: Final = 16  # files that are flushed at once; the disk makes one commit of several
_WAITING: Final = 64  # finished files whose results still wait for an earlier one
_BYTES: Final = 64 << 20  # of new files that wait to be flushed


@frozen
class _Waiting(Generic[_Result]):
    """An item whose work was begun: its key, the bytes that are to be flushed, its result."""

    key: Hashable
    size: int
    future: Future[_Result]


def work(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    jobs: int,
    name: Callable[[_Item], str] | None = None,
) -> Iterator[_Result]:
    """Apply a function to every item and yield the results in the items' order.

    Args:
        function: a function of a module, or a `functools.partial` of one, so that it can be sent;
            it does not raise.
        items: what to work on.
        jobs: how many processes; 1 works in this one.
        name: gives an item's file name, where the order of work does not matter: then those of one
            suffix are worked on one after the other.

    Raises:
        AilabelError: a process was killed.
    """
    if jobs <= 1 or len(items) <= 1:
        yield from map(function, items) if name is None else _alike(function, items, name)
        return
    yield from _in_processes(function, items, jobs, _chunk(items, jobs))


def _alike(
    function: Callable[[_Item], _Result], items: Sequence[_Item], name: Callable[[_Item], str]
) -> Iterator[_Result]:
    """Bring files of a kind together, for which the processor then has code and tables at hand.

    What takes long is not waited for: then the items are worked on in their order.
    """
    for start in range(0, len(items), _WINDOW):
        window = items[start : start + _WINDOW]
        end = monotonic() + _PATIENCE
        done: dict[int, _Result] = {}
        kinds = [name(item).rpartition(".")[2] for item in window]
        for index in sorted(range(len(window)), key=kinds.__getitem__):
            if monotonic() > end:
                break
            done[index] = function(window[index])
        for index, item in enumerate(window):
            yield done.pop(index) if index in done else function(item)


def work_in_steps(
    start: Callable[[_Item], Steps[_Result]],
    items: Sequence[_Item],
    jobs: int,
    key: Callable[[_Item], Hashable],
) -> Iterator[_Result]:
    """Do work that ends in waiting for the disk, several waits at once.

    The processor's part of one item is done while earlier items are flushed by threads. A result is
    yielded in the items' order, and not before its item is done with.

    Args:
        start: begins the work on one item; a function of a module, as for `work`.
        items: what to work on.
        jobs: how many processes.
        key: tells items apart that must not be worked on at once; None is always apart.

    Raises:
        AilabelError: a process was killed.
    """
    if len(items) <= 1:
        yield from (finish(start(item)) for item in items)
    elif jobs <= 1:
        yield from _overlapped(start, items, key)
    else:
        size = _chunk(items, jobs)
        chunks = [items[index : index + size] for index in range(0, len(items), size)]
        for results in _in_processes(partial(_whole, start, key), chunks, jobs, 1):
            yield from results


def _chunk(items: Sequence[_Item], jobs: int) -> int:
    return max(1, min(_CHUNK, len(items) // (jobs * _SHARES)))


def _in_processes(
    function: Callable[[_Item], _Result], items: Sequence[_Item], jobs: int, chunk: int
) -> Iterator[_Result]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, get_context("forkserver"), initializer=_end_at_once) as pool:
        try:
            yield from pool.map(function, items, chunksize=chunk)
        except BrokenProcessPool as error:
            raise AilabelError(
                "a worker process was killed, perhaps for want of memory; try fewer --jobs"
            ) from error


def _whole(
    start: Callable[[_Item], Steps[_Result]],
    key: Callable[[_Item], Hashable],
    items: Sequence[_Item],
) -> list[_Result]:
    return list(_overlapped(start, items, key))


def _overlapped(
    start: Callable[[_Item], Steps[_Result]],
    items: Sequence[_Item],
    key: Callable[[_Item], Hashable],
) -> Iterator[_Result]:
    """Start one item after the other; let threads finish what waits for the disk."""
    from concurrent.futures import ThreadPoolExecutor, wait

    queue: deque[_Waiting[_Result]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for item in items:
            while queue and (queue[0].future.done() or _is_full(queue)):
                yield queue.popleft().future.result()
            name = key(item)
            wait([other.future for other in queue if name is not None and other.key == name])
            queue.append(_begin(start(item), pool, name))
        while queue:
            yield queue.popleft().future.result()


def _is_full(queue: deque[_Waiting[_Result]]) -> bool:
    return len(queue) >= _WAITING or sum(item.size for item in queue) >= _BYTES


def _begin(steps: Steps[_Result], pool: ThreadPoolExecutor, key: Hashable) -> _Waiting[_Result]:
    """Take work to its pause and hand it to a thread; work without a pause is done at once."""
    from concurrent.futures import Future

    try:
        size = next(steps)
    except StopIteration as end:
        done: Future[_Result] = Future()
        done.set_result(end.value)
        return _Waiting(key, 0, done)
    return _Waiting(key, size, pool.submit(finish, steps))


def _end_at_once() -> None:
    """Let an interruption end a worker without a word; the process above says it once.

    What it was writing stays whole: the writing protocol stands a kill at any moment. Linear
    algebra gets one thread: the processes share the cores already, and its threads spin.
    """
    import os
    import signal

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
