"""C2PA manifest stores made by hand [ISO19566-5; RFC 8949; C2PA 2.2]."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TAIL: Final = bytes.fromhex("00110010800000aa00389b71")
TRAINED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAPTURE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


def cbor(value: object) -> bytes:
    """Return a value as CBOR."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0 if value >= 0 else 1, value if value >= 0 else -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    assert isinstance(value, dict)
    pairs = b"".join(cbor(key) + cbor(item) for key, item in value.items())
    return _head(5, len(value)) + pairs


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    if number < 1 << 8:
        return bytes([kind << 5 | 24, number])
    return bytes([kind << 5 | 25]) + number.to_bytes(2, "big")


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box."""
    return struct.pack(">I", len(body) + 8) + kind + body


def superbox(kind: bytes, label: str, *content: bytes) -> bytes:
    """Return a box that describes itself."""
    described = kind + TAIL + b"\x03" + label.encode() + b"\0"
    return box(b"jumb", box(b"jumd", described) + b"".join(content))


def assertion(label: str, value: object) -> bytes:
    """Return an assertion in CBOR."""
    return superbox(b"cbor", label, box(b"cbor", cbor(value)))


def actions(*found: Mapping[str, object]) -> bytes:
    """Return an assertion on actions."""
    return assertion("c2pa.actions.v2", {"actions": [dict(item) for item in found]})


def created(source: str = TRAINED, **more: object) -> bytes:
    """Return an assertion that something was created."""
    return actions({"action": "c2pa.created", "digitalSourceType": source, **more})


def ingredient(label: str, relationship: str = "parentOf", *, old: bool = False) -> bytes:
    """Return an assertion on what a file was made from."""
    link = {"url": f"self#jumbf=/c2pa/{label}"}
    key = "c2pa_manifest" if old else "activeManifest"
    return assertion("c2pa.ingredient.v3", {"relationship": relationship, key: link})


def manifest(
    label: str = "urn:c2pa:one",
    *assertions: bytes,
    generator: object = "by hand",
    signature: object = None,
) -> bytes:
    """Return a manifest.

    Args:
        label: its name.
        assertions: what it says.
        generator: the program, or None for a claim without one.
        signature: of COSE; None for none.
    """
    claim = {} if generator is None else {"claim_generator_info": {"name": generator}}
    parts = [
        superbox(b"c2as", "c2pa.assertions", *assertions),
        superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", cbor(claim))),
    ]
    if signature is not None:
        parts.append(superbox(b"c2cs", "c2pa.signature", box(b"cbor", b"\xd2" + cbor(signature))))
    return superbox(b"c2ma", label, *parts)


def store(*manifests: bytes) -> bytes:
    """Return a store; the last manifest is the file's own."""
    return superbox(b"c2pa", "c2pa", *manifests)
