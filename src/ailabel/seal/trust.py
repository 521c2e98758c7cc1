"""Read and write directories of keys (``keys.json``); spec/signatures.md describes the file."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, SealError
from ailabel.messages import Message
from ailabel.seal.directory import TIME, Directory, Key, Revocation, is_name
from ailabel.seal.vouching import check_vouched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["REASONS", "load_trust", "read", "text_of"]

REASONS: Final = ("compromised", "superseded", "ceased")
_TYPE: Final = "ailabel-keys"
_ID: Final = re.compile(r"[0-9a-f]{64}")
_LARGEST: Final = 4 << 20  # bytes of a directory; some ten thousand keys


def load_trust(*paths: str | PathLike[str]) -> Directory:
    """Read one or more directories that are pinned; their keys are put together.

    Where two speak of one key, the narrower time and the graver revocation count.

    Raises:
        SealError: one is no directory, is damaged, or holds a statement that is not signed.
        OSError: one cannot be read.
    """
    keys: dict[str, Key] = {}
    revocations: dict[str, Revocation] = {}
    for path in paths:
        with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
            data = file.read(_LARGEST + 1)
        try:
            found = read(data)
        except SealError as error:
            reason = Message(error.text, error.params)
            raise SealError("{path}: {reason}", path=os.fspath(path), reason=reason) from error
        for key in found.keys.values():
            known = keys.setdefault(key.id, key)
            if known.code != key.code:
                raise SealError("the key {id} stands under two providers", id=key.id[:16])
            keys[key.id] = _narrower(known, key)
        for item in found.revocations.values():
            other = revocations.setdefault(item.id, item)
            if (item.is_total, other.at) > (other.is_total, item.at):  # graver, or earlier
                revocations[item.id] = item
    return Directory(keys.values(), revocations.values())


def _narrower(one: Key, other: Key) -> Key:
    """Return a key with the time in which both entries let it sign."""
    ends = [end for end in (one.not_after, other.not_after) if end is not None]
    return replace(
        one,
        not_before=max(one.not_before, other.not_before),
        not_after=min(ends, default=None),
    )


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
    check_vouched(found)
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
        not_before=_text(item, "not_before", TIME),
        not_after=None if item.get("not_after") is None else _text(item, "not_after", TIME),
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
        at=_text(item, "at", TIME),
        reason=reason,
        signed_by=_text(item, "signed_by", _ID),
        signature=_text(item, "signature"),
    )


def _text(item: Mapping[str, object], name: str, form: re.Pattern[str] | None = None) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value or (form is not None and not form.fullmatch(value)):
        raise _damaged(name)
    if name == "code" and not is_name(value):
        raise _damaged(name)
    return value


def _damaged(name: str) -> SealError:
    return SealError("the directory of keys is damaged: {name} is missing or malformed", name=name)


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
