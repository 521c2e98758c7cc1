"""What the tests of the ledger share: records, ledgers of both kinds, and raw access to them."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ailabel.ledger import Kind, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ailabel.ledger import Ledger

__all__ = ["ORIGIN", "PRODUCER", "Signer", "record", "records", "tamper"]

ORIGIN: Final = "example.org/ledger"
PRODUCER: Final = "001191110102MACQD9K64010000"


class Signer:
    """Signs with an Ed25519 key that is made from a number, or from a secret that is known."""

    algorithm = "ed25519"

    def __init__(self, secret: bytes = bytes(32)) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.public_key = self._key.public_key().public_bytes(*form)

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._key.sign(message)


def record(index: int, *, kind: Kind = Kind.LABEL, picture: bool = True) -> Record:
    """Return what labelling the content of an index would record."""
    number = f"number-{index}"
    return Record(
        kind=kind,
        producer=PRODUCER,
        number=number,
        digest=hashlib.sha256(number.encode()).hexdigest(),
        picture=f"{random.Random(index).getrandbits(128):032x}" if picture else "",
        format="png" if picture else "mp3",
        label=f'{{"Label":"1","ContentProducer":"{PRODUCER}","ProduceID":"{number}"}}',
    )


def records(indexes: Iterable[int]) -> list[Record]:
    """Return several."""
    return [record(index) for index in indexes]


def tamper(ledger: Ledger, *statements: str) -> None:
    """Change a ledger behind its back."""
    path = ledger.database.address.path
    if path is not None:
        connection: Any = sqlite3.connect(path, isolation_level=None)
    else:
        import psycopg

        url = str(ledger.database.address.url).replace("+psycopg", "")
        connection = psycopg.connect(url, autocommit=True)
    try:
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()
