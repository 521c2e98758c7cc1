"""The samples of a pack, verified as whole files, with everything looked at and listened to."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, Final

from ailabel import api
from ailabel.engine.options import VerifyOptions
from ailabel.errors import AilabelError, PlanError
from ailabel.messages import Message
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.model.report import FileReport

__all__ = ["Sample", "names_in", "verified"]

_MOST_SAMPLES: Final = 500
_COPY: Final = 1 << 20


@frozen(kw_only=True)
class Sample:
    """A file that was verified.

    Args:
        name: its path in the folder of samples, with ``/``.
        path: where it stands.
        size: in bytes.
        sha256: of the whole file, in hex.
        report: of its verification.
    """

    name: str
    path: str
    size: int
    sha256: str
    report: FileReport


def names_in(folder: str) -> list[str]:
    """Return the paths of the files in a folder, from there, with ``/``; hidden ones are left out.

    Raises:
        PlanError: they are too many.
        OSError: a folder cannot be listed.
    """
    found = []
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if not name.startswith("."):
                path = os.path.relpath(os.path.join(place, name), folder)  # noqa: PTH118 - no pathlib here
                found.append(path.replace(os.sep, "/"))
        if len(found) > _MOST_SAMPLES:
            raise PlanError("{path} holds more than {most} files", path=folder, most=_MOST_SAMPLES)
    return sorted(found)


def _refuse(error: OSError) -> None:
    """Let a folder that cannot be listed end the walk: what stands in it would be passed over."""
    raise error


def verified(folder: str, name: str, *, screen: bool) -> Sample:
    """Verify one file.

    Args:
        folder: of the samples.
        name: its path from there.
        screen: whether it is a screenshot, which needs no label in its metadata.

    Raises:
        PlanError: it is no regular file, its format is not known, or somebody changed it meanwhile.
        OSError: it cannot be read.
    """
    path = os.path.join(folder, *name.split("/"))  # noqa: PTH118 - no pathlib here
    options = VerifyOptions(implicit=not screen, explain=True)
    before = os.stat(path)  # noqa: PTH116 - same
    if not stat.S_ISREG(before.st_mode):
        raise PlanError("{path} is no regular file", path=name)
    try:
        report = api.verify(path, options)
    except AilabelError as error:
        raise PlanError(
            "{path}: {reason}", path=name, reason=Message(error.text, error.params)
        ) from error
    digest = hashlib.sha256()
    size = 0
    with open(path, "rb") as file:  # noqa: PTH123 - same
        while piece := file.read(_COPY):
            digest.update(piece)
            size += len(piece)
    after = os.stat(path)  # noqa: PTH116 - same
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, size):
        raise PlanError("{path} was changed while it was verified", path=name)
    return Sample(name=name, path=path, size=size, sha256=digest.hexdigest(), report=report)
