"""Make a seal: what ailabel writes into the reserved fields of a label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.seal import security_data as guide
from ailabel.seal.algorithms import OIDS, SHA256
from ailabel.seal.directory import utc_now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.spi import Signer

__all__ = ["sealed"]

_OIDS: Final = {name: oid for oid, name in OIDS.items()}


def sealed(
    fields: Mapping[str, str | None],
    digest: str,
    signer: Signer,
    *,
    field: str = "ReservedCode1",
    time: str | None = None,
) -> str:
    """Return the value of a reserved field: two signatures, the key, the binding to the content.

    Args:
        fields: the label, whose values are signed as they are going to be written.
        digest: the essence digest of the content, SHA-256 in hex.
        signer: who signs.
        field: ``ReservedCode1`` for the producer, ``ReservedCode2`` for the propagator.
        time: when it is signed; None for now.

    Raises:
        SealError: the signer could not sign.
        MissingExtraError: the package for SM2 is not installed.
    """
    protected = guide.fragment(field, fields)
    binding = guide.entry_text(SHA256, digest, time or utc_now())
    signatures = (
        signer.sign(protected.encode("ascii")),
        signer.sign(guide.message(field, protected, binding)),
    )
    return guide.encode(_OIDS[signer.algorithm], signer.public_key, signatures, binding)
