"""Whether the compiled extension was built: see ``native/`` and ``hatch_build.py``.

Nothing needs it: who uses it has another way, which finds the same and takes longer; where that is
another result, it says so.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

__all__ = ["extension", "finder", "is_there"]


def is_there() -> bool:
    """Return whether the extension can be loaded."""
    return extension() is not None


@lru_cache(maxsize=1)
def extension() -> ModuleType | None:
    """Return the extension, or None where it cannot be loaded."""
    try:
        from ailabel.codecs import _native
    except ImportError:
        return None
    return _native


def finder() -> Callable[[bytes, bytes, int], int]:
    """Return what finds bytes in bytes from a place on: the quickest way that is there.

    In coded pictures, where every byte is as likely as any other, Python's own search meets the
    beginning of the needle all the time; the C library's takes a quarter of the time.
    """
    found = extension()
    return bytes.find if found is None else found.find
