"""Signing and verifying files: the content bound in, the same key twice, real producers' forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

import ailabel
from ailabel import LabelSpec, VerifyOptions, label_bytes, read_bytes, verify_bytes
from ailabel.engine.seals import seal_value
from ailabel.errors import LabelError, SealError
from ailabel.io.source import BytesView
from ailabel.model.seal import SealResult
from ailabel.registry import carrier_of, detect, formats
from builders import exif, jpeg, mp3, png, wav
from every import cases
from sealing import ALGORITHMS, CODE, minimax, signer

if TYPE_CHECKING:
    from ailabel.model.report import FileReport
    from ailabel.model.seal import SealReport

IMPLICIT: Final = VerifyOptions(explicit=False)
VALID, INVALID = SealResult.VALID, SealResult.INVALID
SAMPLES: Final = {
    "a.png": png.build(),
    "a.md": "# 标题\n\n正文。\n".encode(),
    "a.wav": wav.file(wav.FORMAT, wav.DATA),
}


def spec(algorithm: str | None = "ed25519", **more: Any) -> LabelSpec:  # noqa: ANN401 - any field
    """Return what is asked for, signed with a published key."""
    maker = None if algorithm is None else signer(algorithm)
    options: dict[str, Any] = {
        "producer": CODE,
        "produce_id": "n-1",
        "explicit": False,
        "signer": maker,
    } | more
    return LabelSpec(**options)


def seal_of(report: FileReport) -> SealReport:
    """Return the only seal of a report."""
    (seal,) = report.seals
    return seal


def checked(data: bytes, name: str) -> tuple[SealResult, ...]:
    """Verify bytes; return the three results of their seal."""
    return tuple(part.result for part in seal_of(verify_bytes(data, IMPLICIT, name=name)).parts)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_signed_file_verifies_and_stays(name: str, algorithm: str) -> None:
    """Its seal is whole, the label compliant; signing it again with the key changes nothing."""
    done = label_bytes(SAMPLES[name], spec(algorithm), name=name)
    assert done.status == "labelled"
    report = verify_bytes(done.data, IMPLICIT, name=name)
    assert seal_of(report).is_whole
    assert report.implicit is ailabel.Verdict.COMPLIANT
    assert {check.rule for check in report.checks if check.rule.startswith("SIG")} == {
        *("SIG-001", "SIG-003", "SIG-004"),
    }
    again = label_bytes(done.data, spec(algorithm, produce_id=None), name=name)
    assert (again.status, again.data) == ("already", done.data)
    unsigned = label_bytes(done.data, spec(None), name=name)
    assert unsigned.status == "already"


def test_an_explicit_label_is_drawn_before_it_is_signed() -> None:
    """What is bound is the content as it is handed out."""
    name = "a.md"
    done = label_bytes(SAMPLES[name], spec(explicit=True), name=name)
    assert done.marks
    assert checked(done.data, name) == (VALID, VALID, VALID)
    assert checked(done.data.replace("本内容".encode(), "此内容".encode()), name)[2] is INVALID


def test_a_label_of_ours_is_signed_afterwards() -> None:
    """Its number and all its values stay, the seal is added; another key signs anew."""
    name = "a.png"
    bare = label_bytes(SAMPLES[name], spec(None), name=name)
    done = label_bytes(bare.data, spec(produce_id=None), name=name)
    assert (done.status, done.produce_id) == ("replaced", "n-1")
    assert checked(done.data, name) == (VALID, VALID, VALID)
    other = label_bytes(done.data, spec("p256", produce_id=None), name=name)
    assert other.status == "replaced"
    seal = seal_of(verify_bytes(other.data, IMPLICIT, name=name))
    assert seal.key is not None
    assert seal.key.algorithm == "p256"


def test_a_seal_that_does_not_hold_is_made_anew() -> None:
    """Content that was edited after signing is signed again when that is asked for."""
    name = "a.md"
    done = label_bytes(SAMPLES[name], spec(), name=name)
    edited = done.data + "又一段。\n".encode()
    assert checked(edited, name) == (VALID, VALID, INVALID)
    kept = label_bytes(edited, spec(None), name=name)
    assert kept.status == "already"
    anew = label_bytes(edited, spec(), name=name)
    assert anew.status == "replaced"
    assert checked(anew.data, name) == (VALID, VALID, VALID)


def test_a_label_that_was_passed_on_keeps_its_propagator() -> None:
    """Signing adds the producer's part and leaves the propagator's."""
    name = "a.png"
    values = {
        "Label": "1",
        "ContentProducer": CODE,
        "ProduceID": "n-1",
        "ReservedCode1": "",
        "ContentPropagator": "platform",
        "PropagateID": "p-1",
        "ReservedCode2": "x",
    }
    passed = carrier_of("png").write(BytesView(SAMPLES[name]), json.dumps(values))
    data = _applied(SAMPLES[name], passed)
    done = label_bytes(data, spec(produce_id=None), name=name)
    fields = read_bytes(done.data, name=name).labels[0].fields
    assert fields["ContentPropagator"] == "platform"
    assert fields["ReservedCode2"] == "x"
    assert checked(done.data, name) == (VALID, VALID, VALID)


def _applied(data: bytes, edits: Any) -> bytes:  # noqa: ANN401 - of a carrier
    from ailabel.io.splice import SplicedView

    view = SplicedView(BytesView(data), edits)
    return view.read(0, view.size)


def test_a_label_moved_to_other_content_is_told_of() -> None:
    """The signatures hold, the content does not: a warning, since coding anew looks the same."""
    done = label_bytes(SAMPLES["a.md"], spec(), name="a.md")
    payload = read_bytes(done.data, name="a.md").labels[0].payload
    moved = _applied(
        SAMPLES["a.png"], carrier_of("png").write(BytesView(SAMPLES["a.png"]), payload)
    )
    report = verify_bytes(moved, IMPLICIT, name="a.png")
    assert checked(moved, "a.png") == (VALID, VALID, INVALID)
    assert report.implicit is ailabel.Verdict.COMPLIANT
    failed = [item.rule for item in report.checks if item.outcome is ailabel.Outcome.FAIL]
    assert failed == ["SIG-003"]


@pytest.mark.parametrize("old", ['"Label":"1"', '"ProduceID":"n-1"', CODE])
def test_a_changed_label_is_noncompliant(old: str) -> None:
    """Whoever signs with ailabel knows that nothing legal changes these values."""
    name = "a.wav"
    done = label_bytes(SAMPLES[name], spec(), name=name)
    changed = done.data.replace(old.encode(), old.replace("1", "2", 1).encode(), 1)
    report = verify_bytes(changed, IMPLICIT, name=name)
    assert report.implicit is ailabel.Verdict.NONCOMPLIANT
    assert "SIG-001" in {item.rule for item in report.checks}


def test_signatures_can_be_left_aside() -> None:
    """Reading never checks them, verifying only where it is to."""
    name = "a.png"
    data = label_bytes(SAMPLES[name], spec(), name=name).data
    assert read_bytes(data, name=name).seals == ()
    for options in (
        VerifyOptions(explicit=False, seals=False),
        VerifyOptions(implicit=False),
    ):
        assert verify_bytes(data, options, name=name).seals == ()


def test_a_file_without_a_seal_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unsigned files do not pay for signatures."""
    monkeypatch.setitem(__import__("sys").modules, "ailabel.engine.seals", None)
    data = label_bytes(SAMPLES["a.png"], spec(None), name="a.png").data
    assert verify_bytes(data, IMPLICIT, name="a.png").seals == ()


def test_the_propagators_seal_is_checked_beside_the_producers() -> None:
    """Two fields, two reports."""
    name = "a.png"
    data = label_bytes(SAMPLES[name], spec(), name=name).data
    fields = dict(read_bytes(data, name=name).labels[0].fields)
    fields |= {"ContentPropagator": "platform", "PropagateID": "p-1"}
    view = BytesView(data)
    carrier = carrier_of(detect(view).format.id)
    fields["ReservedCode2"] = seal_value(fields, view, carrier, signer("p256"), "ReservedCode2")
    done = _applied(data, carrier.write(view, json.dumps(fields)))
    report = verify_bytes(done, IMPLICIT, name=name)
    assert [(seal.field, seal.is_whole) for seal in report.seals] == [
        ("ReservedCode1", True),
        ("ReservedCode2", True),
    ]


def test_only_the_implicit_label_is_signed() -> None:
    """Asking for a signature without it is refused; formats without a place say so."""
    with pytest.raises(LabelError, match="only the implicit label"):
        spec(implicit=False, explicit=True)
    done = label_bytes("正文。\n".encode(), spec(explicit=True), name="a.txt")
    assert any("nothing that could be signed" in str(note) for note in done.notes)


def test_a_signer_that_fails_leaves_the_file() -> None:
    """No label is written without the signature that was asked for."""

    class Locked:
        algorithm = "ed25519"
        public_key = signer("ed25519").public_key

        def sign(self, message: bytes) -> bytes:
            del message
            raise SealError("the signing command cannot be read: {reason}", reason="locked")

    with pytest.raises(SealError, match="locked"):
        label_bytes(SAMPLES["a.png"], spec(signer=Locked()), name="a.png")


# -- as MiniMax has it -----------------------------------------------------------------------------


def test_jpeg_is_hashed_without_the_segment_of_the_label() -> None:
    """All other bytes count, as in eight real files; one other byte is another file."""
    name = "a.jpg"
    coded = jpeg.picture()
    bare = jpeg.file(jpeg.app0(), coded=coded)
    comment = b"ASCII\0\0\0" + f'{{"AIGC":{minimax(bare)}}}'.encode()
    holder = jpeg.segment(0xE1, b"Exif\0\0" + exif.tiff(comment=comment))
    data = jpeg.file(jpeg.app0(), holder, coded=coded)
    assert checked(data, name) == (VALID, VALID, VALID)
    assert checked(data + b"\0", name)[2] is INVALID


def test_mp3_is_hashed_without_the_frame_of_the_label() -> None:
    """Other frames and the padding count; the size of the tag follows."""
    name = "a.mp3"
    first = mp3.text_frame("TSSE", "Lavf")
    bare = mp3.tagged(first, padding=10)
    data = mp3.tagged(first, mp3.user_text("AIGC", minimax(bare)), padding=10)
    assert checked(data, name) == (VALID, VALID, VALID)
    assert checked(data + b"\0", name)[2] is INVALID


def test_other_formats_leave_such_a_hash_open() -> None:
    """Nobody has found out what it covers there."""
    edits = carrier_of("png").write(BytesView(SAMPLES["a.png"]), minimax(b""))
    data = _applied(SAMPLES["a.png"], edits)
    assert checked(data, "a.png") == (VALID, VALID, SealResult.INCONCLUSIVE)


@pytest.mark.parametrize("format_id", [item.id for item in formats() if item.has_slot])
def test_every_format_is_signed_verified_and_left_alone(format_id: str) -> None:
    """Whatever the carrier, the seal holds, and the same key finds nothing to do."""
    samples = [item for item in cases().items() if item[0].startswith(f"{format_id}/")]
    assert samples
    for path, data in samples[:4]:
        name = path.partition("/")[2]
        asked = spec(replace=True, produce_id=None, break_c2pa=True)
        done = label_bytes(data, asked, name=name)
        assert seal_of(verify_bytes(done.data, IMPLICIT, name=name)).is_whole, path
        assert label_bytes(done.data, asked, name=name).status == "already", path


STEPFUN: Final = """---
AIGC:
  Label: '1'
  ContentProducer: '001191310104MACE0YX63918020'
  ProduceID: '142569260085903360'
  ReservedCode1: '{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":\
"1.2.156.10197.1.501","TBSData":{"Type":"LabelMataData"},"Signature":"3046022100AE6B84B3342128AE301A597596FCD\
9EECF3EA0FC2DB6C250BAF234E167298E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE9\
26C14"},{"Type":"PubKey","AlgID":"1.2.156.10197.1.501","KeyValue":"3059301306072A8648CE3D020106082A8\
11CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF216E802630041AFAE5C036F0A67CB1FDF8C57F5F8\
B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"}]}}'
  ContentPropagator: '001191310104MACE0YX63918020'
  PropagateID: '142569260085903360'
  ReservedCode2: ''
---

正文。
"""


def test_the_front_matter_of_a_public_file_verifies() -> None:
    """A label as StepFun writes it, read from its file, and with one digit changed."""
    report = verify_bytes(STEPFUN.encode(), IMPLICIT, name="a.md")
    assert seal_of(report).label.result is VALID
    assert report.implicit is ailabel.Verdict.COMPLIANT
    forged = STEPFUN.replace("142569260085903360", "142569260085903361")
    report = verify_bytes(forged.encode(), IMPLICIT, name="a.md")
    assert seal_of(report).is_broken
    assert report.implicit is ailabel.Verdict.COMPLIANT
    assert [item.rule for item in report.checks if item.outcome is ailabel.Outcome.FAIL] == [
        "SIG-002"
    ]


def test_a_file_with_many_signed_labels_is_not_checked_for_hours() -> None:
    """Some are checked, the content is read once, and the rest is said to be open."""
    payload = read_bytes(label_bytes(SAMPLES["a.wav"], spec(), name="a.wav").data).labels[0].payload
    many = (wav.chunk(b"AIGC", payload.encode()) for _ in range(20))
    report = verify_bytes(wav.file(wav.FORMAT, wav.DATA, *many), IMPLICIT, name="a.wav")
    assert [seal.is_whole for seal in report.seals] == [True] * 8 + [False] * 12
    assert "more signed labels than are checked" in str(report.seals[-1].label.reason)
