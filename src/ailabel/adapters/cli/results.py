"""What the commands that tell results share: their options, and the report in the asked format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel.adapters.cli.base import emit, language, language_option
from ailabel.reporters.summary import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.reporters.summary import Item

__all__ = ["FORMATS", "format_option", "rendered", "tell", "with_options"]

FORMATS: Final = {"text": "text", "json": "json", "json-lines": "json_lines"}
"""The formats of reports, and the reporters that write them."""


def with_options(*options: Callable[..., Any]) -> Callable[[Callable[..., Any]], Any]:
    """Return the decorator that adds options to a command, in this order, ``--lang`` last."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for add in reversed((*options, language_option)):
            function = add(function)
        return function

    return decorate


def format_option(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option ``--format``, with these choices or those of `FORMATS`."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(names or tuple(FORMATS)),
        default="text",
        show_default=True,
        help="How to tell the results.",
    )


def rendered(command: str, items: Iterable[Item], output_format: str) -> Iterator[str]:
    """Return the report of a command in one of `FORMATS`, as its items come."""
    header = Header(command=command, tool_version=ailabel.__version__, language=language())
    reporter = import_module(f"ailabel.reporters.{FORMATS[output_format]}")
    pieces: Iterator[str] = reporter.render(header, items)
    return pieces


def tell(command: str, items: Iterable[Item], output_format: str) -> None:
    """Write the report of a command to standard output."""
    emit(rendered(command, items, output_format), machine=output_format != "text")
