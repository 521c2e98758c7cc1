"""Signatures on PDF files, made and judged by pyHanko with a certificate of the moment."""

from __future__ import annotations

import datetime as dt
import io
import logging
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

__all__ = ["judge", "sign"]


def sign(data: bytes, *, allowed: int | None = None) -> bytes:
    """Sign a file; `allowed` certifies it and says which changes are (1 none, 2 filling in)."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    meta = signers.PdfSignatureMetadata(
        field_name="Signature",
        certify=allowed is not None,
        docmdp_permissions=fields.MDPPerm(allowed or 2),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    return bytes(signers.sign_pdf(writer, meta, signer=_signer()).getvalue())


def judge(data: bytes) -> tuple[bool, bool]:
    """Say whether the signature is intact, and whether all later changes are harmless."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it logs what it refuses
    found = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    context = ValidationContext(trust_roots=[_signer().signing_cert])
    status = validate_pdf_signature(found, context)
    return bool(status.intact and status.valid), bool(status.bottom_line)


@lru_cache(maxsize=1)
def _signer() -> Any:  # noqa: ANN401 - pyHanko is not typed
    from pyhanko.sign.signers import SimpleSigner

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    store = pkcs12.serialize_key_and_certificates(
        b"test", key, certificate, None, serialization.NoEncryption()
    )
    return SimpleSigner.load_pkcs12_data(store, other_certs=[], passphrase=None)
