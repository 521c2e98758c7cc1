"""The label in M4A files: frames are copied, and every table and time follows."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from mutagen import mp4

from ailabel.errors import AilabelError, MalformedFileError, MissingExtraError, PlanError
from ailabel.io.source import BytesView
from ailabel.marks.audio.m4a_track import open_content
from ailabel.spi import MarkSpec
from builders import m4a as builder
from builders import sounds
from builders.boxes import box, full, u32, u64
from builders.sounds import coded, duration, heard, render, rhythm, samples
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.codecs import bmff

KINDS = {  # rate, channels, ffmpeg's options
    "aac": (44100, 2, ("-c:a", "aac")),
    "aac-faststart": (48000, 1, ("-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart")),
    "aac-six": (48000, 6, ("-c:a", "aac", "-b:a", "300k")),
    "alac": (44100, 2, ("-c:a", "alac")),
    "alac-24": (48000, 1, ("-c:a", "alac", "-sample_fmt", "s32p")),
}
LENGTH = 1.013  # seconds, so that the last block is not full
CHAPTERS = ";FFMETADATA1\ntitle=a song\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={start + 400}\ntitle=part {start}\n"
    for start in (0, 400, 800)
)


def made(folder: Path, kind: str) -> bytes:
    """Let ffmpeg code a swelling tone."""
    rate, channels, options = KINDS[kind]
    return coded(folder, sounds.wav(LENGTH, rate, channels, 0.4), "made.m4a", *options)


def tags_of(source: str | bytes) -> Any:  # noqa: ANN401 - mutagen tells no types
    """Let mutagen read a file, by its path or its bytes."""
    found: Any = mp4.MP4
    return found(io.BytesIO(source) if isinstance(source, bytes) else source)


def patched(data: bytes, kind: bytes, at: int, new: bytes) -> bytes:
    """Return a file with other bytes in the first box of a kind."""
    place = data.index(kind) + 4 + at
    return data[:place] + new + data[place + len(new) :]


@pytest.mark.oracle
@pytest.mark.parametrize("kind", KINDS)
def test_the_content_decodes_to_the_same_samples(tmp_path: Path, kind: str) -> None:
    """Bit for bit, whole and as a player plays it; and each length that is stated is right."""
    before = made(tmp_path, kind)
    rate, channels, _ = KINDS[kind]
    content, played = samples(tmp_path, before, "m4a", "f32le"), heard(tmp_path, before, "m4a")
    label = 0
    for position in ("start", "end", "both"):
        labelled, rendition = render(before, "m4a", rhythm(position))
        result = samples(tmp_path, labelled, "m4a", "f32le")
        begin, found = sounds.labels_of(result, content, position, label)
        label = label or begin
        assert found == content
        now = heard(tmp_path, labelled, "m4a")
        assert now[begin : begin + len(played)] == played
        seconds = len(now) / 4 / channels / rate
        assert duration(tmp_path, labelled, "m4a") == pytest.approx(seconds, abs=0.03)
        assert tags_of(labelled).info.length == pytest.approx(seconds, abs=0.03)
        assert (rendition.reencoded, rendition.changed_outside) == (None, 0.0)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["aac-faststart", "alac"])
def test_the_tables_are_as_another_muxer_writes_them(tmp_path: Path, kind: str) -> None:
    """A remux by ffmpeg changes neither packets nor their times."""
    labelled, _ = render(made(tmp_path, kind), "m4a", rhythm("both"))
    given, again = tmp_path / "given.m4a", tmp_path / "again.m4a"
    given.write_bytes(labelled)
    copy = ["ffmpeg", "-v", "error", "-y", "-i", str(given), "-c", "copy", str(again)]
    subprocess.run(copy, check=True)
    shown = []
    for path in (given, again):
        command = ["ffprobe", "-v", "error", "-show_entries", "packet=pts,duration,size"]
        done = subprocess.run([*command, "-of", "json", str(path)], check=True, capture_output=True)
        shown.append(json.loads(done.stdout)["packets"])
    assert shown[0] == shown[1]
    assert len(shown[0]) == len(open_content(BytesView(labelled)).sizes)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["aac", "alac"])
def test_the_marks_say_where_the_label_is_heard(tmp_path: Path, kind: str) -> None:
    """The tone of the rhythm begins and ends at the seconds that are given."""
    source = sounds.wav(1.0, 44100, 1, 0.0)
    before = coded(tmp_path, source, "made.m4a", "-c:a", kind)
    labelled, rendition = render(before, "m4a", rhythm("both"))
    raw = heard(tmp_path, labelled, "m4a")
    values = struct.unpack(f"<{len(raw) // 4}f", raw)
    loud = [index / 44100 for index, value in enumerate(values) if abs(value) > 0.01]
    first, last = rendition.marks
    assert first.seconds is not None
    assert last.seconds is not None
    assert loud[0] == pytest.approx(first.seconds[0], abs=0.02)
    assert loud[-1] == pytest.approx(last.seconds[1], abs=0.02)


@pytest.mark.oracle
def test_tags_cover_and_gaps_are_kept(tmp_path: Path) -> None:
    """Title and cover art are as before; iTunes' note of gaps counts the label's samples."""
    path = tmp_path / "tagged.m4a"
    path.write_bytes(made(tmp_path, "aac"))
    tags = tags_of(str(path))
    tags["\xa9nam"] = "a title"
    tags["covr"] = [b"\x89PNG\r\n\x1a\n" + bytes(100)]
    count = round(LENGTH * 44100)
    pad = 45 * 1024 - 1024 - count
    note = f" 00000000 00000400 {pad:08X} {count:016X}" + " 00000000" * 8
    tags["----:com.apple.iTunes:iTunSMPB"] = [note.encode()]
    tags.save()
    before = path.read_bytes()
    for position, labels, padding in (("start", 1, pad), ("end", 1, 0), ("both", 2, 0)):
        labelled, _ = render(before, "m4a", rhythm(position))
        found = tags_of(labelled)
        assert found["\xa9nam"] == ["a title"]
        assert found["covr"] == tags["covr"]
        text = found["----:com.apple.iTunes:iTunSMPB"][0].decode()
        numbers = [int(word, 16) for word in text.split()]
        frames = len(open_content(BytesView(labelled)).sizes)
        assert len(text) == len(note)
        assert numbers[1:3] == [1024, padding]
        assert numbers[3] == frames * 1024 - 1024 - padding
        assert frames == 45 + labels * 85


@pytest.mark.oracle
def test_chapters_stay_with_their_sound(tmp_path: Path) -> None:
    """The first chapter takes the label in, the others begin later by its length."""
    source, text = tmp_path / "given.wav", tmp_path / "chapters.txt"
    source.write_bytes(sounds.wav(1.2, 48000))
    text.write_text(CHAPTERS)
    path = tmp_path / "chapters.m4a"
    command = ["ffmpeg", "-v", "error", "-i", str(source), "-i", str(text), "-map_metadata", "1"]
    subprocess.run([*command, "-c:a", "aac", str(path)], check=True)
    before = path.read_bytes()
    assert before.count(b"chpl") == 1
    assert len(open_content(BytesView(before)).chapters) == 1
    labelled, _ = render(before, "m4a", rhythm())
    starts = chapters(tmp_path, labelled)
    added = (len(open_content(BytesView(labelled)).sizes)) * 1024 / 48000
    added -= len(open_content(BytesView(before)).sizes) * 1024 / 48000
    assert starts == pytest.approx([0, 0.4 + added, 0.8 + added], abs=0.002)
    tracked = labelled.replace(b"chpl", b"free")
    assert chapters(tmp_path, tracked) == pytest.approx(starts, abs=0.002)
    assert tags_of(labelled).chapters[1].start == pytest.approx(starts[1], abs=0.002)
    after, _ = render(before, "m4a", rhythm("end"))
    assert chapters(tmp_path, after) == pytest.approx([0, 0.4, 0.8], abs=0.002)


def chapters(folder: Path, data: bytes) -> list[float]:
    """Return when chapters begin, as ffprobe says."""
    path = folder / "labelled.m4a"
    path.write_bytes(data)
    command = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)
    return [float(chapter["start_time"]) for chapter in json.loads(done.stdout)["chapters"]]


@pytest.mark.oracle
def test_wide_offsets_and_even_sizes_are_followed(tmp_path: Path) -> None:
    """Offsets of 64 bits; a table that gives one size for all samples; a missing edit list."""
    before = made(tmp_path, "aac-faststart")
    view = BytesView(before)
    content = open_content(view)
    stco = content.track.tables[b"stco"]
    wide = full(b"co64", u32(1), u64(content.offsets[0] + 4))
    stretched = before[: stco.offset] + wide + before[stco.end :]
    assert len(wide) == stco.size + 4
    inside: bmff.Box | None = stco.parent
    while inside is not None:
        size = u32(inside.size + 4)
        stretched = stretched[: inside.offset] + size + stretched[inside.offset + 4 :]
        inside = inside.parent
    bare = stretched.replace(b"elst", b"free")
    for data in (stretched, bare):
        expected = samples(tmp_path, data, "m4a", "f32le")
        labelled, _ = render(data, "m4a", rhythm())
        assert samples(tmp_path, labelled, "m4a", "f32le").endswith(expected)


@pytest.mark.oracle
def test_what_cannot_be_joined_is_refused_with_advice(tmp_path: Path) -> None:
    """Other codecs, fragments, several tracks, edit lists that cut, tables of each sample."""
    before = made(tmp_path, "aac")
    cases = {
        "fragments": coded(
            tmp_path, sounds.wav(), "made.m4a", "-c:a", "aac", "-movflags", "+frag_keyframe"
        ),
        "coded as ac-3": coded(tmp_path, sounds.wav(1.0, 48000), "made.m4a", "-c:a", "ac3"),
        "coded as twos": builder.file(),
        "HE-AAC|AAC-LC": before.replace(b"\x12\x10\x56\xe5\x00", b"\x12\x10\x56\xe5\xa0"),
        "edit list": patched(before, b"elst", 12, u32(20000)),
        "one track": coded(
            tmp_path, sounds.wav(), "made.m4a", "-map", "0", "-map", "0", "-c:a", "aac"
        ),
        "sdtp": before.replace(b"sgpd", b"sdtp"),
        "sampling rate": patched(before, b"mdhd", 12, u32(1000)),
        "Apple Lossless": patched(made(tmp_path, "alac"), b"\0\0\0\x24alac", 11, b"\x14"),
    }
    for advice, data in cases.items():
        with pytest.raises(PlanError, match=advice):
            render(data, "m4a", rhythm())


@pytest.mark.oracle
def test_any_damage_is_an_error_of_ours(tmp_path: Path) -> None:
    """Cut and flipped headers are labelled or refused, without another exception."""
    source = random.Random(11)
    refused = 0
    for kind in ("aac-faststart", "alac"):
        whole = coded(tmp_path, sounds.wav(0.2), "made.m4a", *KINDS[kind][2])
        start = whole.index(b"moov")
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(source.randrange(1, 4)):
                data[start + source.randrange(min(len(data) - start, 900))] = source.randrange(256)
            cut = len(data) if source.random() < 0.8 else source.randrange(len(data))
            try:
                render(bytes(data[:cut]), "m4a", rhythm("both"))
            except AilabelError:
                refused += 1
    assert refused


@pytest.mark.parametrize(
    "data",
    [
        b"",
        box(b"ftyp", b"M4A ", bytes(4)) + box(b"moov", b""),
        builder.file().replace(b"stsz", b"free"),
        builder.file().replace(b"mdhd", b"free"),
        builder.file().replace(b"twos", b"mp4a"),
    ],
)
def test_what_is_missing_is_named(data: bytes) -> None:
    """No movie header, no track, no table, no description of the decoder."""
    with pytest.raises((PlanError, MalformedFileError)):
        render(data, "m4a", rhythm())


@pytest.mark.oracle
def test_without_pyav_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The install command takes the place of an ImportError."""
    before = made(tmp_path, "aac")
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtraError, match="M4A"):
        render(before, "m4a", rhythm())


@needs_corpus
def test_a_file_of_another_program_can_be_labelled() -> None:
    """A real file with tags; the offsets of its chunks lead to the same frames."""
    data = (CORPUS / "made/a_tags.m4a").read_bytes()
    labelled, rendition = render(data, "m4a", MarkSpec())
    before, after = open_content(BytesView(data)), open_content(BytesView(labelled))
    added = len(after.sizes) - len(before.sizes)
    frames = after.frames(BytesView(labelled))[added : len(after.sizes)]
    assert frames == before.frames(BytesView(data))[0 : len(before.sizes)]
    assert after.track.id == before.track.id
    assert rendition.marks[0].seconds == pytest.approx((0.3, 4.81), abs=0.03)
