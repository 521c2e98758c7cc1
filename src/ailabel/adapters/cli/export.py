"""``ailabel export``: a file without the explicit label, on request, and logged."""

from __future__ import annotations

from typing import Any, Final

import click

import ailabel
from ailabel import api
from ailabel.adapters.cli.base import TranslatedCommand
from ailabel.adapters.cli.inputs import Input, usage_error
from ailabel.adapters.cli.jobs import failure
from ailabel.adapters.cli.recording import LEDGER, wanted_ledger
from ailabel.adapters.cli.results import format_option, tell, with_options
from ailabel.adapters.cli.signing import SIGNING, signer
from ailabel.engine.export import Grant
from ailabel.model.report import LabelResult

__all__ = ["export_command"]

_CODES: Final = {"refused": 1, "failed": 2}


@click.command(
    "export",
    cls=TranslatedCommand,
    help="Hand out a file without the explicit label, to a user who applied for it and whose "
    "agreement makes labelling the user's duty. FILE is the original that was never labelled; the "
    "implicit label is written, and the ledger says who got it, for at least six months. Exit code "
    "1: refused, with the reason; 2: it failed.",
)
@with_options(
    click.argument("path", metavar="FILE"),
    click.option("-o", "--output", required=True, metavar="PATH", help="The file to hand out."),
    click.option("--recipient", required=True, metavar="WHO", help="Who applied, and gets it."),
    click.option(
        "--agreement",
        required=True,
        metavar="VERSION@SHA256",
        help="The user agreement: its version, and the SHA-256 of its text.",
    ),
    click.option("--reason", required=True, metavar="TEXT", help="Why the user applied."),
    click.option(
        "--looked",
        is_flag=True,
        help="A person looked, and no explicit label is in the file; for where that cannot be "
        "told here.",
    ),
    click.option(
        "--producer",
        envvar="AILABEL_PRODUCER",
        required=True,
        metavar="CODE|NAME",
        help="The provider's 27-character code or name; or AILABEL_PRODUCER.",
    ),
    click.option("--produce-id", metavar="ID", help="The content number of the one file."),
    *SIGNING,
    LEDGER,
    format_option(),
)
def export_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Hand out a file."""
    wanted_ledger(options)
    result = _export(options)
    tell("export", iter([result]), options["output_format"])
    click.get_current_context().exit(_CODES.get(result.status, 0))


def _export(options: dict[str, Any]) -> LabelResult:
    path = options["path"]
    if options["output"] == "-":
        raise usage_error("an export is written to a file, so that what was logged is there")
    try:
        spec = ailabel.LabelSpec(
            producer=options["producer"],
            produce_id=options["produce_id"],
            explicit=False,
            signer=signer(options),
        )
        grant = Grant(
            recipient=options["recipient"],
            agreement=options["agreement"],
            reason=options["reason"],
            looked=options["looked"],
        )
        book = wanted_ledger(options)
        return api.export(path, spec, grant, output=options["output"], ledger=book)
    except Exception as error:
        if isinstance(error, click.ClickException):
            raise
        status, message = failure(error, Input(path, path, named=True))
        return LabelResult(path=path, output=None, format=None, status=status, error=message)
