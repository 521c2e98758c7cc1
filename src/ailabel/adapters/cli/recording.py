"""What the commands that use a ledger share: which one it is, and labelling with it."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel import api
from ailabel.adapters.cli.inputs import usage_error
from ailabel.adapters.cli.jobs import LABELLING, Verb

if TYPE_CHECKING:
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.steps import Steps
    from ailabel.ledger import Ledger
    from ailabel.model.report import LabelResult

__all__ = ["LEDGER", "opened_ledger", "recording", "wanted_ledger"]

LEDGER: Final = click.option(
    "--ledger",
    envvar="AILABEL_LEDGER",
    metavar="PATH|URL",
    help="The ledger of content numbers: a file, or postgresql://…; or AILABEL_LEDGER.",
)


@lru_cache(maxsize=1)
def opened_ledger(where: str) -> Ledger:
    """Open a ledger, once in each process for all the files that it works on.

    Raises:
        LedgerError: there is none, or it cannot be used.
        MissingExtraError: the extra ``ledger`` is not installed.
    """
    from ailabel.ledger import Ledger

    return Ledger.open(where)


def wanted_ledger(options: dict[str, Any]) -> Ledger:
    """Open the ledger of a command that cannot do without.

    Raises:
        LedgerError: there is none, or it cannot be used.
        click.UsageError: none was named.
    """
    if not options["ledger"]:
        raise usage_error("say which ledger: --ledger PATH|URL, or AILABEL_LEDGER")
    return opened_ledger(options["ledger"])


def recording(options: dict[str, Any]) -> Verb:
    """Return how files are labelled: with the ledger that was named, if one was.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    where = options["ledger"]
    if not where or options["dry_run"]:
        return LABELLING
    opened_ledger(where)
    return Verb(partial(_begin, where), api.plan, partial(_data, where), LABELLING.number)


def _begin(
    where: str, path: str, spec: LabelSpec, *, output: str | None = None
) -> Steps[LabelResult]:
    return api.labelling(path, spec, output=output, ledger=opened_ledger(where))


def _data(where: str, data: bytes, spec: LabelSpec, *, name: str | None = None) -> LabelResult:
    return api.label_bytes(data, spec, name=name, ledger=opened_ledger(where))
