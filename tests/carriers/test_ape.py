"""The label in APEv2: Monkey's Audio, WavPack and Musepack."""

from __future__ import annotations

import json
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest
from mutagen import apev2

from ailabel import testing
from ailabel.carriers.ape import CARRIER
from ailabel.io.source import BytesView, open_view
from ailabel.io.splice import apply
from ailabel.spi import essence_digest
from builders import ape as build
from builders.mp3 import ape_item, ape_tag, id3v1, tag, text_frame
from builders.views import SparseView

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = {
    name: data
    for kind in ("ape", "wv", "mpc")
    for name, data in import_module(f"builders.{kind}").samples()
}


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_mark_decides(name: str) -> None:
    """The format is told by its mark, whatever the name is."""
    match = CARRIER.sniff(BytesView(SAMPLES[name], "a.mp3"))
    assert match is not None
    assert match.format.suffixes[0] == name[name.rindex(".") :]


def test_every_place_is_read() -> None:
    """Labels are read in all tags; the last APEv2 tag is official, under a key of any case."""
    slots = CARRIER.read(BytesView(build.everywhere("ape", build.OLD)))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("ape.ID3v2/TXXX[AIGC]", False),
        ("ape.APEv2/AIGC", False),
        ("ape.APEv2/AIGC", True),
        ("ape.APEv2/Comment", False),
        ("ape.ID3v2/COMM", False),
    ]


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours byte for byte."""
    other = ape_item("Notes", build.OLD)
    assert write(build.everywhere("ape", build.OLD)) == (
        tag(text_frame("TIT2", "x"))
        + build.sound("ape")
        + ape_tag(build.TITLE, ape_item("AIGC", PAYLOAD), other)
        + id3v1()
    )


def test_a_tag_is_made_before_id3v1() -> None:
    """A new tag stands behind the sound, an added item before the others."""
    plain = build.sound("ape")
    item = ape_item("AIGC", PAYLOAD)
    assert write(plain + id3v1()) == plain + ape_tag(item) + id3v1()
    assert write(plain + ape_tag(build.TITLE)) == plain + ape_tag(item, build.TITLE)


@pytest.mark.parametrize("data", [b"", b"MAC", b"MP3!", tag(padding=5)[:-1], tag() + b"fLaC"])
def test_what_is_not_claimed(data: bytes) -> None:
    """Without a mark nothing is claimed."""
    assert CARRIER.sniff(BytesView(data, "a.ape")) is None


def test_large_files_cost_their_ends() -> None:
    """The sound is never read."""
    view = SparseView(build.sound("wv"), 1 << 33, ape_tag(build.TITLE))
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 2000


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_mutagen_reads_the_label(name: str, tmp_path: Path) -> None:
    """An independent reader finds the item, and the others."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    found = apev2.APEv2(path)  # type: ignore[no-untyped-call]
    assert found["AIGC"] == PAYLOAD


@pytest.mark.oracle
def test_wavpack(tmp_path: Path) -> None:
    """Ffmpeg decodes the same, finds the label, and copies it without changing the essence."""
    before, after, copied = (tmp_path / f"{name}.wv" for name in ("before", "after", "copied"))
    run = ["ffmpeg", "-v", "error"]
    subprocess.run([*run, "-f", "lavfi", "-i", "sine=d=0.5", str(before)], check=True)
    after.write_bytes(write(before.read_bytes()))
    sums = [
        subprocess.run([*run, "-i", str(path), "-f", "md5", "-"], check=True, capture_output=True)
        for path in (before, after)
    ]
    assert sums[0].stdout == sums[1].stdout
    command = ["ffprobe", "-v", "quiet", "-show_format", "-of", "json", str(after)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert json.loads(done.stdout)["format"]["tags"]["AIGC"] == PAYLOAD
    subprocess.run([*run, "-i", str(after), "-c", "copy", str(copied)], check=True)
    with open_view(before) as old, open_view(copied) as new:
        assert essence_digest(CARRIER, old) == essence_digest(CARRIER, new)
        assert [slot.payload for slot in CARRIER.read(new)] == [PAYLOAD]
