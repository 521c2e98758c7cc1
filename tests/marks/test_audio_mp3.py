"""The label in MP3 files: the content's frames are copied, and decode to the same samples."""

from __future__ import annotations

import json
import random
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest

from ailabel.codecs import mpeg
from ailabel.errors import AilabelError, MissingExtraError, PlanError
from ailabel.io.source import BytesView
from ailabel.marks.audio import crc16, mp3_info
from ailabel.marks.audio.mp3_frames import leans_on_missing, open_sound
from ailabel.spi import MarkSpec
from builders import sounds
from builders.sounds import coded, render, rhythm, samples
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = ("start", "end", "both")
KINDS = {  # rate, channels, ffmpeg's options
    "128k": (44100, 2, ("-b:a", "128k")),
    "variable": (48000, 2, ("-q:a", "5")),
    "mono-22k": (22050, 1, ("-b:a", "48k")),
    "telephone": (8000, 1, ("-b:a", "16k")),
    "no-info-frame": (44100, 1, ("-b:a", "96k", "-write_xing", "0", "-id3v2_version", "0")),
    "stereo-12k": (12000, 2, ("-b:a", "32k")),
}


def made(folder: Path, kind: str, seconds: float = 1.5) -> bytes:
    """Let ffmpeg's LAME code a swelling tone."""
    rate, channels, options = KINDS[kind]
    return coded(folder, sounds.wav(seconds, rate, channels), "made.mp3", *options)


def info_of(data: bytes) -> tuple[bytes, int]:
    """Return the frame with the table of contents, and where Xing or Info stands in it."""
    sound = open_sound(BytesView(data))
    assert sound.info is not None
    frame = data[sound.info.offset : sound.info.offset + sound.info.length]
    position = mpeg.info_position(frame, sound.info.header)
    assert position is not None
    return frame, position


@pytest.mark.oracle
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_content_decodes_to_the_same_samples(tmp_path: Path, kind: str, position: str) -> None:
    """Bit for bit, from the first block on, which overlaps with the label's silence."""
    before = made(tmp_path, kind)
    content = samples(tmp_path, before, "mp3", "f32le")
    labelled, rendition = render(before, "mp3", rhythm(position))
    result = samples(tmp_path, labelled, "mp3", "f32le")
    label = (len(result) - len(content)) // (2 if position == "both" else 1)
    begin = 0 if position == "end" else label
    assert label > 0
    assert result[begin : begin + len(content)] == content
    assert (rendition.reencoded, rendition.changed_outside) == (None, 0.0)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["128k", "variable", "no-info-frame"])
def test_players_know_how_long_it_is(tmp_path: Path, kind: str) -> None:
    """The duration that ffprobe reads from the first frame is that of all frames."""
    before = made(tmp_path, kind)
    path = tmp_path / "labelled.mp3"
    for position in POSITIONS:
        labelled, _ = render(before, "mp3", rhythm(position))
        path.write_bytes(labelled)
        command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json"]
        done = subprocess.run([*command, str(path)], check=True, capture_output=True)
        seconds = float(json.loads(done.stdout)["format"]["duration"])
        sound = open_sound(BytesView(labelled))
        assert seconds == pytest.approx(sound.samples / sound.header.sample_rate, abs=0.1)


@pytest.mark.oracle
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("kind", ["128k", "variable", "mono-22k"])
def test_the_table_of_contents_is_right(tmp_path: Path, kind: str, position: str) -> None:
    """Frames, bytes and places count the label's frames, and LAME's checksums agree."""
    labelled, _ = render(made(tmp_path, kind), "mp3", rhythm(position))
    sound = open_sound(BytesView(labelled))
    frame, at = info_of(labelled)
    _, frames, total = struct.unpack(">III", frame[at + 4 : at + 16])
    assert frames == len(sound.frames)
    assert total == sound.end - sound.start
    for percent in (25, 50, 75):
        offset = frame[at + 16 + percent] / 256 * total + sound.start
        true = sound.frames[percent * len(sound.frames) // 100].offset
        assert offset == pytest.approx(true, abs=total / 200)
    lame = at + 120
    length, music, tag = struct.unpack(">IHH", frame[lame + 28 : lame + 36])
    assert length == total
    assert music == crc16.reflected(labelled[sound.first : sound.end])
    assert tag == crc16.reflected(frame[: lame + 34])


@pytest.mark.oracle
def test_the_marks_say_where_the_label_is_heard(tmp_path: Path) -> None:
    """A player that skips what LAME's fields say hears the label at the seconds given."""
    silence = sounds.wav(1.0, 44100, 1, 0.0)
    before = coded(tmp_path, silence, "made.mp3", "-b:a", "64k")
    labelled, rendition = render(before, "mp3", rhythm("both"))
    path = tmp_path / "labelled.mp3"
    path.write_bytes(labelled)
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    values = struct.unpack(f"<{len(raw) // 2}h", raw)
    heard = [index / 44100 for index, value in enumerate(values) if abs(value) > 300]
    first, last = rendition.marks
    assert first.seconds is not None
    assert last.seconds is not None
    assert heard[0] == pytest.approx(first.seconds[0], abs=0.02)
    assert heard[-1] == pytest.approx(last.seconds[1], abs=0.02)


@pytest.mark.oracle
def test_the_rhythm_survives_the_coding(tmp_path: Path) -> None:
    """In the decoded sound the long tone is three times as long as each short one."""
    labelled, _ = render(made(tmp_path, "mono-22k"), "mp3", rhythm())
    raw = samples(tmp_path, labelled, "mp3", "s16le")[: 22050 * 2 * 2]
    values = struct.unpack(f"<{len(raw) // 2}h", raw)
    peak = max(map(abs, values))
    heard = [index for index, value in enumerate(values[:40000]) if abs(value) > peak * 0.3]
    lengths, begin = [], heard[0]
    for before, after in zip(heard, [*heard[1:], 1 << 30], strict=True):
        if after - before > 600:
            lengths.append((before - begin) / 22050)
            begin = after
    short, long, *rest = lengths[:4]
    assert [long / short, *(value / short for value in rest)] == pytest.approx([3, 1, 1], abs=0.2)


@pytest.mark.oracle
def test_tags_stay_where_they_are(tmp_path: Path) -> None:
    """ID3v2 stays before, ID3v1 behind everything."""
    rate, channels, _ = KINDS["128k"]
    options = ("-b:a", "128k", "-write_id3v1", "1", "-metadata", "title=a song")
    before = coded(tmp_path, sounds.wav(0.5, rate, channels), "made.mp3", *options)
    start = open_sound(BytesView(before)).start
    labelled, _ = render(before, "mp3", rhythm("both"))
    assert labelled[:start] == before[:start]
    assert labelled[-128:] == before[-128:]
    assert labelled[-128:-125] == b"TAG"


@pytest.mark.oracle
def test_a_cut_file_is_labelled_at_its_end_only(tmp_path: Path) -> None:
    """Frames that lean on missing ones would take the label's bytes for sound."""
    whole = coded(tmp_path, sounds.wav(4.0, 44100, 2), "made.mp3", "-b:a", "64k")
    sound = open_sound(BytesView(whole))
    cuts = (whole[frame.offset : sound.end] for frame in sound.frames[20:60])
    cut = next(
        data for data in cuts if leans_on_missing(BytesView(data), open_sound(BytesView(data)))
    )
    with pytest.raises(PlanError, match="at the end"):
        render(cut, "mp3", rhythm())
    labelled, _ = render(cut, "mp3", rhythm("end"))
    assert labelled.startswith(cut)


def test_fraunhofer_s_table_is_replaced() -> None:
    """VBRI becomes a Xing frame, long enough and right."""
    head = bytes([0xFF, 0xFB, 0x14, 0xC4])  # 32 kbit/s, 48 kHz, mono: 96 bytes
    header = mpeg.parse_header(head)
    assert header is not None
    old = (head + bytes(32) + b"VBRI").ljust(header.length, b"\0")
    change = mp3_info.Change(front=(b"f" * 96,) * 3, content=[96] * 5, back=())
    new = mp3_info.renewed(old, header, change)
    made_header = mpeg.parse_header(new[:4])
    assert made_header is not None
    assert made_header.length == len(new)
    position = mpeg.info_position(new, made_header)
    assert position is not None
    assert new[position : position + 4] == b"Xing"
    assert struct.unpack(">II", new[position + 8 : position + 16]) == (8, len(new) + 8 * 96)
    assert mp3_info.skipped(old, header) == mp3_info.skipped(new, made_header) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no sound",
        (b"\xff\xfd\x10\xc4" + bytes(92)) * 20,  # Layer II
        (b"\xff\xfb\x04\xc4" + bytes(92)) * 20,  # free format
    ],
)
def test_what_is_no_layer_3_is_refused(data: bytes) -> None:
    """Other layers and frames of unknown length cannot be joined."""
    with pytest.raises(PlanError, match="Layer III"):
        render(data, "mp3", rhythm())


def test_a_change_of_channels_is_refused() -> None:
    """Mono and stereo in one file: no label fits both."""
    mono, stereo = (bytes([0xFF, 0xFB, 0x14, mode]) + bytes(92) for mode in (0xC4, 0x04))
    with pytest.raises(PlanError, match="mono and stereo"):
        render(mono * 3 + stereo * 3, "mp3", rhythm())


@pytest.mark.oracle
def test_any_damage_is_an_error_of_ours(tmp_path: Path) -> None:
    """Cut and flipped files are labelled or refused, without another exception."""
    whole = made(tmp_path, "telephone", 0.5)
    source = random.Random(3)
    refused = 0
    for _ in range(40):
        data = bytearray(whole[: source.randrange(8, len(whole))])
        for _ in range(source.randrange(6)):
            data[source.randrange(len(data))] = source.randrange(256)
        try:
            render(bytes(data), "mp3", rhythm("both"))
        except AilabelError:
            refused += 1
    assert refused


def test_without_pyav_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The install command takes the place of an ImportError."""
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    mono = bytes([0xFF, 0xFB, 0x14, 0xC4]) + bytes(92)
    with pytest.raises(MissingExtraError, match="MP3"):
        render(mono * 30, "mp3", rhythm())


@pytest.mark.oracle
def test_the_voice_is_spoken_in_mp3(tmp_path: Path) -> None:
    """The built-in voice lasts four to five seconds."""
    _, rendition = render(made(tmp_path, "mono-22k"), "mp3", MarkSpec())
    (mark,) = rendition.marks
    assert mark.seconds == pytest.approx((0.3, 4.81), abs=0.03)


@needs_corpus
def test_a_file_of_another_program_can_be_labelled() -> None:
    """Real files, with tags of two versions."""
    for name in ("a.mp3", "a_v23.mp3"):
        data = (CORPUS / "made" / name).read_bytes()
        labelled, _ = render(data, "mp3", rhythm())
        assert len(labelled) > len(data)
