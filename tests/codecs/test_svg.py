"""Where metadata stands in SVG documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs.svg import parse
from ailabel.io.source import Limits
from builders import svg as build


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "gb18030"])
def test_positions_are_those_of_the_file(encoding: str) -> None:
    """Whatever the encoding, an element is found where it stands, asked in any order."""
    text = build.drawing(f"<title>一幅画 𠀀</title><metadata>é</metadata>{build.SHAPE}")
    if not encoding.startswith("utf-"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>' + text
    mark = "\ufeff".encode(encoding) if encoding.startswith("utf-16") else b""
    data = mark + text.encode(encoding)
    document = parse(data, Limits())
    (element,) = document.metadata
    assert element.text == "é"
    ends = [document.offset(at) for at in (element.end, element.start, element.inner)]
    for offset, piece in zip(
        ends, (build.SHAPE, "<metadata>é</metadata>", "é</metadata>"), strict=True
    ):
        assert data[offset:].startswith(piece.encode(encoding))
    edit = document.edit(element.inner, element.inner_end, "画".encode())
    assert (edit.length, edit.data) == (len("é".encode(encoding)), "画".encode(encoding))


def test_outermost_elements_are_kept() -> None:
    """Metadata in metadata, and RDF in RDF, are a part of it."""
    rdf = f'<r:RDF xmlns:r="{build.RDF}"><r:RDF/></r:RDF>'
    document = parse(
        build.drawing(f"<metadata><metadata/>{rdf}</metadata>{rdf}").encode(), Limits()
    )
    assert len(document.metadata) == 1
    assert [packet.metadata is None for packet in document.packets] == [False, True]
    assert document.packets[0].namespaces == {"": build.SVG, "r": build.RDF}


def test_bindings_end_with_their_element() -> None:
    """A prefix that a sibling bound is not bound any more."""
    rdf = f'<RDF xmlns="{build.RDF}"/>'
    document = parse(build.drawing(f"<g xmlns:x='urn:x'/>{rdf}").encode(), Limits())
    assert document.packets[0].namespaces == {"": build.RDF}


@given(st.text(alphabet="<>/=\"' abAIGCmetd&;!-", max_size=80))
def test_tags_are_measured_as_expat_does(inner: str) -> None:
    """An attribute may hold what looks like the end of a tag."""
    value = inner.replace("&", "").replace("<", "").replace('"', "")
    document = parse(f'<svg a="{value}"><metadata b="{value}" /></svg>'.encode(), Limits())
    (element,) = document.metadata
    assert document.data[element.start : element.end].endswith(b'" />')
    assert element.is_empty
    assert document.data[document.root.inner :].startswith(b"<metadata")
