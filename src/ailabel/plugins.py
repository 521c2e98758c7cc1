"""What other packages add, by entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["load"]


def load(group: str) -> Iterator[tuple[str, object]]:
    """Yield the objects of an entry point group with their names, in the order of the names.

    Finding entry points takes 25 ms, so callers keep what they got.

    Raises:
        PluginError: one cannot be loaded.
    """
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=group), key=lambda item: item.name):
        try:
            yield point.name, point.load()
        except Exception as error:
            raise PluginError(
                "the extension {name} cannot be loaded: {reason}",
                name=point.name,
                reason=repr(error),
            ) from error
