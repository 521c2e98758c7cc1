"""``ailabel keys new | list | add | rotate | revoke | update``: keys, and directories of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.base import (
    TranslatedCommand,
    TranslatedGroup,
    answer,
    emit,
    language,
    language_option,
)
from ailabel.adapters.cli.inputs import usage_error
from ailabel.adapters.cli.results import with_options
from ailabel.adapters.cli.signing import SIGNING, signer
from ailabel.messages import translate

if TYPE_CHECKING:
    from ailabel.seal.directory import Directory, Key
    from ailabel.spi import Signer

__all__ = ["keys_command"]

_ALWAYS: Final = "1970-01-01T00:00:00Z"
_ALGORITHMS: Final = ("sm2", "ed25519", "p256")
_DIRECTORY: Final = click.argument("directory", metavar="KEYS.JSON")
_FROM: Final = click.option(
    "--from", "since", metavar="TIME", help="From when on; now, or always for a key that is pinned."
)
_UNTIL: Final = click.option(
    "--until", metavar="TIME", help="Until when; without end unless given."
)
_CODE: Final = click.option(
    "--code",
    required=True,
    metavar="CODE|NAME",
    help="The provider, exactly as its labels name it.",
)


@click.group(
    "keys",
    cls=TranslatedGroup,
    help="Make keys for signing labels, and keep the directory that says whose they are.",
)
@language_option
def keys_command() -> None:
    """Stand above the commands on keys."""


@keys_command.command(
    "new",
    cls=TranslatedCommand,
    help="Make a key: DIR/label.key, which only you can read, and DIR/label.pub. Nothing is "
    "overwritten.",
)
@with_options(
    click.option(
        "--alg",
        type=click.Choice(_ALGORITHMS),
        default="ed25519",
        show_default=True,
        help="SM2 is the algorithm of the guide; it needs the extra [sm2].",
    ),
    click.option("-o", "--output", required=True, metavar="DIR", help="The folder for both files."),
)
def new_command(alg: str, output: str) -> None:
    """Write a pair of keys."""
    from ailabel.seal.keyfile import make_key, write_key
    from ailabel.seal.publickey import read_pem

    private, public = make_key(alg)
    write_key(output, private, public)
    answer(
        "{path}: key {key} ({algorithm})",
        path=os.path.join(output, "label.pub"),  # noqa: PTH118 - no pathlib here
        key=read_pem(public).id[:16],
        algorithm=alg,
    )


@keys_command.command(
    "list", cls=TranslatedCommand, help="Show the keys of a directory, and what each is worth now."
)
@with_options(_DIRECTORY)
def list_command(directory: str) -> None:
    """Print a line a key."""
    from ailabel.seal.directory import state, utc_now

    found = _read(directory)
    now = utc_now()
    for key in found.keys.values():
        worth = state(key, found.revocations.get(key.id), now)
        span = f"{key.not_before} – {key.not_after or '…'}"
        by = f" <- {key.signed_by[:16]}" if key.signed_by else ""
        word = translate(worth.value, language())
        emit([f"{key.id[:16]}  {key.algorithm:<8} {word:<8} {span}  {key.code}{by}\n"])


@keys_command.command(
    "add",
    cls=TranslatedCommand,
    help="Add a public key to a directory, which is made where there is none. Whoever pins the "
    "file trusts the key; to let a key that is trusted vouch for a new one, use rotate.",
)
@with_options(
    _DIRECTORY,
    click.argument("public", metavar="LABEL.PUB"),
    *(_CODE, _FROM, _UNTIL),
)
def add_command(
    directory: str, public: str, code: str, since: str | None, until: str | None
) -> None:
    """Add a key that pinning vouches for."""
    from ailabel.seal.vouching import introduced

    before = _read(directory) if os.path.exists(directory) else None  # noqa: PTH110
    key = _entry(public, code, _ALWAYS if since is None else since, until)
    _write(directory, introduced(before or _empty(), key))
    answer("{key} stands in the directory as a key of {code}", key=key.id[:16], code=code)


@keys_command.command(
    "rotate",
    cls=TranslatedCommand,
    help="Add a new key that an older one of the same provider vouches for by signing it.",
)
@with_options(
    _DIRECTORY,
    click.argument("public", metavar="NEW.PUB"),
    *(_FROM, _UNTIL),
    *SIGNING,
)
def rotate_command(directory: str, public: str, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Add a key that its predecessor vouches for."""
    from ailabel.seal.publickey import read_key
    from ailabel.seal.vouching import introduced

    before, by = _read(directory), _signer(options)
    older = before.keys.get(read_key(by.public_key).id)
    if older is None:
        raise usage_error("the signer's key does not stand in this directory")
    key = _entry(public, older.code, options["since"], options["until"])
    _write(directory, introduced(before, key, by))
    answer("{key} stands in the directory as a key of {code}", key=key.id[:16], code=older.code)


@keys_command.command(
    "revoke",
    cls=TranslatedCommand,
    help="Give up a key, which the key itself or another one of the provider signs. What a "
    "compromised key signed never counts; after another reason, what it signed before still does.",
)
@with_options(
    _DIRECTORY,
    click.argument("key_id", metavar="KEY"),
    click.option(
        "--reason",
        type=click.Choice(["compromised", "superseded", "ceased"]),
        required=True,
        help="Why.",
    ),
    click.option("--at", metavar="TIME", help="From when on; now unless given."),
    *SIGNING,
)
def revoke_command(directory: str, key_id: str, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Give up a key."""
    from ailabel.seal.vouching import revoked

    before = _read(directory)
    found = [known for known in before.keys if known.startswith(key_id.lower())]
    if len(found) != 1 or not key_id:
        raise usage_error("the directory has {count} keys that begin so", count=len(found))
    at = _time(options["at"])
    _write(directory, revoked(before, found[0], at, options["reason"], _signer(options)))
    answer("the key {key} is given up", key=found[0][:16])


@keys_command.command(
    "update",
    cls=TranslatedCommand,
    help="Take over a newer directory, if keys that stand in the pinned one vouch for every new "
    "key; else nothing is changed.",
)
@with_options(
    click.argument("pinned", metavar="PINNED.JSON"),
    click.argument("newer", metavar="NEWER.JSON"),
)
def update_command(pinned: str, newer: str) -> None:
    """Put a newer directory in the place of a pinned one."""
    from ailabel.seal.vouching import merged

    before = _read(pinned)
    after = merged(before, _read(newer))
    _write(pinned, after)
    count = len(after.keys) - len(before.keys)
    gone = len(after.revocations) - len(before.revocations)
    answer("{count} new keys, {gone} given up", count=count, gone=gone)


def _signer(options: dict[str, Any]) -> Signer:
    found = signer(options)
    if found is None:
        raise usage_error("say who signs: --key FILE, or --signer-path COMMAND with --public-key")
    return found


def _entry(public: str, code: str, since: str | None, until: str | None) -> Key:
    from ailabel.seal.directory import Key, is_name
    from ailabel.seal.signers import read_public

    if not is_name(code):
        raise usage_error(
            "{value} names no provider: give the code or name of its labels", value=code
        )
    begin, end = _time(since), None if until is None else _time(until)
    if end is not None and end <= begin:
        raise usage_error("the key would end before it begins ({begin})", begin=begin)
    key = read_public(public)
    return Key(
        code=code,
        id=key.id,
        algorithm=key.algorithm,
        public_key=key.spki.hex(),
        not_before=begin,
        not_after=end,
    )


def _time(text: str | None) -> str:
    """Read a day or a time in UTC; now where none is given."""
    from datetime import UTC, datetime

    from ailabel.seal.directory import utc_now

    if text is None:
        return utc_now()
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (OverflowError, ValueError):
        raise usage_error("{value} is no time such as 2027-01-31T12:00:00Z", value=text) from None
    return found.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _empty() -> Directory:
    from ailabel.seal.directory import Directory

    return Directory()


def _read(path: str) -> Directory:
    from ailabel.seal.trust import load_trust

    return load_trust(path)


def _write(path: str, directory: Directory) -> None:
    """Write a directory, so that a run that is killed leaves the old one or the new one."""
    from ailabel.io.atomic import create, replace
    from ailabel.io.source import BytesView, open_view
    from ailabel.seal.trust import text_of

    data = text_of(directory).encode()
    if not os.path.exists(path):  # noqa: PTH110 - no pathlib here
        create(path, data)
        return
    with open_view(path) as source:
        replace(BytesView(data), source, path, lambda _: None)
