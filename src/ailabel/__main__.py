"""``python -m ailabel``, and what the command ``ailabel`` runs: a process from start to end."""

import gc
import os
import sys

__all__ = ["main"]

_FAILED = 2


def main() -> None:
    """Run the command line, and end the process with its exit code.

    Nothing that is imported becomes garbage, so that nothing is gained by looking for it until the
    command begins; and the system takes the memory of a process back faster than Python does.
    """
    gc.disable()
    from ailabel.adapters.cli import main as run

    code = 0
    try:
        run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else _FAILED
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # what was said did not arrive
        code = code or _FAILED
    os._exit(code)


if __name__ == "__main__":
    main()
