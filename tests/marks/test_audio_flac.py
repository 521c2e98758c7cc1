"""The label in FLAC files: judged by flac, ffmpeg, and the file's own checksum."""

from __future__ import annotations

import random
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs import flac
from ailabel.errors import (
    AilabelError,
    LimitExceededError,
    MalformedFileError,
    MissingExtraError,
    PlanError,
)
from ailabel.io.source import BytesView
from ailabel.marks.audio import crc16, flac_stream
from ailabel.marks.audio.flac_frames import encode, parse_header, renumber
from ailabel.spi import MarkSpec
from builders import flac as builder
from builders import sounds
from builders.sounds import coded, facts, render, rhythm, samples
from builders.wav import chunk, file
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = ("start", "end", "both")


def by_flac(folder: Path, source: bytes, *options: str) -> bytes:
    """Let flac code a WAV file."""
    given_file, made = folder / "given.wav", folder / "made.flac"
    given_file.write_bytes(source)
    command = ["flac", "-s", "-f", *options, "-o", str(made), str(given_file)]
    subprocess.run(command, check=True)
    return made.read_bytes()


def prove(folder: Path, data: bytes) -> bytes:
    """Let flac test a file against its checksum, and return the raw samples."""
    made = folder / "labelled.flac"
    made.write_bytes(data)
    subprocess.run(["flac", "-s", "-t", str(made)], check=True)
    raw = ["flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed"]
    return subprocess.run([*raw, str(made)], check=True, capture_output=True).stdout


def wav_of(width: int, channels: int, rate: int = 8000, count: int = 9000) -> bytes:
    """Return a WAV file with sound in all its bits."""
    source = random.Random(width * channels)
    values = [
        round((value + source.uniform(-0.01, 0.01)) * (1 << 8 * width - 2))
        for value in sounds.tone(count, rate)
        for _ in range(channels)
    ]
    if width == 1:
        data = bytes(value + 128 for value in values)
    else:
        data = b"".join(value.to_bytes(width, "little", signed=True) for value in values)
    form = (
        facts(1, channels, rate, width)
        if channels <= 2
        else sounds.extensible(1, channels, rate, width, (8 * width, {4: 0x33, 6: 0x3F}[channels]))
    )
    return file(chunk(b"fmt ", form), chunk(b"data", data))


@pytest.mark.oracle
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize(("width", "channels"), [(1, 1), (2, 2), (3, 2), (3, 6), (2, 4)])
def test_the_content_is_kept_and_the_checksum_is_right(
    tmp_path: Path, width: int, channels: int, position: str
) -> None:
    """Flac finds no error, and the samples before or behind the label are the content's."""
    before = by_flac(tmp_path, wav_of(width, channels))
    content = prove(tmp_path, before)
    labelled, rendition = render(before, "flac", rhythm(position))
    made = prove(tmp_path, labelled)
    label = (len(made) - len(content)) // (2 if position == "both" else 1)
    begin = 0 if position == "end" else label
    assert label > 0
    assert made[begin : begin + len(content)] == content
    assert any(made[:label] if begin else made[len(content) :])
    assert rendition.changed_outside == 0.0
    assert (rendition.reencoded is None) == (position == "start")


@pytest.mark.oracle
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("coder", ["ffmpeg", "flac"])
def test_another_decoder_agrees(tmp_path: Path, coder: str, position: str) -> None:
    """FFmpeg reads the frames without complaint, their checksums looked at."""
    source = sounds.wav(1.0, 16000, 2)
    before = (
        coded(tmp_path, source, "made.flac") if coder == "ffmpeg" else by_flac(tmp_path, source)
    )
    content = samples(tmp_path, before, "flac")
    labelled, _ = render(before, "flac", rhythm(position))
    made = samples(tmp_path, labelled, "flac")
    assert content in made
    assert made.endswith(content) == (position == "start")
    assert made.startswith(content) == (position == "end")


@pytest.mark.oracle
def test_the_content_s_coded_sound_is_copied(tmp_path: Path) -> None:
    """Behind a label, each frame differs from before in its header and checksums only."""
    before = by_flac(tmp_path, sounds.wav(2.0, 16000, 1))
    labelled, _ = render(before, "flac", rhythm())
    start = list(flac.blocks(BytesView(before)))[-1].end
    header = parse_header(before[start:])
    body = before[start + header.length : start + header.length + 200]
    assert body in labelled


@pytest.mark.oracle
def test_the_last_full_block_is_left_alone(tmp_path: Path) -> None:
    """Where the content ends with a full block, a label behind it changes none of its frames."""
    before = by_flac(tmp_path, wav_of(2, 1, count=8192), "-b", "4096")
    labelled, rendition = render(before, "flac", rhythm("end"))
    start = list(flac.blocks(BytesView(before)))[-1].end
    assert rendition.reencoded is None
    assert labelled[start : len(before)] == before[start:]
    assert prove(tmp_path, labelled)


@pytest.mark.oracle
def test_seeking_finds_the_moved_places(tmp_path: Path) -> None:
    """Every seek point leads to a frame that begins with its sample."""
    before = by_flac(tmp_path, sounds.wav(4.0, 16000, 1), "-S", "1s")
    labelled, _ = render(before, "flac", rhythm())
    blocks = list(flac.blocks(BytesView(labelled)))
    table = next(block for block in blocks if block.type == 3)
    info = flac.streaminfo(BytesView(labelled), blocks[0])
    points = list(struct.iter_unpack(">QQH", labelled[table.body : table.end]))
    real = [point for point in points if point[0] != (1 << 64) - 1]
    assert len(real) >= 3
    for sample, offset, count in real:
        header = parse_header(labelled[blocks[-1].end + offset :])
        assert header.number * info.max_block == sample
        assert header.block_size == count


@pytest.mark.oracle
def test_metadata_and_tags_keep_their_bytes(tmp_path: Path) -> None:
    """Comments, pictures, an ID3 tag before and one behind the sound are not touched."""
    before = by_flac(
        tmp_path, sounds.wav(0.5), "--tag=TITLE=a song", "--padding=100", "--no-seektable"
    )
    tagged = b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + before + b"TAG" + b"t" * 125
    labelled, _ = render(tagged, "flac", rhythm("both"))
    blocks = list(flac.blocks(BytesView(tagged)))
    assert labelled[: blocks[0].body] == tagged[: blocks[0].body]
    assert labelled[blocks[0].end : blocks[-1].end] == tagged[blocks[0].end : blocks[-1].end]
    assert labelled.endswith(b"TAG" + b"t" * 125)


def variable(count: int = 3) -> bytes:
    """Return a stream whose frames count samples, of blocks of differing length."""
    like = parse_header(builder.frame(0))
    source = random.Random(1)
    sizes = [1000, 4096, 700][:count]
    frames, position = [], 0
    for size in sizes:
        sound = [source.randrange(-9000, 9000) for _ in range(size)]
        frame = encode([sound], 16, position, like)
        head = bytes([frame[0], frame[1] | 1])
        frames.append(_sealed(head + frame[2:]))
        position += size
    info = struct.pack(">HH", 700, 4096) + bytes(6)
    info += (44100 << 44 | 15 << 36 | position).to_bytes(8, "big") + bytes(16)
    return b"fLaC" + flac.block(0, info, last=True) + b"".join(frames)


def _sealed(frame: bytes) -> bytes:
    """Return a frame with the checksums that it must have."""
    size = 4 + (1 if frame[4] < 0x80 else 8 - (frame[4] ^ 0xFF).bit_length())
    size += {6: 1, 7: 2}.get(frame[2] >> 4, 0)
    head = frame[:size] + bytes([builder.crc(frame[:size], 8, 0x07)])
    whole = head + frame[size + 1 : -2]
    return whole + crc16.checksum(whole).to_bytes(2, "big")


@pytest.mark.oracle
@pytest.mark.parametrize("position", POSITIONS)
def test_blocks_of_differing_length_are_numbered_by_samples(tmp_path: Path, position: str) -> None:
    """A variable stream stays one, and a missing checksum is filled in."""
    before = variable()
    content = prove(tmp_path, before)
    labelled, rendition = render(before, "flac", rhythm(position))
    assert content in prove(tmp_path, labelled)
    assert samples(tmp_path, before, "flac") in samples(tmp_path, labelled, "flac")
    assert any(flac.streaminfo(BytesView(labelled), next(flac.blocks(BytesView(labelled)))).md5)
    assert rendition.reencoded is None


@pytest.mark.oracle
def test_a_hand_made_file_can_be_labelled(tmp_path: Path) -> None:
    """Frames of constant samples get the label, too."""
    for _, data in builder.samples():
        labelled, _ = render(data, "flac", rhythm("both"))
        assert prove(tmp_path, labelled[labelled.index(b"fLaC") :])
        break


@given(
    number=st.integers(0, (1 << 31) - 1),  # FFmpeg reads no greater one
    bits=st.sampled_from([8, 16, 24, 32]),
    shape=st.sampled_from(["noise", "silence", "steps", "peaks"]),
    seed=st.integers(0, 1 << 32),
)
@settings(max_examples=40, deadline=None)
def test_a_coded_frame_is_decoded_to_the_same_samples(
    number: int, bits: int, shape: str, seed: int
) -> None:
    """Whatever the sound and the depth, PyAV's decoder gives back what was coded."""
    import numpy as np

    from ailabel.marks.audio import libav

    source, top = random.Random(seed), (1 << bits - 1) - 1
    size = source.choice([16, 192, 1000, 4096])
    made_of = {
        "noise": [source.randint(-top - 1, top) for _ in range(size)],
        "silence": [0] * size,
        "steps": [index % 7 for index in range(size)],
        "peaks": [top if index % 2 else -top - 1 for index in range(size)],
    }
    sound = [made_of[shape], made_of[shape][:: source.choice([1, -1])]]
    like = parse_header(_sealed(b"\xff\xf9\xc0\x10\x00\x00\x00\x00"))
    frame = encode(sound, bits, number, like)
    assert parse_header(frame).number == number
    info = struct.pack(">HH", 16, 4096) + bytes(6)
    info += (44100 << 44 | 1 << 41 | bits - 1 << 36).to_bytes(8, "big") + bytes(16)
    (made,) = libav.decoded("flac", [frame], info)
    unused = 8 * made.dtype.itemsize - bits
    assert (made.astype(np.int64) >> unused).tolist() == sound


@given(data=st.binary(max_size=200), number=st.integers(0, (1 << 36) - 1))
@settings(max_examples=30)
def test_a_renumbered_frame_is_sealed_again(data: bytes, number: int) -> None:
    """Both checksums follow from the change of the header alone."""
    frame = _sealed(b"\xff\xf8\xc9\x08\x05\0" + data + b"\0\0")
    made = renumber(frame, parse_header(frame), number)
    header = parse_header(made)
    assert header.number == number
    assert crc16.checksum(made[:-2]) == int.from_bytes(made[-2:], "big")
    assert made[header.length : -2] == data


@given(first=st.binary(max_size=60), second=st.binary(max_size=60))
@settings(max_examples=30)
def test_the_checksum_of_joined_pieces_follows_from_theirs(first: bytes, second: bytes) -> None:
    """Joining is what the checksum of the whole says, and the table is the polynomial's."""
    whole = crc16.checksum(first + second)
    assert crc16.joined(crc16.checksum(first), crc16.checksum(second), len(second)) == whole
    assert whole == builder.crc(first + second, 16, 0x8005)


def test_a_cue_sheet_is_refused() -> None:
    """Its times would be wrong, and a track would hide the label."""
    data = builder.frame(0)
    info = struct.pack(">HH", 4096, 4096) + bytes(6)
    info += (44100 << 44 | 15 << 36 | 4096).to_bytes(8, "big") + bytes(16)
    head = b"fLaC" + flac.block(0, info, last=False) + flac.block(5, bytes(396), last=True)
    with pytest.raises(PlanError, match="cue sheet"):
        render(head + data, "flac")


@pytest.mark.oracle
def test_damaged_sound_is_malformed(tmp_path: Path) -> None:
    """A flipped bit shows in the checksum, a missing end in the number of samples."""
    before = by_flac(tmp_path, sounds.wav(1.0, 16000))
    flipped = bytearray(before)
    flipped[-400] ^= 4
    for data in (bytes(flipped), before[:-300], before + b"behind the sound"):
        with pytest.raises(MalformedFileError):
            render(data, "flac", rhythm())


@pytest.mark.oracle
def test_any_damage_is_an_error_of_ours(tmp_path: Path) -> None:
    """Cut and flipped files are labelled or refused, without another exception."""
    whole = by_flac(tmp_path, sounds.wav(0.3))
    source = random.Random(7)
    refused = 0
    for _ in range(60):
        data = bytearray(whole[: source.randrange(8, len(whole))])
        for _ in range(source.randrange(4)):
            data[source.randrange(min(len(data), 400))] = source.randrange(256)
        try:
            render(bytes(data), "flac", rhythm())
        except AilabelError:
            refused += 1
    assert refused


def test_without_pyav_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The install command takes the place of an ImportError."""
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtraError, match="av"):
        render(variable(), "flac", rhythm())


@pytest.mark.oracle
def test_the_voice_is_spoken_in_flac(tmp_path: Path) -> None:
    """The built-in voice lasts from 0.3 s on, for four to five seconds."""
    labelled, rendition = render(by_flac(tmp_path, sounds.wav(0.5, 16000)), "flac", MarkSpec())
    assert prove(tmp_path, labelled)
    assert rendition.marks[0].seconds == pytest.approx((0.3, 4.81), abs=0.01)


@needs_corpus
def test_a_file_of_another_program_can_be_labelled() -> None:
    """A real file, whose program wrote comments and padding of its own."""
    data = (CORPUS / "made/a.flac").read_bytes()
    labelled, _ = render(data, "flac", rhythm())
    assert len(labelled) > len(data)


def test_comments_in_another_encoding_do_no_harm() -> None:
    """Comments that are no UTF-8, as old programs wrote them, are not looked at."""
    data = variable()
    comments = b"\x84\0\0\x11" + struct.pack("<III", 0, 1, 5) + b"A=\xe9\xe8\xff"
    data = data[:4] + b"\0" + data[5:42] + comments + data[42:]
    labelled, _ = render(data, "flac", rhythm())
    assert comments in labelled


def test_sound_that_would_take_hours_to_decode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of some megabytes can hold days of silence; its headers say so before it is heard."""
    monkeypatch.setattr(flac_stream, "_SAMPLES", 100)
    monkeypatch.setattr(flac_stream, "_DENSE", 0)
    with pytest.raises(LimitExceededError, match="number of samples"):
        render(builder.file(builder.comments("TITLE=x")), "flac", MarkSpec())
