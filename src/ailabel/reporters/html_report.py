"""What the gate says as one page that needs nothing else: no server, no network, no script.

The page holds both languages and pictures of what was looked at. Its policy lets nothing be loaded,
and no script or style run but the two that it brings along, which are known by their digests.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from ailabel.messages import Message
from ailabel.messages import render as sentence
from ailabel.model.gate import Standing
from ailabel.reporters.findings import UNCHECKED, WORST_FIRST, rank_of, shown
from ailabel.reporters.tally import Tally, Worst, remarks, verdict
from ailabel.reporters.webcards import card
from ailabel.reporters.webtext import foreign, say
from ailabel.standard.notices import DISCLAIMER
from ailabel.standard.rules import EDITION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.model.gate import GateEnd, GateFile
    from ailabel.reporters.summary import Header

__all__ = ["render"]

_MOST: Final = 3_000  # files with findings that are told one by one
_MOST_FINE: Final = 1_000  # files without
_PICTURES: Final = 16 * 1024 * 1024  # bytes of pictures in all
_MOST_REMARKS: Final = 200
_TITLE: Final = Message("ailabel check")


def render(header: Header, files: Iterable[GateFile], end: Callable[[], GateEnd]) -> Iterator[str]:
    """Yield the page once all files have passed."""
    page = _Page()
    for file in files:
        page.add(file)
    ending = end()
    chinese = header.language == "zh"
    titles = {language: sentence(_TITLE.text, {}, language) for language in ("en", "zh")}
    yield _head(header, titles["zh" if chinese else "en"])
    yield f'<body data-title-en="{titles["en"]}" data-title-zh="{titles["zh"]}">\n'
    yield '<a class="skip" href="#files">' + say("to the files") + '</a>\n<div class="page">\n'
    yield _top(chinese=chinese)
    yield _summary(page.tally, ending)
    yield _filters(sorted(page.rules))
    yield from page.lists()
    yield _footer(header, page, ending)
    yield f"</div>\n<script>{_asset('report.js')}</script>\n</body>\n</html>\n"


class _Page:
    """The cards of a page, put together while its files pass."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.rules: set[str] = set()
        self.told: Worst[str] = Worst(_MOST)
        self.fine: Worst[str] = Worst(_MOST_FINE)
        self._pictures = 0

    def add(self, file: GateFile) -> None:
        """Take a file."""
        self.tally.add(file)
        findings = [*shown(file, Standing.OPEN, Standing.BASELINE)]
        ranks = [rank_of(finding) for finding in findings]
        if file.error is not None:
            ranks.append(0)
            self.rules.add(UNCHECKED)
        if file.fixed:
            ranks.append(len(WORST_FIRST) - 1)
        self.rules.update(finding.rule for finding in findings)
        size = len(file.thumbnail or b"")
        picture = self._pictures + size <= _PICTURES
        self._pictures += size if picture else 0
        cards, rank = (self.told, min(ranks)) if ranks else (self.fine, 0)
        cards.add(rank, card(file, picture=picture))

    def lists(self) -> Iterator[str]:
        """Yield the files with findings, then the others."""
        yield '<main id="files" tabindex="-1">\n<ol class="files">\n'
        yield from self.told.ranked()
        yield "</ol>\n"
        yield f'<p class="none" id="none"{" hidden" if self.told.total else ""}>'
        yield f"{say('nothing to show here')}</p>\n"
        if self.fine.total:
            fine = Message("files without findings: {count}", {"count": self.fine.total})
            yield f'<details class="fine"><summary>{say(fine)}</summary>\n<ul>\n'
            yield from self.fine.kept()
            yield "</ul>\n</details>\n"
        yield "</main>\n"

    @property
    def left_out(self) -> int:
        """How many files have no card."""
        return self.told.left_out + self.fine.left_out


def _head(header: Header, title: str) -> str:
    style = _asset("report.css")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(_asset('report.js'))}'; base-uri 'none'; form-action 'none'"
    )
    language = "zh-CN" if header.language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n"
    )


def _top(*, chinese: bool) -> str:
    english, other = ("", " checked") if chinese else (" checked", "")
    return (
        f'<header class="top"><h1>ailabel check <small>{EDITION}</small></h1>\n'
        '<fieldset class="languages"><legend class="unseen">Language / 语言</legend>\n'
        f'<input type="radio" name="language" id="english" autocomplete="off"{english}>'
        '<label for="english" lang="en">English</label>\n'
        f'<input type="radio" name="language" id="chinese" autocomplete="off"{other}>'
        '<label for="chinese" lang="zh-CN">中文</label>\n</fieldset></header>\n'
    )


def _summary(tally: Tally, end: GateEnd) -> str:
    bad = end.code > 1 or end.problems or tally.unchecked or tally.stopped
    kind = "bad" if bad else "half" if tally.fixed else "good"
    parts = [f'<p class="verdict {kind}">{say(verdict(tally, end))}</p>\n']
    if end.problems:
        problems = "".join(f"<li>{say(problem)}</li>" for problem in end.problems)
        parts.append(f'<ul class="problems">{problems}</ul>\n')
    counts = [("", say("files checked"), tally.files), ("error", say("stopped"), tally.stopped)]
    counts += [(level.value, say(level.value), tally.levels[level]) for level in WORST_FIRST]
    counts.append(("error", say("cannot be checked"), tally.unchecked))
    counts.append(("", say("accepted"), tally.baseline))
    cells = "".join(
        f'<div class="{name if count else ""}"><dt>{words}</dt><dd>{count}</dd></div>'
        for name, words, count in counts
    )
    return "".join([*parts, f'<dl class="counts">{cells}</dl>\n'])


def _filters(rules: list[str]) -> str:
    boxes = "".join(
        f'<label class="choice"><input type="checkbox" name="kind" value="{kind}"{checked} '
        f'autocomplete="off">{say(kind)}</label>'
        for kind, checked in (
            *((level.value, " checked") for level in WORST_FIRST),
            ("accepted", ""),
        )
    )
    options = "".join(f'<option value="{rule}">{rule}</option>' for rule in rules)
    return (
        '<form class="filters" id="filters" role="search" hidden>\n'
        f'<label class="search"><span>{say("path or rule")} <kbd>/</kbd></span>'
        '<input type="search" name="text" autocomplete="off" spellcheck="false"></label>\n'
        f"<label><span>{say('rule')}</span>"
        f'<select name="rule" autocomplete="off"><option value="">*</option>{options}</select>'
        f'</label>\n<fieldset><legend class="unseen">{say("level")}</legend>{boxes}</fieldset>\n'
        '<output id="shown" aria-live="polite"></output>\n</form>\n'
    )


def _footer(header: Header, page: _Page, end: GateEnd) -> str:
    told = [*remarks(page.tally, end)][:_MOST_REMARKS]
    if page.left_out:
        told.append(Message("files besides these: {count}", {"count": page.left_out}))
    told.append(DISCLAIMER)
    lines = "".join(f"<p>{say(remark)}</p>\n" for remark in told)
    return f"<footer>\n{lines}<p>ailabel {foreign(header.tool_version)}</p>\n</footer>\n"


@lru_cache(maxsize=2)
def _asset(name: str) -> str:
    file = resources.files("ailabel") / "assets" / "web" / name
    return "\n" + file.read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
