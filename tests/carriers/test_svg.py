"""The implicit label in SVG."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.carriers.svg import CARRIER
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply, normalise
from ailabel.model.media import Strength
from ailabel.spi import Slot, essence_digest
from ailabel.standard.schema import decode
from ailabel.testing import check_total
from builders import svg as build
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from pathlib import Path

NEW: Final = '{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"new"}'
SITE: Final = "svg.metadata/TC260:AIGC"
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


def _read(data: bytes) -> list[Slot]:
    return [item for item in CARRIER.read(BytesView(data)) if isinstance(item, Slot)]


def _write(data: bytes, payload: str = NEW) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _digest(data: bytes) -> str:
    return essence_digest(CARRIER, BytesView(data))


def _text(data: bytes, name: str) -> str:
    encoding = {"utf-16": "utf-16", "latin-": "latin-1", "labelled-chinese": "gb18030"}
    found = [value for key, value in encoding.items() if name.startswith(key)]
    return data.decode(found[0] if found else "utf-8-sig")


# -- claiming and reading ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "strength"),
    [
        ("a.svg", b"<svg/>", Strength.CONTENT),
        (None, b"\xef\xbb\xbf<?xml version='1.0'?><!-- a --><svg:svg ", Strength.CONTENT),
        (None, "\ufeff<!DOCTYPE svg PUBLIC".encode("utf-16-le"), Strength.CONTENT),
        ("a.svg", b"<!-- " + b"x" * 5000, Strength.NAME),
        ("a.svg", b"\x1f\x8b\x08\0", None),
        ("a.html", b"<svg/>", None),
        (None, b"<html><svg/></html>", None),
        (None, b"<svgs/>", None),
        (None, b"", None),
    ],
)
def test_the_root_decides(name: str | None, data: bytes, strength: Strength | None) -> None:
    """A drawing is known by its root; compressed ones are not claimed, nor pages with drawings."""
    match = CARRIER.sniff(BytesView(data, name))
    assert (match.strength if match else None) is strength


def test_every_place_is_read_in_file_order() -> None:
    """RDF in metadata, in that of a part and in none, and metadata that is bare JSON."""
    slots = _read(SAMPLES["labelled-everywhere.svg"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("svg.RDF/TC260:AIGC", False),
        ("svg.metadata", False),
        ("svg.metadata-of-a-part/TC260:AIGC", False),
        (SITE, True),
    ]
    assert all(decode(slot.payload).fields["ProduceID"] == "an-older-label" for slot in slots)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("labelled")])
def test_labels_are_read_whatever_the_encoding(name: str) -> None:
    """The place is told in bytes of the file, and the raw value as the file writes it."""
    for slot in _read(SAMPLES[name]):
        assert decode(slot.payload).fields["ProduceID"] == "an-older-label"
        assert SAMPLES[name][slot.offset : slot.offset + 1] == b"<"
        assert slot.raw in SAMPLES[name]


def test_namespaces_that_the_root_binds_count() -> None:
    """Inkscape binds them all at the root, so that RDF alone is no document of its own."""
    (slot,) = _read(SAMPLES["labelled-inkscape.svg"])
    assert (slot.site, slot.official) == (SITE, True)


def test_what_only_looks_like_metadata_is_none() -> None:
    """A foreign element of that name, text with other elements beside it, and plain text."""
    label = build.OLD.replace('"', "&quot;")
    for inner in (
        f"<x:metadata xmlns:x='urn:x'>{label}</x:metadata>",
        f"<metadata>{label}<b/></metadata>",
        f"<metadata><b/>{label}</metadata>",
        "<metadata>by somebody, with AIGC</metadata>",
        f"<desc>{label}</desc>",
    ):
        data = build.drawing(inner).encode()
        assert _read(data) == []
        assert inner.encode() in _write(data)


def test_work_is_bounded() -> None:
    """Depth, numbers and lengths are checked, and entities cannot grow."""
    head = b'<!DOCTYPE svg [<!ENTITY a "' + b"x" * 500 + b'">]>'
    grown = head + build.drawing("<a b='AIGC" + "&a;" * 100 + "'/>").encode()
    with pytest.raises(LimitExceededError, match="entities"):
        CARRIER.read(BytesView(grown, limits=Limits(metadata_bytes=1000)))
    nested = b'<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "&#38;a;">]><svg><!-- AIGC -->&b;</svg>'
    with pytest.raises(MalformedFileError, match="entities"):
        _read(nested)
    with pytest.raises(LimitExceededError, match="nested deeper"):
        _write(build.drawing("<g>" * 600 + "</g>" * 600).encode())
    with pytest.raises(LimitExceededError, match="attributes"):
        _write(build.drawing("", "".join(f' a{n}=""' for n in range(1100))).encode())
    rdf = f'<rdf:RDF xmlns:rdf="{build.RDF}"/>'
    with pytest.raises(LimitExceededError, match="XMP packets"):
        _write(build.drawing(rdf * 1100).encode())
    with pytest.raises(LimitExceededError, match="namespaces"):
        CARRIER.write(BytesView(build.drawing(rdf * 20).encode(), limits=Limits(items=30)), NEW)
    with pytest.raises(LimitExceededError, match="a label"):
        CARRIER.read(BytesView(SAMPLES["labelled.svg"], limits=Limits(label_bytes=50)))
    with pytest.raises(LimitExceededError, match="the text"):
        CARRIER.read(BytesView(SAMPLES["labelled.svg"], limits=Limits(text_bytes=50)))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<svg>", "not well-formed"),
        (b"<svg><x:a/></svg>", "not well-formed"),
        (b"<html/>", "root element"),
        (b'<?xml version="1.0" encoding="utf-7"?><svg/>', "not read"),
        (b'<?xml version="1.0" encoding="gb18030"?><svg a="\xff"/>', "not in the encoding"),
        (b'<?xml version="1.0" encoding="cp999"?><svg/>', "not in the encoding"),
        (b"\xff\xfe<\0s\0", "not well-formed"),
        (b"\xff\xfe<\0s", "not in the encoding"),
    ],
)
def test_broken_documents_are_refused(data: bytes, text: str) -> None:
    """What is no well-formed drawing in a known encoding is not written to."""
    with pytest.raises(MalformedFileError, match=text):
        _write(data)


# -- writing -------------------------------------------------------------------------------------


@every_sample
def test_one_label_stands_in_the_metadata(name: str) -> None:
    """After writing there is one label, in metadata of the root, and nothing else is drawn."""
    result = _write(SAMPLES[name])
    (slot,) = _read(result)
    assert (slot.site, slot.official, slot.payload) == (SITE, True, NEW)
    assert "an-older-label" not in _text(result, name)
    assert _digest(result) == _digest(SAMPLES[name])


@pytest.mark.parametrize(
    "name", [name for name in SAMPLES if not name.startswith(("labelled", "empty"))]
)
def test_the_label_is_one_insertion(name: str) -> None:
    """Every byte of the file stays where there is no label to replace."""
    before, after = _text(SAMPLES[name], name), _text(_write(SAMPLES[name]), name)
    added = len(after) - len(before)
    start = next(at for at in range(len(before)) if before[at] != after[at])
    assert before[:start] + before[start:] == after[:start] + after[start + added :]


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("plain.svg", 'height="9">'),
        ("title.svg", "</title>"),
        ("prefixed.svg", '2000/svg">'),
        ("inkscape-empty.svg", 'height="9">'),
        ("illustrator.svg", 'height="9">'),
    ],
)
def test_new_metadata_stands_first(name: str, before: str) -> None:
    """It is the first thing in the drawing, but for its title, and has the root's prefix."""
    place = _text(_write(SAMPLES[name]), name).partition(before)[2]
    prefix = "s:" if name == "prefixed.svg" else ""
    assert place.startswith(f"<{prefix}metadata><x:xmpmeta ")


def test_an_empty_root_is_opened() -> None:
    """The tag becomes a pair."""
    assert re.fullmatch(rb"<svg [^>]*><metadata>.*</metadata></svg>", _write(SAMPLES["empty.svg"]))


def test_foreign_rdf_is_merged_into() -> None:
    """Properties of Inkscape and of other tools stay, in the file's own encoding."""
    result = _write(SAMPLES["inkscape.svg"]).decode()
    assert result.count("<metadata") == 1
    assert "<dc:format>image/svg+xml</dc:format></cc:Work><rdf:Description" in result
    result = _write(SAMPLES["foreign-xmp.svg"]).decode()
    assert result.count("<metadata") == 1
    assert FOREIGN in result
    assert "一幅画" in _write(SAMPLES["labelled-chinese.svg"]).decode("gb18030")


def test_a_second_label_changes_the_element_alone() -> None:
    """No history is kept."""
    first = _write(SAMPLES["plain.svg"])
    assert _write(_write(SAMPLES["plain.svg"], NEW.replace("new", "n" * 5000))) == first
    assert list(CARRIER.write(BytesView(first), NEW)) == []
    assert list(CARRIER.canonical(BytesView(first))) == []


def test_rdf_that_cannot_be_read_is_refused_only_where_it_matters() -> None:
    """An entity in it has no meaning on its own; it stays as it is where it holds no label."""
    head = '<!DOCTYPE svg [<!ENTITY who "somebody">]>'
    rdf = packet("<dc:source>&who;</dc:source>")
    inner = f"<metadata>{build.bare(rdf)}</metadata>"
    with pytest.raises(PlanError, match="damaged"):
        _write(build.drawing(inner, head=head).encode())
    part = f"<g>{inner}</g>"
    assert part.encode() in _write(build.drawing(part, head=head).encode())
    old = labelled(build.OLD).replace(FOREIGN.encode(), b"<dc:source>&who;</dc:source>")
    part = f"<g><metadata>{build.bare(old)}</metadata></g>"
    with pytest.raises(PlanError, match="damaged"):
        _write(build.drawing(part, head=head).encode())


# -- essence -------------------------------------------------------------------------------------


def test_essence_is_all_but_metadata() -> None:
    """Metadata does not count, wherever it stands; all else does, and an empty root is a pair."""
    plain = _digest(build.drawing().encode())
    rdf = build.bare(labelled(build.OLD))
    assert _digest(build.drawing(f"{build.SHAPE}<metadata>x</metadata>").encode()) == plain
    assert _digest(build.drawing(f"{rdf}{build.SHAPE}").encode()) == plain or rdf.startswith("<x:")
    assert _digest(build.drawing(build.SHAPE + " ").encode()) != plain
    assert _digest(b"<svg/>") == _digest(b"<svg></svg>")


# -- hostile files -------------------------------------------------------------------------------


@every_sample
def test_damaged_files_are_read_or_refused(name: str) -> None:
    """L7 on copies that were cut, flipped, overwritten or doubled."""
    check_total(CARRIER, name, SAMPLES[name], count=60)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<g>",
                "</g>",
                "<metadata>",
                "</metadata>",
                "<metadata/>",
                "<title>a</title>",
                f'<rdf:RDF xmlns:rdf="{build.RDF}">',
                "</rdf:RDF>",
                build.bare(labelled(build.OLD)),
                build.OLD,
                "<!-- AIGC -->",
                "<![CDATA[<AIGC>]]>",
                "&lt;",
            ]
        ),
        max_size=8,
    ),
    st.sampled_from(["utf-8", "utf-16", "gb18030"]),
)
def test_any_markup_is_handled(parts: list[str], encoding: str) -> None:
    """Well-formed or not, it is read, or refused for a reason; what can be labelled obeys."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    data = build.drawing("".join(parts), head=head).encode(encoding)
    check_total(CARRIER, "a.svg", data, count=4)
    try:
        result = _write(data)
    except (MalformedFileError, PlanError):
        return
    assert [slot.payload for slot in _read(result)] == [NEW]
    assert _digest(result) == _digest(data)
    assert normalise(CARRIER.write(BytesView(result), NEW), len(result)) == ()


# -- independent readers -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the samples with the label."""
    found = tmp_path_factory.mktemp("after")
    for name, data in SAMPLES.items():
        (found / name).write_bytes(_write(data))
    return found


@pytest.mark.oracle
def test_libxml_finds_the_documents_well_formed(folder: Path) -> None:
    """Xmllint, without a network, takes every file and finds one property in it."""
    query = "//*[local-name()='metadata']//*[local-name()='AIGC']/text()"
    for name in SAMPLES:
        command = ["xmllint", "--nonet", "--xpath", query, str(folder / name)]
        done = subprocess.run(command, check=False, capture_output=True)
        assert done.returncode == 0, done.stderr
        text = done.stdout.decode("utf-8", "replace").replace("&quot;", '"').strip()
        assert json.loads(text) == json.loads(NEW)


@pytest.mark.oracle
def test_exiftool_reads_the_label(folder: Path) -> None:
    """ExifTool shows the property in all files but one, whose root it does not know by a prefix.

    Behind an XML declaration it takes the drawing itself for XMP, and names the property longer.
    """
    names = [name for name in SAMPLES if name != "prefixed.svg"]
    command = ["exiftool", "-json", "-G1", "-XMP:all", *(str(folder / name) for name in names)]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert len(rows) == len(names)
    for row in rows:
        (value,) = (row[key] for key in row if re.fullmatch("XMP-TC260:(SvgMetadata)?Aigc", key))
        assert json.loads(str(value)) == json.loads(NEW)
