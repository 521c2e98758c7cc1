"""``ailabel label``."""

from __future__ import annotations

import sys
from dataclasses import replace
from math import inf
from typing import Any, Final

import click

import ailabel
from ailabel.adapters.cli.base import TranslatedCommand
from ailabel.adapters.cli.inputs import usage_error
from ailabel.adapters.cli.recording import LEDGER, recording
from ailabel.adapters.cli.results import with_options
from ailabel.adapters.cli.signing import SIGNING, signer
from ailabel.adapters.cli.writing import (
    OPTIONS_AFTER,
    OPTIONS_BEFORE,
    check_targets,
    inputs_of,
    run,
)
from ailabel.engine.spec import SOURCE_TYPES
from ailabel.model.media import Medium
from ailabel.model.record import Label

__all__ = ["label_command"]

_STEPS: Final = 1000  # of a bar
_SOURCE_TYPES: Final = dict(zip(("iptc", "iptc-composite"), SOURCE_TYPES, strict=True))
_LOOKS: Final = ("text", "text_mark", "audio_mark", "wording", "font", "voice")

_OPTIONS: Final = (
    *OPTIONS_BEFORE,
    click.option(
        "--producer",
        envvar="AILABEL_PRODUCER",
        metavar="CODE|NAME",
        help="The provider's 27-character code or name; or AILABEL_PRODUCER.",
    ),
    click.option("--produce-id", metavar="ID", help="The content number of the one file."),
    click.option("--ids", metavar="CSV", help="A table of path,id with the content numbers."),
    click.option(
        "--label",
        "attribute",
        type=click.Choice(["1", "2", "3"]),
        default="1",
        show_default=True,
        help="1: is, 2: may be, 3: is suspected to be AI-generated.",
    ),
    click.option(
        "--empty-propagator", is_flag=True, help="Leave the propagator's fields empty at first."
    ),
    click.option(
        "--position",
        multiple=True,
        metavar="[MEDIUM=]PLACE",
        help="start, end, both; for pictures a corner or edge such as bottom-right.",
    ),
    click.option("--text", help="The wording of the visible label."),
    click.option(
        "--text-mark",
        type=click.Choice(["words", "corner"]),
        default="words",
        show_default=True,
        help="In texts: prompt words, or the corner mark AI.",
    ),
    click.option(
        "--audio-mark",
        type=click.Choice(["voice", "rhythm"]),
        default="voice",
        show_default=True,
        help="In sound: a spoken line, or the rhythm short long, short short.",
    ),
    click.option(
        "--wording",
        type=click.Choice(["zh", "zh+en"]),
        default="zh",
        show_default=True,
        help="Chinese, or Chinese with English beside it.",
    ),
    click.option(
        "--style",
        metavar="FILE",
        help="A TOML file that says how labels look and sound; options given here come first.",
    ),
    click.option("--font", metavar="FILE", help="A font of your own for visible labels."),
    click.option("--voice", metavar="WAV", help="A recording of your own for audible labels."),
    click.option(
        "--duration",
        metavar="SECONDS|all",
        help="In films: how long the label is shown; 3 seconds unless you say.",
    ),
    click.option(
        "--also",
        type=click.Choice(["middle", "end", *_SOURCE_TYPES]),
        multiple=True,
        help="middle, end: in films, show the label there too. iptc, iptc-composite: write IPTC's "
        "digital source type beside the label, for what AI made, or made a part of.",
    ),
    click.option("--implicit-only", is_flag=True, help="Write the metadata only."),
    click.option("--explicit-only", is_flag=True, help="Add the visible or audible label only."),
    click.option("--replace", is_flag=True, help="Replace labels of others; in the metadata only."),
    click.option(
        "--slot",
        type=click.Choice(["official", "annex-b"]),
        help="In pictures: the XMP property, or the second place that annex B of the guide names, "
        "which some app stores ask for; the producer's own label moves there.",
    ),
    click.option("--sidecar", is_flag=True, help="Write NAME.aigc.json beside plain text files."),
    click.option("--stamp-signed", is_flag=True, help="Stamp signed PDF files too."),
    *SIGNING,
    LEDGER,
    *OPTIONS_AFTER,
)


@click.command(
    "label",
    cls=TranslatedCommand,
    help="Label files, in both ways. A file that already carries the producer's label is left as "
    "it is. Exit code 0: all labelled; 1: some refused, with the reason; 2: some failed.",
)
@with_options(*_OPTIONS)
def label_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Label files."""
    _check_usage(options)
    items = inputs_of(options)
    if options["produce_id"] and len(items) > 1:
        raise usage_error("--produce-id is for one file; use --ids for several")
    spec = _spec(options)
    if len(items) == 1 and sys.stderr.isatty():
        spec = replace(spec, progress=_FilmBar())
    run("label", items, spec, recording(options), options | {"number": options["produce_id"]})


def _check_usage(options: dict[str, Any]) -> None:
    check_targets(options)
    if options["implicit_only"] and options["explicit_only"]:
        raise usage_error("--implicit-only and --explicit-only exclude each other")
    if options["produce_id"] and options["ids"]:
        raise usage_error("--produce-id and --ids exclude each other")
    if not options["producer"] and not options["explicit_only"]:
        raise usage_error("say who produced the content: --producer CODE|NAME, or AILABEL_PRODUCER")


def _spec(options: dict[str, Any]) -> ailabel.LabelSpec:
    chosen = _style(options)
    return ailabel.LabelSpec(
        producer=options["producer"] or "",
        label=Label(options["attribute"]),
        propagate=not options["empty_propagator"],
        implicit=not options["explicit_only"],
        explicit=not options["implicit_only"],
        replace=options["replace"],
        slot=options["slot"],
        sidecar=options["sidecar"],
        stamp_signed=options["stamp_signed"],
        **chosen,
        break_c2pa=options["break_c2pa"],
        hardlinks=options["hardlinks"],
        fast_in_place=options["fast_in_place"],
        durable=not options["no_sync"],
        signer=signer(options),
        source_type=_source_type(options["also"]),
    )


def _source_type(also: tuple[str, ...]) -> str | None:
    """Return the term of IPTC's vocabulary that was asked for."""
    terms = [_SOURCE_TYPES[item] for item in also if item in _SOURCE_TYPES]
    if len(terms) > 1:
        raise usage_error("--also iptc and --also iptc-composite exclude each other")
    return terms[0] if terms else None


def _style(options: dict[str, Any]) -> dict[str, Any]:
    """Return how labels look and sound: as the style says, but for what was given as an option."""
    given: dict[str, Any] = {
        "position": _positions(options["position"]),
        "duration": _duration(options["duration"]),
        "also": tuple(item for item in options["also"] if item not in _SOURCE_TYPES),
        **{name: options[name] for name in _LOOKS},
    }
    if options["style"] is None:
        return given
    from click.core import ParameterSource

    from ailabel.config import read_style

    source = click.get_current_context().get_parameter_source
    told = {name for name in given if source(name) is not ParameterSource.DEFAULT}
    told -= set() if given["also"] else {"also"}
    return given | read_style(options["style"]) | {name: given[name] for name in told}


def _duration(value: str | None) -> float | None:
    """Read a number of seconds, or that the label is always shown."""
    if value is None:
        return None
    if value == "all":
        return inf
    try:
        return float(value)
    except ValueError:
        raise usage_error("--duration takes a number of seconds, or all") from None


def _positions(values: tuple[str, ...]) -> str | dict[str, str] | None:
    """Read ``PLACE`` and ``MEDIUM=PLACE``; a bare place goes to every medium that knows it."""
    from ailabel.engine.spec import PLACES

    if not values:
        return None
    if len(values) == 1 and "=" not in values[0]:
        return values[0]
    places: dict[str, str] = {}
    for value in sorted(values, key=lambda item: "=" in item):
        medium, equals, place = value.partition("=")
        if equals:
            places[medium] = place
            continue
        fitting = [item for item in Medium if value in PLACES[item]]
        if not fitting:
            raise usage_error("no medium knows the position {place}", place=value)
        places.update({item.value: value for item in fitting})
    return places


class _FilmBar:
    """A bar with the time left, from the first picture on that is coded."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, share: float) -> None:
        """Show how far the work has come."""
        if self._bar is None:
            self._bar = click.progressbar(length=_STEPS, file=sys.stderr)
        self._bar.update(round(share * _STEPS) - self._bar.pos)
        if share >= 1:
            self._bar.render_finish()
