"""Fragments: where runs of samples begin, by every rule that there is; and their indexes."""

from __future__ import annotations

import pytest

from ailabel.codecs import bmff, bmff_fragments, bmff_offsets
from ailabel.codecs.bmff_edit import Changes
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from builders.boxes import box, ftyp, full, u16, u32, u64


def runs(moof: bytes, sizes: dict[int, int] | None = None) -> list[tuple[int, int, int]]:
    """Return track, offset and length of the runs of a fragment that stands at byte 100."""
    view = BytesView(box(b"free", bytes(92)) + moof)
    _, found = bmff.boxes(view, 0, view.size)
    return list(bmff_fragments.samples(view, found, sizes or {}))


def test_data_follow_those_of_the_track_before() -> None:
    """Without a base, the first track counts from the fragment, the next from where it ended."""
    one = box(
        b"traf",
        full(b"tfhd", u32(1), u32(10), flags=0x10),
        full(b"trun", u32(3, 200), flags=1),
        full(b"trun", u32(2)),
    )
    two = box(b"traf", full(b"tfhd", u32(2)), full(b"trun", u32(4)))
    assert runs(box(b"moof", one, two), {2: 7}) == [(1, 300, 30), (1, 330, 20), (2, 350, 28)]


def test_bases_that_are_said() -> None:
    """A base is absolute, or the fragment itself."""
    fields = u32(1) + u64(5000) + u32(1, 0, 6)
    absolute = box(
        b"traf",
        full(b"tfhd", fields, flags=0x1 | 0x2 | 0x8 | 0x10),
        full(b"trun", u32(1, 0xFFFFFFFF, 0), flags=0x1 | 0x4),
    )
    again = box(
        b"traf",
        full(b"tfhd", u32(2), flags=0x20000),
        full(b"trun", u32(2, 8), u32(9, 4, 0, 1), u32(9, 5, 0, 1), flags=0xF01),
    )
    assert runs(box(b"moof", absolute, again)) == [(1, 4999, 6), (2, 108, 9)]


def test_empty_fragments() -> None:
    """A track without a header has no runs."""
    assert runs(box(b"moof", box(b"traf", full(b"trun", u32(1))), box(b"free"))) == []


def test_a_run_that_is_cut_short() -> None:
    """The sizes must be there."""
    run = full(b"trun", u32(3), u32(1, 2), flags=0x200)
    with pytest.raises(MalformedFileError, match="the trun box is too short"):
        runs(box(b"moof", box(b"traf", full(b"tfhd", u32(1)), run)))


def shifted(data: bytes) -> bytes:
    """Return a file with ten bytes more behind its box of brands."""
    changes = Changes()
    changes.replace(None, 16 + 4, 0, box(b"free", b"12"))
    return apply(data, bmff_offsets.settle(BytesView(data), changes))


def test_wide_indexes() -> None:
    """Both indexes have versions with 64 bits, the second one fields of other widths."""
    head = ftyp(b"isom")
    tfra = full(b"tfra", u32(1), u32(0x3F), u32(1), u64(0, 20), bytes(12), version=1)
    data = head + box(b"moof") + box(b"mfra", tfra)
    assert u64(0, 30) + bytes(12) in shifted(data)
    sidx = full(b"sidx", u32(1, 10), u64(0, 8), u16(0, 1), u32(0x80000008, 1, 0), version=1)
    data = head + sidx + box(b"free") + box(b"moof")
    assert sidx in shifted(data)


def test_a_reference_that_grows() -> None:
    """What is put inside a segment makes the segment longer in the index, within 31 bits."""
    head = ftyp(b"isom")
    moof = box(b"moof", box(b"meta", bytes(20)))
    for size, fits in ((len(moof), True), ((1 << 31) - 1, False)):
        sidx = full(b"sidx", u32(1, 10, 0, 0), u16(0, 1), u32(size, 1, 0))
        data = head + sidx + moof
        changes = Changes()
        changes.replace(None, len(data) - 4, 0, b"more")
        if not fits:
            with pytest.raises(PlanError, match="sidx box would no longer fit"):
                bmff_offsets.settle(BytesView(data), changes)
            continue
        done = apply(data, bmff_offsets.settle(BytesView(data), changes))
        assert u32(size + 4, 1, 0) in done


def test_sizes_from_the_movie() -> None:
    """The header says how long samples are that fragments are silent about."""
    view = BytesView(box(b"moov", box(b"mvex", full(b"trex", u32(5, 1, 1, 77, 0)), box(b"free"))))
    (moov,) = bmff.boxes(view, 0, view.size)
    assert bmff_fragments.defaults(view, moov) == {5: 77}
    view = BytesView(box(b"moov"))
    (moov,) = bmff.boxes(view, 0, view.size)
    assert bmff_fragments.defaults(view, moov) == {}
