"""What labelling a file came to, and what an earlier run left in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import open_view
from ailabel.model.report import Change, LabelResult

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from ailabel.engine.plan import Plan
    from ailabel.io.source import FileView, Limits, View

__all__ = ["earlier_output", "is_same_file", "refuse_existing", "result_of"]


def result_of(
    found: Plan,
    path: str | PathLike[str],
    output: str | PathLike[str] | None,
    status: str | None = None,
    *,
    data: bytes = b"",
) -> LabelResult:
    """Return the result of a plan.

    Args:
        found: the plan, carried out or not.
        path: the source, or a name for bytes.
        output: where the labelled file stands, if it stands anywhere.
        status: in place of the plan's own.
        data: the labelled bytes, for the bytes call.
    """
    rendition = found.rendition
    return LabelResult(
        path=os.fspath(path),
        output=None if output is None else os.fspath(output),
        format=found.format.id,
        status=status or found.status,
        produce_id=found.produce_id,
        propagate_id=found.propagate_id,
        edits=tuple(Change(edit.offset, edit.length, len(edit.data)) for edit in found.edits),
        in_place_possible=found.patch is not None,
        marks=rendition.marks if rendition else (),
        reencoded=rendition.reencoded if rendition else None,
        changed_outside=rendition.changed_outside if rendition else 0.0,
        replaced=found.replaced,
        notes=found.notes,
        data=data,
    )


def is_same_file(path: str | PathLike[str], output: str | PathLike[str]) -> bool:
    """Say whether two paths lead to one file."""
    try:
        return os.path.samefile(path, output)  # noqa: PTH121 - no pathlib here
    except OSError:
        return False


def refuse_existing(output: str | PathLike[str]) -> None:
    """Refuse a place for a new file where something stands: an empty file, a link to nowhere too.

    Raises:
        PlanError: something does.
    """
    if os.path.lexists(output):
        raise PlanError("{path} exists; choose another output", path=os.fspath(output))


def earlier_output(
    source: FileView,
    output: str | PathLike[str],
    limits: Limits,
    done: Callable[[View], Plan | None],
) -> Plan | None:
    """Return the plan of keeping an output that an earlier run made from this source.

    Args:
        source: the file.
        output: where its copy is to go.
        limits: what reading the output may cost.
        done: returns the plan of doing nothing, where a file already is as it was asked for.

    Raises:
        PlanError: something else stands at the output's place.
    """
    try:
        with open_view(output, limits) as view:
            there, origin = os.fstat(view.fd), os.fstat(source.fd)
            if (there.st_dev, there.st_ino) == (origin.st_dev, origin.st_ino):
                return None
            found = done(view)
    except FileNotFoundError:
        return None
    except AilabelError:
        found = None
    if found is None:
        raise PlanError(
            "{path} exists and is no labelled copy of this file; choose another output",
            path=os.fspath(output),
        )
    return found if there.st_mtime_ns >= origin.st_mtime_ns else None
