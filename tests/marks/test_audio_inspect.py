"""Listening for the label in sound: the rhythm, our own recording, and what is neither."""

from __future__ import annotations

import io
import random
import struct
import sys
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from PIL import Image

import ailabel
from ailabel import LabelSpec, Verdict, VerifyOptions, registry
from ailabel.io.source import BytesView
from ailabel.marks.audio.inspect import FORMATS, inspect
from ailabel.model.media import Medium
from ailabel.spi import Evidence, Finding
from ailabel.standard.wording import RHYTHM_TEXT, SPOKEN_TEXT
from builders import sounds, wav

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

RATE: Final = 16_000
PRODUCER: Final = "001191110102MACQD9K64010000"
RHYTHM: Final = ((1.0, 3.0, 1.0, 1.0), (1.0, 3.0, 1.0))
DRAWN: Final = ("wav", "flac", "mp3", "aac", "m4a", "ogg", "opus", "aiff", "caf")


def tone(seconds: float, pitch: float = 1000.0, level: float = 0.2) -> Sound:
    """Return a sine with soft edges."""
    time = np.arange(round(seconds * RATE)) / RATE
    edges = np.minimum(np.minimum(time, time[::-1]) / 0.005, 1)
    return np.asarray(level * np.sin(2 * np.pi * pitch * time) * edges, np.float64)


def silence(seconds: float) -> Sound:
    """Return silence."""
    return np.zeros(round(seconds * RATE))


def keyed(
    tones: Sequence[float], gaps: Sequence[float], unit: float = 0.12, pitch: float = 1000.0
) -> Sound:
    """Return tones and the gaps between them, both in units, with silence around them."""
    pieces = [silence(0.4)]
    for length, gap in zip(tones, (*gaps, 0), strict=True):
        pieces += [tone(unit * length, pitch), silence(unit * gap)]
    return np.concatenate([*pieces, silence(0.4)])


def noise(seconds: float, level: float = 0.05) -> Sound:
    """Return white noise."""
    return level * np.random.default_rng(1).normal(size=round(seconds * RATE))


def chords(seconds: float) -> Sound:
    """Return music: chords that change every half second."""
    random_source = np.random.default_rng(3)
    parts = [
        sum(
            (tone(0.5, 220 * 2 ** (key / 12), 0.1) for key in (low, low + 4, low + 7)), silence(0.5)
        )
        for low in random_source.integers(0, 12, round(seconds * 2))
    ]
    return np.concatenate(parts)


def prompt() -> Sound:
    """Return our own recording."""
    asset = resources.files("ailabel") / "assets" / "voice" / "prompt-zh.wav"
    samples = np.frombuffer(asset.read_bytes()[44:], "<i2") / 32768
    at = np.arange(0, len(samples) - 1, 1.5)
    return np.asarray(np.interp(at, np.arange(len(samples)), samples), np.float64)


def file(sound: Sound, rate: int = RATE) -> bytes:
    """Return a WAV file."""
    data = np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    return wav.file(wav.chunk(b"fmt ", sounds.facts(1, 1, rate, 2)), wav.chunk(b"data", data))


def listen(*parts: Sound) -> Evidence:
    """Listen to sounds one after the other."""
    return inspect(BytesView(file(np.concatenate(parts))), "wav")


def labels(evidence: Evidence) -> list[tuple[str, str]]:
    """Return form and place of what was found."""
    assert {item.finding for item in evidence.sightings} <= {Finding.FOUND}
    return [(item.form, item.place) for item in evidence.sightings]


# -- the rhythm ------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [0.05, 0.12, 0.4])
@pytest.mark.parametrize("pitch", [220.0, 1046.5, 3900.0])
def test_the_rhythm_is_found_at_any_speed_and_pitch(unit: float, pitch: float) -> None:
    """Only the ratios of the lengths count."""
    evidence = listen(keyed(*RHYTHM, unit=unit, pitch=pitch))
    assert evidence.finding is Finding.FOUND
    (seen,) = evidence.sightings
    assert (seen.text, seen.form, seen.place) == (RHYTHM_TEXT, "rhythm", "start")
    assert seen.seconds == pytest.approx((0.4, 0.4 + 11 * unit), abs=0.03)
    assert seen.rate is None


@pytest.mark.parametrize("dash", [2.0, 3.0, 4.0])
@pytest.mark.parametrize("gap", [1.0, 2.0, 3.0, 4.0])
def test_the_rhythm_is_found_with_and_without_a_gap_between_its_letters(
    dash: float, gap: float
) -> None:
    """Short long, short short, keyed as one letter or as two."""
    evidence = listen(keyed((1, dash, 1, 1), (1, gap, 1)))
    assert labels(evidence) == [("rhythm", "start")]


@pytest.mark.parametrize("level", [0.2, 0.112, 0.08])
def test_the_rhythm_is_found_in_noise(level: float) -> None:
    """Noise up to 5 dB below the tones hides nothing."""
    sound = keyed(*RHYTHM)
    assert labels(listen(sound + level / np.sqrt(2) * noise(len(sound) / RATE, 1.0))) == [
        ("rhythm", "start")
    ]


def test_the_place_of_a_label_is_told() -> None:
    """A label stands at the start, at the end or between, silence around the sound left aside."""
    label, music = keyed(*RHYTHM), chords(8)
    assert labels(listen(silence(4), label, music)) == [("rhythm", "start")]
    assert labels(listen(music, label, silence(4))) == [("rhythm", "end")]
    assert labels(listen(label, music, label)) == [("rhythm", "start"), ("rhythm", "end")]
    between = listen(music, silence(1), label, silence(1), music)
    assert labels(between) == [("rhythm", "middle")]


@pytest.mark.parametrize(
    ("tones", "gaps"),
    [
        ((1, 1, 1, 3), (1, 1, 1)),
        ((3, 3, 1), (1, 1)),
        ((1, 3, 1, 3), (1, 1, 1)),
        ((1, 3, 1), (1, 1)),
        ((1, 3, 1, 1, 1), (1, 1, 1, 1)),
        ((1, 1, 3, 1, 1), (1, 1, 1, 1)),
        ((3, 1, 3, 1), (1, 1, 1)),
        ((1, 1.4, 1, 1), (1, 1, 1)),
        ((1, 6, 1, 1), (1, 1, 1)),
        ((1, 3, 1, 2), (1, 3, 1)),
        ((1, 3, 1, 1), (4, 1, 1)),
        ((1, 3, 1, 1), (1, 3, 4)),
        ((1, 3, 1, 1), (1, 7, 1)),
        ((1,) * 12, (1,) * 11),
        ((1, 3, 1, 1, 1, 3, 1, 1), (1, 3, 1, 7, 1, 3, 1)),
        ((1, 3, 1, 1, 1, 3, 3), (1, 3, 1, 3, 1, 1)),
    ],
)
def test_other_rhythms_and_longer_messages_are_none(
    tones: tuple[float, ...], gaps: tuple[float, ...]
) -> None:
    """Other letters, beeps, and the same letters inside a text are not the label."""
    evidence = listen(keyed(tones, gaps))
    assert evidence.finding is Finding.NOT_FOUND
    assert not evidence.sightings


def test_notes_of_a_melody_are_none() -> None:
    """The same lengths as part of a tune, or on a string that fades, are no label."""
    steps = [tone(0.12, pitch) for pitch in (523, 587, 659, 698)]
    tune = [item for step in steps for item in (step, silence(0.12))]
    assert not listen(
        *tune, keyed(*RHYTHM)[round(0.3 * RATE) : -round(0.3 * RATE)], *tune
    ).sightings
    sound = keyed(*RHYTHM)
    fading = np.where(np.abs(sound) > 0, 1, 0).astype(np.float64)
    for begin, end in pairwise(np.flatnonzero(np.diff(np.abs(sound) > 0.19, prepend=0))):
        del end
        fading[begin : begin + RATE // 2] *= np.exp(
            -8 * np.arange(len(fading[begin : begin + RATE // 2])) / RATE
        )
    assert not listen(sound * fading).sightings


def test_what_comes_too_often_is_for_a_person() -> None:
    """Four rhythms in one sound are perhaps an alarm."""
    evidence = listen(*[part for _ in range(4) for part in (keyed(*RHYTHM), silence(1))])
    assert evidence.finding is Finding.REVIEW
    assert [item.finding for item in evidence.sightings] == [Finding.REVIEW] * 4


# -- our own recording -----------------------------------------------------------------------------


def test_our_own_recording_is_found_beside_and_over_music() -> None:
    """Before the content, behind it, and as loud as music that plays on."""
    said = prompt()
    assert labels(listen(silence(0.3), 0.1 * said, silence(0.3), chords(8))) == [
        ("speech", "start")
    ]
    assert labels(listen(chords(8), silence(0.3), said)) == [("speech", "end")]
    music = chords(6)
    over = music.copy()
    over[RATE : RATE + len(said)] += said * music.std() / said.std()
    evidence = listen(over)
    (seen,) = evidence.sightings
    assert (seen.text, seen.form) == (SPOKEN_TEXT, "speech")
    assert seen.seconds == pytest.approx((1.0, 1.0 + len(said) / RATE), abs=0.05)
    assert seen.rate == pytest.approx(147.7, abs=1)


@pytest.mark.parametrize("speed", [0.94, 0.97, 1.03, 1.06])
def test_the_rate_of_speech_is_told(speed: float) -> None:
    """A recording played faster or slower is found, and how fast it is."""
    said = prompt()
    played = np.interp(np.arange(0, len(said) - 1, speed), np.arange(len(said)), said)
    (seen,) = listen(silence(0.5), played, silence(0.5)).sightings
    assert seen.rate == pytest.approx(147.7 * speed, abs=2)


def test_only_the_words_in_their_order_are_our_recording() -> None:
    """The recording backwards, or half of it, is not found, but it may be speech."""
    for sound in (prompt()[::-1], prompt()[: len(prompt()) // 2]):
        evidence = listen(silence(0.5), sound, silence(5))
        assert evidence.finding is Finding.UNCHECKED
        assert "speech" in str(evidence.reason)


def test_what_nobody_hears_is_for_a_person() -> None:
    """A label 40 dB below the content is there, but a person must judge whether it is heard."""
    for label in (0.02 * prompt(), 0.05 * keyed(*RHYTHM)):
        evidence = listen(label, silence(4), 4 * chords(4))
        assert evidence.finding is Finding.REVIEW
        assert [item.finding for item in evidence.sightings] == [Finding.REVIEW]


# -- what is neither -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sound",
    [silence(3), tone(3), noise(3), silence(0.004)],
    ids=["silence", "tone", "noise", "shortest"],
)
def test_where_nobody_speaks_nothing_is_found(sound: Sound) -> None:
    """Without anything that moves as speech does there is no label for sure."""
    assert listen(sound).finding is Finding.NOT_FOUND


class Counted(BytesView):
    """A view that counts the bytes that are read."""

    read_bytes = 0

    def _get(self, offset: int, length: int) -> bytes:
        Counted.read_bytes += length
        return super()._get(offset, length)


def test_of_a_long_sound_the_start_and_the_end_are_heard() -> None:
    """A long sound costs no more than a minute; the middle is not said to be without a label."""
    label, middle = keyed(*RHYTHM), silence(200)
    data = file(np.concatenate([label, middle, label]))
    view = Counted(data)
    evidence = inspect(view, "wav")
    assert labels(evidence) == [("rhythm", "start"), ("rhythm", "end")]
    assert evidence.duration == pytest.approx(200 + 2 * len(label) / RATE, abs=0.01)
    assert Counted.read_bytes < len(data) / 2.5
    unheard = inspect(BytesView(file(np.concatenate([middle, label, middle]))), "wav")
    assert unheard.finding is Finding.UNCHECKED
    assert "the rest was not listened to" in str(unheard.reason)


def test_without_the_optional_package_the_install_command_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A missing package leaves the question open."""
    monkeypatch.setitem(sys.modules, "av", None)
    evidence = listen(silence(1))
    assert evidence.finding is Finding.UNCHECKED
    assert "ailabel[av]" in str(evidence.reason)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#EXTM3U\n#EXTINF:10,\n/etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        file(silence(1), rate=2000),
        wav.file(wav.chunk(b"fmt ", sounds.facts(1, 1, RATE, 2)), wav.chunk(b"data", b"")),
        struct.pack("<4sI4s", b"RIFF", 4, b"WAVE"),
    ],
    ids=["nothing", "playlist", "concat script", "too low a rate", "no samples", "no chunks"],
)
def test_what_cannot_be_heard_stays_open(data: bytes) -> None:
    """No file is guessed to be of another kind, and none is an error."""
    for name in ("wav", "mp3", "m4a", "mka"):
        evidence = inspect(BytesView(data), name)
        assert evidence.finding is Finding.UNCHECKED
        assert evidence.reason is not None


def test_damaged_files_are_heard_or_left_open() -> None:
    """Cut short or changed at random, a file raises nothing."""
    whole = file(np.concatenate([keyed(*RHYTHM), chords(1)]))
    random_source = random.Random(9)
    for _ in range(30):
        data = bytearray(whole[: random_source.randrange(1, len(whole))])
        for _ in range(random_source.randrange(6)):
            data[random_source.randrange(min(len(data), 60))] = random_source.randrange(256)
        assert inspect(BytesView(bytes(data)), "wav").finding in Finding


def test_the_picture_shows_what_was_heard() -> None:
    """The spectrogram has a red frame around the label."""
    data = file(np.concatenate([keyed(*RHYTHM), chords(4)]))
    report = ailabel.verify_bytes(data, VerifyOptions(implicit=False, explain=True), name="a.wav")
    assert report.preview is not None
    with Image.open(io.BytesIO(report.preview)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(np.intp)
    red = np.argwhere((pixels[..., 0] > 180) & (pixels[..., 1] < 60))
    columns, counts = np.unique(red[:, 1], return_counts=True)
    upright = columns[counts > 90]
    assert upright.min() == pytest.approx(0.4 / 0.04, abs=2)
    assert upright.max() == pytest.approx((0.4 + 1.32) / 0.04, abs=2)
    assert pixels.shape[1] == pytest.approx((0.8 + 1.32 + 4) / 0.04, abs=3)


# -- formats ---------------------------------------------------------------------------------------


def test_every_format_of_sound_is_listened_to() -> None:
    """No format that ailabel reads is left out."""
    known = {item.id for item in registry.formats() if item.medium is Medium.AUDIO}
    assert known == FORMATS
    assert all(registry.inspector_of(name) is not None for name in known)


def files(folder: Path, names: Sequence[str], sound: Sound) -> Iterator[tuple[str, bytes]]:
    """Yield a sound in several formats, coded by ffmpeg."""
    codecs = {"weba": ("-c:a", "libopus", "-f", "webm"), "wma": ("-c:a", "wmav2")}
    for name in names:
        options = codecs.get(name, ())
        yield name, sounds.coded(folder, file(sound), f"made.{name}", *options)


@pytest.mark.oracle
def test_what_ailabel_puts_into_sound_it_hears(tmp_path: Path) -> None:
    """L9: both labels are found again in every format that they can be put into."""
    for name, data in files(tmp_path, DRAWN, chords(2)):
        for mark, form in (("voice", "speech"), ("rhythm", "rhythm")):
            spec = LabelSpec(producer=PRODUCER, audio_mark=mark, position="both")
            labelled = ailabel.label_bytes(data, spec, name=f"a.{name}").data
            report = ailabel.verify_bytes(labelled, name=f"a.{name}")
            seen = [(item.form, item.place) for item in report.sightings]
            assert (name, seen) == (name, [(form, "start"), (form, "end")])
            assert report.explicit is Verdict.COMPLIANT


@pytest.mark.oracle
def test_formats_that_no_label_is_put_into_are_heard(tmp_path: Path) -> None:
    """Someone else's rhythm is found there too."""
    sound = np.concatenate([keyed(*RHYTHM), chords(2)])
    for name, data in files(tmp_path, ("wma", "wv", "mka", "weba", "ac3"), sound):
        report = ailabel.verify_bytes(data, VerifyOptions(implicit=False), name=f"a.{name}")
        assert (name, [item.form for item in report.sightings]) == (name, ["rhythm"])
        assert report.explicit is Verdict.COMPLIANT
