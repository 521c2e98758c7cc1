"""The label in FLAC: every place read, one comment written, the frames left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from mutagen import flac as mutagen_flac

from ailabel import testing
from ailabel.carriers.flac import CARRIER
from ailabel.codecs import flac
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Span
from ailabel.standard.schema import decode
from builders import flac as build
from builders.mp3 import sound as mp3_sound
from builders.mp3 import tag, text_frame
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


def compact(data: bytes) -> bytes:
    """Take our padding out."""
    return apply(data, CARRIER.canonical(BytesView(data)))


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in comments of every block and in ID3 tags; one place is official."""
    slots = read(build.everywhere(build.OLD))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("flac.ID3v2/TXXX[AIGC]", False),
        ("flac.ID3v2/COMM", False),
        ("flac.VORBIS_COMMENT/AIGC", True),
        ("flac.VORBIS_COMMENT/COMMENT", False),
        ("flac.VORBIS_COMMENT/AIGC", True),
        ("flac.VORBIS_COMMENT/DESCRIPTION", False),
    ]
    assert slots[2].raw == f"aigc={build.OLD}".encode()


def test_offsets_point_at_the_entry() -> None:
    """A slot says where the length before its entry begins."""
    data = build.file(build.comments("TITLE=x", f"AIGC={build.OLD}"))
    (slot,) = read(data)
    assert data[slot.offset + 4 :].startswith(b"AIGC=")


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours byte for byte."""
    expected = tag(text_frame("TIT2", "a title"), padding=20) + build.file(
        build.comments("TITLE=a title", f"AIGC={PAYLOAD}", "ARTIST=somebody"),
        build.PICTURE,
        build.comments("ALBUM=an album"),
        build.padding(30),
    )
    assert compact(write(build.everywhere(build.OLD))) == expected


def test_a_block_is_made_where_there_is_none() -> None:
    """The comment block stands behind STREAMINFO, before foreign padding."""
    made = build.comments(f"AIGC={PAYLOAD}", vendor="ailabel")
    assert compact(write(build.file())) == build.file(made)
    foreign = build.padding(100)
    assert compact(write(build.file(foreign))) == build.file(made, foreign)


def test_own_padding_stands_behind_the_comments() -> None:
    """Entry and own padding fill a unit; the foreign padding is not touched."""
    data = build.file(build.comments("TITLE=x"), build.padding(8192))
    done = write(data)
    assert len(done) == len(data) + 2048
    blocks = [(block.type, block.length, block.last) for block in flac.blocks(BytesView(done))]
    assert [kind for kind, _, _ in blocks] == [0, 4, 1, 1]
    assert blocks[3] == (1, 8192, True)


@pytest.mark.parametrize("name", ["plain.flac", "padded.flac", "neighbours.flac"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length leaves the frames where they are."""
    once = write(SAMPLES[name])
    (edit,) = CARRIER.write(BytesView(once), testing.PAYLOADS[1])
    assert len(edit.data) == edit.length


def test_a_label_by_another_program_is_already_there() -> None:
    """The same label under a key of any case is not written again."""
    data = build.file(build.comments(f"aigc={PAYLOAD}"))
    assert CARRIER.write(BytesView(data), PAYLOAD) == []


def test_the_essence_is_the_frames() -> None:
    """The essence is what decodes to the sound: three facts, and the frames."""
    view = BytesView(SAMPLES["everywhere.flac"])
    facts, span = CARRIER.essence(view)
    assert facts == (44100 << 8 | 15).to_bytes(4, "big")
    assert isinstance(span, Span)
    assert view.read(span.offset, span.length) == build.sound()


def test_a_full_block_is_refused() -> None:
    """A block's length has 24 bits."""
    data = build.file(build.comments("LYRICS=" + "x" * ((1 << 24) - 60)))
    with pytest.raises(PlanError, match="too large"):
        write(data)


def test_broken_comments() -> None:
    """Comments that run out of their block are refused."""
    with pytest.raises(MalformedFileError, match="last entry"):
        read(build.file((4, b"\xff\xff\xff\x7f")))
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(SAMPLES["comments.flac"], limits=Limits(metadata_bytes=9)))


def test_claims() -> None:
    """The marker decides, also behind ID3 tags."""
    match = CARRIER.sniff(BytesView(tag() + build.file()))
    assert match is not None
    assert match.strength is Strength.CONTENT
    for data in (b"", b"fLa", tag() + mp3_sound(), tag(padding=9)[:-1]):
        assert CARRIER.sniff(BytesView(data, "a.flac")) is None


def test_large_files_cost_only_their_blocks() -> None:
    """The frames are never read, nor are pictures."""
    head = build.file(build.comments("TITLE=x"), (6, bytes(1 << 20)))
    view = SparseView(head, 1 << 30)
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 1000


@needs_corpus
def test_corpus() -> None:
    """A file by ffmpeg is read."""
    with open_view(CORPUS / "made" / "a.flac") as view:
        (slot,) = CARRIER.read(view)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"


def _ffprobe(path: Path) -> dict[str, str]:
    command = ["ffprobe", "-v", "quiet", "-show_format", "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    tags: dict[str, str] = json.loads(done.stdout)["format"]["tags"]
    return tags


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_flac_and_mutagen_read_the_result(name: str, tmp_path: Path) -> None:
    """The reference decoder finds no fault, checksum included, and mutagen finds the label."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    subprocess.run(["flac", "--silent", "--test", str(path)], check=True, capture_output=True)
    found = mutagen_flac.FLAC(path)  # type: ignore[no-untyped-call]
    assert found["aigc"] == [PAYLOAD]


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["plain.flac", "padded.flac", "id3.flac"])
def test_other_readers(name: str, tmp_path: Path) -> None:
    """Ffprobe and ExifTool read the label."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    assert _ffprobe(path)["AIGC"] == PAYLOAD
    command = ["exiftool", "-s3", "-Aigc", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stdout.decode().strip() == PAYLOAD
