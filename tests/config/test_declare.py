"""What files say of themselves, and what pipelines say of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.config import Origin, load
from ailabel.config.declare import declared
from ailabel.config.manifest import read_manifest
from ailabel.errors import AilabelError, ConfigError
from ailabel.io.source import BytesView

if TYPE_CHECKING:
    from pathlib import Path

YAML: Final = "---\ntitle: t\nailabel:\n  ai: true\n  explicit: required\n---\ntext\n"
META: Final = '<meta name="ailabel" content="ai=true; explicit=required">'
BOTH: Final = {"ai": "yes", "explicit": "required"}


def said(format: str, text: str | bytes) -> dict[str, object]:
    """Return what a file says of itself."""
    data = text.encode() if isinstance(text, str) else text
    return dict(declared(format, BytesView(data)))


@pytest.mark.parametrize(
    "text",
    [
        YAML,
        YAML.replace("\n", "\r\n"),
        "\N{BYTE ORDER MARK}" + YAML,
        YAML.encode("utf-16"),
        "---\nailabel: {ai: 'true', explicit: required}\n---\n",
        "+++\n[ailabel]\nai = true\nexplicit = 'required'\n+++\n",
        '{"ailabel": {"ai": true, "explicit": "required"}}\n\ntext',
    ],
)
def test_front_matter_declares(text: str | bytes) -> None:
    """In YAML, TOML or JSON, in any encoding that Markdown is read in."""
    assert said("markdown", text) == BOTH


@pytest.mark.parametrize(
    "text",
    [
        f"<html><head>{META}</head><body>x</body></html>",
        f"<!DOCTYPE html><title>ailabel</title>{META}<p>x",
        f"<?xml version='1.0'?><html><head>{META[:-1]}/></head></html>",
        "<META NAME=AILABEL CONTENT=' ai = true ;; explicit=&#114;equired; '>",
        "<meta name=ailabel content=ai=true><meta name=ailabel content=explicit=required>",
        f"<head>{META}".encode("utf-16"),
    ],
)
def test_pages_declare(text: str | bytes) -> None:
    """In their head, by one element or several."""
    assert said("html", text) == BOTH


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("markdown", "text\n\n---\nailabel:\n  ai: true\n---\n"),
        ("markdown", "---\nname: ailabel\n---\n"),
        ("markdown", "ailabel\n"),
        ("markdown", "---\n- ailabel\n---\n"),
        ("markdown", "+++\nbroken\n+++\nailabel"),
        ("html", f"<body>{META}"),
        ("html", f"<!-- {META} --><p>x"),
        ("html", f"<template>{META}</template><p>x"),
        ("html", "<meta name=ailabel><meta content=ailabel><p>x"),
        ("html", "<p>x"),
    ],
)
def test_what_only_looks_like_it_declares_nothing(format: str, text: str) -> None:
    """What is quoted, commented out, or stands in the text."""
    assert said(format, text) == {}


@pytest.mark.parametrize(
    ("format", "text", "reason"),
    [
        ("markdown", "---\nailabel: true\n---\n", "ailabel must be a table"),
        ("markdown", "---\nailabel:\n  ai: yes\n---\n", 'must be true, false or "unknown"'),
        ("markdown", "---\nailabel:\n  explict: off\n---\n", "mean ailabel.explicit"),
        ("markdown", "---\nailabel:\n  deep: true\n---\n", "there is no key ailabel.deep"),
        ("markdown", "---\nailabel: {}\nailabel: {ai: true}\nailabel: {ai: false}\n---\n", "twice"),
        ("markdown", "---\nailabel: [\n---\n", "front matter"),
        ("markdown", "+++\nailabel = [\n+++\n", "the front matter is no TOML"),
        ("markdown", f"+++\nailabel = '{'x' * 300_000}'\n+++\n", "larger than the limit"),
        ("html", META.replace("true", "perhaps"), "ailabel.ai must be"),
        ("html", META.replace("ai=true", "ai"), "ailabel.ai must be"),
        ("html", META + META, "stands there twice"),
    ],
)
def test_mistakes_are_errors_of_the_file(format: str, text: str, reason: str) -> None:
    """What was meant to be declared must not be lost."""
    with pytest.raises(AilabelError, match=reason):
        said(format, text)


@settings(max_examples=150)
@given(st.sampled_from([YAML, META, "+++\n[ailabel]\nai=true\n+++"]), st.data())
def test_damaged_files_end_in_an_answer(text: str, data: st.DataObject) -> None:
    """A few bytes changed, added or gone: an answer, or an error of ours."""
    raw = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 3))
        raw[place : place + length] = data.draw(st.binary(max_size=3))
    for format in ("markdown", "html"):
        try:
            found = said(format, bytes(raw))
        except AilabelError:
            continue
        assert found.keys() <= {"ai", "explicit"}


def test_regimes_may_be_several() -> None:
    """As a list, or with commas where there are none."""
    text = "<meta name=ailabel content='regimes=cn, eu'>"
    assert said("html", text) == {"regimes": ("cn", "eu")}
    assert said("markdown", "---\nailabel:\n  regimes: [cn, eu]\n---\n") == said("html", text)
    assert said("markdown", "---\nailabel:\n  regimes: eu\n---\n") == {"regimes": ("eu",)}


# -- manifests -------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> str:
    """Write a manifest."""
    path = folder / "made.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_document_declares(tmp_path: Path) -> None:
    """Paths count from the manifest's folder; keys with x- are the pipeline's."""
    document = {
        "version": 1,
        "x-run": 7,
        "files": {"out/图.png": {"ai": True, "x-model": []}, "../b.jpg": {"ai": False}},
    }
    found = read_manifest(written(tmp_path, json.dumps(document, indent=1)))
    assert found == {
        str(tmp_path / "out/图.png"): {"ai": "yes"},
        str(tmp_path.parent / "b.jpg"): {"ai": "no"},
    }


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n"])
def test_lines_declare(newline: str, tmp_path: Path) -> None:
    """One object a line, of which the last for a path counts; also a single line."""
    lines = [
        '{"path": "a.png", "ai": true}',
        '{"path": "b.png", "producer": "p", "regimes": "eu"}',
        '{"path": "./a.png", "ai": "unknown"}',
    ]
    found = read_manifest(written(tmp_path, newline.join(lines)))
    assert found == {
        str(tmp_path / "a.png"): {"ai": "unknown"},
        str(tmp_path / "b.png"): {"producer": "p", "regimes": ("eu",)},
    }
    assert len(read_manifest(written(tmp_path, lines[0]))) == 1
    assert read_manifest(written(tmp_path, "")) == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"files": {}}', "is no manifest"),
        ('{"version": 2, "files": {}}', "is no manifest"),
        ('{"version": 1, "files": []}', "is no manifest"),
        ('{"version": 1, "files": {}, "filez": 1}', "no key filez; do you mean files"),
        ('{"version": 1, "files": {"a": 1}}', "files.a must be"),
        ('{"version": 1, "files": {"": {}}}', "files. must be"),
        ('{"version": 1, "files": {"a": {"ai": 1}}}', "files.a.ai must be true"),
        ('{"version": 1, "files": {"a": {}, "a": {}}}', "a stands there twice"),
        ('{"path": "a", "ai": true, "ai": false}', "ai stands there twice"),
        ('{"ai": true}\n{"path": 3}', "is no manifest|line 1 must be"),
        ('{"path": "a"}\n[]\n"x"', "line 2 must be an object.*; line 3 must be"),
        ('{"path": "a"}\nx', "line 2 is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("3", "is no manifest"),
        ('{"path": "a\\u0000"}', "line 1 must be"),
    ],
)
def test_what_is_no_manifest_is_an_error(text: str, reason: str, tmp_path: Path) -> None:
    """A manifest that cannot be read must not declare nothing."""
    with pytest.raises(ConfigError, match=reason):
        read_manifest(written(tmp_path, text))


def test_problems_of_a_manifest_are_listed_up_to_a_number(tmp_path: Path) -> None:
    """One wrong line in a pipeline is a thousand in its output."""
    with pytest.raises(ConfigError) as caught:
        read_manifest(written(tmp_path, '{"path": "a", "AI": true}\n' * 1000))
    assert len(caught.value.problems) == 20


def test_manifests_must_be_there_and_be_text(tmp_path: Path) -> None:
    """And no longer than 32 MiB."""
    with pytest.raises(ConfigError, match="No such file"):
        read_manifest(str(tmp_path / "gone.json"))
    path = tmp_path / "bytes.json"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="is no UTF-8"):
        read_manifest(str(path))
    with path.open("r+b") as file:
        file.truncate((32 << 20) + 1)
    with pytest.raises(ConfigError, match="longer than"):
        read_manifest(str(path))


def test_the_nearer_to_the_file_wins(tmp_path: Path) -> None:
    """Tables, then manifests, then the file itself, then the command line."""
    (tmp_path / "ailabel.toml").write_text(
        'manifest = ["out/made.jsonl", "made.json"]\n'
        '[[paths]]\nmatch = ["out/**"]\nai = true\nexplicit = "required"\nproducer = "table"\n'
    )
    (tmp_path / "out").mkdir()
    (tmp_path / "out/made.jsonl").write_text('{"path": "a.md", "producer": "line", "ai": false}\n')
    manifest = written(tmp_path, '{"version": 1, "files": {"out/a.md": {"producer": "made"}}}')
    root, path, view = str(tmp_path), "out/a.md", BytesView(b"---\nailabel: {ai: unknown}\n---\n")
    profile = load(root).profile(path, format="markdown", view=view)
    assert (profile.ai, profile.producer, profile.explicit) == ("unknown", "made", "required")
    assert profile.origins["ai"] == Origin(str(tmp_path / path), "front matter")
    assert profile.origins["producer"] == Origin(manifest, "manifest")
    assert load(root).profile(path).ai == "no"
    assert load(root).profile(path, format="txt", view=view).ai == "no"
    given = load(root, options={"ai": True, "manifest": []})
    assert given.profile(path, format="markdown", view=view).ai == "yes"
    assert given.profile(path).producer == "table"


def test_files_of_which_a_manifest_says_the_same_share_a_profile(tmp_path: Path) -> None:
    """Ten thousand of them are one object."""
    lines = [f'{{"path": "{number}.png", "ai": true}}' for number in range(100)]
    path = written(tmp_path, "\n".join(lines))
    configuration = load(str(tmp_path), options={"manifest": path})
    assert len({id(configuration.profile(f"{number}.png")) for number in range(100)}) == 1
