"""The implicit label in MP4, QuickTime, M4A and 3GP: the key ``AIGC`` of the movie's metadata.

Its place is ``moov/udta/meta`` of handler ``mdta``: an entry of ``keys`` and an item of ``ilst``
[ISO14496-12; QTFF Metadata]. Where ``moov/udta`` has a ``meta`` box of handler ``mdir``, as iTunes
writes it, ours stands behind it, since readers of iTunes tags look into the first one only.

Boxes are patched, never remuxed. A movie header that stands before the samples moves them when it
grows, and every offset is set right (`codecs.bmff_offsets`). So that this happens once, `write`
leaves a ``free`` box right behind the ``meta`` box; it is known by rule: item and box together
fill whole units of 2048 bytes. Free space of other programs is never used up: how much of it there
was could not be told from the file afterwards, so a file would remember its first label.

The essence is the coded samples in decoding order, track by track: pictures, then sound, then
subtitles, each in the order of the file. So it survives another container of the family, other
interleaving, fragments and new track numbers. Chapters, time codes and timed metadata are no
content, and sample descriptions are left out, as remuxing changes them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_edit, bmff_keys, bmff_offsets, bmff_samples, xmp
from ailabel.codecs import bmff_search as search
from ailabel.errors import AilabelError, PlanError
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Signature, Slot, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.bmff import Box
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Span

__all__ = ["CARRIER"]

_MP4: Final = Format(
    id="mp4", name="MP4", medium=Medium.VIDEO, suffixes=(".mp4", ".m4v"), mime="video/mp4"
)
_MOV: Final = Format(
    id="mov",
    name="QuickTime",
    medium=Medium.VIDEO,
    suffixes=(".mov", ".qt"),
    mime="video/quicktime",
)
_M4A: Final = Format(
    id="m4a", name="M4A", medium=Medium.AUDIO, suffixes=(".m4a", ".m4b"), mime="audio/mp4"
)
_3GP: Final = Format(
    id="3gp", name="3GP", medium=Medium.VIDEO, suffixes=(".3gp", ".3g2"), mime="video/3gpp"
)
_FORMATS: Final = (_MP4, _MOV, _M4A, _3GP)
_BRANDS: Final = {b"qt  ": _MOV, b"M4A ": _M4A, b"M4B ": _M4A, b"M4P ": _M4A, b"F4A ": _M4A}
_FOREIGN: Final = (b"crx ",)  # a photograph by a Canon camera
_CLASSIC: Final = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # first, without ftyp
_QUERY: Final = search.Query(
    key=KEY, accepts=is_label, prop=xmp.Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY)
)
_PLACE: Final = f"moov/udta/meta[mdta]/{KEY}"
_UNIT: Final = 2048


class _Movie:
    """The carrier of the family."""

    formats: Sequence[Format] = _FORMATS
    signatures: Sequence[Signature] = tuple(
        Signature(((4, kind),)) for kind in (b"ftyp", *_CLASSIC)
    )

    def sniff(self, view: View) -> Match | None:
        """Claim by the major brand; QuickTime files of before brands, by their movie header."""
        found = _format(view)
        return Match(found, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot]:
        """Find every label in metadata items, user data and XMP, of movie, tracks and fragments."""
        file_format = _format(view) or _MP4
        first = True
        slots = []
        for hit in search.search(view, _QUERY):
            official = first and _is_official(hit)
            first = first and not official
            slots.append(_slot(hit, file_format, official=official))
        return slots

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label under the key, and empty all other places."""
        hits = search.search(view, _QUERY)
        if len(hits) == 1 and _is_written(view, hits[0], payload):
            return []
        changes = bmff_edit.Changes()
        udta, table = _official_table(view)
        taker = table or _other_table(view)
        gone = frozenset(
            hit.box.offset for hit in hits if taker and _meta(hit) == taker.meta.offset
        )
        if table is not None:
            own = _own_padding(view, table)
            bmff_keys.revise(changes, table, gone, (KEY, payload))
            changes.replace(udta, table.meta.end, own.size if own else 0, _padding(payload))
        else:
            meta = _new_meta(changes, taker, gone, payload)
            _insert(view, changes, udta, meta + _padding(payload))
        others = [hit for hit in hits if hit.box.offset not in gone]
        search.drop(view, changes, others, _QUERY)
        return bmff_offsets.settle(view, changes)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its item or box; our free space behind it stays as it should be."""
        name = slot.site.partition(".")[0]
        for hit in search.search(view, _QUERY):
            if replace(slot, official=False) == _slot(hit, _named(name), official=False):
                changes = bmff_edit.Changes()
                search.rewrite(view, changes, hit, (slot, payload), _QUERY)
                own = _own_padding(view, hit.table) if hit.table and slot.official else None
                if own is not None:
                    changes.replace(own.parent, own.offset, own.size, _padding(payload))
                return bmff_offsets.settle(view, changes)
        raise unkept(slot)

    def essence(self, view: View) -> Iterator[Span]:
        """Yield the coded samples of each track in decoding order."""
        return bmff_samples.essence(view)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop our free space."""
        if _find(view, b"moov") is None:
            return []
        _, table = _official_table(view)
        own = _own_padding(view, table) if table else None
        if own is None:
            return []
        changes = bmff_edit.Changes()
        changes.take_out(own)
        return bmff_offsets.settle(view, changes)


CARRIER: Final[Carrier] = _Movie()


def _format(view: View) -> Format | None:
    """Say which format a file has: by its major brand, and by its name where that says little."""
    brands = bmff.brands(view)
    if not brands:
        return _MOV if _is_classic(view) else None
    if bmff.is_picture(brands) or brands[0] in _FOREIGN:
        return None
    if brands[0] in _BRANDS:
        return _BRANDS[brands[0]]
    if brands[0][:3] in (b"3gp", b"3g2", b"3ge", b"3gg", b"3gh", b"3gr", b"3gs", b"3gt", b"kdd"):
        return _3GP
    name = (view.name or "").lower()
    return next((item for item in _FORMATS if name.endswith(item.suffixes)), _MP4)


def _named(name: str) -> Format:
    return next(item for item in _FORMATS if item.id == name)


def _is_classic(view: View) -> bool:
    """Say whether a file without brands has a movie header."""
    if view.read_some(4, 4) not in _CLASSIC:
        return False
    try:
        return _find(view, b"moov") is not None
    except AilabelError:
        return False


def _find(view: View, kind: bytes) -> Box | None:
    return next((item for item in bmff.boxes(view, 0, view.size) if item.type == kind), None)


# -- reading ---------------------------------------------------------------------------------------


def _slot(hit: search.Hit, file_format: Format, *, official: bool) -> Slot:
    return Slot(
        location=hit.location,
        offset=hit.box.offset,
        raw=hit.raw,
        payload=hit.value,
        site=f"{file_format.id}.{hit.place}",
        official=official,
    )


def _is_official(hit: search.Hit) -> bool:
    if hit.table is None or hit.place != _PLACE or hit.table.handler != b"mdta":
        return False
    key = hit.table.keys[int.from_bytes(hit.box.type, "big") - 1]  # only keyed items are so named
    return key.namespace == b"mdta"


def _is_written(view: View, hit: search.Hit, payload: str) -> bool:
    """Say whether a text stands exactly as `write` would write it."""
    if not _is_official(hit):
        return False
    number = int.from_bytes(hit.box.type, "big")
    item = bmff_keys.build_item(number, payload)
    return hit.box.size == len(item) and view.read(hit.box.offset, len(item)) == item


def _meta(hit: search.Hit) -> int | None:
    """Return where the ``meta`` box of an item begins."""
    return hit.table.meta.offset if hit.table else None


# -- writing ---------------------------------------------------------------------------------------


def _official_table(view: View) -> tuple[Box | None, bmff_keys.Table | None]:
    """Return the movie's user data, and the keyed items in it that take the label.

    Raises:
        PlanError: the file has no movie header.
    """
    moov = _find(view, b"moov")
    if moov is None:
        raise PlanError("the file has no moov box, so there is no place for a label in it")
    udta = bmff.find(view, moov, b"udta")
    for child in bmff.children(view, udta) if udta else ():
        table = bmff_keys.load(view, child) if child.type == b"meta" else None
        if table is not None and table.handler == b"mdta" and table.keys_box is not None:
            return udta, table
    return udta, None


def _other_table(view: View) -> bmff_keys.Table | None:
    """Return the keyed items that stand in ``moov`` itself, where QuickTime has them."""
    moov = _find(view, b"moov")
    for child in bmff.children(view, moov) if moov else ():
        table = bmff_keys.load(view, child) if child.type == b"meta" else None
        if table is not None and table.handler == b"mdta" and table.keys_box is not None:
            return table
    return None


def _new_meta(
    changes: bmff_edit.Changes, other: bmff_keys.Table | None, gone: frozenset[int], payload: str
) -> bytes:
    """Return a ``meta`` box for the label, whose keys agree with those that are there.

    FFmpeg keeps one list of keys for a file, that of the first box that has one, and looks up the
    items of all boxes in it. So that neither the label nor the other items are misnamed, both
    lists have the same keys.
    """
    names = bmff_keys.revise(changes, other, gone, (KEY, None)) if other else []
    return bmff_keys.build_meta(names or [KEY], KEY, payload)


def _insert(view: View, changes: bmff_edit.Changes, udta: Box | None, data: bytes) -> None:
    """Add boxes behind the ``meta`` boxes that are there, in new user data if need be."""
    if udta is None:
        moov = _find(view, b"moov")
        if moov is not None:
            end = max((child.end for child in bmff.children(view, moov)), default=moov.body)
            changes.replace(moov, end, 0, bmff.box(b"udta", data))
        return
    place = udta.body
    found = list(bmff.children(view, udta))
    for child in [child for child in found if child.type == b"meta"] or found:
        place = child.end
    changes.replace(udta, place, 0, data)


def _padding(payload: str) -> bytes:
    """Return our free space behind an item that holds the payload."""
    item = len(bmff_keys.build_item(1, payload))
    return bmff.box(b"free", bytes(-(item + 8) % _UNIT))


def _own_padding(view: View, table: bmff_keys.Table) -> Box | None:
    """Return our free space, which stands right behind the official ``meta`` box."""
    item = next((item for item in table.items if _holds_key(table, item)), None)
    if item is None or table.meta.parent is None:
        return None
    found = next(bmff.boxes(view, table.meta.end, table.meta.parent.end, table.meta.parent), None)
    length = -(item.box.size + 8) % _UNIT
    if found is None or found.type != b"free" or found.length != length:
        return None
    return None if any(view.read(found.body, length, "free space")) else found


def _holds_key(table: bmff_keys.Table, item: bmff_keys.Item) -> bool:
    key = table.key(item)
    return key is not None and (key.namespace, key.name) == (b"mdta", KEY)
