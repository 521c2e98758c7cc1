"""The lines of Markdown, and YAML in its body."""

from __future__ import annotations

import pytest

from ailabel.codecs.markdown import lines
from ailabel.codecs.markdown_yaml import passages
from ailabel.codecs.text import build
from ailabel.errors import LimitExceededError


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a\n\nb", "text blank text"),
        ("# a\n#b\n####### c\n#", "heading text text heading"),
        ("a\n===\nb\n---\n***\n_ _ _\n--", "text rule text rule rule rule text"),
        ("- a\n* b\n1. c\n2) d\n-e\n+", "list list list list text list"),
        ("> a\n   > b", "quote quote"),
        ("```\na\n```\nb", "code code code text"),
        ("````\n```\n````\nb", "code code code text"),
        ("~~~ `x`\na\n~~\n~~~~\nb", "code code code code text"),
        ("``` `x`\na", "text text"),
        ("```\na", "code code"),
        ("    a\n\ta\nb\n    c", "code code text text"),
        ("- a\n\n      ```\n      b\n      ```\n      c", "list blank code code code text"),
        ("<!-- a\nb -->\nc\n<!-- d -->\n<!-->\ne", "comment comment text comment comment text"),
        ("<script>\na\n</script>\nb", "code code code text"),
        ("<pre>a</pre>\nb", "code text"),
        ("<? a\n?>\n<![CDATA[\n]]>\n<!D\n>\nb", "code code code code code code text"),
        ("a\r\nb\rc\n", "text text text"),
        ("", ""),
    ],
)
def test_the_kinds_of_lines(text: str, kinds: str) -> None:
    """Code, comments, quotes, lists, headings and rules are told from prose [CommonMark 4]."""
    found = list(lines(text))
    assert [line.kind.value for line in found] == kinds.split()
    assert "".join(text[line.start : line.next] for line in found) == text
    assert [line.number for line in found] == list(range(1, len(found) + 1))


def test_folds_and_starts() -> None:
    """Parts inside details elements are marked, and numbers count from the start of the text."""
    text = "x\ny\n<details>\na\n</details>\nb\n"
    found = list(lines(text, 2))
    assert [(line.number, line.folded) for line in found] == [
        (2, False), (3, True), (4, True), (5, False), (6, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "block", "removable"),
    [
        ("---\nK: {a: 1}\n---\n", True, True),
        ("# T\n---\nK: {a: 1}\n---\nx\n", True, True),
        ("x\n---\nK: {a: 1}\n---\n", True, False),
        ("x\n\n---\nK: {a: 1}\nb: 2\n---\n", True, False),
        ("x\n\nK: {a: 1}\n", True, True),
        ("x\n\n---\nK:\n  a: 1\n", True, True),
        ("x\nK: {a: 1}\n", False, False),
        ("K: {a: 1}\n\nx\n", False, False),
        ("---\nK: a: b\n---\n", False, False),
        ("---\n{K: 1}\n---\n", False, False),
        ("> K: x\n", False, False),
        ("x k-label = y\n", None, False),
        ("no word\n", None, False),
    ],
)
def test_blocks_and_passages(body: str, *, block: bool | None, removable: bool) -> None:
    """A block of its own is one, removable where no prose runs together; the rest are passages."""
    found = passages(build(body.encode(), "utf-8", 0), 0, "K")
    if block is None:
        assert not found
        return
    (passage,) = found
    assert bool(passage.entries) is block
    assert (passage.cut is not None) is removable
    if passage.cut:
        begin, end = passage.cut
        assert "K" not in body[:begin] + body[end:]


def test_the_work_is_bounded() -> None:
    """Too many keys and too much YAML are refused."""
    with pytest.raises(LimitExceededError):
        passages(build(b"---\n" * 100_001 + b"K", "utf-8", 0), 0, "K")
    assert not passages(build(b"---\n" * 100_001, "utf-8", 0), 0, "K")
    block = "---\nK: [\n" + "x" * 200_000 + "\n---\n\n"
    with pytest.raises(LimitExceededError):
        passages(build((block * 7).encode(), "utf-8", 0), 0, "K")
