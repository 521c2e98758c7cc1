"""Texts in fields of XML metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from ailabel.codecs.bundle import open_bundle
from ailabel.codecs.fields import Query, cut, rewritten, search
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from builders.odt import zipped

if TYPE_CHECKING:
    from ailabel.codecs.fields import Found, Hit
    from ailabel.codecs.markup import Element


def _field(element: Element) -> tuple[str, str] | None:
    if element.name != "f":
        return None
    return element.attributes.get("n", ""), element.attributes.get("v", element.text)


QUERY: Final = Query("Key", lambda text: text.startswith("!"), _field)


def _found(*texts: str, limits: Limits | None = None) -> Found:
    parts = {f"p{number}": text.encode() for number, text in enumerate(texts)}
    return search(open_bundle(BytesView(zipped(parts), limits=limits)), parts, QUERY)


def _search(*texts: str, limits: Limits | None = None) -> list[Hit]:
    return _found(*texts, limits=limits).hits


def _rewritten(text: str) -> str:
    """Return a part whose root's first child holds the fields, with one put in."""
    data, found = text.encode(), _found(text)
    parent = found.trees["p0"][1]
    return apply(data, rewritten(data, found.hits, parent, "<f n='Key'>new</f>")).decode()


def test_fields_and_texts_are_found() -> None:
    """Under the key whatever their text; of other names, and in other elements, by the text."""
    found = _search(
        "<r><f n='Key'>a</f><f n='key' v='b'/><f n='x'>!c</f><f n='x'>d</f><e>!e</e><e>f</e></r>",
        "<r>!g</r>",
    )
    assert [(hit.part, hit.name, hit.text, hit.named, hit.exact) for hit in found] == [
        ("p0", "Key", "a", True, True),
        ("p0", "key", "b", True, False),
        ("p0", "x", "!c", False, False),
        ("p0", "e", "!e", False, False),
        ("p1", "r", "!g", False, False),
    ]
    assert [hit.raw for hit in found[:2]] == [b"a", b"<f n='key' v='b'/>"]
    assert found[0].offset < found[-1].offset


def test_nothing_inside_a_field_is_found() -> None:
    """It goes with the field."""
    found = _search("<r><f n='Key'><e>!</e></f><e>!</e></r>")
    assert [hit.name for hit in found] == ["Key", "e"]


def test_a_text_between_elements_is_found_and_stays() -> None:
    """Where its pieces stand is not told, so a write is refused; what it surrounds is found too."""
    hits = _search("<r><e>!<f n='x'>!</f>y</e></r>")
    assert [(hit.text, hit.mixed) for hit in hits] == [("!y", True), ("!", False)]
    with pytest.raises(PlanError, match="between the elements of e in p0"):
        _rewritten("<r><m/><e>!<e/></e></r>")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<r><m/></r>", "<r><m><f n='Key'>new</f></m></r>"),
        ("<r><m><e/></m></r>", "<r><m><e/><f n='Key'>new</f></m></r>"),
        (
            "<r><m><f n='KEY'>a</f> <f n='Key'>b</f><e>!</e><f n='z'>k</f></m></r>",
            "<r><m><f n='Key'>new</f> <f n='z'>k</f></m></r>",
        ),
        ("<r><m/><f n='Key'>a</f></r>", "<r><m><f n='Key'>new</f></m></r>"),
        ("<r><m>!</m></r>", "<r><m><f n='Key'>new</f></m></r>"),
    ],
)
def test_a_field_is_put_in_and_others_taken_out(before: str, after: str) -> None:
    """In the place of the first one there, or last."""
    assert _rewritten(before) == after


def test_a_root_stays() -> None:
    """Only its content is taken out."""
    (hit,) = _search("<r>!a</r>")
    assert apply(b"<r>!a</r>", [cut(hit)]) == b"<r></r>"


def test_sizes_are_bounded() -> None:
    """Elements of all parts together, and fields; long texts elsewhere are no labels."""
    with pytest.raises(LimitExceededError):
        _search("<r><e/><e/></r>", "<r><e/><e/></r>", limits=Limits(items=5))
    with pytest.raises(LimitExceededError, match="the label"):
        _search("<r><f n='Key'>12345</f></r>", limits=Limits(label_bytes=4))
    assert _search("<r><e>!2345</e></r>", limits=Limits(label_bytes=4)) == []
    with pytest.raises(MalformedFileError):
        _search("<r>")
