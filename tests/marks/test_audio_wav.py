"""The label in WAV files of every kind: the content's samples stay what they are."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import wave
from typing import TYPE_CHECKING

import pytest

from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.marks.audio import MARKER
from ailabel.marks.audio.loudness import integrate, window_power
from ailabel.marks.audio.pcm import Coding, Kind, decode
from ailabel.marks.audio.wav_sound import open_sound
from ailabel.spi import MarkSpec
from builders import sounds
from builders import wav as builder
from builders.sounds import FORMATS, facts, render, rhythm
from builders.wav import UNKNOWN, chunk, file, rf64

if TYPE_CHECKING:
    from pathlib import Path

VOICE = MarkSpec()
NOISE = random.Random(45438).randbytes(48 * 100)  # a hundred samples of every kind of block
KINDS = {  # name: format chunk, bytes of one sample of all channels
    "8-bit": (facts(1, 1, 8000, 1), 1),
    "8-bit-stereo": (facts(1, 2, 11025, 1), 2),
    "16-bit": (facts(1, 1, 8000, 2), 2),
    "16-bit-stereo": (facts(1, 2, 44100, 2), 4),
    "24-bit-mono": (facts(1, 1, 8000, 3), 3),
    "24-bit-six-channels": (sounds.extensible(1, 6, 8000, 3, (24, 0x3F)), 18),
    "20-in-24-bit": (sounds.extensible(1, 1, 8000, 3, (20, 4)), 3),
    "32-bit": (facts(1, 2, 8000, 4), 8),
    "float": (facts(3, 2, 8000, 4), 8),
    "double": (facts(3, 1, 8000, 8), 8),
    "extensible-float": (sounds.extensible(3, 2, 8000, 4, (32, 3)), 8),
    "a-law": (facts(6, 1, 8000, 1), 1),
    "mu-law-stereo": (facts(7, 2, 8000, 1), 2),
}


def data_of(labelled: bytes) -> bytes:
    """Return the samples of a labelled file."""
    view = BytesView(labelled)
    sound = open_sound(view)
    return view.read(sound.data.body, sound.data.length)


def field(data: bytes, at: int, width: int = 4) -> int:
    """Return a number."""
    return int.from_bytes(data[at : at + width], "little")


@pytest.mark.parametrize("position", ["start", "end", "both"])
@pytest.mark.parametrize("name", KINDS)
def test_the_content_is_kept_to_the_bit(name: str, position: str) -> None:
    """Whatever the coding, the content's bytes stand behind, before or between the labels."""
    form, block = KINDS[name]
    content = NOISE[: 96 * block]
    labelled, rendition = render(
        file(chunk(b"fmt ", form), chunk(b"data", content)), "wav", rhythm(position)
    )
    data = data_of(labelled)
    label = (len(data) - len(content)) // (2 if position == "both" else 1)
    begin = 0 if position == "end" else label
    assert label > 0
    assert label % block == 0
    assert data[begin : begin + len(content)] == content
    assert field(labelled, 4) == len(labelled) - 8
    assert (rendition.reencoded, rendition.changed_outside) == (None, 0.0)
    assert [mark.place for mark in rendition.marks] == (
        ["start", "end"] if position == "both" else [position]
    )


def test_another_reader_finds_the_content_behind_the_label() -> None:
    """The standard library's reader gives the content's samples after the label's."""
    given = sounds.wav(0.5, 16000, 2)
    labelled, rendition = render(given, "wav", VOICE)
    with wave.open(io.BytesIO(given)) as before, wave.open(io.BytesIO(labelled)) as after:
        content = before.readframes(before.getnframes())
        made = after.readframes(after.getnframes())
        seconds = after.getnframes() / after.getframerate()
    assert made.endswith(content)
    (mark,) = rendition.marks
    assert mark.seconds is not None
    begin, end = mark.seconds
    assert begin == pytest.approx(0.3)
    assert end + 0.3 + 0.5 == pytest.approx(seconds, abs=1e-3)


def test_the_marks_say_where_the_label_is_heard() -> None:
    """Sound begins and ends at the seconds of each mark, and nothing is heard around it."""
    labelled, rendition = render(
        builder.file(builder.FORMAT, chunk(b"data", bytes(16000))), "wav", rhythm("both")
    )
    values = struct.unpack(f"<{len(data_of(labelled)) // 2}h", data_of(labelled))
    heard = [index / 8000 for index, value in enumerate(values) if abs(value) > 30]
    first, last = rendition.marks
    assert first.seconds is not None
    assert last.seconds is not None
    assert heard[0] == pytest.approx(first.seconds[0], abs=0.003)
    assert heard[-1] == pytest.approx(last.seconds[1], abs=0.003)
    inside = [time for time in heard if first.seconds[1] + 0.003 < time < last.seconds[0]]
    assert not inside


@pytest.mark.parametrize("level", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("spec", [VOICE, rhythm()], ids=["voice", "rhythm"])
def test_the_label_is_about_as_loud_as_the_content(spec: MarkSpec, level: float) -> None:
    """Within 3 dB of the content, which the label never passes by clipping."""
    given = sounds.wav(2.0, 8000, 1, level)
    labelled, _ = render(given, "wav", spec)
    coding = Coding(Kind.SIGNED, 2, 16)
    content = decode(data_of(given), coding)
    label = decode(data_of(labelled)[: -len(data_of(given))], coding)
    found = [
        integrate(
            window_power([part[start : start + 1040]], 8000)
            for start in range(0, len(part) - 1040, 800)
        )
        for part in (content, label)
    ]
    assert found[0] is not None
    assert found[1] == pytest.approx(found[0], abs=3.0)
    assert max(map(abs, label)) < 0.892


def test_beside_silence_the_label_has_a_level_of_its_own() -> None:
    """Digital silence does not make the label silent."""
    labelled, _ = render(file(builder.FORMAT, chunk(b"data", bytes(16000))), "wav")
    assert max(struct.unpack("<8000h", data_of(labelled)[:16000])) > 1000


def test_cue_points_and_loops_move_with_the_content() -> None:
    """A label at the start shifts what counts samples; one at the end does not."""
    points = [struct.pack("<II4sIII", n, n * 10, b"data", 0, 0, n * 10) for n in (1, 2)]
    cue = chunk(b"cue ", struct.pack("<I", 2) + b"".join(points))
    loop = struct.pack("<IIIIII", 0, 0, 5, 55, 0, 0)
    sampler = chunk(b"smpl", bytes(28) + struct.pack("<II", 1, 0) + loop)
    fact = chunk(b"fact", struct.pack("<I", 200))
    given = file(builder.FORMAT, fact, builder.DATA, cue, sampler)
    for position in ("start", "end"):
        labelled, _ = render(given, "wav", rhythm(position))
        grown = (len(labelled) - len(given)) // 2
        shift = grown if position == "start" else 0
        at = labelled.index(b"cue ") + 12
        assert [field(labelled, at + offset) for offset in (4, 20, 28, 44)] == [
            10 + shift,
            10 + shift,
            20 + shift,
            20 + shift,
        ]
        at = labelled.index(b"smpl") + 8 + 36
        assert (field(labelled, at + 8), field(labelled, at + 12)) == (5 + shift, 55 + shift)
        assert field(labelled, labelled.index(b"fact") + 8) == 200 + grown


def test_chunks_that_are_not_sound_stay_as_they_are() -> None:
    """Text, labels and unknown chunks keep their bytes and their order."""
    extra = chunk(b"LIST", b"INFO" + builder.SOFTWARE) + chunk(b"xyzw", b"odd")
    given = file(builder.EXTENSION, builder.FORMAT, builder.DATA, extra)
    labelled, _ = render(given, "wav", rhythm())
    assert labelled.endswith(extra)
    assert builder.EXTENSION in labelled


@pytest.mark.parametrize(("name", "data"), list(builder.samples()))
def test_every_way_to_write_a_wav_file_can_be_labelled(name: str, data: bytes) -> None:
    """Sizes that a streaming program left open are filled in, and the content is kept."""
    sound = open_sound(BytesView(data))
    content = data[sound.data.body : sound.data.body + sound.length * sound.block]
    if "cut" in name or sound.layout.cut:
        pytest.skip("a file that is cut short is refused")
    for position in ("start", "end"):
        labelled, _ = render(data, "wav", rhythm(position))
        again = open_sound(BytesView(labelled))
        made = data_of(labelled)
        assert again.layout.open_data is None
        assert made.endswith(content) if position == "start" else made.startswith(content)


def test_long_sizes_are_kept_in_ds64() -> None:
    """RF64 counts bytes and samples in ds64, and 32 bits stay at their maximum."""
    given = rf64(builder.FORMAT, chunk(b"data", builder.SOUND, UNKNOWN), data=len(builder.SOUND))
    labelled, _ = render(given, "wav", rhythm())
    grown = len(labelled) - len(given)
    assert field(labelled, 4) == UNKNOWN
    assert field(labelled, 20, 8) == len(labelled) - 8
    assert field(labelled, 28, 8) == len(builder.SOUND) + grown
    assert field(labelled, 36, 8) == (len(builder.SOUND) + grown) // 2


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (facts(2, 1, 8000, 1, 4), "format 2"),
        (facts(0x55, 2, 44100, 1), "format 85"),
        (facts(1, 1, 8000, 5), "bits"),
        (facts(1, 1, 8000, 2, 40), "40 bits"),
    ],
)
def test_coded_sound_is_refused(form: bytes, words: str) -> None:
    """ADPCM, MP3 in WAV and odd widths are told to be converted first."""
    with pytest.raises(PlanError, match=words):
        render(file(chunk(b"fmt ", form), builder.DATA), "wav")


@pytest.mark.parametrize(
    "data",
    [
        file(builder.FORMAT),
        file(builder.DATA),
        file(builder.FORMAT, builder.DATA, builder.DATA),
        file(chunk(b"fmt ", b"short"), builder.DATA),
        file(chunk(b"fmt ", facts(1, 0, 8000, 2)), builder.DATA),
        file(builder.FORMAT, builder.DATA, chunk(b"cue ", b"\xff\0\0\0")),
        file(builder.FORMAT, builder.DATA, chunk(b"smpl", b"")),
    ],
)
def test_broken_chunks_are_malformed(data: bytes) -> None:
    """A chunk that is missing, doubled, too short or contradictory."""
    with pytest.raises(MalformedFileError):
        render(data, "wav")


def test_a_file_that_is_cut_short_is_refused() -> None:
    """Nothing is put behind a sound whose end is missing."""
    with pytest.raises(PlanError, match="cut short"):
        render(sounds.wav()[:-100], "wav")


def test_a_sound_that_ends_inside_a_sample_is_refused() -> None:
    """Half a sample at the end would shift the bytes of what follows."""
    with pytest.raises(PlanError, match="inside a sample"):
        render(file(builder.FORMAT, chunk(b"data", builder.ODD)), "wav")


def test_a_thousand_channels_are_too_many() -> None:
    """The label's size is bounded before it is made."""
    form = chunk(b"fmt ", facts(1, 16000, 8000, 2))
    with pytest.raises(LimitExceededError, match="label"):
        render(file(form, chunk(b"data", bytes(64000))), "wav")


def test_a_large_file_is_not_read_whole() -> None:
    """Measuring reads windows: a gigabyte of sound costs a few megabytes."""
    size = (1 << 30) // 4 * 4

    class Large(BytesView):
        """A header with endless silence behind it, which counts what is read."""

        read_bytes = 0

        def _get(self, offset: int, length: int) -> bytes:
            Large.read_bytes += length
            return self.data[offset : offset + length].ljust(length, b"\0")

    head = file(chunk(b"fmt ", facts(1, 2, 48000, 2)))
    head = head[:4] + (size + 36).to_bytes(4, "little") + head[8:]
    view = Large(head + b"data" + size.to_bytes(4, "little"), "large.wav", Limits())
    view.size = size + 44
    rendition = MARKER.render(view, FORMATS["wav"], rhythm("end"))
    assert len(rendition.edits) == 3
    assert Large.read_bytes < 4 << 20


def test_growing_past_four_gigabytes_is_refused() -> None:
    """A plain RIFF cannot count further; RF64 can."""
    size = 0xFFFFFFFF - 1000

    class Large(BytesView):
        """A header with endless silence behind it."""

        def _get(self, offset: int, length: int) -> bytes:
            return self.data[offset : offset + length].ljust(length, b"\0")

    head = file(chunk(b"fmt ", facts(1, 1, 8000, 1)))
    head = head[:4] + (size + 36).to_bytes(4, "little") + head[8:]
    view = Large(head + b"data" + size.to_bytes(4, "little"), "large.wav", Limits())
    view.size = size + 44
    with pytest.raises(PlanError, match="4 GiB"):
        MARKER.render(view, FORMATS["wav"], rhythm())


def test_any_damage_is_an_error_of_ours() -> None:
    """Cut and flipped files are labelled or refused, without another exception."""
    whole = next(data for name, data in builder.samples() if name == "everywhere.wav")
    random_source = random.Random(5)
    refused = 0
    for _ in range(120):
        data = bytearray(whole[: random_source.randrange(len(whole))] or whole)
        for _ in range(random_source.randrange(4)):
            data[random_source.randrange(len(data))] = random_source.randrange(256)
        try:
            render(bytes(data), "wav", rhythm())
        except AilabelError:
            refused += 1
    assert refused


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["16-bit-stereo", "24-bit-six-channels", "extensible-float"])
def test_ffprobe_finds_a_sound_of_the_right_length(name: str, tmp_path: Path) -> None:
    """An independent reader agrees on the number of samples."""
    form, block = KINDS[name]
    labelled, rendition = render(
        file(chunk(b"fmt ", form), chunk(b"data", bytes(block * 1000))), "wav", rhythm()
    )
    made = tmp_path / "made.wav"
    made.write_bytes(labelled)
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=duration_ts", "-of", "csv=p=0"]
    done = subprocess.run([*command, str(made)], capture_output=True, text=True, check=True)
    inserted = max(len(edit.data) for edit in rendition.edits)
    assert int(done.stdout) == 1000 + inserted // block
