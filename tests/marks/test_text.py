"""The explicit label in text files and strings: put in, found, and told from what resembles it."""

from __future__ import annotations

from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel import registry
from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.marks.text import MARKER, inspect_text, label_text, lines
from ailabel.marks.text.markdown import escape
from ailabel.model.media import Format, Medium
from ailabel.spi import Evidence, Finding, MarkSpec
from ailabel.testing import damaged
from builders import html, markdown, txt

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLES: Final = {**dict(txt.samples()), **dict(markdown.samples()), **dict(html.samples())}
LABEL: Final = "本内容由AI生成"
SUFFIXES: Final = {"txt": "a.txt", "markdown": "a.md", "html": "a.html"}


def _format(name: str) -> Format:
    view = BytesView(b"", name)
    return registry.detect(view).format


def _inspect(data: str | bytes, name: str) -> Evidence:
    data = data.encode() if isinstance(data, str) else data
    return MARKER.inspect(BytesView(data, name), _format(name))


def _label(data: str | bytes, name: str, spec: MarkSpec | None = None) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    rendition = MARKER.render(BytesView(data, name), _format(name), spec or MarkSpec())
    assert rendition.reencoded is None
    assert rendition.changed_outside == 0
    return apply(data, rendition.edits)


def _places(evidence: Evidence) -> list[str]:
    return [item.place for item in evidence.sightings if item.finding is Finding.FOUND]


# -- putting it in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        MarkSpec(),
        MarkSpec(position="end", wording="zh+en"),
        MarkSpec(position="both", text_mark="corner"),
    ],
    ids=["start", "end", "corner"],
)
@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_put_in_is_found(name: str, spec: MarkSpec) -> None:
    """Every sample takes the label at every place, only insertions are made, and it is seen."""
    data = SAMPLES[name]
    view = BytesView(data, name)
    rendition = MARKER.render(view, _format(name), spec)
    assert all(edit.length == 0 for edit in rendition.edits)
    assert len(rendition.marks) == len(rendition.edits)
    evidence = MARKER.inspect(BytesView(apply(data, rendition.edits), name), _format(name))
    assert evidence.finding is Finding.FOUND
    assert {mark.text for mark in rendition.marks} <= {item.text for item in evidence.sightings}


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", "start", "{}\n"),
        ("a", "start", "{}\n\na"),
        ("a\n", "end", "a\n\n{}\n"),
        ("a", "end", "a\n\n{}"),
        ("a\r\n", "both", "{}\r\n\r\na\r\n\r\n{}\r\n"),
        ("\ufeffa\n", "start", "\ufeff{}\n\na\n"),
    ],
)
def test_plain_text_keeps_its_newlines(text: str, position: str, expected: str) -> None:
    """The label is a line of its own in the file's newline style, behind the byte order mark."""
    after = _label(text, "a.txt", MarkSpec(position=position)).decode()
    assert after == expected.replace("{}", LABEL)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("---\nt: x\n---\n# T\n", "start", "---\nt: x\n---\n\n{}\n\n# T\n"),
        ("---\nt: x\n---\n\n# T\n", "start", "---\nt: x\n---\n\n{}\n\n# T\n"),
        ("---\nt: x\n---", "start", "---\nt: x\n---\n\n{}\n"),
        ("+++\nt = 1\n+++\nx\n", "start", "+++\nt = 1\n+++\n\n{}\n\nx\n"),
        ("---\n\nprose\n\n---\n", "start", "{}\n\n---\n\nprose\n\n---\n"),
        ("T\n---\n", "start", "{}\n\nT\n---\n"),
        ("| a |\n|---|", "end", "| a |\n|---|\n\n{}"),
        ("- a\n", "end", "- a\n\n{}\n"),
        ("", "end", "{}\n"),
    ],
)
def test_markdown_gets_a_paragraph(text: str, position: str, expected: str) -> None:
    """It stands behind the front matter, and blank lines part it from headings and tables."""
    after = _label(text, "a.md", MarkSpec(position=position)).decode()
    assert after == expected.replace("{}", LABEL)


@pytest.mark.parametrize(
    ("text", "position", "before", "after"),
    [
        (
            "<html><head></head><body class=x><p>a</body></html>",
            "start",
            "<body class=x>\n",
            "<p>a",
        ),
        ("<html><body><p>a</body></html>", "end", "<p>a", "\n</body></html>"),
        ("<!doctype html><title>t</title><p>a", "start", "</title>\n", "<p>a"),
        ("<p>a", "start", "", "<p>a"),
        ("<p>a", "end", "<p>a", "\n"),
        ("<title>t</title>", "start", "</title>\n", ""),
        ("<html><head></head></html>", "end", "</head>", "\n</html>"),
    ],
)
def test_a_page_gets_an_element(text: str, position: str, before: str, after: str) -> None:
    """It is the first or the last element of the body, where the parser would open one."""
    page = _label(text, "a.html", MarkSpec(position=position)).decode()
    start, end = page.index('<p class="ailabel"'), page.index("</p>") + 4
    assert page[:start].endswith(before)
    assert page[end:].startswith(after)
    assert page[:start].rstrip("\n") + page[end:].lstrip("\n") == text


class _Text(HTMLParser):
    """Collects the text of elements of our class, as Python's own parser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "p" and ("class", "ailabel") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "p"

    def handle_data(self, data: str) -> None:
        self.words += data if self._inside else ""


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("encoding", "declared"), [("gbk", "gbk"), ("cp1252", "iso-8859-1"), ("big5", "big5")]
)
def test_pages_in_other_encodings(encoding: str, declared: str) -> None:
    """What the page's encoding has no code for is written as a reference."""
    page = f"<meta charset={declared}><p>a</p>".encode(encoding)
    after = _label(page, "a.html", MarkSpec(text="本文由AI生成")).decode(encoding)
    assert _Text(after).words == "本文由AI生成"


def test_special_characters_are_shown_as_they_are() -> None:
    """A wording with markup in it neither becomes markup nor is lost."""
    text = "【本文由AI生成】"
    assert text in _label("x", "a.md", MarkSpec(text=text)).decode()
    assert escape("*a* [b] <c> 1_2") == "\\*a\\* \\[b\\] \\<c\\> 1\\_2"
    assert escape("# a") == "\\# a"
    assert escape("1. a") == "1\\. a"
    spec = MarkSpec(text="[AI生成]")
    for name in SUFFIXES.values():
        evidence = _inspect(_label("正文", name, spec), name)
        assert "[AI生成]" in [item.text for item in evidence.sightings]


@pytest.mark.parametrize(
    ("data", "name", "spec", "reason"),
    [
        ("x", "a.txt", MarkSpec(position="top-left"), "not at top-left"),
        ("x", "a.txt", MarkSpec(text="如何识别AI生成内容"), "does not say"),
        ("x", "a.txt", MarkSpec(text="非AI生成"), "does not say"),
        ("x", "a.txt", MarkSpec(text="AI"), "does not say"),
        ("x", "a.txt", MarkSpec(text="本内容由AI生成\n第二行"), "cannot be shown"),
        ("```\ncode\n", "a.md", MarkSpec(position="end"), "not be seen"),
        ("<!-- open\n", "a.md", MarkSpec(position="end"), "not be seen"),
        ("<details>\n\nx\n", "a.md", MarkSpec(position="end"), "not be seen"),
        ("<div hidden><p>x", "a.html", MarkSpec(position="end"), "not be seen"),
        ("<p>x<script>", "a.html", MarkSpec(position="end"), "not be seen"),
        ("<p>x<!-- ", "a.html", MarkSpec(position="end"), "not be seen"),
        ("<body hidden>x</body>", "a.html", MarkSpec(), "not be seen"),
        ("<head></head><frameset><frame></frameset>", "a.html", MarkSpec(), "frames"),
    ],
)
def test_what_nobody_would_see_is_refused(
    data: str, name: str, spec: MarkSpec, reason: str
) -> None:
    """No label is promised that would be hidden, misread or no label at all."""
    with pytest.raises(PlanError, match=reason):
        _label(data, name, spec)


def test_other_formats_are_not_touched() -> None:
    """A format without text is refused, and cannot be looked into."""
    other = Format(id="png", name="PNG", medium=Medium.IMAGE, suffixes=(".png",), mime="image/png")
    with pytest.raises(PlanError, match="png"):
        MARKER.render(BytesView(b""), other, MarkSpec())
    evidence = MARKER.inspect(BytesView(b""), other)
    assert evidence.finding is Finding.UNCHECKED
    assert evidence.reason is not None


@pytest.mark.parametrize("position", ["start", "end", "both"])
def test_strings_are_labelled(position: str) -> None:
    """A chat's answer gets the same line, and it is found in it."""
    for text in ("回答。", "回答\r\n完。\r\n", ""):
        labelled = label_text(text, MarkSpec(position=position))
        assert text.strip() in labelled
        assert inspect_text(labelled).finding is Finding.FOUND
        assert ("\r\n" in labelled) is ("\r\n" in text)


# -- looking for it --------------------------------------------------------------------------------

_BODY: Final = "\n\n".join(f"第{number}段，说些别的。" for number in range(8))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"（内容由AI生成，仅供参考）\n\n{_BODY}", ["start"]),
        (f"{_BODY}\n\n*（内容由AI生成，仅供参考）*\n", ["end"]),
        (f"> 本文由AI生成\n\n{_BODY}", ["start"]),
        (f"【AI生成】正文从这里开始。\n\n{_BODY}", ["start"]),
        (f"AI生成\n{_BODY}", ["start"]),
        (f"{_BODY}\n\n本内容由AI生成\n\n{_BODY}", ["middle"]),
        (f"AI\n\n{_BODY}", ["start"]),
        (f"{_BODY}\n\n[AI]", ["end"]),
        (f"标题\n本文由AI生成\n{_BODY}", ["start"]),
        (f"声明：\n本内容由AI生成\n\n{_BODY}", ["start"]),
        (f"本内容由AI生成\n\n{_BODY}\n\n本内容由AI生成", ["start", "end"]),
        ("AI生成", ["start"]),
    ],
)
def test_labels_are_found(text: str, places: Sequence[str]) -> None:
    """A line or paragraph of its own at the start, the end or between sections is a label."""
    for name in ("a.txt", "a.md"):
        assert _places(_inspect(text, name)) == list(places)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (f"{_BODY}\n\nAI生成\n\n{_BODY}", Finding.REVIEW),
        (f"{_BODY}\n本内容由AI生成\n{_BODY}", Finding.REVIEW),
        (f"{_BODY}\n\n> 本文由AI生成\n\n{_BODY}", Finding.REVIEW),
        (f"示例如下：\n\n本内容由AI生成\n\n{_BODY}", Finding.REVIEW),
        (f"他写道：\n> 本文由AI生成\n\n{_BODY}", Finding.REVIEW),
        ("我们认为这张图是\nAI生成", Finding.REVIEW),
        ("正文里说，本内容由AI生成。", Finding.REVIEW),
        ("声明：本文不含AI生成内容", Finding.REVIEW),
        ("AI", Finding.NOT_FOUND),
        (f"{_BODY}\n\nAI\n\n{_BODY}", Finding.NOT_FOUND),
        ("AI很好。\n\n生成也好。", Finding.NOT_FOUND),
        ("AI很好。生成也好。", Finding.NOT_FOUND),
        ("", Finding.NOT_FOUND),
    ],
)
def test_the_rest_is_left_to_a_person(text: str, finding: Finding) -> None:
    """What holds both elements but is no label of its own is for review, nothing else is found."""
    for name in ("a.txt", "a.md"):
        assert _inspect(text, name).finding is finding


@pytest.mark.parametrize(
    "text",
    [
        "# 本文由AI生成",
        "本文由AI生成\n===",
        "本文由AI生成\n---\n\n正文",
        "```\n本文由AI生成\n```",
        "~~~~\n~~~\n本文由AI生成\n~~~~",
        "    本文由AI生成",
        "- 本文由AI生成",
        "| 本文由AI生成 | b |\n|---|---|",
        "`本文由AI生成`",
        "~~本文由AI生成~~",
        "[本文由AI生成](x)",
        "[AI生成]\n\n[AI生成]: https://example.com",
        "![本文由AI生成](x.png)",
        "<details>\n\n本文由AI生成\n\n</details>",
        "<div hidden>\n\n本文由AI生成\n\n</div>",
        '<span style="display: none">本文由AI生成</span>',
        "<h1>本文由AI生成</h1>",
        "<!--\n本文由AI生成\n-->",
        "文 <!--\n本文由AI生成\n-->",
        "---\ntitle: 本文由AI生成\n---\n正文",
        "<script>\n本文由AI生成\n</script>",
    ],
)
def test_markdown_markup_is_no_label(text: str) -> None:
    """Headings, code, lists, tables, links, hidden and folded text never count."""
    assert not _places(_inspect(text, "a.md"))


@pytest.mark.parametrize(
    "text",
    [
        "> [!NOTE]\n> 本文由AI生成",
        '<p align="center">本文由AI生成</p>',
        "<small>本文由AI生成</small>",
        "**本文由AI生成**",
        "\\*本文由AI生成\\*",
        "&#26412;文由AI生成",
        "---\ntitle: x\n---\n本文由AI生成",
        "```\ncode `<div hidden>`\n```\n\n本文由AI生成",
        "`<div hidden>` is code\n\n本文由AI生成",
    ],
)
def test_markdown_labels_in_usual_dress(text: str) -> None:
    """Emphasis, notes, plain elements and references do not keep a label from being one."""
    assert _places(_inspect(text, "a.md"))


@pytest.mark.parametrize(
    "page",
    [
        "<title>本文由AI生成</title>",
        '<meta name=description content="本文由AI生成">',
        "<!-- 本文由AI生成 -->",
        "<script>本文由AI生成</script>",
        "<style>本文由AI生成</style>",
        "<template><p>本文由AI生成</template>",
        "<noscript>本文由AI生成</noscript>",
        "<textarea>本文由AI生成</textarea>",
        "<p hidden>本文由AI生成</p>",
        '<div style="display : NONE"><p>本文由AI生成</p></div>',
        '<p style="visibility:hidden">本文由AI生成',
        '<p style="opacity:0">本文由AI生成',
        '<p style="font-size:0">本文由AI生成',
        '<p style="color:transparent">本文由AI生成',
        '<p style="position:absolute;left:-9999px">本文由AI生成',
        '<p class="a sr-only">本文由AI生成',
        '<img alt="本文由AI生成">',
        '<p title="本文由AI生成" aria-label="本文由AI生成">x',
        "<a href=x>本文由AI生成</a>",
        "<table><tr><td>本文由AI生成</table>",
        "<ul><li>本文由AI生成</ul>",
        "<h1>本文由AI生成</h1>",
        "<nav>本文由AI生成</nav>",
        "<button>本文由AI生成</button>",
        "<pre>本文由AI生成</pre>",
        "<del>本文由AI生成</del>",
        "<details><p>本文由AI生成</details>",
        "<dialog><p>本文由AI生成</dialog>",
        "<p>他们说，<span>本文由AI生成</span>，真的。</p>",
        "<div>AI</div><p>x</p>",
        "<p hidden><b>本文由AI生成</p>",
        "<div hidden><b></i>本文由AI生成</div>",
        "<b><div hidden></b>本文由AI生成</div>",
    ],
)
def test_what_a_page_hides_is_no_label(page: str) -> None:
    """Hidden elements, attributes, scripts, links, cells and headings never count."""
    assert not _places(_inspect(page, "a.html"))


@pytest.mark.parametrize(
    "page",
    [
        "<p>本文由<b>AI</b>生成</p>",
        "<p>标题<br>本文由AI生成<br>正文",
        "<div>【AI】</div><p>x",
        "<p>x<p>本文由&#65;I生成",
        '<p style="opacity:0.9;font-size:14px;width:100px">本文由AI生成',
        "<p hidden>x<p>本文由AI生成",
        "<details open><p>本文由AI生成</details>",
        "<blockquote>本文由AI生成</blockquote>",
        "<svg><title>x</title><style><![CDATA[</style>]]></svg><p>本文由AI生成",
        "<script><!-- <script> </script> --></script><p>本文由AI生成",
    ],
)
def test_labels_of_pages(page: str) -> None:
    """A visible block of its own is a label, whatever inline elements it is made of."""
    assert _places(_inspect(page, "a.html"))


def test_locations_are_lines_of_the_file() -> None:
    """Front matter, comments and newline styles do not shift the line numbers."""
    for newline in ("\n", "\r\n", "\r"):
        text = newline.join(("---", "t: x", "---", "", "正文。", "", "本文由AI生成", ""))
        assert [item.location for item in _inspect(text, "a.md").sightings] == ["line 7"]
        page = newline.join(("<!-- a", "b -->", "<p>x</p>", "<p>", "本文由AI生成</p>"))
        assert [item.location for item in _inspect(page, "a.html").sightings] == ["line 4"]


def test_mentions_are_counted_only_so_far() -> None:
    """A text with thousands of mentions gives a report that can be read, and its label."""
    text = "如何识别AI生成内容。\n" * 5000 + "\n本内容由AI生成\n"
    evidence = _inspect(text, "a.txt")
    assert evidence.finding is Finding.FOUND
    assert len(evidence.sightings) <= 51
    assert all(len(item.text) <= 80 for item in evidence.sightings)


@pytest.mark.parametrize("name", SUFFIXES.values())
@pytest.mark.parametrize(
    "unit",
    [
        "AI生成",
        "【AI",
        "<a ",
        "*",
        ">",
        "<!--",
        "[",
        "`AI",
        "<i>AI",
        "</b>",
        "- AI生成\n",
        "AI\n",
        "\n",
    ],
)
def test_repetition_ends(unit: str, name: str) -> None:
    """Large files of one repeated piece are gone through once."""
    assert _inspect(unit * 20_000, name).finding is not Finding.UNCHECKED


@pytest.mark.parametrize("name", ["page.html", "quot.html", "front.md", "mentions.md", "gb.txt"])
def test_damaged_files_raise_nothing_else(name: str) -> None:
    """Whatever is cut or flipped, only errors of our own come out."""
    answers = 0
    for copy in damaged(SAMPLES[name], count=40, seed=2):
        for position in ("start", "end"):
            with suppress(AilabelError):
                assert len(_label(copy, name, MarkSpec(position=position))) > len(copy)
            answers += 1
    assert answers == 80


_PIECES: Final = st.sampled_from(
    [
        *(
            "本内容由AI生成",
            "AI",
            "\n",
            "\n\n",
            "正文。",
            "> ",
            "# ",
            "```\n",
            "<div hidden>",
            "</div>",
        ),
        *(
            "<!--",
            "-->",
            "---\n",
            "t: x\n",
            "    ",
            "- ",
            "<p>",
            "</p>",
            "<details>",
            "`",
            "|",
            "[",
            "]",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=12), st.sampled_from(["start", "end"]), st.sampled_from(
    sorted(SUFFIXES.values())
))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_a_label_is_seen_or_refused(pieces: list[str], position: str, name: str) -> None:
    """Whatever the text, a label that is put in is found, and the text around it is untouched."""
    data = "".join(pieces).encode()
    try:
        rendition = MARKER.render(BytesView(data, name), _format(name), MarkSpec(position=position))
    except AilabelError:
        return
    assert _inspect(apply(data, rendition.edits), name).finding is Finding.FOUND


def test_the_middle_of_a_text_that_names_ai_everywhere_is_counted_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Labels at either end are found; what stands between is for a person to judge."""
    monkeypatch.setattr(lines, "_JUDGED", 3)
    mention = "关于AI生成内容的文章\n"
    label = "本内容由AI生成\n"
    for text, finding in (
        (mention * 50, Finding.REVIEW),
        (label + "\n" + mention * 50, Finding.FOUND),
        (mention * 50 + "\n" + label, Finding.FOUND),
        (mention * 20 + "\n" + label + "\n" + mention * 20, Finding.REVIEW),
    ):
        found = inspect_text(text)
        assert found.finding is finding
        assert len(found.sightings) <= 6
