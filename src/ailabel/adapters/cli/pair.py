"""``ailabel carry`` and ``ailabel diff``: a label before and after a step of a pipeline."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel import api
from ailabel.adapters.cli.base import TranslatedCommand, language_option
from ailabel.adapters.cli.inputs import Input, usage_error
from ailabel.adapters.cli.jobs import failure
from ailabel.adapters.cli.results import format_option, tell
from ailabel.messages import Message
from ailabel.model.report import LabelDiff, LabelResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.reporters.summary import Item

__all__ = ["carry_command", "diff_command"]

_CODES: Final = {"refused": 1, "failed": 2, "lost": 1, "changed": 1}


@click.command(
    "carry",
    cls=TranslatedCommand,
    help="Put the label of FROM onto TO, which a conversion made of it: every value as it stands. "
    "Exit code 1: refused, with the reason; 2: a file could not be worked on.",
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("-o", "--output", metavar="PATH", help="Write here, and leave TO as it is.")
@click.option("--break-c2pa", is_flag=True, help="Label files whose C2PA manifest that will break.")
@click.option("--hardlinks", is_flag=True, help="Replace files that have several names.")
@format_option()
@language_option
def carry_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Carry a label over."""
    _finish("carry", iter([_carry(options)]), options["output_format"])


@click.command(
    "diff",
    cls=TranslatedCommand,
    help="Say which labels a step of a pipeline lost, kept or changed: two files, or two folders "
    "whose files have the same names, suffixes aside. Exit code 1: one was lost, or its producer's "
    "part changed; 2: a file could not be worked on.",
)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@format_option()
@language_option
def diff_command(before: str, after: str, output_format: str) -> None:
    """Compare labels."""
    named = not Path(before).is_dir()
    _finish("diff", map(partial(_diff, named=named), _pairs(before, after)), output_format)


def _finish(command: str, items: Iterator[Item], output_format: str) -> None:
    worst = 0

    def watched() -> Iterator[Item]:
        nonlocal worst
        for item in items:
            status = getattr(item, "status", "")
            worst = max(worst, _CODES.get(status, 0))
            yield item

    tell(command, watched(), output_format)
    click.get_current_context().exit(worst)


def _carry(options: dict[str, Any]) -> LabelResult:
    target, output = options["target"], options["output"]
    if output is not None and Path(output).exists():
        raise usage_error("{path} exists; choose another output", path=output)
    try:
        return api.carry(
            options["source"],
            target,
            output=output,
            options=ailabel.WriteOptions(hardlinks=options["hardlinks"]),
            break_c2pa=options["break_c2pa"],
        )
    except Exception as error:  # noqa: BLE001 - told like every other failure
        status, message = failure(error, Input(target, Path(target).name, named=True))
        return LabelResult(path=target, output=None, format=None, status=status, error=message)


def _diff(pair: tuple[str, str | None], *, named: bool) -> LabelDiff:
    before, after = pair
    if after is None:
        message = Message("no file of this name came out")
        return LabelDiff(before=before, after="", status="failed", error=message)
    try:
        return api.diff(before, after)
    except Exception as error:  # noqa: BLE001 - told like every other failure
        status, message = failure(error, Input(after, Path(after).name, named=named))
        status = "skipped" if status == "skipped" else "failed"
        return LabelDiff(before=before, after=after, status=status, error=message)


def _pairs(before: str, after: str) -> Iterator[tuple[str, str | None]]:
    """Yield the files to compare; in folders, by their way below, then by the way's stem."""
    first, second = Path(before), Path(after)
    if first.is_dir() != second.is_dir():
        raise usage_error("compare two files or two folders")
    if not first.is_dir():
        yield before, after
        return
    there = sorted(item.relative_to(second) for item in second.rglob("*") if item.is_file())
    stems: dict[str, list[str]] = {}
    for item in there:
        stems.setdefault(str(item.with_suffix("")), []).append(str(item))
    names = {str(item) for item in there}
    for path in sorted(item for item in first.rglob("*") if item.is_file()):
        name = str(path.relative_to(first))
        others = stems.get(os.path.splitext(name)[0], [])  # noqa: PTH122 - a name, not a path
        match = name if name in names else others[0] if len(others) == 1 else None
        yield str(path), None if match is None else str(second / match)
