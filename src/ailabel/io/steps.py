"""Work in two steps: first what needs the processor, then what only waits for the disk.

Such work is a generator. It pauses when all that is left is to flush and to rename, and tells how
many bytes wait for that; it may be taken up again in another thread, which is how a run over many
files flushes several at once (`batch.local`). Work that waits for nothing does not pause. Its
result is what it returns.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias, TypeVar

__all__ = ["Steps", "finish"]

_Result = TypeVar("_Result")

Steps: TypeAlias = Generator[int, None, _Result]


def finish(steps: Steps[_Result]) -> _Result:
    """Carry work to its end, from wherever it stands; return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
