"""Passing labelled files on: the propagator's part set, everything else as it was."""

from __future__ import annotations

import asyncio
import json
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import ailabel
from ailabel import PropagateSpec, duties, propagate_bytes, read_bytes, registry, verify_bytes
from ailabel.errors import LabelError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.model.seal import SealResult
from ailabel.registry import carrier_of
from ailabel.spi import essence_digest
from ailabel.testing import check_total
from ailabel.traces.places import entries
from builders import exif, jpeg, mp3, png, wav
from corpus import CORPUS, needs_corpus
from every import cases
from sealing import CODE, minimax, signer

if TYPE_CHECKING:
    from pathlib import Path

OURS: Final = "001191110102MACQD9K64020000"
OTHER: Final = "001191330106MA2CFLDG4R20000"
SPEC: Final = PropagateSpec(propagator=OURS, propagate_id="p-1")
LABEL: Final[dict[str, object]] = {
    "Label": "1",
    "ContentProducer": CODE,
    "ProduceID": "n-1",
    "ReservedCode1": "s",
    "ContentPropagator": CODE,
    "PropagateID": "n-1",
    "ReservedCode2": "s",
}


def sound(*payloads: str) -> bytes:
    """Return a WAV with labels in its official place."""
    chunks = (wav.chunk(b"AIGC", payload.encode()) for payload in payloads)
    return wav.file(wav.FORMAT, wav.DATA, *chunks)


def label(**changed: object) -> str:
    """Return a label with members changed, or left out where `...` is given."""
    return json.dumps({key: item for key, item in (LABEL | changed).items() if item is not ...})


def the_label(data: bytes, name: str) -> ailabel.FoundLabel:
    """Return the only label."""
    (found,) = read_bytes(data, name=name).labels
    return found


def test_the_propagators_part_is_set_and_the_producers_stays() -> None:
    """Only three members change; the file verifies, and tells that it was passed on."""
    data = sound(label())
    done = propagate_bytes(data, SPEC, name="a.wav")
    assert (done.status, done.produce_id, done.propagate_id) == ("propagated", "n-1", "p-1")
    assert done.replaced == (label(),)
    fields = dict(the_label(done.data, "a.wav").fields)
    assert fields == LABEL | {
        "ContentPropagator": OURS,
        "PropagateID": "p-1",
        "ReservedCode2": "",
    }
    report = verify_bytes(done.data, ailabel.VerifyOptions(explicit=False), name="a.wav")
    assert report.implicit is ailabel.Verdict.COMPLIANT
    assert "IMP-013" in {item.rule for item in report.checks}


def test_passing_on_again_changes_nothing() -> None:
    """The same propagator finds its part there and uses up no number (L10)."""
    once = propagate_bytes(sound(label()), PropagateSpec(propagator=OURS), name="a.wav")
    assert once.propagate_id
    assert once.propagate_id[14] == "7"
    again = propagate_bytes(once.data, PropagateSpec(propagator=OURS), name="a.wav")
    assert (again.status, again.data) == ("already", once.data)
    assert again.propagate_id == once.propagate_id
    other = propagate_bytes(once.data, SPEC, name="a.wav")
    assert (other.status, other.propagate_id) == ("propagated", "p-1")


def test_who_produces_may_pass_on_as_well() -> None:
    """Where the producer's code stands in both parts, nothing is to be done."""
    data = sound(label(ReservedCode2=""))
    done = propagate_bytes(data, PropagateSpec(propagator=CODE), name="a.wav")
    assert done.status == "already"
    copied = propagate_bytes(sound(label()), PropagateSpec(propagator=CODE), name="a.wav")
    assert the_label(copied.data, "a.wav").fields["ReservedCode2"] == ""
    assert propagate_bytes(copied.data, PropagateSpec(propagator=CODE)).status == "already"


def test_another_propagator_gives_way_only_when_asked() -> None:
    """One label a file: the second platform takes the first one's place."""
    data = sound(label(ContentPropagator=OTHER))
    with pytest.raises(PlanError, match=f"{OTHER} passed the content on before"):
        propagate_bytes(data, SPEC)
    spec = PropagateSpec(propagator=OURS, propagate_id="p-1", replace_propagator=True)
    done = propagate_bytes(data, spec)
    assert the_label(done.data, "a.wav").fields["ContentPropagator"] == OURS
    assert OTHER.encode() not in done.data


def test_security_data_of_the_propagator_are_written() -> None:
    """Given ones as they are; a second run with the same finds them there."""
    spec = PropagateSpec(propagator=OURS, propagate_id="p", reserved_code2="f" * 40)
    done = propagate_bytes(sound(label()), spec)
    assert the_label(done.data, "a.wav").fields["ReservedCode2"] == "f" * 40
    assert propagate_bytes(done.data, spec).status == "already"


@pytest.mark.parametrize("algorithm", ["ed25519", "sm2"])
def test_the_propagator_may_seal_its_part(algorithm: str) -> None:
    """Its seal is whole beside the producer's own, and is not made twice."""
    produced = ailabel.LabelSpec(producer=CODE, explicit=False, signer=signer("p256"))
    data = ailabel.label_bytes(png.build(), produced, name="a.png").data
    spec = PropagateSpec(propagator=OURS, signer=signer(algorithm))
    done = propagate_bytes(data, spec, name="a.png")
    seals = verify_bytes(done.data, ailabel.VerifyOptions(explicit=False), name="a.png").seals
    assert [(item.field, item.is_whole) for item in seals] == [
        ("ReservedCode1", True),
        ("ReservedCode2", True),
    ]
    assert propagate_bytes(done.data, spec, name="a.png").status == "already"


def test_values_that_break_the_standard_are_kept_and_told() -> None:
    """Blanks and unknown keys stay; the notes name them."""
    odd = label(ContentProducer="a b", ContentPropagator="", Version="2")
    done = propagate_bytes(sound(odd), SPEC)
    payload = the_label(done.data, "a.wav").payload
    assert '"ContentProducer": "a b"' in payload
    assert '"Version": "2"' in payload
    assert len([note for note in done.notes if "kept as the producer wrote it" in str(note)]) == 2


def test_a_value_that_is_no_string_is_refused_unless_repaired() -> None:
    """Repairing is said to change the producer's part, so nobody does it by chance."""
    data = sound(label(Label=1))
    with pytest.raises(PlanError, match="--repair"):
        propagate_bytes(data, SPEC)
    spec = PropagateSpec(propagator=OURS, propagate_id="p-1", repair=True)
    done = propagate_bytes(data, spec)
    assert the_label(done.data, "a.wav").fields["Label"] == "1"
    assert not the_label(done.data, "a.wav").problems
    assert propagate_bytes(done.data, spec).status == "already"


def test_several_labels_that_agree_become_one() -> None:
    """The official place is left, and the notes say so; those that disagree are refused."""
    done = propagate_bytes(sound(label(), label()), SPEC)
    assert the_label(done.data, "a.wav").official
    assert "2 places" in str(done.notes[-1])
    with pytest.raises(PlanError, match="labels that disagree"):
        propagate_bytes(sound(label(), label(ProduceID="n-2")), SPEC)


def test_the_label_stays_where_it_stands_unless_it_is_to_be_moved() -> None:
    """An unofficial place is edited; --slot official moves the label and says from where."""
    data = png.build(png.text("AIGC", label()))
    kept = propagate_bytes(data, SPEC, name="a.png")
    assert the_label(kept.data, "a.png").site == "png.tEXt[AIGC]"
    spec = PropagateSpec(propagator=OURS, propagate_id="p-1", slot="official")
    moved = propagate_bytes(data, spec, name="a.png")
    assert the_label(moved.data, "a.png").official
    assert "tEXt[AIGC]" in str(moved.notes[-1])
    assert propagate_bytes(moved.data, spec, name="a.png").status == "already"


def test_a_transport_form_is_moved_but_not_edited() -> None:
    """Base64 has no members to set; in the official place the label stands plainly."""
    import base64

    data = png.build(png.text("AIGC", base64.b64encode(label().encode()).decode()))
    with pytest.raises(PlanError, match="encoded once more"):
        propagate_bytes(data, SPEC, name="a.png")
    spec = PropagateSpec(propagator=OURS, propagate_id="p-1", slot="official")
    moved = propagate_bytes(data, spec, name="a.png")
    assert the_label(moved.data, "a.png").fields["ContentProducer"] == CODE


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (png.build(), "a.png", "no implicit label"),
        (b"a text", "a.txt", "no implicit label"),
        (sound('{"Label":"1","ProduceID":"a'), "a.wav", "too damaged"),
        (png.build(png.chunk(b"caBX", b"x"), png.text("AIGC", label())), "a.png", "C2PA"),
    ],
)
def test_what_cannot_be_passed_on_is_refused(data: bytes, name: str, reason: str) -> None:
    """The reason says what is to be done instead."""
    with pytest.raises(PlanError, match=reason):
        propagate_bytes(data, SPEC, name=name)


def test_bytes_that_are_no_text_are_not_written_back() -> None:
    """What could be read only with replacements would change the producer's part."""
    broken = label().encode().replace(b"n-1", b"n\xff1")
    data = wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", broken))
    with pytest.raises(PlanError, match="too damaged"):
        propagate_bytes(data, SPEC, name="a.wav")


@pytest.mark.parametrize(
    "values",
    [
        {"propagator": " "},
        {"propagator": "a\nb"},
        {"propagator": "a", "slot": "annex-b"},
        {"propagator": "a", "propagate_id": "\0"},
        {"propagator": "a", "reserved_code2": "x", "signer": signer("ed25519")},
    ],
)
def test_impossible_requests_are_refused(values: dict[str, Any]) -> None:
    """Every problem is listed at once."""
    with pytest.raises(LabelError):
        PropagateSpec(**values)


# -- the signatures of producers -------------------------------------------------------------------


def seal_results(data: bytes, name: str) -> list[SealResult]:
    """Return the three results of the producer's seal."""
    report = verify_bytes(data, ailabel.VerifyOptions(explicit=False), name=name)
    (seal,) = (item for item in report.seals if item.field == "ReservedCode1")
    return [part.result for part in seal.parts]


def test_a_signed_picture_of_minimax_stays_signed() -> None:
    """Label, binding and the hash of the picture without its Exif segment hold afterwards."""
    coded = jpeg.picture()
    bare = jpeg.file(jpeg.app0(), coded=coded)
    comment = b"ASCII\0\0\0" + f'{{"AIGC":{minimax(bare)}}}'.encode()
    holder = jpeg.segment(0xE1, b"Exif\0\0" + exif.tiff(comment=comment))
    data = jpeg.file(jpeg.app0(), holder, coded=coded)
    done = propagate_bytes(data, SPEC, name="a.jpg")
    assert the_label(done.data, "a.jpg").site.endswith("UserComment")
    assert seal_results(done.data, "a.jpg") == [SealResult.VALID] * 3


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("padding", [0, 10, 2000])
def test_a_signed_sound_of_minimax_stays_signed(version: int, padding: int) -> None:
    """The tag is resized; other frames and the padding stay, or the hash would fail."""
    first = mp3.text_frame("TSSE", "Lavf59.27.100", version)
    bare = mp3.tagged(first, version=version, padding=padding)
    frame = mp3.user_text("AIGC", minimax(bare), version, 3 if version == 4 else 0)
    data = mp3.tagged(frame, first, version=version, padding=padding)
    done = propagate_bytes(data, SPEC, name="a.mp3")
    assert the_label(done.data, "a.mp3").fields["ContentPropagator"] == OURS
    assert seal_results(done.data, "a.mp3") == [SealResult.VALID] * 3


def test_a_seal_of_ours_stays_whole() -> None:
    """The producer's seal covers its own part and the essence."""
    spec = ailabel.LabelSpec(producer=CODE, explicit=False, signer=signer("sm2"))
    for name, data in (("a.png", png.build()), ("a.md", b"# A\n\ntext\n")):
        signed = ailabel.label_bytes(data, spec, name=name).data
        done = propagate_bytes(signed, SPEC, name=name)
        assert seal_results(done.data, name) == [SealResult.VALID] * 3


@pytest.mark.parametrize("encoding", [1, 2, 3])
def test_names_in_chinese_stay_as_they_are_written(encoding: int) -> None:
    """Neither escapes nor encodings change; of several labels one is left, in escapes."""
    text = '{"Label":"1","ContentProducer":"示例科技","ProduceID":"n-1"}'
    data = mp3.tagged(mp3.user_text("AIGC", text, 4, encoding))
    done = propagate_bytes(data, SPEC, name="a.mp3")
    assert the_label(done.data, "a.mp3").payload.startswith(text[:-1])
    twice = sound(text, text)
    one = the_label(propagate_bytes(twice, SPEC).data, "a.wav")
    assert one.payload.isascii()
    assert one.fields["ContentProducer"] == "示例科技"


# -- files -----------------------------------------------------------------------------------------


def test_files_are_passed_on_in_place_and_into_others(tmp_path: Path) -> None:
    """The asynchronous twins do the same; an output that is there is kept when it fits."""
    source, target = tmp_path / "a.wav", tmp_path / "b.wav"
    source.write_bytes(sound(label()))
    before = source.read_bytes()
    first = ailabel.propagate(source, SPEC, output=target)
    assert (first.status, source.read_bytes()) == ("propagated", before)
    again = ailabel.propagate(source, SPEC, output=target)
    assert again.status == "already"
    with pytest.raises(PlanError, match="is no labelled copy"):
        ailabel.propagate(source, PropagateSpec(propagator=OTHER), output=target)
    other = tmp_path / "c.wav"
    other.write_bytes(sound(label(ProduceID="n-2")))
    for call in (ailabel.propagate, duties.plan_propagating):  # it is of another content
        with pytest.raises(PlanError, match="is no labelled copy"):
            call(other, SPEC, output=target)
    asyncio.run(ailabel.propagate_async(source, SPEC))
    assert source.read_bytes() == target.read_bytes()
    done = asyncio.run(ailabel.propagate_bytes_async(before, SPEC))
    assert done.data == target.read_bytes()


def test_a_failure_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not read back as planned never replaces anything (L8)."""
    source = tmp_path / "a.wav"
    source.write_bytes(sound(label()))
    carrier = carrier_of("wav")
    monkeypatch.setattr(type(carrier), "write_at", lambda *_: ())
    before = source.read_bytes()
    with pytest.raises(ailabel.AilabelError, match="reading back failed"):
        ailabel.propagate(source, SPEC)
    assert source.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.wav"]


REFUSED: Final = {  # an unofficial place that cannot be edited, or text in which there is no object
    "avi/label-unpadded.avi": "encoded once more",
    "jxl/labelled-from-jpeg.jxl": "cannot be edited where it stands",
    "mkv/track-label.mkv": "cannot be edited where it stands",
    "odt/float.odt": "encoded once more",
}
FORMATS: Final = sorted({case.partition("/")[0] for case in cases()})
SINGLY_LABELLED: Final = 120  # samples, at least: so that no change passes them over in silence


def labelled_once(format_id: str = "") -> dict[str, bytes]:
    """Return the samples with one label, of a format or of all."""
    return {
        case: data
        for case, data in cases().items()
        if case.startswith(format_id and f"{format_id}/")
        and len(read_bytes(data, name=case.partition("/")[2]).labels) == 1
    }


def test_most_formats_have_a_sample_to_pass_on() -> None:
    """The next test says nothing of the formats that have none."""
    found = labelled_once()
    assert len(found) >= SINGLY_LABELLED
    assert {*REFUSED} <= {*found}
    slotted = {item.id for item in registry.formats() if item.has_slot}
    assert slotted - {case.partition("/")[0] for case in found} == {"ogv", "weba"}


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_labelled_sample_is_passed_on_or_refused(format_id: str) -> None:
    """Essence, place and the producer's part stay; a second run changes nothing (L3, L6, L10)."""
    samples = labelled_once(format_id)
    done = {case: passes_on(case, data) for case, data in samples.items() if case not in REFUSED}
    assert all(result.status == "propagated" for result in done.values())
    for case in {*samples} & {*REFUSED}:
        with pytest.raises(PlanError, match=REFUSED[case]):
            passes_on(case, samples[case])


def passes_on(case: str, data: bytes) -> ailabel.LabelResult:
    """Pass a sample on twice; return what the first time came to."""
    format_id, _, name = case.partition("/")
    before = the_label(data, name)
    spec = PropagateSpec(propagator=OURS, replace_propagator=True, repair=True, break_c2pa=True)
    done = propagate_bytes(data, spec, name=name)
    after, carrier = the_label(done.data, name), carrier_of(format_id)
    views = (BytesView(data, name), BytesView(done.data, name))
    assert len({essence_digest(carrier, view) for view in views}) == 1
    assert (after.site, after.official) == (before.site, before.official) or after.official
    for key in ("ContentProducer", "ProduceID", "ReservedCode1"):
        if not any("string" in str(problem) for problem in before.problems):
            assert after.fields[key] == before.fields[key]
    again = propagate_bytes(done.data, spec, name=name)
    assert (again.status, again.data) == ("already", done.data)
    return done


SLOTTED: Final = [item.id for item in registry.formats() if item.has_slot]
TEXT: Final = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def neighbours(data: bytes, name: str, format_id: str) -> list[tuple[str, str]]:
    """Return the texts of a file's metadata that are none of the label."""
    found = entries(BytesView(data, name), format_id)
    return sorted((item.key, item.text) for item in found if "ProduceID" not in item.text)


@given(
    format_id=st.sampled_from(SLOTTED),
    values=st.tuples(TEXT, TEXT, TEXT),
    propagator=TEXT.filter(str.strip),
)
@settings(max_examples=120, deadline=None)
def test_the_laws_hold_whatever_the_label_says(
    format_id: str, values: tuple[str, str, str], propagator: str
) -> None:
    """Essence, other metadata and the producer's part stay; one label; no second change."""
    case, data = next(item for item in cases().items() if item[0].startswith(f"{format_id}/"))
    name, carrier = case.partition("/")[2], carrier_of(format_id)
    keys = ("ContentProducer", "ProduceID", "ReservedCode1")
    produced = {"Label": "1", **dict(zip(keys, values, strict=True))}
    payload = json.dumps(produced, separators=(",", ":"))
    labelled = apply(data, carrier.write(BytesView(data, name), payload))
    spec = PropagateSpec(propagator=propagator, propagate_id="first-0123456789")
    once = propagate_bytes(labelled, spec, name=name)
    found = the_label(once.data, name)
    assert [found.fields[key] for key in keys] == list(values)
    assert found.fields["ContentPropagator"] == propagator
    views = (BytesView(labelled, name), BytesView(once.data, name))
    assert len({essence_digest(carrier, view) for view in views}) == 1
    assert neighbours(labelled, name, format_id) == neighbours(once.data, name, format_id)
    assert propagate_bytes(once.data, spec, name=name).status == "already"
    other = PropagateSpec(propagator=propagator, propagate_id="second", replace_propagator=True)
    twice = propagate_bytes(once.data, other, name=name)
    assert b"first-0123456789" not in twice.data


def test_damaged_files_are_told_of_and_no_more() -> None:
    """Any damage ends in an answer or an error of ours (L7)."""
    data = mp3.tagged(mp3.user_text("AIGC", label()), padding=100)
    check_total(carrier_of("mp3"), "a.mp3", data, count=80, seed=7)


REAL: Final = sorted(CORPUS.glob("made/*")) + sorted(CORPUS.glob("real/*"))


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda item: item.name)
def test_real_files_are_passed_on(path: Path) -> None:
    """Every labelled file of the corpus is passed on, the producer's part byte for byte."""
    data = path.read_bytes()
    labels = read_bytes(data, name=path.name).labels
    spec = PropagateSpec(propagator=OURS, propagate_id="p-1", replace_propagator=True)
    if not labels or path.name == "xmptoolkit_b.png":  # of which two disagree
        with pytest.raises(PlanError):
            propagate_bytes(data, spec, name=path.name)
        return
    done = propagate_bytes(data, spec, name=path.name)
    after = the_label(done.data, path.name)
    first = min(labels, key=lambda item: not item.official)
    head = first.payload.split('"ContentPropagator"')[0].rstrip(" ,\n}")
    assert after.payload.startswith(head)
    assert (after.site == first.site) or len(labels) > 1
    assert after.fields["PropagateID"] == "p-1"


def test_an_update_of_ours_in_a_pdf_is_replaced_not_stacked() -> None:
    """A label in the packet of a PDF is edited there; the first propagator is not left behind."""
    data = cases()["pdf/xmp.pdf"]
    before = the_label(data, "a.pdf")
    once = propagate_bytes(data, SPEC, name="a.pdf")
    assert the_label(once.data, "a.pdf").site == before.site
    assert once.data.startswith(data)
    spec = PropagateSpec(propagator=OTHER, propagate_id="p-2", replace_propagator=True)
    twice = propagate_bytes(once.data, spec, name="a.pdf")
    assert OURS.encode() not in twice.data
    assert the_label(twice.data, "a.pdf").fields["ContentPropagator"] == OTHER
    moved = PropagateSpec(propagator=OURS, slot="official", replace_propagator=True)
    done = propagate_bytes(twice.data, moved, name="a.pdf")
    assert the_label(done.data, "a.pdf").official
    assert OTHER.encode() not in done.data


@pytest.mark.oracle
def test_other_programs_read_what_was_passed_on(tmp_path: Path) -> None:
    """ExifTool shows the new label in the attribute that Adobe's toolkit would write."""
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        b'syntax-ns#"><rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/'
        b'1.0/" TC260:AIGC="' + label().replace('"', "&quot;").encode() + b'"/></rdf:RDF>'
        b"</x:xmpmeta>"
    )
    data = png.build(png.packet(packet))
    done = propagate_bytes(data, SPEC, name="a.png").data
    assert b'TC260:AIGC="{&quot;Label' in done
    target = tmp_path / "a.png"
    target.write_bytes(done)
    Image.open(target).verify()
    command = ["exiftool", "-json", "-XMP-TC260:all", str(target)]
    (row,) = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    shown = row["AIGC"] if "AIGC" in row else row["Aigc"]
    assert (
        json.loads(shown if isinstance(shown, str) else json.dumps(shown))["PropagateID"] == "p-1"
    )
