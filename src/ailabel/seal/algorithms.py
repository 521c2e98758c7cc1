"""The algorithms of signatures and hashes: their identifiers, and how they verify."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.seal import der, sm2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ailabel.seal.publickey import PublicKey

__all__ = ["ALGORITHMS", "OIDS", "SHA256", "SM3", "canonical", "digest", "pair", "verify"]

ALGORITHMS: Final = ("sm2", "ed25519", "p256")  # what we sign with
OIDS: Final = {  # of signatures
    "1.2.156.10197.1.501": "sm2",  # SM3 with SM2 [GM/T 0006]
    "1.3.101.112": "ed25519",  # [RFC 8410 3]
    "1.2.840.10045.4.3.2": "p256",  # ECDSA with SHA-256 [RFC 5758 3.2]
    "1.2.840.113549.1.1.11": "rsa",  # PKCS #1 v1.5 with SHA-256 [RFC 4055 5]
}
SM3: Final = "1.2.156.10197.1.401"  # [GM/T 0006]
SHA256: Final = "2.16.840.1.101.3.4.2.1"  # [RFC 5754 2.2]

_POINT: Final = 64  # bytes of r and s
_HALF: Final = 32
_RSA_BITS: Final = (1024, 8192)
_P256_ORDER: Final = (
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # [FIPS186-4 D.1.2.3]
)


def pair(signature: bytes) -> tuple[int, int]:
    """Read an elliptic signature: r and s as 64 bytes, or as DER [RFC 3279 2.2.3].

    Raises:
        MalformedFileError: it is neither.
    """
    if len(signature) == _POINT:
        halves = signature[:_HALF], signature[_HALF:]
        return int.from_bytes(halves[0], "big"), int.from_bytes(halves[1], "big")
    outer = der.children(signature)
    parts = der.children(outer[0][1]) if len(outer) == 1 and outer[0][0] == der.SEQUENCE else []
    if [tag for tag, _ in parts] != [der.INTEGER, der.INTEGER]:
        raise MalformedFileError("the signature is in no form that is known")
    r, s = (der.natural(content) for _, content in parts)
    if max(r, s).bit_length() > _HALF * 8:
        raise MalformedFileError("the signature is in no form that is known")
    return r, s


def canonical(algorithm: str, signature: bytes) -> bytes:
    """Bring a signature to the one form that ailabel writes: 64 bytes, for P-256 with the lower s.

    Raises:
        MalformedFileError: it is in no form that is known.
    """
    if algorithm == "ed25519":
        if len(signature) != _POINT:
            raise MalformedFileError("the signature is in no form that is known")
        return signature
    r, s = pair(signature)
    if algorithm == "p256" and s < _P256_ORDER:
        s = min(s, _P256_ORDER - s)
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def digest(oid: str, pieces: Iterable[bytes]) -> str | None:
    """Return the hash of pieces in hex; None where the algorithm is not known."""
    if oid == SHA256:
        import hashlib

        known = hashlib.sha256()
        for piece in pieces:
            known.update(piece)
        return known.hexdigest()
    if oid != SM3:
        return None
    from cryptography.hazmat.primitives import hashes

    made = hashes.Hash(hashes.SM3())
    for piece in pieces:
        made.update(piece)
    return made.finalize().hex()


@lru_cache(maxsize=256)
def verify(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Say whether a signature fits.

    Args:
        key: the key.
        message: what was signed, whole.
        signature: in any form that is known; one that is in none fits nothing.

    Raises:
        MissingExtraError: the package for SM2 is not installed.
    """
    try:
        if key.algorithm == "sm2":
            return sm2.verify(key.point, message, *pair(signature))
        return _verify_with_openssl(key, message, signature)
    except MalformedFileError:
        return False


def _verify_with_openssl(key: PublicKey, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        loaded = load_der_public_key(key.spki)
        if isinstance(loaded, ed25519.Ed25519PublicKey):
            loaded.verify(signature, message)
        elif isinstance(loaded, ec.EllipticCurvePublicKey):
            encoded = utils.encode_dss_signature(*pair(signature))
            loaded.verify(encoded, message, ec.ECDSA(hashes.SHA256()))
        elif isinstance(loaded, rsa.RSAPublicKey) and _is_usable(loaded.key_size):
            loaded.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _is_usable(bits: int) -> bool:
    return _RSA_BITS[0] <= bits <= _RSA_BITS[1]
