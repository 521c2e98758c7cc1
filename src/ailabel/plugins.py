"""What other packages add, by entry point."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Final

from ailabel.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["load", "providers"]

_GROUPS: Final = "ailabel."  # how the names of our groups begin
_RECORDS: Final = (".dist-info", ".egg-info")  # folders that say what a package brings


def load(group: str) -> Iterator[tuple[str, object]]:
    """Yield the objects of an entry point group with their names, in the order of the names.

    Callers keep what they got. `importlib.metadata` takes 20 ms to load and to go through the
    packages, so it is asked only where one of them names the group.

    Raises:
        PluginError: one cannot be loaded.
    """
    if not _is_named(f"[{group}]"):
        return
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


def providers() -> tuple[str, ...]:
    """Return the packages that add anything to ailabel, with their versions, in order."""
    if not _is_named(f"[{_GROUPS}"):
        return ()
    from importlib.metadata import distributions

    return tuple(
        sorted(
            f"{found.name} {found.version}"
            for found in distributions()
            if any(point.group.startswith(_GROUPS) for point in found.entry_points)
        )
    )


def _is_named(text: str) -> bool:
    """Say whether a package may hold a text among its entry points; what is no folder may."""
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    if finders != [PathFinder]:
        return True
    named = _entry_points(tuple(sys.path))
    return named is None or text in named


@lru_cache(maxsize=1)
def _entry_points(folders: tuple[str, ...]) -> str | None:
    """Return all that the packages in these folders say; None where one is an archive."""
    texts = []
    for folder in folders:
        if folder.lower().endswith(".egg"):
            return None
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - no pathlib here
        except NotADirectoryError:
            return None
        except OSError:  # it is not there
            continue
        records = [name for name in names if name.lower().endswith(_RECORDS)]
        texts += [_text(f"{folder or '.'}/{name}/entry_points.txt") for name in records]
    return "\n".join(texts)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - of hundreds
            return file.read()
    except OSError:  # most packages have none
        return ""
