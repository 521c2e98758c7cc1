"""Texts put in the place of others, in the spelling that stands there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.respell import encoded, in_markup, resolved, respelled, stored
from ailabel.codecs.xmp import escape
from ailabel.errors import PlanError
from ailabel.spi import Slot


def slot(raw: bytes, payload: str) -> Slot:
    """Return a slot with a value."""
    return Slot(location="x", offset=0, raw=raw, payload=payload, site="x", official=False)


def test_what_stands_around_a_text_is_kept() -> None:
    """A head, zeros that fill a value up, and the encoding stay."""
    assert encoded(b"ASCII\0\0\0old\0\0", "old", "newer") == b"ASCII\0\0\0newer\0\0"
    wide = "old".encode("utf-16-le")
    assert encoded(b"\xff\xfe" + wide, "old", "n", "utf-16-le") == b"\xff\xfen\0"
    assert stored(slot(b"old\0", "old"), "x") == b"x\0"


@pytest.mark.parametrize(
    ("raw", "old", "codec"),
    [(b"other", "old", "utf-8"), (b"old old", "old", "utf-8"), (b"", "", "utf-8")],
)
def test_a_text_that_is_not_there_once_is_refused(raw: bytes, old: str, codec: str) -> None:
    """Nothing is guessed."""
    assert encoded(raw, old, "new", codec) is None
    with pytest.raises(PlanError, match="--slot official"):
        stored(slot(raw, old), "new", codec)


def test_a_codec_that_cannot_hold_the_text_is_refused() -> None:
    """Latin-1 has no Chinese."""
    assert encoded(b"old", "old", "\u4e00", "latin-1") is None


def test_references_stay_as_they_are_spelt() -> None:
    """What both texts share keeps its bytes; what is new takes the same quotation marks."""
    raw = '{&#34;a&#34;:"b",&quot;c&quot;:&quot;d&quot;}'
    old, new = '{"a":"b","c":"d"}', '{"a":"b","c":"e","f":"<"}'
    done = respelled(raw, (old, new), escape, resolved)
    assert done == '{&#34;a&#34;:"b",&quot;c&quot;:&quot;e&#34;,&#34;f&#34;:&#34;&lt;&quot;}'


def test_markup_that_says_something_else_is_written_anew() -> None:
    """Where the pieces do not add up to the old text, all of it is escaped."""
    assert respelled("a&foo;b", ("a b", "a<b"), escape, resolved) == "a&lt;b"
    assert respelled("&#1114112;", ("?", "x"), escape, resolved) == "x"


@given(old=st.text(alphabet='ab"<&é', max_size=12), new=st.text(alphabet='ab"<&é', max_size=12))
def test_the_new_text_reads_back(old: str, new: str) -> None:
    """Whatever both share, the markup says the new text."""
    done = respelled(escape(old), (old, new), escape, resolved)
    assert respelled(done, (new, new), lambda text: text and f"!{text}", resolved) == done


def test_the_content_of_an_element_is_text_alone() -> None:
    """Elements, sections and other encodings are refused."""
    assert in_markup(slot(b"a&amp;b", "a&b"), "a&c", escape) == b"a&amp;c"
    for raw in (b"a<b/>", b"<![CDATA[a]]>", b"a\0", b"\xff"):
        with pytest.raises(PlanError, match="--slot official"):
            in_markup(slot(raw, "a"), "b", escape)
