"""The label in AAC: every tag read, one frame of a tag written, the sound left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from mutagen import id3 as mutagen_id3

from ailabel import testing
from ailabel.carriers.aac import CARRIER
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.spi import Span, essence_digest
from builders import aac as build
from builders.mp3 import ape_item, ape_tag, id3v1, tag, text_frame, user_text
from builders.mp3 import sound as mp3_sound
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
    """Labels are read in all tags; none of these stands under exactly the key in the first."""
    assert [(slot.site, slot.official) for slot in read(build.everywhere(build.OLD))] == [
        ("aac.ID3v2/TXXX[AIGC]", False),
        ("aac.ID3v2/COMM", False),
        ("aac.ID3v2/TXXX[AIGC]", False),
        ("aac.ID3v2/TXXX[AIGC]", False),
        ("aac.APEv2/Comment", False),
        ("aac.APEv2/AIGC", False),
    ]
    (slot,) = read(SAMPLES["labelled.aac"])
    assert slot.official


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours byte for byte."""
    label = user_text("AIGC", PAYLOAD, encoding=3)
    assert compact(write(build.everywhere(build.OLD))) == (
        tag(text_frame("TIT2", "a title"), label, padding=9)
        + build.sound()
        + ape_tag(ape_item("Title", "x"))
        + id3v1()
    )


def test_a_later_label_moves_nothing() -> None:
    """Within its unit a label of another length leaves the sound where it is."""
    once = write(SAMPLES["plain.aac"])
    assert once.endswith(build.sound())
    assert len(write(once, testing.PAYLOADS[1])) == len(once)


@pytest.mark.parametrize("name", ["plain.aac", "protected.aac", "old.adts"])
def test_the_essence_is_what_the_frames_hold(name: str) -> None:
    """Neither headers nor their checksums belong to the essence."""
    view = BytesView(SAMPLES[name])
    config, *spans = CARRIER.essence(view)
    assert config == (1 << 7 | 4 << 3 | 2).to_bytes(2, "big")
    held = [view.read(span.offset, span.length) for span in spans if isinstance(span, Span)]
    assert held == [build.SILENCE + bytes([index]) * index for index in range(8)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        mp3_sound(),
        tag() + mp3_sound(),
        tag(padding=9)[:-1],
        tag(),
        build.frame()[:-1],
        build.frame() + b"rest",
        b"\xff\xf1\x74" + build.frame()[3:],
    ],
)
def test_what_is_not_claimed(data: bytes) -> None:
    """Layer III, single frames with a rest, cut tags and impossible headers are something else."""
    assert CARRIER.sniff(BytesView(data, "a.aac")) is None


def test_limits_and_large_files() -> None:
    """A text under the key has a limit in APE tags; the sound is not read."""
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(SAMPLES["everywhere.aac"], limits=Limits(label_bytes=9)))
    view = SparseView(build.sound(3), 1 << 33)
    assert CARRIER.sniff(view) is not None
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 1 << 18


@needs_corpus
def test_corpus() -> None:
    """A file whose writer dropped the label is claimed and holds none."""
    with open_view(CORPUS / "made" / "a.aac") as view:
        assert CARRIER.sniff(view) is not None
        assert not CARRIER.read(view)


@pytest.mark.oracle
@pytest.mark.parametrize("options", [(), ("-metadata", "title=x", "-write_id3v2", "1")])
def test_other_programs(options: tuple[str, ...], tmp_path: Path) -> None:
    """Ffmpeg decodes the same and finds the label, as do mutagen and ExifTool."""
    before, after, copied = (tmp_path / f"{name}.aac" for name in ("before", "after", "copied"))
    run = ["ffmpeg", "-v", "error"]
    subprocess.run([*run, "-f", "lavfi", "-i", "sine=d=0.5", *options, str(before)], check=True)
    after.write_bytes(write(before.read_bytes()))
    sums = [
        subprocess.run([*run, "-i", str(path), "-f", "md5", "-"], check=True, capture_output=True)
        for path in (before, after)
    ]
    assert sums[0].stdout == sums[1].stdout
    command = ["ffprobe", "-v", "quiet", "-show_format", "-of", "json", str(after)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert json.loads(done.stdout)["format"]["tags"]["AIGC"] == PAYLOAD
    assert mutagen_id3.ID3(after)["TXXX:AIGC"].text == [PAYLOAD]  # type: ignore[no-untyped-call]
    command = ["exiftool", "-s3", "-UserDefinedText", str(after)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stdout.decode().strip() == f"(AIGC) {PAYLOAD}"
    copy = ("-c", "copy", "-write_id3v2", "1")
    subprocess.run([*run, "-i", str(after), *copy, str(copied)], check=True)
    with open_view(before) as old, open_view(copied) as new:
        assert essence_digest(CARRIER, old) == essence_digest(CARRIER, new)
        assert [slot.payload for slot in CARRIER.read(new)] == [PAYLOAD]
