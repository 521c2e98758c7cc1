"""Content numbers: version 7 UUIDs that increase."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from ailabel.model.content_number import ContentNumbers, new_content_number

if TYPE_CHECKING:
    import pytest


def test_a_number_is_a_version_7_uuid_of_now() -> None:
    """Version and variant are those of RFC 9562; the first 48 bits are the time."""
    before = time.time_ns() // 1_000_000
    number = uuid.UUID(new_content_number())
    after = time.time_ns() // 1_000_000
    assert number.version == 7
    assert number.variant == uuid.RFC_4122
    assert before <= number.int >> 80 <= after + 1


def test_a_number_is_written_in_lower_case_with_hyphens() -> None:
    """The text is the usual form of a UUID."""
    text = new_content_number()
    assert text == str(uuid.UUID(text))


def test_numbers_increase_within_a_process() -> None:
    """Sorting numbers sorts them by when they were made."""
    numbers = [new_content_number() for _ in range(20_000)]
    assert numbers == sorted(set(numbers))


def test_numbers_increase_when_the_counter_runs_over_and_the_clock_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A clock that stands, or goes back, never makes a smaller number."""
    clock = iter([5_000_000_000_000_000] * 5000 + [4_000_000_000_000_000] * 10)
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    source = ContentNumbers()
    numbers = [source.next() for _ in range(5010)]
    assert numbers == sorted(set(numbers))
    assert all(uuid.UUID(number).version == 7 for number in numbers)


def test_numbers_of_several_threads_differ() -> None:
    """One source may serve many threads."""
    source = ContentNumbers()
    start = threading.Barrier(8)

    def make(_: int) -> list[str]:
        start.wait()
        return [source.next() for _ in range(500)]

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(8)))
    assert len({number for row in made for number in row}) == 4000
    assert all(row == sorted(row) for row in made)
