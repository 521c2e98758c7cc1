"""Whether the compiled extension was built: see ``native/`` and ``hatch_build.py``.

Nothing needs it: who uses it has another way, and says so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["finder", "is_there"]


def is_there() -> bool:
    """Return whether the extension can be loaded."""
    try:
        from ailabel.codecs import _native  # noqa: F401 - to see whether it can be
    except ImportError:
        return False
    return True


@lru_cache(maxsize=1)
def finder() -> Callable[[bytes, bytes, int], int]:
    """Return what finds bytes in bytes from a place on: the quickest way that is there.

    In coded pictures, where every byte is as likely as any other, Python's own search meets the
    beginning of the needle all the time; the C library's takes a quarter of the time.
    """
    try:
        from ailabel.codecs._native import find
    except ImportError:
        return bytes.find
    return find
