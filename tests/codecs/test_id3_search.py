"""Tests of `ailabel.codecs.id3_search`."""

from __future__ import annotations

from typing import Final

import pytest

from ailabel.codecs import id3, id3_data, id3_edit, id3_search
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from builders import mp3 as build
from builders.packets import FOREIGN, labelled

QUERY: Final = id3_search.Query(
    key="AIGC",
    accepts=lambda text: text.startswith("{"),
    prop=("http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260", "AIGC"),
)


def _load(data: bytes) -> id3.Content:
    view = BytesView(data)
    return id3.load(view, id3.tags(view)[0])


def test_every_place() -> None:
    """The key counts in any case and whatever it holds; other texts count by what they hold."""
    content = _load(
        build.tag(
            build.user_text("aigc", "x"),
            build.user_text("notes", "nothing"),
            build.user_text("notes", "{}"),
            build.comment("{}"),
            build.user_text("AIGC", "y"),
            build.private("XMP", labelled("{}")),
        )
    )
    found = id3_search.search(content, QUERY)
    assert [(hit.place, hit.value, hit.keyed, hit.exact) for hit in found] == [
        ("TXXX[AIGC]", "x", True, False),
        ("TXXX", "{}", False, False),
        ("COMM", "{}", False, False),
        ("TXXX[AIGC]", "y", True, True),
        ("PRIV[XMP]", "{}", False, False),
    ]
    assert found[0].location == "ID3v2.4 TXXX[aigc]"


def test_removal_keeps_the_rest_of_a_packet() -> None:
    """A text frame goes; an XMP packet only loses its property."""
    data = build.tag(build.comment("{}"), build.private("XMP", labelled("{}")), padding=5)
    content = _load(data)
    hits = id3_search.search(content, QUERY)
    done = apply(data, id3_edit.drop(content, id3_search.removals(content, hits, QUERY)))
    ((_, packet),) = id3_data.private(_load(done), "XMP")
    assert FOREIGN.encode() in packet
    assert b"<TC260:AIGC" not in packet
    assert id3_search.search(_load(done), QUERY) == []


def test_damaged_packet() -> None:
    """What stands in a packet that is no XML cannot be taken out."""
    packet = labelled("{}").replace(b"</rdf:RDF>", b"")
    content = _load(build.tag(build.private("XMP", packet)))
    hits = id3_search.search(content, QUERY)
    assert hits
    with pytest.raises(PlanError, match="damaged XMP packet"):
        id3_search.removals(content, hits, QUERY)
