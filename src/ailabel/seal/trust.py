"""Whose key: a directory of keys, pinned by file, in which new keys are vouched for by old ones.

A key that travels in a file shows that nothing was changed, and not who signed. A directory says
whose keys there are, from when to when, and which were given up. Whoever verifies pins a file of
it; what is added later to a provider's own directory is signed by a key that stood there before, so
that a newer file can be told from a forged one (`merged`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, SealError
from ailabel.model.seal import Standing
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from ailabel.spi import Signer

__all__ = [
    "REASONS",
    "Directory",
    "Key",
    "Revocation",
    "introduced",
    "load",
    "merged",
    "read",
    "revoked",
    "state",
    "text_of",
    "utc_now",
]

REASONS: Final = ("compromised", "superseded", "ceased")
_TYPE: Final = "ailabel-keys"
_TIME: Final = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ")
_ID: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST: Final = 4 << 20  # bytes of a directory; some ten thousand keys
_LONGEST_CODE: Final = 200
_SLACK: Final = 86_400  # seconds by which clocks may differ


@frozen(kw_only=True)
class Key:
    """One key of a provider.

    Args:
        code: of the provider, exactly as its labels have it.
        id: SHA-256 of the key's SubjectPublicKeyInfo, in hex.
        algorithm: ``sm2``, ``ed25519``, ``p256`` or ``rsa``.
        public_key: the SubjectPublicKeyInfo, in hex.
        not_before: from when on it signs.
        not_after: until when, or None for no end.
        signed_by: id of the key that vouches for it; None where pinning the file does.
        signature: of that key over this entry, in hex.
    """

    code: str
    id: str
    algorithm: str
    public_key: str
    not_before: str
    not_after: str | None = None
    signed_by: str | None = None
    signature: str | None = None


@frozen(kw_only=True)
class Revocation:
    """A key that was given up.

    Args:
        id: of the key.
        at: from when on it does not count; a compromised one never does.
        reason: ``compromised``, ``superseded`` or ``ceased``.
        signed_by: id of the provider's key that says so: itself, or another.
        signature: of that key over this entry, in hex.
    """

    id: str
    at: str
    reason: str
    signed_by: str
    signature: str


class Directory:
    """A directory of keys; every statement in it was found to be signed as it should be.

    Args:
        keys: the keys, in the file's order.
        revocations: those that were given up.
        now: what time it is, for seals that do not say when they were made; None asks the clock.
    """

    def __init__(
        self,
        keys: Iterable[Key] = (),
        revocations: Iterable[Revocation] = (),
        now: str | None = None,
    ) -> None:
        self.keys = {key.id: key for key in keys}
        self.revocations = {item.id: item for item in revocations}
        self._codes = {key.code for key in self.keys.values()}
        self._now = now

    def expects(self, code: str) -> bool:
        """Say whether this provider is known to sign."""
        return code in self._codes

    def standing(self, key_id: str, code: str, time: str | None) -> tuple[Standing, str | None]:
        """Say what a key is worth under a label.

        Args:
            key_id: of the key that the seal was made with.
            code: the provider that the label names.
            time: when the seal says that it was made, or None.

        Returns:
            The standing, and whose key it is, where that is known.
        """
        key = self.keys.get(key_id)
        if key is None:
            return (Standing.FOREIGN if self.expects(code) else Standing.UNKNOWN), None
        if key.code != code:
            return Standing.FOREIGN, key.code
        return state(key, self.revocations.get(key_id), self._moment(time)), key.code

    def _moment(self, time: str | None) -> str:
        """Return the time that counts: the one that was signed, unless it is none or to come."""
        now = self._now or utc_now()
        stated = time is not None and _TIME.fullmatch(time) is not None
        return time if stated and time is not None and time <= _later(now) else now


def state(key: Key, revocation: Revocation | None, moment: str) -> Standing:
    """Say what a key of the right provider is worth at a moment."""
    if revocation is not None and (revocation.reason == "compromised" or moment >= revocation.at):
        return Standing.REVOKED
    if moment < key.not_before or (key.not_after is not None and moment >= key.not_after):
        return Standing.EXPIRED
    return Standing.TRUSTED


def utc_now() -> str:
    """Return the time in the form that directories and seals have."""
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _later(now: str) -> str:
    import calendar
    import time

    moment = calendar.timegm(time.strptime(now, "%Y-%m-%dT%H:%M:%SZ"))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + _SLACK))


# -- reading ---------------------------------------------------------------------------------------


def load(paths: Iterable[str | PathLike[str]]) -> Directory:
    """Read one or more directories that are pinned; their keys are put together.

    Raises:
        SealError: one is no directory, is damaged, or holds a statement that is not signed.
        OSError: one cannot be read.
    """
    keys: dict[str, Key] = {}
    revocations: dict[str, Revocation] = {}
    for path in paths:
        with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
            found = read(file.read(_LARGEST + 1))
        for key in found.keys.values():
            if keys.setdefault(key.id, key).code != key.code:
                raise SealError("the key {id} stands under two providers", id=key.id[:16])
        revocations |= found.revocations
    return Directory(keys.values(), revocations.values())


def read(data: bytes) -> Directory:
    """Read a directory and check every statement in it.

    Raises:
        SealError: it is no directory, is damaged, or holds a statement that is not signed.
    """
    import json

    try:
        whole = json.loads(data) if len(data) <= _LARGEST else None
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict) or whole.get("type") != _TYPE or whole.get("version") != 1:
        raise SealError("this is no directory of keys (keys.json, version 1)")
    keys = [_key(_members(item)) for item in _list(whole, "keys")]
    revocations = [_revocation(_members(item)) for item in _list(whole, "revocations")]
    found = Directory(keys, revocations)
    if len(found.keys) < len(keys) or len(found.revocations) < len(revocations):
        raise SealError("the directory of keys names a key twice")
    _check(found)
    return found


def _list(whole: Mapping[str, object], name: str) -> list[object]:
    value = whole.get(name, [])
    if not isinstance(value, list):
        raise _damaged(name)
    return value


def _members(item: object) -> dict[str, object]:
    if not isinstance(item, dict):
        raise _damaged("keys")
    return item


def _key(item: dict[str, object]) -> Key:
    from ailabel.seal.publickey import read_key

    key = Key(
        code=_text(item, "code"),
        id=_text(item, "id", _ID),
        algorithm=_text(item, "algorithm"),
        public_key=_text(item, "public_key"),
        not_before=_text(item, "not_before", _TIME),
        not_after=None if item.get("not_after") is None else _text(item, "not_after", _TIME),
        signed_by=None if item.get("signed_by") is None else _text(item, "signed_by", _ID),
        signature=None if item.get("signature") is None else _text(item, "signature"),
    )
    try:
        public = read_key(bytes.fromhex(key.public_key))
    except (AilabelError, ValueError):
        raise _damaged("public_key") from None
    if (public.id, public.algorithm) != (key.id, key.algorithm):
        raise SealError("the key {id} is not the one that its number says", id=key.id[:16])
    return key


def _revocation(item: dict[str, object]) -> Revocation:
    reason = _text(item, "reason")
    if reason not in REASONS:
        raise _damaged("reason")
    return Revocation(
        id=_text(item, "id", _ID),
        at=_text(item, "at", _TIME),
        reason=reason,
        signed_by=_text(item, "signed_by", _ID),
        signature=_text(item, "signature"),
    )


def _text(item: Mapping[str, object], name: str, form: re.Pattern[str] | None = None) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value or (form is not None and not form.fullmatch(value)):
        raise _damaged(name)
    if name == "code" and len(value) > _LONGEST_CODE:
        raise _damaged(name)
    return value


def _damaged(name: str) -> SealError:
    return SealError("the directory of keys is damaged: {name} is missing or malformed", name=name)


# -- who vouches for whom --------------------------------------------------------------------------


def _check(found: Directory) -> None:
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
    from ailabel.seal.algorithms import verify
    from ailabel.seal.publickey import read_key

    key = found.keys.get(by)
    if key is None or key.code != code:
        raise SealError("nobody in the directory vouches for the key {id}", id=by[:16])
    try:
        made = bytes.fromhex(signature or "")
    except ValueError:
        raise _damaged("signature") from None
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


# -- changing --------------------------------------------------------------------------------------


def introduced(directory: Directory, key: Key, by: Signer | None = None) -> Directory:
    """Add a key: as one to be pinned, or vouched for by a key that stands there.

    Raises:
        SealError: it stands there already, or the one that vouches for it must not.
    """
    from dataclasses import replace

    if key.id in directory.keys:
        raise SealError("the key {id} stands in the directory already", id=key.id[:16])
    if by is not None:
        voucher = _voucher(directory, by, key.code)
        key = replace(key, signed_by=voucher.id)
        key = replace(key, signature=by.sign(statement(key)).hex())
    made = Directory([*directory.keys.values(), key], directory.revocations.values())
    _check(made)
    return made


def revoked(directory: Directory, key_id: str, at: str, reason: str, by: Signer) -> Directory:
    """Give up a key, which a key of the same provider must say.

    Raises:
        SealError: there is no such key, it was given up before, or the other must not say so.
    """
    from dataclasses import replace

    key = directory.keys.get(key_id)
    if key is None:
        raise SealError("the directory has no key {id}", id=key_id[:16])
    if key_id in directory.revocations:
        raise SealError("the key {id} was given up before", id=key_id[:16])
    voucher = _voucher(directory, by, key.code, itself=key_id)
    item = Revocation(id=key_id, at=at, reason=reason, signed_by=voucher.id, signature="-")
    item = replace(item, signature=by.sign(statement(item)).hex())
    made = Directory(directory.keys.values(), [*directory.revocations.values(), item])
    _check(made)
    return made


def _voucher(directory: Directory, by: Signer, code: str, itself: str | None = None) -> Key:
    """Return the entry of a signer who may speak for a provider."""
    from ailabel.seal.publickey import read_key

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
        if newer.revocations.get(item.id) != item:
            raise SealError("the newer directory takes back a revocation of {id}", id=item.id[:16])
    for key in newer.keys.values():
        if key.id not in pinned.keys:
            _check_succession(key, pinned, newer)
    return newer


def _check_succession(key: Key, pinned: Directory, newer: Directory) -> None:
    """Refuse a key that comes from no pinned one, or from one that was compromised by then."""
    voucher = newer.keys.get(key.signed_by or "")
    if voucher is None:
        raise SealError("nobody who is pinned vouches for the key {id}", id=key.id[:16])
    revocation = newer.revocations.get(voucher.id)
    if revocation is not None and (
        voucher.id in pinned.revocations
        or (revocation.reason == "compromised" and key.not_before >= revocation.at)
    ):
        raise SealError("the key {id} was given up and vouches for nothing", id=voucher.id[:16])


def text_of(directory: Directory) -> str:
    """Write a directory as JSON, one member a line."""
    import json
    from dataclasses import asdict

    whole = {
        "type": _TYPE,
        "version": 1,
        "keys": [asdict(key) for key in directory.keys.values()],
        "revocations": [asdict(item) for item in directory.revocations.values()],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
