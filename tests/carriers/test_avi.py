"""The label in AVI: every place read, one list written, every index right afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from ailabel import testing
from ailabel.carriers.avi import CARRIER
from ailabel.codecs import avi, riff
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.spi import essence_digest
from ailabel.standard.schema import decode
from builders import avi as build
from builders import films
from builders.views import SparseView
from builders.wav import chunk, info
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = dict(build.samples())
OPEN: Final = [name for name in SAMPLES if name.startswith("open")]


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


def number(data: bytes, at: int, width: int = 4) -> int:
    """Read a number."""
    return int.from_bytes(data[at : at + width], "little")


def indexed(data: bytes) -> Iterator[bytes]:
    """Yield what every entry of every index leads to, header included."""
    view = BytesView(data)
    found = avi.layout(view)
    for stream in avi.stream_lists(view, found):
        for item in avi.children(view, stream):
            if item.id == b"indx":
                yield from _followed(data, item)
    assert found.movie is not None
    for item in found.riffs[0].chunks:
        if item.id == b"idx1":
            first = number(data, item.body + 8)
            base = found.movie.body if first == 4 else 0
            for at in range(item.body, item.body + item.length, 16):
                start = base + number(data, at + 8)
                assert data[start : start + 4] == data[at : at + 4]
                yield data[start : start + 8 + number(data, at + 12)]


def _followed(data: bytes, index: riff.Chunk) -> Iterator[bytes]:
    count = number(data, index.body + 4)
    if data[index.body + 3] == 1:
        base = number(data, index.body + 12, 8)
        for at in range(index.body + 24, index.body + 24 + 8 * count, 8):
            start = base + number(data, at) - 8
            assert data[start : start + 4] == data[index.body + 8 : index.body + 12]
            yield data[start : start + 8 + number(data, at + 4)]
        return
    for at in range(index.body + 24, index.body + 24 + 16 * count, 16):
        start = number(data, at, 8)
        inner = riff.Chunk(data[start : start + 4], start, number(data, start + 4))
        assert inner.id[:2] == b"ix"
        assert inner.end - inner.offset == number(data, at + 8)
        yield from _followed(data, inner)


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in INFO lists wherever they stand, in XMP, and in chunks of their own."""
    slots = read(SAMPLES["everywhere.avi"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("avi.LIST/INFO/AIGC", True),
        ("avi.LIST/INFO/aigc", False),
        ("avi.LIST/INFO/ICMT", False),
        ("avi._PMX/TC260:AIGC", False),
        ("avi.AIGC", False),
        ("avi.LIST/INFO/AIGC", True),
        ("avi.LIST/INFO/AIGC", True),
    ]
    assert {slot.payload for slot in slots} == {build.OLD}


def test_nothing_that_is_indexed_moves() -> None:
    """Without OpenDML the list stands behind the index, in front of what follows there."""
    data = SAMPLES["neighbours.avi"]
    done = write(data)
    new = info(chunk(b"AIGC", PAYLOAD.encode()))
    tail = info(build.SOFTWARE)
    assert done[8:] == data[8 : -len(tail)] + new + tail
    assert number(done, 4) == len(done) - 8


def test_other_places_give_way_to_junk() -> None:
    """Neighbours of a label keep their bytes, and nothing moves."""
    data = SAMPLES["labelled.avi"]
    done = write(data)
    assert done.index(build.MOVIE) == data.index(build.MOVIE)
    kept = info(build.SOFTWARE)
    rest = len(info(build.SOFTWARE, chunk(b"AIGC", build.OLD.encode()))) - len(kept)
    assert kept + chunk(b"JUNK", bytes(rest - 8)) in done
    assert b"foreign property" in write(SAMPLES["everywhere.avi"])


@pytest.mark.parametrize("name", OPEN)
def test_every_index_is_right_afterwards(name: str) -> None:
    """Whatever an index led to before, it leads to after a label, another, and without padding."""
    data = SAMPLES[name]
    expected = list(indexed(data))
    assert len(expected) in (12, 16)
    for payload in (PAYLOAD, testing.PAYLOADS[3], testing.PAYLOADS[1]):
        data = write(data, payload)
        assert list(indexed(data)) == expected
    data = apply(data, CARRIER.canonical(BytesView(data)))
    assert list(indexed(data)) == expected


@pytest.mark.parametrize("name", OPEN)
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length is one edit that keeps the length."""
    once = write(SAMPLES[name])
    (edit,) = CARRIER.write(BytesView(once), testing.PAYLOADS[1])
    assert len(edit.data) == edit.length


def test_our_list_without_junk_gets_some() -> None:
    """Our list in front is known with its JUNK and without."""
    data = SAMPLES["open.avi"]
    once = write(data, build.OLD)
    compact = apply(once, CARRIER.canonical(BytesView(once)))
    testing.check_carrier(CARRIER, "compact.avi", compact)
    assert not CARRIER.canonical(BytesView(compact))
    assert len(write(compact)) == len(data) + 2048


def test_the_same_label_is_already_there() -> None:
    """The official place with the same text is left alone."""
    assert not CARRIER.write(
        BytesView(build.file(info(chunk(b"AIGC", PAYLOAD.encode() + b"\0")))), PAYLOAD
    )


def test_the_essence_is_each_streams_chunks() -> None:
    """Groups, indexes and further RIFFs do not show."""
    expected = b"".join((*build.FRAMES, *build.SOUNDS))
    for name in ("plain.avi", "groups.avi", "open.avi", "open-flat.avi"):
        view = BytesView(SAMPLES[name])
        spans = [piece for piece in CARRIER.essence(view) if not isinstance(piece, bytes)]
        assert b"".join(view.read(span.offset, span.length) for span in spans) == expected


def test_cut_files_are_read_and_not_written() -> None:
    """What is left of a file that breaks off is read; nothing is put behind the break."""
    for name in ("labelled.avi", "open-labelled.avi"):
        data = SAMPLES[name][:-9]
        assert [slot.payload for slot in read(data)] == [build.OLD]
        assert list(CARRIER.essence(BytesView(data)))
        with pytest.raises(PlanError, match="cut short"):
            write(data)
    with pytest.raises(PlanError, match="cut short"):
        write(build.riff(b"AVI ", build.headers()))


def test_damage_is_named() -> None:
    """Indexes that lead nowhere, damaged packets and lists are refused."""
    with pytest.raises(MalformedFileError, match="header is missing"):
        read(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(MalformedFileError, match="runs past"):
        read(build.file(info(b"AIGC\xff\0\0\0")))
    with pytest.raises(PlanError, match="damaged XMP packet"):
        write(build.file(chunk(b"_PMX", b'<x TC260:AIGC="{&quot;Label&quot;:1}"')))
    for name, at in (("open.avi", 24), ("open-flat.avi", 12)):
        data = bytearray(SAMPLES[name])
        place = data.index(b"indx") + 8 + at
        data[place : place + 8] = b"\xff" * 8 if at == 12 else b"\xff\xff\0\0\0\0\0\0"
        with pytest.raises(PlanError, match="leads to byte"):
            write(bytes(data))
    short = build.riff(b"AVI ", build.headers(chunk(b"indx", b"short")), build.MOVIE)
    with pytest.raises(MalformedFileError, match="index is cut short"):
        write(short)


def test_an_old_index_that_cannot_grow_is_refused() -> None:
    """Offsets of 32 bits end at 4 GiB."""
    data = bytearray(SAMPLES["open-absolute.avi"])
    place = data.index(b"idx1") + 8 + 16 + 8
    data[place : place + 4] = b"\xff" * 4
    with pytest.raises(PlanError, match="leads to byte"):
        write(bytes(data))


def test_other_indexes_are_left_alone() -> None:
    """Indexes of kinds that hold no places, and empty ones, hinder nothing."""
    odd = chunk(b"indx", b"\2\0\0\x80" + bytes(20))
    data = build.riff(b"AVI ", build.headers(odd), build.MOVIE, chunk(b"idx1", b""))
    testing.check_carrier(CARRIER, "odd.avi", data)
    astray = build.riff(b"AVI ", build.headers(odd), build.MOVIE, build.old_index(99))
    testing.check_carrier(CARRIER, "astray.avi", astray)


def test_a_full_riff_is_refused() -> None:
    """The size of a RIFF has 32 bits."""
    head = build.riff(b"AVI ", build.headers(), size=(1 << 32) - 200)
    size = (1 << 32) - 200 + 8
    movie = b"LIST" + (size - len(head) - 8).to_bytes(4, "little") + b"movi"
    view = SparseView(head + movie, size - len(head) - 12)
    with pytest.raises(PlanError, match="too large for its RIFF size"):
        CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 3000


def test_limits() -> None:
    """Counts are bounded, against the size of the file where streams are walked."""
    view = BytesView(build.file(), limits=Limits(items=2))
    with pytest.raises(LimitExceededError):
        CARRIER.read(view)
    tiny = build.riff(b"AVI ", build.headers(), build.group(b"movi", b"00dc\0\0\0\0" * 300_000))
    with pytest.raises(LimitExceededError):
        list(CARRIER.essence(BytesView(tiny)))


@needs_corpus
def test_corpus() -> None:
    """A file with the guide's chunk is read; one without has none."""
    with open_view(CORPUS / "made" / "avi_info.avi") as view:
        (slot,) = CARRIER.read(view)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"
    with open_view(CORPUS / "made" / "v.avi") as view:
        assert not CARRIER.read(view)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["mpeg4.avi", "plain.avi", *OPEN])
def test_ffmpeg_finds_label_and_streams(name: str, tmp_path: Path) -> None:
    """After two labels ffprobe reads the last one, every stream is the same, seeking works."""
    film = tmp_path / name
    if name in SAMPLES:
        film.write_bytes(SAMPLES[name])
    else:
        films.make(tmp_path, name)
    before = film.read_bytes()
    done = tmp_path / f"done-{name}"
    done.write_bytes(write(write(before, testing.PAYLOADS[3]), testing.PAYLOADS[2]))
    assert films.tags(done)["AIGC"] == testing.PAYLOADS[2]
    assert films.streams(done) == films.streams(film)
    seconds = 0.1 if name in SAMPLES else 5
    assert films.late_frame(done, seconds) == films.late_frame(film, seconds)
    copy = films.remux(done)
    assert essence_digest(CARRIER, BytesView(copy.read_bytes())) == essence_digest(
        CARRIER, BytesView(before)
    )
