"""Contestants take turns; medians of wall and CPU time are compared, never seconds asserted."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Contestant", "Result", "Row", "Table", "command", "race"]

_ROUNDS: Final = 7
# Programs that may not keep their bytecode compile themselves at every start; none is used so.
_UNUSUAL: Final = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do a job.

    Args:
        name: what it is called in the table.
        run: what is timed.
        prepare: what is done before each round, untimed.
        times: how often `run` does the job; its figures are divided by that.
        server: a process that works for it, whose CPU time counts too.
    """

    name: str
    run: Callable[[], object]
    prepare: Callable[[], object] = lambda: None
    times: int = 1
    server: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of one contestant, in seconds, or what else was picked."""

    name: str
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Result:
    """One measured case.

    Args:
        title: what was done.
        rows: the contestants' medians.
        ratios: what is compared, the figure, and the aim as text.
    """

    title: str
    rows: list[Row]
    ratios: list[tuple[str, float, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A case with a line for each of many things.

    Args:
        title: what was done.
        head: the names of the columns.
        lines: the cells.
        notes: what must be known to read it.
    """

    title: str
    head: tuple[str, ...]
    lines: list[tuple[str, ...]]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Times:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def race(
    contestants: Sequence[Contestant],
    rounds: int = _ROUNDS,
    pick: Callable[[Sequence[float]], float] = statistics.median,
) -> list[Row]:
    """Let the contestants take turns, after one warm-up each; return their medians.

    Args:
        contestants: who takes part.
        rounds: how many turns each has.
        pick: what is taken of a contestant's times; the least where differences of two contestants
            are asked, which a busy machine would drown.
    """
    times = {contestant.name: _Times() for contestant in contestants}
    for index in range(rounds + 1):
        for contestant in contestants:
            contestant.prepare()
            os.sync()
            cpu, wall = _cpu(contestant.server), time.perf_counter()
            contestant.run()
            wall, cpu = time.perf_counter() - wall, _cpu(contestant.server) - cpu
            if index:
                times[contestant.name].wall.append(wall / contestant.times)
                times[contestant.name].cpu.append(cpu / contestant.times)
    return [Row(name, pick(found.wall), pick(found.cpu)) for name, found in times.items()]


def command(*arguments: str, env: dict[str, str] | None = None) -> Callable[[], object]:
    """Return a contestant's job: run a command, its output thrown away."""
    kept = {key: value for key, value in os.environ.items() if key not in _UNUSUAL}

    def run() -> object:
        return subprocess.run(arguments, check=False, capture_output=True, env=kept | (env or {}))

    return run


def _cpu(server: int | None) -> float:
    """Return the CPU seconds of this process, of its finished children, and of a server."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + used.ru_utime + used.ru_stime
    if server is not None:
        words = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
        total += (int(words[11]) + int(words[12])) / _TICKS
    return total
