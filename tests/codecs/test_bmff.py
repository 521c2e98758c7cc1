"""Boxes: walking, sizes of all kinds, brands, and edits inside them."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import bmff
from ailabel.codecs.bmff_edit import Changes, Move
from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import Edit, apply
from builders.boxes import box, ftyp, full, meta, u32, u64

UUID: Final = bytes(range(16))


def walk(data: bytes) -> list[bmff.Box]:
    """Return the boxes of a file."""
    return list(bmff.boxes(BytesView(data), 0, len(data)))


def inside(data: bytes) -> list[bytes]:
    """Return the types of the boxes in the first box of a file."""
    return [item.type for item in bmff.children(BytesView(data), walk(data)[0])]


def test_sizes_of_all_kinds() -> None:
    """Sizes have 32 bits, 64 bits, or go on to the end; a user type belongs to the header."""
    long = u32(1) + b"uuid" + u64(36) + UUID + b"body"
    data = box(b"free", b"1") + long + box(b"uuid", UUID, b"x") + u32(0) + b"mdat" + b"rest"
    free, wide, user, last = walk(data)
    assert (free.offset, free.body, free.end, free.size_field) == (0, 8, 9, 4)
    assert (wide.body - wide.offset, wide.length, wide.size_field) == (32, 4, 8)
    assert wide.user_type == user.user_type == UUID
    assert (user.size, user.length) == (25, 1)
    assert (last.length, last.size_field, last.end) == (4, 0, len(data))


def test_the_end_of_a_walk() -> None:
    """A closing zero ends it, and so do fewer bytes than a header has."""
    assert inside(box(b"udta", box(b"abcd"), bytes(4))) == [b"abcd"]
    assert inside(box(b"udta", box(b"abcd"), bytes(40))) == [b"abcd"]
    assert len(walk(box(b"free") + bytes(40))) == 1
    assert len(walk(box(b"free") + b"1234567")) == 1


def test_samples_may_be_cut_short() -> None:
    """The end of a file that is not whole ends its samples; nothing else may be cut."""
    (cut,) = walk(u32(100) + b"mdat" + b"12")
    assert cut.length == 2
    for data in (
        u32(100) + b"moov",
        u32(7) + b"free",
        u32(1) + b"free" + u64(15),
        u32(8) + b"uuid",
    ):
        with pytest.raises(MalformedFileError, match="does not fit"):
            walk(data + bytes(8))
    with pytest.raises(MalformedFileError, match="the ©abc box does not fit"):
        inside(box(b"udta", u32(99) + b"\xa9abc"))


def test_boxes_are_counted() -> None:
    """Too many boxes are refused."""
    data = box(b"free") * 4
    with pytest.raises(LimitExceededError):
        list(bmff.boxes(BytesView(data, limits=Limits(items=3)), 0, len(data)))


def test_meta_is_a_full_box_or_bare() -> None:
    """Where its children begin is told by what stands there."""
    assert inside(meta(b"mdta", bare=True)) == [b"hdlr"]
    assert inside(meta(b"mdta")) == [b"hdlr"]
    assert inside(full(b"meta", box(b"ilst"))) == [b"ilst"]
    assert inside(box(b"meta", box(b"ilst"))) == [b"ilst"]
    assert inside(box(b"meta", b"12")) == []


def test_finding_and_reading() -> None:
    """A path of types leads to the first box; a body has a least length."""
    data = box(b"moov", box(b"trak", box(b"tkhd", b"1")), box(b"trak"))
    view = BytesView(data)
    (moov,) = walk(data)
    found = bmff.find(view, moov, b"trak", b"tkhd")
    assert found is not None
    assert bmff.read_body(view, found) == b"1"
    assert found.parent is not None
    assert found.parent.parent == moov
    assert bmff.find(view, moov, b"udta") is None
    with pytest.raises(MalformedFileError, match="the tkhd box is too short"):
        bmff.read_body(view, found, 2)


def test_brands() -> None:
    """The major one stands first; without a box of brands there are none."""
    assert bmff.brands(BytesView(ftyp(b"avif", b"mif1"))) == (b"avif", b"avif", b"mif1")
    for data in (b"", box(b"moov", bytes(20)), box(b"ftyp"), u32(9000) + b"ftypabcd"):
        assert bmff.brands(BytesView(data)) == ()
    assert bmff.is_picture((b"heic",))
    assert not bmff.is_picture((b"isom", b"heic"))
    assert not bmff.is_picture(())


def test_names_and_building() -> None:
    """Types are shown as people write them; a built box is what the builders make."""
    assert bmff.name(b"\xa9nam") == "©nam"
    assert bmff.name(b"a\0 b") == "a__b"
    assert bmff.box(b"free", b"12") == box(b"free", b"12")
    assert bmff.full_box(b"iref", b"", 1, 2) == full(b"iref", version=1, flags=2)


# -- edits -----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.binary(max_size=3)), max_size=6), st.data())
def test_every_byte_is_followed(cuts: list[tuple[int, bytes]], data: st.DataObject) -> None:
    """Where `Move` says a byte stands, it stands once the edits are applied."""
    source = bytes(range(100, 180))
    edits, at = [], 0
    for skip, new in cuts:
        start = at + skip
        length = data.draw(st.integers(0, 4))
        edits.append(Edit(start, length, new))
        at = start + length + 1
    done = apply(source, edits)
    move = Move(edits)
    replaced = {place for edit in edits for place in range(edit.offset, edit.offset + edit.length)}
    kept = [place for place in range(len(source)) if place not in replaced]
    assert [done[move(place)] for place in kept] == [source[place] for place in kept]
    assert move.every(kept) == [move(place) for place in kept]
    assert move.every([]) == []
    assert move.every(kept[:1]) == [move(place) for place in kept[:1]]


def test_sizes_follow() -> None:
    """All boxes around an edit grow, whatever kind of size they have."""
    inner = box(b"udta", box(b"abcd", b"1"))
    data = u32(1) + b"moov" + u64(16 + len(inner)) + inner + u32(0) + b"mdat" + b"rest"
    view = BytesView(data)
    moov, mdat = walk(data)
    leaf = bmff.find(view, moov, b"udta", b"abcd")
    assert leaf is not None
    changes = Changes()
    assert not changes.grows
    changes.replace(leaf, leaf.body, 1, b"12345")
    changes.replace(mdat, mdat.body, 4, b"more than it was")
    assert changes.grows
    assert changes.replaces(leaf.body)
    assert not changes.replaces(leaf.end)
    grown = box(b"udta", box(b"abcd", b"12345"))
    expected = u32(1) + b"moov" + u64(16 + len(grown)) + grown
    assert apply(data, changes.edits()) == expected + u32(0) + b"mdatmore than it was"
    assert changes.move()(mdat.offset) == mdat.offset + 4


def test_a_box_goes_and_another_stays_as_long() -> None:
    """Taking out and putting in the same length leaves the sizes alone."""
    data = box(b"moov", box(b"abcd"), box(b"efgh"))
    (moov,) = walk(data)
    first, second = bmff.children(BytesView(data), moov)
    changes = Changes()
    changes.take_out(first)
    changes.replace(moov, second.end, 0, box(b"ijkl"))
    assert apply(data, changes.edits()) == box(b"moov", box(b"efgh"), box(b"ijkl"))
    assert len(changes.edits()) == 2


def test_a_box_that_grows_too_large_is_refused() -> None:
    """A size of 32 bits cannot say more than 4 GiB."""
    large = bmff.Box(type=b"mdat", offset=0, body=8, end=(1 << 32) - 2, size_field=4)
    changes = Changes()
    changes.replace(large, 8, 0, b"12")
    with pytest.raises(PlanError, match="the mdat box would become too large"):
        changes.edits()
