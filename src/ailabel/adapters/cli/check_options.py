"""The options of ``ailabel check``, and what they ask for as a value."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.base import language_option
from ailabel.adapters.cli.config import chosen_config, configuration_options
from ailabel.adapters.cli.inputs import listed, usage_error
from ailabel.gate.options import GateChoice, GateOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["REPORTERS", "asked", "cache_home", "further", "with_options"]

REPORTERS: Final = {  # name: module
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


def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to the command."""
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
        type=click.Choice(list(REPORTERS)),
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


def asked(options: dict[str, Any], *, reports: bool) -> GateOptions:
    """Return what the options ask for.

    Args:
        options: by their names.
        reports: whether a report shows all that was found out.

    Raises:
        click.UsageError: they make no sense together.
    """
    _check_usage(options)
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


def further(given: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield format and file of each further report.

    Raises:
        click.UsageError: it does not say both.
    """
    for item in given:
        name, equals, path = item.partition("=")
        if not (equals and path) or name not in REPORTERS:
            known = ", ".join(REPORTERS)
            raise usage_error(
                "--report takes FORMAT=FILE, and FORMAT is one of {known}", known=known
            )
        yield name, path


def cache_home() -> str | None:
    """Return the user's folder for caches [XDGBASE]."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # noqa: PTH117 - no pathlib here
        return named
    home = os.path.expanduser("~")  # noqa: PTH111 - no pathlib here
    return f"{home}/.cache" if os.path.isabs(home) else None  # noqa: PTH117 - no pathlib here
