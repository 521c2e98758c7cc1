"""The label in CAF: every text read, one written, the sound left alone."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import testing
from ailabel.carriers.caf import CARRIER
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.spi import Span, essence_digest
from builders import caf as build
from builders.views import SparseView
from builders.wav import SOUND

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


def test_every_place_is_read() -> None:
    """Labels are read in every information chunk; the exact key in the first is official."""
    slots = CARRIER.read(BytesView(build.everywhere(build.OLD)))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("caf.info/AIGC", False),
        ("caf.info/comments", False),
        ("caf.info/AIGC", True),
        ("caf.info/comments", False),
        ("caf.info/AIGC", False),
    ]


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their neighbours byte for byte."""
    assert compact(write(build.everywhere(build.OLD))) == build.file(
        build.FORMAT,
        build.info(build.TITLE, ("AIGC", PAYLOAD), ("artist", "x")),
        build.chunk(b"free", bytes(20)),
        build.DATA,
        build.info(("album", "y")),
    )


def test_a_chunk_is_made_where_there_is_none() -> None:
    """It stands at the end, or before sound of a length that is not stated."""
    made = build.info(("AIGC", PAYLOAD))
    assert write(SAMPLES["plain.caf"]) == build.file(build.FORMAT, build.DATA, made)
    assert compact(write(SAMPLES["open.caf"])) == build.file(build.FORMAT, made, build.OPEN)


@pytest.mark.parametrize("name", ["titled.caf", "open.caf", "labelled.caf"])
def test_a_later_label_moves_nothing(name: str) -> None:
    """Within its unit a label of another length leaves the sound where it is."""
    once = write(SAMPLES[name])
    assert len(write(once, testing.PAYLOADS[1])) == len(once)


def test_the_essence() -> None:
    """The essence is the format and the sound, without the count of edits."""
    view = BytesView(SAMPLES["open-titled.caf"])
    pieces = [view.read(s.offset, s.length) for s in CARRIER.essence(view) if isinstance(s, Span)]
    assert pieces == [build.FORMAT[12:], SOUND]


def test_broken_files() -> None:
    """Chunks and texts that run out of what holds them are refused, too many as well."""
    with pytest.raises(MalformedFileError, match="header"):
        CARRIER.read(BytesView(b"caff\0\2"))
    with pytest.raises(MalformedFileError, match="CAF chunk"):
        CARRIER.read(BytesView(SAMPLES["plain.caf"][:-1]))
    for body in (b"\0\0\0\1", b"\0\0\0\1key", b"\0\0\0\1key\0value"):
        with pytest.raises(MalformedFileError, match="last one"):
            CARRIER.read(BytesView(build.file(build.chunk(b"info", body))))
    with pytest.raises(LimitExceededError, match="texts"):
        CARRIER.read(BytesView(build.file(build.chunk(b"info", b"\xff" * 9))))
    with pytest.raises(LimitExceededError, match="chunks"):
        CARRIER.read(BytesView(SAMPLES["titled.caf"], limits=Limits(items=2)))


def test_large_files_cost_their_headers() -> None:
    """The sound is never read."""
    head = build.file(build.FORMAT, build.info(build.TITLE), build.OPEN)
    view = SparseView(head, 1 << 33)
    assert CARRIER.sniff(view) is not None
    CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 1000


@pytest.mark.oracle
@pytest.mark.parametrize(
    "options",
    [("-c:a", "alac"), ("-c:a", "pcm_mulaw", "-metadata", "title=x"), ("-metadata", "title=x")],
    ids=["alac", "mulaw", "linear"],
)
def test_other_programs(options: tuple[str, ...], tmp_path: Path) -> None:
    """Ffmpeg decodes the same, finds the label, and copies it without changing the essence."""
    before, after, copied = (tmp_path / f"{name}.caf" for name in ("before", "after", "copied"))
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
    subprocess.run([*run, "-i", str(after), "-c", "copy", str(copied)], check=True)
    with open_view(before) as old, open_view(copied) as new:
        assert essence_digest(CARRIER, old) == essence_digest(CARRIER, new)
        assert [slot.payload for slot in CARRIER.read(new)] == [PAYLOAD]


def test_a_header_alone_is_refused_clearly() -> None:
    """A file that ends behind its header has no chunks, and no chunk behind the last."""
    data = next(build.samples())[1][:8]
    view = BytesView(data, "a.caf")
    assert list(CARRIER.read(view)) == []
    assert list(CARRIER.canonical(view)) == []
