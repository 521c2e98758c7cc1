"""What the commands that sign or check seals share: where the keys are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.inputs import usage_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.seal.directory import Directory
    from ailabel.spi import Signer

__all__ = ["SIGNING", "directory", "signer"]

SIGNING: Final = (
    click.option(
        "--key",
        metavar="FILE",
        help="Sign the label with this private key (PKCS#8, mode 600): see ailabel keys new.",
    ),
    click.option(
        "--signer-path",
        metavar="COMMAND",
        help="Sign with a command, which gets the bytes on standard input and answers with the "
        "signature; the private key may stay in an HSM. Needs --public-key.",
    ),
    click.option(
        "--public-key",
        metavar="FILE",
        help="With --signer-path: the public key that belongs to it.",
    ),
)


def signer(options: dict[str, Any]) -> Signer | None:
    """Return who signs, or None; nothing is loaded where nobody was asked for.

    Raises:
        SealError: the key cannot be used.
        OSError: it cannot be read.
    """
    key, command, public = (options[name] for name in ("key", "signer_path", "public_key"))
    if key is None and command is None and public is None:
        return None
    if key is not None and command is not None:
        raise usage_error("--key and --signer-path exclude each other")
    if (command is None) != (public is None):
        raise usage_error("--signer-path and --public-key go together")
    from ailabel.seal.signers import signer_of

    return signer_of(key, command, public)


def directory(paths: Sequence[str]) -> Directory | None:
    """Return the directories of keys that were named, as one, or None.

    Raises:
        SealError: one cannot be used.
        OSError: it cannot be read.
    """
    if not paths:
        return None
    from ailabel.seal.trust import load_trust

    return load_trust(*paths)
