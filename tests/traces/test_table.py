"""The table of traces, and the document that is made from it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from ailabel import registry
from ailabel.traces.c2pa_places import FINDERS
from ailabel.traces.places import FORMATS
from ailabel.traces.table import REJECTED, ROWS, Row
from corpus import ROOT

SYSTEMS = {
    *("png", "exif", "xmp", "iim", "id3", "ape", "vorbis", "riff", "mp4", "matroska", "comment"),
    *("pdf", "html"),
}


def test_the_document_is_what_the_script_makes() -> None:
    """spec/traces.md and the table say the same."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "make_traces.py"), "--check"], check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind)
def test_a_row_can_be_applied(row: Row) -> None:
    """Its systems exist, its pattern compiles, and how it is known is told in known words."""
    assert {place.partition(":")[0] for place in row.places} <= SYSTEMS
    re.compile(row.pattern)
    assert row.known in {"bytes", "text", "hearsay"}
    assert row.places or not (row.pattern or row.holds)


def test_what_is_left_out_says_why() -> None:
    """Every sign that is told of and not taken has a reason."""
    assert all(REJECTED.values())


def test_formats_are_those_of_the_registry() -> None:
    """No place and no finder stands under an id that no format has."""
    known = {item.id for item in registry.formats()}
    assert known >= {*FORMATS, *FINDERS}


def test_rows_on_common_properties_of_xmp_say_what_makes_a_packet_worth_parsing() -> None:
    """Without it every packet would be parsed, or the row would never be applied."""
    for row in ROWS:
        if {"xmp:xmp:CreatorTool", "xmp:dc:description"} & set(row.places):
            assert row.holds
