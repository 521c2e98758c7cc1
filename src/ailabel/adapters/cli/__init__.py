"""The command line: ``ailabel label | verify | read | carry | diff | scene | rule | …``.

Each command stands in a module of its own, imported when it is called. Exit codes: 0 all is well,
1 something is not, 2 the work could not be done as asked, 130 interrupted; 2 outranks 1.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Final

import click

import ailabel
from ailabel.adapters.cli.base import FAILED, TranslatedGroup, complain, say
from ailabel.errors import AilabelError

__all__ = ["cli", "main"]

_COMMANDS: Final = {  # name: module
    "label": "label",
    "propagate": "propagate",
    "decide": "decide",
    "verify": "verify",
    "read": "verify",
    "carry": "pair",
    "diff": "pair",
    "check": "check",
    "scene": "scene",
    "rule": "info",
    "formats": "info",
    "code": "code",
    "keys": "keys",
    "ledger": "ledger",
    "recover": "recover",
    "export": "export",
    "evidence": "evidence",
    "config": "config",
    "init": "init",
    "schema": "info",
    "doctor": "doctor",
}
_INTERRUPTED: Final = 130


class _Lazy(TranslatedGroup):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"ailabel.adapters.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.command(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Label AI-generated content and verify its labels (GB 45438-2025).",
)
@click.version_option(ailabel.__version__, prog_name="ailabel", message="%(prog)s %(version)s")
def cli() -> None:
    """Stand above the commands, which are imported by now."""
    if not gc.isenabled():  # our own process: see `ailabel.__main__`
        gc.freeze()
        gc.enable()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - until we end
            setattr(sys, name, nowhere)
        stream = getattr(sys, name)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="ailabel", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        say("interrupted")
        return _INTERRUPTED
    except (AilabelError, OSError) as error:
        complain(error)
        return FAILED
    return code if isinstance(code, int) else 0
