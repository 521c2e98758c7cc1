"""One text in the tags around a sound, whether they are ID3v2 or APEv2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from ailabel.codecs import ape, id3, id3_edit, id3_search
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.spi import unkept
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ailabel.codecs.id3_search import Hit, Query
    from ailabel.io.source import View
    from ailabel.spi import Slot

__all__ = ["Found", "Tag", "compact", "put_ape", "put_id3", "rewritten", "search", "without"]

Tag: TypeAlias = "id3.Tag | ape.Tag"
_GENERIC: Final = frozenset(("comment", "description"))  # APE keys that may hold any text


@frozen(kw_only=True)
class Found:
    """One text that was found.

    Args:
        place: the kind of place, such as ``ID3v2/TXXX[AIGC]``.
        location: the same with the tag's version and own names.
        offset: of the frame or item.
        value: the text.
        raw: its bytes as they stand there.
        keyed: whether it stands under exactly the key.
    """

    place: str
    location: str
    offset: int
    value: str
    raw: bytes
    keyed: bool


def search(view: View, tag: Tag, query: Query) -> list[Found]:
    """Find every such text of a tag, in file order.

    Raises:
        LimitExceededError: a text under the key is longer than a label may be.
    """
    if isinstance(tag, ape.Tag):
        return [_ape_found(view, item, query) for item in _items(view, tag, query)]
    return [
        Found(
            place=f"ID3v2/{hit.place}",
            location=hit.location,
            offset=hit.offset,
            value=hit.value,
            raw=hit.raw,
            keyed=hit.exact,
        )
        for hit in id3_search.search(id3.load(view, tag), query)
    ]


def _items(view: View, tag: ape.Tag, query: Query) -> list[ape.Item]:
    return [item for item in ape.items(view, tag) if _is_wanted(view, item, query)]


def _is_wanted(view: View, item: ape.Item, query: Query) -> bool:
    key = item.key.casefold()
    if key == query.key.casefold():
        check_limit("a label", item.end - item.value, view.limits.label_bytes)
        return True
    fits = key in _GENERIC and item.end - item.value <= view.limits.label_bytes
    return fits and query.accepts(_text(view, item))


def _text(view: View, item: ape.Item) -> str:
    return view.read(item.value, item.end - item.value).decode("utf-8", "replace").rstrip("\0")


def _ape_found(view: View, item: ape.Item, query: Query) -> Found:
    keyed = item.key.casefold() == query.key.casefold()
    return Found(
        place=f"APEv2/{query.key if keyed else item.key}",
        location=f"APEv2 {item.key}",
        offset=item.offset,
        value=_text(view, item),
        raw=view.read(item.value, item.end - item.value),
        keyed=keyed,
    )


def without(view: View, tag: Tag, query: Query) -> list[Edit]:
    """Plan taking the texts out of a tag, and the tag when nothing else is in it.

    Raises:
        PlanError: the tag cannot be changed.
    """
    if isinstance(tag, ape.Tag):
        items = _items(view, tag, query)
        return ape.drop(tag, items) if items else []
    content = id3.load(view, tag)
    hits = id3_search.search(content, query)
    return id3_edit.drop(content, id3_search.removals(content, hits, query)) if hits else []


def rewritten(view: View, tags: Iterable[Tag], slot: Slot, value: str, query: Query) -> list[Edit]:
    """Plan putting another text in the place of one; padding stays, so the tag is resized.

    Args:
        view: the file.
        tags: all that `search` was asked for.
        slot: where the text stands.
        value: the new text.
        query: as for `search`.

    Raises:
        PlanError: the text cannot be edited there, or the tag cannot be changed.
    """
    for tag in tags:
        if isinstance(tag, ape.Tag):
            for item in _items(view, tag, query):
                if item.offset == slot.offset:
                    return ape.change(tag, {item: ape.retext(view, item, slot, value)})
            continue
        content = id3.load(view, tag)
        for hit in id3_search.search(content, query):
            if (hit.offset, hit.value) == (slot.offset, slot.payload):
                frames = id3_search.rewritten(content, hit, query, slot, value)
                return id3_edit.change(content, frames)
    raise unkept(slot)


def put_id3(view: View, tag: id3.Tag | None, offset: int, value: str, query: Query) -> list[Edit]:
    """Plan putting a text into an ID3v2 tag, or into a new one at an offset.

    Raises:
        PlanError: the tag cannot be changed.
    """
    if tag is None:
        return [Edit(offset, 0, id3_edit.new_tag(id3_edit.user_text(None, query.key, value)))]
    content = id3.load(view, tag)
    hits = id3_search.search(content, query)
    place = _place(hits)
    others = id3_search.removals(content, (hit for hit in hits if hit.frame != place), query)
    return id3_edit.put(content, place, id3_edit.user_text(content, query.key, value), others)


def _place(hits: Iterable[Hit]) -> id3.Frame | None:
    """Return the frame whose place the text takes."""
    return next((hit.frame for hit in hits if hit.keyed), None)


def put_ape(view: View, tag: ape.Tag | None, offset: int, value: str, query: Query) -> list[Edit]:
    """Plan putting a text into an APEv2 tag, or into a new one at an offset."""
    new = ape.text_item(query.key, value)
    if tag is None:
        return [Edit(offset, 0, ape.new_tag(new))]
    changes = dict.fromkeys(_items(view, tag, query), b"")
    place = next((item for item in changes if item.key.casefold() == query.key.casefold()), None)
    if place is None:
        return ape.change(tag, changes, new)
    return ape.change(tag, {**changes, place: new})


def compact(view: View, tag: id3.Tag, query: Query) -> list[Edit]:
    """Plan dropping the padding that came with a text that was put into an ID3v2 tag."""
    content = id3.load(view, tag)
    place = _place(id3_search.search(content, query))
    owned = id3_edit.owned_padding(content, place) if place else 0
    return id3_edit.change(content, {}, padding=-owned) if owned else []
