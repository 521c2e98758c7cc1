"""IPTC's digital source type beside the label, in the same packet."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

import ailabel
from ailabel import LabelSpec, label_bytes, read_bytes
from ailabel.codecs import xmp
from ailabel.errors import LabelError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.model.record import Label
from ailabel.registry import carrier_of, carriers
from ailabel.spi import PacketCarrier, essence_digest
from builders import png
from every import cases
from sealing import CODE

if TYPE_CHECKING:
    from pathlib import Path

TERM: Final = "trainedAlgorithmicMedia"
URI: Final = f"http://cv.iptc.org/newscodes/digitalsourcetype/{TERM}"
SPEC: Final = LabelSpec(producer=CODE, explicit=False, replace=True, source_type=TERM)
PLAIN: Final = replace(SPEC, source_type=None)
NEEDLES: Final = (TERM.encode(), TERM.encode("utf-16-le"), TERM.encode("utf-16-be"))
PACKETED: Final = sorted(
    item.id
    for carrier in carriers()
    if isinstance(carrier, PacketCarrier)
    for item in carrier.formats
)


@pytest.mark.parametrize("format_id", PACKETED)
def test_every_sample_takes_it_once(format_id: str) -> None:
    """One label, the same essence, and a second run that changes nothing (L2, L3, L6, L10)."""
    carrier = carrier_of(format_id)
    for case, data in cases().items():
        name = case.partition("/")[2]
        if not case.startswith(f"{format_id}/"):
            continue
        try:
            done = label_bytes(data, SPEC, name=name)
        except PlanError as error:
            assert "JPEG from which it was made" in str(error)  # noqa: PT017 - of one format
            continue
        assert max(done.data.count(needle) for needle in NEEDLES) == 1, name
        assert len(read_bytes(done.data, name=name).labels) == 1
        views = (BytesView(data, name), BytesView(done.data, name))
        assert len({essence_digest(carrier, view) for view in views}) == 1
        again = label_bytes(done.data, SPEC, name=name)
        assert (again.status, again.data) == ("already", done.data)


def test_it_is_added_to_a_file_that_has_the_label() -> None:
    """The number stays; without asking nothing is added."""
    first = label_bytes(png.build(), PLAIN, name="a.png")
    assert TERM.encode() not in first.data
    done = label_bytes(first.data, SPEC, name="a.png")
    assert (done.status, done.produce_id) == ("labelled", first.produce_id)
    assert label_bytes(done.data, PLAIN, name="a.png").status == "already"


def test_what_somebody_said_stays_and_is_told() -> None:
    """Another value is a statement of others."""
    other = URI.replace(TERM, "compositeWithTrainedAlgorithmicMedia")
    prop = xmp.Property(
        "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt", "DigitalSourceType"
    )
    data = png.build(png.packet(xmp.new_packet(prop, other)))
    done = label_bytes(data, SPEC, name="a.png")
    assert any("which stays" in str(note) for note in done.notes)
    assert URI.encode() not in done.data
    again = label_bytes(done.data, SPEC, name="a.png")
    assert again.status == "already"
    assert any("which stays" in str(note) for note in again.notes)
    composite = replace(SPEC, source_type="compositeWithTrainedAlgorithmicMedia")
    assert label_bytes(done.data, composite, name="a.png").notes == ()


@pytest.mark.parametrize("case", ["wav", "mp4", "pdf", "markdown", "txt"])
def test_other_formats_are_refused_before_anything_is_made(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No explicit label is drawn first."""
    monkeypatch.setattr("ailabel.registry.marker_of", lambda _: pytest.fail("drew a label"))
    name, data = next(
        (key.partition("/")[2], value) for key, value in cases().items() if key.startswith(case)
    )
    with pytest.raises(PlanError, match="does not stand in XMP"):
        label_bytes(data, replace(SPEC, explicit=True), name=name)


def test_a_label_in_the_second_place_has_no_packet() -> None:
    """It is moved first, or the request makes no sense."""
    moved = replace(PLAIN, slot="annex-b", replace=False)
    data = label_bytes(png.build(), moved, name="a.png").data
    with pytest.raises(PlanError, match="--slot official"):
        label_bytes(data, replace(SPEC, replace=False), name="a.png")


@pytest.mark.parametrize("format_id", PACKETED)
def test_a_file_without_a_packet_is_refused(format_id: str) -> None:
    """No carrier makes a packet only for others."""
    carrier = carrier_of(format_id)
    refused = 0
    for case, data in cases().items():
        view = BytesView(data, case.partition("/")[2])
        if case.startswith(f"{format_id}/") and isinstance(carrier, PacketCarrier):
            try:
                assert not carrier.rewrite_packet(view, lambda packet: packet)
            except PlanError:
                refused += 1
    assert refused


@pytest.mark.parametrize(
    "spec",
    [
        {"source_type": "algorithmicMedia"},
        {"label": Label.SUSPECTED},
        {"slot": "annex-b"},
        {"implicit": False, "explicit": True},
    ],
)
def test_impossible_requests_are_refused(spec: dict[str, Any]) -> None:
    """Label 2 and 3 have no equivalent in the vocabulary."""
    with pytest.raises(LabelError):
        replace(SPEC, **spec)


def test_a_manifest_is_not_broken_by_it(tmp_path: Path) -> None:
    """A file that is labelled and signed already is refused like any other change."""
    first = label_bytes(png.build(), PLAIN, name="a.png").data
    signed = first.replace(png.chunk(b"IEND"), png.chunk(b"caBX", b"x") + png.chunk(b"IEND"))
    with pytest.raises(PlanError, match="C2PA"):
        label_bytes(signed, SPEC, name="a.png")
    target = tmp_path / "a.png"
    target.write_bytes(signed)
    ailabel.label(target, replace(SPEC, break_c2pa=True))
    assert TERM.encode() in target.read_bytes()


def test_an_output_without_it_is_no_earlier_run(tmp_path: Path) -> None:
    """What stands there must be what was asked for, beside the label too."""
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(png.build())
    ailabel.label(source, replace(PLAIN, replace=False), output=target)
    with pytest.raises(PlanError, match="is no labelled copy"):
        ailabel.label(source, replace(SPEC, replace=False), output=target)
    target.unlink()
    ailabel.label(source, replace(SPEC, replace=False), output=target)
    again = ailabel.label(source, replace(SPEC, replace=False), output=target)
    assert again.status == "already"


def test_a_damaged_packet_is_refused() -> None:
    """What cannot be parsed is not written into."""
    from ailabel.engine.source_type import _Change

    with pytest.raises(PlanError, match="damaged"):
        _Change(TERM, Limits())(b"<x:xmpmeta><rdf:RDF>")


@pytest.mark.oracle
def test_exiftool_reads_it(tmp_path: Path) -> None:
    """Every format that takes it shows it, beside the label."""
    count = 0
    for format_id in PACKETED:
        case, data = next((k, v) for k, v in cases().items() if k.startswith(f"{format_id}/"))
        name = f"{format_id}-{case.partition('/')[2]}"
        (tmp_path / name).write_bytes(label_bytes(data, SPEC, name=name).data)
        count += 1
    command = ["exiftool", "-json", "-n", "-XMP:all", str(tmp_path)]
    rows = json.loads(subprocess.run(command, check=False, capture_output=True).stdout)
    assert len(rows) == count
    assert {row.get("DigitalSourceType") for row in rows} == {URI}
