"""``ailabel code make | explain``: the 27-character code of a service provider."""

from __future__ import annotations

from typing import Final

import click

from ailabel.adapters.cli.base import (
    TranslatedCommand,
    TranslatedGroup,
    emit,
    language,
    language_option,
    say,
)
from ailabel.messages import Message, render, translate
from ailabel.model.provider import ProviderCode, ServiceType, parse_code
from ailabel.standard.organisations import products_of

__all__ = ["code_command"]

_SERVICES: Final = {
    "generation": ServiceType.GENERATION,
    "dissemination": ServiceType.DISSEMINATION,
    "none": ServiceType.NONE,
}


@click.group(
    "code",
    cls=TranslatedGroup,
    help="Build and explain the 27-character code of a service provider (TC260-PG-20252A).",
)
@language_option
def code_command() -> None:
    """Stand above make and explain."""


@code_command.command(
    "make",
    cls=TranslatedCommand,
    help="Build the code of an organisation from its unified social credit code.",
)
@click.argument("uscc", metavar="USCC")
@click.option(
    "--service",
    type=click.Choice(list(_SERVICES)),
    default="generation",
    show_default=True,
    help="What the service does; none leaves the extension unused.",
)
@click.option(
    "--application", default="0000", show_default=True, help="Four characters of your own choice."
)
@language_option
def make_command(uscc: str, service: str, application: str) -> None:
    """Print a code."""
    code = ProviderCode(
        uscc=uscc.strip().upper(),
        service=_SERVICES[service],
        application=application.upper(),
    )
    for warning in code.warnings:
        say(warning.text, warning.params)
    emit([f"{code}\n"])


@code_command.command(
    "explain",
    cls=TranslatedCommand,
    help="Take a code apart and check it. Exit code 2: it is no provider code.",
)
@click.argument("code", metavar="CODE")
@language_option
def explain_command(code: str) -> None:
    """Print the parts of a code."""
    parsed = parse_code(code.strip())
    chosen = language()
    for segment, value, meaning in (
        ("1–2", "00", "format of the code, fixed"),
        ("3", "1", "subject: an organisation"),
        ("4", "1", "bound by the unified social credit code"),
        ("5–22", parsed.uscc, "unified social credit code"),
        ("23", parsed.service.value, _SERVICE_TEXTS[parsed.service]),
        ("24–27", parsed.application, "model or application, the provider's own choice"),
    ):
        emit([f"{segment:<6} {value:<20} {translate(meaning, chosen)}\n"])
    products = products_of(parsed.uscc)
    if products is not None:
        message = Message("seen in files of {products}", {"products": products})
        emit([render(message.text, message.params, chosen) + "\n"])
    for warning in parsed.warnings:
        emit([f"! {render(warning.text, warning.params, chosen)}\n"])


_SERVICE_TEXTS: Final = {
    ServiceType.GENERATION: "service: generation",
    ServiceType.DISSEMINATION: "service: dissemination",
    ServiceType.NONE: "extension not used",
}
