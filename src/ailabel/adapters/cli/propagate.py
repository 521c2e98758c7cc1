"""``ailabel propagate``."""

from __future__ import annotations

from typing import Any, Final

import click

from ailabel import api, duties
from ailabel.adapters.cli.base import TranslatedCommand
from ailabel.adapters.cli.jobs import Verb
from ailabel.adapters.cli.passing import PASSING, check_passing, passed_inputs, spec_of
from ailabel.adapters.cli.results import with_options
from ailabel.adapters.cli.signing import SIGNING
from ailabel.adapters.cli.writing import OPTIONS_AFTER, OPTIONS_BEFORE, check_targets, run

__all__ = ["propagate_command"]

_VERB: Final = Verb(
    duties.propagating, duties.plan_propagating, api.propagate_bytes, "propagate_id"
)
_OPTIONS: Final = (
    *OPTIONS_BEFORE,
    *PASSING,
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
    check_passing(options, is_written=True)
    items = passed_inputs(options)
    number = {"number": options["propagate_id"]}
    run("propagate", items, spec_of(options), _VERB, options | number)
