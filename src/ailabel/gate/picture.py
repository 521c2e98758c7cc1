"""The small pictures that a report with pictures shows of files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel.marks.image.thumbnail import shrunk, thumbnail

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.gate import GateFile

__all__ = ["pictured"]


def pictured(file: GateFile, view: View) -> GateFile:
    """Return a file with its thumbnail, where it has findings or labels that were seen.

    Of a page, a film or a sound it is the picture of what was seen, which is not kept besides.

    Args:
        file: what the gate says of it, with its report.
        view: the file.
    """
    report = file.report
    if report is None or report.format is None or not (file.findings or report.sightings):
        return file
    if report.preview is not None:
        data: bytes | None = shrunk(report.preview)
    else:
        data = thumbnail(view, report.format, report.sightings)
    return replace(file, report=replace(report, preview=None), thumbnail=data)
