"""The object `SecurityData` of the guide: read as products write it, written in one form.

What is read is kept apart from what it means: this module knows the shape, `seal.check` the
messages that are signed. spec/signatures.md describes both, field by field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FIELDS",
    "SCHEME",
    "Binding",
    "SecurityData",
    "Signed",
    "encode",
    "entry_text",
    "fragment",
    "looks_sealed",
    "message",
    "parse",
]

SCHEME: Final = "ailabel-essence-1"
"""What marks a binding of ours: the essence digest, and the message that `message` makes."""

FIELDS: Final = {  # which values of the label the two reserved fields protect
    "ReservedCode1": ("Label", "ContentProducer", "ProduceID"),  # annex A.1 of the guide
    "ReservedCode2": (
        *("Label", "ContentProducer", "ProduceID"),
        *("ContentPropagator", "PropagateID"),
    ),
}
_DOMAIN: Final = "ailabel seal 1"
_MARK: Final = "SecurityData"
_TYPE: Final = "TC260PG"
_LABEL_TYPES: Final = {"Md", "LabelMataData", "LabelMetaData"}  # the guide's, and as it was met
_BINDING_TYPES: Final = {"Bnd", "Binding"}
_MOST: Final = 16  # entries that are looked at
_LONGEST: Final = 32 * 1024  # characters; a label has 64 KiB at most


@frozen(kw_only=True)
class Signed:
    """One signature of `PubSD`.

    Args:
        algorithm: the object identifier.
        signature: its bytes; empty where they are no hex.
        key: the key's bytes, found by its `KeyID`; None where there is none.
        key_algorithm: the object identifier that the key is said to be for.
    """

    algorithm: str
    signature: bytes
    key: bytes | None
    key_algorithm: str


@frozen(kw_only=True)
class Binding:
    """The first entry of `Bindings`.

    Args:
        text: the entry as compact JSON, its members in the order in which they stand.
        algorithm: the object identifier of the hash.
        value: the hash in lower case hex.
        scheme: what its `TBSData` calls it.
        time: when it was signed, as the signer says, or None.
        measured: whether it is in MiniMax's form, the only one of others that was measured.
    """

    text: str
    algorithm: str
    value: str
    scheme: str
    time: str | None
    measured: bool


@frozen(kw_only=True)
class SecurityData:
    """What a reserved field says.

    Args:
        label: the signature over the label, or None.
        bound: the signature over the binding, or None.
        binding: the binding itself, or None.
        text: the reserved field, as it was read.
    """

    label: Signed | None
    bound: Signed | None
    binding: Binding | None
    text: str

    @property
    def is_ours(self) -> bool:
        """Whether it is in the form that ailabel writes."""
        return self.binding is not None and self.binding.scheme == SCHEME


def looks_sealed(value: str | None) -> bool:
    """Say whether a reserved field is worth parsing; costs next to nothing."""
    return value is not None and _TYPE in value


def parse(value: str) -> SecurityData | None:
    """Read a reserved field; None where it holds something else, which is nobody's fault."""
    import json

    if len(value) > _LONGEST:
        return None
    try:
        whole = json.loads(value)
        if isinstance(whole, str):  # encoded once more
            whole = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    outer = _members(whole)
    inner = _members(outer.get(_MARK, outer))  # met without the name around it, too
    if inner.get("Type") != _TYPE:
        return None
    entries = _objects(inner.get("PubSD", inner.get("PubSd")))  # the second as Honor spells it
    bindings = _objects(inner.get("Bindings"))
    return SecurityData(
        label=_signature(entries, _LABEL_TYPES),
        bound=_signature(entries, _BINDING_TYPES),
        binding=_binding(bindings[0]) if bindings else None,
        text=value,
    )


def _signature(entries: list[Mapping[str, object]], kinds: set[str]) -> Signed | None:
    for entry in entries:
        kind = _members(entry.get("TBSData")).get("Type")
        if entry.get("Type") == "DS" and isinstance(kind, str) and kind in kinds:
            key = _key(entries, entry.get("KeyID", 0))
            return Signed(
                algorithm=str(entry.get("AlgID")),
                signature=_hex(entry.get("Signature")) or b"",
                key=_hex(key.get("KeyValue")),
                key_algorithm=str(key.get("AlgID", entry.get("AlgID"))),
            )
    return None


def _key(entries: list[Mapping[str, object]], number: object) -> Mapping[str, object]:
    """Return the entry of a key by its number; a missing number is 0."""
    keys = [entry for entry in entries if entry.get("Type") == "PubKey"]
    return next((entry for entry in keys if entry.get("KeyID", 0) == number), {})


def _binding(entry: Mapping[str, object]) -> Binding:
    value = entry.get("Value", entry.get("Signature"))  # the second as MiniMax has it
    time = entry.get("Time")
    return Binding(
        text=_compact(entry),
        algorithm=str(entry.get("AlgID")),
        value=value.lower() if isinstance(value, str) else "",
        scheme=str(_members(entry.get("TBSData")).get("Type", "")),
        time=time if isinstance(time, str) else None,
        measured="Signature" in entry and "Value" not in entry,
    )


def _members(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, object]]:
    if not isinstance(value, list):
        return []
    return [item for item in value[:_MOST] if isinstance(item, dict)]


def _hex(value: object) -> bytes | None:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _compact(value: object, *, ascii_only: bool = False) -> str:
    import json

    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":"))


# -- what is signed, and what we write -------------------------------------------------------------


def fragment(field: str, fields: Mapping[str, str | None], *, ascii_only: bool = True) -> str:
    """Return the values that a reserved field protects, as annex A.1 of the guide has them.

    They are members of a JSON object in the standard's order, without blanks or braces:
    ``"Label":"1","ContentProducer":"…","ProduceID":"…"``.

    Args:
        field: ``ReservedCode1`` or ``ReservedCode2``.
        fields: the label; a missing value counts as an empty one.
        ascii_only: whether characters beyond ASCII are escaped, as ailabel writes them.
    """
    values = {key: fields.get(key) or "" for key in FIELDS[field]}
    return _compact(values, ascii_only=ascii_only)[1:-1]


def message(field: str, protected: str, binding: str) -> bytes:
    """Return the bytes of our second signature: label, role and content in one statement.

    Four lines, none of which can hold a line feed: the scheme, the reserved field, the values
    that it protects, the binding. No message of the guide begins so, hence none can be taken for
    the other; and neither half can be joined to another file's.
    """
    return f"{_DOMAIN}\n{field}\n{protected}\n{binding}".encode("utf-8", "surrogatepass")


def entry_text(digest_oid: str, digest: str, time: str) -> str:
    """Return the binding that we write, as compact JSON.

    Args:
        digest_oid: of the hash algorithm.
        digest: the essence digest, in hex.
        time: when it is signed, such as ``2026-11-22T21:00:00Z``.
    """
    tbs = {"Type": SCHEME}
    entry = {"Type": "Hash", "AlgID": digest_oid, "TBSData": tbs, "Value": digest, "Time": time}
    return _compact(entry, ascii_only=True)


def encode(oid: str, spki: bytes, signatures: tuple[bytes, bytes], binding: str) -> str:
    """Write the reserved field: every byte of it follows from what is given.

    Args:
        oid: of the signature algorithm.
        spki: the public key.
        signatures: over the label, and over label and binding.
        binding: as `entry_text` returned it.
    """
    kinds = ("Md", "Bnd")
    entries = [
        {
            "Type": "DS",
            "AlgID": oid,
            "TBSData": {"Type": kind},
            "Signature": made.hex(),
            "KeyID": 0,
        }
        for kind, made in zip(kinds, signatures, strict=True)
    ]
    key = {"Type": "PubKey", "AlgID": oid, "KeyValue": spki.hex(), "KeyID": 0}
    head = _compact({"Type": _TYPE, "Version": 1, "PubSD": [*entries, key]}, ascii_only=True)
    return f'{{"{_MARK}":{head[:-1]},"Bindings":[{binding}]}}}}'
