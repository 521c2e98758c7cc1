"""What people and programs are told: golden outputs, hostile names and metadata, the schemas.

``AILABEL_GOLDEN=write`` writes the golden files anew; read the difference before it is committed.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.messages import Message, Reasons
from ailabel.model.report import (
    Change,
    Check,
    FileReport,
    FoundLabel,
    FoundMention,
    FoundSighting,
    LabelResult,
    Mark,
    Outcome,
    Verdict,
)
from ailabel.model.trace import Claim, Trace, TraceStrength
from ailabel.reporters.document import item_document
from ailabel.reporters.jsontext import to_json
from ailabel.reporters.summary import Header, clean, printable
from ailabel.standard.schema import KEYS
from corpus import ROOT
from gates import commands
from schemas import check as check_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GOLDEN: Final = ROOT / "tests" / "golden"
FORMATS: Final = {"text": "txt", "json": "json", "json_lines": "jsonl"}
HOSTILE: Final = "a\x1b[31m\u202egnp.exe\u2066\x9b2J\x07\nb\u2028" + os.fsdecode(b"\xff\xfe.png")
FIELDS: Final = dict.fromkeys(KEYS) | {
    "Label": "1",
    "ContentProducer": "示例科技",
    "ProduceID": "a\u202eb\x1b]0;x\x07",
}
LABEL: Final = FoundLabel(
    site="png.iTXt",
    location="iTXt[XML:com.adobe.xmp]/TC260:AIGC",
    offset=33,
    official=True,
    raw='{"Label":"1"}\x1b[2J\\xff',
    payload='{"Label":"1"}',
    fields=FIELDS,
    problems=(Message("{key} is missing", {"key": "PropagateID"}),),
)
REPORTS: Final = (
    FileReport(
        path="图片/好 的.png",
        format="png",
        implicit=Verdict.COMPLIANT,
        explicit=Verdict.INCONCLUSIVE,
        labels=(LABEL,),
        mentions=(FoundMention(site="png.raw", location="IDAT", offset=99, raw="AIGC\x1b"),),
        sightings=(
            FoundSighting(
                text="AI生成\x1b[2J",
                place="bottom-right",
                location="pixels",
                finding="found",
                form="words",
                box=(880, 930, 1180, 985),
                frame=(1200, 1000),
                ink_percent=5.5,
                em_percent=5.62,
                tolerance=0.04,
                at_edge=True,
                contrast=9.5,
                seconds=(0.0, 2.5),
            ),
            FoundSighting(text="·–··", place="start", location="", finding="review", form="rhythm"),
        ),
        checks=(
            Check(rule="IMP-001", outcome=Outcome.PASS, message=Message("fine")),
            Check(
                rule="IMP-007",
                outcome=Outcome.FAIL,
                message=Message(
                    "{key} holds characters outside those that the standard mainly asks for",
                    {"key": "ContentProducer"},
                ),
                location="iTXt[\x1b\u202e]",
            ),
            Check(
                rule="EXP-I3",
                outcome=Outcome.REVIEW,
                message=Message(
                    "the label “{text}” stands at the {place}",
                    {"text": "AI生成", "place": Message("end")},
                ),
                figure=5.25,
            ),
        ),
        traces=(
            Trace(
                kind="a1111",
                claim=Claim.GENERATED,
                strength=TraceStrength.STATED,
                message=Message(
                    "metadata as {product} writes them into what it generates",
                    {"product": "a\x1b]0;x\u202eb"},
                ),
                product="a\x1b]0;x\u202eb",
                location="tEXt[\x1b\u202e]",
                offset=33,
                length=90,
                raw=b"Steps: 1\xff\x1b",
            ),
            Trace(
                kind="stealth",
                claim=Claim.TOOL,
                strength=TraceStrength.WEAK,
                message=Message("metadata as generators of content write them"),
                location="lowest bits of A",
            ),
        ),
    ),
    FileReport(
        path=HOSTILE,
        format=None,
        implicit=Verdict.INCONCLUSIVE,
        explicit=Verdict.INCONCLUSIVE,
        error=Message("cannot be read: {reason}", {"reason": "No such file or directory"}),
    ),
    FileReport(
        path="folder/program.bin",
        format=None,
        implicit=Verdict.NOT_APPLICABLE,
        explicit=Verdict.NOT_APPLICABLE,
        traces=(),
    ),
    FileReport(
        path="cut.png",
        format="png",
        implicit=Verdict.INCONCLUSIVE,
        explicit=Verdict.NOT_APPLICABLE,
        checks=(
            Check(
                rule="IMP-018",
                outcome=Outcome.INCONCLUSIVE,
                message=Message(
                    "{problem} (byte {offset})",
                    {
                        "problem": Message("the file ends inside {structure}", {"structure": "x"}),
                        "offset": 40,
                    },
                ),
            ),
        ),
        error=Message("the file ends inside {structure}", {"structure": "x"}),
    ),
)
RESULTS: Final = (
    LabelResult(
        path="in/a.png",
        output="out/a.png",
        format="png",
        status="labelled",
        produce_id="0193-1",
        edits=(Change(33, 0, 900), Change(2000, 50, 60)),
        marks=(
            Mark(
                text="人工智能生成",
                place="bottom-right",
                box=(900, 640, 1270, 702),
                height_percent=5.73,
            ),
            Mark(text="·–··", place="start", seconds=(0.0, 1.25)),
        ),
        reencoded="IDAT",
        changed_outside=0.00125,
    ),
    LabelResult(
        path=HOSTILE,
        output=HOSTILE,
        format="wav",
        status="replaced",
        produce_id="n\x1b[0m",
        replaced=('{"Label":"1"}\x9b',),
        notes=(Message("{format} has no place for metadata", {"format": "T\u202eXT"}),),
    ),
    LabelResult(
        path="b.wav", output=None, format="wav", status="planned", edits=(Change(44, 8, 700),)
    ),
    LabelResult(path="folder/x.bin", output=None, format=None, status="skipped"),
    LabelResult(
        path="c.md",
        output=None,
        format=None,
        status="refused",
        error=Message(
            "this labelling is not possible: {reasons}",
            {"reasons": Reasons((Message("{key} is empty", {"key": "ProduceID"}),))},
        ),
    ),
)


def rendered(
    name: str, command: str, files: Sequence[FileReport | LabelResult], language: str
) -> str:
    """Return what a reporter writes."""
    header = Header(command=command, tool_version="0.0.0", language=language)
    return "".join(import_module(f"ailabel.reporters.{name}").render(header, files))


def files_of(command: str) -> Sequence[FileReport | LabelResult]:
    """Return what a command tells of."""
    return RESULTS if command == "label" else REPORTS


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["verify", "read", "label"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_the_output_is_the_golden_one(name: str, command: str, language: str) -> None:
    """Byte for byte what was read and accepted by people."""
    text = rendered(name, command, files_of(command), language)
    path = GOLDEN / f"{command}.{language}.{FORMATS[name]}"
    if os.environ.get("AILABEL_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_bytes().decode()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["verify", "read", "label"])
@pytest.mark.parametrize("name", list(FORMATS))
def test_nothing_steers_the_terminal(name: str, command: str, language: str) -> None:
    """No escape, bidi, line or control character of a file reaches the output."""
    text = rendered(name, command, files_of(command), language)
    assert not [
        character
        for character in text
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character != "\n"
    ]
    text.encode("utf-8")


@pytest.mark.parametrize("command", ["verify", "read", "label"])
def test_the_documents_fit_their_schema(command: str) -> None:
    """The JSON document, and each of the JSON lines, is what the schema says."""
    name = "label" if command == "label" else "report"
    files = files_of(command)
    check_schema(json.loads(rendered("json", command, files, "en")), name)
    check_schema(json.loads(rendered("json", command, [], "zh")), name)
    head, *lines = rendered("json_lines", command, files, "zh").splitlines()
    check_schema(json.loads(head), name, "header")
    assert len(lines) == len(files)
    for line in lines:
        check_schema(json.loads(line), name, "file")


@pytest.mark.parametrize("command", ["verify", "read", "label"])
def test_json_and_json_lines_tell_the_same(command: str) -> None:
    """One is the other, line by line."""
    whole = json.loads(rendered("json", command, files_of(command), "en"))
    head, *lines = map(
        json.loads, rendered("json_lines", command, files_of(command), "en").splitlines()
    )
    assert whole["files"] == lines
    assert {key: whole[key] for key in head} == head


def test_every_key_is_there_also_when_nothing_is() -> None:
    """Programs need not ask whether a key exists."""
    verified = json.loads(rendered("json", "verify", [], "en"))
    assert verified["files"] == []
    assert verified["summary"] == {"files": 0, "skipped": 0, "implicit": {}, "explicit": {}}
    labelled = json.loads(rendered("json", "label", [], "en"))
    assert labelled["summary"] == {"files": 0, "skipped": 0, "status": {}}


def test_skipped_files_are_counted_and_not_judged() -> None:
    """Files of a folder that are of no known format count as nothing else."""
    verified = json.loads(rendered("json", "verify", REPORTS, "en"))["summary"]
    assert (verified["files"], verified["skipped"]) == (4, 1)
    assert sum(verified["implicit"].values()) == 3
    labelled = json.loads(rendered("json", "label", RESULTS, "en"))["summary"]
    assert (labelled["files"], labelled["skipped"], sum(labelled["status"].values())) == (5, 1, 4)
    assert "program.bin" not in rendered("text", "verify", REPORTS, "en")


def test_machine_words_are_not_translated() -> None:
    """Keys, verdicts, rules and the seven fields are the same in both languages."""
    english, chinese = (item_document(REPORTS[0], language) for language in ("en", "zh"))
    for key in ("path", "format", "implicit", "explicit", "mentions", "sightings"):
        assert english[key] == chinese[key]
    rules = [
        [(check["rule"], check["outcome"], check["level"]) for check in document["checks"]]  # type: ignore[attr-defined]
        for document in (english, chinese)
    ]
    assert rules[0] == rules[1]


def test_reports_come_as_the_files_come() -> None:
    """The first file is told before the second is looked at."""
    seen: list[str] = []

    def watched() -> Iterator[FileReport]:
        for report in REPORTS:
            seen.append(report.path)
            yield report

    for name in FORMATS:
        seen.clear()
        pieces = import_module(f"ailabel.reporters.{name}").render(
            Header(command="verify", tool_version="0"), watched()
        )
        while not seen:
            next(pieces)
        assert len(seen) == 1


@given(st.text(max_size=300))
@settings(max_examples=100)
def test_any_foreign_text_becomes_printable_and_short(text: str) -> None:
    """Whatever a file is called or holds, one bounded line of printable text is shown."""
    shown = clean(text)
    assert shown.isprintable()
    assert len(shown) <= 240
    assert not commands(shown)
    if text.isprintable() and len(text) <= 240 and not commands(text):
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ":\\x3aerror::x"),
        ("  ::error::x", "  :\\x3aerror::x"),
        ("a::error::x", "a::error::x"),
        ("a##[error]b", "a#\\x23[error]b"),
        ("a##vso[task]b", "a#\\x23vso[task]b"),
        ("# ## ###", "# ## ###"),
        ("x##[y", "x#\\x23[y"),
    ],
)
def test_no_text_is_a_command_of_a_log(text: str, shown: str) -> None:
    """What a runner acts on is taken apart, in sentences and in JSON; nothing else is."""
    assert clean(text) == shown
    assert json.loads(to_json(text)) == text
    assert not re.search(r"##\w*\[", to_json(text))


@given(st.binary(max_size=40))
def test_names_of_any_bytes_can_be_told(name: bytes) -> None:
    """A file name that is no UTF-8 is shown with its bytes escaped."""
    shown = printable(os.fsdecode(name))
    assert shown.encode("utf-8").decode("utf-8") == shown
