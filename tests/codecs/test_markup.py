"""XML elements and the bytes at which they stand."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import markup
from ailabel.codecs.markup import (
    Element,
    Inherited,
    appended,
    bound,
    elements,
    encode,
    escape,
    events,
)
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.splice import apply

EMPTY: Final = '<b a:x="1" y="&lt;2>"/>'
INNER: Final = "t&amp;<![CDATA[<q>]]>é"
CHILD: Final = f"<c>{INNER}</c >"
ROOT: Final = f'<a:r xmlns:a="u" xmlns="d">{EMPTY}{CHILD}<?p i?></a:r>'
TEXT: Final = f'<?xml version="1.0"?>\n<!-- 1 -->{ROOT}\n<!-- 2 -->\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_offsets_hold_in_every_encoding(encoding: str) -> None:
    """Tags and contents are where the offsets say, whatever the bytes of a character."""
    data = TEXT.encode(encoding)
    root, empty, child = elements(data, "part", 9)
    cut = [data[item.start : item.end].decode(encoding) for item in (root, empty, child)]
    assert cut == [ROOT, EMPTY, CHILD]
    assert data[child.inner : child.inner_end] == encode(INNER, data)
    assert (child.text, child.parent, child.depth) == ("t&<q>é", root, 1)
    assert (empty.is_empty, child.is_empty) == (True, False)
    assert dict(empty.attributes) == {"{u}x": "1", "y": "<2>"}
    assert (root.uri, root.name, root.qualified, empty.uri) == ("u", "r", "a:r", "d")
    assert dict(root.namespaces) == {"a": "u", "": "d"}


@pytest.mark.parametrize(
    "root", ["<a:r xmlns:a='u'/>", "<a:r xmlns:a='u' />\n", "<r></r>", "<r>x</r>"]
)
def test_markup_is_appended(root: str) -> None:
    """The new element is the last child, also of an element that was one empty tag."""
    for encoding in ("utf-8", "utf-16"):
        data = root.encode(encoding)
        edit = appended(elements(data, "part", 9)[0], "<n/>", data)
        assert [item.tag for item in ET.fromstring(apply(data, [edit]))] == ["n"]  # noqa: S314


def test_text_is_encoded_as_the_document_is() -> None:
    """What the encoding of the document cannot hold becomes a reference."""
    latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><r/>"
    assert encode("é字", latin) == b"\xe9&#23383;"
    assert encode("é", b"<r/>") == "é".encode()
    assert encode("é", "<r/>".encode("utf-16-be")) == b"\0\xe9"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"<a/><a/>",
        b"<a b='1' b='2'/>",
        b"<p:a/>",
        b"<a>\xff</a>",
        b"<a>&nbsp;</a>",
        b"<?xml version='1.0' encoding='utf-7'?><a/>",
        b"<?xml version='1.0' encoding='nowhere'?><a/>",
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    ],
)
def test_bad_documents_are_refused(data: bytes) -> None:
    """Not well-formed, in an unknown encoding or with declarations: each is refused."""
    with pytest.raises(MalformedFileError, match="part"):
        elements(data, "part", 9)


def test_a_document_type_may_be_named_where_it_is_asked_for() -> None:
    """One that declares nothing is passed over, and offsets stay true; others are refused."""
    for head in ("<!DOCTYPE r SYSTEM 'x.dtd'>", '<?xml version="1.0"?>\n<!DOCTYPE r>\n'):
        data = f"{head}<r><e/>t</r>".encode()
        root, empty = elements(data, "part", 9, doctype=True)
        assert data[root.start : root.end] == b"<r><e/>t</r>"
        assert data[empty.start : empty.end] == b"<e/>"
        with pytest.raises(MalformedFileError, match="document type"):
            elements(data, "part", 9)
    with pytest.raises(MalformedFileError, match="document type"):
        elements(b'<!DOCTYPE a [<!ENTITY x "y">]><a/>', "part", 9, doctype=True)


def test_prefixes_are_those_that_hold_at_a_place() -> None:
    """The nearest declaration of a prefix counts, and the default namespace has none."""
    data = b'<a xmlns="d" xmlns:p="u" xmlns:q="u"><b xmlns:p="v"><c xmlns:q="w"/></b></a>'
    root, child, leaf = elements(data, "part", 9)
    assert [bound(item, "u") for item in (root, child, leaf)] == ["p", "q", None]
    assert [bound(item, "v") for item in (root, child, leaf)] == [None, "p", "p"]
    assert bound(root, "d") is None


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elements and lines are counted, and nesting is bounded."""
    with pytest.raises(LimitExceededError):
        elements(b"<a>" + b"<b/>" * 9 + b"</a>", "part", 9)
    with pytest.raises(LimitExceededError):
        elements(b"<a>" * 513 + b"</a>" * 513, "part", 9999)
    monkeypatch.setattr(markup, "_EVENTS", 50)
    assert len(elements(b"<a>" + b"\n" * 20 + b"</a>", "part", 9)) == 1
    with pytest.raises(LimitExceededError):
        elements(b"<a>" + b"\n" * 50 + b"</a>", "part", 9)


def _nest(parts: list[str]) -> str:
    return "".join(f"<e{len(part)}>{part}</e{len(part)}>" if part else "<e/>" for part in parts)


_BODIES: Final = st.recursive(
    st.just(""), lambda inner: st.lists(inner, max_size=3).map(_nest), max_leaves=9
)


@settings(max_examples=60, deadline=None)
@given(_BODIES)
def test_every_element_is_cut_out_whole(body: str) -> None:
    """What stands between start and end is the element, and a parser finds the same tree."""
    data = f"<r>{body}</r>".encode()
    found = elements(data, "part", 999)
    expected = list(ET.fromstring(data).iter())  # noqa: S314 - made above
    assert [item.name for item in found] == [item.tag for item in expected]
    for item, other in zip(found, expected, strict=True):
        again = ET.fromstring(data[item.start : item.end])  # noqa: S314
        assert ET.tostring(again) == ET.tostring(other).split(b"\t")[0]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_escaped_text_is_read_back(text: str) -> None:
    """Any text, as content and as an attribute."""
    data = f'<r a="{escape(text)}">{escape(text)}</r>'.encode()
    (root,) = elements(data, "part", 1)
    assert (root.text, root.attributes["a"]) == (text, text)


def test_what_is_inherited_is_worked_out_once() -> None:
    """However deep an element stands and however often it is asked for."""
    asked: list[str] = []

    def path(element: Element, around: str) -> str:
        asked.append(element.name)
        return f"{around}/{element.name}"

    inherited = Inherited(path, outside="")
    data = b"<a><b>1<c/>2<c/>3</b><d>4</d>5</a>"
    seen = [inherited.of(element) for element, event in events(data, "p") if isinstance(event, str)]
    assert seen == ["/a/b", "/a/b", "/a/b", "/a/d", "/a"]
    assert asked == ["a", "b", "d"]
