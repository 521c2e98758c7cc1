"""``ailabel propagate``."""

from __future__ import annotations

from typing import Any, Final

import click

from ailabel import api, duties
from ailabel.adapters.cli.base import TranslatedCommand
from ailabel.adapters.cli.inputs import usage_error
from ailabel.adapters.cli.jobs import Verb
from ailabel.adapters.cli.signing import SIGNING, signer
from ailabel.adapters.cli.writing import (
    OPTIONS_AFTER,
    OPTIONS_BEFORE,
    check_targets,
    inputs_of,
    run,
    with_options,
)
from ailabel.engine.propagate import PropagateSpec

__all__ = ["propagate_command"]

_VERB: Final = Verb(
    duties.propagating, duties.plan_propagating, api.propagate_bytes, "propagate_id"
)
_OPTIONS: Final = (
    *OPTIONS_BEFORE,
    click.option(
        "--propagator",
        envvar="AILABEL_PROPAGATOR",
        metavar="CODE|NAME",
        help="The platform's 27-character code or name; or AILABEL_PROPAGATOR.",
    ),
    click.option("--propagate-id", metavar="ID", help="The propagator's number of the one file."),
    click.option("--ids", metavar="CSV", help="A table of path,id with the propagator's numbers."),
    click.option(
        "--replace-propagator",
        is_flag=True,
        help="Put another propagator's part aside; otherwise it is refused.",
    ),
    click.option(
        "--repair",
        is_flag=True,
        help="Make strings of the producer's values that are none, which changes its part.",
    ),
    click.option(
        "--slot",
        type=click.Choice(["official"]),
        help="Move the label to the official place; otherwise it is edited where it stands.",
    ),
    *SIGNING,
    *OPTIONS_AFTER,
)


@click.command(
    "propagate",
    cls=TranslatedCommand,
    help="Pass labelled files on: set the propagator's three fields, and leave the producer's, the "
    "content and all else as they are. Exit code 0: all done; 1: some refused, with the reason; 2: "
    "some failed.",
)
@with_options(*_OPTIONS)
def propagate_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Pass files on."""
    check_targets(options)
    if options["propagate_id"] and options["ids"]:
        raise usage_error("--propagate-id and --ids exclude each other")
    if not options["propagator"]:
        raise usage_error("say who passes it on: --propagator CODE|NAME, or AILABEL_PROPAGATOR")
    items = inputs_of(options)
    if options["propagate_id"] and len(items) > 1:
        raise usage_error("--propagate-id is for one file; use --ids for several")
    spec = PropagateSpec(
        propagator=options["propagator"],
        replace_propagator=options["replace_propagator"],
        repair=options["repair"],
        slot=options["slot"],
        signer=signer(options),
        break_c2pa=options["break_c2pa"],
        hardlinks=options["hardlinks"],
        fast_in_place=options["fast_in_place"],
        durable=not options["no_sync"],
    )
    run("propagate", items, spec, _VERB, options | {"number": options["propagate_id"]})
