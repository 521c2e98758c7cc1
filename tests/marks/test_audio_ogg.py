"""The label in Ogg Opus and Ogg Vorbis: one stream, whose content is heard as before."""

from __future__ import annotations

import io
import random
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import oggopus, oggvorbis

from ailabel.codecs import ogg, ogg_edit
from ailabel.errors import AilabelError, MalformedFileError, MissingExtraError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.audio import opus as codec
from ailabel.marks.audio import vorbis_code, vorbis_setup
from ailabel.spi import MarkSpec
from builders import ogg as builder
from builders import opus as opus_builder
from builders import sounds
from builders.sounds import coded, duration, heard, render, rhythm
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

POSITIONS = ("start", "end", "both")
OPUS = {  # rate, channels, ffmpeg's options
    "music": (48000, 2, ("-b:a", "96k")),
    "speech": (16000, 1, ("-b:a", "16k", "-application", "voip")),
    "hybrid": (48000, 1, ("-b:a", "24k", "-application", "voip")),
    "six-channels": (48000, 6, ("-b:a", "256k")),
    "four-corners": (48000, 4, ("-af", "channelmap=channel_layout=quad", "-b:a", "128k")),
    "short-frames": (48000, 2, ("-application", "lowdelay", "-frame_duration", "2.5")),
    "long-frames": (48000, 1, ("-b:a", "32k", "-frame_duration", "60")),
    "small-pages": (48000, 1, ("-b:a", "48k", "-page_duration", "20000")),
}
VORBIS = {
    "stereo": (44100, 2, ("-q:a", "4")),
    "mono-low": (48000, 1, ("-q:a", "0")),
    "six-channels": (48000, 6, ("-q:a", "3")),
    "telephone": (8000, 1, ("-q:a", "2")),
    "best": (44100, 2, ("-q:a", "10")),
}
ALL = [("libopus", kind) for kind in OPUS] + [("libvorbis", kind) for kind in VORBIS]


def made(folder: Path, coder: str, kind: str, level: float = 0.4) -> bytes:
    """Let ffmpeg code a swelling tone."""
    rate, channels, options = (OPUS if coder == "libopus" else VORBIS)[kind]
    source = sounds.wav(1.513, rate, channels, level)  # two pages
    return coded(folder, source, "made.ogg", "-c:a", coder, *options)


def length(data: bytes, coder: str) -> float:
    """Return how long a file lasts, as mutagen says."""
    kind: Any = oggopus.OggOpus if coder == "libopus" else oggvorbis.OggVorbis
    return float(kind(io.BytesIO(data)).info.length)


def check_pages(data: bytes) -> None:
    """Check the order and checksums of all pages of a file with one stream."""
    pages = list(ogg.pages(BytesView(data)))
    assert pages[-1].end == len(data)
    assert [page.sequence for page in pages] == list(range(len(pages)))
    assert [index for index, page in enumerate(pages) if page.flags & 4] == [len(pages) - 1]
    granules = [page.granule for page in pages if page.granule >= 0]
    assert granules == sorted(granules)
    for page in pages:
        raw = bytearray(data[page.offset : page.end])
        raw[22:26] = bytes(4)
        assert builder.crc(bytes(raw)) == page.checksum


@pytest.mark.oracle
@pytest.mark.parametrize(("coder", "kind"), ALL)
def test_what_was_heard_is_heard_sample_for_sample(tmp_path: Path, coder: str, kind: str) -> None:
    """Whichever end the label stands at; and lengths, pages and checksums are right."""
    before = made(tmp_path, coder, kind)
    decoder = "libopus" if coder == "libopus" else None
    channels = (OPUS if decoder else VORBIS)[kind][1]
    rate = 48000 if decoder else VORBIS[kind][0]
    content = heard(tmp_path, before, "ogg", decoder)
    label = 0
    for position in POSITIONS:
        labelled, rendition = render(before, "ogg", rhythm(position))
        result = heard(tmp_path, labelled, "ogg", decoder)
        begin, found = sounds.labels_of(result, content, position, label)
        label = label or begin
        assert found == content
        check_pages(labelled)
        seconds = len(result) / 4 / channels / rate
        assert length(labelled, coder) == pytest.approx(seconds, abs=1e-3)
        assert duration(tmp_path, labelled, "ogg") == pytest.approx(seconds, abs=0.01)
        assert (rendition.reencoded, rendition.changed_outside) == (None, 0.0)


@pytest.mark.oracle
@pytest.mark.parametrize("kind", [kind for kind in OPUS if kind != "hybrid"])
def test_another_opus_decoder_hears_the_same(tmp_path: Path, kind: str) -> None:
    """FFmpeg's own decoder begins anew as well where the mode changes, but for the hybrid mode."""
    before = made(tmp_path, "libopus", kind)
    content = heard(tmp_path, before, "ogg", "opus")
    labelled, _ = render(before, "ogg", rhythm())
    assert heard(tmp_path, labelled, "ogg", "opus").endswith(content)


@pytest.mark.oracle
def test_in_the_hybrid_mode_another_decoder_differs_a_little(tmp_path: Path) -> None:
    """What is left of the silence before is more than 40 dB below the content, for 0.2 s."""
    before = made(tmp_path, "libopus", "hybrid")
    content = heard(tmp_path, before, "ogg", "opus")
    labelled, _ = render(before, "ogg", rhythm())
    result = heard(tmp_path, labelled, "ogg", "opus")[-len(content) :]
    form = f"<{len(content) // 4}f"
    pairs = zip(struct.unpack(form, result), struct.unpack(form, content), strict=True)
    differing = [(at, abs(a - b)) for at, (a, b) in enumerate(pairs) if a != b]
    assert max(at for at, _ in differing) < 0.2 * 48000
    assert max(amount for _, amount in differing) < 0.005


@pytest.mark.oracle
@pytest.mark.parametrize(("coder", "tool"), [("libopus", "opusinfo"), ("libvorbis", "ogginfo")])
def test_the_reference_tools_have_no_complaint(tmp_path: Path, coder: str, tool: str) -> None:
    """One stream, no warning, the comments as before."""
    options = ("-c:a", coder, "-metadata", "title=a song")
    before = coded(tmp_path, sounds.wav(1.0, 48000, 2), "made.ogg", *options)
    path = tmp_path / "labelled.ogg"
    for position in POSITIONS:
        path.write_bytes(render(before, "ogg", rhythm(position))[0])
        done = subprocess.run([tool, str(path)], capture_output=True, text=True, check=True)
        told = (done.stdout + done.stderr).lower()
        assert "warning" not in told
        assert "error" not in told
        assert "title=a song" in told
        assert told.count("new logical stream") == 1


@pytest.mark.oracle
@pytest.mark.parametrize("coder", ["libopus", "libvorbis"])
def test_the_marks_say_where_the_label_is_heard(tmp_path: Path, coder: str) -> None:
    """The tone of the rhythm begins and ends at the seconds that are given."""
    source = sounds.wav(1.0, 48000, 1, 0.0)
    before = coded(tmp_path, source, "made.ogg", "-c:a", coder)
    labelled, rendition = render(before, "ogg", rhythm("both"))
    raw = heard(tmp_path, labelled, "ogg")
    values = struct.unpack(f"<{len(raw) // 4}f", raw)
    loud = [index / 48000 for index, value in enumerate(values) if abs(value) > 0.02]
    first, last = rendition.marks
    assert first.seconds is not None
    assert last.seconds is not None
    assert loud[0] == pytest.approx(first.seconds[0], abs=0.02)
    assert loud[-1] == pytest.approx(last.seconds[1], abs=0.02)


@pytest.mark.oracle
@pytest.mark.parametrize(("coder", "kind"), [("libopus", "music"), *ALL[len(OPUS) :]])
def test_the_voice_is_coded_well(tmp_path: Path, coder: str, kind: str) -> None:
    """What is decoded of Vorbis is nearer to the voice than 15 dB; no peak is clipped."""
    rate, _, _ = (OPUS if coder == "libopus" else VORBIS)[kind]
    before = made(tmp_path, coder, kind, 0.1)
    labelled, rendition = render(before, "ogg", MarkSpec())
    assert rendition.marks[0].seconds == pytest.approx((0.3, 4.81), abs=0.02)
    path = tmp_path / "labelled.ogg"
    path.write_bytes(labelled)
    channel = "pan=mono|c0=FC" if kind == "six-channels" else "pan=mono|c0=c0"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-af", channel, "-f", "f32le", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    values = struct.unpack(f"<{len(raw) // 4}f", raw)[: 5 * rate]
    assert 0.1 < max(map(abs, values)) < 1.0
    if coder == "libvorbis":
        assert noise(values, rate) < -15


def noise(values: tuple[float, ...], rate: int) -> float:
    """Return how much of decoded sound is not the built-in voice, in decibels."""
    import numpy as np

    from ailabel.marks.audio import prompt

    wanted = prompt.make(MarkSpec(), prompt.Target(rate=rate, loudness=-23.0, channels=1))
    voice = np.array(wanted.samples[: len(values)])
    found = np.array(values[: len(voice)])
    amount = voice @ found / (voice @ voice)
    rest = found - amount * voice
    return float(10 * np.log10(rest @ rest / (found @ found)))


def test_a_decoder_of_other_books_is_served() -> None:
    """Books made by hand: one floor of five posts, one class, steps of one."""
    before = builder.vorbis("TITLE=a title")
    labelled, _ = render(before, "ogg", MarkSpec(position="both"))
    check_pages(labelled)
    first = next(page for page in ogg.pages(BytesView(labelled)) if page.sequence > 1)
    assert labelled[first.body] & 1 == 0


@pytest.mark.oracle
def test_a_chain_is_labelled_at_its_ends(tmp_path: Path) -> None:
    """The first stream at the start, the last one at the end; what is between is untouched."""
    first, last = made(tmp_path, "libvorbis", "telephone"), made(tmp_path, "libopus", "music")
    middle = opus_builder.opus("TITLE=2", serial=99)
    labelled, rendition = render(first + middle + last, "ogg", rhythm("both"))
    alone, _ = render(first, "ogg", rhythm("start"))
    behind, _ = render(last, "ogg", rhythm("end"))
    assert labelled == alone + middle + behind
    assert [mark.place for mark in rendition.marks] == ["start", "end"]


@pytest.mark.oracle
def test_the_gain_of_the_header_is_allowed_for(tmp_path: Path) -> None:
    """A stream that players amplify by 6 dB gets a label that is softer by as much."""
    before = made(tmp_path, "libopus", "music", 0.05)
    pages = list(ogg.pages(BytesView(before)))
    body = bytearray(before[pages[0].body : pages[0].end])
    body[16:18] = (6 * 256).to_bytes(2, "little")
    louder = ogg.build(pages[0], pages[0].lacing, bytes(body)) + before[pages[0].end :]
    peaks = []
    for data in (before, louder):
        labelled, _ = render(data, "ogg", rhythm())
        raw = heard(tmp_path, labelled, "ogg", "libopus")[: 48000 * 2 * 8]
        content = heard(tmp_path, data, "ogg", "libopus")
        values, others = (struct.unpack(f"<{len(part) // 4}f", part) for part in (raw, content))
        peaks.append(max(map(abs, values)) / max(map(abs, others)))
    assert peaks[1] == pytest.approx(peaks[0], rel=0.2)


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (builder.flac("TITLE=x"), "coded as FLAC"),
        (builder.speex("TITLE=x"), "coded as Speex"),
        (dict(opus_builder.samples())["two-streams.opus"], "side by side"),
        (dict(builder.samples())["one-page.ogg"], "share a page"),
        (b"".join(builder.stream(builder.vorbis_packets()[:3], (1, 2))), "holds no sound"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_advice(data: bytes, advice: str) -> None:
    """Other codecs, several streams at once, headers that share a page with sound."""
    with pytest.raises(PlanError, match=advice):
        render(data, "ogg", rhythm())


def test_channels_without_a_meaning_are_refused() -> None:
    """Mapping families other than those of loudspeakers; headers that are too short."""
    head = opus_builder.HEAD
    for data in (
        head[:18] + b"\xff\1\0\0",
        head[:9] + b"\3" + head[10:],
        head[:9] + b"\0" + head[10:],
    ):
        with pytest.raises(PlanError, match="match the channels"):
            codec.open_head(data)
    for data in (head[:12], head[:18] + b"\1\2"):
        with pytest.raises(MalformedFileError, match="too short"):
            codec.open_head(data)


@pytest.mark.parametrize(
    ("head", "expected"),
    [("f8", 960), ("08", 960), ("18", 2880), ("e0", 120), ("f9", 1920), ("fb03", 2880),
     ("fb7f", 0), ("fb", 0), ("", 0), ("60", 480), ("78", 960)],
)  # fmt: skip
def test_durations_follow_from_the_first_bytes(head: str, expected: int) -> None:
    """Modes, sizes, numbers of frames; more than 120 ms is no packet."""
    assert codec.duration(bytes.fromhex(head)) == expected


@given(st.data())
@settings(max_examples=30)
def test_a_page_is_restated_without_its_content(source: st.DataObject) -> None:
    """The checksum of a page with other fields follows from the fields."""
    number, granule = source.draw(st.tuples(st.integers(0, 9), st.integers(0, 1 << 62)))
    body = source.draw(st.binary(max_size=300))
    data = builder.page(builder.laces(body), body, number, granule=granule, flags=4)
    (page,) = ogg.pages(BytesView(data))
    wanted = source.draw(st.tuples(st.integers(0, 7), st.integers(0, 1 << 62), st.integers(0, 99)))
    new = ogg.Page(
        offset=0,
        flags=wanted[0],
        granule=wanted[1],
        serial=page.serial,
        sequence=wanted[2],
        checksum=0,
        lacing=page.lacing,
        body=page.body,
        end=page.end,
    )
    expected = ogg.build(new, page.lacing, body)
    assert apply(data, [ogg_edit.restate(page, new)]) == expected


@given(st.lists(st.tuples(st.integers(0, (1 << 24) - 1), st.integers(1, 24)), max_size=90))
@settings(max_examples=30)
def test_bits_are_written_from_the_lowest(fields: list[tuple[int, int]]) -> None:
    """What is written reads back as one number."""
    writer, value, at = vorbis_code.Writer(), 0, 0
    for number, count in fields:
        number &= (1 << count) - 1  # noqa: PLW2901
        writer.put(number, count)
        value |= number << at
        at += count
    assert writer.done() == value.to_bytes(-(-at // 8), "little")


def test_codes_are_given_out_in_order() -> None:
    """The example of the specification, and a book whose lengths leave no room."""
    lengths = [2, 4, 4, 4, 4, 2, 3, 3]
    codes = [f"{code:032b}"[::-1][:n] for code, n in zip(codes_of(lengths), lengths, strict=True)]
    assert codes == ["00", "0100", "0101", "0110", "0111", "10", "110", "111"]
    with pytest.raises(MalformedFileError, match="Vorbis header"):
        codes_of([1, 1, 1])


def codes_of(lengths: list[int]) -> list[int]:
    """Return the codes of a book."""
    return vorbis_setup._codes(lengths)


@pytest.mark.parametrize("lookup", [1, 2])
def test_the_nearest_used_entry_is_found(lookup: int) -> None:
    """As trying all of them finds it, also where the nearest of a lattice is not used."""
    import numpy as np

    source = random.Random(lookup)
    levels = tuple(float(value) for value in (range(-2, 3) if lookup == 1 else range(50)))
    lengths = [0 if source.random() < 0.4 else 5 for _ in range(25)]
    book = vorbis_setup.Book(
        dimensions=2, lengths=lengths, codes=[0] * 25, lookup=lookup, levels=levels
    )
    quantiser = vorbis_code.Quantiser(book)
    wanted = np.array([[source.uniform(-3, 3), source.uniform(-3, 3)] for _ in range(200)])
    found = quantiser.values[quantiser.nearest(wanted)]
    used = [quantiser.values[at] for at in range(25) if lengths[at]]
    for row, value in zip(wanted, found, strict=True):
        assert ((row - value) ** 2).sum() == pytest.approx(
            min(((row - other) ** 2).sum() for other in used)
        )


@pytest.mark.oracle
def test_any_damage_is_an_error_of_ours(tmp_path: Path) -> None:
    """Cut and flipped files are labelled or refused, without another exception."""
    source = random.Random(13)
    refused = 0
    wholes = {
        "setup": builder.vorbis("TITLE=x"),
        "vorbis": made(tmp_path, "libvorbis", "telephone"),
        "opus": made(tmp_path, "libopus", "speech"),
    }
    for whole in wholes.values():
        for _ in range(40):
            data = bytearray(whole[: source.randrange(len(whole) // 2, len(whole))])
            for _ in range(source.randrange(1, 5)):
                data[source.randrange(min(len(data), 1200))] = source.randrange(256)
            try:
                render(bytes(data), "ogg", rhythm("both"))
            except AilabelError:
                refused += 1
    assert refused


def test_broken_setups_are_malformed() -> None:
    """Every prefix of a setup header, and numbers that name nothing."""
    head, setup = builder.VORBIS_HEAD, builder.VORBIS_SETUP.rstrip(b"\0")
    for size in range(0, len(setup) - 1, 3):
        with pytest.raises(MalformedFileError, match="Vorbis header"):
            vorbis_setup.parse(head, setup[:size], Limits())
    for data in (head[:20], head[:7] + b"\1" + head[8:], head[:28] + b"\x8b\1"):
        with pytest.raises(MalformedFileError, match="Vorbis header"):
            vorbis_setup.parse(data, setup, Limits())
    with pytest.raises(AilabelError, match="code books"):
        vorbis_setup.parse(head, setup, Limits(items=10))


def test_without_pyav_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The install command takes the place of an ImportError."""
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(MissingExtraError, match="Ogg"):
        render(opus_builder.opus(), "opus", rhythm())


@needs_corpus
def test_a_file_of_another_program_can_be_labelled() -> None:
    """A real file, labelled already in its comments."""
    data = (CORPUS / "made/a.ogg").read_bytes()
    labelled, _ = render(data, "ogg", rhythm())
    check_pages(labelled)
