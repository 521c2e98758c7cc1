"""Whether the compiled extension was built: see ``native/`` and ``hatch_build.py``.

Nothing needs it: who uses it has another way, and says so.
"""

from __future__ import annotations

__all__ = ["is_there"]


def is_there() -> bool:
    """Return whether the extension can be loaded."""
    try:
        from ailabel.codecs import _native  # noqa: F401 - to see whether it can be
    except ImportError:
        return False
    return True
