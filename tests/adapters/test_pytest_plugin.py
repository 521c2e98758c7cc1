"""The plug-in for pytest, in runs of pytest of its own.

These runs are processes of their own: one in this process would forget the modules that it loads.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.adapters.pytest_plugin import assert_labelled
from builders import png
from command import PRODUCER
from corpus import ROOT
from workplace import CONFIGURATION, label

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]
ALONE: Final = ("-p", "no:hypothesispytest", "-p", "no:xdist")  # others take seconds to import


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Write a picture without a label."""
    path = tmp_path / "a.png"
    path.write_bytes(next(iter(png.samples()))[1])
    return path


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let messages be English."""
    monkeypatch.setenv("AILABEL_LANG", "en")


def test_a_labelled_file_passes(picture: Path) -> None:
    """Alone, with others, and as one of a folder."""
    label(picture)
    assert_labelled(picture)
    assert_labelled(str(picture), picture.parent, producer=PRODUCER)


def test_what_the_configuration_leaves_out_does_not_pass(picture: Path, tmp_path: Path) -> None:
    """Nobody checked it; the gate passes it over, and a test that asks about it must not."""
    label(picture)
    other = tmp_path / "other.png"
    other.write_bytes(picture.read_bytes())
    config = tmp_path / "own.toml"
    config.write_text('exclude = ["a.png"]')
    assert_labelled(other, config=str(config))
    for paths in ((picture,), (other, picture)):
        with pytest.raises(AssertionError, match=r"a\.png: include or exclude leave this file out"):
            assert_labelled(*paths, config=str(config))
    config.write_text('exclude = ["*"]')
    with pytest.raises(AssertionError, match="leaves out every file"):
        assert_labelled(tmp_path, config=str(config))


def test_what_lacks_a_label_fails_and_why(picture: Path) -> None:
    """The message names the file, the rule and what to do."""
    with pytest.raises(AssertionError) as caught:
        assert_labelled(picture)
    for part in ("a.png", "GAT-001", "no implicit label was found", "to do: "):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"producer": "somebody else"}, "somebody else"),
        ({"explicit": "required"}, "GAT-002"),
        ({"explict": "required"}, "do you mean --explicit"),
        ({"config": "gone.toml"}, "gone.toml"),
    ],
)
def test_what_is_declared_counts(declared: dict[str, str], reason: str, picture: Path) -> None:
    """By the keys of configurations, which are checked."""
    label(picture)
    with pytest.raises(AssertionError, match=reason):
        assert_labelled(picture, **declared)


@pytest.mark.parametrize("name", ["gone.png", "notes.bin", "damaged.png"])
def test_what_cannot_be_checked_fails(name: str, tmp_path: Path) -> None:
    """A file that is not there, one of no known format, a damaged one."""
    (tmp_path / "notes.bin").write_bytes(b"\0\1")
    (tmp_path / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    with pytest.raises(AssertionError, match=name):
        assert_labelled(tmp_path / name)


def test_an_empty_folder_fails(tmp_path: Path) -> None:
    """A pipeline that made nothing has not made something labelled."""
    with pytest.raises(AssertionError, match="nothing to check"):
        assert_labelled(tmp_path)


def test_messages_follow_the_language(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the environment."""
    monkeypatch.setenv("AILABEL_LANG", "zh")
    with pytest.raises(AssertionError, match="标识"):
        assert_labelled(picture)


SUITE = """
import pytest

def test_bare(assert_labelled):
    assert_labelled("bare.png")

def test_good(assert_labelled):
    assert_labelled("good.png")

@pytest.mark.ailabel(producer="marked")
def test_marked(assert_labelled):
    assert_labelled("good.png")

@pytest.mark.ailabel(producer="marked", explicit="off")
class TestClass:
    def test_call(self, assert_labelled):
        assert_labelled("good.png", producer=PRODUCER)

    @pytest.mark.ailabel(producer=PRODUCER)
    def test_nearer(self, assert_labelled):
        assert_labelled("good.png")
"""


NO_EYES = """
from ailabel.marks.image import inspect
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding

def unseen(*_, **__):
    return Evidence(finding=Finding.UNCHECKED, reason=Message("the tests do not look here"))

inspect.inspect = unseen
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, picture: Path) -> pytest.Pytester:
    """Make a project with a configuration and a suite."""
    for name in ("bare.png", "good.png"):
        (pytester.path / name).write_bytes(picture.read_bytes())
    label(pytester.path / "good.png")
    (pytester.path / "ailabel.toml").write_text(CONFIGURATION)
    pytester.makeconftest(NO_EYES)
    pytester.makepyfile(SUITE.replace("PRODUCER", repr(PRODUCER)))
    return pytester


def test_fixture_and_marker(suite: pytest.Pytester) -> None:
    """The nearer declaration wins; strict markers and errors for warnings are no obstacle."""
    done = suite.runpytest_subprocess(*ALONE, "--strict-markers", "--strict-config", "-W", "error")
    done.assert_outcomes(passed=3, failed=2)
    done.stdout.fnmatch_lines(["*AssertionError: bare.png*", "*GAT-001*"])
    assert not [line for line in done.outlines if "pytest_plugin.py" in line]  # no inner frames


def test_the_configuration_beside_the_suite_counts(suite: pytest.Pytester) -> None:
    """Or the one that the ini file names."""
    (suite.path / "ailabel.toml").write_text('producer = "another"')
    (suite.path / "own.toml").write_text(CONFIGURATION)
    suite.runpytest_subprocess(*ALONE, "-k", "good").assert_outcomes(failed=1)
    suite.makeini("[pytest]\nailabel_config = own.toml")
    suite.runpytest_subprocess(*ALONE, "-k", "good").assert_outcomes(passed=1)


def test_it_can_be_left_out(suite: pytest.Pytester) -> None:
    """By its name, as every plug-in."""
    done = suite.runpytest_subprocess(*ALONE, "-p", "no:ailabel", "-k", "good")
    done.assert_outcomes(errors=1)


def test_starting_pytest_loads_next_to_nothing_of_ours() -> None:
    """The plug-in itself, and the package that it stands in."""
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import ailabel.adapters.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ailabel", "ailabel.adapters", "ailabel.adapters.pytest_plugin"]


def test_the_examples_of_the_readmes_run(suite: pytest.Pytester) -> None:
    """They fail for want of the label that people see, which they ask about."""
    source = str(suite.path / "good.png")
    made = f"import shutil\ndef make_poster(path):\n    shutil.copy({source!r}, path)"
    files = {}
    for name in ("README", "README.zh-CN"):
        text = (ROOT / f"{name}.md").read_text("utf-8")
        (shown,) = re.findall(r"^```py\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        files[f"test_{name.lower().replace('.', '_').replace('-', '_')}"] = f"{made}\n{shown}"
    done = suite.runpytest_subprocess(*ALONE, "-k", "poster", suite.makepyfile(**files).parent)
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*GAT-002*"])
