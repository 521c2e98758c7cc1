"""Numbers for contents: UUID version 7 [RFC 9562, 5.7], increasing within a process."""

from __future__ import annotations

import os
import threading
import time
from typing import Final

__all__ = ["ContentNumbers", "new_content_number"]

_COUNTER_BITS: Final = 12


class ContentNumbers:
    """A source of content numbers, each larger than the one before; safe to share by threads.

    The 12 bits after the version count up within a millisecond; when they run over, the time field
    is moved ahead instead [RFC 9562, 6.2, method 1].
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0  # milliseconds and counter as one number

    def next(self) -> str:
        """Return a new number: 36 characters, lower-case hex with hyphens."""
        now = (time.time_ns() // 1_000_000) << _COUNTER_BITS
        with self._lock:
            # the low half of the counter starts anywhere, so that processes differ early
            self._last = max(self._last + 1, now | (os.urandom(1)[0] << 3))
            stamp = self._last
        milliseconds, counter = stamp >> _COUNTER_BITS, stamp & 0xFFF
        tail = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1 | 1 << 63
        text = f"{milliseconds:012x}7{counter:03x}{tail:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_PROCESS: Final = ContentNumbers()  # the one deliberate state of the process: its last number


def new_content_number() -> str:
    """Return a UUIDv7 that is larger than every one this process made before."""
    return _PROCESS.next()
