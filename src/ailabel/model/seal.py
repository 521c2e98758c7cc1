"""What checking the reserved fields of a label came to: values, as reports show them.

A reserved field may hold `SecurityData`: a signature over the label, a binding of the label to its
content that is signed too, and the hash of that content. Each of the three has a result of its own.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.messages import Message

__all__ = ["SealContent", "SealKey", "SealPart", "SealReport", "SealResult", "Standing"]


class SealResult(Enum):
    """What one part of a seal is worth."""

    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"
    INCONCLUSIVE = "inconclusive"
    """It is there and could not be checked; the reason says why."""


class SealContent(Enum):
    """What a reserved field holds."""

    EMPTY = "empty"
    OPAQUE = "opaque"
    """A provider's own value, about which nothing is known; never a fault."""
    SECURITY_DATA = "security-data"
    """The object of the guide, as another product wrote it."""
    SEAL = "seal"
    """The object of the guide, in the form that ailabel writes."""


class Standing(Enum):
    """What a directory of keys says of the key that a seal was made with."""

    NO_DIRECTORY = "no-directory"
    """None was given, so the key is the file's own: it proves integrity, not who signed."""
    UNPROVEN = "unproven"
    """The key is only named: no signature over the label shows that it was used."""
    UNKNOWN = "unknown"
    """The directory does not know the key, nor the provider."""
    FOREIGN = "foreign"
    """The directory knows other keys of this provider, but not this one."""
    TRUSTED = "trusted"
    """It is the provider's key, and was valid."""
    EXPIRED = "expired"
    """It is the provider's key, but not of the time of signing."""
    REVOKED = "revoked"


@frozen(kw_only=True)
class SealPart:
    """One of the three results.

    Args:
        result: what it is worth.
        reason: why, where it is not valid; or a remark on a valid one, or None.
    """

    result: SealResult
    reason: Message | None = None


@frozen(kw_only=True)
class SealKey:
    """The key that a seal was made with.

    Args:
        id: SHA-256 of its SubjectPublicKeyInfo, in hex.
        algorithm: ``sm2``, ``ed25519``, ``p256`` or ``rsa``.
        standing: what the directory says of it.
        code: whose key the directory says it is, or None.
    """

    id: str
    algorithm: str
    standing: Standing
    code: str | None = None


@frozen(kw_only=True)
class SealReport:
    """What checking one reserved field came to.

    Args:
        field: ``ReservedCode1`` for the producer's, ``ReservedCode2`` for the propagator's.
        content: what the field holds.
        label: the signature over the label's own values.
        binding: the signature over what binds the label to its content.
        hash: the comparison of the content with the hash that was bound.
        key: what it was signed with, where that could be read.
        time: when the signer says that it was signed, such as ``2026-11-22T21:00:00Z``, or None.
        digest: the essence digest of the content, where it was computed, or None.
        expected: whether the directory knows keys of this provider, so that a seal was to be there.
        location: of the label, in the format's own terms.
    """

    field: str
    content: SealContent
    label: SealPart
    binding: SealPart
    hash: SealPart
    key: SealKey | None = None
    time: str | None = None
    digest: str | None = None
    expected: bool = False
    location: str = ""

    @property
    def parts(self) -> tuple[SealPart, SealPart, SealPart]:
        """The three results."""
        return self.label, self.binding, self.hash

    @property
    def is_broken(self) -> bool:
        """Whether a signature is there that does not fit: the label was changed after signing."""
        return SealResult.INVALID in {self.label.result, self.binding.result}

    @property
    def is_whole(self) -> bool:
        """Whether all three results are valid."""
        return all(part.result is SealResult.VALID for part in self.parts)
