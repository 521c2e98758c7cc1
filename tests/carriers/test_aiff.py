"""The label in AIFF: every place read, one frame written, the samples left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from mutagen import aiff as mutagen_aiff

from ailabel import testing
from ailabel.carriers.aiff import CARRIER
from ailabel.codecs import iff
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.spi import Span, essence_digest
from builders import aiff as build
from builders.mp3 import tag, text_frame, user_text
from builders.packets import FOREIGN
from builders.views import SparseView

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


@pytest.mark.parametrize("name", SAMPLES)
def test_sizes_and_pad_bytes_are_right(name: str) -> None:
    """After writing, chunks of even extent fill the FORM exactly; what follows it is kept."""
    data = SAMPLES[name]
    done = write(data)
    form = iff.form(BytesView(done))
    assert done[form.end :] == data[iff.form(BytesView(data)).end :]
    assert form.chunks[-1].end == form.end
    assert all(chunk.offset % 2 == 0 for chunk in form.chunks)


def test_every_place_is_read() -> None:
    """Labels are read in tags, texts and XMP; the first ``ID3`` chunk is official."""
    assert [(slot.site, slot.official) for slot in read(build.everywhere(build.OLD))] == [
        ("aiff.NAME", False),
        ("aiff.ID3v2/TXXX[AIGC]", False),
        ("aiff.ID3v2/TXXX[AIGC]", False),
        ("aiff.ANNO", False),
        ("aiff.APPL[XMP]/TC260:AIGC", False),
        ("aiff.ID3v2/COMM", False),
    ]


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours."""
    done = compact(write(build.everywhere(build.OLD)))
    label = user_text("AIGC", PAYLOAD, encoding=3)
    kept = [
        build.COMMON,
        build.chunk(b"ID3 ", tag(text_frame("TIT2", "a title"), label, padding=9)),
        build.DATA,
        build.chunk(b"ANNO", b"an annotation"),
    ]
    assert done[12:].startswith(b"".join(kept))
    last = build.chunk(b"ID3 ", tag(text_frame("TIT2", "b")))
    assert done.endswith(last)
    packet = done[12 + len(b"".join(kept)) : -len(last)]
    assert packet.startswith(b"APPL")
    assert FOREIGN.encode() in packet


def test_a_chunk_is_appended() -> None:
    """Without a tag a chunk of its own stands at the end, behind the pad byte that was missing."""
    done = write(SAMPLES["unpadded.aif"])
    assert compact(done) == build.form(
        build.common(8),
        build.chunk(b"SSND", bytes(8) + build.SOUND[:33]),
        build.chunk(b"ID3 ", tag(user_text("AIGC", PAYLOAD, encoding=3))),
    )


@pytest.mark.parametrize("name", ["plain.aiff", "label-first.aif"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length leaves the size of the file."""
    once = write(SAMPLES[name])
    assert len(write(once, testing.PAYLOADS[1])) == len(once)


def test_the_essence() -> None:
    """The essence is the format of the samples and the samples, without what they skip."""
    view = BytesView(SAMPLES["shifted.aif"])
    facts, span = CARRIER.essence(view)
    assert facts == b"\0\1\0\x10" + build.RATE + b"NONE"
    assert isinstance(span, Span)
    assert view.read(span.offset, span.length) == build.SOUND
    facts, _ = CARRIER.essence(BytesView(SAMPLES["little.aifc"]))
    assert isinstance(facts, bytes)
    assert facts.endswith(b"sowt")


def test_broken_files() -> None:
    """Chunks and tags that run out of what holds them are refused."""
    with pytest.raises(MalformedFileError, match="chunk"):
        read(build.form(b"SSND\0\0\1\0"))
    with pytest.raises(MalformedFileError, match="ends inside"):
        read(build.form(build.DATA)[:-1])
    with pytest.raises(MalformedFileError, match="FORM header"):
        iff.form(BytesView(b"RIFF" + bytes(20)))
    with pytest.raises(MalformedFileError, match="end of its chunk"):
        read(build.form(build.chunk(b"ID3 ", tag(padding=9)[:-2]), build.DATA))
    with pytest.raises(LimitExceededError, match="chunks"):
        CARRIER.read(BytesView(SAMPLES["everywhere.aiff"], limits=Limits(items=3)))
    with pytest.raises(LimitExceededError, match="tags"):
        read(build.form(*[build.chunk(b"ID3 ", tag())] * 1001))
    damaged = build.chunk(b"APPL", b"XMP <x>" + b"<TC260:AIGC>" + build.OLD.encode())
    if read(build.form(damaged)):
        with pytest.raises(PlanError, match="damaged"):
            write(build.form(damaged))


def test_a_full_file_is_refused() -> None:
    """The size has 32 bits."""
    head = build.form(build.COMMON, b"SSND\xff\xff\xff\x00")
    size = 0xFFFFFFFE
    head = head[:4] + size.to_bytes(4, "big") + head[8:]
    length = (size + 8 - len(head)).to_bytes(4, "big")
    view = SparseView(head[:-4] + length, size + 8 - len(head))
    with pytest.raises(PlanError, match="too large"):
        CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 1000


def test_claims() -> None:
    """The type of the FORM decides."""
    assert CARRIER.sniff(BytesView(SAMPLES["plain.aiff"], "a.wav")) is not None
    for data in (b"", b"FORM", b"FORM\0\0\0\4ILBM", b"RIFF\0\0\0\4AIFF"):
        assert CARRIER.sniff(BytesView(data, "a.aiff")) is None


@pytest.mark.oracle
@pytest.mark.parametrize(
    "options", [(), ("-metadata", "title=x", "-write_id3v2", "1"), ("-c:a", "pcm_s16le")]
)
def test_other_programs(options: tuple[str, ...], tmp_path: Path) -> None:
    """Ffmpeg decodes the same and finds the label, as do mutagen and ExifTool."""
    before, after, copied = (tmp_path / f"{name}.aiff" for name in ("before", "after", "copied"))
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
    found = mutagen_aiff.AIFF(after)  # type: ignore[no-untyped-call]
    assert found["TXXX:AIGC"].text == [PAYLOAD]
    command = ["exiftool", "-s3", "-UserDefinedText", str(after)]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stdout.decode().strip() == f"(AIGC) {PAYLOAD}"
    copy = ("-c", "copy", "-write_id3v2", "1")
    subprocess.run([*run, "-i", str(after), *copy, str(copied)], check=True)
    with open_view(before) as old, open_view(copied) as new:
        assert essence_digest(CARRIER, old) == essence_digest(CARRIER, new)
        assert [slot.payload for slot in CARRIER.read(new)] == [PAYLOAD]
