"""The label in ADTS files: the content's frames are copied, and decode to the same samples."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING

import pytest

from ailabel.codecs import aac, adts
from ailabel.errors import AilabelError, MalformedFileError, MissingExtraError, PlanError
from ailabel.io.source import BytesView
from ailabel.marks.audio import aac_frames, libav
from ailabel.marks.audio.coded import Frames
from ailabel.spi import MarkSpec
from builders import aac as builder
from builders import sounds
from builders.mp3 import id3v1, tag, text_frame
from builders.sounds import coded, render, rhythm, samples
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {  # rate, channels, ffmpeg's options
    "128k": (44100, 2, ("-b:a", "128k")),
    "mono-64k": (48000, 1, ("-b:a", "64k")),
    "six-channels": (48000, 6, ("-b:a", "300k")),
    "telephone": (8000, 1, ("-b:a", "16k")),
    "noise-substituted": (22050, 2, ("-b:a", "24k", "-aac_pns", "1")),
}
BLOCK = 1024


def made(folder: Path, kind: str, seconds: float = 1.0) -> bytes:
    """Let ffmpeg code a swelling tone."""
    rate, channels, options = KINDS[kind]
    source = sounds.wav(seconds, rate, channels, 0.4)
    return coded(folder, source, "made.aac", "-c:a", "aac", *options)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", KINDS)
def test_the_content_decodes_to_the_same_samples(tmp_path: Path, kind: str) -> None:
    """Bit for bit from the first block on, at whichever end the label stands."""
    before = made(tmp_path, kind)
    content = samples(tmp_path, before, "aac", "f32le")
    label = 0
    for position in ("start", "end", "both"):
        labelled, rendition = render(before, "aac", rhythm(position))
        result = samples(tmp_path, labelled, "aac", "f32le")
        begin, found = sounds.labels_of(result, content, position, label)
        label = label or begin
        assert found == content
        assert label % (4 * KINDS[kind][1] * BLOCK) == 0
        assert (rendition.reencoded, rendition.changed_outside) == (None, 0.0)


@pytest.mark.oracle
def test_all_frames_look_like_the_content_s(tmp_path: Path) -> None:
    """One decoder configuration: profile, rate and channels of every header are the same."""
    before = made(tmp_path, "128k")
    labelled, _ = render(before, "aac", rhythm("both"))
    frames = list(adts.frames(BytesView(labelled), 0, len(labelled)))
    assert sum(frame.length for frame in frames) == len(labelled)
    assert len({frame.config for frame in frames}) == 1
    assert {labelled[frame.offset : frame.offset + 2] for frame in frames} == {before[:2]}


@pytest.mark.oracle
def test_the_marks_say_where_the_label_is_heard(tmp_path: Path) -> None:
    """The tone of the rhythm begins and ends at the seconds that are given."""
    before = coded(tmp_path, sounds.wav(1.0, 44100, 1, 0.0), "made.aac", "-c:a", "aac")
    labelled, rendition = render(before, "aac", rhythm("both"))
    raw = samples(tmp_path, labelled, "aac", "s16le")
    values = struct.unpack(f"<{len(raw) // 2}h", raw)
    loud = [index / 44100 for index, value in enumerate(values) if abs(value) > 300]
    first, last = rendition.marks
    assert first.seconds is not None
    assert last.seconds is not None
    assert loud[0] == pytest.approx(first.seconds[0], abs=0.02)
    assert loud[-1] == pytest.approx(last.seconds[1], abs=0.02)


@pytest.mark.oracle
def test_a_loud_label_is_not_clipped(tmp_path: Path) -> None:
    """Beside content at full scale, the voice stays below it."""
    source = sounds.wav(1.0, 44100, 2, 1.0)
    before = coded(tmp_path, source, "made.aac", "-c:a", "aac", "-b:a", "96k")
    labelled, rendition = render(before, "aac", MarkSpec())
    raw = samples(tmp_path, labelled, "aac", "f32le")[: 44100 * 4 * 8]
    assert 0.5 < max(map(abs, struct.unpack(f"<{len(raw) // 4}f", raw))) < 1.0
    assert rendition.marks[0].seconds == pytest.approx((0.323, 4.833), abs=0.03)


@pytest.mark.parametrize("channels", range(1, 7))
def test_a_silent_block_is_silent(channels: int) -> None:
    """FFmpeg's decoder finds all channels in it, and nothing in them."""
    config = aac.LOW_COMPLEXITY << 11 | 4 << 7 | channels << 3
    packets = [aac_frames.silence(channels)] * 3
    for block in libav.decoded("aac", packets, config.to_bytes(2, "big")):
        assert block.shape == (channels, BLOCK)
        assert not block.any()


def test_tags_stay_where_they_are() -> None:
    """ID3v2 stays before, ID3v1 behind everything."""
    head, tail = tag(text_frame("TIT2", "a title")), id3v1()
    labelled, _ = render(head + builder.sound() + tail, "aac", rhythm("both"))
    assert labelled.startswith(head)
    assert labelled.endswith(tail)


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "holds no AAC frames"),
        (builder.sound(protected=True), "checksums"),
        (builder.sound() + builder.frame(old=True).replace(b"\x50", b"\x4c", 1), "change their"),
        (bytes.fromhex("fff11080") + builder.frame()[4:], "AAC-LC"),  # the main profile
        (bytes.fromhex("fff15000") + builder.frame()[4:], "AAC-LC"),  # channels told elsewhere
    ],
)
def test_what_cannot_be_joined_is_refused_with_advice(data: bytes, advice: str) -> None:
    """Checksums, changes on the way, other profiles."""
    with pytest.raises(PlanError, match=advice):
        render(data, "aac", rhythm())


def test_replication_that_nothing_tells_of_is_found() -> None:
    """HE-AAC in ADTS shows only when it is decoded: the blocks come out twice as long."""
    import numpy as np

    form = aac_frames.form(aac.parse(b"\x12\x10"), b"\x12\x10")
    doubled = np.zeros((2, 2 * BLOCK), np.float32)

    class Doubled:
        channels = 2

        def decode(self, _: object) -> list[object]:
            return [doubled]

    frames = Frames(1, lambda _: b"")
    with pytest.raises(PlanError, match="HE-AAC"):
        aac_frames.check(Doubled(), frames)  # type: ignore[arg-type]
    with pytest.raises(MalformedFileError, match="decoded"), libav.loaded("it"):
        aac_frames.check(form, Frames(3, lambda _: b"\xff\xff\xff\xff"))


@pytest.mark.oracle
def test_any_damage_is_an_error_of_ours(tmp_path: Path) -> None:
    """Cut and flipped files are labelled or refused, without another exception."""
    whole = made(tmp_path, "telephone", 0.5)
    source = random.Random(3)
    refused = 0
    for _ in range(40):
        data = bytearray(whole[: source.randrange(8, len(whole))])
        for _ in range(source.randrange(6)):
            data[source.randrange(min(len(data), 200))] = source.randrange(256)
        try:
            render(bytes(data), "aac", rhythm("both"))
        except AilabelError:
            refused += 1
    assert refused


def test_without_pyav_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The install command takes the place of an ImportError."""
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtraError, match="AAC"):
        render(builder.sound(), "aac", rhythm())


@needs_corpus
def test_a_file_of_another_program_can_be_labelled() -> None:
    """A real file."""
    data = (CORPUS / "made/a.aac").read_bytes()
    labelled, _ = render(data, "aac", rhythm("end"))
    assert labelled.startswith(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("1210", (2, 4, 2, True)),
        ("121056e500", (2, 4, 2, True)),  # no replication, said so
        ("121056e5a0", (2, 4, 2, False)),  # replication
        ("1214", (2, 4, 2, False)),  # blocks of 960
        ("2b11880000", (5, 6, 2, False)),  # HE-AAC
        ("f95040", (42, 8, 2, True)),  # USAC
        ("178000000010", (2, 15, 0, True)),  # a rate of its own
    ],
)
def test_configurations_are_read(data: str, expected: tuple[int, int, int, bool]) -> None:
    """Object type, rate, channels, and whether that is all."""
    found = aac.parse(bytes.fromhex(data))
    assert (found.object_type, found.rate_index, found.channels, found.is_plain) == expected


def test_a_short_configuration_is_malformed() -> None:
    """One byte does not hold the channels."""
    with pytest.raises(MalformedFileError, match="too short"):
        aac.parse(b"\x12")


def test_descriptors_are_followed() -> None:
    """Lengths of one byte and of four; streams with an address; other codecs."""
    specific = b"\x05\x02\x12\x10"
    decoder = b"\x04" + bytes([13 + len(specific)]) + b"\x40" + bytes(12) + specific
    plain = b"\x03" + bytes([3 + len(decoder)]) + b"\0\0\0" + decoder
    assert aac.decoder_info(plain) == b"\x12\x10"
    flagged = b"\0\0\xe0" + b"\0\1" + b"\3url" + b"\0\2" + decoder
    long = b"\x03\x80\x80\x80" + bytes([len(flagged)]) + flagged
    assert aac.decoder_info(b"\x01\x00" + long) == b"\x12\x10"
    assert aac.decoder_info(plain.replace(b"\x40", b"\x6b")) is None
    for data in (b"", b"\x03", b"\x03\x02\0\0", b"\x03\xff\xff\xff\xff", plain[:-1]):
        assert aac.decoder_info(data) is None
