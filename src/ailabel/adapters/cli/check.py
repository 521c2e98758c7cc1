"""``ailabel check``: which files of a tree must not be published as they are."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel.adapters.cli.base import (
    TranslatedCommand,
    emit,
    internal_error,
    language,
    language_option,
    say,
)
from ailabel.adapters.cli.config import chosen_config, configuration_options
from ailabel.adapters.cli.inputs import STDIN, listed, usage_error
from ailabel.errors import AilabelError
from ailabel.gate.options import GateChoice, GateOptions
from ailabel.gate.run import GateRun
from ailabel.reporters.summary import Header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateFile

__all__ = ["check_command"]

_REPORTERS: Final = {  # name: module
    "text": "check_text",
    "concise": "concise",
    "json": "check_json",
    "json-lines": "check_json_lines",
    "rdjson": "rdjson",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "gitlab": "gitlab",
    "markdown": "markdown",
    "html": "html_report",
}
_FOR_PEOPLE: Final = {"text", "concise"}
_SHOWING: Final = {"html"}  # needs all that was found out
_MANY: Final = 100_000  # things made until garbage is looked for
_BAD: Final = 1
_BROKEN: Final = 2


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for add in reversed((*_WHICH, *_HOW, *_TOLD, language_option)):
        function = add(function)
    return function


_WHICH: Final = (
    click.argument("paths", nargs=-1, metavar="[FILES|FOLDERS]..."),
    click.option("--files-from", metavar="FILE", help="Read the paths from a file or -."),
    click.option("-0", "--null", is_flag=True, help="With --files-from: NUL parts the paths."),
    click.option("--staged", is_flag=True, help="Check what is staged, as it stands in the index."),
    click.option("--changed", is_flag=True, help="Check what differs from --base."),
    click.option(
        "--base",
        metavar="REF",
        help="The commit to compare with, from where the history parted; by default the last one.",
    ),
    click.option("--no-git", is_flag=True, help="Take every file, whatever git ignores."),
)
_HOW: Final = (
    configuration_options,
    click.option(
        "--manifest", metavar="FILE", multiple=True, help="What the pipeline says of its files."
    ),
    click.option("--select", metavar="RULES", multiple=True, help="Show these rules alone."),
    click.option("--ignore", metavar="RULES", multiple=True, help="Do not show these rules."),
    click.option(
        "--per-file-ignores",
        metavar="PATTERN:RULES",
        multiple=True,
        help="Do not show these rules for these files.",
    ),
    click.option("--implicit-only", is_flag=True, help="Ask about the label in the metadata only."),
    click.option("--deep", is_flag=True, help="Look at pictures and films, listen to sound."),
    click.option("--budget", metavar="SECONDS", type=float, help="Longest look at one file."),
    click.option("--regime", metavar="NAMES", multiple=True, help="Whose rules hold, such as cn."),
    click.option("--baseline", metavar="FILE", help="Findings that were accepted before."),
    click.option(
        "--write-baseline", is_flag=True, help="Accept what is found now, and keep it in a file."
    ),
    click.option("--prune-baseline", is_flag=True, help="Clear away what the baseline outlived."),
    click.option("--fix", is_flag=True, help="Label declared files that lack a label."),
    click.option("--no-cache", is_flag=True, help="Look into every file anew, and remember none."),
    click.option("--cache-dir", metavar="DIR", help="Where to remember what was found."),
    click.option(
        "--jobs", type=click.IntRange(0, 64), help="How many processes to use; 0 for all there are."
    ),
)
_TOLD: Final = (
    click.option(
        "--format",
        "output_format",
        type=click.Choice(list(_REPORTERS)),
        default="text",
        show_default=True,
        help="How to tell the results.",
    ),
    click.option("-o", "--output", metavar="FILE", help="Write the report to a file."),
    click.option(
        "--report", metavar="FORMAT=FILE", multiple=True, help="Write a further report to a file."
    ),
    click.option("--exit-zero", is_flag=True, help="Give 0 in place of the exit code 1."),
)


@click.command(
    "check",
    cls=TranslatedCommand,
    help="Say which files must not be published as they are, by what the configuration declares of "
    "them. Exit code 0: nothing stops; 1: some files do, or were labelled just now; 2: the check "
    "could not be done as asked, so nothing passes.",
)
@_options
def check_command(**options: Any) -> None:  # noqa: ANN401 - click's way
    """Check a tree before it is published."""
    reports = [*_further(options["report"])]
    _check_usage(options)
    formats = {options["output_format"], *(name for name, _ in reports)}
    asked = _asked(options, reports=bool(formats & _SHOWING))
    run = GateRun(asked, home=_cache_home())
    with _little_collecting(), _defects_told():
        code = _tell(run, options, reports)
    click.get_current_context().exit(0 if options["exit_zero"] and code == _BAD else code)


# -- what is asked for -----------------------------------------------------------------------------


def _check_usage(options: dict[str, Any]) -> None:
    if options["staged"] and (options["changed"] or options["base"]):
        raise usage_error("--staged and --changed exclude each other")
    if options["write_baseline"] and options["prune_baseline"]:
        raise usage_error("--write-baseline and --prune-baseline exclude each other")
    if options["no_git"] and (options["staged"] or options["changed"] or options["base"]):
        raise usage_error("only a git repository has staged or changed files")
    if options["implicit_only"] and options["deep"]:
        raise usage_error("--deep looks at what is shown, and --implicit-only does not look")


def _asked(options: dict[str, Any], *, reports: bool) -> GateOptions:
    update = "write" if options["write_baseline"] else None
    return GateOptions(
        choice=_choice(options),
        config=chosen_config(options),
        isolated=options["isolated"],
        settings=dict(_settings(options)),
        implicit_only=options["implicit_only"],
        baseline=options["baseline"],
        update="prune" if options["prune_baseline"] else update,
        fix=options["fix"],
        cache=not options["no_cache"],
        cache_dir=options["cache_dir"],
        reports=reports,
    )


def _choice(options: dict[str, Any]) -> GateChoice:
    """Return which files are meant; a list that is empty means none, not all."""
    paths = tuple(options["paths"])
    source = "staged" if options["staged"] else "tree"
    if options["files_from"] is not None:
        paths += tuple(listed(options["files_from"], null=options["null"]))
        return GateChoice(paths=paths, source=source, git=not options["no_git"], strict=False)
    if options["changed"] or options["base"]:
        source = "changed"
    return GateChoice(
        paths=paths or (".",),
        source=source,
        base=options["base"] or "HEAD",
        git=not options["no_git"],
    )


def _settings(options: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield what comes before every configuration, by the names of its keys."""
    for name, key in (("select", "select"), ("ignore", "ignore"), ("regime", "regimes")):
        if options[name]:
            yield key, [item.strip() for given in options[name] for item in given.split(",")]
    if options["per_file_ignores"]:
        yield "per-file-ignores", dict(map(_per_file, options["per_file_ignores"]))
    if options["manifest"]:
        yield "manifest", [os.path.abspath(path) for path in options["manifest"]]  # noqa: PTH100
    if options["deep"]:
        yield "deep", True
    for name in ("budget", "jobs"):
        if options[name] is not None:
            yield name, options[name]


def _per_file(given: str) -> tuple[str, list[str]]:
    pattern, colon, rules = given.rpartition(":")
    if not (colon and pattern and rules):
        raise usage_error("--per-file-ignores takes PATTERN:RULES")
    return pattern, [item.strip() for item in rules.split(",")]


def _further(given: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield format and file of each further report."""
    for item in given:
        name, equals, path = item.partition("=")
        if not (equals and path) or name not in _REPORTERS:
            known = ", ".join(_REPORTERS)
            raise usage_error(
                "--report takes FORMAT=FILE, and FORMAT is one of {known}", known=known
            )
        yield name, path


def _cache_home() -> str | None:
    """Return the user's folder for caches [XDGBASE]."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # noqa: PTH117 - no pathlib here
        return named
    home = os.path.expanduser("~")  # noqa: PTH111 - no pathlib here
    return f"{home}/.cache" if os.path.isabs(home) else None  # noqa: PTH117 - no pathlib here


@contextmanager
def _little_collecting() -> Iterator[None]:
    """Look for garbage less often: what a run makes of many files is kept, and has no cycles."""
    often = gc.get_threshold()
    gc.set_threshold(_MANY, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)


@contextmanager
def _defects_told() -> Iterator[None]:
    """Let no defect of a report look like findings, whose exit code is that of Python's own."""
    try:
        yield
    except (click.ClickException, AilabelError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - of any kind
        message = internal_error(error)
        say(message.text, message.params)
        click.get_current_context().exit(_BROKEN)


# -- what is told ----------------------------------------------------------------------------------


def _tell(run: GateRun, options: dict[str, Any], reports: list[tuple[str, str]]) -> int:
    """Tell the results while they come, then once more for each further report."""
    header = Header(command="check", tool_version=ailabel.__version__, language=language())
    kept: list[GateFile] = []
    files = _kept(run, kept) if reports else run
    name = options["output_format"]
    output = None if options["output"] == STDIN else options["output"]
    pieces = _pieces(name, header, files, run)
    failure: OSError | None = None
    if output is not None:
        _write(output, pieces)
    else:
        try:
            emit(pieces, machine=name not in _FOR_PEOPLE)
        except OSError as error:  # nobody reads on; the other reports are written all the same
            failure = error
            deque(files, 0)
    code = run.end().code
    for further, path in reports:
        _write(path, _pieces(further, header, kept, run))
    if failure is not None:
        _silence()
        return _BROKEN
    return code


def _pieces(name: str, header: Header, files: Iterable[GateFile], run: GateRun) -> Iterator[str]:
    reporter = import_module(f"ailabel.reporters.{_REPORTERS[name]}")
    pieces: Iterator[str] = reporter.render(header, files, run.end)
    return pieces


def _kept(run: GateRun, kept: list[GateFile]) -> Iterator[GateFile]:
    """Pass files through and keep them for the further reports."""
    for file in run:
        kept.append(file)
        yield file


def _write(path: str, pieces: Iterator[str]) -> None:
    """Write a report whole or not at all; what is no file, such as a pipe, gets it as it comes."""
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - no pathlib here
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123
            file.writelines(pieces)
        return
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123
            file.writelines(pieces)
        os.replace(temporary, path)  # noqa: PTH105 - no pathlib here
    finally:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - no pathlib here


def _silence() -> None:
    """Let nothing more be said to where nobody reads."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
