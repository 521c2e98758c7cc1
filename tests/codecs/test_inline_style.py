"""Colours in style attributes."""

from __future__ import annotations

import pytest

from ailabel.codecs.inline_style import is_pale


@pytest.mark.parametrize(
    ("style", "pale"),
    [
        ("color:#fff", True),
        ("margin:0;color:#FEFEFE;", True),
        ("color:#ffffff80", True),
        ("color:white", True),
        ("color:rgb(250,251,252)", True),
        ("color:#ddd", False),
        ("color:#fff;background:#222", False),
        ("background-color:#222;color:#fff", False),
        ("background:none;color:#fff", True),
        ("background-color:#fff", False),
        ("border-color:#fff", False),
        ("color:rgb(250,20,252)", False),
        ("color:inherit", False),
        ("", False),
    ],
)
def test_letters_like_the_page_are_told(style: str, pale: bool) -> None:  # noqa: FBT001 - a parameter
    """Nearly white on no ground of its own."""
    assert is_pale(style) is pale
