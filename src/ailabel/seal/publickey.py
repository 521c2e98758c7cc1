"""Public keys, in the forms that real producers write, brought to one.

The one form is the SubjectPublicKeyInfo [RFC 5280 4.1.2.7]; spec/signatures.md lists the others and
who writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, SealError
from ailabel.seal import der, sm2
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "PublicKey",
    "armoured",
    "of_ed25519",
    "of_point",
    "read_key",
    "read_keys",
    "read_pem",
    "unarmoured",
]

_EC: Final = der.object_id("1.2.840.10045.2.1")  # [RFC 5480 2.1.1]
_CURVES: Final = {
    "sm2": der.object_id("1.2.156.10197.1.301"),  # [GM/T 0006]
    "p256": der.object_id("1.2.840.10045.3.1.7"),  # [RFC 5480 2.1.1.1]
}
_ED25519: Final = der.tlv(der.SEQUENCE, der.object_id("1.3.101.112"))  # [RFC 8410 3]
_RSA: Final = der.object_id("1.2.840.113549.1.1.1")  # [RFC 3279 2.3.1]
_POINT: Final = 64  # bytes of two coordinates
_COORDINATE: Final = 32
_BARE: Final = {_COORDINATE, _COORDINATE + 1, _POINT, _POINT + 1}  # bytes of keys without a frame
_LONGEST_KEY: Final = 2048  # bytes; an RSA key of 8,192 bits has 1,062


@frozen
class PublicKey:
    """A public key, in its one form.

    Args:
        algorithm: ``sm2``, ``ed25519``, ``p256`` or ``rsa``.
        spki: its SubjectPublicKeyInfo, DER.
    """

    algorithm: str
    spki: bytes

    @property
    def id(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, in hex."""
        import hashlib

        return hashlib.sha256(self.spki).hexdigest()

    @property
    def point(self) -> bytes:
        """The two coordinates of an elliptic key, or the 32 bytes of an Ed25519 key."""
        return self.spki[-_COORDINATE if self.algorithm == "ed25519" else -_POINT :]


def of_point(algorithm: str, point: bytes) -> PublicKey:
    """Return the key with these two coordinates."""
    kind = der.tlv(der.SEQUENCE, _EC + _CURVES[algorithm])
    bits = der.tlv(der.BIT_STRING, b"\0\x04" + point)
    return PublicKey(algorithm, der.tlv(der.SEQUENCE, kind + bits))


def of_ed25519(raw: bytes) -> PublicKey:
    """Return the key with these 32 bytes."""
    bits = der.tlv(der.BIT_STRING, b"\0" + raw)
    return PublicKey("ed25519", der.tlv(der.SEQUENCE, _ED25519 + bits))


def read_key(spki: bytes) -> PublicKey:
    """Read a SubjectPublicKeyInfo.

    Raises:
        MalformedFileError: it is none, or of an algorithm that is not known.
    """
    if len(spki) > _LONGEST_KEY:
        raise MalformedFileError("the public key is longer than any that is known")
    outer = der.children(spki)
    parts = der.children(outer[0][1]) if len(outer) == 1 and outer[0][0] == der.SEQUENCE else []
    if [tag for tag, _ in parts] != [der.SEQUENCE, der.BIT_STRING]:
        raise _unknown()
    kind, bits = parts[0][1], parts[1][1]
    for algorithm, curve in _CURVES.items():
        if kind == _EC + curve and len(bits) == _POINT + 2 and bits.startswith(b"\0\x04"):
            _check_point(algorithm, bits[2:])
            return of_point(algorithm, bits[2:])
    if der.tlv(der.SEQUENCE, kind) == _ED25519 and len(bits) == _COORDINATE + 1 and not bits[0]:
        return of_ed25519(bits[1:])
    if kind.startswith(_RSA):
        return PublicKey("rsa", spki)
    raise _unknown()


def read_keys(algorithm: str, value: bytes) -> tuple[PublicKey, ...]:
    """Read a key in any form that was met; two where only x is given, the even y first.

    Args:
        algorithm: what it is said to be a key of.
        value: a SubjectPublicKeyInfo, a point (with or without its prefix, compressed or not), a
            bare x coordinate (with or without a zero before it), or the bytes of an Ed25519 key.

    Raises:
        MalformedFileError: it is in none of these forms, or no key of this algorithm.
    """
    if value[:1] == b"\x30" and len(value) not in _BARE:
        key = read_key(value)
        if key.algorithm != algorithm:
            raise _unknown()
        return (key,)
    if algorithm == "ed25519" and len(value) == _COORDINATE:
        return (of_ed25519(value),)
    if algorithm == "sm2":
        return tuple(of_point(algorithm, point) for point in _points(value))
    raise _unknown()


def _points(value: bytes) -> Iterable[bytes]:
    """Return the points of SM2's curve that a value may stand for."""
    if len(value) == _POINT + 1 and value[0] == 4:  # noqa: PLR2004 - [SEC1 2.3.3]: uncompressed
        value = value[1:]
    if len(value) == _POINT:
        _check_point("sm2", value)
        return (value,)
    if len(value) == _COORDINATE + 1 and value[0] in {0, 2, 3}:
        even, odd = sm2.lift(value[1:])
        return {0: (even, odd), 2: (even,), 3: (odd,)}[value[0]]
    if len(value) == _COORDINATE:
        return sm2.lift(value)
    raise _unknown()


def _check_point(algorithm: str, point: bytes) -> None:
    """Refuse a point that is not on its curve."""
    if algorithm == "sm2":
        if point not in sm2.lift(point[:_COORDINATE]):
            raise MalformedFileError("the public key is no point of its curve")
        return
    from cryptography.hazmat.primitives.asymmetric import ec

    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + point)
    except ValueError as error:
        raise MalformedFileError("the public key is no point of its curve") from error


def read_pem(text: str) -> PublicKey:
    """Read a public key from PEM.

    Raises:
        SealError: it is none, or of an algorithm that is not known.
    """
    try:
        return read_key(unarmoured(text, "PUBLIC KEY"))
    except MalformedFileError as error:
        raise SealError("the public key cannot be used: {reason}", reason=error) from error


def armoured(body: bytes, kind: str) -> str:
    """Write PEM [RFC 7468]."""
    import base64

    text = base64.b64encode(body).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def unarmoured(text: str, kind: str) -> bytes:
    """Return what stands in PEM of a kind.

    Raises:
        MalformedFileError: there is no such part, or it is no Base64.
    """
    import base64

    _, begun, rest = text.partition(f"-----BEGIN {kind}-----")
    body, ended, _ = rest.partition(f"-----END {kind}-----")
    try:
        if begun and ended:
            return base64.b64decode("".join(body.split()), validate=True)
    except ValueError:
        pass
    raise MalformedFileError("there is no PEM of the kind {kind}", kind=kind)


def _unknown() -> MalformedFileError:
    return MalformedFileError("the public key is in no form that is known")
