"""The implicit label in HEIC, HEIF and AVIF: the XMP property in an item of the ``meta`` box.

XMP is an item of type ``mime`` that describes the primary item [ISO23008-12 A.3]; Exif is an item
of type ``Exif`` [A.2]. A packet that is there takes the label and stays where it is; a new one
stands in an ``mdat`` box of its own at the end, with padding inside the packet. Whatever grows,
every offset of items and samples is set right.

The essence is, for each item of a picture in the order of their numbers, its type, what a decoder
needs to be told (configuration, rotation, mirroring, cropping), the tiles that it is made of and
its coded data; then the samples of tracks, for sequences of pictures. Colour profiles, Exif and
XMP are no part of it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.codecs import bmff, bmff_items, bmff_samples, bmff_store, xmp
from ailabel.codecs import bmff_search as search
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Signature, Slot, Span, no_packet, unkept
from ailabel.standard.dialects import trace_of
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY, XMP_PREFIX, XMP_PROPERTY, XMP_URI
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.codecs.bmff_edit import Changes
    from ailabel.codecs.bmff_items import Info
    from ailabel.codecs.bmff_store import Places, Store
    from ailabel.codecs.tiff import ExifText
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Essence

__all__ = ["CARRIER"]

_HEIC: Final = Format(
    id="heic",
    name="HEIC/HEIF",
    medium=Medium.IMAGE,
    suffixes=(".heic", ".heif", ".hif"),
    mime="image/heic",
)
_AVIF: Final = Format(
    id="avif", name="AVIF", medium=Medium.IMAGE, suffixes=(".avif",), mime="image/avif"
)
_AV1: Final = {b"avif", b"avis"}
_PROPERTY: Final = xmp.Property(XMP_URI, XMP_PREFIX, XMP_PROPERTY, is_label)
_QUERY: Final = search.Query(key=KEY, accepts=is_label, prop=_PROPERTY)
_XMP_TYPE: Final = "application/rdf+xml"
_METADATA: Final = (b"mime", b"Exif", b"uri ")
_DECODING: Final = (  # properties without which a picture looks different
    b"hvcC lhvC av1C avcC vvcC evcC jpgC j2kH uncC cmpd irot imir clap"
).split()
_TIFF_HEADS: Final = (b"II*\0", b"MM\0*", b"Exif")  # where the item lacks the field before


class _Heif:
    """The carrier of the family."""

    formats: Sequence[Format] = (_HEIC, _AVIF)
    signatures: Sequence[Signature] = (Signature(((4, b"ftyp"),)),)

    def sniff(self, view: View) -> Match | None:
        """Claim files whose major brand is one of pictures."""
        found = _format(view)
        return Match(found, Strength.CONTENT) if found else None

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find every label in XMP and Exif items, and in the other places of the family."""
        name = (_format(view) or _HEIC).id
        found: list[Slot | Mention] = [_hit_slot(hit, name) for hit in search.search(view, _QUERY)]
        stores = bmff_store.load(view)
        target = _target(stores)
        for item in _items(stores):
            if item.info.type == b"Exif":
                found += _exif_items(item, name)
            elif item.is_readable:
                found += _packet_slots(item, name, official=item == target)
        return sorted(found, key=lambda slot: slot.offset)

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the packet of the primary picture, or into a new one."""
        stores = _own_stores(view)
        target = _target(stores)
        contents = _cleared(stores, target)
        others = partial(_drop, view, search.search(view, _QUERY))
        if target is None:
            added = bmff_store.Added(b"mime", _XMP_TYPE, xmp.new_packet(_PROPERTY, payload))
            return bmff_store.revise(stores, contents, added, others)
        contents[target.places] = _labelled(target, payload)
        return bmff_store.revise(stores, contents, others=others)

    def write_annex_b(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the comment of the primary picture's Exif, or into new Exif."""
        from ailabel.codecs import exif

        stores = _own_stores(view)
        target = _target_exif(stores)
        contents = _cleared(stores, target)
        others = partial(_drop, view, search.search(view, _QUERY))
        if target is None:
            data = len(exif.PREFIX).to_bytes(4, "big") + exif.PREFIX + exif.new(payload)
            added = bmff_store.Added(b"Exif", "", data)
            return bmff_store.revise(stores, contents, added, others)
        data = target.data
        start = _exif_start(data)
        new = data[:start] + exif.put(data[start:], payload, is_label, view.limits)
        if new != data:
            contents[target.places] = new
        return bmff_store.revise(stores, contents, others=others)

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its item, or in another place of the family."""
        stores = bmff_store.load(view)
        for hit in search.search(view, _QUERY):
            if stores and _hit_slot(hit, slot.site.partition(".")[0]) == slot:
                others = partial(_rewrite, view, hit, (slot, payload))
                return bmff_store.revise(stores, {}, others=others)
        for item in _items(stores):
            if item.is_readable and item.offset == slot.offset:
                return bmff_store.revise(stores, {item.places: _rewritten(item, slot, payload)})
        raise unkept(slot)

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Change the XMP packet that the label stands in."""
        stores = bmff_store.load(view)
        target = _target(stores)
        if target is None:
            raise no_packet()
        packet = change(target.data)
        return bmff_store.revise(stores, {target.places: packet}) if packet != target.data else []

    def essence(self, view: View) -> Iterator[Essence]:
        """Yield what decides the pixels of each item, then the samples of tracks."""
        for store in bmff_store.load(view):
            if store.belongs_to_file:
                yield from _pictures(store)
        yield from bmff_samples.essence(view)

    def canonical(self, view: View) -> Sequence[Edit]:
        """Drop the padding of the packet that holds the label."""
        stores = bmff_store.load(view)
        target = _target(stores)
        if target is None:
            return []
        return bmff_store.revise(stores, {target.places: xmp.compact(target.data)})


CARRIER: Final[Carrier] = _Heif()


def _format(view: View) -> Format | None:
    brands = bmff.brands(view)
    if not bmff.is_picture(brands):
        return None
    major = brands[0]
    says_more = major in _AV1 or (
        major in (b"mif1", b"mif2", b"msf1", b"miaf") and _AV1 & {*brands}
    )
    return _AVIF if says_more else _HEIC


# -- reading ---------------------------------------------------------------------------------------


@frozen
class _Item:
    """An item of XMP or Exif."""

    store: Store
    info: Info

    @property
    def places(self) -> Places:
        """Where its data stand."""
        return self.store.places.get(self.info.id, ())

    @property
    def data(self) -> bytes:
        """Its data."""
        return self.store.data(self.info.id)

    @property
    def offset(self) -> int:
        """Where its data begin."""
        return self.places[0][0]

    @property
    def is_readable(self) -> bool:
        """Whether it is neither encrypted nor compressed, and stands in this file."""
        return bool(self.places) and not self.info.encoding and not self.info.is_protected

    @property
    def names(self) -> tuple[str, str]:
        """Location and kind of place, up to the name of the item."""
        if self.store.belongs_to_file:
            return f"item {self.info.id}", "item"
        if not self.store.track:
            return f"moov/meta/item {self.info.id}", "moov/meta/item"
        return f"moov/trak[{self.store.track}]/meta/item {self.info.id}", "moov/trak/meta/item"


def _items(stores: Sequence[Store]) -> list[_Item]:
    """Return the items of XMP and Exif; of those that share their data, the first.

    A sequence of pictures names one packet twice: for its cover and for its track.
    """
    found = []
    seen: set[Places] = set()
    for store in stores:
        for info in store.infos:
            item = _Item(store, info)
            is_packet = info.type == b"mime" and info.content_type.lower().startswith(_XMP_TYPE)
            is_exif = info.type == b"Exif" and item.is_readable
            if (is_packet or is_exif) and (item.places not in seen or not item.places):
                seen.add(item.places)
                found.append(item)
    return found


def _target(stores: Sequence[Store]) -> _Item | None:
    """Return the packet that readers go by: the file's first that describes the primary item."""
    packets = [
        item
        for item in _items(stores[:1])
        if item.info.type == b"mime" and item.is_readable and item.store.belongs_to_file
    ]
    first = packets[0] if packets else None
    return next((item for item in packets if _describes_primary(item)), first)


def _own_stores(view: View) -> tuple[Store, ...]:
    stores = bmff_store.load(view)
    if not stores or not stores[0].belongs_to_file:
        raise PlanError("the file has no items, so there is no place for metadata in it")
    return stores


def _target_exif(stores: Sequence[Store]) -> _Item | None:
    """Return the Exif that readers go by: the file's first that describes the primary item.

    Raises:
        PlanError: it cannot be looked into.
    """
    found = [_Item(stores[0], info) for info in stores[0].infos if info.type == b"Exif"]
    first = found[0] if found else None
    target = next((item for item in found if _describes_primary(item)), first)
    if target is not None and not target.is_readable:
        raise PlanError(
            "the Exif of item {number} is encrypted, compressed or elsewhere, so no label can be "
            "put into it; use --slot official",
            number=target.info.id,
        )
    return target


def _describes_primary(item: _Item) -> bool:
    return any(
        reference.type == b"cdsc"
        and reference.source == item.info.id
        and item.store.primary in reference.targets
        for reference in item.store.references
    )


def _packet_slots(item: _Item, name: str, *, official: bool) -> Iterator[Slot]:
    location, place = item.names
    for found in xmp.find(item.data, _PROPERTY, item.store.view.limits):
        check_limit("a label", len(found.raw), item.store.view.limits.label_bytes)
        yield Slot(
            location=f"{location}[XMP]/{_PROPERTY.name}",
            offset=item.offset,
            raw=found.raw,
            payload=found.value,
            site=f"{name}.{place}[XMP]/{_PROPERTY.name}",
            official=official and found.form != "damaged",
        )


def _exif_items(item: _Item, name: str) -> Iterator[Slot | Mention]:
    """Yield the labels in Exif, and the traces of vendors."""
    for found in _exif_texts(item):
        location, place = (f"{where}[Exif]/{found.location}" for where in item.names)
        site, raw = f"{name}.{place}", found.raw
        if is_label(found.text):
            yield Slot(
                location=location,
                offset=item.offset,
                raw=raw,
                payload=found.text,
                site=site,
                official=False,
            )
        elif trace_of(found.text):
            yield Mention(location=location, offset=item.offset, raw=raw, site=site)


def _exif_texts(item: _Item) -> tuple[ExifText, ...]:
    from ailabel.codecs import tiff

    data = item.data
    return tiff.texts(data[_exif_start(data) :], item.store.view.limits)


def _exif_start(data: bytes) -> int:
    """Return where the TIFF begins in the data of an Exif item [ISO23008-12 A.2.1]."""
    return 0 if data.startswith(_TIFF_HEADS) else 4 + int.from_bytes(data[:4], "big")


def _hit_slot(hit: search.Hit, name: str) -> Slot:
    return Slot(
        location=hit.location,
        offset=hit.box.offset,
        raw=hit.raw,
        payload=hit.value,
        site=f"{name}.{hit.place}",
        official=False,
    )


# -- writing ---------------------------------------------------------------------------------------


def _cleared(stores: Sequence[Store], target: _Item | None) -> dict[Places, bytes]:
    """Return the data of items whose labels are taken out, by their places.

    Raises:
        PlanError: there is a packet that cannot be looked into, or is damaged.
    """
    contents = {}
    for item in _items(stores):
        if item.info.type == b"Exif":
            labelled = any(is_label(found.text) for found in _exif_texts(item))
            if labelled and (target is None or item.places != target.places):
                contents[item.places] = _blanked(item)
        elif not item.is_readable:
            raise PlanError(
                "the XMP of item {number} is encrypted, compressed or elsewhere, so no label can "
                "be put into it",
                number=item.info.id,
            )
        elif item != target and xmp.find(item.data, _PROPERTY, item.store.view.limits):
            try:
                contents[item.places] = xmp.vacate(item.data, _PROPERTY, item.store.view.limits)
            except MalformedFileError as error:
                raise _unreadable(item) from error
    return contents


def _blanked(item: _Item) -> bytes:
    from ailabel.codecs import exif

    data = item.data
    start = _exif_start(data)
    return data[:start] + exif.blank(data[start:], is_label, item.store.view.limits)


def _labelled(target: _Item, payload: str) -> bytes:
    try:
        return xmp.put(target.data, _PROPERTY, payload, target.store.view.limits)
    except MalformedFileError as error:
        raise _unreadable(target) from error


def _unreadable(item: _Item) -> PlanError:
    return PlanError(
        "the XMP packet at byte {offset} is damaged, so no label can be put into it; repair it, "
        "or take it out with the program that wrote it",
        offset=item.offset,
    )


def _rewritten(item: _Item, slot: Slot, payload: str) -> bytes:
    """Return the data of an item with another text in the place of its label."""
    data, limits = item.data, item.store.view.limits
    if item.info.type == b"Exif":
        from ailabel.codecs import exif

        start = _exif_start(data)
        return data[:start] + exif.rewritten(data[start:], slot, payload, limits)
    from ailabel.codecs.xmp_amend import amended

    return amended(data, _PROPERTY, slot, payload, limits)


def _rewrite(view: View, hit: search.Hit, asked: tuple[Slot, str], changes: Changes) -> None:
    search.rewrite(view, changes, hit, asked, _QUERY)


def _drop(view: View, hits: Sequence[search.Hit], changes: Changes) -> None:
    search.drop(view, changes, hits, _QUERY)


# -- content ---------------------------------------------------------------------------------------


def _pictures(store: Store) -> Iterator[Essence]:
    """Yield what decides the pixels, item by item."""
    properties = bmff_items.configurations(store.view, store.meta)
    tiles: dict[int, list[tuple[int, ...]]] = {}
    for reference in store.references:
        if reference.type == b"dimg":
            tiles.setdefault(reference.source, []).append(reference.targets)
    total = 0
    for info in sorted(store.infos, key=lambda info: info.id):
        if info.type in _METADATA:
            continue
        yield info.type
        for item in properties.get(info.id, ()):
            if item.type in _DECODING:
                yield item.type
                yield Span(item.body, item.length)
        for targets in tiles.get(info.id, ()):
            yield b"".join(target.to_bytes(4, "big") for target in targets)
        for offset, length in store.places.get(info.id, ()):
            total += length
            bmff_samples.check_shared(store.view, total)
            yield Span(offset, length)
