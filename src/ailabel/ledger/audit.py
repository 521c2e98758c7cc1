"""Going over a ledger: every row that was changed, taken out, put in or moved is found.

The rows are hashed anew in their order, and the chain shows where one does not follow from the one
before (`chain`). Checkpoints that were kept elsewhere show what somebody hid who wrote the whole
chain anew: between the last one that holds and the first one that does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, cast, func, select

from ailabel.errors import LedgerError
from ailabel.ledger import personal, rows, tables
from ailabel.ledger.chain import Finding, Link, Walk
from ailabel.ledger.note import open_checkpoint, read_checkpoint
from ailabel.ledger.record import leaf_of, row_bytes
from ailabel.ledger.similar import bands_of
from ailabel.messages import Message
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Row

    from ailabel.ledger.note import Checkpoint, Verifier

__all__ = ["Audit", "audit", "leaves"]

_PAGE: Final = 2000  # rows fetched at once
_MOST: Final = 100  # findings of a kind that are told
_PRIME: Final = (1 << 31) - 1  # modulo which an index is summed up, in numbers that databases have
_NAMES: Final = (
    *("kind", "time", "turn", "producer", "number", "format", "label", "signer", "details"),
)


@frozen(kw_only=True)
class Audit:
    """What going over a ledger came to.

    Args:
        origin: the ledger's name.
        size: how many rows it says it has.
        root: of the tree over the rows that are there.
        findings: what is wrong, in the order of the rows.
        checkpoints: how many checkpoints that were kept elsewhere were compared.
        signed: whether the signature of each of them was checked.
        pending: numbers that are reserved, and whose files were never confirmed.
    """

    origin: str
    size: int
    root: bytes
    findings: tuple[Finding, ...]
    checkpoints: int = 0
    signed: bool = False
    pending: int = 0


def audit(
    connection: Connection, notes: Sequence[str] = (), verifiers: Sequence[Verifier] = ()
) -> Audit:
    """Go over a whole ledger.

    Args:
        connection: of a transaction that reads.
        notes: checkpoints that were kept elsewhere; those that the ledger keeps are asked too.
        verifiers: of which one must have signed each of the notes; without any, what they say is
            compared, and who signed them is not asked.

    Raises:
        LedgerError: a note is no checkpoint, is not signed as asked, or is of another ledger.
    """
    origin, size, last = rows.head(connection)
    given = _given(notes, verifiers, origin)
    stored, findings = _stored(connection, origin)
    kept = sorted(set(given) | set(stored), key=lambda item: item.size)
    walk = Walk(origin, {item.size for item in kept})
    for link in _links(connection):
        walk.take(link)
    findings += walk.findings(size, last)
    findings += _differing(kept, walk.roots, walk.tree.size)
    findings += personal.findings(connection)
    findings += _indexes(connection)
    pending = connection.execute(select(func.count()).select_from(tables.reservation)).scalar()
    return Audit(
        origin=origin,
        size=size,
        root=walk.tree.root(),
        findings=tuple(sorted(findings, key=lambda item: (item.first, item.kind))),
        checkpoints=len(given),
        signed=bool(given and verifiers),
        pending=int(pending or 0),
    )


def leaves(connection: Connection) -> list[bytes]:
    """Return the leaf of every row, in order."""
    return [link.leaf for link in _links(connection)]


def _links(connection: Connection) -> Iterator[Link]:
    query = select(tables.entry).order_by(tables.entry.c.row)
    with connection.execute(query.execution_options(yield_per=_PAGE)) as result:
        for found in result:
            yield Link(int(found.row), _leaf(found), _bytes(found.chain))


def _leaf(found: Row[Any]) -> bytes:
    """Hash a row as it stands there; whatever stands there."""
    mapping = found._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    values: dict[str, object] = {name: mapping[name] for name in _NAMES}
    values |= {name: _bytes(mapping[name]).hex() for name in ("digest", "picture")}
    try:
        return leaf_of(row_bytes(values))
    except TypeError:  # a value of a type that no row has
        return b""


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _given(notes: Sequence[str], verifiers: Sequence[Verifier], origin: str) -> list[Checkpoint]:
    """Return what the checkpoints say that were kept elsewhere."""
    found = [
        open_checkpoint(note, verifiers) if verifiers else read_checkpoint(note) for note in notes
    ]
    for item in found:
        if item.origin != origin:
            raise LedgerError(
                "the checkpoint belongs to the ledger {other}, not to {origin}",
                other=item.origin,
                origin=origin,
            )
    return found


def _stored(connection: Connection, origin: str) -> tuple[list[Checkpoint], list[Finding]]:
    """Return what the checkpoints say that the ledger keeps itself, and which are damaged."""
    query = select(tables.checkpoint.c.size, tables.checkpoint.c.note)
    found, damaged = [], []
    for size, note in connection.execute(query):
        try:
            item = read_checkpoint(str(note))
        except LedgerError:
            item = None
        if item is not None and (item.origin, item.size) == (origin, size):
            found.append(item)
            continue
        message = Message(
            "the checkpoint of {size} rows that the ledger keeps is damaged", {"size": size}
        )
        damaged.append(Finding(kind="checkpoint", first=size, last=size, message=message))
    return found, damaged


def _differing(kept: Sequence[Checkpoint], roots: dict[int, bytes], there: int) -> list[Finding]:
    """Compare trees with checkpoints; tell between which of them the rows differ."""
    found = []
    good = 0
    for item in kept:
        if roots.get(item.size) == item.root:
            good = max(good, item.size)
            continue
        if item.size > there:
            message = Message(
                "the checkpoint of {size} rows is of a longer ledger: rows are missing",
                {"size": item.size},
            )
        else:
            message = Message(
                "rows {first} to {last} are not those that the checkpoint of {size} rows was "
                "made of",
                {"first": good + 1, "last": item.size, "size": item.size},
            )
        found.append(Finding(kind="checkpoint", first=good + 1, last=item.size, message=message))
    return found


def _indexes(connection: Connection) -> list[Finding]:
    """Ask whether what rows are looked up by agrees with them."""
    entry, band = tables.entry, tables.band
    found = []
    value = cast(band.c.value, BigInteger)
    place = (value * value % _PRIME) * (band.c.row % _PRIME) % _PRIME
    stored = connection.execute(select(func.count(), func.sum(place)).select_from(band)).one()
    if _bands(connection) != (int(stored[0]), int(stored[1] or 0) % _PRIME):
        message = Message("the index of pictures does not agree with the rows")
        found.append(Finding(kind="index", first=0, last=0, message=message))
    twice = connection.execute(
        select(func.max(entry.c.row), entry.c.number)
        .where(entry.c.number.is_not(None))
        .group_by(entry.c.number, entry.c.producer, entry.c.turn)
        .having(func.count() > 1)
        .limit(_MOST)
    )
    for row, number in twice:
        message = Message("the content number {number} is used twice", {"number": number})
        found.append(Finding(kind="added", first=int(row), last=int(row), message=message))
    return found


def _bands(connection: Connection) -> tuple[int, int]:
    """Return how many bands the pictures have, and a sum that tells which, and of which rows."""
    entry = tables.entry
    query = select(entry.c.row, entry.c.picture).where(entry.c.picture.is_not(None))
    count = total = 0
    for row, picture in connection.execute(query.execution_options(yield_per=_PAGE)):
        values = bands_of(_bytes(picture))
        count += len(values)
        total += row * sum(value * value for value in values)
    return count, total % _PRIME
