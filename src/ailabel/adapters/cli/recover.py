"""``ailabel recover``: a copy that lost its label, traced back to its content number."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel import api
from ailabel.adapters.cli.base import TranslatedCommand, emit, language, language_option
from ailabel.adapters.cli.inputs import STDIN, collect, usage_error
from ailabel.adapters.cli.jobs import failure, make_folder, make_jobs
from ailabel.adapters.cli.recording import LEDGER, wanted_ledger
from ailabel.adapters.cli.results import format_option
from ailabel.messages import Message, render, translate
from ailabel.reporters.summary import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.adapters.cli.jobs import Job
    from ailabel.engine.recover import Match, Recovery
    from ailabel.ledger import Ledger

__all__ = ["recover_command"]

_CODES: Final = {"found": 0, "not_found": 1, "skipped": 0, "refused": 1, "failed": 2}


@click.command(
    "recover",
    cls=TranslatedCommand,
    help="Trace files that lost their label back to their content numbers: by their content, and "
    "pictures also by what they look like. With -o or --in-place the recorded label is put back. "
    "Exit code 1: one was not found; 2: one could not be worked on.",
)
@click.argument("paths", nargs=-1, metavar="[FILES|FOLDERS]...")
@click.option("--files-from", metavar="FILE", help="Read the paths from a file or -.")
@click.option(
    "-o", "--output", metavar="PATH", help="A file, or a folder that keeps the structure."
)
@click.option("--in-place", is_flag=True, help="Replace the files themselves, safely.")
@LEDGER
@format_option("text", "json")
@language_option
def recover_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Trace files."""
    if options["output"] is not None and options["in_place"]:
        raise usage_error("-o and --in-place exclude each other")
    book = wanted_ledger(options)
    items = collect(options["paths"], options["files_from"])
    if options["output"] == STDIN or any(item.path == STDIN for item in items):
        raise usage_error("files are traced, not standard input: give their paths")
    jobs = make_jobs(items, options["output"], None, None)
    is_restored = options["in_place"] or options["output"] is not None
    found = [_traced(job, book, restore=is_restored) for job in jobs]
    if options["output_format"] == "json":
        emit([_document(found)], machine=True)
    else:
        emit(line for item in found for line in _lines(item))
    click.get_current_context().exit(max((_CODES[item["status"]] for item in found), default=0))


def _traced(job: Job, book: Ledger, *, restore: bool) -> dict[str, Any]:
    """Trace one file, and put its label back where that was asked for."""
    told: dict[str, Any] = {
        "path": job.item.path,
        "status": "failed",
        "found": None,
        "restored": None,
        "notes": (),
        "error": job.problem,
    }
    if job.problem is not None:
        return told
    try:
        found = api.recover(job.item.path, book)
        told |= {"found": found, "status": "found" if found.matches else "not_found"}
        if found.matches and restore:
            if job.output is not None:
                make_folder(job.output)
            done = api.restore(job.item.path, book, output=job.output)
            told |= {"restored": done.output, "notes": done.notes}
    except Exception as error:  # noqa: BLE001 - told like every other failure
        status, told["error"] = failure(error, job.item)
        told["status"] = status
    return told


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield what came of a file, for people."""
    path: str = told["path"]
    found: Recovery | None = told["found"]
    if told["status"] == "skipped":
        return
    yield f"{clean(path)}: {translate(told['status'], language())}\n"
    for match in found.matches if found else ():
        yield from _match_lines(match)
    is_open = not (told["restored"] or told["error"])
    if found and len(found.matches) == 1 and not found.labelled and is_open:
        yield _said(
            Message("the recorded label is put back with: {command}", {"command": _command(path)})
        )
    if found and found.labelled:
        yield _said(Message("the file carries the number {number}", {"number": found.labelled}))
    if told["restored"]:
        yield _said(Message("the recorded label was put back: {path}", {"path": told["restored"]}))
    yield from map(_said, told["notes"])
    if told["error"] is not None:
        yield _said(told["error"])


def _match_lines(match: Match) -> Iterator[str]:
    record = match.entry.record
    yield f"    {clean(record.number or '')} ({clean(record.producer)})\n"
    row = {"row": match.entry.row}
    if match.distance is None:
        yield _said(Message("the content is the same as in row {row}", row))
        return
    values = row | {"distance": match.distance, "chance": f"{match.chance:.1g}"}
    yield _said(
        Message(
            "it looks like the picture of row {row}: {distance} of 128 bits differ; the chance "
            "that some other picture is as near: {chance}",
            values,
        )
    )


def _said(message: Message) -> str:
    return f"    {clean(render(message.text, message.params, language()))}\n"


def _command(path: str) -> str:
    return f"ailabel recover {shlex.quote(path)} --in-place"


def _document(found: list[dict[str, Any]]) -> str:
    import json

    from ailabel.reporters.ledger import head_document

    files = [_file_document(told) for told in found]
    head = head_document("recover", ailabel.__version__)
    return json.dumps({**head, "files": files}, ensure_ascii=False, indent=2) + "\n"


def _file_document(told: dict[str, Any]) -> dict[str, object]:
    from ailabel.reporters.ledger import entry_document
    from ailabel.reporters.summary import printable

    found: Recovery | None = told["found"]
    error: Message | None = told["error"]
    return {
        "path": printable(told["path"]),
        "format": found and found.format,
        "status": told["status"],
        "labelled": found and found.labelled,
        "matches": [
            {
                "by": "content" if match.distance is None else "looks",
                "distance": match.distance,
                "chance": match.chance,
                "entry": entry_document(match.entry),
            }
            for match in (found.matches if found else ())
        ],
        "restored": told["restored"] and printable(told["restored"]),
        "notes": [render(note.text, note.params, language()) for note in told["notes"]],
        "error": error and render(error.text, error.params, language()),
    }
