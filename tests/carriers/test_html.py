"""The implicit label in HTML: a meta element in the head, as products write it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel import registry
from ailabel.carriers.html import CARRIER
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Mention, Slot, Span
from ailabel.testing import PAYLOADS, check_carrier
from builders.html import LABEL, samples

SAMPLES: Final = dict(samples())
QUOTED: Final = LABEL.replace('"', "&quot;")


class _Metas(HTMLParser):
    """Collects the attributes of meta elements, as Python's own parser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            self.found.append(dict(attrs))


def _read(text: str | bytes) -> list[Slot | Mention]:
    data = text.encode() if isinstance(text, str) else text
    return list(CARRIER.read(BytesView(data, "a.html")))


def _write(text: str | bytes, payload: str = PAYLOADS[0]) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return apply(data, CARRIER.write(BytesView(data, "a.html"), payload))


def _essence(data: bytes) -> bytes:
    view = BytesView(data, "a.html")
    spans = [item for item in CARRIER.essence(view) if isinstance(item, Span)]
    return b"".join(view.read(span.offset, span.length) for span in spans)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_laws_hold(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    check_carrier(CARRIER, name, SAMPLES[name])


@pytest.mark.oracle
@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", SAMPLES)
def test_another_parser_agrees(name: str, payload: str) -> None:
    """Python's html.parser finds one meta named AIGC, and in it the JSON."""
    data = _write(SAMPLES[name], payload)
    text = data.decode("utf-16" if name.startswith("wide") else "latin-1")
    found = [item for item in _Metas(text).found if item.get("name") == "AIGC"]
    assert len(found) == 1 or name == "mentions.html"  # it takes templates for elements
    assert json.loads(found[0]["content"] or "") == json.loads(payload)


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_the_encoding_stays_declared_in_time(name: str) -> None:
    """The declaration of the encoding stays within the first 1024 bytes, however long the label."""
    before, after = SAMPLES[name], _write(SAMPLES[name], PAYLOADS[3])
    for word in (b"charset=", b"encoding="):
        if word in before[:1024]:
            assert after.find(word) == before.find(word) or name == "early.html"
            assert 0 <= after.find(word) < 1024


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '<head>\n\t<meta charset="utf-8">\n\t<title>x</title>',
            '<head>\n\t<meta charset="utf-8">{}\n\t<title>x</title>',
        ),
        ("<html><head>\n<title>x", "<html><head>{}\n<title>x"),
        ("<!doctype html>\r\n<p>x", "<!doctype html>{}\r\n<p>x"),
        ("<p>x", "{}<p>x"),
        ("<!doctype html><html>\n<body>", "<!doctype html><html>{}\n<body>"),
        (
            '<html xmlns="http://www.w3.org/1999/xhtml">',
            '<html xmlns="http://www.w3.org/1999/xhtml">{xml}',
        ),
        ("<title>x</title><meta charset=gbk>", "<title>x</title><meta charset=gbk>{}"),
        (
            f"<head><meta name='AIGC' data-x=1 content='{LABEL}' id=y></head>",
            "<head><meta name='AIGC' data-x=1 content=\"{content}\" id=y></head>",
        ),
        (f"<head></head><body><meta name=AIGC content={QUOTED}>", "<head>{}</head><body>"),
        ('<?xml version="1.0"?>\n<html>', '<?xml version="1.0"?>\n<html>{xml}'),
    ],
)
def test_where_it_is_written(text: str, expected: str) -> None:
    """Behind the declaration of the encoding, else first in the head, else where one would be."""
    content = "{&quot;Label&quot;:&quot;1&quot;}"
    element = f'<meta name="AIGC" content="{content}">'
    wanted = expected.replace("{content}", content).replace("{xml}", element[:-1] + "/>")
    assert _write(text, '{"Label":"1"}').decode() == wanted.replace("{}", element)


@pytest.mark.parametrize(
    ("text", "site", "official"),
    [
        (f"<meta name=AIGC content='{LABEL}'>", "html.meta", True),
        (f'<META NAME="aigc" CONTENT="{QUOTED}"/>', "html.meta", True),
        (f"<meta content={QUOTED} name=AIG&#67; data-aigc>", "html.meta", True),
        (f"<meta name=AIGC content='{{\"AIGC\":{LABEL}}}'>", "html.meta", True),
        (f'<meta property="site:AIGC" content="{QUOTED}">', "html.meta-other", False),
        (f'<meta name="x-aigc-label" content="{QUOTED}">', "html.meta-other", False),
        (f'<p>x</p><meta name="AIGC" content="{QUOTED}">', "html.meta-other", False),
        (f'<title><p></title><meta name="AIGC" content="{QUOTED}">', "html.meta", True),
        (f'<script>"<body>"</script><meta name="AIGC" content="{QUOTED}">', "html.meta", True),
    ],
)
def test_every_form_is_read(text: str, site: str, *, official: bool) -> None:
    """Quotes, case, order, references and wrapping do not matter; the region does."""
    (slot,) = _read(text)
    assert isinstance(slot, Slot)
    assert (slot.site, slot.official) == (site, official)
    assert LABEL in slot.payload
    assert slot.raw in text.encode()


@pytest.mark.parametrize(
    "text",
    [
        f'<script>x = \'<meta name="AIGC" content="{QUOTED}">\'</script>',
        f'<textarea><meta name="AIGC" content="{QUOTED}"></textarea>',
        f'<style><meta name="AIGC" content="{QUOTED}"></style>',
        f'<noscript><meta name="AIGC" content="{QUOTED}"></noscript>',
        f'<p title=\'<meta name="AIGC" content="{QUOTED}">\'>x',
        '<meta name="AIGC" content="yes">',
        '<meta name="AIGC">',
        f'<meta name="description" content="{QUOTED}">',
        f"<!-- {LABEL} -->",
        "<!-- AIGC: {not a label} -->",
    ],
)
def test_what_is_no_element_of_the_label_is_not_read(text: str) -> None:
    """Raw text, other attributes and the bare word hold no label."""
    assert not _read(text)


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- AIGC: {LABEL} -->",
        f"<!-- AIGC_INFO: {LABEL} -->",
        f'<template><meta name="AIGC" content="{QUOTED}"></template>',
    ],
)
def test_comments_and_templates_are_mentions(text: str) -> None:
    """They are reported, and no write touches them."""
    (mention,) = _read(text)
    assert isinstance(mention, Mention)
    assert text.encode() in _write(text)


def test_an_early_label_moves_behind_the_declaration() -> None:
    """A label before the declaration of the encoding would push it out of the first 1024 bytes."""
    after = _write(SAMPLES["early.html"], PAYLOADS[3])
    assert after.find(b"charset=utf-8") < 60
    assert after.count(b"AIGC") == 1


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_pages_are_edited_by_units(encoding: str) -> None:
    """A page in UTF-16 keeps its other characters, those beyond the first plane too."""
    mark = b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff"
    page = "<html><head><title>😀</title></head><body>字</body></html>"
    after = _write(mark + page.encode(encoding)).decode("utf-16")
    assert after.startswith('<html><head><meta name="AIGC" content="{&quot;Label')
    assert after.endswith("<title>😀</title></head><body>字</body></html>")


def test_claims() -> None:
    """A page is known by its beginning; a suffix of another format is respected."""
    page = b"\xef\xbb\xbf \n<!-- x --><!DOCTYPE HTML>"
    assert registry.detect(BytesView(page)).format.id == "html"
    assert registry.detect(BytesView(page, "a.md")).format.id == "markdown"
    assert registry.detect(BytesView(page, "a.txt")).format.id == "txt"
    assert CARRIER.sniff(BytesView(page, "a.php")) is None
    named = CARRIER.sniff(BytesView(b"<p>x", "a.HTM"))
    assert named is not None
    assert named.strength is Strength.NAME
    assert CARRIER.sniff(BytesView(b"<p>x")) is None
    assert CARRIER.sniff(BytesView(b"<html>\0", "a.html")) is None
    wide = CARRIER.sniff(BytesView("<html >".encode("utf-16"), "a.html"))
    assert wide is not None
    assert wide.strength is Strength.CONTENT


def test_binaries_and_long_files_are_refused() -> None:
    """NUL bytes are no HTML, and the limit on text holds."""
    with pytest.raises(MalformedFileError, match="binary"):
        _write(b"<html>\0</html>")
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(b"x" * 11, "a.html", Limits(text_bytes=10)))


_PIECES: Final = st.sampled_from(
    [
        *("<html>", "<head>", "</head>", "<body>", "</body>", "<title>", "</title>", "<p>x</p>"),
        *(
            f"<meta name=AIGC content='{LABEL}'>",
            "<meta charset=utf-8>",
            "\n",
            "  ",
            "\r\n",
            "<!--",
        ),
        *(
            "-->",
            "<script>",
            "</script>",
            "<template>",
            "</template>",
            "<!doctype html>",
            "text",
            "<",
        ),
        *(
            "<svg>",
            "</svg>",
            "<![CDATA[",
            "]]>",
            "'",
            '"',
            "<meta name=AIGC",
            "字",
            "</meta>",
            "/>",
        ),
    ]
)


def test_a_flood_of_empty_elements_is_refused() -> None:
    """Elements for labels count like labels, also those that hold none."""
    page = b"<html><head>" + b'<meta name="AIGC" content="{}">' * 5
    few = BytesView(page, "a.html", Limits(labels=5))
    assert CARRIER.write(few, LABEL)
    with pytest.raises(LimitExceededError, match="the number of labels"):
        CARRIER.write(BytesView(page, "a.html", Limits(labels=4)), LABEL)


def test_a_label_that_declares_the_encoding_is_no_anchor() -> None:
    """A tag that was never closed took the attributes of the next, and goes with them."""
    data = b"<meta name=AIGC\n<meta charset=utf-8><meta charset=utf-8>"
    after = _write(data)
    assert not CARRIER.write(BytesView(after, "a.html"), PAYLOADS[0])


@given(st.lists(_PIECES, max_size=14), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
@settings(max_examples=300, deadline=None)
def test_any_arrangement_is_safe(pieces: list[str], encoding: str) -> None:
    """Whatever the tags, one label is left, rewriting changes nothing, the content stays."""
    data = "".join(pieces).encode(encoding)
    try:
        after = _write(data)
    except AilabelError:
        return
    slots = [item for item in _read(after) if isinstance(item, Slot)]
    assert [(slot.payload, slot.official) for slot in slots] == [(PAYLOADS[0], True)]
    assert not CARRIER.write(BytesView(after, "a.html"), PAYLOADS[0])
    assert _essence(data) == _essence(after)
