"""The label in AIFF and CAF files: samples are spliced, and decode to what was there before."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

import pytest

from ailabel.errors import AilabelError, MalformedFileError, PlanError
from builders import aiff, caf, sounds
from builders.sounds import coded, duration, render, rhythm, samples

if TYPE_CHECKING:
    from pathlib import Path

CODECS = {  # what ffmpeg calls them
    "aiff": ("pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be"),
    "aifc": ("pcm_s16le", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw"),
    "caf": ("pcm_s8", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_f32le", "pcm_alaw", "pcm_mulaw"),
}
ALL = [(kind, codec) for kind, codecs in CODECS.items() for codec in codecs]


def made(folder: Path, kind: str, codec: str, channels: int = 2, rate: int = 16000) -> bytes:
    """Let ffmpeg write a swelling tone."""
    source = sounds.wav(0.75, rate, channels)
    return coded(folder, source, f"made.{kind[:4]}", "-c:a", codec)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("kind", "codec", "position"),
    [*((*case, "both") for case in ALL), ("aiff", "pcm_s16be", "start"), ("caf", "pcm_s8", "end")],
)
def test_the_content_decodes_to_the_same_samples(
    tmp_path: Path, kind: str, codec: str, position: str
) -> None:
    """Sample for sample, in every coding of whole and floating numbers and of both laws."""
    before = made(tmp_path, kind, codec)
    name = kind.replace("aifc", "aiff")
    content = samples(tmp_path, before, kind)
    labelled, rendition = render(before, name, rhythm(position))
    result = samples(tmp_path, labelled, kind)
    label = (len(result) - len(content)) // (2 if position == "both" else 1)
    begin = 0 if position == "end" else label
    assert result[begin : begin + len(content)] == content
    assert label // 8 == pytest.approx(1.92 * 16000, abs=2)
    assert duration(tmp_path, labelled, kind) == pytest.approx(len(result) / 8 / 16000)
    assert rendition.reencoded is None


@pytest.mark.oracle
@pytest.mark.parametrize(("kind", "codec"), ALL)
def test_the_label_sounds_alike_in_every_coding(tmp_path: Path, kind: str, codec: str) -> None:
    """The same peak, within what eight bits can tell, and not clipped."""
    labelled, _ = render(made(tmp_path, kind, codec), kind.replace("aifc", "aiff"), rhythm())
    raw = samples(tmp_path, labelled, kind, "s16le")[: 30000 * 4]
    peak = max(map(abs, struct.unpack(f"<{len(raw) // 2}h", raw)))
    assert 3000 < peak < 32700


@pytest.mark.oracle
def test_more_than_two_channels_and_odd_lengths_are_kept(tmp_path: Path) -> None:
    """Six channels; and an odd number of bytes, with its pad byte."""
    wide = made(tmp_path, "aiff", "pcm_s24be", 6)
    odd = coded(tmp_path, sounds.wav(0.1001, 44100), "odd.aiff", "-c:a", "pcm_s8")
    for before, block in ((wide, 24), (odd, 4)):
        content = samples(tmp_path, before, "aiff")
        labelled, _ = render(before, "aiff", rhythm("both"))
        result = samples(tmp_path, labelled, "aiff")
        begin = (len(result) - len(content)) // 2
        assert begin % block == 0
        assert result[begin : begin + len(content)] == content
        assert int.from_bytes(labelled[4:8], "big") + 8 == len(labelled)


def test_markers_move_with_the_content() -> None:
    """Markers of AIFF, markers and regions of CAF: those that count samples from the start."""
    markers = struct.pack(">HHIB3sHIB4s", 2, 1, 5, 3, b"one", 2, 120, 4, b"four\0"[:4]) + b"\0"
    before = aiff.form(aiff.COMMON, aiff.chunk(b"MARK", markers), aiff.DATA)
    labelled, _ = render(before, "aiff", rhythm())
    shift = (len(labelled) - len(before)) // 2
    body = labelled[labelled.index(b"MARK") + 8 :]
    assert struct.unpack(">HI", body[2:8]) == (1, 5 + shift)
    assert struct.unpack(">HI", body[12:18]) == (2, 120 + shift)
    marker = struct.pack(">IdI8sI", 0, 7.5, 1, bytes(8), 0)
    region = struct.pack(">III", 1, 0, 2) + marker * 2
    chunks = (
        caf.chunk(b"mark", bytes(4) + struct.pack(">I", 1) + marker),
        caf.chunk(b"regn", bytes(4) + struct.pack(">I", 1) + region),
    )
    labelled, _ = render(caf.file(caf.FORMAT, *chunks, caf.DATA), "caf", rhythm())
    for name, at in ((b"mark", 20), (b"regn", 32), (b"regn", 60)):
        place = labelled.index(name) + 4 + at
        assert struct.unpack(">d", labelled[place : place + 8]) == (7.5 + shift,)
    after_end, _ = render(before, "aiff", rhythm("end"))
    assert aiff.chunk(b"MARK", markers) in after_end


def test_an_overview_is_known_to_be_out_of_date() -> None:
    """The count of edits beside the samples goes up; an open end stays open."""
    for data in (caf.DATA, caf.OPEN):
        labelled, _ = render(caf.file(caf.FORMAT, data), "caf", rhythm("end"))
        at = labelled.index(b"data")
        assert labelled[at + 12 : at + 16] == b"\0\0\0\1"
        assert (labelled[at + 4 : at + 12] == b"\xff" * 8) == (data == caf.OPEN)


@pytest.mark.oracle
def test_coded_sound_is_refused_with_advice(tmp_path: Path) -> None:
    """ADPCM cannot be spliced."""
    before = coded(tmp_path, sounds.wav(0.5), "made.caf", "-c:a", "adpcm_ima_qt")
    with pytest.raises(PlanError, match="convert it to PCM first"):
        render(before, "caf")
    ima = aiff.form(aiff.common(compression=b"ima4\0\0"), aiff.DATA, kind=b"AIFC")
    with pytest.raises(PlanError, match="convert it to PCM first"):
        render(ima, "aiff")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("aiff", aiff.form(aiff.DATA)),
        ("aiff", aiff.form(aiff.COMMON, aiff.DATA, aiff.DATA)),
        ("aiff", aiff.form(aiff.chunk(b"COMM", bytes(18)), aiff.DATA)),
        ("aiff", aiff.form(aiff.COMMON, aiff.chunk(b"SSND", b"\0\0\1\0" + bytes(8)))),
        ("aiff", aiff.form(aiff.COMMON, aiff.chunk(b"MARK", b"\0\5"), aiff.DATA)),
        ("aiff", aiff.form(aiff.COMMON, aiff.DATA, kind=b"8SVX")),
        ("caf", caf.file(caf.DATA)),
        ("caf", caf.file(caf.chunk(b"desc", bytes(32)), caf.DATA)),
        ("caf", caf.file(caf.FORMAT, caf.chunk(b"data", b""))),
        ("caf", caf.file(caf.FORMAT, caf.chunk(b"mark", b""), caf.DATA)),
        ("caf", caf.file(caf.FORMAT, caf.chunk(b"mark", bytes(7) + b"\1"), caf.DATA)),
        ("caf", caf.file(caf.FORMAT, caf.chunk(b"regn", bytes(7) + b"\1"), caf.DATA)),
    ],
)
def test_what_breaks_its_format_is_malformed(kind: str, data: bytes) -> None:
    """Missing, repeated, short and contradicting chunks."""
    with pytest.raises((MalformedFileError, PlanError)):
        render(data, kind)


def test_any_damage_is_an_error_of_ours() -> None:
    """Cut and flipped files are labelled or refused, without another exception."""
    source = random.Random(5)
    refused = 0
    markers = caf.chunk(b"mark", bytes(4) + struct.pack(">I", 1) + bytes(28))
    wholes = {
        "aiff": aiff.form(aiff.COMMON, aiff.chunk(b"MARK", b"\0\1" + bytes(8)), aiff.DATA),
        "caf": caf.file(caf.FORMAT, markers, caf.DATA),
    }
    for kind, whole in wholes.items():
        for _ in range(40):
            data = bytearray(whole[: source.randrange(8, len(whole))])
            for _ in range(source.randrange(4)):
                data[source.randrange(min(len(data), 120))] = source.randrange(256)
            try:
                render(bytes(data), kind)
            except AilabelError:
                refused += 1
    assert refused
