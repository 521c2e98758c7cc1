"""Private keys in files: PKCS#8 that its owner alone may read, and from nowhere else.

Not from the command line, the environment or a configuration. A key is shown by no `repr` and
stands in no message.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, SealError
from ailabel.seal import der, sm2
from ailabel.seal.algorithms import canonical
from ailabel.seal.publickey import PublicKey, armoured, of_point, read_key, unarmoured

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["KeySigner", "load_key", "make_key", "write_key"]

_EC: Final = der.object_id("1.2.840.10045.2.1")  # [RFC 5480 2.1.1]
_SM2: Final = der.object_id("1.2.156.10197.1.301")  # [GM/T 0006]
_LARGEST: Final = 64 * 1024  # bytes of a key file
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SECRET: Final = 32  # bytes
_POINT: Final = 64


class KeySigner:
    """Signs with a private key that was read from a file.

    Args:
        algorithm: ``sm2``, ``ed25519`` or ``p256``.
        secret: the key: 32 bytes for SM2, else an object of ``cryptography``.
        public: its public key.
    """

    __slots__ = ("_secret", "algorithm", "public_key")

    def __init__(self, algorithm: str, secret: object, public: PublicKey) -> None:
        self.algorithm = algorithm
        self.public_key = public.spki
        self._secret = secret

    def __repr__(self) -> str:
        return f"KeySigner({self.algorithm}, {read_key(self.public_key).id[:16]})"

    def __reduce__(self) -> tuple[object, ...]:
        """Let worker processes have the key: over a pipe, which only their owner can read."""
        return _revive, (self.algorithm, self._body())

    def _body(self) -> bytes:
        return _pkcs8(self.algorithm, self._secret, read_key(self.public_key))

    def sign(self, message: bytes) -> bytes:
        """Sign a message; the same message has the same signature, where the library can do so."""
        if isinstance(self._secret, bytes):
            return sm2.sign(self._secret, self.public_key[-_POINT:], message)
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519

        if isinstance(self._secret, ed25519.Ed25519PrivateKey):
            return self._secret.sign(message)
        if not isinstance(self._secret, ec.EllipticCurvePrivateKey):
            raise SealError("the private key is of no algorithm that is known")
        try:
            how = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
            made = self._secret.sign(message, how)
        except UnsupportedAlgorithm:  # before OpenSSL 3.2
            made = self._secret.sign(message, ec.ECDSA(hashes.SHA256()))
        return canonical("p256", made)


def _revive(algorithm: str, body: bytes) -> KeySigner:
    signer = _of_pkcs8(body)
    if signer.algorithm != algorithm:
        raise SealError("the private key is of no algorithm that is known")
    return signer


def load_key(path: str | PathLike[str]) -> KeySigner:
    """Read a private key from a PKCS#8 file that nobody but its owner can read.

    Raises:
        SealError: others can read it, it is encrypted, or holds no key that is known.
        OSError: it cannot be read.
    """
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe shall not wait
    mode = os.fstat(opened).st_mode
    if not stat.S_ISREG(mode):
        os.close(opened)
        raise SealError("{path} is no regular file", path=os.fspath(path))
    with os.fdopen(opened, "rb") as file:
        text = file.read(_LARGEST).decode("ascii", "replace")
        if "-----BEGIN PUBLIC KEY-----" in text and "PRIVATE KEY-----" not in text:
            raise SealError(
                "{path} is a public key, and the private one signs", path=os.fspath(path)
            )
        if mode & _OTHERS:
            raise SealError(
                "others can read the private key {path} (mode {mode}): chmod 600 it, and think of "
                "it as known to them",
                path=os.fspath(path),
                mode=f"{stat.S_IMODE(mode):04o}",
            )
    if "-----BEGIN ENCRYPTED PRIVATE KEY-----" in text:
        raise SealError(
            "the private key {path} is encrypted; decrypt it, or sign with --signer-path",
            path=os.fspath(path),
        )
    try:
        return _of_pkcs8(unarmoured(text, "PRIVATE KEY"))
    except MalformedFileError as error:
        raise SealError(
            "{path} holds no private key in PKCS#8: {reason}", path=os.fspath(path), reason=error
        ) from None


def make_key(algorithm: str) -> tuple[str, str]:
    """Make a new key; return the private key and the public key as PEM.

    Raises:
        SealError: there is no such algorithm.
        MissingExtraError: the package for SM2 is not installed.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    secret: object
    if algorithm == "sm2":
        secret = sm2.make()
    elif algorithm == "ed25519":
        secret = ed25519.Ed25519PrivateKey.generate()
    elif algorithm == "p256":
        secret = ec.generate_private_key(ec.SECP256R1())
    else:
        raise SealError("nothing is signed with {algorithm}", algorithm=algorithm)
    public = _public(secret)
    body = _pkcs8(algorithm, secret, public)
    return armoured(body, "PRIVATE KEY"), armoured(public.spki, "PUBLIC KEY")


def write_key(folder: str | PathLike[str], private: str, public: str) -> None:
    """Write ``label.key``, which only its owner can read, and ``label.pub``; never over others.

    Raises:
        SealError: one of them stands there already.
        OSError: one cannot be written.
    """
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - no pathlib here
    for name in ("label.key", "label.pub"):
        path = os.path.join(folder, name)  # noqa: PTH118
        if os.path.lexists(path):
            raise SealError(
                "{path} stands there already, and a key is never overwritten", path=path
            )
    for name, text, mode in (("label.key", private, 0o600), ("label.pub", public, 0o644)):
        path = os.path.join(folder, name)  # noqa: PTH118
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(opened, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(opened)


def _public(secret: object) -> PublicKey:
    if isinstance(secret, bytes):
        return of_point("sm2", sm2.public(secret))
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    spki = secret.public_key().public_bytes(  # type: ignore[attr-defined] # of two kinds
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return read_key(spki)


def _pkcs8(algorithm: str, secret: object, public: PublicKey) -> bytes:
    """Write a private key [RFC 5958; RFC 5915 3]."""
    if algorithm != "sm2" or not isinstance(secret, bytes):
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        body: bytes = secret.private_bytes(  # type: ignore[attr-defined] # of two kinds
            Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
        )
        return body
    bits = der.tlv(der.BIT_STRING, b"\0\x04" + public.point)
    inner = der.integer(1) + der.tlv(der.OCTET_STRING, secret) + der.tlv(der.CONTEXT | 1, bits)
    kind = der.tlv(der.SEQUENCE, _EC + _SM2)
    key = der.tlv(der.OCTET_STRING, der.tlv(der.SEQUENCE, inner))
    return der.tlv(der.SEQUENCE, der.integer(0) + kind + key)


def _of_pkcs8(body: bytes) -> KeySigner:
    """Read a private key.

    Raises:
        MalformedFileError: it is none, or of an algorithm with which nothing is signed.
        MissingExtraError: the package for SM2 is not installed.
    """
    secret = _sm2_secret(body)
    if secret is not None:
        return KeySigner("sm2", secret, _public(secret))
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        loaded = load_der_private_key(body, None)
    except (UnsupportedAlgorithm, TypeError):
        loaded = None
    except ValueError:
        raise MalformedFileError("the private key is damaged") from None
    if isinstance(loaded, ed25519.Ed25519PrivateKey):
        return KeySigner("ed25519", loaded, _public(loaded))
    if isinstance(loaded, ec.EllipticCurvePrivateKey) and isinstance(loaded.curve, ec.SECP256R1):
        return KeySigner("p256", loaded, _public(loaded))
    raise MalformedFileError("the private key is of no algorithm that is known")


def _sm2_secret(body: bytes) -> bytes | None:
    """Return the 32 bytes of an SM2 key, or None where it is a key of another kind."""
    whole = der.children(body)
    parts = der.children(whole[0][1]) if len(whole) == 1 and whole[0][0] == der.SEQUENCE else []
    tags = [tag for tag, _ in parts[:3]]
    if tags != [der.INTEGER, der.SEQUENCE, der.OCTET_STRING] or parts[1][1] != _EC + _SM2:
        return None
    inner = der.children(parts[2][1])
    found = der.children(inner[0][1]) if inner and inner[0][0] == der.SEQUENCE else []
    secret = next((content for tag, content in found if tag == der.OCTET_STRING), b"")
    if len(secret) != _SECRET or not 0 < int.from_bytes(secret, "big") < sm2.ORDER - 1:
        raise MalformedFileError("the private key is out of range")
    return secret
