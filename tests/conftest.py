"""What all tests share."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from ailabel.marks.image import inspect as pictures
from ailabel.marks.video import inspect as films
from ailabel.messages import Message
from ailabel.spi import Evidence, Finding

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format


# No test may fail because the machine was busy.
settings.register_profile("ailabel", settings(), deadline=None)  # in CI, without chance too
settings.load_profile("ailabel")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of the tests that look; let runs in the background be interrupted too."""
    config.addinivalue_line("markers", "eyes: looks at pixels, which takes half a second each")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what ends in "&"
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _unseen(view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG001 - the contract
    return Evidence(finding=Finding.UNCHECKED, reason=Message("the tests do not look here"))


@pytest.fixture(autouse=True)
def _eyes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at pixels only in tests that are marked ``eyes``: each look takes half a second."""
    if request.node.get_closest_marker("eyes") is None:
        monkeypatch.setattr(pictures, "inspect", _unseen)
        monkeypatch.setattr(films, "inspect", _unseen)
