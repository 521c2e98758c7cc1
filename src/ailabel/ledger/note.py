"""Signed checkpoints: the tree's size and root as a signed note, to be kept elsewhere.

The forms are those that transparency logs use [C2SP signed-note; C2SP tlog-checkpoint], so that
their tools can read and witness them; the signatures are Ed25519 [RFC 8032].
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Final

from ailabel.errors import LedgerError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from ailabel.spi import Signer

__all__ = ["Checkpoint", "Verifier", "open_checkpoint", "read_checkpoint", "sign_checkpoint"]

_ED25519: Final = b"\1"  # [C2SP signed-note, Signature types]
_SIGNED: Final = "— "
_LARGEST: Final = 64 * 1024  # bytes of a note
_MOST_SIGNATURES: Final = 64
_ID_BYTES: Final = 4
_KEY_BYTES: Final = 32
_HASH_BYTES: Final = 32
_LINES: Final = 3  # origin, size, root


@frozen
class Checkpoint:
    """What a checkpoint says.

    Args:
        origin: the ledger's name.
        size: how many rows the tree has.
        root: of the tree.
    """

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@frozen
class Verifier:
    """A public key and its name, as notes know keys.

    Args:
        name: of the key; here the ledger's.
        key: the 32 bytes of an Ed25519 public key.
    """

    name: str
    key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name the key in signatures."""
        head = self.name.encode() + b"\n" + _ED25519 + self.key
        return hashlib.sha256(head).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(_ED25519 + self.key)}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read ``NAME+ID+KEY``.

        Raises:
            LedgerError: it is none, or its id belongs to another key.
        """
        name, _, rest = text.strip().partition("+")
        number, _, coded = rest.partition("+")
        key = _bytes(coded)
        if not _is_name(name) or key[:1] != _ED25519 or len(key) != 1 + _KEY_BYTES:
            raise LedgerError("this is no verifier key of the form NAME+ID+KEY with Ed25519")
        found = cls(name, key[1:])
        if found.id.hex() != number:
            raise LedgerError("the id of the verifier key does not belong to it")
        return found

    def is_signed(self, text: str, signature: bytes) -> bool:
        """Say whether the key made a signature over a text."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._public().verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def _public(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            return Ed25519PublicKey.from_public_bytes(self.key)
        except ValueError as error:
            raise LedgerError("the verifier key is no Ed25519 key") from error


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> tuple[str, Verifier]:
    """Return a checkpoint as a note that was signed under the ledger's name, and who verifies it.

    Raises:
        LedgerError: the key is no Ed25519 key.
        SealError: it could not be signed.
    """
    if signer.algorithm != "ed25519":
        raise LedgerError(
            "checkpoints are signed with Ed25519, not with {algorithm}", algorithm=signer.algorithm
        )
    verifier = Verifier(checkpoint.origin, signer.public_key[-_KEY_BYTES:])
    text = checkpoint.text()
    signature = verifier.id + signer.sign(text.encode())
    return f"{text}\n{_SIGNED}{verifier.name} {_base64(signature)}\n", verifier


def read_checkpoint(note: str) -> Checkpoint:
    """Return what a note says, without asking who signed it.

    Raises:
        LedgerError: it is no checkpoint.
    """
    return _parsed(_parts(note)[0])


def open_checkpoint(note: str, verifiers: Sequence[Verifier]) -> Checkpoint:
    """Return what a note says, if one of the keys signed it; signatures of others are passed over.

    Raises:
        LedgerError: it is no checkpoint, none of the keys signed it, or a signature is false.
    """
    text, signatures = _parts(note)
    is_signed = False
    for name, signature in signatures:
        for verifier in verifiers:
            if name == verifier.name and signature[:_ID_BYTES] == verifier.id:
                if not verifier.is_signed(text, signature[_ID_BYTES:]):
                    raise LedgerError("the signature of the checkpoint is false")
                is_signed = True
    if not is_signed:
        raise LedgerError("the checkpoint bears no signature of the key that was given")
    return _parsed(text)


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the text of a note and its signatures by name."""
    if len(note) > _LARGEST or any(mark < " " and mark != "\n" for mark in note):
        raise LedgerError("this is no signed note")
    text, found, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not found or lines.pop() or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise LedgerError("this is no signed note")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes]:
    name, _, coded = line.removeprefix(_SIGNED).partition(" ")
    found = _bytes(coded)
    if not line.startswith(_SIGNED) or not _is_name(name) or len(found) <= _ID_BYTES:
        raise LedgerError("this is no signed note")
    return name, found


def _parsed(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < _LINES + 1 or not all(lines[:-1]):
        raise LedgerError("this is no checkpoint of a ledger")
    origin, size, root = lines[:_LINES]
    digest = _bytes(root)
    if not size.isascii() or not size.isdecimal() or size != str(int(size[:20])):
        raise LedgerError("this is no checkpoint of a ledger")
    if len(digest) != _HASH_BYTES:
        raise LedgerError("this is no checkpoint of a ledger")
    return Checkpoint(origin, int(size), digest)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and name.split() == [name]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    """Return decoded Base64, or nothing where it is none, or not in its one proper form."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if _base64(data) == text else b""
