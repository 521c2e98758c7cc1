"""Contestants take turns; medians of wall and CPU time are compared, never seconds asserted."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Contestant", "Row", "command", "race"]

_ROUNDS: Final = 7


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do a job: what prepares a round, and what is timed."""

    name: str
    run: Callable[[], object]
    prepare: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of one contestant, in seconds."""

    name: str
    wall: float
    cpu: float


@dataclass(slots=True)
class _Times:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def race(contestants: Sequence[Contestant], rounds: int = _ROUNDS) -> list[Row]:
    """Let the contestants take turns, after one warm-up each; return their medians."""
    times = {contestant.name: _Times() for contestant in contestants}
    for index in range(rounds + 1):
        for contestant in contestants:
            contestant.prepare()
            os.sync()
            cpu, wall = _cpu(), time.perf_counter()
            contestant.run()
            wall, cpu = time.perf_counter() - wall, _cpu() - cpu
            if index:
                times[contestant.name].wall.append(wall)
                times[contestant.name].cpu.append(cpu)
    return [
        Row(name, statistics.median(found.wall), statistics.median(found.cpu))
        for name, found in times.items()
    ]


def command(*arguments: str, env: dict[str, str] | None = None) -> Callable[[], object]:
    """Return a contestant's job: run a command, its output thrown away."""

    def run() -> object:
        return subprocess.run(
            arguments, check=False, capture_output=True, env={**os.environ, **(env or {})}
        )

    return run


def _cpu() -> float:
    """Return the CPU seconds of this process and of its finished children."""
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        total += used.ru_utime + used.ru_stime
    return total
