"""``ailabel evidence``: the pack that app stores and authorities ask for."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import click

from ailabel.adapters.cli.base import TranslatedCommand, language_option, say
from ailabel.adapters.cli.inputs import usage_error
from ailabel.errors import PlanError
from ailabel.messages import Message, Reasons

__all__ = ["evidence_command"]

_REFUSED = 1


@click.command(
    "evidence",
    cls=TranslatedCommand,
    help="Make the evidence pack of an app: its declaration, the labelling scheme with pictures of "
    "labelled samples, the report of their verification, and clauses for the agreement. Exit code "
    "1: the samples do not show what is declared, or the pack would not be taken; nothing is "
    "written.",
)
@click.option("--app", required=True, metavar="TOML", help="What the provider declares.")
@click.option("--samples", required=True, metavar="DIR", help="Labelled files, as users get them.")
@click.option("-o", "--output", required=True, metavar="ZIP", help="The archive to write.")
@click.option(
    "--profile",
    default="store",
    show_default=True,
    metavar="NAME|TOML",
    help="What the archive may look like: store, archive, or a file of your own.",
)
@click.option(
    "--documents",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="The language of the documents.",
)
@click.option("--date", metavar="YYYY-MM-DD", help="The day in the documents; by default today.")
@language_option
def evidence_command(app: str, samples: str, output: str, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Write the pack."""
    from ailabel.evidence import make_pack
    from ailabel.evidence.declaration import read_declaration
    from ailabel.evidence.profiles import read_profile
    from ailabel.io.atomic import create

    if not os.path.isdir(samples):  # noqa: PTH112 - no pathlib here
        raise usage_error("{path} is no folder", path=samples)
    if os.path.lexists(output):  # said before minutes of verifying, and once more when writing
        raise usage_error("{path} exists; choose another output", path=output)
    if not os.path.isdir(os.path.dirname(output) or "."):  # noqa: PTH112, PTH120 - no pathlib here
        raise usage_error("{path} is no folder", path=os.path.dirname(output))  # noqa: PTH120 - same
    made = _day(options["date"])
    declaration, limits = read_declaration(app), read_profile(options["profile"])
    try:
        pack = make_pack(declaration, samples, limits, made=made, language=options["documents"])
    except PlanError as error:
        _tell(error)
        click.get_current_context().exit(_REFUSED)
    create(output, pack)
    say("{path}: {size} bytes", {"path": output, "size": len(pack)})


def _tell(error: PlanError) -> None:
    """Say why there is no pack, one reason a line."""
    reasons = error.params.get("reasons")
    if not isinstance(reasons, Reasons):
        say(error.text, error.params)
        return
    say(error.text, error.params | {"reasons": Message("see below")})
    for reason in reasons:
        say(reason.text, reason.params)


def _day(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise usage_error("{value} is no day; write it as 2026-01-31", value=text) from None
