"""``python -m fuzz.confirm TARGET FILE...``: run inputs by themselves, and say what each costs.

The fuzzer finds inputs that are slow or large under its own instruments; here they run without.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fuzz.targets import one

if TYPE_CHECKING:
    from collections.abc import Callable

_MEMORY: Final = 4 << 30  # bytes of address space, so that a defect cannot take the machine
_SECONDS: Final = 60


def main() -> None:
    """Print one JSON object a file: the exception if any, CPU seconds, peak bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    target, *names = sys.argv[1:]
    run = one(target)
    for name in names:
        data = Path(name).read_bytes()
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + _SECONDS, -1))
        begin, error = time.process_time(), ""
        try:
            run(data)
        except Exception as caught:  # noqa: BLE001 - whatever it is
            error = repr(caught)
        seconds = time.process_time() - begin
        print(json.dumps([name, error, seconds, _peak(run, data)]), flush=True)


def _peak(run: Callable[[bytes], None], data: bytes) -> int:
    tracemalloc.start()
    try:
        run(data)
    except Exception:  # noqa: BLE001 - told already
        return 0
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


if __name__ == "__main__":
    main()
