"""HTML tokens, regions and encodings."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs.html import Kind, tokens, unescape, walk
from ailabel.codecs.html_text import charset_of, is_xml, read_html
from ailabel.errors import MalformedFileError
from ailabel.io.source import BytesView


def _kinds(page: str, *, xml: bool = False) -> list[tuple[str, str]]:
    return [(item.kind.value, page[item.start : item.end]) for item in tokens(page, xml=xml)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("a<b>c</b >", ["text:a", "start tag:<b>", "text:c", "end tag:</b >"]),
        ("1 < 2 <3 </", ["text:1 < 2 <3 </"]),
        ("<a b='>' c=\">\" d=> e>", ["start tag:<a b='>' c=\">\" d=>", "text: e>"]),
        ("<a/b/c=d/>", ["start tag:<a/b/c=d/>"]),
        ("<!-- a > -- --!>x", ["comment:<!-- a > -- --!>", "text:x"]),
        ("<!--><!---><!--x", ["comment:<!-->", "comment:<!--->", "comment:<!--x"]),
        ("<!DocType html><!x><?y></ z></>", ["doctype:<!DocType html>", "other:<!x>", "other:<?y>",
                                            "other:</ z>", "other:</>"]),
        ("<script>a<b></SCRIPT >c", ["start tag:<script>", "raw text:a<b>", "end tag:</SCRIPT >",
                                     "text:c"]),
        ("<script><!--<script></script>--></script>", ["start tag:<script>",
         "raw text:<!--<script></script>-->", "end tag:</script>"]),
        ("<script>x", ["start tag:<script>", "raw text:x"]),
        ("<title>a</b></title>", ["start tag:<title>", "raw text:a</b>", "end tag:</title>"]),
        ("<svg><style/><p></svg>", ["start tag:<svg>", "start tag:<style/>", "start tag:<p>",
                                    "end tag:</svg>"]),
        ("<svg><![CDATA[<p>]]></svg>", ["start tag:<svg>", "other:<![CDATA[<p>]]>",
                                        "end tag:</svg>"]),
        ("<![CDATA[<p>]]>", ["other:<![CDATA[<p>", "text:]]>"]),
        ("<a b='", ["other:<a b='"]),
        ("<a b", ["other:<a b"]),
        ("", []),
    ],
)  # fmt: skip
def test_tokens(page: str, expected: list[str]) -> None:
    """Tags, raw text, comments and what only looks like them are told as the standard says."""
    assert [f"{kind}:{text}" for kind, text in _kinds(page)] == expected


def test_xml_has_empty_elements_and_sections() -> None:
    """In XHTML a script may be empty, and CDATA stands anywhere."""
    assert _kinds("<script/><p>", xml=True)[1][1] == "<p>"
    assert _kinds("<![CDATA[<p>]]>", xml=True) == [("other", "<![CDATA[<p>]]>")]
    assert _kinds("<![CDATA[<p>", xml=True) == [("other", "<![CDATA[<p>")]


@pytest.mark.parametrize(
    ("page", "regions"),
    [
        ("<!doctype html><html><head><title>t</title></head><body><p>", "b b h h h h h d d"),
        ("<meta><p><meta>", "h d d"),
        (" <!-- --><link>x<meta>", "b b h d d"),
        ("<head></head> <meta></html><br>", "h h h h h d"),
        ("<template><p></template><meta>", "i i h h"),
        ("<head><frameset>", "h d"),
    ],
)
def test_regions(page: str, regions: str) -> None:
    """Head and body begin where a parser would begin them, with or without their tags."""
    names = {"b": "before the head", "h": "head", "d": "body", "i": "template"}
    assert [region.value for _, region in walk(page)] == [names[name] for name in regions.split()]


_PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "<",
            ">",
            "<!--",
            "-->",
            "<script>",
            "</script>",
            "a",
            '"',
            "'",
            "=",
            " ",
            "/",
            "!",
        ),
        *(
            "<b c=",
            "<![CDATA[",
            "]]>",
            "<svg>",
            "</svg>",
            "<title>",
            "</title>",
            "<?",
            "<template>",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=20))
@settings(max_examples=300, deadline=None)
def test_tokens_cover_the_text(pieces: list[str]) -> None:
    """Every string is some HTML: its tokens follow each other without gap, overlap or end."""
    page = "".join(pieces)
    position = 0
    for token in tokens(page):
        assert token.start == position
        assert token.end > token.start
        position = token.end
    assert position == len(page)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


_NAMES = st.text("abcXYZ-", min_size=1, max_size=4).filter(lambda name: name[0].isalpha())
_VALUES = st.text(st.characters(exclude_characters="\"'<>&`=/\0\r", codec="ascii"), max_size=6)


@pytest.mark.oracle
@given(st.lists(st.tuples(_NAMES, _VALUES, st.sampled_from(["'", '"'])), max_size=4))
@settings(max_examples=120, deadline=None)
def test_attributes_as_another_parser_reads_them(parts: list[tuple[str, str, str]]) -> None:
    """Python's html.parser finds the same names and values in well-formed tags."""
    page = "<x1 " + " ".join(f"{name}={mark}{value}{mark}" for name, value, mark in parts) + ">"
    parser = _Tags()
    parser.feed(page)
    (token,) = tokens(page)
    assert [(item.name, page[slice(*item.inner)]) for item in token.attributes] == [
        (name, value or "") for name, value in parser.found[0][1]
    ]


def test_references() -> None:
    """Names need a semicolon in values, so that addresses with ampersands stay whole."""
    assert unescape("&quot;&#65;&#x42;&amp;lt;&copy=1&unknown;&#99999999999999;") == (
        '"AB&lt;&copy=1&unknown;&#99999999999999;'
    )


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"\xef\xbb\xbf<meta charset=gbk>", "utf-8"),
        ("<p>".encode("utf-16"), "utf-16-le"),
        (b"<meta charset='GB2312'>", "gb18030"),
        (b'<meta http-equiv="content-type" content="text/html; charset=Big5">', "big5hkscs"),
        (b"<meta content='charset=gbk'>\xe5\xad\x97", "utf-8"),
        (b"<meta http-equiv=refresh content='charset=gbk'>", "utf-8"),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta charset=latin1>", "cp1252"),
        (b"<meta charset=iso-8859-15>", "iso8859-15"),
        (b"<meta charset=iso-8859-99>", "utf-8"),
        (b"<meta charset=rot13>", "utf-8"),
        (b"<!-- <meta charset=gbk> --><p>", "utf-8"),
        (b'<?xml version="1.0" encoding="GBK"?><p>', "gb18030"),
        ("<p>内容".encode("gbk"), "gb18030"),
        (b"<p>caf\xe9 \xff", "cp1252"),
    ],
)
def test_encodings(data: bytes, encoding: str) -> None:
    """The mark wins, then the declaration, then what the bytes suggest."""
    assert read_html(BytesView(data)).encoding == encoding


def test_declarations_are_read_from_tags() -> None:
    """What a meta element declares is told, or that it declares nothing."""
    text = read_html(BytesView(b"<meta charset=' x '><meta name=a><meta http-equiv=content-type>"))
    found = [charset_of(text, item) for item in tokens(text.units) if item.kind is Kind.START]
    assert found == ["x", None, None]
    assert is_xml(read_html(BytesView(b"<?xml ?><p>")))
    assert not is_xml(text)


def test_binaries_are_refused() -> None:
    """A page without a mark of UTF-16 holds no NUL."""
    with pytest.raises(MalformedFileError, match="binary"):
        read_html(BytesView(b"<p>\0"))
