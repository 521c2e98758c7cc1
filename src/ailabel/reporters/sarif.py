"""What the gate says as SARIF 2.1.0, as GitHub's code scanning takes it [SARIF2.1], [GHSARIF]."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ailabel.messages import Message
from ailabel.model.gate import Standing
from ailabel.reporters.findings import full, line_of, rank_of, shown, told
from ailabel.reporters.jsontext import listed, to_json
from ailabel.reporters.sarif_rules import descriptor
from ailabel.reporters.tally import Tally, Times, Worst, remarks, verdict
from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile, GateFinding
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"  # the one that [GHSARIF] names
_ROOT: Final = "%SRCROOT%"
_LANGUAGES: Final = {"en": "en-US", "zh": "zh-CN"}
_MOST: Final = 25_000  # results of a run that GitHub takes [GHSARIF]
_MOST_BYTES: Final = 9_000_000  # of 10 MB, compressed; the rest is for all but the results
_MOST_FILES: Final = 1_000  # of those that could not be checked
_RESULT: Final = "\n        "
_RUN: Final = "\n      "


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the log once all files have passed; of too many results for GitHub, the worst."""
    run = _Run(header.language)
    for file in files:
        run.add(file)
    ending = end()
    results, left_out = run.results()
    head = {"tool": run.tool(header), "invocations": [run.invocation(ending, left_out)]}
    head |= {"columnKind": "unicodeCodePoints", "language": _LANGUAGES[header.language]}
    if ending.root:
        head["originalUriBaseIds"] = {_ROOT: {"uri": f"file://{_uri(ending.root).rstrip('/')}/"}}
    yield f'{{\n  "$schema": "{_SCHEMA}",\n  "version": "2.1.0",\n  "runs": [\n    '
    yield to_json(head, "\n    ")[: -len("\n    }")] + f',{_RUN}"results": ['
    yield from listed(results, _RESULT)
    yield f"{_RUN}]\n    }}\n  ]\n}}\n"


class _Run:
    """What a run tells, put together while its files pass."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.tally = Tally()
        self.times = Times()
        self.rules: dict[str, int] = {}
        self.worst: Worst[str] = Worst(_MOST)
        self.unchecked: Worst[dict[str, object]] = Worst(_MOST_FILES)

    def add(self, file: GateFile) -> None:
        """Take a file."""
        self.tally.add(file)
        uri = _uri(file.path)
        if file.error is not None:
            place = {"locations": [{"physicalLocation": _place(uri, 1)}]}
            told_of = _notification("error", told(file.error, self.language))
            self.unchecked.add(0, told_of | place)
        for finding in shown(file, Standing.OPEN, Standing.BASELINE):
            result = self._result(finding, uri)
            self.worst.add(rank_of(finding), to_json(result, _RESULT))

    def results(self) -> tuple[list[str], int]:
        """Return the results that fit GitHub's bounds, and how many are left out."""
        kept = self.worst.kept()
        if sum(map(len, kept)) * 4 > _MOST_BYTES:  # a character has four bytes at most
            fitting = _fitting(self.worst.ranked())
            if len(fitting) < len(kept):
                return fitting, self.worst.total - len(fitting)
        return kept, self.worst.left_out

    def tool(self, header: Header) -> dict[str, object]:
        """Return what tells of ailabel and of the rules that were broken."""
        rules = [descriptor(RULES[rule], self.language) for rule in self.rules]
        return {"driver": {"name": "ailabel", "version": header.tool_version, "rules": rules}}

    def invocation(self, end: GateEnd, left_out: int) -> dict[str, object]:
        """Return how the run went."""
        notes = [*remarks(self.tally, end)]
        if left_out:
            notes.append(
                Message(
                    "results left out, since no more can be taken: {count}", {"count": left_out}
                )
            )
        told_of = [_notification("error", told(item, self.language)) for item in end.problems]
        told_of += self.unchecked.kept()
        told_of += [_notification("note", told(note, self.language)) for note in notes]
        return {
            "executionSuccessful": end.code in {0, 1},
            "exitCode": end.code,
            "exitCodeDescription": told(verdict(self.tally, end), self.language),
            "toolExecutionNotifications": told_of,
        }

    def _result(self, finding: GateFinding, uri: str) -> dict[str, object]:
        index = self.rules.setdefault(finding.rule, len(self.rules))
        location: dict[str, object] = {"physicalLocation": _place(uri, line_of(finding))}
        if finding.location:
            location["logicalLocations"] = [{"fullyQualifiedName": finding.location}]
        suppressions = []
        if finding.standing is Standing.BASELINE:
            accepted = {"kind": "external", "status": "accepted", "justification": finding.reason}
            suppressions.append(accepted)
        return {
            "ruleId": finding.rule,
            "ruleIndex": index,
            "level": finding.level.value,
            "message": _message(full(finding, self.language)),
            "locations": [location],
            "partialFingerprints": self._fingerprints(finding),
            "suppressions": suppressions,  # in all results or in none [SARIF2.1 3.27.23]
            "properties": {"outcome": finding.outcome.value, "offset": finding.offset},
        }

    def _fingerprints(self, finding: GateFinding) -> dict[str, object]:
        """Return ours, and the one that GitHub asks for, which tells copies of a file apart."""
        count = self.times.met(finding.fingerprint)
        return {
            "ailabel/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:{count}",
        }


def _fitting(results: list[str]) -> list[str]:
    """Return as many as stay within the bound when they are compressed."""
    packer = zlib.compressobj()
    size = 0
    for number, result in enumerate(results):
        size += len(packer.compress(result.encode()))
        if size > _MOST_BYTES:
            return results[:number]
    return results


def _notification(level: str, text: str) -> dict[str, object]:
    return {"level": level, "message": _message(text)}


def _place(uri: str, line: int) -> dict[str, object]:
    region = {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 1}
    return {"artifactLocation": {"uri": uri, "uriBaseId": _ROOT}, "region": region}


def _uri(path: str) -> str:
    """Return a path as a reference, byte for byte: what is no ASCII letter is percent-encoded."""
    return quote(path.encode("utf-8", "surrogateescape"))


def _message(text: str) -> dict[str, object]:
    """Return a message in which nothing is a placeholder or a link [SARIF2.1 3.11.5, 3.11.6]."""
    text = text.replace("{", "{{").replace("}", "}}")
    if "](" in text:
        text = text.replace("[", "\\[").replace("]", "\\]")
    return {"text": text}
