"""Looking into what the next commit will hold: the index, not the work tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.gate import lfs
from ailabel.gate.blobs import Blobs
from ailabel.io.source import open_view
from ailabel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.gate.git import Repository
    from ailabel.gate.look import Looker
    from ailabel.gate.looked import Looked
    from ailabel.gate.select import Selection
    from ailabel.io.source import View

__all__ = ["look_into_index"]


def look_into_index(
    selection: Selection, looker: Looker, paths: Sequence[str], problems: list[Message]
) -> Iterator[Looked]:
    """Look into staged files.

    Args:
        selection: of the run.
        looker: looks; if it labels, files whose work tree differs from the index are refused.
        paths: from the root.
        problems: gets what could not be labelled.
    """
    repository = selection.repository
    if repository is None or selection.blobs is None:  # nothing is staged outside of one
        return
    differing = set(repository.unstaged(paths)) if looker.fix else set()
    with Blobs(repository) as blobs:
        for path in paths:
            try:
                with blobs.view(selection.blobs[path], path) as view:
                    looked, fix = _look(view, path, looker, repository)
            except Exception as error:  # noqa: BLE001 - one file must not end a run of thousands
                looked, fix = looker.failed(path, error), False
            if fix and path in differing:
                problems.append(
                    Message(
                        "{path} was not labelled: its work tree differs from what is staged; stage "
                        "or stash the rest first",
                        {"path": path},
                    )
                )
            elif fix:
                looked = looker.path(path)
            yield looked


def _look(view: View, path: str, looker: Looker, repository: Repository) -> tuple[Looked, bool]:
    """Look into an object; Git LFS keeps the content of some elsewhere."""
    if lfs.is_pointer(view):
        place = lfs.stored(view, repository.store)
        if place is not None:
            with open_view(place) as content:
                content.name = view.name
                return looker.view(content, path), False
    looked = looker.view(view, path)
    return looked, looker.fix and looker.wanted(looked.file, view) is not None
