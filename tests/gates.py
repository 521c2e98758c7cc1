"""What the gate says of made-up files, for the tests of its reporters."""

from __future__ import annotations

import os
import re
from importlib import import_module
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from ailabel.messages import Message
from ailabel.model.gate import GateEnd, GateFile, GateFinding, Stale, Standing
from ailabel.model.report import FileReport, FoundLabel, FoundSighting, Level, Outcome, Verdict
from ailabel.reporters.summary import Header
from ailabel.standard.schema import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

__all__ = [
    "END",
    "FILES",
    "FORMATS",
    "NAMES",
    "TEXTS",
    "commands",
    "file_of",
    "finding",
    "rendered",
]

FORMATS: Final = {  # the modules, and how their golden files end
    "check_text": "txt",
    "check_json": "json",
    "check_json_lines": "jsonl",
    "concise": "concise.txt",
    "rdjson": "rdjson.json",
    "sarif": "sarif.json",
    "junit": "junit.xml",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "markdown": "md",
    "html_report": "html",
}
HOSTILE: Final = (
    *("a\x1b[2J\u202egnp.exe\u2066\x9b\x07\nb\u2028.png", os.fsdecode(b"\xff\xfe\xe7\x8c.png")),
    *("::error file=x::y", " ::set-env name=PATH::/tmp", "x##[add-mask]y", "##vso[task.x]"),
    *("%0A::error::x", "a%25b,c:d", "=cmd|'/C calc'!A0", "-rf", "+1", "@user #12 !3 %x", "~x"),
    *("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "<!--", "]]>", "&amp;"),
    *("[x](https://example.com)", "`a`` |b|", "``", "_x_ **y** ~~z~~", "www.example.com", "a@b.cd"),
    *(
        "https://example.com/",
        "{0} {{x}} \\[y\\]",
        "a](1)b[",
        "\\",
        "$x$",
        ":smile:",
        "x\x00\ufffe",
    ),
    *("图片/好 的 .png", "e\u0301\U0001f468\u200d\U0001f469", "\u0627\u0644\u0639", " ", "a" * 300),
)
NAMES: Final[SearchStrategy[str]] = (
    st.sampled_from([name.replace("\0", "") for name in HOSTILE])
    | st.binary(min_size=1, max_size=24).map(lambda raw: os.fsdecode(raw.replace(b"\0", b"/")))
    | st.text("ab:#[]%@<>&\"'`|\\*_{}()!~$=+-./\n\r\t\x1b\u202e\u200b猫", min_size=1, max_size=24)
)
TEXTS: Final[SearchStrategy[str]] = st.sampled_from(HOSTILE) | st.text(max_size=30) | NAMES


def finding(
    rule: str = "IMP-001", level: Level = Level.ERROR, text: str = "", **values: object
) -> GateFinding:
    """Return a finding; `text` is foreign, and stands in the message."""
    message = Message("cannot be read: {reason}", {"reason": text})
    number = sum(map(ord, rule)) + len(text)
    given = {
        "rule": rule,
        "level": level,
        "outcome": Outcome.FAIL,
        "message": message,
        "fix": None,
        "fingerprint": f"{number:032x}",
        **values,
    }
    return GateFinding(**given)  # type: ignore[arg-type]


def file_of(path: str, *findings: GateFinding, **values: object) -> GateFile:
    """Return a file that was declared as made with AI."""
    given = {"format": "png", "ai": "yes", "explicit": "required", **values}
    return GateFile(path=path, findings=findings, **given)  # type: ignore[arg-type]


def rendered(
    name: str, files: Iterable[GateFile], end: GateEnd | None = None, language: str = "en"
) -> str:
    """Return what a reporter writes."""
    header = Header(command="check", tool_version="0.0.0", language=language)
    ending = GateEnd(code=1) if end is None else end
    return "".join(import_module(f"ailabel.reporters.{name}").render(header, files, lambda: ending))


def commands(text: str) -> list[str]:
    """Return the lines that GitHub's runner, or another's, takes for commands [GHRUNNER]."""
    return [
        line
        for line in re.split(r"[\r\n]", text)
        if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)
    ]


_LABEL: Final = FoundLabel(
    site="png.iTXt",
    location="iTXt[XML:com.adobe.xmp]/TC260:AIGC",
    offset=33,
    official=True,
    raw='{"Label":"1"}',
    payload='{"Label":"1"}',
    fields=dict.fromkeys(KEYS) | {"Label": "1", "ContentProducer": "示例科技\u202e</dd>"},
)
_SIGHTING: Final = FoundSighting(
    text="AI生成<b>",
    place="bottom-right",
    location="pixels",
    finding="found",
    form="words",
    box=(880, 930, 1180, 985),
    frame=(1200, 1000),
    em_percent=5.62,
    seconds=(0.0, 2.5),
)
FILES: Final = (
    file_of(
        "图片/猫 1.png",
        finding(
            fix=Message("type: {command}", {"command": "ailabel label '图片/猫 1.png'"}),
            text="no",
        ),
        finding(
            "EXP-I3",
            Level.WARNING,
            "{0} [x](https://example.com)",
            outcome=Outcome.REVIEW,
            location="pixels\x1b",
        ),
        report=FileReport(
            path="图片/猫 1.png",
            format="png",
            implicit=Verdict.NONCOMPLIANT,
            explicit=Verdict.COMPLIANT,
            labels=(_LABEL,),
            sightings=(_SIGHTING,),
        ),
        thumbnail=b"\xff\xd8\xff\xd9",
    ),
    file_of("copy of 猫.png", finding(text="no")),
    file_of(
        "docs/old.md",
        finding("IMP-004", text="x", standing=Standing.BASELINE, reason="present at adoption"),
        finding("IMP-007", Level.NOTE, "y", line=12, offset=345),
        finding("IMP-009", text="never shown", standing=Standing.IGNORED),
        format="markdown",
        ai="unknown",
        explicit="recommended",
    ),
    file_of(
        HOSTILE[0] + HOSTILE[2],
        ai=None,
        format=None,
        error=Message("cannot be read: {reason}", {"reason": "Is a directory"}),
    ),
    file_of("fixed.png", fixed=True, explicit="off"),
    file_of("fine/<b>.png"),
)
END: Final = GateEnd(
    code=2,
    problems=(Message("cannot be read: {reason}", {"reason": "a shallow clone ##[x]"}),),
    notes=(Message("labels: {count}", {"count": 3}),),
    hidden=("IMP-009",),
    stale=(
        Stale(fingerprint="0" * 32, rule="IMP-001", path="gone.png"),
        Stale(fingerprint="1" * 32, rule="EXP-I3", path="late.png", expired="2026-01-31"),
    ),
    root="/srv/项目 1",
)
