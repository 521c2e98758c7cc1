"""The label in FLV: every script tag read, one property written, every named place moved along."""

from __future__ import annotations

import struct
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import testing
from ailabel.carriers.flv import CARRIER
from ailabel.codecs import amf, flv
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits, open_view
from ailabel.io.splice import apply
from ailabel.spi import Span, essence_digest
from ailabel.standard.schema import decode
from builders import films
from builders import flv as build
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ailabel.spi import Slot

PAYLOAD: Final = testing.PAYLOADS[0]
SAMPLES: Final = dict(build.samples())


def read(data: bytes) -> Sequence[Slot]:
    """Read the labels of a file."""
    return CARRIER.read(BytesView(data))


def write(data: bytes, payload: str = PAYLOAD) -> bytes:
    """Label a file."""
    return apply(data, CARRIER.write(BytesView(data), payload))


def test_metadata_that_are_never_closed() -> None:
    """Some writers end neither the properties nor a list in them; the label does not land there."""
    inner = b"\x03" + build.props(times=build.strict(build.num(0)))
    values = build.props(duration=build.num(1)) + build.name(b"keyframes") + inner
    data = build.file(build.script(b"\x08\0\0\0\x02" + values))
    labelled = write(data)
    (slot,) = read(labelled)
    assert (slot.location, slot.official, slot.payload) == ("onMetaData/AIGC", True, PAYLOAD)
    assert CARRIER.write(BytesView(labelled), PAYLOAD) == []
    assert set(places(labelled)) == set(places(data))


def places(data: bytes) -> dict[tuple[str, ...], list[float]]:
    """Return the numbers of all script data."""
    view = BytesView(data)
    found = {}
    for tag in flv.tags(view):
        body = view.read(tag.body, tag.length)
        for entry in amf.scan(body, view.limits).entries if tag.type == flv.SCRIPT else ():
            old = body[entry.body : entry.end]
            if entry.kind == amf.NUMBER:
                found[entry.path] = [struct.unpack(">d", old)[0]]
            elif entry.kind == amf.NUMBERS:
                found[entry.path] = [value for (value,) in struct.iter_unpack(">xd", old)]
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_laws(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    testing.check_carrier(CARRIER, name, SAMPLES[name])


def test_every_place_is_read() -> None:
    """Labels are read in every script tag, at every depth; those of onMetaData are official."""
    slots = read(SAMPLES["everywhere.flv"])
    assert [(slot.site, slot.official) for slot in slots] == [
        ("flv.onMetaData/AIGC", True),
        ("flv.onMetaData/comment", False),
        ("flv.onMetaData/inner/aigc", False),
        ("flv.onMetaData/texts/1", False),
        ("flv.onMetaData/AIGC", True),
        ("flv.onXMPData/liveXML/TC260:AIGC", False),
        ("flv.onCuePoint", False),
        ("flv.onMetaData/AIGC", True),
        ("flv.@setDataFrame/AIGC", False),
        ("flv.onMetaData/AIGC", True),
    ]
    assert {slot.payload for slot in slots} == {build.OLD}
    assert SAMPLES["everywhere.flv"][slots[0].offset :].startswith(b"\0\x04AIGC\x02")


def test_every_place_is_vacated() -> None:
    """Writing takes all other labels out and leaves their neighbours; counts stay right."""
    done = write(SAMPLES["everywhere.flv"])
    label = build.props(AIGC=build.text(PAYLOAD))
    first = build.script(
        build.ecma(
            4,
            build.props(
                duration=build.num(1), inner=build.obj(build.props(kept=build.text("kept")))
            ),
            build.props(texts=build.strict(build.text("kept"), build.text(""), build.num(1))),
            label,
        )
    )
    assert done.startswith(build.HEADER + first)
    assert b"foreign property" in done
    assert build.script(build.obj()) in done
    assert done.endswith(build.script(build.ecma(0)))


def test_onmetadata_is_made_where_there_is_none() -> None:
    """A script tag of our own is the first tag."""
    new = build.script(build.ecma(1, build.props(AIGC=build.text(PAYLOAD))))
    assert write(SAMPLES["bare.flv"]) == build.HEADER + new + build.BODY


@pytest.mark.parametrize("name", ["indexed.flv", "indexed-labelled.flv"])
def test_named_places_move_along(name: str) -> None:
    """Key frames are found where the file says, after several labels."""
    data = SAMPLES[name]
    for payload in (PAYLOAD, testing.PAYLOADS[3], testing.PAYLOADS[1]):
        data = write(data, payload)
        found = places(data)
        frames = found["keyframes", "filepositions"]
        tags = {tag.offset: tag for tag in flv.tags(BytesView(data))}
        assert [tags[int(at)].type for at in frames] == [flv.VIDEO, flv.VIDEO]
        assert data[int(frames[1]) + 11 :].startswith(b"\x12third picture")
        assert found["lastkeyframelocation",] == [frames[1]]
        assert found["filesize",] == [len(data)]
        assert found["keyframes", "times"] == [0, 0.08]


def test_places_that_are_no_numbers_stay() -> None:
    """Negative and infinite places are left as they are, and so is the tag when nothing moves."""
    odd = build.strict(build.num(float("nan")), build.num(-1), build.num(1e9))
    frames = build.obj(build.props(filepositions=odd))
    data = build.file(build.script(build.ecma(1, build.props(keyframes=frames))))
    found = places(write(data))["keyframes", "filepositions"]
    assert found[1:] == [-1, 1e9 + len(write(data)) - len(data)]


def test_sizes_of_tags_are_right() -> None:
    """Every tag is followed by its size, also where the file left the last one out."""
    data = build.file(tail=build.script(build.ecma(0)))[:-4]
    for sample in (*(write(data) for data in SAMPLES.values()), write(data)):
        view = BytesView(sample)
        for tag in flv.tags(view):
            assert view.read(tag.end, 4) == (11 + tag.length).to_bytes(4, "big")


def test_long_labels_are_long_strings() -> None:
    """A short string holds 65,535 bytes."""
    payload = '{"Label":"1","ReservedCode1":"' + "0" * 70_000 + '"}'
    (slot,) = read(write(SAMPLES["metadata.flv"], payload))
    assert slot.payload == payload
    testing.check_carrier(CARRIER, "long.flv", write(SAMPLES["metadata.flv"], payload))


def test_the_same_label_is_already_there() -> None:
    """The official place with the same text is left alone."""
    data = build.file(build.script(build.ecma(1, build.props(AIGC=build.text(PAYLOAD + "\0")))))
    assert not CARRIER.write(BytesView(data), PAYLOAD)


def test_the_essence_is_pictures_then_sound() -> None:
    """Interleaving and script data do not show."""
    view = BytesView(SAMPLES["late.flv"])
    found = b"".join(
        view.read(piece.offset, piece.length) if isinstance(piece, Span) else piece
        for piece in CARRIER.essence(view)
    )
    pictures = b"\x12first picture\x22second picture\x12third picture"
    assert found == b"\x09" + pictures + b"\x08\x2ffirst sound\x2fsecond sound"


@pytest.mark.parametrize(
    "values",
    [
        build.ecma(1, build.props(x=b"\x11\x01", AIGC=build.text(build.OLD))),
        build.ecma(1, build.props(AIGC=build.text(build.OLD), x=b"\x11\x01")),
        build.ecma(1, build.props(AIGC=build.text(build.OLD))) + b"\x02\xff",
    ],
)
def test_values_that_cannot_be_read_are_refused(values: bytes) -> None:
    """Script data with a label that hold AMF3, or are damaged, are not rewritten by guess."""
    data = build.file(build.script(values))
    if read(data):
        with pytest.raises(PlanError, match="values of AMF3"):
            write(data)
    else:
        testing.check_carrier(CARRIER, "opaque.flv", data)


def test_damaged_packets_and_full_tags_are_refused() -> None:
    """What cannot be done is said."""
    packet = build.text('<x TC260:AIGC="{&quot;Label&quot;:1}"')
    data = build.file(build.script(build.ecma(1, build.props(liveXML=packet)), event="onXMPData"))
    with pytest.raises(PlanError, match="damaged XMP packet"):
        write(data)
    filler = build.text("x" * ((1 << 24) - 100), long=True)
    with pytest.raises(PlanError, match="too large"):
        write(build.file(build.script(build.ecma(1, build.props(x=filler)))))


@pytest.mark.parametrize("data", [b"FLV\x01", b"FLW" + build.HEADER[3:], build.HEADER[:12]])
def test_damaged_headers_are_refused(data: bytes) -> None:
    """There is no FLV without its header."""
    with pytest.raises(MalformedFileError):
        read(data)


def test_limits() -> None:
    """Tags and values are counted, and script data do not nest for ever."""
    with pytest.raises(LimitExceededError, match="FLV tags"):
        CARRIER.read(BytesView(build.HEADER + bytes(15 * 400), limits=Limits(items=10)))
    script = build.script(build.ecma(9, build.props(a=b"\5", b=b"\5", c=b"\5")))
    with pytest.raises(LimitExceededError, match="script values"):
        CARRIER.read(BytesView(build.file(*(script,) * 60), limits=Limits(items=20)))
    deep = b"\5"
    for _ in range(14):
        deep = build.obj(build.props(x=deep))
    with pytest.raises(LimitExceededError, match="too deep"):
        read(build.file(build.script(deep)))


def test_claims() -> None:
    """The signature decides."""
    assert CARRIER.sniff(BytesView(build.HEADER, "a.mp4")) is not None
    assert CARRIER.sniff(BytesView(b"FLV\x02", "a.flv")) is None


@needs_corpus
def test_corpus() -> None:
    """A file by ffmpeg is read."""
    with open_view(CORPUS / "made" / "v.flv") as view:
        (slot,) = CARRIER.read(view)
    assert slot.official
    assert decode(slot.payload).fields["ProduceID"] == "abc-123"


@pytest.mark.oracle
@pytest.mark.parametrize("name", films.FLV)
def test_other_programs_find_label_streams_and_key_frames(name: str, tmp_path: Path) -> None:
    """After two labels two readers find the last one, every stream is the same, seeking works."""
    film = films.make(tmp_path, name)
    before = film.read_bytes()
    done = tmp_path / f"done-{name}"
    done.write_bytes(write(write(before, testing.PAYLOADS[3]), testing.PAYLOADS[1]))
    assert films.tags(done)["AIGC"] == testing.PAYLOADS[1]
    command = ["exiftool", "-s3", "-Flash:Aigc", str(done)]
    found = subprocess.run(command, check=True, capture_output=True)
    assert found.stdout.decode().strip() == testing.PAYLOADS[1]
    assert films.streams(done) == films.streams(film)
    assert films.late_frame(done) == films.late_frame(film)
    copy = films.remux(done)
    assert essence_digest(CARRIER, BytesView(copy.read_bytes())) == essence_digest(
        CARRIER, BytesView(before)
    )
    assert [slot.payload for slot in read(copy.read_bytes())] == [testing.PAYLOADS[1]]
