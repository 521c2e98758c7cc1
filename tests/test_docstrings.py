"""The examples in docstrings are what a user would see."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

import ailabel

_PACKAGE: Final = Path(ailabel.__file__).parent
_MODULES: Final = sorted(
    ".".join(("ailabel", *path.relative_to(_PACKAGE).with_suffix("").parts))
    for path in _PACKAGE.rglob("*.py")
    if ">>>" in path.read_text("utf-8")
)


def test_the_public_calls_have_examples() -> None:
    """The module that users meet first shows how it is used."""
    assert "ailabel.api" in _MODULES


@pytest.mark.parametrize("name", _MODULES)
def test_examples(name: str) -> None:
    """Every example of the module prints what it says."""
    found = doctest.testmod(import_module(name))
    assert found.attempted
    assert not found.failed
