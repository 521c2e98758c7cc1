"""Keys that everybody may know, and contents without a file, for tests of seals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from ailabel.seal import security_data as guide
from ailabel.seal.algorithms import SM3, digest
from ailabel.seal.keyfile import KeySigner, _public
from ailabel.seal.publickey import read_key

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ALGORITHMS", "CODE", "DIGEST", "FIELDS", "Content", "minimax", "signer"]

CODE: Final = "001191350100M000100Y4310000"
DIGEST: Final = "ab" * 32
FIELDS: Final[dict[str, str | None]] = {
    "Label": "1",
    "ContentProducer": CODE,
    "ProduceID": "20260101-1",
    "ReservedCode1": "",
    "ContentPropagator": CODE,
    "PropagateID": "20260101-1",
    "ReservedCode2": "",
}
ALGORITHMS: Final = ("sm2", "ed25519", "p256")
_SECRETS: Final = {  # the private keys of published test vectors
    "sm2": "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8",  # GM/T 0003.5
    "ed25519": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",  # RFC 8032
    "p256": "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",  # RFC 6979
}


def signer(algorithm: str, secret: str | None = None) -> KeySigner:
    """Return a signer with a published key, or with another one given in hex."""
    raw = bytes.fromhex(secret or _SECRETS[algorithm])
    key: object = raw
    if algorithm == "ed25519":
        key = ed25519.Ed25519PrivateKey.from_private_bytes(raw)
    elif algorithm == "p256":
        key = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    return KeySigner(algorithm, key, _public(key))


class Content:
    """A content of which only hashes are known."""

    def __init__(self, digest: str = DIGEST, *bare: bytes) -> None:
        self.digest = digest
        self.bare = bare

    def essence(self) -> str:
        """Return the essence digest."""
        return self.digest

    def unlabelled(self) -> Iterable[Iterable[bytes]]:
        """Yield the file without its label."""
        return [[item] for item in self.bare]


def minimax(bare: bytes) -> str:
    """Return a label in MiniMax's form over a file's bytes without it."""
    maker = signer("sm2", "6d1f3d1b86c9b9e2a8f0cbf3d3b9c0a8c5f2e1d4b7a6958473625140f1e2d3c4")
    fields: dict[str, str | None] = {"Label": "1", "ContentProducer": "MiniMax", "ProduceID": "a1"}
    bound = {
        "Type": "Hash",
        "AlgID": SM3,
        "TBSData": {"Type": ""},
        "Signature": digest(SM3, [bare]),
    }
    text = json.dumps(bound, separators=(",", ":"))
    head = {"Type": "DS", "AlgID": "1.2.156.10197.1.501"}
    first = maker.sign(guide.fragment("ReservedCode1", fields).encode()).hex()
    point = read_key(maker.public_key).point[:32].hex()
    public = {"Type": "PubKey", "AlgID": head["AlgID"], "KeyValue": "00" + point}
    entries = [
        {**head, "TBSData": {"Type": "LabelMataData"}, "Signature": first},
        {**head, "TBSData": {"Type": "Binding"}, "Signature": maker.sign(text.encode()).hex()},
        public,
    ]
    inner = {"Type": "TC260PG", "Version": 1, "PubSD": entries, "Bindings": [bound]}
    value = json.dumps({"SecurityData": inner}, separators=(",", ":"))
    return json.dumps({**fields, "ReservedCode1": value}, separators=(",", ":"))
