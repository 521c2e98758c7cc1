"""Reading and verifying, as calls: files, bytes, and in a worker thread.

`ailabel.api` has them beside the other calls.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.engine.options import VerifyOptions
from ailabel.io.source import BytesView, open_view

if TYPE_CHECKING:
    from os import PathLike

    from ailabel.io.source import FileView
    from ailabel.model.report import FileReport, FoundLabel

__all__ = [
    "read",
    "read_async",
    "read_bytes",
    "read_bytes_async",
    "verify",
    "verify_async",
    "verify_bytes",
    "verify_bytes_async",
]

_READING: Final = VerifyOptions(explicit=False, seals=False)
_VERIFYING: Final = VerifyOptions()


def read(path: str | PathLike[str], options: VerifyOptions | None = None) -> FileReport:
    """Read every implicit label of a file, without judging it.

    Raises:
        UnsupportedFormatError: the format is not known.
        OSError: the file cannot be read.
    """
    return verify(path, _reading(options))


def read_bytes(
    data: bytes, options: VerifyOptions | None = None, *, name: str | None = None
) -> FileReport:
    """Read every implicit label of a file in memory, without judging it.

    Raises:
        UnsupportedFormatError: the format is not known.
    """
    return verify_bytes(data, _reading(options), name=name)


def verify(path: str | PathLike[str], options: VerifyOptions | None = None) -> FileReport:
    """Verify one file against the rules.

    Args:
        path: the file.
        options: what is asked about; by default both labels.

    Raises:
        UnsupportedFormatError: the format is not known.
        OSError: the file cannot be read.
    """
    from ailabel.engine import verify as engine

    options = options or _VERIFYING
    with open_view(path, options.limits) as view:
        report = engine.verify(view, os.fspath(path), options)
        if report.labels or not _is_slotless(report):
            return report
        return replace(report, labels=_beside(path, view))


def verify_bytes(
    data: bytes, options: VerifyOptions | None = None, *, name: str | None = None
) -> FileReport:
    """Verify one file in memory against the rules.

    Raises:
        UnsupportedFormatError: the format is not known.
    """
    from ailabel.engine import verify as engine

    options = options or _VERIFYING
    return engine.verify(BytesView(data, name, options.limits), name or "-", options)


async def read_async(path: str | PathLike[str], options: VerifyOptions | None = None) -> FileReport:
    """Run `read` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(read, path, options)


async def read_bytes_async(
    data: bytes, options: VerifyOptions | None = None, *, name: str | None = None
) -> FileReport:
    """Run `read_bytes` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(read_bytes, data, options, name=name)


async def verify_async(
    path: str | PathLike[str], options: VerifyOptions | None = None
) -> FileReport:
    """Run `verify` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(verify, path, options)


async def verify_bytes_async(
    data: bytes, options: VerifyOptions | None = None, *, name: str | None = None
) -> FileReport:
    """Run `verify_bytes` in a worker thread."""
    from asyncio import to_thread

    return await to_thread(verify_bytes, data, options, name=name)


def _reading(options: VerifyOptions | None) -> VerifyOptions:
    if options is None:
        return _READING
    return replace(
        _READING,
        limits=options.limits,
        traces=options.traces,
        check_c2pa=options.check_c2pa,
    )


def _beside(path: str | PathLike[str], view: FileView) -> tuple[FoundLabel, ...]:
    """Return the label of a sidecar file, for formats that hold none themselves."""
    from ailabel.engine.examine import found_label
    from ailabel.engine.sidecar import find
    from ailabel.errors import AilabelError

    try:
        found = find(path, view.limits)
    except (OSError, AilabelError):
        return ()
    return () if found is None else (found_label(found),)


def _is_slotless(report: FileReport) -> bool:
    """Say whether a file's format has no place for a label, so that one may stand beside it."""
    from ailabel.standard.slots import SLOTS

    slot = SLOTS.get(report.format or "")
    return slot is not None and slot.status == "none"
