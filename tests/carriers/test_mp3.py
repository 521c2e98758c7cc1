"""The label in MP3: every tag read, one ID3v2 frame written, the sound left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from mutagen.id3 import ID3

from ailabel import testing
from ailabel.carriers.mp3 import CARRIER
from ailabel.codecs import id3, id3_data
from ailabel.errors import LimitExceededError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.standard.schema import decode
from builders import flac as flac_build
from builders import mp3 as build
from builders.views import SparseView
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = dict(build.samples())


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


def contents(data: bytes) -> list[tuple[str, bytes | None]]:
    """Return the frames of the first tag but ours, with their data."""
    view = BytesView(data)
    content = id3.load(view, id3.tags(view)[0])
    frames = [(frame.id, id3_data.frame_data(content, frame, 1 << 20)) for frame in content.frames]
    return [(name, found) for name, found in frames if PAYLOAD.encode() not in (found or b"")]


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in every tag, in file order; one place is official."""
    slots = read(build.everywhere(build.OLD))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("mp3.ID3v2/TXXX[AIGC]", False),
        ("mp3.ID3v2/COMM", False),
        ("mp3.ID3v2/TXXX[AIGC]", True),
        ("mp3.ID3v2/TXXX", False),
        ("mp3.ID3v2/PRIV[XMP]", False),
        ("mp3.ID3v2/TXXX[AIGC]", False),
        ("mp3.ID3v2/TXXX[AIGC]", False),
        ("mp3.APEv2/AIGC", False),
    ]
    wrapped = f'{{"AIGC":{build.OLD}}}'
    assert [slot.payload for slot in slots] == [build.OLD] * 2 + [wrapped] + [build.OLD] * 5


def test_every_place_is_vacated() -> None:
    """Writing empties all other places; tags that held nothing else go."""
    done = write(build.everywhere(build.OLD))
    kept = [name for name, _ in contents(done)]
    assert kept == ["TIT2", "PRIV", "APIC"]
    rest = build.ape_tag(build.ape_item("Title", "a title")) + build.id3v1()
    assert done.endswith(build.sound() + rest)
    assert done.count(b"ID3") == 1
    assert done.count(b"3DI") == 0


def test_a_file_without_a_tag_gets_version_24() -> None:
    """The new tag is ID3v2.4 in UTF-8, with padding up to a unit."""
    done = write(build.sound())
    tag = build.tag(build.user_text("AIGC", PAYLOAD, encoding=3), padding=0)
    assert done.startswith(b"ID3\4\0\0")
    assert done[10 : len(tag)] == tag[10:]
    assert len(done) == len(build.sound()) + 10 + 2048


@pytest.mark.parametrize(("version", "encoding"), [(2, 0), (3, 0), (4, 3)])
def test_the_version_is_kept(version: int, encoding: int) -> None:
    """The frame follows the tag's version; foreign frames and padding follow it unchanged."""
    old = build.tag(build.picture(version), version=version, padding=100)
    done = write(old + build.sound())
    frame = build.user_text("AIGC", PAYLOAD, version, encoding)
    assert done[10 : 10 + len(frame)] == frame
    assert done[10 + len(frame) :].startswith(old[10:])
    assert done[3] == version


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith("v2")])
def test_neighbours_stay(name: str) -> None:
    """Foreign frames keep their bytes and their order in tags of every kind."""
    foreign = [item for item in contents(SAMPLES[name]) if item[0] not in ("TXXX", "TXX")]
    assert contents(write(SAMPLES[name])) == foreign


def test_a_later_label_moves_nothing() -> None:
    """Within its unit a label of another length leaves the sound where it is."""
    once = write(build.sound())
    edits = CARRIER.write(BytesView(once), testing.PAYLOADS[1])
    assert sum(len(edit.data) - edit.length for edit in edits) == 0
    assert max(edit.offset + edit.length for edit in edits) <= 10 + 2048


def test_a_label_by_another_program_is_already_there() -> None:
    """The same label, ended by a zero as ffmpeg does, is not written again."""
    frame = build.frame("TXXX", b"\3AIGC\0" + PAYLOAD.encode() + b"\0")
    assert CARRIER.write(BytesView(build.tag(frame) + build.sound()), PAYLOAD) == []


def test_the_essence_is_the_sound() -> None:
    """Tags and the table of contents are no sound; a remux that drops them keeps the essence."""
    for name in ("info.mp3", "vbri.mp3", "id3v1.mp3", "ape.mp3", "everywhere.mp3", "two-tags.mp3"):
        view = BytesView(SAMPLES[name])
        (span,) = CARRIER.essence(view)
        assert view.read(span.offset, span.length) == build.sound()  # type: ignore[union-attr]


def test_tags_that_cannot_be_changed() -> None:
    """A tag that no frame can be put into is refused, not doubled."""
    summed = (10).to_bytes(4, "big") + b"\x80\0" + bytes(8)
    for tag in (build.tag(version=3, extended=summed), build.tag(version=2, flags=0x40)):
        with pytest.raises(PlanError):
            write(tag + build.sound())


def test_claims() -> None:
    """Layer III is claimed by its frames; FLAC, AAC and Layer II behind an ID3 tag are not."""
    tag = build.tag(build.comment("c"))
    claimed = CARRIER.sniff(BytesView(tag + bytes(300) + build.sound()))
    assert claimed is not None
    assert claimed.strength is Strength.CONTENT
    layer_two = (b"\xff\xfd\x90\x64" + bytes(518)) * 4
    adts = b"\xff\xf1\x50\x80\x02\x1f\xfc" + build.sound()
    for data in (tag + flac_build.file(), tag + adts, tag + layer_two, layer_two, adts):
        assert CARRIER.sniff(BytesView(data, "a.mp3")) is None
    assert CARRIER.sniff(BytesView(b"\xff\xfb\x90\x64" + bytes(900))) is None
    assert CARRIER.sniff(BytesView(b"x" + build.sound())) is None


@pytest.mark.parametrize("data", [build.tag(padding=9), build.tag(padding=9)[:-1]])
def test_tags_without_sound_are_claimed_by_name(data: bytes) -> None:
    """A tag alone may be anything, so the name decides."""
    match = CARRIER.sniff(BytesView(data, "A.MP3"))
    assert match is not None
    assert match.strength is Strength.NAME
    assert CARRIER.sniff(BytesView(data)) is None


def test_huge_items_are_refused() -> None:
    """An APE item is read as a label only within the limits."""
    data = build.sound() + build.ape_tag(build.ape_item("AIGC", "x" * 200))
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(data, limits=Limits(label_bytes=100)))


def test_large_files_cost_only_their_tags() -> None:
    """The sound is never read."""
    view = SparseView(build.tag(build.picture(), padding=50) + build.sound(), 1 << 30)
    edits = CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 4000
    assert all(edit.offset < 400 for edit in edits)


@needs_corpus
@pytest.mark.parametrize("name", ["a.mp3", "a_v23.mp3"])
def test_corpus(name: str) -> None:
    """Files by ffmpeg are read."""
    with open_view(CORPUS / "made" / name) as view:
        (slot,) = CARRIER.read(view)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"


def _ffprobe(path: Path) -> dict[str, str]:
    command = ["ffprobe", "-v", "quiet", "-show_format", "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    tags: dict[str, str] = json.loads(done.stdout)["format"]["tags"]
    return tags


def _md5(path: Path) -> bytes:
    command = ["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:a", "-f", "md5", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_mutagen_reads_the_label(name: str, tmp_path: Path) -> None:
    """Mutagen finds the one label in tags of every kind."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    frames = ID3(path).getall("TXXX:AIGC")  # type: ignore[no-untyped-call]
    assert [frame.text for frame in frames] == [[PAYLOAD]]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["plain.mp3", "v22.mp3", "v23-full.mp3", "v24-footer.mp3"])
def test_other_readers(name: str, tmp_path: Path) -> None:
    """Ffprobe and ExifTool read the label, and ffmpeg hears the same sound."""
    before, after = tmp_path / "before.mp3", tmp_path / "after.mp3"
    before.write_bytes(SAMPLES[name])
    after.write_bytes(write(SAMPLES[name]))
    assert _ffprobe(after)["AIGC"] == PAYLOAD
    command = ["exiftool", "-s3", "-Aigc", "-UserDefinedText", str(after)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert PAYLOAD in done.stdout.decode()
    assert _md5(before) == _md5(after)
