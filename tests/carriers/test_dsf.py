"""The label in DSF: the tag behind the samples, and the header's numbers."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from mutagen import dsf as mutagen_dsf

from ailabel import testing
from ailabel.carriers.dsf import CARRIER
from ailabel.errors import MalformedFileError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.spi import Span
from builders import dsf as build
from builders.mp3 import tag, text_frame, user_text

if TYPE_CHECKING:
    from pathlib import Path

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = dict(build.samples())


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


def test_the_tag_is_made_or_changed() -> None:
    """The header gets the size of the file and the place of the tag."""
    label = user_text("AIGC", PAYLOAD, encoding=3)
    assert compact(write(build.file())) == build.file(tag(label))
    title = text_frame("TIT2", "a title")
    assert compact(write(build.file(tag(title)))) == build.file(tag(label, title))
    once = write(build.file())
    assert len(write(once, testing.PAYLOADS[1])) == len(once)


def test_the_place_that_is_official() -> None:
    """A frame under the exact key is official."""
    slots = CARRIER.read(BytesView(SAMPLES["everywhere.dsf"]))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("dsf.ID3v2/TXXX[AIGC]", False),
        ("dsf.ID3v2/COMM", False),
        ("dsf.ID3v2/TXXX[AIGC]", True),
    ]


def test_the_essence() -> None:
    """The essence is the format and the samples."""
    view = BytesView(SAMPLES["titled.dsf"])
    facts, span = CARRIER.essence(view)
    assert facts == view.read(40, 24) + view.read(72, 4)
    assert isinstance(span, Span)
    assert view.read(span.offset, span.length) == build.SILENCE


def test_broken_headers() -> None:
    """A pointer to no tag is not guessed at, nor are other chunks than the two."""
    for pointer in (1, 4000, 1 << 40):
        with pytest.raises(MalformedFileError, match="points to no ID3 tag"):
            CARRIER.read(BytesView(build.file(tag(), pointer=pointer)))
    with pytest.raises(MalformedFileError, match="broken"):
        list(CARRIER.essence(BytesView(build.file().replace(b"data", b"DATA"))))
    with pytest.raises(MalformedFileError, match="DSF header"):
        CARRIER.read(BytesView(b"DSD "))
    assert CARRIER.sniff(BytesView(b"DSD " + bytes(40), "a.dsf")) is None


def test_a_stated_size_before_the_tag() -> None:
    """A header that states a byte as the file's size makes nothing negative; it is put right."""
    labelled = bytearray(write(SAMPLES["titled.dsf"]))
    labelled[12:20] = (1).to_bytes(8, "little")
    short = compact(bytes(labelled))
    assert len(short) < len(labelled)
    assert int.from_bytes(short[12:20], "little") == len(short)


@pytest.mark.oracle
@pytest.mark.parametrize("name", SAMPLES)
def test_other_programs(name: str, tmp_path: Path) -> None:
    """Ffprobe and mutagen find the label and the sound."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    command = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", str(path)]
    done = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert done["format"]["tags"]["AIGC"] == PAYLOAD
    assert done["streams"][0]["sample_rate"] == "352800"
    found = mutagen_dsf.DSF(path)  # type: ignore[no-untyped-call]
    assert found["TXXX:AIGC"].text == [PAYLOAD]
