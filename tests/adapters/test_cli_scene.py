"""``ailabel scene``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from command import ailabel

if TYPE_CHECKING:
    from pathlib import Path


def test_it_writes_overlays_and_the_element(tmp_path: Path) -> None:
    """PNG and SVG of each size, and with --web the element for pages."""
    done = ailabel("scene", "-o", tmp_path / "out", "--size", "390x844", "--size", "1x1", "--web")
    assert done.code == 2
    done = ailabel("scene", "-o", tmp_path / "out", "--size", "390x844", "--web")
    assert done.code == 0
    names = sorted(item.name for item in (tmp_path / "out").iterdir())
    assert names == ["ai-label-390x844.png", "ai-label-390x844.svg", "ai-label.js"]


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    """What stands there as it would be written is left alone."""
    assert ailabel("scene", "-o", tmp_path, "--size", "800x600").code == 0
    before = {item: item.stat().st_mtime_ns for item in tmp_path.iterdir()}
    done = ailabel("scene", "-o", tmp_path, "--size", "800x600")
    assert done.code == 0
    assert done.out.count("stands there already") == 2
    assert {item: item.stat().st_mtime_ns for item in tmp_path.iterdir()} == before


def test_another_file_is_not_replaced(tmp_path: Path) -> None:
    """A file of that name with other content is refused."""
    other = tmp_path / "ai-label-800x600.png"
    other.write_bytes(b"mine")
    done = ailabel("scene", "-o", tmp_path, "--size", "800x600")
    assert done.code == 2
    assert "exists" in done.err
    assert other.read_bytes() == b"mine"


def test_a_size_that_is_none_is_an_error_of_usage(tmp_path: Path) -> None:
    """The message shows how a size is written."""
    done = ailabel("scene", "-o", tmp_path, "--size", "large")
    assert done.code == 2
    assert "1920x1080" in done.err
