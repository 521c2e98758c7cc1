"""The texts of a file's metadata, from every place that a container has; one module a container.

Nothing here knows what the texts mean. A place that is damaged has no texts, and does not hide
those of the others. No text is longer than `TEXT_MOST`, however long the file's own is, and all of
them together are not longer than `Limits.metadata_bytes`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import View
    from ailabel.spi import Entry

__all__ = ["FORMATS", "entries", "is_known"]

FORMATS: Final = {
    **{name: name for name in ("gif", "html", "jpeg", "pdf", "png", "svg", "tiff")},
    **dict.fromkeys(("webp", "wav", "avi"), "riff"),
    **dict.fromkeys(("mp4", "mov", "m4a", "3gp", "heic", "avif", "jxl"), "bmff"),
    **dict.fromkeys(("mkv", "mka", "webm", "weba"), "matroska"),
    **dict.fromkeys(("mp3", "aac", "aiff", "dsf", "ape", "wv", "mpc"), "sound"),
    **dict.fromkeys(("flac", "ogg", "opus", "ogv"), "vorbis"),
}
"""The module that reads a format's texts, by the format's id."""


def is_known(format_id: str) -> bool:
    """Say whether the texts of a format's metadata are gathered at all."""
    return format_id in FORMATS


def entries(view: View, format_id: str) -> tuple[Entry, ...]:
    """Return the texts of a file's metadata, in file order; none of a format that has no places.

    Args:
        view: the file.
        format_id: its format.
    """
    module = FORMATS.get(format_id)
    if module is None:
        return ()
    walk: Callable[[View], Iterator[Entry]] = import_module(f"{__name__}.{module}").entries
    found: list[Entry] = []
    room = view.limits.metadata_bytes
    try:
        for entry in walk(view):
            room -= len(entry.text)
            if room < 0:
                break
            found.append(entry)
    except AilabelError:  # what stands before the damage is kept
        pass
    return tuple(found)
