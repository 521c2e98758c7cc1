"""Checking C2PA manifests with the package of the C2PA project."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from PIL import Image

from ailabel import traces
from ailabel.errors import MissingExtraError
from ailabel.io.source import BytesView
from ailabel.model.trace import Claim, TraceStrength
from builders import manifests, png, traced

if TYPE_CHECKING:
    from ailabel.model.trace import Trace

DEFINITION: Final = {
    "claim_generator_info": [{"name": "the tests"}],
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [{"action": "c2pa.created", "digitalSourceType": manifests.TRAINED}]
            },
        }
    ],
}
OFFLINE: Final = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"verify_trust": False}}


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
        ]
    )


def _chain() -> tuple[bytes, bytes]:
    """Return a chain of two certificates and the key of the first, as PEM."""
    authority, leaf = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    now = dt.datetime.now(tz=dt.UTC)
    found = []
    for subject, key, is_authority in (("signer", leaf, False), ("authority", authority, True)):
        usage = x509.KeyUsage(
            digital_signature=not is_authority,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
                critical=False,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        if not is_authority:
            purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purposes, critical=False)
        found.append(builder.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret = leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return b"".join(found), secret


@lru_cache(maxsize=1)
def signed() -> bytes:
    """Return a picture with a manifest that holds."""
    chain, key = _chain()
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))
    source, target = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(source, "PNG")
    source.seek(0)
    context = c2pa.Context(c2pa.Settings.from_dict(OFFLINE))
    with c2pa.Builder(DEFINITION, context=context) as builder:
        builder.sign(signer, "image/png", source, target)
    return target.getvalue()


def checked(data: bytes, name: str = "a.png", format_id: str = "png") -> Trace:
    """Return the one trace, checked."""
    (trace,) = traces.find(BytesView(data, name), format_id, validate=True)
    return trace


def test_a_manifest_that_holds_is_strong() -> None:
    """The signature and the hash over the content fit."""
    trace = checked(signed())
    assert (trace.claim, trace.strength) == (Claim.GENERATED, TraceStrength.SIGNED)
    assert (trace.holds, trace.time) == (True, None)
    assert trace.product == "the tests"
    message = str(trace.message)
    assert message.startswith("a C2PA manifest by the tests, signed as Example (signer), says")
    assert message.endswith("; its signature holds and fits the content")


def test_without_checking_nothing_is_said_of_validity() -> None:
    """The same file is told as it stands."""
    (trace,) = traces.find(BytesView(signed(), "a.png"), "png")
    assert (trace.strength, trace.holds) == (TraceStrength.STATED, None)
    assert str(trace.message).endswith("; its signature was not checked")


def test_the_time_is_that_of_the_active_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands where the package says that a time stamp was read, and nowhere else."""
    said: dict[str, object] = {"validation_state": "Valid", "active_manifest": "one"}
    monkeypatch.setattr(c2pa.Reader, "json", lambda _: json.dumps(said))
    for manifests_said, time in (
        ({"one": {"signature_info": {"time": "2026-11-22T10:00:00+00:00"}}}, "2026-11-22T10:00"),
        ({"other": {"signature_info": {"time": "2026-11-22T10:00:00+00:00"}}}, None),
        ({"one": {"signature_info": {"time": 7}}}, None),
        ({"one": {}}, None),
    ):
        said["manifests"] = manifests_said
        trace = checked(signed())
        assert trace.holds
        assert (trace.time and trace.time[:16]) == time


def test_a_changed_file_does_not_hold() -> None:
    """A pixel more, and the reason stands in the codes of the specification."""
    data = signed()
    end = data.rindex(b"IEND") - 4
    changed = data[:end] + png.text("Comment", "later") + data[end:]
    trace = checked(changed)
    assert (trace.strength, trace.holds) == (TraceStrength.STATED, False)
    assert "it does not hold (" in str(trace.message)
    assert "mismatch" in str(trace.message)


def test_a_manifest_made_by_hand_does_not_hold() -> None:
    """What has no signature is told, whatever the package makes of it."""
    store = manifests.store(manifests.manifest("urn:c2pa:one", manifests.created()))
    trace = checked(png.build(png.chunk(b"caBX", store)))
    assert trace.strength is TraceStrength.STATED
    assert "not checked" not in str(trace.message)


def test_what_the_package_does_not_read_is_told() -> None:
    """A format that it does not know, and bytes that it cannot read."""
    from ailabel.traces.c2pa_validity import checked as check

    (trace,) = traces.find(BytesView(signed(), "a.png"), "png")
    for data, name, reason in ((b"", "docx", "be checked"), (b"nothing", "png", "read it")):
        told = check(BytesView(data), name, trace)
        assert f"cannot {reason}" in str(told.message)
        assert told.holds is None


def test_other_kinds_are_left_as_they_are() -> None:
    """Checking concerns manifests alone."""
    data = traced.texts(("parameters", traced.WEBUI))
    assert checked(data) == traces.find(BytesView(data, "a.png"), "png")[0]


def test_without_the_package_checking_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading what a manifest says needs no package; checking says how to install it."""
    data = signed()
    monkeypatch.setitem(sys.modules, "c2pa", None)
    assert traces.find(BytesView(data, "a.png"), "png")
    with pytest.raises(MissingExtraError, match=r"ailabel\[c2pa\]"):
        checked(data)
