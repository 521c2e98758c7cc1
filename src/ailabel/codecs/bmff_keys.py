"""ISO base media files: metadata items, keyed as in QuickTime or named as in iTunes.

A ``meta`` box of handler ``mdta`` has a ``keys`` box, to whose entries the items of its ``ilst``
box refer by number, from 1 [QTFF Metadata]; one of handler ``mdir`` names its items by their type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_edit import Changes
    from ailabel.io.source import View

__all__ = [
    "Item",
    "Key",
    "Table",
    "build_item",
    "build_meta",
    "data_box",
    "load",
    "revise",
    "texts",
]

_KEYS: Final = 10_000  # in one table; the fullest of people have some dozens
_HANDLER: Final = bytes(8) + b"mdta" + bytes(13)  # no name
_UTF8: Final = 1  # well-known types of a value [QTFF Metadata]
_CODECS: Final = {
    0: "utf-8",  # "reserved", which some writers use for text
    _UTF8: "utf-8",
    2: "utf-16-be",
    3: "shift_jis",
    4: "utf-8",
    5: "utf-16-be",
}
_ENTRY: Final = 8  # size and namespace of a key, size and type of an item
_VALUE: Final = 8  # type and locale, before a value


@frozen
class Key:
    """An entry of the ``keys`` box."""

    offset: int
    size: int
    namespace: bytes
    name: str


@frozen
class Item:
    """An item of the ``ilst`` box, and the number of its key, or 0."""

    box: Box
    number: int


@frozen(kw_only=True)
class Table:
    """A ``meta`` box with its items.

    Args:
        meta: the box.
        handler: how its items are named, ``mdta`` or ``mdir``.
        keys_box: where the keys stand, or None.
        keys: the keys.
        ilst: where the items stand.
        items: the items.
        plain: whether the box holds nothing but its handler, keys and items.
    """

    meta: Box
    handler: bytes
    keys_box: Box | None
    keys: tuple[Key, ...]
    ilst: Box
    items: tuple[Item, ...]
    plain: bool

    def key(self, item: Item) -> Key | None:
        """Return the key of an item."""
        return self.keys[item.number - 1] if item.number else None


def load(view: View, meta: Box) -> Table | None:
    """Read the keys and items of a ``meta`` box; None where it has no items.

    Raises:
        MalformedFileError: the keys run out of their box.
    """
    found = {child.type: child for child in reversed([*bmff.children(view, meta)])}
    if b"ilst" not in found:
        return None
    handler = b""
    if b"hdlr" in found:
        handler = view.read_some(found[b"hdlr"].body + 8, min(4, found[b"hdlr"].length))
    keys_box = found.get(b"keys")
    keys = tuple(_keys(view, keys_box)) if keys_box else ()
    ilst = found[b"ilst"]
    items = []
    for child in bmff.children(view, ilst):
        number = int.from_bytes(child.type, "big")
        items.append(Item(child, number if number <= len(keys) else 0))
    return Table(
        meta=meta,
        handler=handler,
        keys_box=keys_box,
        keys=keys,
        ilst=ilst,
        items=tuple(items),
        plain=found.keys() <= {b"hdlr", b"keys", b"ilst", b"free", b"skip"},
    )


def _keys(view: View, keys_box: Box) -> Iterator[Key]:
    body = bmff.read_body(view, keys_box, 8)
    count, at = int.from_bytes(body[4:8], "big"), 8
    check_limit("the number of keys", count, min(_KEYS, view.limits.items))
    for _ in range(count):
        size = int.from_bytes(body[at : at + 4], "big")
        if size < _ENTRY or at + size > len(body):
            raise MalformedFileError(
                "the {name} box is too short", offset=keys_box.offset, name="keys"
            )
        text = body[at + _ENTRY : at + size].decode("utf-8", "replace")
        yield Key(keys_box.body + at, size, body[at + 4 : at + 8], text)
        at += size


def texts(view: View, item: Item) -> Iterator[tuple[str, str, bytes]]:
    """Yield the name (of an item of type ``----``), text and bytes of an item's values.

    Values that are longer than a label may be, or are no text, are left out.
    """
    title = ""
    for child in bmff.children(view, item.box):
        if child.length > view.limits.label_bytes + _VALUE:
            continue
        body = view.read(child.body, child.length, "a metadata item")
        if child.type == b"name":
            title = body[4:].decode("utf-8", "replace")
        elif child.type == b"data" and len(body) >= _VALUE:
            codec = _CODECS.get(int.from_bytes(body[:4], "big"))
            if codec is not None:
                raw = body[_VALUE:]
                yield title, raw.decode(codec, "replace").rstrip("\0"), raw


def data_box(view: View, item: Box, raw: bytes) -> tuple[Box, str]:
    """Return the box that holds a value of an item, and how the value is encoded.

    Args:
        view: the file.
        item: the box of the item.
        raw: the value, as `texts` gives it.

    Raises:
        MalformedFileError: the item has no such value.
    """
    for child in bmff.children(view, item):
        if child.type != b"data" or child.length != len(raw) + _VALUE:
            continue
        body = view.read(child.body, child.length, "a metadata item")
        codec = _CODECS.get(int.from_bytes(body[:4], "big"))
        if body[_VALUE:] == raw and codec is not None:
            return child, codec
    raise MalformedFileError("the {name} box is too short", offset=item.offset, name="data")


def build_item(number: int, text: str) -> bytes:
    """Return an item that holds a text in UTF-8."""
    head = _UTF8.to_bytes(4, "big") + bytes(4)
    return bmff.box(number.to_bytes(4, "big"), bmff.box(b"data", head + text.encode()))


def build_meta(names: Sequence[str], name: str, text: str) -> bytes:
    """Return a ``meta`` box of handler ``mdta`` with keys, one of which has a text."""
    keys = b"".join(map(_build_key, names))
    return bmff.full_box(
        b"meta",
        bmff.box(b"hdlr", _HANDLER)
        + bmff.full_box(b"keys", len(names).to_bytes(4, "big") + keys)
        + bmff.box(b"ilst", build_item(names.index(name) + 1, text)),
    )


def _build_key(name: str) -> bytes:
    return bmff.box(b"mdta", name.encode("utf-8", "replace"))


def revise(
    changes: Changes,
    table: Table,
    drop: frozenset[int],
    put: tuple[str, str | None] | None = None,
) -> list[str]:
    """Take items out, and put a text under a key of namespace ``mdta``.

    A key all of whose items go, goes too, and the numbers of the others follow; a box that is left
    without items, and without keys that never had any, goes as a whole.

    Args:
        changes: takes the edits.
        table: the items.
        drop: where the items begin that go.
        put: the key's name and the text, or None; without a text the key alone.

    Returns:
        The names of all keys after the change, in their order.
    """
    name, text = put or (None, None)
    target = _target(table, name) if name is not None else 0
    staying = {item.number for item in table.items if item.box.offset not in drop}
    gone = {item.number for item in table.items} - staying - {0}
    is_empty = drop and not staying and gone | {target} >= _numbers(table)
    if text is None and table.plain and is_empty:
        changes.take_out(table.meta)
        return []
    kept = [number for number in sorted(_numbers(table)) if number not in gone - {target}]
    fresh = name if not target else None
    _revise_keys(changes, table, gone - {target}, fresh)
    numbers = {old: new for new, old in enumerate(kept, 1)}
    held = next((item for item in table.items if target and item.number == target), None)
    held = None if text is None else held
    for item in table.items:
        if item is not held and item.box.offset in drop:
            changes.take_out(item.box)
        elif item is not held and numbers.get(item.number, 0) != item.number:
            number = numbers[item.number].to_bytes(4, "big")
            changes.replace(item.box, item.box.offset + 4, 4, number)
    if text is not None:
        new = build_item(numbers.get(target, len(kept) + 1), text)
        place, length = (held.box.offset, held.box.size) if held else (_end(table), 0)
        changes.replace(table.ilst, place, length, new)
    names = [table.keys[number - 1].name for number in kept]
    return names if fresh is None else [*names, fresh]


def _numbers(table: Table) -> set[int]:
    return set(range(1, len(table.keys) + 1))


def _target(table: Table, name: str) -> int:
    """Return the number of the first key of that name, or 0."""
    keys = enumerate(table.keys, 1)
    return next((at for at, key in keys if (key.namespace, key.name) == (b"mdta", name)), 0)


def _end(table: Table) -> int:
    return table.items[-1].box.end if table.items else table.ilst.body


def _revise_keys(changes: Changes, table: Table, gone: set[int], name: str | None) -> None:
    keys_box = table.keys_box
    if keys_box is None or not (gone or name):
        return
    count = len(table.keys) - len(gone) + (name is not None)
    changes.replace(keys_box, keys_box.body + 4, 4, count.to_bytes(4, "big"))
    for number in gone:
        key = table.keys[number - 1]
        changes.replace(keys_box, key.offset, key.size, b"")
    if name is not None:
        end = table.keys[-1].offset + table.keys[-1].size if table.keys else keys_box.body + 8
        changes.replace(keys_box, end, 0, _build_key(name))
