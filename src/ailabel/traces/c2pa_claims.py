"""What a C2PA manifest store says of AI, read as it stands and not checked [C2PA 2.2, 11, 18].

A store holds manifests; the last is the file's own, and its ingredients lead to those of the files
that it was made from. What a parent says holds for the file as well; what another ingredient says
holds for a part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import cbor, jumbf
from ailabel.errors import AilabelError
from ailabel.io.source import check_limit
from ailabel.messages import Message
from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength
from ailabel.traces.iptc import source_type
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ailabel.io.source import Limits
    from ailabel.spi import Entry
    from ailabel.traces.c2pa_places import Place

__all__ = ["read", "remote", "unreadable"]

_TAIL: Final = bytes.fromhex("00110010800000aa00389b71")  # of all types below
_STORE, _MANIFEST, _UPDATE, _ASSERTIONS, _CLAIM, _SIGNATURE = (
    name + _TAIL for name in (b"c2pa", b"c2ma", b"c2um", b"c2as", b"c2cl", b"c2cs")
)
_CONTENT: Final = (b"cbor", b"json")
_PARTIAL: Final = ("c2pa.edited", "c2pa.placed", "c2pa.removed", "c2pa.drawing", "c2pa.filtered")
_DISCLOSURES: Final = ("c2pa.ai-disclosure", "c2pa.ai_generated_content")
_INGREDIENT: Final = "c2pa.ingredient"
_TERM: Final = "digitalsourcetype"
_NEEDLE: Final = b"igitalSourceType"  # in either spelling
_CERTIFICATES: Final = (33, "x5chain")  # of a COSE header [RFC 9360 2]
_VALUES: Final = 10_000  # of one assertion that are looked through
_NAME: Final = 200  # characters of a name that is shown
_WEIGHTS: Final = {Claim.GENERATED: 2, Claim.EDITED: 1}


@frozen(kw_only=True)
class _Statement:
    """What an assertion says of AI: the claim, its words, where it stands, the program named."""

    claim: Claim
    term: str
    label: str
    box: jumbf.Box
    agent: str = ""


@frozen(kw_only=True)
class _Manifest:
    """One manifest.

    Args:
        label: its name.
        box: where it stands.
        generator: the program that its claim names.
        signer: whom the certificate of its signature names.
        statements: what its assertions say of AI.
        ingredients: relationship and manifest of what it was made from.
    """

    label: str
    box: jumbf.Box
    generator: str
    signer: str
    statements: tuple[_Statement, ...]
    ingredients: tuple[tuple[str, str], ...]


def read(place: Place, data: bytes, limits: Limits) -> Trace:
    """Say what a store says of AI.

    Args:
        place: where it stands.
        data: its bytes.
        limits: bound the number of its boxes and values.

    Raises:
        AilabelError: it is damaged.
    """
    found = [_manifest(data, item, limits) for item in _stored(data, limits)]
    if not found:
        return unreadable(place)
    best = max(
        _inherited({item.label: item for item in found}, found[-1]),
        key=lambda pair: _WEIGHTS.get(pair[1].claim, 0),
        default=None,
    )
    if best is None:
        return _trace(place, found[-1], None)
    return _trace(place, *best)


def unreadable(place: Place) -> Trace:
    """Say that there is a store, which cannot be read."""
    message = Message("there is a C2PA manifest, which cannot be read")
    return Trace(
        kind="c2pa",
        claim=Claim.PROVENANCE,
        strength=TraceStrength.WEAK,
        message=message,
        location=place.location,
        offset=place.offset,
        length=place.length,
    )


def remote(entry: Entry) -> Trace:
    """Say that the metadata name a manifest that stands elsewhere."""
    return Trace(
        kind="c2pa-remote",
        claim=Claim.PROVENANCE,
        strength=TraceStrength.STATED,
        message=Message("the metadata name a C2PA manifest elsewhere, which was not fetched"),
        location=entry.location,
        offset=entry.offset,
        length=entry.length,
        raw=entry.text.encode("utf-8", "replace")[:RAW_MOST],
    )


def _trace(place: Place, manifest: _Manifest, statement: _Statement | None) -> Trace:
    unknown = Message("somebody unnamed")
    names = {"generator": manifest.generator or unknown, "signer": manifest.signer or unknown}
    box = manifest.box if statement is None else statement.box
    offset, length = place.at(box.offset, box.end - box.offset)
    location = f"{place.location}/{manifest.label[:_NAME]}"
    if statement is None:
        message = Message(
            "a C2PA manifest by {generator}, signed as {signer}, does not speak of AI", names
        )
    else:
        location += f"/{statement.label[:_NAME]}"
        message = Message(
            "a C2PA manifest by {generator}, signed as {signer}, says {type}",
            {**names, "type": statement.term},
        )
    return Trace(
        kind="c2pa",
        claim=Claim.PROVENANCE if statement is None else statement.claim,
        strength=TraceStrength.STATED,
        message=Message("{manifest}; its signature was not checked", {"manifest": message}),
        product=_product(manifest, statement),
        location=location,
        offset=offset,
        length=length,
        raw=b"" if statement is None else statement.term.encode()[:RAW_MOST],
    )


def _product(manifest: _Manifest, statement: _Statement | None) -> str | None:
    agent = statement.agent if statement else ""
    if agent and manifest.generator and agent != manifest.generator:
        return f"{manifest.generator} ({agent})"
    return manifest.generator or agent or None


def _inherited(
    manifests: Mapping[str, _Manifest], active: _Manifest
) -> Iterator[tuple[_Manifest, _Statement]]:
    """Yield what all manifests say, weighed by how they have to do with the active one."""
    seen: set[str] = set()
    whole, parts = [active.label], list[str]()
    while whole or parts:
        partial = not whole
        label = (whole or parts).pop()
        manifest = manifests.get(label)
        if manifest is None or label in seen:
            continue
        seen.add(label)
        for statement in manifest.statements:
            yield manifest, _part(statement) if partial else statement
        for relationship, other in manifest.ingredients:
            (parts if partial or relationship != "parentOf" else whole).append(other)


def _part(statement: _Statement) -> _Statement:
    from dataclasses import replace

    return replace(statement, claim=Claim.EDITED)


# -- reading boxes ---------------------------------------------------------------------------------


def _stored(data: bytes, limits: Limits) -> Iterator[jumbf.SuperBox]:
    """Yield the manifests of a store, in their order."""
    for box in jumbf.boxes(data, 0, len(data), limits):
        store = jumbf.superbox(data, box, limits)
        if store is None or store.type != _STORE:
            continue
        for inner in store.content:
            found = jumbf.superbox(data, inner, limits)
            if found is not None and found.type in (_MANIFEST, _UPDATE):
                yield found


def _manifest(data: bytes, manifest: jumbf.SuperBox, limits: Limits) -> _Manifest:
    generator = signer = ""
    statements: list[_Statement] = []
    ingredients: list[tuple[str, str]] = []
    for box in manifest.content:
        found = jumbf.superbox(data, box, limits)
        if found is None:
            continue
        if found.type == _ASSERTIONS:
            for inner in found.content:
                assertion = jumbf.superbox(data, inner, limits)
                if assertion is not None and _tells(data, assertion):
                    value = _value(data, assertion, limits)
                    statements += _statements(assertion, value)
                    ingredients += _ingredients(assertion.label, value)
        elif found.type == _CLAIM:
            generator = _generator(_value(data, found, limits))
        elif found.type == _SIGNATURE:
            signer = _signer(_value(data, found, limits), limits)
    return _Manifest(
        label=manifest.label,
        box=manifest.box,
        generator=generator,
        signer=signer,
        statements=tuple(statements),
        ingredients=tuple(ingredients),
    )


def _value(data: bytes, found: jumbf.SuperBox, limits: Limits) -> object:
    """Return what a box of CBOR or JSON says; None of any other, and of one that is damaged."""
    box = next((item for item in found.content if item.type in _CONTENT), None)
    if box is None:
        return None
    body = data[box.body : box.end]
    try:
        if box.type == b"cbor":
            return cbor.decode(body, limits)
        import json

        check_limit("a C2PA assertion", len(body), limits.inflate_bytes)
        value: object = json.loads(body)
    except (AilabelError, ValueError, RecursionError):
        return None
    return value


def _tells(data: bytes, found: jumbf.SuperBox) -> bool:
    """Say whether an assertion may speak of AI or of an ingredient; most need not be decoded."""
    if found.label.startswith((_INGREDIENT, *_DISCLOSURES)):
        return True
    return data.find(_NEEDLE, found.box.body, found.box.end) >= 0


def _statements(assertion: jumbf.SuperBox, value: object) -> Iterator[_Statement]:
    """Yield what an assertion says of AI: every source type in it, wherever it stands."""
    if assertion.label.startswith(_DISCLOSURES):
        yield _Statement(
            claim=Claim.GENERATED,
            term=assertion.label[:_NAME],
            label=assertion.label,
            box=assertion.box,
        )
    for holder, text in _terms(value):
        known = source_type(text)
        if known is not None:
            action = holder.get("action")
            partial = action in _PARTIAL and known[1] is Claim.GENERATED
            yield _Statement(
                claim=Claim.EDITED if partial else known[1],
                term=known[0],
                label=assertion.label,
                box=assertion.box,
                agent=_named(holder.get("softwareAgent")),
            )


def _terms(value: object) -> Iterator[tuple[dict[object, object], str]]:
    """Yield the source types in a value, each with the map that holds it."""
    pending, count = [value], 0
    while pending and count < _VALUES:
        item = pending.pop()
        count += 1
        if isinstance(item, dict):
            for key, inner in item.items():
                named = isinstance(key, str) and key.casefold().rpartition(":")[2] == _TERM
                if named and isinstance(inner, str):
                    yield item, inner
                pending.append(inner)
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, cbor.Tagged):
            pending.append(item.value)


def _ingredients(label: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield relationship and manifest of an ingredient that has one [C2PA 2.2 18.13]."""
    if not label.startswith(_INGREDIENT) or not isinstance(value, dict):
        return
    link = value.get("activeManifest", value.get("c2pa_manifest"))
    url = link.get("url") if isinstance(link, dict) else None
    if isinstance(url, str):
        yield str(value.get("relationship")), url.rpartition("/")[2]


def _generator(claim: object) -> str:
    if not isinstance(claim, dict):
        return ""
    return _named(claim.get("claim_generator_info")) or _named(claim.get("claim_generator"))


def _named(value: object) -> str:
    """Return the name of a program: a text, a map with a name, or the first of a list of them."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    return value.strip()[:_NAME] if isinstance(value, str) else ""


def _signer(value: object, limits: Limits) -> str:
    """Return whom the first certificate of a COSE signature names [RFC 9052 4.2]."""
    from ailabel.traces.certificate import subject

    parts = value.value if isinstance(value, cbor.Tagged) else value
    for header in parts[:2] if isinstance(parts, list) else ():  # protected, and not
        first = _certificate(header, limits)
        if first is not None:
            return subject(first)[:_NAME]
    return ""


def _certificate(header: object, limits: Limits) -> bytes | None:
    """Return the first certificate that a header holds, be it as bytes or as the map itself."""
    if isinstance(header, bytes):
        try:
            header = cbor.decode(header, limits)
        except AilabelError:
            return None
    if not isinstance(header, dict):
        return None
    chain = next((header[key] for key in _CERTIFICATES if key in header), None)
    first = chain[0] if isinstance(chain, list) and chain else chain
    return first if isinstance(first, bytes) else None
