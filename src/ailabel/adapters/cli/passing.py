"""What the commands of platforms share: who passes files on, and under which numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.inputs import usage_error
from ailabel.adapters.cli.signing import signer
from ailabel.adapters.cli.writing import inputs_of
from ailabel.engine.propagate import PropagateSpec

if TYPE_CHECKING:
    from ailabel.adapters.cli.inputs import Input

__all__ = ["PASSING", "check_passing", "passed_inputs", "spec_of"]

PASSING: Final = (
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
)


def check_passing(options: dict[str, Any], *, is_written: bool) -> None:
    """Refuse a command line that gives numbers twice, or writes and does not say for whom."""
    if options["propagate_id"] and options["ids"]:
        raise usage_error("--propagate-id and --ids exclude each other")
    if is_written and not options["propagator"]:
        raise usage_error("say who passes it on: --propagator CODE|NAME, or AILABEL_PROPAGATOR")


def passed_inputs(options: dict[str, Any]) -> list[Input]:
    """Return the inputs that a command line means; one number is for one of them."""
    items = inputs_of(options)
    if options["propagate_id"] and len(items) > 1:
        raise usage_error("--propagate-id is for one file; use --ids for several")
    return items


def spec_of(options: dict[str, Any]) -> PropagateSpec:
    """Return what a command line asks for; ``decide`` neither repairs nor moves a label."""
    return PropagateSpec(
        propagator=options["propagator"],
        replace_propagator=options["replace_propagator"],
        repair=options.get("repair", False),
        slot=options.get("slot"),
        signer=signer(options),
        break_c2pa=options["break_c2pa"],
        hardlinks=options["hardlinks"],
        fast_in_place=options["fast_in_place"],
        durable=not options["no_sync"],
    )
