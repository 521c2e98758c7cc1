"""A view as the file object that other libraries read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["Stream"]


class Stream(io.RawIOBase):
    """A read-only file object over a view; nothing is read before it is asked for.

    Args:
        view: the file.
    """

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any place can be read."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, counted from the start, from here or from the end."""
        self._at = max(0, (0, self._at, self._view.size)[whence] + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - the buffer protocol
        """Fill a buffer as far as the file goes."""
        data = self._view.read_some(self._at, len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
