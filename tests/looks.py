"""Ways of looking at a file that do not end well; processes of their own import them by name."""

from __future__ import annotations

import os
import signal
import time

__all__ = ["killed", "slow"]


def slow(*_: object) -> None:
    """Take longer than anybody waits."""
    time.sleep(600)


def killed(*_: object) -> None:
    """End as a process does that the system kills."""
    os.kill(os.getpid(), signal.SIGKILL)
