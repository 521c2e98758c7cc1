"""``ailabel label``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from math import inf
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel.adapters.cli.base import TranslatedCommand, emit, language, language_option
from ailabel.adapters.cli.inputs import STDIN, collect, usage_error
from ailabel.adapters.cli.jobs import Job, label_one, make_jobs, target_key
from ailabel.batch.local import work_in_steps
from ailabel.io.atomic import sweep
from ailabel.model.media import Medium
from ailabel.model.record import Label
from ailabel.reporters.summary import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.model.report import LabelResult

__all__ = ["label_command"]

_FORMATS: Final = {"text": "text", "json": "json", "json-lines": "json_lines"}
_STEPS: Final = 1000  # of a bar
_CODES: Final = {"refused": 1, "failed": 2}
_LOOKS: Final = ("text", "text_mark", "audio_mark", "wording", "font", "voice")

_OPTIONS: Final = (
    click.argument("paths", nargs=-1, metavar="[FILES|FOLDERS|-]..."),
    click.option("--files-from", metavar="FILE", help="Read the paths from a file or -."),
    click.option(
        "-o", "--output", metavar="PATH", help="A file, or a folder that keeps the structure; or -."
    ),
    click.option("--in-place", is_flag=True, help="Replace the files themselves, safely."),
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
        type=click.Choice(["middle", "end"]),
        multiple=True,
        help="In films: show the label there too, besides the start.",
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
    click.option(
        "--break-c2pa", is_flag=True, help="Label files whose C2PA manifest that will break."
    ),
    click.option("--hardlinks", is_flag=True, help="Replace files that have several names."),
    click.option(
        "--fast-in-place",
        is_flag=True,
        help="With --in-place: write what fits where it stands, for scratch files.",
    ),
    click.option("--no-sync", is_flag=True, help="Do not flush every file to the disk."),
    click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing."),
    click.option("--name", help="File name of standard input, for text formats."),
    click.option(
        "--jobs", type=click.IntRange(1, 64), default=1, help="How many processes to use."
    ),
    click.option(
        "--format",
        "output_format",
        type=click.Choice(list(_FORMATS)),
        default="text",
        show_default=True,
        help="How to tell the results.",
    ),
    language_option,
)


def _with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for add in reversed(_OPTIONS):
        function = add(function)
    return function


@click.command(
    "label",
    cls=TranslatedCommand,
    help="Label files, in both ways. A file that already carries the producer's label is left as "
    "it is. Exit code 0: all labelled; 1: some refused, with the reason; 2: some failed.",
)
@_with_options
def label_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Label files."""
    _check_usage(options)
    items = collect(
        options["paths"], options["files_from"], _folder(options["output"]), options["name"]
    )
    if options["produce_id"] and len(items) > 1:
        raise usage_error("--produce-id is for one file; use --ids for several")
    if options["output"] == STDIN and len(items) != 1:
        raise usage_error("-o - takes one input")
    piped = any(item.path == STDIN for item in items)
    if piped and options["in_place"]:
        raise usage_error("standard input cannot be labelled in place; use -o")
    spec = _spec(options)
    if len(items) == 1 and sys.stderr.isatty():
        spec = replace(spec, progress=_FilmBar())
    jobs = make_jobs(items, options["output"], options["ids"], options["produce_id"])
    one = partial(label_one, spec=spec, dry_run=options["dry_run"], name=options["name"])
    codes = _Codes()
    header = Header(command="label", tool_version=ailabel.__version__, language=language())
    reporter = import_module(f"ailabel.reporters.{_FORMATS[options['output_format']]}")
    processes = 1 if piped else options["jobs"]
    results = codes.watch(_progress(work_in_steps(one, jobs, processes, target_key), len(jobs)))
    pieces = reporter.render(header, results)
    if not options["dry_run"]:
        _sweep(jobs)
    if options["output"] == STDIN:
        _to_stdout(codes, pieces)
    else:
        emit(pieces, machine=options["output_format"] != "text")
    click.get_current_context().exit(codes.worst)


def _sweep(jobs: list[Job]) -> None:
    """Clear what killed runs left in the folders that are written to."""
    targets = (job.output or job.item.path for job in jobs if job.output != STDIN)
    for folder in sorted({os.path.dirname(target) or os.curdir for target in targets}):  # noqa: PTH120
        with suppress(OSError):  # there may be no such folder yet
            sweep(folder)


class _Codes:
    """The worst exit code of the results that passed, and the last one's bytes."""

    def __init__(self) -> None:
        self.worst = 0
        self.data = b""

    def watch(self, results: Iterator[LabelResult]) -> Iterator[LabelResult]:
        """Pass results through."""
        for result in results:
            self.worst = max(self.worst, _CODES.get(result.status, 0))
            self.data = result.data
            yield result


def _to_stdout(codes: _Codes, pieces: Iterator[str]) -> None:
    """Write the labelled bytes to standard output and the report to standard error."""
    text = "".join(pieces)
    sys.stdout.buffer.write(codes.data)
    sys.stdout.buffer.flush()
    sys.stderr.write(text)


def _check_usage(options: dict[str, Any]) -> None:
    if not (options["output"] or options["in_place"] or options["dry_run"]):
        raise usage_error("say where the labelled files go: -o PATH, or --in-place")
    if options["output"] and options["in_place"]:
        raise usage_error("-o and --in-place exclude each other")
    if options["implicit_only"] and options["explicit_only"]:
        raise usage_error("--implicit-only and --explicit-only exclude each other")
    if options["produce_id"] and options["ids"]:
        raise usage_error("--produce-id and --ids exclude each other")
    if not options["producer"] and not options["explicit_only"]:
        raise usage_error("say who produced the content: --producer CODE|NAME, or AILABEL_PRODUCER")


def _folder(output: str | None) -> str | None:
    return output if output and output != STDIN and os.path.isdir(output) else None  # noqa: PTH112


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
    )


def _style(options: dict[str, Any]) -> dict[str, Any]:
    """Return how labels look and sound: as the style says, but for what was given as an option."""
    given: dict[str, Any] = {
        "position": _positions(options["position"]),
        "duration": _duration(options["duration"]),
        "also": options["also"],
        **{name: options[name] for name in _LOOKS},
    }
    if options["style"] is None:
        return given
    from click.core import ParameterSource

    from ailabel.config import read_style

    source = click.get_current_context().get_parameter_source
    told = {name for name in given if source(name) is not ParameterSource.DEFAULT}
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


def _progress(results: Iterator[LabelResult], count: int) -> Iterator[LabelResult]:
    """Show a bar on a terminal while the results go elsewhere."""
    if count < 2 or not sys.stderr.isatty() or sys.stdout.isatty():  # noqa: PLR2004 - a single file
        yield from results
        return
    with click.progressbar(results, length=count, file=sys.stderr) as bar:
        yield from bar
