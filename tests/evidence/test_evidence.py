"""Evidence packs: what they say, what they refuse, and what stands in the archive."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ailabel import LabelSpec, api, label
from ailabel.errors import LabelError, PlanError
from ailabel.evidence import exhibits, make_pack
from ailabel.evidence.breaking import broken
from ailabel.evidence.declaration import Service, read_declaration
from ailabel.evidence.documents import Writer
from ailabel.evidence.facts import Facts, ServiceFacts, gather
from ailabel.evidence.pack import _originals
from ailabel.evidence.paper import Block, Heading, Paragraph, Picture, Table, pdf
from ailabel.evidence.profiles import Profile, read_profile
from ailabel.evidence.samples import names_in, verified
from ailabel.model.report import Outcome
from command import ailabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from ailabel.engine.options import VerifyOptions
    from ailabel.model.report import FileReport

SAMPLES = Path(__file__).parents[2] / "samples"
CODE = "001191350100M000100Y4310000"
APP = f"""
[app]
name = "画灵 😀"
version = "2.3.0"

[provider]
name = "示例科技有限公司"
code = "{CODE}"

[[generates]]
medium = "text"
what = "智能写作"

[[generates]]
medium = "audio"
what = "文生音乐"
around = "播放器下方文字"

[[filings]]
kind = "算法备案"
number = "1"
"""
MADE = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Callable[[str], Path]:
    """Write a declaration."""

    def write(text: str) -> Path:
        path = tmp_path / "app.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a labelled text and a labelled sound."""
    target = tmp_path / "labelled"
    (target / "deeper").mkdir(parents=True)
    spec = LabelSpec(producer=CODE)
    label(SAMPLES / "texts/article.md", spec, output=target / "article.md")
    label(SAMPLES / "texts/story.txt", spec, output=target / "deeper" / "story.txt")
    label(SAMPLES / "sounds/melody.wav", spec, output=target / "melody.wav")
    return target


def reasons(error: PlanError) -> list[str]:
    """Return why there is no pack."""
    found = error.params["reasons"]
    assert isinstance(found, tuple)
    return [str(item) for item in found]


@pytest.mark.oracle
def test_a_pack_holds_what_stores_ask_for(app: Callable[[str], Path], folder: Path) -> None:
    """Four documents that pdftotext reads, and two pictures a sample that has metadata."""
    data = make_pack(read_declaration(app(APP)), folder, read_profile("store"), made=MADE)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len([name for name in names if name.endswith(".pdf")]) == 4
    assert len([name for name in names if name.endswith("-label.jpg")]) == 3
    assert len([name for name in names if name.endswith("-metadata.jpg")]) == 2  # TXT has no place
    assert max(name.count("/") for name in names) <= 3
    for name in names:
        if name.endswith(".jpg"):
            with Image.open(io.BytesIO(archive.read(name))) as image:
                image.load()
                assert image.format == "JPEG"
    texts = {name[-8:-4]: _text(archive.read(name)) for name in names if name.endswith(".pdf")}
    told = "".join(texts.values())
    assert "画灵" in told
    assert "以下内容由人工智能生成" in told
    assert CODE in told
    assert "播放器下方文字" in told
    assert "无法由文件核验" in told
    assert re.search(r"每分钟\s*147\.7\s*字", told)
    assert "不少于六个月" in told
    assert "无法仅由样本核验" in told  # what the scheme says of everything that is generated


def _text(data: bytes) -> str:
    command = ["pdftotext", "-", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout.decode().replace("\n", "")


def test_the_same_samples_give_the_same_pack(app: Callable[[str], Path], folder: Path) -> None:
    """Nothing in the archive depends on the hour or the machine but the day that is given."""
    declaration, profile = read_declaration(app(APP)), read_profile("store")
    first, second = (
        make_pack(declaration, folder, profile, made=MADE, language="en") for _ in range(2)
    )
    assert first == second


def test_every_sentence_on_labels_names_its_checks(
    app: Callable[[str], Path], folder: Path
) -> None:
    """Only what the provider says of the surroundings rests on no check."""
    facts = gather(read_declaration(app(APP)), str(folder))
    for service in facts.services:
        for statement in service.statements:
            told = [item.sample for item in statement.basis]
            declared = "own word" in statement.words[0]
            assert bool(told) is not declared
            assert set(told) <= {sample.name for sample in service.samples}
            assert all(item.checks for item in statement.basis)


def test_nothing_is_said_of_numbers_where_there_is_one(
    app: Callable[[str], Path], folder: Path
) -> None:
    """It differs from no other; of several it is said that they differ."""
    declaration = read_declaration(app(APP))
    told = {
        facts.service.medium: [statement.words[0] for statement in facts.statements]
        for facts in gather(declaration, str(folder)).services
    }
    assert not [text for text in told["audio"] if "differ from one another" in text]
    assert [text for text in told["audio"] if text.startswith("The one sample plays")]
    again = folder / "again.wav"
    label(SAMPLES / "sounds/melody.wav", LabelSpec(producer=CODE), output=again)
    audio = gather(declaration, str(folder)).services[1]
    texts = [statement.words[0] for statement in audio.statements]
    assert "The content numbers of the 2 samples differ from one another." in texts


def test_an_archive_for_ones_own_files_holds_samples_and_report(
    app: Callable[[str], Path], folder: Path
) -> None:
    """The profile decides whether originals and the report for machines go in."""
    data = make_pack(read_declaration(app(APP)), folder, read_profile("archive"), made=MADE)
    archive = zipfile.ZipFile(io.BytesIO(data))
    originals = {archive.read(name) for name in archive.namelist() if "/originals/" in name}
    assert originals == {path.read_bytes() for path in folder.rglob("*.*")}
    report = json.loads(archive.read("ailabel-evidence/report.json"))
    assert {item["path"] for item in report["files"]} == {str(p) for p in folder.rglob("*.*")}


def test_what_the_samples_do_not_show_is_refused(app: Callable[[str], Path], folder: Path) -> None:
    """Unlabelled, undeclared, missing, of another producer, numbered twice: all reasons at once."""
    (folder / "bare.md").write_text("# 报告\n", encoding="utf-8")
    (folder / "odd.bin").write_bytes(bytes(range(256)))
    (folder / "copy.md").write_bytes((folder / "article.md").read_bytes())
    label(SAMPLES / "sounds/bell.flac", LabelSpec(producer="Another"), output=folder / "other.flac")
    label(SAMPLES / "documents/report.docx", LabelSpec(producer=CODE), output=folder / "r.docx")
    text = APP + '\n[[generates]]\nmedium = "video"\nwhat = "x"\n'
    with pytest.raises(PlanError) as refused:
        gather(read_declaration(app(text)), str(folder))
    told = "\n".join(reasons(refused.value))
    assert "odd.bin: " in told
    assert "bare.md: its implicit label is not_found" in told
    assert "bare.md: its explicit label is not_found" in told
    assert "r.docx: what it shows is not declared" in told
    assert "video is declared, and no sample of it" in told
    assert "other.flac: its label names the producer Another" in told
    assert "stands in several samples: article.md, copy.md" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", "is no TOML"),
        ("", "app is missing; provider is missing; generates is missing"),
        (APP.replace('name = "示例', 'nmae = "示例'), "there is no key provider.nmae; do you mean"),
        (APP.replace('medium = "audio"', 'medium = "smell"'), "smell is no medium"),
        (APP.replace('medium = "audio"', 'medium = "text"'), "the medium text stands twice"),
        (APP.replace('medium = "audio"', "medium = 1"), "medium must be text of at most"),
        (APP.replace(CODE, CODE[:-1]), "is no provider code"),
        (APP.replace('version = "2.3.0"', 'version = "\\u0007"'), "version must be text"),
        (APP.replace("[[filings]]", "[filings]"), "filings must be a list of tables"),
        (APP + "\n[[generates]]\nmedium='image'\nwhat='x'\nscreens=[1]", "a list of patterns"),
    ],
)
def test_a_wrong_declaration_is_refused(app: Callable[[str], Path], text: str, told: str) -> None:
    """What is wrong is named, with the key."""
    with pytest.raises(LabelError, match=re.escape(told)):
        read_declaration(app(text))


def test_the_example_is_a_declaration() -> None:
    """What stands under examples/ can be used as it is."""
    path = Path(__file__).parents[2] / "examples/evidence/app.toml"
    assert [item.medium for item in read_declaration(path).services][-1] == "video"


def test_profiles_bound_the_archive(tmp_path: Path) -> None:
    """Each limit that is passed is named."""
    profile = Profile(
        max_bytes=10,
        max_files=1,
        max_depth=1,
        suffixes=(".pdf",),
        originals=False,
        report_json=False,
    )
    profile.check({"a.pdf": 10})
    with pytest.raises(PlanError) as refused:
        profile.check({"a/b/c.pdf": 10, "d.jpg": 1})
    assert len(reasons(refused.value)) == 4
    own = tmp_path / "own.toml"
    own.write_text("max_bytes = 0\nother = 1\n")
    with pytest.raises(LabelError, match="max_bytes, max_depth, max_files, originals, other"):
        read_profile(str(own))
    with pytest.raises(LabelError, match="there is no profile nothing; known are store, archive"):
        read_profile("nothing")


def test_the_command_writes_a_pack_or_says_why_not(
    app: Callable[[str], Path], folder: Path, tmp_path: Path
) -> None:
    """Exit code 0 with an archive, 1 with the reasons and no file, 2 for what stands there."""
    target = tmp_path / "pack.zip"
    arguments = ["evidence", "--app", str(app(APP)), "--samples", str(folder), "-o", str(target)]
    done = ailabel(*arguments, "--documents", "en", "--date", "2026-01-31")
    assert (done.code, target.exists()) == (0, True), done.err
    assert ailabel(*arguments).code == 2  # it exists
    target.unlink()
    (folder / "bare.md").write_text("# 报告\n", encoding="utf-8")
    done = ailabel(*arguments)
    assert (done.code, target.exists()) == (1, False)
    assert "bare.md" in done.err
    assert ailabel(*arguments, "--date", "31.1.2026").code == 2


def test_the_command_looks_at_the_target_first(app: Callable[[str], Path], tmp_path: Path) -> None:
    """Before it verifies for minutes: what stands there, and folders that do not."""
    (tmp_path / "taken.zip").touch()
    (tmp_path / "empty").mkdir()
    arguments = ["evidence", "--app", str(app(APP)), "--samples", str(tmp_path / "empty")]
    for name, told in (("taken.zip", "exists"), ("none/pack.zip", "no folder")):
        done = ailabel(*arguments, "-o", str(tmp_path / name), "--lang", "en")
        assert done.code == 2
        assert told in done.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_any_day_can_stand_in_a_pack(app: Callable[[str], Path], folder: Path, day: str) -> None:
    """Though archives know the years from 1980 to 2107 alone."""
    data = make_pack(
        read_declaration(app(APP)),
        folder,
        read_profile("store"),
        made=datetime.fromisoformat(f"{day}T00:00:00+00:00"),
    )
    assert 1980 <= zipfile.ZipFile(io.BytesIO(data)).infolist()[0].date_time[0] <= 2107


def test_a_pipe_is_no_sample(app: Callable[[str], Path], folder: Path) -> None:
    """Nobody waits for what may never come."""
    os.mkfifo(folder / "pipe")
    with pytest.raises(PlanError) as refused:
        gather(read_declaration(app(APP)), str(folder))
    assert reasons(refused.value) == ["pipe is no regular file"]


def test_a_folder_that_cannot_be_listed_is_told_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its samples are not passed over in silence."""
    real = os.scandir

    def closed(path: str) -> object:
        if path.endswith("deeper"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(PermissionError, match="deeper"):
        names_in(str(folder))


def test_a_sample_that_changes_meanwhile_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shown and handed over is what was verified: during it, and after it."""
    real = api.verify

    def edited(path: str, options: VerifyOptions) -> FileReport:
        report = real(path, options)
        with Path(path).open("ab") as file:
            file.write(b"\n")
        return report

    name = "deeper/story.txt"
    sample = verified(str(folder), name, screen=False)
    with monkeypatch.context() as patched:
        patched.setattr(api, "verify", edited)
        with pytest.raises(PlanError, match="changed while it was verified"):
            verified(str(folder), name, screen=False)
    facts = Facts((replace(_service(), samples=(sample,)),))
    with pytest.raises(PlanError, match="changed while it was verified"):
        list(_originals(facts, read_profile("archive")))


def test_the_lines_that_hold_a_label_are_shown(tmp_path: Path) -> None:
    """In whatever encoding, and however late; where no line does, what the label says."""
    spec = LabelSpec(producer=CODE, position={"text": "end"})
    (tmp_path / "wide.txt").write_text("山里的邮局\n", encoding="utf-16")
    (tmp_path / "long.txt").write_text("山里的邮局\n" * 40_000, encoding="gb18030")
    (tmp_path / "report.docx").write_bytes((SAMPLES / "documents/report.docx").read_bytes())
    (tmp_path / "page.html").write_text("<p>AI<b>生成</b></p>", encoding="utf-8")
    for name in ("wide.txt", "long.txt", "report.docx"):
        label(tmp_path / name, spec)
        sample = verified(str(tmp_path), name, screen=False)
        marked = [line for line, is_marked in exhibits._excerpt(sample) if is_marked]
        assert any("生成" in line for line in marked), name
    sample = verified(str(tmp_path), "page.html", screen=True)
    assert [line for line, is_marked in exhibits._excerpt(sample) if is_marked] == ["AI生成"]


def test_what_is_left_out_is_said(folder: Path, app: Callable[[str], Path]) -> None:
    """Lines of a picture beyond sixty, results of a sample beyond forty."""
    lines = [(str(number), True) for number in range(100)]
    assert exhibits._cut(lines[:60]) == lines[:60]
    assert exhibits._cut(lines) == [*lines[:59], ("… (+41)", False)]
    sample = verified(str(folder), "melody.wav", screen=False)
    check = replace(sample.report.checks[0], outcome=Outcome.PASS)
    sample = replace(sample, report=replace(sample.report, checks=(check,) * 45))
    writer = Writer(
        declaration=read_declaration(app(APP)),
        facts=Facts((replace(_service(), samples=(sample,)),)),
        language="en",
        made=MADE,
        pictures={},
    )
    blocks = list(writer.report())
    assert [len(block.rows) for block in blocks if isinstance(block, Table)] == [2, 41]
    assert blocks[-1] == Paragraph("Results that are not listed here: 5.", small=True)


def _service() -> ServiceFacts:
    service = Service(medium="text", what="x")
    return ServiceFacts(service=service, samples=(), screens=(), statements=())


def test_lines_end_where_they_may() -> None:
    """Never before a closing mark or inside a word, unless a word is longer than a line."""
    for text, width, lines in (
        ("服务提供者（画灵）。", 8, ["服务提供者（画", "灵）。"]),
        ("服务提供者（画灵）。", 6, ["服务提供者", "（画灵）。"]),
        ("rule IMP-004 holds", 8, ["rule", "IMP-004", "holds"]),
        ("约 5.4–5.7%。", 9, ["约", "5.4–5.7%。"]),
        ("SHA 0123456789", 8, ["SHA 0123", "456789"]),
        ("a\n\nb", 8, ["a", "", "b"]),
        ("", 8, [""]),
        ("宽", 0, ["宽"]),
    ):
        assert broken(text, width, len).split("\n") == lines


@given(st.text(alphabet="一二。，（）ab 1-.\n", max_size=40), st.integers(1, 9))
def test_breaking_lines_loses_nothing(text: str, width: int) -> None:
    """But spaces at the ends of lines; no line is longer than it may be, but for closing marks."""
    lines = broken(text, width, len).split("\n")
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert all(len(line) <= width for line in lines)


@pytest.mark.oracle
def test_a_heading_stands_on_the_page_of_its_picture() -> None:
    """Though there was room for the heading alone; what the font lacks is an empty square."""
    picture = io.BytesIO()
    Image.new("RGB", (600, 600)).save(picture, "JPEG")
    lines: list[Block] = [Paragraph("行")] * 18  # after these the picture alone does not fit
    heading, shown = Heading("标题\udcff", 3), Picture(picture.getvalue(), "图")
    pages = _text_of_pages(pdf("t", [*lines, heading, shown], "f", MADE))
    assert [("标题□" in page, "图" in page) for page in pages[:2]] == [(False, False), (True, True)]


def _text_of_pages(data: bytes) -> list[str]:
    command = ["pdftotext", "-", "-"]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout.decode().split("\f")


@pytest.mark.eyes
def test_screenshots_and_pictures_are_looked_at(app: Callable[[str], Path], tmp_path: Path) -> None:
    """A screenshot needs no metadata, but its label must be seen; so must a picture's."""
    folder = tmp_path / "pictures"
    (folder / "screens").mkdir(parents=True)
    source = SAMPLES / "pictures/landscape.png"
    label(source, LabelSpec(producer=CODE), output=folder / "made.png")
    label(source, LabelSpec(producer=CODE, implicit=False), output=folder / "screens/shot.png")
    text = APP[: APP.index("[[generates]]")] + (
        '[[generates]]\nmedium = "image"\nwhat = "x"\nscreens = ["screens/*"]\n'
    )
    facts = gather(read_declaration(app(text)), str(folder))
    (service,) = facts.services
    assert [sample.name for sample in service.screens] == ["screens/shot.png"]
    told = " ".join(statement.words[0] for statement in service.statements)
    assert "of the shortest side" in told
    assert "The screenshots of the interface show a label" in told
    (folder / "screens/shot.png").write_bytes(source.read_bytes())
    with pytest.raises(PlanError) as refused:
        gather(read_declaration(app(text)), str(folder))
    assert reasons(refused.value)[0].startswith("screens/shot.png: its explicit label is not_found")
