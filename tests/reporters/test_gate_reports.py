"""What the gate's reports say, in every format: golden outputs, order, counts, no steering.

``AILABEL_GOLDEN=write`` writes the golden files anew; read the difference before it is committed.
"""

from __future__ import annotations

import json
import os
import unicodedata
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.model.gate import GateEnd, Standing
from ailabel.model.report import Level
from ailabel.reporters.summary import Header
from ailabel.reporters.tally import Times, Worst
from corpus import ROOT
from gates import END, FILES, FORMATS, commands, file_of, finding, rendered
from schemas import check as check_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.model.gate import GateFile

GOLDEN: Final = ROOT / "tests" / "golden"
STREAMED: Final = ("check_text", "check_json", "check_json_lines", "concise", "rdjson", "gitlab")
WITH_SIGNS: Final = {"markdown"}  # which sets ⚠ with a selector of its picture


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_the_output_is_the_golden_one(name: str, language: str) -> None:
    """Byte for byte what was read and accepted; of the page, what has no file of its own."""
    text = rendered(name, FILES, END, language)
    if name == "html_report":
        text = text[text.index("<body") : text.index("<script>")]
    path = GOLDEN / f"check.{language}.{FORMATS[name]}"
    if os.environ.get("AILABEL_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_nothing_steers_the_terminal_or_the_log(name: str, language: str) -> None:
    """No control, bidi or line character reaches the output, and no command but GitHub's own."""
    text = rendered(name, FILES, END, language)
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [one for one in text if unicodedata.category(one) in steering and one != "\n"]
    text.encode("utf-8")
    assert len(commands(text)) == (6 if name == "github" else 0)


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_clean_run_says_so(name: str) -> None:
    """Without findings nothing that would stop anybody is written."""
    text = rendered(name, [file_of("a.png")], GateEnd(code=0))
    assert "IMP-" not in text
    assert not commands(text)
    assert "a.png" in text or name in {
        "check_text",
        "concise",
        "rdjson",
        "sarif",
        "gitlab",
        "github",
        "markdown",
    }


@pytest.mark.parametrize("name", list(FORMATS))
def test_what_is_ignored_is_not_told_but_counted(name: str) -> None:
    """Findings of rules that are not to be shown leave no word but the rule's id at the end."""
    text = rendered(name, FILES, END)
    assert "never shown" not in text
    assert ("IMP-009" in text) == (name not in {"concise", "rdjson", "gitlab"})


@pytest.mark.parametrize("name", STREAMED)
def test_reports_come_as_the_files_come(name: str) -> None:
    """The first file is told before the second is looked at, and the end is asked for last."""
    seen: list[str] = []

    def watched() -> Iterator[GateFile]:
        for file in FILES[:2]:
            seen.append(file.path)
            yield file

    def end() -> GateEnd:
        seen.append("end")
        return END

    header = Header(command="check", tool_version="0")
    pieces = import_module(f"ailabel.reporters.{name}").render(header, watched(), end)
    while not seen:
        next(pieces)
    assert len(seen) == 1
    for _ in pieces:
        pass
    assert seen == [FILES[0].path, FILES[1].path, "end"]


def test_the_json_fits_its_schema() -> None:
    """The document, and each of the JSON lines, is what the schema says; both tell the same."""
    whole = json.loads(rendered("check_json", FILES, END))
    check_schema(whole, "check")
    check_schema(json.loads(rendered("check_json", [], GateEnd(code=0), "zh")), "check")
    head, *files, end = map(json.loads, rendered("check_json_lines", FILES, END).splitlines())
    check_schema(head, "check", "header")
    check_schema(end, "check", "end")
    for file in files:
        check_schema(file, "check", "file")
    assert whole == head | {"files": files} | end


def test_the_counts_are_those_of_the_files() -> None:
    """Stopped files, files that could not be checked, and findings by their standing."""
    assert json.loads(rendered("check_json", FILES, END))["summary"] == {
        "files": 6,
        "stopped": 2,
        "unchecked": 1,
        "fixed": 1,
        "findings": {"error": 2, "warning": 1, "note": 1},
        "baseline": 1,
        "ignored": 1,
    }


@pytest.mark.parametrize(
    ("files", "end", "said"),
    [
        ([file_of("a")], GateEnd(code=0), "nothing stops the publication; files checked: 1"),
        ([file_of("a", finding())], GateEnd(code=0), "not to be published as they are: 1 of 1"),
        ([file_of("a", fixed=True)], GateEnd(code=1), "labelled just now, to be looked at: 1"),
        (FILES, GateEnd(code=2), "the check could not be completed"),
        ([], GateEnd(code=130), "the check could not be completed"),
        ([file_of("a", finding(standing=Standing.BASELINE))], GateEnd(code=0), "nothing stops"),
        ([file_of("a", finding(level=Level.NOTE))], GateEnd(code=0), "nothing stops"),
    ],
)
def test_the_verdict_says_what_follows(files: list[GateFile], end: GateEnd, said: str) -> None:
    """What could not be checked is said before what was found, and never passes."""
    for name in ("check_text", "github", "markdown", "html_report"):
        assert said in rendered(name, files, end)


def test_the_worst_are_kept_and_the_rest_is_counted() -> None:
    """In order of arrival while there is room, else the worst first."""
    worst: Worst[str] = Worst(3)
    for rank, item in [(2, "a"), (0, "b"), (1, "c")]:
        worst.add(rank, item)
    assert (worst.kept(), worst.ranked(), worst.left_out) == (["a", "b", "c"], ["b", "c", "a"], 0)
    for rank, item in [(1, "d"), (0, "e"), (3, "f")]:
        worst.add(rank, item)
    assert (worst.kept(), worst.left_out) == (["b", "e", "c"], 3)


def test_copies_are_told_apart_by_how_often_they_were_met() -> None:
    """The same fingerprint counts up; another begins anew."""
    times = Times()
    assert [times.met(mark) for mark in "aabab"] == [1, 2, 1, 3, 2]
