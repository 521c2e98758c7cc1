"""``ailabel init``: a first configuration, after a look at the tree."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from ailabel.adapters.cli.base import TranslatedCommand, emit, language, language_option, say
from ailabel.adapters.cli.inputs import usage_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.config.draft import Seen

__all__ = ["init_command"]


@click.command(
    "init",
    cls=TranslatedCommand,
    help="Write a first ailabel.toml, after a look at which files there are, which carry a label "
    "and whom that names. Nothing is overwritten. Inside a repository Git says which files count.",
)
@click.argument("folder", metavar="[FOLDER]", default=".")
@click.option("--dry-run", is_flag=True, help="Print it to standard output; write nothing.")
@language_option
def init_command(folder: str, *, dry_run: bool) -> None:
    """Look at a folder and write its configuration."""
    from ailabel.config.draft import draft
    from ailabel.config.find import NAMES, nearest
    from ailabel.errors import PlanError

    place = os.path.realpath(folder)
    if not os.path.isdir(place):  # noqa: PTH112 - no pathlib here
        raise usage_error("{path} is no folder", path=folder)
    standing = nearest(place)
    if standing is not None and not dry_run:
        raise PlanError("{path} is there already; change that", path=standing.file)
    text = draft(_seen(place), language())
    if dry_run:
        emit([text], machine=True)
        return
    from ailabel.io.atomic import create

    path = os.path.join(place, NAMES[1])  # noqa: PTH118 - no pathlib here
    create(path, text.encode())
    say("{path} is written; look through it, then run: ailabel check", {"path": path})


def _seen(folder: str) -> Iterator[Seen]:
    """Yield every file of a folder that may be labelled."""
    from ailabel.gate.options import GateChoice
    from ailabel.gate.select import select

    found = select(GateChoice(paths=(folder,), strict=False))
    for problem in found.problems:
        say(problem.text, problem.params)
    below = f"{os.path.relpath(folder, found.root)}/".removeprefix("./")
    for path in found.paths:
        if path.startswith(below):
            seen = _look(f"{found.root}/{path}", path.removeprefix(below))
            if seen is not None:
                yield seen


def _look(whole: str, path: str) -> Seen | None:
    """Return what a file is; None for what is of no format that is labelled."""
    from ailabel import api, registry
    from ailabel.config.draft import Seen
    from ailabel.errors import AilabelError
    from ailabel.io.source import open_view
    from ailabel.traces import find

    if not os.path.isfile(whole):  # noqa: PTH113 - of thousands
        return None
    try:
        labels = api.read(whole).labels
        with open_view(whole) as view:
            found = registry.detect(view).format
            signs = not labels and any(trace.of_ai for trace in find(view, found.id))
    except (AilabelError, OSError):  # the check says what is wrong with it
        return None
    named = [label.fields.get("ContentProducer") or "" for label in labels]
    return Seen(
        path=path,
        medium=found.medium.value,
        labelled=bool(labels),
        producer=next(filter(None, named), ""),
        signs=signs,
    )
