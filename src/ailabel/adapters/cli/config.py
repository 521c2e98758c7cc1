"""``ailabel config show``: what is declared for a file, and where that comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.base import (
    TranslatedCommand,
    TranslatedGroup,
    emit,
    language,
    language_option,
)
from ailabel.adapters.cli.inputs import usage_error
from ailabel.messages import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.config import Configuration, Origin, Profile

__all__ = ["chosen_config", "config_command", "configuration_options"]

_CHOICES: Final = click.Choice(["text", "json"])


def configuration_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--config`` and ``--isolated`` to a command."""
    for add in (
        click.option(
            "--isolated", is_flag=True, help="Read no configuration, only what is given here."
        ),
        click.option(
            "--config",
            metavar="FILE",
            envvar="AILABEL_CONFIG",
            help="The one configuration for all files, instead of the nearest above each; by "
            "default AILABEL_CONFIG.",
        ),
    ):
        function = add(function)
    return function


def chosen_config(options: dict[str, Any]) -> str | None:
    """Return the configuration that a command is to use for all files, or None.

    Args:
        options: has ``config`` and ``isolated``, as `configuration_options` gives them.

    Raises:
        click.UsageError: both were given on the command line; the environment yields.
    """
    source = click.get_current_context().get_parameter_source("config")
    if options["isolated"] and source is click.core.ParameterSource.COMMANDLINE:
        raise usage_error("--config and --isolated exclude each other")
    return None if options["isolated"] else options["config"] or None


def _root() -> str:
    here = above = os.getcwd()  # noqa: PTH109 - no pathlib here
    while not os.path.lexists(f"{above}/.git"):
        above, below = os.path.dirname(above), above  # noqa: PTH120 - no pathlib here
        if above == below:
            return here
    return above


@click.group("config", cls=TranslatedGroup, help="Look into the configuration of the gate.")
@language_option
def config_command() -> None:
    """Stand above the commands."""


@config_command.command(
    "show",
    cls=TranslatedCommand,
    help="Show what is declared for a file, value by value, and where each comes from.",
)
@click.option("--for", "path", metavar="FILE", required=True, help="The file; need not be there.")
@configuration_options
@click.option("--format", "output_format", type=_CHOICES, default="text", help="How to tell it.")
@language_option
def show_command(path: str, output_format: str, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Print the profile of a file."""
    from ailabel.config import load

    # paths count from the repository that this folder belongs to, as for the gate
    configuration = load(_root(), config=chosen_config(options), isolated=options["isolated"])
    profile = _profile(configuration, path)
    if output_format == "json":
        import json

        document = _document(configuration, path, profile)
        emit([json.dumps(document, ensure_ascii=False, indent=2) + "\n"], machine=True)
    else:
        emit(_lines(configuration, path, profile))


def _profile(configuration: Configuration, path: str) -> Profile:
    """Return a path's profile; a file that is there, and is known, speaks for itself."""
    from ailabel import registry
    from ailabel.errors import UnsupportedFormatError
    from ailabel.io.source import open_view

    whole = os.path.abspath(path)  # noqa: PTH100 - no pathlib here
    if not os.path.isfile(path):  # noqa: PTH113 - no pathlib here
        return configuration.profile(whole)
    with open_view(path) as view:
        try:
            found = registry.detect(view).format.id
        except UnsupportedFormatError:
            found = None
        return configuration.profile(whole, format=found, view=view)


def _values(
    configuration: Configuration, profile: Profile
) -> Iterator[tuple[str, object, Origin | None]]:
    from ailabel.config.keys import PROFILE, RUN

    for name in PROFILE:
        yield name, getattr(profile, name), profile.origins[name]
    for name in RUN:
        yield name, getattr(configuration.run, name), configuration.run.origins.get(name)


def _document(configuration: Configuration, path: str, profile: Profile) -> dict[str, object]:
    from ailabel.reporters.summary import printable

    whole = os.path.abspath(path)  # noqa: PTH100 - no pathlib here
    return {
        "path": printable(path),
        "configuration": _file(configuration.settings(whole).file),
        "selected": configuration.selects(whole),
        "values": {
            name: {
                "value": list(value) if isinstance(value, tuple) else value,
                "file": _file(origin.file) if origin else None,
                "where": origin.where if origin else "default",
            }
            for name, value, origin in _values(configuration, profile)
        },
    }


def _lines(configuration: Configuration, path: str, profile: Profile) -> Iterator[str]:
    from ailabel.reporters.summary import clean

    def say(text: str) -> str:
        return translate(text, language())

    whole = os.path.abspath(path)  # noqa: PTH100 - no pathlib here
    file = _file(configuration.settings(whole).file)
    yield f"{clean(path, None)}\n"
    yield f"  {say('configuration')}: {clean(file, None) if file else say('none')}\n"
    if not configuration.selects(whole):
        yield f"  {say('include or exclude leave this file out')}\n"
    for name, value, origin in _values(configuration, profile):
        where = say("default")
        if origin and origin.where != "default":
            where = f"{_file(origin.file)}: {origin.where}" if origin.file else origin.where
        yield f"  {name} = {clean(_written(value), None)}  ({clean(where, None)})\n"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "-"
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _file(path: str | None) -> str | None:
    """Return a path as it is seen from this folder."""
    from ailabel.reporters.summary import printable

    if path is None:
        return None
    return printable(os.path.relpath(path))
