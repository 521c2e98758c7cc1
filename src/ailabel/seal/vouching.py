"""Who vouches for a key: the file that is pinned, or a key that stood there before.

Every key but the pinned ones is signed by a predecessor of the same provider, and so is the giving
up of a key. A newer directory can thus be told from a forged one (`merged`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ailabel.errors import SealError
from ailabel.seal.algorithms import verify
from ailabel.seal.directory import Directory, Key, Revocation
from ailabel.seal.publickey import read_key

if TYPE_CHECKING:
    from ailabel.spi import Signer

__all__ = ["check_vouched", "introduced", "merged", "revoked", "statement"]


def check_vouched(found: Directory) -> None:
    """Check that every key but the pinned ones, and every revocation, is vouched for."""
    for key in found.keys.values():
        _check_ancestry(key, found)
        if key.signed_by is not None:
            _check_signed(found, key.signed_by, key.code, statement(key), key.signature)
    for item in found.revocations.values():
        key_given_up = found.keys.get(item.id)
        if key_given_up is None:
            raise SealError("the directory revokes the key {id}, which it lacks", id=item.id[:16])
        _check_signed(found, item.signed_by, key_given_up.code, statement(item), item.signature)


def _check_ancestry(key: Key, found: Directory) -> None:
    """Follow the keys that vouch for one another back to one that is pinned."""
    seen: set[str] = set()
    while key.signed_by is not None:
        if key.id in seen or key.signed_by not in found.keys:
            raise SealError("nobody in the directory vouches for the key {id}", id=key.id[:16])
        seen.add(key.id)
        key = found.keys[key.signed_by]


def _check_signed(found: Directory, by: str, code: str, said: bytes, signature: str | None) -> None:
    key = found.keys.get(by)
    if key is None or key.code != code:
        raise SealError("nobody in the directory vouches for the key {id}", id=by[:16])
    try:
        made = bytes.fromhex(signature or "")
    except ValueError:
        raise SealError("a statement of the key {id} is not signed by it", id=by[:16]) from None
    if not verify(read_key(bytes.fromhex(key.public_key)), said, made):
        raise SealError("a statement of the key {id} is not signed by it", id=by[:16])


def statement(item: Key | Revocation) -> bytes:
    """Return the bytes that vouch for a key, or give one up; each kind has its own first line."""
    import json

    if isinstance(item, Key):
        kind = "ailabel key 1"
        said: dict[str, object] = {
            name: getattr(item, name)
            for name in ("code", "id", "algorithm", "public_key", "not_before", "not_after")
        }
        said["signed_by"] = item.signed_by
    else:
        kind = "ailabel revocation 1"
        said = {name: getattr(item, name) for name in ("id", "at", "reason", "signed_by")}
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return f"{kind}\n{text}".encode("ascii")


def introduced(directory: Directory, key: Key, by: Signer | None = None) -> Directory:
    """Add a key: as one to be pinned, or vouched for by a key that stands there.

    Raises:
        SealError: it stands there already, or the one that vouches for it must not.
    """
    if key.id in directory.keys:
        raise SealError("the key {id} stands in the directory already", id=key.id[:16])
    if by is not None:
        voucher = _voucher(directory, by, key.code)
        key = replace(key, signed_by=voucher.id)
        key = replace(key, signature=by.sign(statement(key)).hex())
    made = Directory([*directory.keys.values(), key], directory.revocations.values())
    check_vouched(made)
    return made


def revoked(directory: Directory, key_id: str, at: str, reason: str, by: Signer) -> Directory:
    """Give up a key, which a key of the same provider must say; one that ended, also as stolen.

    Raises:
        SealError: there is no such key, it was given up before, or the other must not say so.
    """
    key = directory.keys.get(key_id)
    if key is None:
        raise SealError("the directory has no key {id}", id=key_id[:16])
    voucher = _voucher(directory, by, key.code, itself=key_id)
    item = Revocation(id=key_id, at=at, reason=reason, signed_by=voucher.id, signature="-")
    before = directory.revocations.get(key_id)
    if before is not None and not item.goes_beyond(before):
        raise SealError("the key {id} was given up before", id=key_id[:16])
    item = replace(item, signature=by.sign(statement(item)).hex())
    made = Directory(directory.keys.values(), [*directory.revocations.values(), item])
    check_vouched(made)
    return made


def _voucher(directory: Directory, by: Signer, code: str, itself: str | None = None) -> Key:
    """Return the entry of a signer who may speak for a provider."""
    key = directory.keys.get(read_key(by.public_key).id)
    if key is None or key.code != code:
        raise SealError("the signer is no key of {code} in this directory", code=code)
    if key.id in directory.revocations and key.id != itself:
        raise SealError("the key {id} was given up and vouches for nothing", id=key.id[:16])
    return key


def merged(pinned: Directory, newer: Directory) -> Directory:
    """Take a newer directory over, as far as keys that are pinned vouch for it.

    Raises:
        SealError: it lacks or changes what is pinned, or brings a key that nobody pinned vouches
            for.
    """
    for key in pinned.keys.values():
        if newer.keys.get(key.id) != key:
            raise SealError("the newer directory lacks or changes the key {id}", id=key.id[:16])
    for item in pinned.revocations.values():
        now = newer.revocations.get(item.id)
        if now is None or (now != item and not now.goes_beyond(item)):
            raise SealError("the newer directory takes back a revocation of {id}", id=item.id[:16])
    for item in newer.revocations.values():
        _check_may_revoke(item, pinned)
    for key in newer.keys.values():
        if key.id not in pinned.keys:
            _check_succession(key, pinned, newer)
    return newer


def _check_may_revoke(item: Revocation, pinned: Directory) -> None:
    """Refuse a revocation by another key that was given up: a thief may have it."""
    is_new = pinned.revocations.get(item.id) != item
    if is_new and item.signed_by != item.id and item.signed_by in pinned.revocations:
        raise SealError("the key {id} was given up and vouches for nothing", id=item.signed_by[:16])


def _check_succession(key: Key, pinned: Directory, newer: Directory) -> None:
    """Refuse a key that comes from no pinned one, or from one that was compromised by then."""
    voucher = newer.keys.get(key.signed_by or "")
    if voucher is None:
        raise SealError("nobody who is pinned vouches for the key {id}", id=key.id[:16])
    revocation = newer.revocations.get(voucher.id)
    if revocation is not None and (
        voucher.id in pinned.revocations
        or (revocation.is_total and key.not_before >= revocation.at)
    ):
        raise SealError("the key {id} was given up and vouches for nothing", id=voucher.id[:16])
