"""Items: their tables are read and built alike, and follow what moves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import bmff, bmff_items, bmff_store
from ailabel.codecs.bmff_edit import Move
from ailabel.codecs.bmff_items import Extent, Info, Location, Locations, Reference
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import Edit
from builders.boxes import box, full, u16, u32
from builders.items import Item, Picture, picture

EXTENTS = st.builds(Extent, st.integers(0, 1 << 33), st.integers(0, 300))
ENTRIES = st.builds(
    Location,
    id=st.integers(1, 60000),
    method=st.integers(0, 2),
    data_reference=st.integers(0, 1),
    base=st.integers(0, 1 << 20),
    extents=st.lists(EXTENTS, max_size=3).map(tuple),
)
FORM = Locations(version=1, offset_width=4, length_width=4, base_width=0, index_width=0, entries=())


def parse(body: bytes, kind: bytes = b"iloc") -> tuple[BytesView, bmff.Box]:
    """Return a file of one box, and the box."""
    view = BytesView(box(kind, body))
    (found,) = bmff.boxes(view, 0, view.size)
    return view, found


@given(st.lists(ENTRIES, max_size=4), st.sampled_from([0, 1, 2]), st.sampled_from([0, 4, 8]))
def test_locations_are_read_as_they_are_built(
    entries: list[Location], version: int, index: int
) -> None:
    """Fields become as wide as they must, never narrower than they were."""
    if not version:
        index, entries = 0, [replace(entry, method=0) for entry in entries]
    form = replace(FORM, version=version, index_width=index, entries=tuple(entries))
    found = bmff_items.locations(*parse(bmff_items.build_locations(form)))
    assert found.entries == form.entries
    assert found.offset_width >= 4
    assert bmff_items.build_locations(found) == bmff_items.build_locations(form)


def test_moving() -> None:
    """Bases move where all pieces do, offsets where they do not; other files' data never."""
    move = Move([Edit(100, 0, bytes(7))])
    there = Location(
        id=1, method=0, data_reference=0, base=90, extents=(Extent(10, 5), Extent(30, 5))
    )
    apart = replace(there, extents=(Extent(5, 2), Extent(30, 5)))
    bare = replace(there, base=0, extents=(Extent(120, 5),))
    still = [
        replace(bare, data_reference=1),
        replace(bare, method=2),
        replace(bare, method=1),
        replace(bare, extents=()),
        replace(bare, extents=(Extent(99, 5),)),
    ]
    found = bmff_items.moved(replace(FORM, entries=(there, apart, bare, *still)), move).entries
    assert found[0] == replace(there, base=97)
    assert found[1] == replace(apart, base=90, extents=(Extent(5, 2), Extent(37, 5)))
    assert found[2] == replace(bare, extents=(Extent(127, 5),))
    assert list(found[3:]) == still


def test_moving_inside_idat() -> None:
    """Offsets in the box count from its body, which may move as a whole."""
    _, idat = parse(bytes(50), b"idat")
    move = Move([Edit(0, 0, bytes(100)), Edit(18, 0, bytes(3))])
    inside = Location(
        id=1, method=1, data_reference=0, base=0, extents=(Extent(5, 2), Extent(10, 2))
    )
    (found,) = bmff_items.moved(replace(FORM, entries=(inside,)), move, idat).entries
    assert found.extents == (Extent(5, 2), Extent(13, 2))


def test_pieces() -> None:
    """Implied lengths go on to the end; what stands elsewhere has no pieces."""
    view, idat = parse(bytes(50), b"idat")
    entry = Location(id=1, method=0, data_reference=0, base=8, extents=(Extent(2, 0),))
    assert bmff_items.pieces(view, entry, None) == [(10, 48)]
    assert bmff_items.pieces(view, replace(entry, method=1), idat) == [(18, 40)]
    assert bmff_items.pieces(view, replace(entry, method=1), None) is None
    assert bmff_items.pieces(view, replace(entry, method=2), idat) is None
    assert bmff_items.pieces(view, replace(entry, data_reference=1), idat) is None
    with pytest.raises(MalformedFileError, match="item 1 runs past"):
        bmff_items.pieces(view, replace(entry, extents=(Extent(40, 20),)), None)


def test_infos_and_references() -> None:
    """What items are, and what they refer to, in both widths of numbers."""
    for wide in (False, True):
        odd = Item(
            id=7, type=b"mime", data=(b"x",), content_type="text/xml", encoding="gzip", protection=1
        )
        data = Picture(
            items=(picture(1), odd), wide=wide, iloc=2, refers=((b"cdsc", 7, (1, 2)),)
        ).build()
        (store,) = bmff_store.load(BytesView(data))
        assert store.infos == (
            Info(id=1, type=b"hvc1"),
            Info(id=7, type=b"mime", content_type="text/xml", encoding="gzip", is_protected=True),
        )
        assert store.references == (Reference(b"cdsc", 7, (1, 2)),)
        assert store.primary == 1


def test_building_infos() -> None:
    """An entry is read as it was built; a number above 16 bits needs another version."""
    for number in (3, 1 << 17):
        info = Info(id=number, type=b"mime", content_type="a/b")
        view, found = parse(u32(0) + u16(1) + bmff_items.build_info(info), b"iinf")
        assert list(bmff_items.infos(view, found)) == [info]
    old = full(b"infe", u16(1, 0), b"a name\0")
    view, found = parse(u32(0) + u16(1) + old, b"iinf")
    assert list(bmff_items.infos(view, found)) == []


def test_configurations_in_wide_fields() -> None:
    """Properties are numbered from 1; numbers that none has are left out."""
    links = full(b"ipma", u32(1, 70000), b"\3" + u16(0x8001, 2, 9), version=1, flags=1)
    store = box(b"ipco", box(b"av1C", b"x"), box(b"ispe"))
    view = BytesView(full(b"meta", full(b"hdlr", bytes(8)), box(b"iprp", store, links)))
    (meta,) = bmff.boxes(view, 0, view.size)
    found = bmff_items.configurations(view, meta)
    assert [item.type for item in found[70000]] == [b"av1C", b"ispe"]
    view = BytesView(full(b"meta", full(b"hdlr", bytes(8)), box(b"iprp", store)))
    (meta,) = bmff.boxes(view, 0, view.size)
    assert bmff_items.configurations(view, meta) == {}
    assert bmff_items.primary(view, meta) is None


def test_limits() -> None:
    """Items, extents, references and properties are counted."""
    limits = Limits(items=3)
    cases = (
        Picture(items=[picture(number) for number in range(1, 6)]),
        Picture(items=(picture(1, b"1", b"2", b"3", b"4"),)),
        Picture(items=(picture(1),), refers=((b"dimg", 1, (1, 1, 1, 1)),)),
    )
    for case in cases:
        with pytest.raises(LimitExceededError):
            bmff_store.load(BytesView(case.build(), limits=limits))
    links = full(b"ipma", u32(1), u16(1), bytes([4, 1, 1, 1, 1]))
    parts = box(b"iprp", box(b"ipco", box(b"av1C")), links)
    view = BytesView(full(b"meta", full(b"hdlr", bytes(8)), parts), limits=limits)
    (meta,) = bmff.boxes(view, 0, view.size)
    with pytest.raises(LimitExceededError, match="properties"):
        bmff_items.configurations(view, meta)
