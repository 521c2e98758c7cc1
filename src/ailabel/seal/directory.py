"""Whose key: a directory of keys, and what it says of one.

A key that travels in a file shows that nothing was changed, and not who signed. A directory says
whose keys there are, from when to when, and which were given up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.model.seal import Standing
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["TIME", "Directory", "Key", "Revocation", "is_name", "state", "utc_now"]

TIME: Final = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ", re.ASCII)
_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_SLACK: Final = 86_400  # seconds by which clocks may differ
_LONGEST_NAME: Final = 200  # characters


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

    @property
    def is_total(self) -> bool:
        """Whether it takes back all that the key signed, not only what it signs from then on."""
        return self.reason == "compromised"

    def goes_beyond(self, other: Revocation) -> bool:
        """Say whether it may stand in the place of another: theft may show up late."""
        return self.is_total and not other.is_total


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
        self._codes = {_plain(key.code) for key in self.keys.values()}
        self._now = now

    def expects(self, code: str) -> bool:
        """Say whether this provider is known to sign, however its name is spelt."""
        return _plain(code) in self._codes

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
        stated = time is not None and TIME.fullmatch(time) is not None
        return time if stated and time is not None and time <= _later(now) else now


def is_name(code: str) -> bool:
    """Say whether a provider can be named so: by characters that are seen, on one line."""
    import unicodedata

    kinds = {unicodedata.category(char) for char in code}
    hidden = {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"}  # controls, directions, halves of characters
    return bool(code.strip()) and len(code) <= _LONGEST_NAME and not kinds & hidden


def _plain(code: str) -> str:
    """Return a code or name without what people may not notice."""
    import unicodedata

    return unicodedata.normalize("NFKC", code).casefold().strip()


def state(key: Key, revocation: Revocation | None, moment: str) -> Standing:
    """Say what a key of the right provider is worth at a moment."""
    if revocation is not None and (revocation.is_total or moment >= revocation.at):
        return Standing.REVOKED
    if moment < key.not_before or (key.not_after is not None and moment >= key.not_after):
        return Standing.EXPIRED
    return Standing.TRUSTED


def utc_now() -> str:
    """Return the time in the form that directories and seals have."""
    import time

    return time.strftime(_FORM, time.gmtime())


def _later(now: str) -> str:
    import calendar
    import time

    moment = calendar.timegm(time.strptime(now, _FORM))
    return time.strftime(_FORM, time.gmtime(moment + _SLACK))
