"""SM2 signatures with SM3 [GM/T 0003.2], by gmalg; nonces are deterministic, as RFC 6979 has them.

gmalg is plain Python, chosen over a compiled binding that writes to standard error whenever a
signature does not fit and that has no say in its nonces (spec/decisions.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

__all__ = ["ORDER", "lift", "make", "public", "sign", "verify"]

# the curve sm2p256v1 [GM/T 0003.5]
_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_SIGNER: Final = b"1234567812345678"  # [GM/T 0009 10]: the signer's name where none is agreed on
_SIZE: Final = 32


def lift(x: bytes) -> tuple[bytes, bytes]:
    """Return the two points of the curve with this x: the one with the even y first.

    Raises:
        MalformedFileError: there is none.
    """
    value = int.from_bytes(x, "big")
    square = (value**3 + _A * value + _B) % _P
    root = pow(square, (_P + 1) // 4, _P)  # p is 3 mod 4
    if len(x) != _SIZE or value >= _P or root * root % _P != square:
        raise MalformedFileError("the public key is no point of its curve")
    even, odd = sorted((root, _P - root), key=lambda y: y & 1)
    return x + even.to_bytes(_SIZE, "big"), x + odd.to_bytes(_SIZE, "big")


def verify(point: bytes, message: bytes, r: int, s: int) -> bool:
    """Say whether a signature fits [GM/T 0003.2 7.1].

    Raises:
        MissingExtraError: gmalg is not installed.
    """
    known = _gmalg().SM2(uid=_SIGNER, pk=b"\x04" + point)
    if not (0 < r < ORDER and 0 < s < ORDER):
        return False
    try:
        return bool(known.verify(message, r.to_bytes(_SIZE, "big"), s.to_bytes(_SIZE, "big")))
    except (ArithmeticError, TypeError, ValueError):  # the point at infinity has no coordinates
        return False


def sign(secret: bytes, point: bytes, message: bytes) -> bytes:
    """Sign a message; the same message has the same signature.

    Args:
        secret: the private key, 32 bytes.
        point: the public key that belongs to it, 64 bytes, which takes as long to find as to sign.
        message: what is signed, whole.

    Returns:
        r and s, 64 bytes.

    Raises:
        MissingExtraError: gmalg is not installed.
    """
    known = b"\x04" + point
    signer = _gmalg().SM2(secret, _SIGNER, known, rnd_fn=_nonces(secret, message))
    r, s = signer.sign(message)
    return bytes(r).rjust(_SIZE, b"\0") + bytes(s).rjust(_SIZE, b"\0")


def public(secret: bytes) -> bytes:
    """Return the point of a private key.

    Raises:
        MissingExtraError: gmalg is not installed.
    """
    return bytes(_gmalg().SM2().generate_pk(secret))[1:]


def make() -> bytes:
    """Return a new private key [GM/T 0003.1 6.1]: from 1 to the order less 2.

    Raises:
        MissingExtraError: gmalg is not installed.
    """
    import secrets

    _gmalg()
    return (secrets.randbelow(ORDER - 2) + 1).to_bytes(_SIZE, "big")


def _nonces(secret: bytes, message: bytes) -> Callable[[int], int]:
    """Return a source of nonces [RFC 6979 3.2], with HMAC-SHA-256 over the message's SHA-256.

    A nonce that is out of range is refused by the caller, who asks for the next one.
    """
    import hmac
    from hashlib import sha256

    def mac(key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, "sha256")

    hashed = (int.from_bytes(sha256(message).digest(), "big") % ORDER).to_bytes(_SIZE, "big")
    value, key = b"\x01" * _SIZE, b"\0" * _SIZE
    for mark in (b"\0", b"\x01"):
        key = mac(key, value + mark + secret + hashed)
        value = mac(key, value)

    def following(bits: int) -> int:
        nonlocal key, value
        value = mac(key, value)
        found = int.from_bytes(value, "big") >> (8 * _SIZE - bits)
        key = mac(key, value + b"\0")
        value = mac(key, value)
        return found

    return following


def _gmalg() -> ModuleType:
    try:
        import gmalg
    except ImportError as error:
        raise MissingExtraError("sm2", "an SM2 signature") from error
    module: ModuleType = gmalg
    return module
