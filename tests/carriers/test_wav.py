"""The label in WAV: every place read, one chunk written, the sound left where it is."""

from __future__ import annotations

import subprocess
import wave
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import testing
from ailabel.carriers.wav import CARRIER
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import SplicedView, apply
from ailabel.model.media import Strength
from ailabel.standard.schema import decode
from builders import wav as build
from builders.mp3 import tag, text_frame, user_text
from builders.packets import FOREIGN, labelled
from builders.views import SparseView
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = dict(build.samples())
NEW: Final = build.chunk(b"AIGC", PAYLOAD.encode())


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read wherever they were met, in file order; one place is official."""
    slots = read(build.everywhere(build.OLD))
    assert [(slot.site, slot.official) for slot in slots] == [
        ("wav.aigc", False),
        ("wav.LIST/INFO/AIGC", False),
        ("wav.LIST/INFO/ICMT", False),
        ("wav.id3/TXXX[AIGC]", False),
        ("wav.id3/COMM", False),
        ("wav._PMX/TC260:AIGC", False),
        ("wav.AIGC", True),
        ("wav.AIGC", True),
    ]
    assert {slot.payload for slot in slots} == {build.OLD}


def test_offsets_point_at_the_structure() -> None:
    """A slot says where its chunk or frame begins."""
    data = build.everywhere(build.OLD)
    starts = [data[slot.offset : slot.offset + 4] for slot in read(data)]
    assert starts == [b"aigc", b"AIGC", b"ICMT", b"TXXX", b"COMM", b"_PMX", b"AIGC", b"AIGC"]


def test_every_place_is_vacated() -> None:
    """Writing empties all other places and leaves their foreign neighbours byte for byte."""
    done = write(build.everywhere(build.OLD))
    title = build.chunk(b"id3 ", tag(text_frame("TIT2", "a title")))
    packet = labelled(build.OLD)
    start = packet.index(b"<TC260:AIGC>")
    end = packet.index(b"</TC260:AIGC>") + len(b"</TC260:AIGC>")
    rest = build.chunk(b"_PMX", packet[:start] + packet[end:])
    assert FOREIGN.encode() in rest
    assert done == build.file(
        build.FORMAT, build.info(build.SOFTWARE), title, rest, build.DATA, NEW
    )


def test_the_chunk_is_appended() -> None:
    """A file without a label gets the chunk at its end, and nothing else moves."""
    assert write(build.file(build.FORMAT, build.DATA)) == build.file(build.FORMAT, build.DATA, NEW)


def test_the_chunk_is_replaced_where_it_stands() -> None:
    """A label keeps its place."""
    old = build.chunk(b"AIGC", build.OLD.encode())
    assert write(build.file(old, build.FORMAT, build.DATA)) == build.file(
        NEW, build.FORMAT, build.DATA
    )


def test_a_missing_pad_byte_is_made_up_for() -> None:
    """A chunk behind an odd one begins at an even place."""
    sound = build.chunk(b"data", build.ODD, pad=False)
    padded = build.chunk(b"data", build.ODD)
    expected = build.file(build.BYTES, padded, NEW)
    assert write(build.file(build.BYTES, sound)) == expected
    assert write(SAMPLES["streamed-odd.wav"]) == expected
    assert write(SAMPLES["pad-not-counted.wav"]) == expected
    assert write(build.file(build.BYTES, sound, trailer=b"x")) == expected + b"x"


def test_what_follows_the_riff_stays() -> None:
    """Trailing bytes are no part of the RIFF, and are kept behind it."""
    trailer = b"what follows"
    done = write(build.file(build.FORMAT, build.DATA, trailer=trailer))
    assert done == build.file(build.FORMAT, build.DATA, NEW, trailer=trailer)


def test_streamed_sizes_are_filled_in() -> None:
    """A label can only stand behind sound whose end is known, so its length is written down."""
    assert write(SAMPLES["streamed.wav"]) == build.file(build.FORMAT, build.DATA, NEW)
    assert write(SAMPLES["streamed-zero.wav"]) == build.file(build.FORMAT, build.DATA, NEW)


def test_an_id3_chunk_that_holds_only_the_label_goes() -> None:
    """An ID3 tag without frames, and its chunk, have no use."""
    chunk = build.chunk(b"ID3 ", tag(user_text("AIGC", build.OLD), padding=20))
    done = write(build.file(build.FORMAT, chunk, build.DATA))
    assert done == build.file(build.FORMAT, build.DATA, NEW)


def test_comments_that_are_no_label_stay() -> None:
    """A comment, an empty ID3 chunk and other lists are nobody's label."""
    lists = build.info(build.chunk(b"ICMT", b"a comment")), build.chunk(b"LIST", b"adtlAIGC")
    chunks = (build.FORMAT, *lists, build.chunk(b"id3 ", b""), build.chunk(b"LIST", b""))
    assert read(build.file(*chunks, build.DATA)) == []


@pytest.mark.parametrize(
    "data",
    [
        build.file(build.FORMAT, build.DATA)[:-7],
        build.file(build.FORMAT, build.DATA, size=100),
    ],
)
def test_cut_files_are_read_but_not_written(data: bytes) -> None:
    """A file that is cut short holds no label, and none is guessed into it."""
    assert read(data) == []
    with pytest.raises(PlanError, match="cut short"):
        write(data)


def test_damaged_packets_are_not_rewritten() -> None:
    """A label in an XMP packet that is no XML is read, but cannot be taken out."""
    packet = labelled(build.OLD).replace(b"</rdf:RDF>", b"")
    data = build.file(build.FORMAT, build.DATA, build.chunk(b"_PMX", packet))
    assert [slot.payload for slot in read(data)] == [build.OLD]
    with pytest.raises(PlanError, match="damaged XMP packet"):
        write(data)


def test_id3_tags_stay_in_their_chunk() -> None:
    """A tag that is longer than its chunk is refused."""
    chunk = build.chunk(b"id3 ", tag(padding=20)[:20])
    with pytest.raises(MalformedFileError, match="end of its chunk"):
        read(build.file(build.FORMAT, chunk, build.DATA))


def test_huge_label_chunks_are_refused() -> None:
    """A chunk is read whole only within the limits."""
    data = build.file(build.FORMAT, build.DATA, build.chunk(b"AIGC", bytes(200)))
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(data, limits=Limits(metadata_bytes=100)))


def test_other_riff_forms_are_not_claimed() -> None:
    """WebP and AVI are RIFF files too."""
    assert CARRIER.sniff(BytesView(b"RIFF\4\0\0\0WEBP")) is None
    assert CARRIER.sniff(BytesView(b"")) is None
    match = CARRIER.sniff(BytesView(b"BW64\4\0\0\0WAVE"))
    assert match is not None
    assert match.strength is Strength.CONTENT


def _gibibyte() -> SparseView:
    head = build.file(build.FORMAT, build.chunk(b"data", b"", 1 << 30), size=(1 << 30) + 36)
    return SparseView(head, 1 << 30)


def _five_gibibytes() -> SparseView:
    return SparseView(
        build.rf64(
            build.FORMAT,
            build.chunk(b"data", b"", build.UNKNOWN),
            data=5 << 30,
            riff_size=(5 << 30) + 72,
        ),
        5 << 30,
    )


@pytest.mark.parametrize("make", [_gibibyte, _five_gibibytes])
def test_large_files_cost_only_their_headers(make: Callable[[], SparseView]) -> None:
    """Reading and writing look at headers, however much sound there is."""
    view = make()
    assert CARRIER.read(view) == []
    edits = CARRIER.write(view, PAYLOAD)
    assert view.bytes_read < 1000
    assert max(edit.offset for edit in edits) == view.size
    done = SplicedView(view, edits)
    assert [slot.payload for slot in CARRIER.read(done)] == [PAYLOAD]
    assert CARRIER.write(done, PAYLOAD) == []


def test_four_gibibytes_are_the_end_of_riff() -> None:
    """A RIFF that would grow past its size field is refused."""
    length = 0xFFFFFFFF - 100
    head = build.file(build.FORMAT, build.chunk(b"data", b"", length), size=length + 37)
    with pytest.raises(PlanError, match="4 GiB"):
        CARRIER.write(SparseView(head, length + 1), PAYLOAD)


@needs_corpus
@pytest.mark.parametrize(
    ("name", "sites"),
    [
        ("a.wav", []),
        ("wav_chunk.wav", ["wav.AIGC"]),
        ("wav_info.wav", ["wav.LIST/INFO/AIGC"]),
    ],
)
def test_corpus(name: str, sites: list[str]) -> None:
    """Files by others are read."""
    with open_view(CORPUS / "made" / name) as view:
        slots = CARRIER.read(view)
    assert [slot.site for slot in slots] == sites
    assert all(decode(slot.payload).fields["ProduceID"] == "abc-123" for slot in slots)


def _md5(path: Path) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-f", "md5", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["bytes.wav", "streamed.wav", "everywhere.wav", "rf64.wav"])
def test_sound_decodes_the_same(name: str, tmp_path: Path) -> None:
    """Ffmpeg hears the same samples before and after."""
    before, after = tmp_path / "before.wav", tmp_path / "after.wav"
    before.write_bytes(SAMPLES[name])
    after.write_bytes(write(SAMPLES[name]))
    assert _md5(before) == _md5(after)


@pytest.mark.parametrize("name", ["plain.wav", "unpadded.wav", "streamed.wav", "info.wav"])
def test_the_wave_module_reads_the_result(name: str, tmp_path: Path) -> None:
    """Python's own reader finds all samples."""
    path = tmp_path / name
    path.write_bytes(write(SAMPLES[name]))
    with wave.open(str(path)) as found:
        samples = found.readframes(found.getnframes())
    assert samples in (build.SOUND, build.ODD)
