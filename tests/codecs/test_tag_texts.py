"""One text in ID3v2 and APEv2: found, put and taken out."""

from __future__ import annotations

from typing import Final

import pytest

from ailabel.codecs import ape, id3, id3_search, tag_texts
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from builders.mp3 import ape_item, ape_tag, comment, tag, text_frame, user_text

QUERY: Final = id3_search.Query(
    key="Key", accepts=lambda text: text == "wanted", prop=("urn:x", "x", "Key")
)
TITLE: Final = ape_item("Title", "a title")


def ape_view(*items: bytes, header: bool = True) -> tuple[BytesView, ape.Tag]:
    """Return a view of a tag behind some bytes, and the tag."""
    view = BytesView(b"sound" + ape_tag(*items, header=header))
    found = ape.tag_before(view, 5, view.size)
    assert found is not None
    return view, found


@pytest.mark.parametrize("header", [True, False], ids=["headed", "headless"])
def test_ape(*, header: bool) -> None:
    """The item under the key is replaced in its place, other texts go; no tag is left empty."""
    wanted = (
        TITLE,
        ape_item("KEY", "x"),
        ape_item("comment", "wanted"),
        ape_item("Notes", "wanted"),
    )
    view, found = ape_view(*wanted, header=header)
    hits = tag_texts.search(view, found, QUERY)
    assert [(hit.place, hit.value, hit.keyed) for hit in hits] == [
        ("APEv2/Key", "x", True),
        ("APEv2/comment", "wanted", False),
    ]
    assert all(view.data[hit.offset + 8 :].startswith(hit.location[6:].encode()) for hit in hits)
    edits = tag_texts.put_ape(view, found, 0, "new", QUERY)
    kept = (TITLE, ape_item("Key", "new"), wanted[3])
    assert apply(view.data, edits) == b"sound" + ape_tag(*kept, header=header)
    edits = tag_texts.without(view, found, QUERY)
    assert apply(view.data, edits) == b"sound" + ape_tag(TITLE, wanted[3], header=header)
    view, found = ape_view(ape_item("key", "x"), header=header)
    assert apply(view.data, tag_texts.without(view, found, QUERY)) == b"sound"
    view, found = ape_view(TITLE, header=header)
    assert tag_texts.without(view, found, QUERY) == []


def test_a_new_ape_tag() -> None:
    """A tag that is made has a header, and reads back."""
    view = BytesView(b"sound")
    done = apply(b"sound", tag_texts.put_ape(view, None, 5, "new", QUERY))
    assert done == b"sound" + ape_tag(ape_item("Key", "new"))


def test_a_long_text_under_the_key_is_refused() -> None:
    """What may be a label is not read beyond the limit; any other long text is just passed by."""
    view = BytesView(ape_tag(ape_item("comment", "wanted"), TITLE), limits=Limits(label_bytes=3))
    found = ape.tag_before(view, 0, view.size)
    assert found is not None
    assert tag_texts.search(view, found, QUERY) == []
    view = BytesView(ape_tag(ape_item("key", "long")), limits=Limits(label_bytes=3))
    found = ape.tag_before(view, 0, view.size)
    assert found is not None
    with pytest.raises(LimitExceededError):
        tag_texts.search(view, found, QUERY)


def test_id3() -> None:
    """The frame under the key is replaced where it stands; our padding is found again."""
    title = text_frame("TIT2", "a title")
    data = tag(user_text("key", "x"), title, comment("wanted"))
    view = BytesView(data)
    (found,) = id3.tags(view)
    assert [hit.keyed for hit in tag_texts.search(view, found, QUERY)] == [False, False]
    done = BytesView(apply(data, tag_texts.put_id3(view, found, 0, "new", QUERY)))
    (changed,) = id3.tags(done)
    edits = tag_texts.compact(done, changed, QUERY)
    assert apply(done.data, edits) == tag(user_text("Key", "new", encoding=3), title)
    assert apply(data, tag_texts.without(view, found, QUERY)) == tag(title)
    fresh = apply(b"sound", tag_texts.put_id3(BytesView(b"sound"), None, 0, "new", QUERY))
    assert len(fresh) == 5 + 10 + 2048
    plain = BytesView(tag(title))
    (found,) = id3.tags(plain)
    assert tag_texts.without(plain, found, QUERY) == tag_texts.compact(plain, found, QUERY) == []
