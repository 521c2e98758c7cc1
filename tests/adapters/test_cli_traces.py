"""``--traces`` and ``--check-c2pa`` of ``ailabel verify`` and ``ailabel read``."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import ailabel as package
from builders import manifests, png, traced
from command import ailabel
from schemas import check as check_schema

if TYPE_CHECKING:
    from pathlib import Path

STORE = manifests.store(manifests.manifest("urn:c2pa:one", manifests.created()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with traces of two kinds, a file without, and one that is damaged."""
    (tmp_path / "a.png").write_bytes(traced.texts(("parameters", traced.WEBUI)))
    (tmp_path / "b.png").write_bytes(png.build(png.chunk(b"caBX", STORE)))
    (tmp_path / "clean.png").write_bytes(png.build())
    (tmp_path / "cut.png").write_bytes(png.build()[:40])
    return tmp_path


@pytest.mark.parametrize("command", [("read",), ("verify", "--implicit-only")])
def test_traces_are_told_where_they_are_asked_for(command: tuple[str, ...], folder: Path) -> None:
    """With their claim, and also that there is none; otherwise not a word."""
    asked = ailabel(*command, "--traces", "--lang", "en", str(folder)).out
    assert "generated, stated: metadata as Stable Diffusion web UI writes them" in asked
    assert "says trainedAlgorithmicMedia; its signature was not checked [caBX" in asked
    assert asked.count("traces: 1\n") == 2
    assert asked.count("traces: 0\n") == 2
    assert "traces: " not in ailabel(*command, "--lang", "en", str(folder)).out


def test_traces_change_no_exit_code(folder: Path) -> None:
    """They decide nothing."""
    for name in ("a.png", "clean.png"):
        path = str(folder / name)
        for command in (("read",), ("verify", "--implicit-only")):
            plain, asked = ailabel(*command, path), ailabel(*command, "--traces", path)
            assert plain.code == asked.code


@pytest.mark.parametrize("command", ["read", "verify"])
def test_json_has_traces_only_where_they_are_asked_for(command: str, folder: Path) -> None:
    """The key is always there; null says that nobody asked."""
    only = ("--implicit-only",) if command == "verify" else ()
    found = {}
    for options in ((), ("--traces",)):
        done = ailabel(command, *only, *options, "--format", "json", str(folder))
        document = json.loads(done.out)
        check_schema(document, "report")
        found[options] = [
            item["traces"] and [trace["kind"] for trace in item["traces"]]
            for item in document["files"]
        ]
    assert found[()] == [None] * 4
    assert found[("--traces",)] == [["a1111"], ["c2pa"], [], []]


def test_manifests_are_checked_where_it_is_asked_for(folder: Path) -> None:
    """Checking shows traces as well, and says what does not hold."""
    done = ailabel("read", "--check-c2pa", "--lang", "en", str(folder / "b.png"))
    assert done.code == 0
    assert "says trainedAlgorithmicMedia; " in done.out
    assert "not checked" not in done.out


def test_without_the_package_checking_says_what_to_install(folder: Path) -> None:
    """The extra is named, nothing is read, and the exit code is that of work that failed."""
    code = (
        "import sys; sys.modules['c2pa'] = None\n"
        "from ailabel.__main__ import main\n"
        f"sys.argv = ['ailabel', 'read', '--check-c2pa', '--lang', 'en', {str(folder)!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'ailabel[c2pa]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_api_reads_traces_without_judging(folder: Path) -> None:
    """`read` passes on what is asked for, for paths and for bytes."""
    options = package.VerifyOptions(traces=True)
    report = package.read(folder / "a.png", options)
    assert report.traces is not None
    (trace,) = report.traces
    assert (trace.kind, trace.claim, trace.of_ai) == ("a1111", package.Claim.GENERATED, True)
    assert package.read(folder / "a.png").traces is None
    data = (folder / "a.png").read_bytes()
    assert package.read_bytes(data, options, name="a.png").traces == report.traces


def test_traces_before_the_damage_are_told(folder: Path) -> None:
    """A file that was cut short in its pixels still says who made it."""
    data = (folder / "a.png").read_bytes()
    (folder / "cut.png").write_bytes(data[:-20])
    done = ailabel("read", "--traces", "--lang", "en", str(folder / "cut.png"))
    assert "writes them into what it generates [tEXt[parameters] @33]" in done.out
    assert "runs past the end of the file" in done.out
