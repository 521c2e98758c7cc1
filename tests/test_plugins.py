"""What other packages add: found without going through all that is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.machinery import PathFinder
from importlib.metadata import DistributionFinder
from typing import TYPE_CHECKING

import pytest

from ailabel import plugins
from ailabel.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = "ailabel.toys"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder of packages, the only one."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing.zip")])
    monkeypatch.setattr(sys, "meta_path", [PathFinder])
    yield tmp_path
    plugins._entry_points.cache_clear()


def install(folder: Path, name: str, text: str, record: str = "dist-info") -> None:
    """Make a package that says something of its entry points."""
    where = folder / f"{name}-1.0.{record}"
    where.mkdir(parents=True)
    (where / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (where / "PKG-INFO").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (where / "entry_points.txt").write_text(text)


@pytest.mark.parametrize("record", ["dist-info", "egg-info"])
def test_objects_come_in_the_order_of_their_names(folder: Path, record: str) -> None:
    """Whatever package brings them."""
    install(folder, "second", f"[{GROUP}]\nb = os:sep\n", record)
    install(folder, "first", f"[console_scripts]\nx = y:z\n\n[{GROUP}]\na = os:curdir\n", record)
    assert list(plugins.load(GROUP)) == [("a", "."), ("b", "/")]


def test_nothing_is_gone_through_where_no_package_names_the_group(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that is not named costs a look into a few files."""
    install(folder, "other", f"[{GROUP}.more]\na = os:sep\n")
    (folder / "file-1.0.egg-info").write_text("Name: file\n")
    monkeypatch.setattr("importlib.metadata.entry_points", None)
    assert list(plugins.load(GROUP)) == []


@pytest.mark.parametrize("name", ["packages.zip", "packages.egg"])
def test_archives_are_asked(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What is no folder is left to the standard library."""
    archive = folder / name
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("toy-1.0.dist-info/METADATA", "Name: toy\nVersion: 1.0\n")
        file.writestr("toy-1.0.dist-info/entry_points.txt", f"[{GROUP}]\na = os:sep\n")
    monkeypatch.setattr(sys, "path", [str(archive)])
    assert list(plugins.load(GROUP)) == [("a", "/")]


def test_other_finders_are_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages may come from anywhere, once somebody has added a finder of them."""

    class Elsewhere:
        """A finder that knows one folder more."""

        def find_spec(self, *_: object) -> None:
            """Find no modules."""

        def find_distributions(self, _: object) -> Iterator[object]:
            """Find the packages of that folder."""
            wider = DistributionFinder.Context(path=[str(folder / "elsewhere")])
            return iter(PathFinder.find_distributions(wider))

    install(folder / "elsewhere", "toy", f"[{GROUP}]\na = os:sep\n")
    assert list(plugins.load(GROUP)) == []
    monkeypatch.setattr(sys, "meta_path", [PathFinder, Elsewhere()])
    assert list(plugins.load(GROUP)) == [("a", "/")]


def test_what_cannot_be_loaded_is_told(folder: Path) -> None:
    """A package that is broken is named."""
    install(folder, "toy", f"[{GROUP}]\na = os:nothing\n")
    with pytest.raises(PluginError, match="the extension a cannot be loaded: AttributeError"):
        list(plugins.load(GROUP))


def test_packages_that_add_something_are_named_with_their_versions(folder: Path) -> None:
    """Whatever group of ours they name; what they brought decides what is known of a file."""
    assert plugins.providers() == ()
    install(folder, "toys", f"[{GROUP}]\na = os:sep\n")
    install(folder, "other", "[console_scripts]\nx = y:z\n")
    plugins._entry_points.cache_clear()
    assert plugins.providers() == ("toys 1.0",)


def test_a_check_does_not_load_what_goes_through_packages(tmp_path: Path) -> None:
    """Files of no known format are asked of other packages, and that is quick."""
    (tmp_path / "a.py").write_text("number = 1\n")
    code = (
        "import sys; from ailabel import check; files = list(check(sys.argv[1])); "
        "assert files; print('importlib.metadata' in sys.modules, 'email' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
