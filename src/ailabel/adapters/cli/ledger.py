"""``ailabel ledger``: make, search, export, verify, sign and prove; forget people in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import click

import ailabel
from ailabel.adapters.cli.base import (
    TranslatedCommand,
    TranslatedGroup,
    answer,
    emit,
    language,
    language_option,
    say,
)
from ailabel.adapters.cli.inputs import usage_error
from ailabel.adapters.cli.recording import LEDGER, wanted_ledger
from ailabel.adapters.cli.results import format_option, with_options
from ailabel.adapters.cli.signing import SIGNING, signer
from ailabel.errors import LedgerError
from ailabel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.ledger import Entry, Ledger
    from ailabel.ledger.note import Verifier

__all__ = ["ledger_command"]

_LARGEST: Final = 64 * 1024  # bytes of a checkpoint or a key


@click.group(
    "ledger",
    cls=TranslatedGroup,
    help="Keep the ledger of content numbers: each is used once, and every use is recorded.",
)
@language_option
def ledger_command() -> None:
    """Stand above the commands on the ledger."""


@ledger_command.command(
    "init", cls=TranslatedCommand, help="Make a new ledger: a file, or in a PostgreSQL database."
)
@with_options(
    LEDGER,
    click.option("--name", help="Its name, one word, which checkpoints bear; random by default."),
)
def init_command(ledger: str | None, name: str | None) -> None:
    """Make a ledger."""
    from ailabel.ledger import Ledger

    if not ledger:
        raise usage_error("say which ledger: --ledger PATH|URL, or AILABEL_LEDGER")
    with Ledger.create(ledger, name) as made:
        answer("{where}: a new ledger, {origin}", where=made.database.address, origin=made.origin)


@ledger_command.command(
    "migrate",
    cls=TranslatedCommand,
    help="Bring a ledger that an older version of ailabel made up to date.",
)
@with_options(LEDGER)
def migrate_command(ledger: str | None) -> None:
    """Migrate a ledger."""
    from ailabel.ledger import keep

    if not ledger:
        raise usage_error("say which ledger: --ledger PATH|URL, or AILABEL_LEDGER")
    before, after = keep.bring_up_to_date(ledger)
    if before == after:
        answer("the ledger is up to date ({after})", after=after)
    else:
        answer("the ledger went from form {before} to {after}", before=before, after=after)


@ledger_command.command(
    "find",
    cls=TranslatedCommand,
    help="Show what is recorded of a content number, or of a file's content. Exit code 1: nothing.",
)
@with_options(click.argument("what", metavar="FILE|ID"), LEDGER, format_option("text", "json"))
def find_command(what: str, output_format: str, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Find entries."""
    from ailabel.reporters.ledger import entry_document, entry_lines

    found = _found(what, wanted_ledger(options))
    if output_format == "json":
        _emit_json("ledger find", {"entries": [entry_document(item) for item in found]})
    else:
        emit(line for item in found for line in entry_lines(item, language()))
        if not found:
            answer("nothing is recorded of {what}", what=what)
    click.get_current_context().exit(0 if found else 1)


def _found(what: str, book: Ledger) -> list[Entry]:
    if not os.path.isfile(what):  # noqa: PTH113 - no pathlib here
        return book.find_number(what)
    from ailabel.engine.examine import examine
    from ailabel.engine.recording import content_digest
    from ailabel.io.source import open_view

    with open_view(what) as view:
        examined = examine(view)
        rows = {item.row: item for item in book.find_digest(content_digest(view, examined.format))}
        for label in examined.found:
            rows |= {item.row: item for item in book.find_number(label.number, label.producer)}
    return [rows[row] for row in sorted(rows)]


@ledger_command.command(
    "export",
    cls=TranslatedCommand,
    help="Write every row as JSON lines, to be kept elsewhere or read by other programs.",
)
@with_options(
    click.option("-o", "--output", metavar="FILE", help="Write here, into a new file."),
    click.option("--people", is_flag=True, help="Say whom exports were made for: personal data."),
    LEDGER,
)
def export_command(output: str | None, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Write the rows out."""
    lines = _lines(wanted_ledger(options), people=options["people"])
    if output is None:
        emit(lines, machine=True)
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(output, flags, 0o600), "w", encoding="utf-8") as file:
        try:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(output)  # noqa: PTH108 - half of a ledger is none
            raise


def _lines(book: Ledger, *, people: bool) -> Iterator[str]:
    from ailabel.ledger import keep
    from ailabel.reporters.ledger import entry_document, head_document

    head = head_document("ledger export", ailabel.__version__)
    yield _json({**head, "origin": book.origin})
    known = keep.people(book) if people else {}
    for entry in book.entries():
        yield _json(entry_document(entry, known.get(entry.row)))


@ledger_command.command(
    "verify",
    cls=TranslatedCommand,
    help="Go over the whole ledger: rows that were changed, taken out, put in or moved are found, "
    "and checkpoints that were kept elsewhere compared. Exit code 1: something is wrong.",
)
@with_options(
    click.option(
        "--checkpoint",
        "checkpoints",
        multiple=True,
        metavar="FILE",
        help="A checkpoint that was kept elsewhere; several may be given.",
    ),
    click.option(
        "--verifier",
        "verifiers",
        multiple=True,
        metavar="KEY|FILE",
        help="Whose signature checkpoints must bear: NAME+ID+KEY, or a public key in a file.",
    ),
    LEDGER,
    format_option("text", "json"),
)
def verify_command(
    checkpoints: tuple[str, ...],
    verifiers: tuple[str, ...],
    output_format: str,
    **options: Any,  # noqa: ANN401 - click's way
) -> None:
    """Go over a ledger."""
    from ailabel.ledger import keep
    from ailabel.reporters.ledger import audit_document, audit_lines

    if verifiers and not checkpoints:
        raise usage_error("--verifier says who signed checkpoints: name them with --checkpoint")
    book = wanted_ledger(options)
    keys = [_verifier(item, book.origin) for item in verifiers]
    found = keep.verify(book, [_note(path, keys) for path in checkpoints], keys)
    if output_format == "json":
        _emit_json("ledger verify", audit_document(found, language()))
    else:
        emit(audit_lines(found, language()))
    click.get_current_context().exit(1 if found.findings else 0)


@ledger_command.command(
    "checkpoint",
    cls=TranslatedCommand,
    help="Go over the ledger and sign what it is now, with Ed25519. Keep the checkpoint where "
    "nobody who can write to the ledger can: once a day is usual.",
)
@with_options(
    click.option("-o", "--output", metavar="FILE", help="Write it here, into a new file."),
    *SIGNING,
    LEDGER,
)
def checkpoint_command(output: str | None, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Sign a checkpoint."""
    from ailabel.io.atomic import create
    from ailabel.ledger import keep

    by = signer(options)
    if by is None:
        raise usage_error("say who signs: --key FILE, or --signer-path COMMAND --public-key FILE")
    note, verifier = keep.make_checkpoint(wanted_ledger(options), by)
    if output is None:
        emit([note], machine=True)
    else:
        create(output, note.encode())
    say("it is verified with: --verifier {key}", {"key": verifier})


@ledger_command.command(
    "prove",
    cls=TranslatedCommand,
    help="Prove that a row is part of the ledger, or that the ledger begins with what it was at an "
    "earlier size: hashes, as JSON.",
)
@with_options(
    click.option("--row", type=click.IntRange(1), help="The row."),
    click.option("--size", type=click.IntRange(1), help="The earlier size."),
    LEDGER,
)
def prove_command(row: int | None, size: int | None, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Prove something."""
    from ailabel.ledger import keep
    from ailabel.reporters.ledger import proof_document

    book = wanted_ledger(options)
    if row is not None and size is None:
        found = keep.prove_row(book, row)
    elif size is not None and row is None:
        found = keep.prove_part(book, size)
    else:
        raise usage_error("say what to prove: --row, or --size")
    _emit_json("ledger prove", {"origin": book.origin, **proof_document(found)})


@ledger_command.command(
    "erase",
    cls=TranslatedCommand,
    help="Forget a person: whom exports were made for, and why, by the recipient or by a content "
    "number. The rows stay, and the chain holds. Exit code 1: nobody was known.",
)
@with_options(
    click.argument("who", metavar="RECIPIENT|ID"),
    click.option(
        "--within-retention",
        is_flag=True,
        help="Also where the log must still be kept, because another duty comes first; the ledger "
        "says so.",
    ),
    LEDGER,
)
def erase_command(who: str, *, within_retention: bool, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Erase a person."""
    from ailabel.ledger import keep

    done = keep.erase(wanted_ledger(options), who, within_retention=within_retention)
    answer("exports whose recipient is forgotten: {count}", count=len(done.rows))
    click.get_current_context().exit(0 if done.rows else 1)


@ledger_command.command(
    "purge",
    cls=TranslatedCommand,
    help="Forget whom exports were made for that were made before a day, at least six calendar "
    "months ago.",
)
@with_options(
    click.option(
        "--before",
        required=True,
        type=click.DateTime(["%Y-%m-%d"]),
        help="The first day, in China, that is kept.",
    ),
    LEDGER,
)
def purge_command(before: Any, **options: Any) -> None:  # noqa: ANN401 - click's way
    """Purge old personal data."""
    from ailabel.ledger import keep

    done = keep.purge(wanted_ledger(options), before.date())
    answer("exports whose recipient is forgotten: {count}", count=len(done.rows))


def _note(path: str, verifiers: list[Verifier]) -> str:
    """Read a checkpoint; what is wrong with it is told of the file."""
    from ailabel.ledger.note import open_checkpoint, read_checkpoint

    note = _read(path)
    try:
        if verifiers:
            open_checkpoint(note, verifiers)
        else:
            read_checkpoint(note)
    except LedgerError as error:
        reason = Message(error.text, error.params)
        raise LedgerError("{path}: {reason}", path=path, reason=reason) from error
    return note


def _verifier(text: str, origin: str) -> Verifier:
    """Return the key that is meant: as notes write it, or a public key under the ledger's name."""
    from ailabel.ledger.note import Verifier
    from ailabel.seal.publickey import read_pem

    if os.path.isfile(text):  # noqa: PTH113 - no pathlib here
        text = _read(text)
    if "-----BEGIN" not in text:
        return Verifier.parse(text)
    found = read_pem(text)
    if found.algorithm != "ed25519":
        raise usage_error("checkpoints are signed with Ed25519, and this is another key")
    return Verifier(origin, found.point)


def _read(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
        return file.read(_LARGEST + 1).decode("utf-8", "replace")


def _emit_json(command: str, document: dict[str, object]) -> None:
    from ailabel.reporters.ledger import head_document

    emit(
        [_json({**head_document(command, ailabel.__version__), **document}, indent=2)], machine=True
    )


def _json(value: object, indent: int | None = None) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"
