"""The Chinese catalogue is whole and current, and the command line speaks it."""

from __future__ import annotations

import ast
import gettext
import os
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import errors
from ailabel.messages import Message, Reasons, render, translate
from ailabel.model.report import Level, Outcome, Verdict
from ailabel.standard.rules import RULES
from builders import png

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = ROOT / "src" / "ailabel"
MO: Final = SOURCE / "assets" / "locale" / "zh_CN" / "LC_MESSAGES" / "ailabel.mo"
RAISED: Final = {*errors.__all__} - {"MissingExtraError"}
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
WITHOUT_WORDS: Final = {"{declared}; {asked}", "{path}: {reason}", "TC260-PG-20252A"}


def catalogue() -> dict[str, str]:
    """Return the compiled catalogue, the header left out."""
    with MO.open("rb") as file:
        found: dict[str, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {text: translated for text, translated in found.items() if text}


def fields(text: str) -> set[str]:
    """Return the names of a sentence's fields."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the literal sentences of exceptions and messages, each with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        first = node.args[0]
        is_said = node.func.id == "Message" or node.func.id in RAISED
        if is_said and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield node.lineno, first.value


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in an environment that says nothing but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "ailabel", *arguments],
        env={**kept, "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        check=False,
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a PNG file without a label, whose name no GBK can hold."""
    _, data = next(iter(png.samples()))
    path = tmp_path / "图🙂.png"
    path.write_bytes(data)
    return path


def test_the_committed_catalogues_are_what_the_tool_makes() -> None:
    """No sentence is new, gone or untranslated, and the compiled catalogue is the written one."""
    checked = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "make_catalogues.py"), "--check"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_sentence_of_a_raise_site_is_translated() -> None:
    """A walk of its own over the sources finds no literal that the catalogue lacks."""
    known = catalogue()
    paths = sorted(SOURCE.rglob("*.py"))
    found = [(path.name, line, text) for path in paths for line, text in literals(path)]
    assert len(found) > 200
    assert [place for place in found if place[2] not in known] == []


def test_translations_keep_the_fields() -> None:
    """A translation has the fields of its sentence, no more and no fewer."""
    known = catalogue()
    assert [text for text in known if fields(known[text]) != fields(text)] == []


def test_translations_are_chinese() -> None:
    """A translation is in Chinese, unless the sentence has no words."""
    unknown = {text for text, translated in catalogue().items() if not HAN.search(translated)}
    assert unknown <= WITHOUT_WORDS


def test_translations_end_as_their_sentences_do() -> None:
    """A full stop stands where the English has one, and no blank at either end."""
    for text, translated in catalogue().items():
        assert translated.endswith("。") == text.endswith("."), text
        assert translated == translated.strip(), text


def test_options_of_the_command_line_keep_their_names() -> None:
    """An option that an English sentence names stands in the Chinese one too."""
    option = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
    for text, translated in catalogue().items():
        assert set(option.findall(translated)) == set(option.findall(text)), text


@pytest.mark.parametrize("word", [*Verdict, *Outcome, *Level])
def test_words_shown_alone_are_translated(word: Verdict | Outcome | Level) -> None:
    """Verdicts, outcomes and levels have a word in Chinese."""
    assert HAN.search(translate(word.value, "zh"))


def test_rules_have_one_translation() -> None:
    """A passed check says in Chinese what the table of rules says."""
    for rule in RULES.values():
        assert translate(rule.title[0], "zh") == rule.title[1]
        assert rule.clause == "" or translate(rule.clause, "zh") != ""


def test_messages_inside_messages_are_translated() -> None:
    """A sentence that stands in a field of another is Chinese too."""
    inner = Message("{key} is empty", {"key": "ProduceID"})
    text = "the label cannot be written: {reasons}"
    assert render(text, {"reasons": Reasons([inner])}, "zh") == "无法写入标识：ProduceID 为空"


@pytest.mark.parametrize(
    ("option", "environment"), [(["--lang", "zh"], {}), ([], {"LANG": "zh_CN.UTF-8"})]
)
def test_the_command_line_speaks_chinese(
    picture: Path, option: list[str], environment: dict[str, str]
) -> None:
    """Reports, a refusal and the help are Chinese when asked for, or when the environment is."""
    report = run("verify", *option, str(picture), **environment)
    assert report.returncode == 1
    assert "隐式标识 未发现" in report.stdout.decode()

    label = ("label", *option, "--in-place", "--implicit-only", str(picture), "--producer")
    done = run(*label, "甲", **environment)
    assert (done.returncode, "已添加标识" in done.stdout.decode()) == (0, True)
    refused = run(*label, "乙", **environment)
    assert refused.returncode == 1
    assert "文件已带有 甲 的标识；如需替换请用 --replace" in refused.stdout.decode()

    shown = run("label", *option, "--help", **environment).stdout.decode()
    assert "选项" in shown
    assert "为文件添加显式标识和隐式标识" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("label", "--help"),
        ("rule",),
        ("rule", "IMP-012"),
        ("formats",),
        ("code", "explain", "001191350100M000100Y4310000"),
        ("code", "explain", "00"),
        ("doctor",),
    ],
)
def test_a_terminal_in_gbk_shows_chinese(arguments: tuple[str, ...]) -> None:
    """What the tool says of itself can be written in GBK."""
    done = run(*arguments, LANG="zh_CN.GBK", PYTHONIOENCODING="gbk")
    assert HAN.search((done.stdout + done.stderr).decode("gbk"))
    assert b"Traceback" not in done.stderr


def test_a_name_outside_gbk_is_escaped(picture: Path) -> None:
    """A file name that the terminal cannot show is escaped; the report goes on."""
    done = run("verify", str(picture), LANG="zh_CN.GBK", PYTHONIOENCODING="gbk")
    assert done.returncode == 1
    assert "无法判断" in done.stdout.decode("gbk")
    assert b"Traceback" not in done.stderr


def test_the_parts_of_a_code_are_explained_in_chinese() -> None:
    """Every line of the explanation has its meaning in Chinese."""
    shown = run("code", "explain", "--lang", "zh", "001191350100M000100Y4310000").stdout.decode()
    assert all(HAN.search(line) for line in shown.splitlines())
    assert len(shown.splitlines()) == 6


def test_the_page_of_a_rule_is_chinese() -> None:
    """Every line of a rule's page has Chinese in it."""
    shown = run("rule", "--lang", "zh", "IMP-001").stdout.decode()
    assert all(HAN.search(line) for line in shown.splitlines() if line)
    assert "条款: 《标识办法》第五条" in shown
