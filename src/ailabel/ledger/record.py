"""What the ledger holds, as values, and the bytes of a row that are hashed.

The bytes are those of a JSON object in ASCII, its keys sorted, without spaces; every value is a
string, an integer or null. The tree hashes them as leaves [RFC 6962, 2.1], the chain hashes the
leaves one after the other, starting from the ledger's own name. A row's place is not among the
bytes: chain and tree bind it.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from enum import Enum
from typing import Final

from ailabel.errors import LedgerError
from ailabel.values import frozen

__all__ = [
    "Entry",
    "Kind",
    "Person",
    "Record",
    "canonical",
    "first_link",
    "is_storable",
    "leaf_of",
    "next_link",
    "record_from_json",
    "record_to_json",
    "row_bytes",
]

_VERSION: Final = 1  # of the bytes that are hashed
_CHAIN: Final = b"ailabel ledger chain 1\0"
_LEAF: Final = b"\0"  # [RFC 6962, 2.1]
_LONGEST: Final = 512  # characters of a number or a producer; indexes take no longer ones
_LONGEST_TEXT: Final = 64 * 1024  # of a label
_DIGEST: Final = 64  # hex digits
_PICTURE: Final = 32


class Kind(Enum):
    """What a row tells."""

    LABEL = "label"
    """A number was used up by labelling."""
    RELABEL = "relabel"
    """The label of a number that is recorded was written once more."""
    EXPORT = "export"
    """A file without explicit label was handed out on request."""
    ERASE = "erase"
    """Personal data of exports were erased."""
    PURGE = "purge"
    """Personal data of exports were deleted because their time was over."""


@frozen(kw_only=True)
class Record:
    """What is to be recorded.

    Args:
        kind: what happened; a `Kind.RELABEL` of a number that is not recorded becomes a LABEL.
        producer: name or code of the producer; empty where no number is told of.
        number: the content number, or None.
        digest: SHA-256 of the content's essence, 64 hex digits, or empty.
        picture: perceptual hash of a picture, 32 hex digits, or empty.
        format: id of the format, or empty.
        label: the label as JSON text, or empty.
        signer: id of the key that signed the label, or empty.
        details: what only this kind has, as JSON text, or empty.

    Raises:
        LedgerError: a value cannot be kept.
    """

    kind: Kind = Kind.LABEL
    producer: str = ""
    number: str | None = None
    digest: str = ""
    picture: str = ""
    format: str = ""
    label: str = ""
    signer: str = ""
    details: str = ""

    def __post_init__(self) -> None:
        _check_text("producer", self.producer, _LONGEST)
        _check_text("number", self.number or "", _LONGEST)
        for name in ("format", "signer"):
            _check_text(name, getattr(self, name), _LONGEST)
        for name in ("label", "details"):
            _check_text(name, getattr(self, name), _LONGEST_TEXT)
        _check_hex("digest", self.digest, _DIGEST)
        _check_hex("picture", self.picture, _PICTURE)
        if self.number is not None and not (self.number and self.producer):
            raise LedgerError("a content number and its producer must not be empty")


@frozen(kw_only=True)
class Entry:
    """One row of the ledger.

    Args:
        row: its place, counted from 1.
        time: when it was recorded, in microseconds since 1970, UTC.
        turn: 0 for the use of a number, and counting up for what is told of it later.
        record: what was recorded.
        chain: the link of the chain, 32 bytes.
    """

    row: int
    time: int
    turn: int
    record: Record
    chain: bytes


@frozen(kw_only=True)
class Person:
    """Whom an export was made for, and why: kept apart from the rows, so that it can be erased.

    Args:
        recipient: who got the file.
        reason: why without the explicit label.
    """

    recipient: str
    reason: str

    def __post_init__(self) -> None:
        for name in ("recipient", "reason"):
            value = getattr(self, name)
            _check_text(name, value, _LONGEST_TEXT)
            if not value.strip():
                raise LedgerError("{name} is empty", name=name)

    def commitment(self, salt: bytes) -> bytes:
        """Return what stands for the person in the row: a salted hash that reveals nothing."""
        text = json.dumps([self.recipient, self.reason], separators=(",", ":"))
        return hashlib.sha256(b"ailabel ledger person 1\0" + salt + text.encode()).digest()


def canonical(record: Record, time: int, turn: int) -> bytes:
    """Return the bytes of a row that are hashed."""
    values = {name: getattr(record, name) for name in _NAMES}
    return row_bytes(values | {"kind": record.kind.value, "time": time, "turn": turn})


def row_bytes(values: dict[str, object]) -> bytes:
    """Return the bytes of a row that are hashed, from its values by their names.

    Raises:
        TypeError: a value is of a type that no row has.
    """
    whole = values | {"v": _VERSION}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()


def leaf_of(row: bytes) -> bytes:
    """Return the leaf of the tree for the bytes of a row."""
    return hashlib.sha256(_LEAF + row).digest()


def first_link(origin: str) -> bytes:
    """Return what stands before the first row of a ledger."""
    return hashlib.sha256(_CHAIN + origin.encode()).digest()


def next_link(link: bytes, leaf: bytes) -> bytes:
    """Return the link of the row behind another."""
    return hashlib.sha256(_CHAIN + link + leaf).digest()


def is_storable(text: str) -> bool:
    """Say whether a text could stand in a ledger: no control characters, no broken text."""
    return text.isprintable() or not any(
        unicodedata.category(character) in {"Cc", "Cs"} for character in text
    )


def record_to_json(record: Record) -> str:
    """Return a record as JSON text."""
    values = {name: getattr(record, name) for name in _NAMES} | {"kind": record.kind.value}
    return json.dumps(values, separators=(",", ":"))


def record_from_json(text: str) -> Record:
    """Return the record that `record_to_json` wrote.

    Raises:
        LedgerError: it is damaged.
    """
    try:
        values = json.loads(text)
        return Record(**{**values, "kind": Kind(values["kind"])})
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerError("a reservation of the ledger is damaged") from error


_NAMES: Final = (
    *("producer", "number", "digest", "picture", "format", "label", "signer", "details"),
)


def _check_text(name: str, value: str, longest: int) -> None:
    """Refuse what a database cannot keep, or would keep otherwise than it was given."""
    if len(value) > longest:
        raise LedgerError("{name} is longer than {count} characters", name=name, count=longest)
    if not is_storable(value):
        raise LedgerError("{name} has control characters or broken text", name=name)


def _check_hex(name: str, value: str, digits: int) -> None:
    if value and (len(value) != digits or value.strip("0123456789abcdef")):
        raise LedgerError("{name} is not {count} hex digits", name=name, count=digits)
