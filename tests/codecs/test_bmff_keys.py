"""Metadata items: keys keep their order, items their keys, whatever goes and comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import bmff, bmff_keys
from ailabel.codecs.bmff_edit import Changes
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from builders.boxes import box, freeform, full, item, keyed, meta, named, u32, value

PAIRS = st.lists(st.tuples(st.sampled_from(["AIGC", "title", "b", "c"]), st.text(max_size=4)))


def load(data: bytes) -> bmff_keys.Table:
    """Read the items of a file that is one meta box."""
    view = BytesView(data)
    (box_of_items,) = bmff.boxes(view, 0, len(data))
    table = bmff_keys.load(view, box_of_items)
    assert table is not None
    return table


def pairs(data: bytes) -> list[tuple[str | None, str]]:
    """Return keys and texts of the items, in their order."""
    table = load(data)
    found = []
    for entry in table.items:
        key = table.key(entry)
        texts = [text for _, text, _ in bmff_keys.texts(BytesView(data), entry)]
        found.append((key.name if key else None, "".join(texts)))
    return found


@given(given_pairs=PAIRS, data=st.data(), put=st.booleans())
def test_revising(given_pairs: list[tuple[str, str]], data: st.DataObject, *, put: bool) -> None:
    """Items that go are gone, the text is there once, all others keep key and order."""
    source = keyed(*given_pairs)
    before = pairs(source)
    table = load(source)
    dropped = {
        at
        for at, pair in enumerate(given_pairs)
        if (put and pair[0] == "AIGC") or data.draw(st.booleans())
    }
    changes = Changes()
    drop = frozenset(table.items[at].box.offset for at in dropped)
    bmff_keys.revise(changes, table, drop, ("AIGC", "new") if put else None)
    done = apply(source, changes.edits())
    kept = [pair for at, pair in enumerate(before) if at not in dropped]
    if dropped and not put and not kept:
        assert done == b""
        return
    after = pairs(done)
    assert [pair for pair in after if pair != ("AIGC", "new")] == kept
    assert after.count(("AIGC", "new")) == put
    names = [key.name for key in load(done).keys]
    assert sorted(names) == sorted(name or "" for name, _ in after)


def test_a_key_without_items_stays() -> None:
    """Who declared it may have reasons."""
    keys = full(b"keys", u32(2), box(b"mdta", b"unused"), box(b"mdta", b"AIGC"))
    source = meta(b"mdta", keys, box(b"ilst", box(u32(2), value("old"))))
    changes = Changes()
    table = load(source)
    bmff_keys.revise(changes, table, frozenset({table.items[0].box.offset}))
    done = apply(source, changes.edits())
    assert [key.name for key in load(done).keys] == ["unused"]
    assert pairs(done) == []


def test_a_key_can_be_declared_without_an_item() -> None:
    """It joins the others, or stays where it is; a box with nothing else goes."""
    cases: tuple[tuple[list[tuple[str, str]], tuple[int, ...], list[str]], ...] = (
        ([("a", "1"), ("b", "2")], (), ["a", "b", "AIGC"]),
        ([("a", "1"), ("AIGC", "2"), ("b", "3")], (1,), ["a", "AIGC", "b"]),
        ([("a", "1"), ("b", "3")], (0,), ["b", "AIGC"]),
        ([("AIGC", "1")], (0,), []),
    )
    for given_pairs, dropped, expected in cases:
        source = keyed(*given_pairs)
        table, changes = load(source), Changes()
        drop = frozenset(table.items[at].box.offset for at in dropped)
        assert bmff_keys.revise(changes, table, drop, ("AIGC", None)) == expected
        done = apply(source, changes.edits())
        if not expected:
            assert done == b""
            continue
        assert [key.name for key in load(done).keys] == expected
        assert pairs(done) == [pair for at, pair in enumerate(given_pairs) if at not in dropped]


def test_building() -> None:
    """What is built is what the builders make by hand."""
    assert bmff_keys.build_meta(["AIGC"], "AIGC", "text") == keyed(("AIGC", "text"))


def test_values() -> None:
    """Texts in UTF-8 and UTF-16 are read, with the name of a free-form item."""
    assert pairs(keyed(("a", "文字"), kind=2)) == [("a", "文字")]
    source = named(item(b"\xa9nam", "a title"), freeform("AIGC", "x"), box(b"free", bytes(4)))
    assert pairs(source) == [(None, "a title"), (None, "x"), (None, "")]
    entry = load(source).items[1]
    assert next(bmff_keys.texts(BytesView(source), entry))[0] == "AIGC"
    picture = named(box(b"covr", box(b"data", u32(13, 0), b"\xff\xd8")))
    assert pairs(picture) == [(None, "")]
    long = BytesView(keyed(("a", "x" * 100)), limits=Limits(label_bytes=99))
    assert list(bmff_keys.texts(long, load(long.data).items[0])) == []


def test_broken_keys() -> None:
    """Keys that run out of their box, or are too many, are refused."""
    for size in (7, 13):
        keys = full(b"keys", u32(1), u32(size) + b"mdtaAIGC")
        with pytest.raises(MalformedFileError, match="the keys box is too short"):
            load(meta(b"mdta", keys, box(b"ilst")))
    data = meta(b"mdta", full(b"keys", u32(1 << 30)), box(b"ilst"))
    with pytest.raises(LimitExceededError, match="keys"):
        load(data)
    view = BytesView(meta(b"mdta"))
    (empty,) = bmff.boxes(view, 0, view.size)
    assert bmff_keys.load(view, empty) is None
