"""What the commands share: language, translated help, where results and messages go."""

from __future__ import annotations

import copy
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters import environment
from ailabel.errors import AilabelError, ConfigError
from ailabel.messages import Message, render, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "FAILED",
    "TranslatedCommand",
    "TranslatedGroup",
    "answer",
    "complain",
    "emit",
    "internal_error",
    "language",
    "language_option",
    "say",
]

FAILED: Final = 2
"""The exit code of a command that could not do its work as it was asked."""


def language() -> str:
    """Return the language of messages: ``--lang``, else the environment's."""
    context = click.get_current_context(silent=True)
    while context is not None:
        chosen = context.params.get("lang") or context.meta.get("ailabel.lang")
        if chosen:
            return str(chosen)
        context = context.parent
    return environment.language()


def say(text: str, params: Mapping[str, object] | None = None) -> None:
    """Write a message to standard error, in the user's language; it may name what is foreign."""
    from ailabel.reporters.summary import clean

    click.echo(f"ailabel: {clean(render(text, params or {}, language()), None)}", err=True)


def answer(text: str, **params: object) -> None:
    """Write a message to standard output, for it is what the command was asked for."""
    from ailabel.reporters.summary import clean

    emit([f"{clean(render(text, params, language()), None)}\n"])


def complain(error: AilabelError | OSError) -> None:
    """Say what kept a command from its work, a line a problem."""
    if isinstance(error, ConfigError):
        from ailabel.config.problems import problems_of

        for problem in problems_of(error):
            say(problem.text, problem.params)
    elif isinstance(error, AilabelError):
        say(error.text, error.params)
    else:
        say("{path}: {reason}", {"path": error.filename or "-", "reason": error.strerror})


def emit(pieces: Iterable[str], *, machine: bool = False) -> None:
    """Write a report to standard output as it comes; machine formats are always UTF-8."""
    if machine and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()


def internal_error(error: Exception) -> Message:
    """Return what is said of a defect of our own, for the report of the file that showed it."""
    reason = {"reason": f"{type(error).__name__}: {error}"}
    return Message("this is a defect of ailabel; please report it with the file: {reason}", reason)


def _remember(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    del parameter
    if value:
        context.meta["ailabel.lang"] = value
    return value


def language_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lang`` to a command."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="Language of messages; by default the environment's.",
    )(function)


class _Translated(click.Command):
    """A command whose help is shown in the user's language."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Run the command; what keeps it from its work is said in the language it was given."""
        try:
            return super().invoke(ctx)
        except AilabelError as error:  # OSError is left to click, which knows a broken pipe
            complain(error)
            ctx.exit(FAILED)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description in the user's language."""
        original, self.help = self.help, translate(self.help or "", language())
        try:
            super().format_help_text(ctx, formatter)
        finally:
            self.help = original

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in the user's language."""
        rows = []
        for parameter in self.get_params(ctx):
            if not isinstance(parameter, click.Option):
                continue
            shown = copy.copy(parameter)
            if shown.help:
                shown.help = translate(shown.help, language())
            row = shown.get_help_record(ctx)
            if row is not None:
                rows.append(row)
        with formatter.section(translate("Options", language())):
            formatter.write_dl(rows)


class TranslatedCommand(_Translated):
    """A command with translated help."""


class TranslatedGroup(_Translated, click.Group):
    """A group with translated help, its commands' summaries included."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None:
                text = translate(command.help or "", language())
                rows.append((name, text.split(". ")[0].split("。")[0]))
        with formatter.section(translate("Commands", language())):
            formatter.write_dl(rows)
