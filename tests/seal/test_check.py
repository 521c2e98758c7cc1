"""What checking the reserved fields says: of real producers, of ours, of anything."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.model.seal import SealContent, SealReport, SealResult, Standing
from ailabel.seal import security_data as guide
from ailabel.seal.algorithms import SM3, canonical, digest
from ailabel.seal.check import check, check_all, looks_sealed
from ailabel.seal.directory import Directory, Key
from ailabel.seal.publickey import read_key
from ailabel.seal.sign import sealed
from sealing import ALGORITHMS, DIGEST, FIELDS, Content, signer

if TYPE_CHECKING:
    from ailabel.seal.keyfile import KeySigner

VALID, INVALID = SealResult.VALID, SealResult.INVALID
ABSENT, UNSURE = SealResult.ABSENT, SealResult.INCONCLUSIVE
TIME: Final = "2026-11-22T21:00:00Z"
SM2_OID: Final = "1.2.156.10197.1.501"
STEPFUN: Final = {  # two public files of StepFun: the number, the signature
    "142569260085903360": "3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E167298"
    "E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14",
    "147392816552226816": "3045022100E816A5872275AE5414E7E0FD3D9B2C30F7B7FD68609D6486A38DF7CFAA141"
    "7B902201A510FBBE50819BAFF1FCC7B8527FF23CD40447D41A6776E6BCF1F773AE0DBBC",
}
STEPFUN_KEY: Final = (
    "3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF21"
    "6E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"
)
STEPFUN_SECOND: Final = (  # of the first file's ReservedCode2, whose message nobody has described
    "3046022100CFB0BFFC83C97AA5B09493295A7A054C082BBBB0E007AC139ACAA3BCD23D62DF022100FFDF70599E0E5D"
    "7DC6727825C5717DE0A9726D9F3119611E5E303FADA8792A5C"
)


def results(report: SealReport) -> tuple[SealResult, ...]:
    """Return the three results."""
    return tuple(part.result for part in report.parts)


def security(*entries: object, **others: object) -> str:
    """Return a reserved field with SecurityData."""
    inner = {"Type": "TC260PG", "Version": 1, "PubSD": entries, **others}
    return json.dumps({"SecurityData": inner}, separators=(",", ":"))


def entry(signature: str, kind: str = "LabelMataData", oid: str = SM2_OID) -> dict[str, object]:
    """Return a signature as real producers write it."""
    return {"Type": "DS", "AlgID": oid, "TBSData": {"Type": kind}, "Signature": signature}


def public(value: str, oid: str = SM2_OID) -> dict[str, object]:
    """Return a key as real producers write it."""
    return {"Type": "PubKey", "AlgID": oid, "KeyValue": value}


def stepfun(number: str, **changed: str) -> dict[str, str | None]:
    """Return the label of a public file of StepFun."""
    value = security(entry(STEPFUN[number]), public(STEPFUN_KEY))
    label = {"Label": "1", "ContentProducer": "001191310104MACE0YX63918020", "ProduceID": number}
    return {**label, "ReservedCode1": value, **changed}


@pytest.mark.parametrize("number", list(STEPFUN))
def test_the_labels_of_stepfun_verify(number: str) -> None:
    """Two real labels hold: SPKI, DER, the message hashed beforehand."""
    report = check(stepfun(number), None)
    assert results(report) == (VALID, ABSENT, ABSENT)
    assert report.content is SealContent.SECURITY_DATA
    assert report.key is not None
    assert (report.key.algorithm, report.key.standing) == ("sm2", Standing.NO_DIRECTORY)


@pytest.mark.parametrize(
    "changed",
    [
        {"ProduceID": "142569260085903361"},
        {"Label": "2"},
        {"ContentProducer": "001191310104MACE0YX63918021"},
    ],
    ids=["number", "label", "producer"],
)
def test_a_changed_label_of_stepfun_does_not(changed: dict[str, str]) -> None:
    """One digit is enough."""
    report = check(stepfun("142569260085903360", **changed), None)
    assert report.label.result is INVALID
    assert report.is_broken


def test_the_propagators_signature_of_stepfun_is_open() -> None:
    """What it covers is not known, so it is not called wrong."""
    value = security(entry(STEPFUN_SECOND), public(STEPFUN_KEY))
    fields = stepfun("142569260085903360", ReservedCode2=value)
    report = check(fields, None, field="ReservedCode2")
    assert results(report) == (UNSURE, ABSENT, ABSENT)
    assert not report.is_broken


def minimax(bare: bytes, **changed: str) -> dict[str, str | None]:
    """Return a label in MiniMax's form, made with a key whose y is even."""
    maker = signer("sm2", "6d1f3d1b86c9b9e2a8f0cbf3d3b9c0a8c5f2e1d4b7a6958473625140f1e2d3c4")
    point = read_key(maker.public_key).point
    assert point[-1] % 2 == 0
    fields: dict[str, str | None] = {"Label": "1", "ContentProducer": "MiniMax", "ProduceID": "a1"}
    tbs = {"Type": ""}
    bound = {"Type": "Hash", "AlgID": SM3, "TBSData": tbs, "Signature": digest(SM3, [bare])}
    text = json.dumps(bound, separators=(",", ":"))
    second = entry(maker.sign(text.encode()).hex(), "Binding")
    second["TBSData"] = {"Type": "Binding", "BType": "0"}
    first = entry(maker.sign(guide.fragment("ReservedCode1", fields).encode()).hex())
    value = security(first, second, public("00" + point[:32].hex()), Bindings=[bound])
    return {**fields, "ReservedCode1": value, **changed}


def test_the_form_of_minimax_verifies_in_its_three_parts() -> None:
    """A bare x, 64 bytes, the plain message, the compact entry, the file without its label."""
    report = check(minimax(b"the file"), Content(DIGEST, b"another way", b"the file"))
    assert results(report) == (VALID, VALID, VALID)
    assert report.is_whole


def test_the_parts_of_minimax_fail_by_themselves() -> None:
    """A re-encoded file fails the hash alone, a changed label the label alone."""
    coded = check(minimax(b"the file"), Content(DIGEST, b"coded anew"))
    assert results(coded) == (VALID, VALID, INVALID)
    assert not coded.is_broken
    renamed = check(minimax(b"the file", ProduceID="a2"), Content(DIGEST, b"the file"))
    assert results(renamed) == (INVALID, VALID, VALID)
    elsewhere = check(minimax(b"the file"), Content(DIGEST))
    assert results(elsewhere) == (VALID, VALID, UNSURE)
    assert results(check(minimax(b"the file"), None)) == (VALID, VALID, UNSURE)


def test_a_binding_that_is_not_compact_is_open() -> None:
    """The signature covers bytes that cannot be made again from the values."""
    fields = minimax(b"the file")
    spaced = (fields["ReservedCode1"] or "").replace('"Hash",', '"Hash", ')
    report = check({**fields, "ReservedCode1": spaced}, Content(DIGEST, b"the file"))
    assert results(report) == (VALID, UNSURE, UNSURE)
    moved = check({**fields, "ReservedCode1": spaced}, Content(DIGEST, b"another file"))
    assert results(moved) == (VALID, UNSURE, INVALID)


def test_rsa_of_honor_is_verified_where_it_fits_and_open_otherwise() -> None:
    """PubSd, nested objects' text, SHA-256 with RSA: a known message holds, another is open."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    secret = rsa.generate_private_key(65537, 2048)
    spki = secret.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    oid = "1.2.840.113549.1.1.11"
    said = guide.fragment("ReservedCode1", FIELDS).encode()
    made = secret.sign(said, padding.PKCS1v15(), hashes.SHA256()).hex()
    value = security(entry(made, "Md", oid), public(spki.hex(), oid)).replace("PubSD", "PubSd")
    report = check({**FIELDS, "ReservedCode1": value}, None)
    assert report.label.result is VALID
    assert report.key is not None
    assert report.key.algorithm == "rsa"
    other = check({**FIELDS, "ReservedCode1": value, "ProduceID": "2"}, None)
    assert other.label.result is UNSURE
    nested = json.dumps(json.loads(value)["SecurityData"])
    assert check({**FIELDS, "ReservedCode1": nested}, None).label.result is VALID
    content = value.replace('"Md"', '"Content"')  # as Honor has it: nobody says what is signed
    assert results(check({**FIELDS, "ReservedCode1": content}, None)) == (ABSENT, ABSENT, ABSENT)


@pytest.mark.parametrize(
    "value",
    [
        "e862483430d978cbf828b8b24296ef9328d843a0",  # the example of annex F.4
        "ac8fa693-b43a-40d6-9eaa-88107faf9991",
        "iflow",
        "-5313487543",
        "L-4f2a",
        "ptKI4uTVAAAA" * 15,
        "3045022100" + "ab" * 66,  # a signature without a key
        '{"SecurityData":null}',
        '{"SecurityData":{"Type":"other"}}',
        '{"Type":"other","PubSD":"TC260PG"}',
        '{"TC260PG":{}}',
        '{"TC260PG":' * 2000,
        '"TC260PG"',
    ],
)
def test_what_other_providers_put_there_is_never_wrong(value: str) -> None:
    """Unknown content is reported as such."""
    report = check({**FIELDS, "ReservedCode1": value}, Content())
    assert report.content is SealContent.OPAQUE
    assert results(report) == (ABSENT, ABSENT, ABSENT)


def test_nothing_is_nothing() -> None:
    """Empty and missing fields are empty, and cost no look."""
    assert not looks_sealed(FIELDS)
    reports = check_all({"ReservedCode1": None, "ReservedCode2": " "}, Content())
    assert {report.content for report in reports} == {SealContent.EMPTY}


def test_other_algorithms_are_open() -> None:
    """A signature or hash that is not verified here is not called wrong."""
    entries = (entry("00", "Md", "1.2.3.4"), public("00", "1.2.3.4"))
    bindings = [{"Type": "Hash", "AlgID": "1.2.3", "Value": "00"}]
    value = security(*entries, Bindings=bindings)
    report = check({**FIELDS, "ReservedCode1": value}, Content(DIGEST, b""))
    assert results(report) == (UNSURE, ABSENT, UNSURE)
    keyless = check({**FIELDS, "ReservedCode1": security(entry("00"))}, None)
    assert keyless.label.result is UNSURE
    broken = check({**FIELDS, "ReservedCode1": security(entry("00"), public("05"))}, None)
    assert broken.label.result is UNSURE


# -- ours ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["ReservedCode1", "ReservedCode2"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_we_seal_holds(algorithm: str, field: str) -> None:
    """All three results are valid, with the time and the key that were signed."""
    maker = signer(algorithm)
    value = sealed(FIELDS, DIGEST, maker, field=field, time=TIME)
    assert value == sealed(FIELDS, DIGEST, maker, field=field, time=TIME)
    assert " " not in value
    assert "\\" not in value
    report = check({**FIELDS, field: value}, Content(), field=field)
    assert report.content is SealContent.SEAL
    assert report.is_whole
    assert (report.time, report.digest) == (TIME, DIGEST)
    assert report.key is not None
    assert (report.key.id, report.key.algorithm) == (read_key(maker.public_key).id, algorithm)


def test_a_seal_is_tied_to_its_content() -> None:
    """On other content the signatures hold and the content does not."""
    value = sealed(FIELDS, DIGEST, signer("ed25519"))
    report = check({**FIELDS, "ReservedCode1": value}, Content("cd" * 32))
    assert results(report) == (VALID, VALID, INVALID)
    assert not report.is_broken


def test_halves_of_two_seals_do_not_join() -> None:
    """A label's signature and another content's binding are no seal, though one key made both."""
    maker = signer("ed25519")
    other = {**FIELDS, "ProduceID": "20260101-2"}
    one, two = sealed(FIELDS, DIGEST, maker, time=TIME), sealed(other, "cd" * 32, maker, time=TIME)
    held, taken = guide.parse(one), guide.parse(two)
    assert held is not None
    assert taken is not None
    assert held.label
    assert taken.bound
    assert taken.binding
    joined = guide.encode(
        "1.3.101.112",
        maker.public_key,
        (held.label.signature, taken.bound.signature),
        taken.binding.text,
    )
    report = check({**FIELDS, "ReservedCode1": joined}, Content("cd" * 32))
    assert results(report) == (VALID, INVALID, UNSURE)
    assert report.is_broken


def test_the_producers_seal_is_no_propagators() -> None:
    """The role is signed, so that a seal cannot be moved to the other field."""
    value = sealed(FIELDS, DIGEST, signer("ed25519"))
    report = check({**FIELDS, "ReservedCode2": value}, Content(), field="ReservedCode2")
    assert results(report)[:2] == (INVALID, INVALID)


def test_the_propagators_seal_covers_its_own_values() -> None:
    """A producer's seal outlives another propagator; a propagator's does not."""
    maker = signer("ed25519")
    fields = {**FIELDS, "ReservedCode1": sealed(FIELDS, DIGEST, maker)}
    fields["ReservedCode2"] = sealed(fields, DIGEST, maker, field="ReservedCode2")
    assert [report.is_whole for report in check_all(fields, Content())] == [True, True]
    passed = {**fields, "ContentPropagator": "other"}
    assert [report.is_broken for report in check_all(passed, Content())] == [False, True]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("1.3.101.112", "1.2.3"),
        lambda text: text.replace('"Version":1', '"Version":2'),
        lambda text: text.replace('"KeyID":0}]', '"KeyID":0},{}]'),
        lambda text: text.replace("TC260PG", "TC260PG", 1) + " ",
        json.dumps,
        lambda text: text.upper().replace("SECURITYDATA", "SecurityData"),
        lambda text: text.replace("ab" * 32, "AB" * 32),
        lambda text: text.replace('"Type":"Bnd"', '"Type":"Binding"'),
    ],
)
def test_a_seal_has_one_spelling(change: object) -> None:
    """What says the same in other characters is not what we write, so it does not pass as ours."""
    assert callable(change)
    value = sealed(FIELDS, DIGEST, signer("ed25519"), time=TIME)
    changed = change(value)
    assert changed != value
    assert not check({**FIELDS, "ReservedCode1": changed}, Content()).is_whole


def test_names_beyond_ascii_are_sealed_too() -> None:
    """Chinese names, quotation marks and half characters are signed as they are written."""
    for name in ("示例科技", 'a"b', "\ud800", "a\nb"):
        fields = {**FIELDS, "ContentProducer": name}
        fields["ReservedCode1"] = sealed(fields, DIGEST, signer("ed25519"))
        assert check(fields, Content()).is_whole


def test_content_that_cannot_be_read_is_open() -> None:
    """A damaged file leaves the content inconclusive, with the reason."""
    from ailabel.errors import MalformedFileError

    class Damaged(Content):
        def essence(self) -> str:
            raise MalformedFileError("the file ends inside {structure}", structure="x")

    value = sealed(FIELDS, DIGEST, signer("ed25519"))
    report = check({**FIELDS, "ReservedCode1": value}, Damaged())
    assert report.hash.result is UNSURE
    assert "ends inside x" in str(report.hash.reason)


def test_without_the_package_sm2_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra makes the signatures inconclusive, and says what to install."""
    fields = {**FIELDS, "ProduceID": "never verified before"}
    fields["ReservedCode1"] = sealed(fields, DIGEST, signer("sm2"))
    monkeypatch.setitem(sys.modules, "gmalg", None)
    report = check(fields, Content())
    assert results(report) == (UNSURE, UNSURE, UNSURE)
    assert "ailabel[sm2]" in str(report.label.reason)
    assert report.key is not None


def test_a_signature_of_the_other_half_is_no_second_form() -> None:
    """A P-256 signature with the higher s verifies, and is still not the one that we write."""
    maker = signer("p256")
    value = sealed(FIELDS, DIGEST, maker, time=TIME)
    held = guide.parse(value)
    assert held is not None
    assert held.label
    r, s = held.label.signature[:32], int.from_bytes(held.label.signature[32:], "big")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    higher = r + (order - s).to_bytes(32, "big")
    assert canonical("p256", higher) == held.label.signature
    changed = value.replace(held.label.signature.hex(), higher.hex())
    assert not check({**FIELDS, "ReservedCode1": changed}, Content()).is_whole


JSON_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("TC260PG"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "SecurityData",
                    "Type",
                    "PubSD",
                    "Bindings",
                    "TBSData",
                    "AlgID",
                    "Signature",
                    "KeyValue",
                    "KeyID",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON_VALUES, st.sampled_from(["ReservedCode1", "ReservedCode2"]))
def test_any_value_yields_a_report(value: object, field: str) -> None:
    """Nothing that stands in a reserved field makes checking fail."""
    inner = {"Type": "TC260PG", "PubSD": value, "Bindings": value}
    for text in (json.dumps(value), json.dumps({"SecurityData": inner})):
        report = check({**FIELDS, field: text}, Content(DIGEST, b"x"), field=field)
        assert not report.is_whole


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mutated_real_values_yield_a_report(data: st.DataObject) -> None:
    """Any character of a real value may be another."""
    text = str(stepfun("142569260085903360")["ReservedCode1"])
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters())
    changed = text[:place] + letter + text[place + 1 :]
    report = check({**stepfun("142569260085903360"), "ReservedCode1": changed}, Content())
    assert replace(report, location="x").location == "x"


# -- attacks on what a key vouches for -------------------------------------------------------------


def trusted(maker: KeySigner, fields: dict[str, str | None]) -> SealReport:
    """Check a label against a directory that knows one key of its provider."""
    public = read_key(maker.public_key)
    entry = Key(
        code=str(fields["ContentProducer"]),
        id=public.id,
        algorithm=public.algorithm,
        public_key=public.spki.hex(),
        not_before="2026-01-01T00:00:00Z",
    )
    return check(fields, Content(), trust=Directory([entry], now=TIME))


def standing_of(report: SealReport) -> Standing | None:
    """Return what the directory says of the key."""
    return None if report.key is None else report.key.standing


def test_a_genuine_binding_does_not_lend_its_key_to_a_forged_label() -> None:
    """A label signed with a key of one's own, beside a statement that the provider signed."""
    genuine, forger = signer("ed25519"), signer("p256")
    real = {**FIELDS, "ReservedCode1": sealed(FIELDS, DIGEST, genuine, time=TIME)}
    forged = {**FIELDS, "ProduceID": "forged"}
    bound = {"Type": "Hash", "AlgID": SM3, "TBSData": {"Type": ""}, "Signature": "00"}
    text = json.dumps(bound, separators=(",", ":")).encode()
    oids = {"ed25519": "1.3.101.112", "p256": "1.2.840.10045.4.3.2"}
    said = guide.fragment("ReservedCode1", forged).encode()
    value = security(
        entry(forger.sign(said).hex(), "Md", oids["p256"]),
        {**entry(genuine.sign(text).hex(), "Binding", oids["ed25519"]), "KeyID": 1},
        public(forger.public_key.hex(), oids["p256"]),
        {**public(genuine.public_key.hex(), oids["ed25519"]), "KeyID": 1},
        Bindings=[bound],
    )
    report = trusted(genuine, {**forged, "ReservedCode1": value})
    assert results(report)[:2] == (VALID, UNSURE)
    assert standing_of(report) is Standing.FOREIGN
    assert standing_of(trusted(genuine, real)) is Standing.TRUSTED


def test_a_hash_that_another_key_signed_shows_nothing() -> None:
    """A genuine label's signature, and a binding to other content that the forger signed."""
    genuine, forger = signer("ed25519"), signer("p256")
    other = digest(SM3, [b"other content"])
    bound = {"Type": "Hash", "AlgID": SM3, "TBSData": {"Type": ""}, "Signature": other}
    text = json.dumps(bound, separators=(",", ":")).encode()
    oids = {"ed25519": "1.3.101.112", "p256": "1.2.840.10045.4.3.2"}
    said = guide.fragment("ReservedCode1", FIELDS).encode()
    value = security(
        entry(genuine.sign(said).hex(), "Md", oids["ed25519"]),
        {**entry(forger.sign(text).hex(), "Binding", oids["p256"]), "KeyID": 1},
        public(genuine.public_key.hex(), oids["ed25519"]),
        {**public(forger.public_key.hex(), oids["p256"]), "KeyID": 1},
        Bindings=[bound],
    )
    report = check({**FIELDS, "ReservedCode1": value}, Content(DIGEST, b"other content"))
    assert results(report) == (VALID, UNSURE, UNSURE)


@pytest.mark.parametrize(("number", "expected"), [("20260101-1", VALID), ("passed-on", UNSURE)])
def test_a_producers_signature_does_not_pass_content_on(number: str, expected: SealResult) -> None:
    """Cut down to annex A.1's message, it counts for the propagator only where it is repeated."""
    maker = signer("ed25519")
    first, _, key = json.loads(sealed(FIELDS, DIGEST, maker))["SecurityData"]["PubSD"]
    fields = {**FIELDS, "PropagateID": number, "ReservedCode2": security(first, key)}
    report = check(fields, Content(), field="ReservedCode2")
    assert report.label.result is expected


def test_a_key_that_is_only_named_vouches_for_nothing() -> None:
    """Without a signature over the label, or with one that fails, nobody signed it."""
    maker = signer("ed25519")
    fields = {**FIELDS, "ReservedCode1": sealed(FIELDS, DIGEST, maker, time=TIME)}
    renamed = trusted(maker, {**fields, "ProduceID": "other"})
    assert standing_of(renamed) is Standing.UNPROVEN
    half = str(fields["ReservedCode1"]).replace('"Type":"Md"', '"Type":"xx"')
    assert standing_of(trusted(maker, {**fields, "ReservedCode1": half})) is Standing.UNPROVEN


def test_a_seal_cut_down_to_its_label_is_bound_to_nothing() -> None:
    """The guide's message alone could be moved anywhere, so content stays open, hash or not."""
    maker = signer("ed25519")
    value = sealed(FIELDS, DIGEST, maker, time=TIME)
    whole = json.loads(value)["SecurityData"]
    first, _, key = whole["PubSD"]
    bare = {**FIELDS, "ReservedCode1": security(first, key)}
    assert results(trusted(maker, bare)) == (VALID, ABSENT, ABSENT)
    (made,) = whole["Bindings"]
    for binding in (made, {**made, "TBSData": {"Type": "other"}}):
        fields = {**FIELDS, "ReservedCode1": security(first, key, Bindings=[binding])}
        report = trusted(maker, fields)
        assert not report.is_whole
        assert report.hash.result is not VALID or report.binding.result is INVALID
