"""The label in ASF: every place read, one attribute written, sizes and packets right."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import mutagen
import pytest

from ailabel import testing
from ailabel.carriers.asf import CARRIER
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.spi import Span, essence_digest
from builders import asf as build
from builders import films, wma, wmv
from builders.views import SparseView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = {name: data for module in (wmv, wma) for name, data in module.samples()}


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


def compact(data: bytes) -> bytes:
    """Take our padding out."""
    return apply(data, CARRIER.canonical(BytesView(data)))


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in descriptions, metadata and XMP; one text attribute is official."""
    slots = read(SAMPLES["everywhere.wmv"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("asf.Content/Description", False),
        ("asf.Extended/Content/Description/aigc", False),
        ("asf.Extended/Content/Description/AIGC", False),
        ("asf.Extended/Content/Description/AIGC", True),
        ("asf.Metadata/AIGC", False),
        ("asf.Metadata/Library/Comment", False),
        ("asf.Extended/Content/Description/AIGC", False),
        ("asf.XMP/TC260:AIGC", False),
    ]
    assert {slot.payload for slot in slots} == {build.OLD}


def test_neighbours_survive() -> None:
    """Other attributes, records and texts keep their bytes; sizes and counts are right."""
    done = compact(write(SAMPLES["everywhere.wmv"]))
    label = build.attribute("AIGC", PAYLOAD)
    title = build.record("Title", "kept")
    for kept in (
        build.listed(build.EXTENDED, build.attribute("WM/Kept", "kept"), label),
        build.listed(build.LIBRARY, title, title),
        build.listed(build.METADATA),
        build.listed(build.EXTENDED),
        build.wide("kept"),
        b"foreign property",
        *build.PACKETS,
    ):
        assert kept in done
    assert done.startswith(build.HEADER + done.index(build.DATA).to_bytes(8, "little"))
    assert done[24:28] == SAMPLES["everywhere.wmv"][24:28]
    at = done.index(build.FILE) + 40
    assert struct.unpack_from("<Q", done, at) == (len(done),)


def test_a_description_is_made_where_there_is_none() -> None:
    """It is the last object of the header."""
    label = build.listed(build.EXTENDED, build.attribute("AIGC", PAYLOAD))
    assert compact(write(SAMPLES["bare.wmv"])) == build.file(label)


@pytest.mark.parametrize("name", ["bare.wmv", "described.wmv", "labelled.wma"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length is one edit that keeps the length."""
    once = write(SAMPLES[name])
    (edit,) = CARRIER.write(BytesView(once), testing.PAYLOADS[1])
    assert len(edit.data) == edit.length


def test_the_size_of_a_broadcast_stays_unknown() -> None:
    """What the header does not state is not made up; data of size 0 go on to the end."""
    data = bytearray(SAMPLES["bare.wmv"])
    at = data.index(build.FILE) + 40
    data[at : at + 8] = bytes(8)
    place = data.index(build.DATA) + 16
    data[place : place + 8] = bytes(8)
    assert write(bytes(data))[at : at + 8] == bytes(8)
    assert list(CARRIER.essence(BytesView(bytes(data))))


def test_the_essence_is_each_streams_payloads() -> None:
    """Packets, padding and the lengths of small objects do not show."""
    view = BytesView(SAMPLES["recorded.wmv"])
    spans = [piece for piece in CARRIER.essence(view) if isinstance(piece, Span)]
    found = b"".join(view.read(span.offset, span.length) for span in spans)
    assert found == b"picture onepicture twosound onetwothree"


@pytest.mark.parametrize(
    ("streams", "found"),
    [((build.SOUND,), "wma"), ((build.SOUND, build.VIDEO), "wmv"), ((), "wmv")],
)
def test_the_streams_tell_sound_from_video(streams: tuple[bytes, ...], found: str) -> None:
    """Whatever the file is called."""
    match = CARRIER.sniff(BytesView(build.file(streams=streams), "a.txt"))
    assert match is not None
    assert match.format.id == found


def test_damage_is_named() -> None:
    """Objects, attributes and packets that run out of their parents are refused."""
    whole = SAMPLES["described.wmv"]
    assert CARRIER.sniff(BytesView(whole[:50])) is not None
    for data in (
        whole[:100],
        build.HEADER + bytes(20),
        build.obj(build.HEADER, b"\0" * 6, b"x" * 24),
    ):
        with pytest.raises(MalformedFileError):
            read(data)
    with pytest.raises(MalformedFileError, match="past its parent"):
        read(build.file(build.PADDING + (99).to_bytes(8, "little")))
    with pytest.raises(MalformedFileError, match="attribute is cut short"):
        read(build.file(build.obj(build.EXTENDED, b"\1\0\x04\0")))
    at = whole.index(build.PACKETS[1])
    for damage in (b"\x10\x5d\xff\xff", b"\x11\x5d\0\0" + bytes(6) + b"\xbf"):
        with pytest.raises(MalformedFileError, match="packet is damaged"):
            list(CARRIER.essence(BytesView(whole[:at] + damage + whole[at + len(damage) :])))


def test_what_cannot_be_done_is_refused() -> None:
    """Signed headers, damaged packets of XMP, and values that are too long."""
    with pytest.raises(PlanError, match="is signed"):
        write(build.file(build.obj(build.SIGNATURE)))
    with pytest.raises(PlanError, match="too long"):
        write(SAMPLES["bare.wmv"], "0" * 32_768)
    packet = b'<x TC260:AIGC="{&quot;Label&quot;:1}"'
    with pytest.raises(PlanError, match="damaged XMP packet"):
        write(build.file(behind=(build.obj(build.XMP, packet),)))
    many = build.listed(build.EXTENDED, *(b"\0" * 6,) * 65_535)
    with pytest.raises(PlanError, match="too many attributes"):
        CARRIER.write(BytesView(build.file(many), limits=Limits(items=200_000)), PAYLOAD)


def test_large_files_cost_only_their_header() -> None:
    """The packets are never read, and limits hold."""
    head = SAMPLES["labelled.wmv"]
    head = head[: head.index(build.DATA)]
    data = build.DATA + ((1 << 32) + 50).to_bytes(8, "little") + bytes(26)
    view = SparseView(head + data, 1 << 32)
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 6000
    with pytest.raises(LimitExceededError, match="ASF objects"):
        CARRIER.read(BytesView(head + data, limits=Limits(items=2)))
    many = build.file(build.listed(build.EXTENDED, *(build.attribute("x", "y"),) * 9))
    with pytest.raises(LimitExceededError, match="ASF attributes"):
        CARRIER.read(BytesView(many, limits=Limits(items=16)))


@pytest.mark.oracle
@pytest.mark.parametrize("name", films.ASF)
def test_other_programs_find_label_and_streams(name: str, tmp_path: Path) -> None:
    """After two labels ffprobe and mutagen find the last one, every stream is the same."""
    film = films.make(tmp_path, name)
    before = film.read_bytes()
    done = tmp_path / f"done-{name}"
    done.write_bytes(write(write(before, testing.PAYLOADS[3]), testing.PAYLOADS[2]))
    assert films.tags(done)["AIGC"] == testing.PAYLOADS[2]
    found = mutagen.File(done)
    assert [str(value) for value in found["AIGC"]] == [testing.PAYLOADS[2]]
    assert films.streams(done) == films.streams(film)
    copy = films.remux(done)
    assert essence_digest(CARRIER, BytesView(copy.read_bytes())) == essence_digest(
        CARRIER, BytesView(before)
    )
    assert [slot.payload for slot in read(copy.read_bytes())] == [testing.PAYLOADS[2]]
