"""The content behind a Git LFS pointer, where the repository keeps it [LFS]."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["is_pointer", "stored"]

_BEGIN: Final = b"version https://git-lfs.github.com/spec/v1\n"
_MOST: Final = 1024  # bytes of a pointer
_FIELDS: Final = re.compile(rb"^oid sha256:([0-9a-f]{64})$\n(?s:.*)^size (\d+)$", re.MULTILINE)


def is_pointer(view: View) -> bool:
    """Say whether Git LFS left a pointer in the place of a file."""
    return view.size < _MOST and view.read_some(0, len(_BEGIN)) == _BEGIN


def stored(view: View, store: str) -> str | None:
    """Return the path of the content that a pointer stands for, or None where it is not there.

    Args:
        view: the pointer.
        store: git's own folder.
    """
    found = _FIELDS.search(view.read_some(0, _MOST))
    if found is None:
        return None
    name = found[1].decode()
    common = store
    with suppress(OSError), open(f"{store}/commondir", encoding="utf-8") as file:  # noqa: PTH123
        common = os.path.normpath(f"{store}/{file.read().strip()}")  # of a linked work tree
    path = f"{common}/lfs/objects/{name[:2]}/{name[2:4]}/{name}"
    try:
        whole = os.stat(path).st_size == int(found[2])  # noqa: PTH116 - no pathlib here
    except OSError:
        return None
    return path if whole else None
