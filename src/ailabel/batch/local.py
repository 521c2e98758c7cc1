"""Work through many files with the processes of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ailabel.errors import AilabelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["work"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_CHUNK: Final = 64  # the largest number of files handed to a process at once
_SHARES: Final = 8  # chunks a process, so that a slow file does not hold up the rest


def work(
    function: Callable[[_Item], _Result], items: Sequence[_Item], jobs: int
) -> Iterator[_Result]:
    """Apply a function to every item and yield the results in the items' order.

    Args:
        function: a function of a module, or a `functools.partial` of one, so that it can be sent.
        items: what to work on.
        jobs: how many processes; 1 works in this one.

    Raises:
        AilabelError: a process was killed.
    """
    if jobs <= 1 or len(items) <= 1:
        yield from map(function, items)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    chunk = max(1, min(_CHUNK, len(items) // (jobs * _SHARES)))
    with ProcessPoolExecutor(jobs, get_context("forkserver"), initializer=_end_at_once) as pool:
        try:
            yield from pool.map(function, items, chunksize=chunk)
        except BrokenProcessPool as error:
            raise AilabelError(
                "a worker process was killed, perhaps for want of memory; try fewer --jobs"
            ) from error


def _end_at_once() -> None:
    """Let an interruption end a worker without a word; the process above says it once.

    What it was writing stays whole: the writing protocol stands a kill at any moment.
    """
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)
