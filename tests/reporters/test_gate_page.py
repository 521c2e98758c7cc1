"""The gate's page: what its source holds, and what a person with a keyboard can do in a browser."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from ailabel.messages import Message
from ailabel.model.gate import Standing
from ailabel.model.report import Level
from ailabel.reporters import html_report
from browser import Page
from gates import END, FILES, file_of, finding, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ailabel.model.gate import GateFile

VISIBLE: Final = (
    "[...document.querySelectorAll('.files .file')].filter(file => file.checkVisibility())"
    ".map(file => file.querySelector('h2').textContent)"
)
SHOWN: Final = "document.getElementById('shown').textContent"
FOCUS: Final = "document.activeElement.name || document.activeElement.id"
VERDICT: Final = "document.querySelector('.verdict').innerText"


def picture() -> bytes:
    """Return a small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "teal").save(out, "JPEG")
    return out.getvalue()


def files() -> Iterator[GateFile]:
    """Yield files of every kind, with names that would load things if they were markup."""
    yield file_of("猫.png", finding(text="one"), thumbnail=picture())
    yield file_of("dog.png", finding("EXP-I3", Level.WARNING, "two"))
    yield file_of("<img src=https://example.com/x.png>", finding(level=Level.NOTE))
    yield file_of("old.png", finding(standing=Standing.BASELINE, reason="present at adoption"))
    broken = Message("cannot be read: {reason}", {"reason": "<script>document.title='x'</script>"})
    yield file_of("broken.png", error=broken)
    yield file_of("fine.png", thumbnail=picture())


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Write a page."""
    path = tmp_path / "report.html"
    path.write_text(rendered("html_report", files(), END), encoding="utf-8")
    return path


def test_the_policy_names_the_style_and_the_script_that_are_there() -> None:
    """By their digests; nothing else may run, and only pictures in the page itself may be shown."""
    text = rendered("html_report", FILES, END)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        (body,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy[1]


def test_the_source_names_no_other_place() -> None:
    """No address, no handler, no style of an element."""
    text = rendered("html_report", FILES, END)
    body = text[text.index("<body") : text.index("<script>")]
    assert not re.search(r'\b(?:href|action)="(?!#)|\bsrc="(?!data:image/jpeg;base64,)', body)
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", body)
    assert "url(" not in text
    assert "@import" not in text


def test_the_page_is_the_same_each_time() -> None:
    """Same files, same bytes."""
    assert rendered("html_report", FILES, END) == rendered("html_report", FILES, END)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages_are_in_the_page(language: str) -> None:
    """One is chosen at first, and every sentence stands there in both."""
    text = rendered("html_report", FILES, END, language)
    chosen = {"en": "english", "zh": "chinese"}[language]
    assert re.search(rf'id="{chosen}" autocomplete="off" checked', text)
    assert text.count('<span lang="en">') == text.count('<span lang="zh-CN">') > 30
    assert "the check could not be completed" in text
    assert "检查未能完成" in text


def test_pictures_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too much of pictures is left out; the files are told all the same."""
    many = [file_of(f"{number}.png", finding(), thumbnail=picture()) for number in range(9)]
    monkeypatch.setattr(html_report, "_PICTURES", 4 * len(picture()))
    text = rendered("html_report", many)
    assert (text.count("<img"), text.count('class="file"')) == (4, 9)


def test_files_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst files have cards, and the page says how many more there are."""
    many = [file_of(f"{number}.png", finding(level=Level.NOTE)) for number in range(9)]
    monkeypatch.setattr(html_report, "_MOST", 4)
    text = rendered("html_report", [*many, file_of("late.png", finding())])
    assert text.count('class="file"') == 4
    assert text.index("late.png") < text.index("0.png")
    assert "files besides these: 6" in text


@pytest.mark.oracle
def test_nothing_is_asked_of_the_network(report: Path, tmp_path: Path) -> None:
    """The browser loads the page and the pictures in it, and has nothing to complain of."""
    with Page(tmp_path) as page:
        page.open(report)
        page.value("document.querySelectorAll('details').forEach(part => part.open = true)")
        page.value("scrollTo(0, document.body.scrollHeight)")
        page.value("document.images.length && document.images[1].decode()")
        assert page.requests[0] == report.as_uri()
        assert all(url.startswith("data:image/jpeg;") for url in page.requests[1:])
        assert page.value("document.images.length") == 2
        assert page.value("document.title") == "ailabel check"
        assert not page.console


@pytest.mark.oracle
def test_filters_work_by_keyboard(report: Path, tmp_path: Path) -> None:
    """A slash leads to the search, Tab from one filter to the next, Space turns one on and off."""
    with Page(tmp_path) as page:
        page.open(report)
        assert page.value(VISIBLE) == [
            *("猫.png", "broken.png", "dog.png", "<img src=https://example.com/x.png>")
        ]
        assert page.value(SHOWN) == "4 / 5"
        page.press("/")
        assert page.value(FOCUS) == "text"
        page.press("d", "o", "g")
        assert page.value(VISIBLE) == ["dog.png"]
        page.value("document.activeElement.select()")
        page.press(*"IMP-001")
        assert page.value(VISIBLE)[0] == "猫.png"
        assert "dog.png" not in page.value(VISIBLE)
        page.value("document.activeElement.value = ''; document.activeElement.form.reset()")
        page.press("Tab")
        assert page.value(FOCUS) == "rule"
        page.press("ArrowDown")
        assert page.value(VISIBLE) == ["dog.png"]
        page.press("Tab", "Tab", "Space")
        assert page.value("document.activeElement.value") == "warning"
        assert page.value(VISIBLE) == []
        assert page.value("document.getElementById('none').checkVisibility()")
        assert page.value(SHOWN) == "0 / 5"


@pytest.mark.oracle
def test_what_was_accepted_is_shown_on_request(report: Path, tmp_path: Path) -> None:
    """Findings of the baseline are hidden at first."""
    with Page(tmp_path) as page:
        page.open(report)
        page.press("/", *["Tab"] * 5)
        assert page.value("document.activeElement.value") == "accepted"
        page.press("Space")
        assert "old.png" in page.value(VISIBLE)
        assert page.value(SHOWN) == "5 / 5"


@pytest.mark.oracle
def test_the_language_changes_by_keyboard(report: Path, tmp_path: Path) -> None:
    """From the first choice with an arrow, without loading anything; also for screen readers."""
    with Page(tmp_path) as page:
        page.open(report)
        assert page.value(VERDICT) == "the check could not be completed, so nothing passes"
        page.press("Tab", "Tab")
        assert page.value(FOCUS) == "language"
        page.press("ArrowRight")
        assert page.value(VERDICT) == "检查未能完成，因此不予通过"
        assert page.value("document.documentElement.lang") == "zh-CN"
        assert page.value("document.title") == "ailabel 检查"
        assert page.value("getComputedStyle(document.querySelector('span[lang=en]')).display") == (
            "none"
        )
        assert len(page.requests) <= 3


@pytest.mark.oracle
def test_without_scripts_everything_is_there(report: Path, tmp_path: Path) -> None:
    """The list is whole, filters that would not work are hidden, the language still changes."""
    with Page(tmp_path, script=False) as page:
        page.open(report)
        assert len(page.value(VISIBLE)) == 5
        assert not page.value("document.getElementById('filters').checkVisibility()")
        page.press("Tab", "Tab", "ArrowRight")
        assert page.value(VERDICT) == "检查未能完成，因此不予通过"


@pytest.mark.oracle
@pytest.mark.parametrize("width", [360, 820, 1440])
def test_nothing_hangs_over_the_edge(width: int, tmp_path: Path) -> None:
    """Neither on a phone nor on a desktop, with the longest names there are."""
    path = tmp_path / "report.html"
    long = [file_of("n" * 255 + "/" + "名" * 85, finding(text="x" * 300))]
    path.write_text(rendered("html_report", [*files(), *long], END), encoding="utf-8")
    with Page(tmp_path) as page:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        page.call("Emulation.setDeviceMetricsOverride", **size)
        page.open(path)
        assert page.value("document.documentElement.scrollWidth") <= width
