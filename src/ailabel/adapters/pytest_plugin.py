"""A plug-in for pytest, by which pipelines test that what they make carries its labels.

It is there once ailabel is installed::

    def test_poster(tmp_path, assert_labelled):
        make_poster(tmp_path / "poster.png")
        assert_labelled(tmp_path / "poster.png", explicit="required")

A file is judged as ``ailabel check`` judges one that was declared as made with AI. What else is
declared stands in the configuration beside pytest's root folder (or the ini option
``ailabel_config``), in a marker, ``@pytest.mark.ailabel(producer="…", deep=True)``, and in the
call, by the keys of configurations; what comes later wins. The function can be imported, too; then
no configuration is read but the one that is given.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.gate.run import GateRun
    from ailabel.model.gate import GateFile

__all__ = ["AssertLabelled", "assert_labelled"]

_MARKER: Final = "ailabel(**declared): what holds for files that assert_labelled is asked about"


class AssertLabelled(Protocol):
    """What the fixture ``assert_labelled`` is."""

    def __call__(self, *paths: str | os.PathLike[str], **declared: object) -> None:
        """Fail unless files, or all files of folders, are labelled as they must be."""


def assert_labelled(
    *paths: str | os.PathLike[str], config: str | None = None, **declared: object
) -> None:
    """Fail unless files, or all files of folders, are labelled as they must be.

    Args:
        paths: files and folders; all of them are taken as made with AI.
        config: the configuration; None for none.
        declared: further declarations by the keys of configurations, such as ``explicit``,
            ``producer`` or ``deep``.

    Raises:
        AssertionError: a file would stop the publication, or was not checked; says why.
    """
    __tracebackhide__ = True
    from ailabel.gate.options import GateChoice, GateOptions
    from ailabel.gate.run import GateRun

    options = GateOptions(
        choice=GateChoice(paths=tuple(os.fspath(path) for path in paths), git=False),
        config=config,
        isolated=config is None,
        settings={"ai": True, **declared},
        cache=False,
    )
    run = GateRun(options, home=None)
    files = list(run)
    left = _left_out(options.choice.paths, run, files)
    if run.end().code or left:
        raise AssertionError(left + _told(run, files))


@pytest.fixture(name="assert_labelled")
def _fixture(request: pytest.FixtureRequest) -> AssertLabelled:
    """Return what fails unless files are labelled; see `ailabel.adapters.pytest_plugin`."""
    marks = reversed(list(request.node.iter_markers("ailabel")))
    marked = {name: value for mark in marks for name, value in mark.kwargs.items()}
    config = _configuration(request.config)

    def check(*paths: str | os.PathLike[str], **declared: object) -> None:
        __tracebackhide__ = True
        assert_labelled(*paths, config=config, **{**marked, **declared})

    return check


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option of the ini file."""
    parser.addini("ailabel_config", "configuration for assert_labelled, from the root folder")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", _MARKER)


def _configuration(config: pytest.Config) -> str | None:
    named = str(config.getini("ailabel_config"))
    if named:
        return str(config.rootpath / named)
    from ailabel.config.find import nearest

    found = nearest(str(config.rootpath))
    return None if found is None else found.file


def _left_out(paths: Sequence[str], run: GateRun, files: Sequence[GateFile]) -> str:
    """Name what the configuration leaves out, which a gate passes over and a test must not."""
    from ailabel.adapters.environment import language
    from ailabel.messages import translate
    from ailabel.reporters.summary import clean

    checked = {os.path.realpath(f"{run.end().root}/{file.path}") for file in files}
    said = translate("include or exclude leave this file out", language())
    return "".join(
        f"{clean(path, None)}: {said}\n"
        for path in paths
        if os.path.isfile(path) and os.path.realpath(path) not in checked  # noqa: PTH113 - no pathlib
    )


def _told(run: GateRun, files: Sequence[GateFile]) -> str:
    import ailabel
    from ailabel.adapters.environment import language
    from ailabel.reporters.check_text import render
    from ailabel.reporters.summary import Header

    header = Header(command="check", tool_version=ailabel.__version__, language=language())
    return "".join(render(header, files, run.end))
