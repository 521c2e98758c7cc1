"""The cache: what it holds on to, what it lets go, and that nothing it meets does harm."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.gate.cache import Cache, cache_folder, stamp

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.gate.cache import Stamp

NOW = 10_000_000_000
OLD: Stamp = (5, 1_000_000_000, 1_000_000_000, 7, 0o100644)


def cache(folder: Path) -> Cache:
    """Return a cache in a folder."""
    return Cache(str(folder / "c"), own=True)


def known(found: Cache, path: str, mark: Stamp) -> str | None:
    """Return what a cache knows of a file, as a run asks it."""
    entry = found.entries.get(path)
    return found.text(entry[1]) if entry is not None and entry[0] == mark else None


def filled(folder: Path, **texts: str) -> Cache:
    """Return a cache that was written with texts by path, and read again."""
    first = cache(folder)
    for path, text in texts.items():
        first.put(path, OLD, text, NOW)
    first.save()
    return cache(folder)


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    """Texts come back for the same path and stamp; equal ones are kept once."""
    found = filled(tmp_path, a="same", b="same", c="other")
    assert [known(found, path, OLD) for path in "abcd"] == ["same", "same", "other", None]


@pytest.mark.parametrize("field", range(5))
def test_any_other_stamp_is_another_file(tmp_path: Path, field: int) -> None:
    """Size, both times, inode and mode must all be the same."""
    changed = list(OLD)
    changed[field] += 1
    found = filled(tmp_path, a="text")
    assert known(found, "a", tuple(changed)) is None  # type: ignore[arg-type]
    assert known(found, "a", OLD) == "text"


@pytest.mark.parametrize("place", [1, 2])
def test_what_changed_just_now_is_not_kept(tmp_path: Path, place: int) -> None:
    """A file may change again within the same tick of the clock, so its entry goes."""
    racy = list(OLD)
    racy[place] = NOW - 1_000_000_000
    found = filled(tmp_path, a="text")
    found.put("a", tuple(racy), "text", NOW)  # type: ignore[arg-type]
    assert known(found, "a", tuple(racy)) is None  # type: ignore[arg-type]
    racy[place] = NOW - 2_000_000_000
    found.put("a", tuple(racy), "text", NOW)  # type: ignore[arg-type]
    assert known(found, "a", tuple(racy)) == "text"  # type: ignore[arg-type]


def test_entries_are_dropped(tmp_path: Path) -> None:
    """One by one, and all but those that are kept; texts that nobody uses go as well."""
    found = filled(tmp_path, a="x" * 999, b="y" * 999, c="z" * 999)
    size = (tmp_path / "c" / "check").stat().st_size
    found.drop("a")
    found.keep(["b"])
    found.save()
    again = cache(tmp_path)
    assert [known(again, path, OLD) for path in "abc"] == [None, "y" * 999, None]
    assert (tmp_path / "c" / "check").stat().st_size < size / 2


def test_nothing_is_written_where_nothing_changed(tmp_path: Path) -> None:
    """A run that learned nothing leaves the file alone."""
    found = filled(tmp_path, a="text")
    (tmp_path / "c" / "check").unlink()
    found.save()
    assert not (tmp_path / "c" / "check").exists()


def test_a_folder_of_its_own_is_marked(tmp_path: Path) -> None:
    """Neither git nor backups keep it; a foreign folder gets the one file alone."""
    filled(tmp_path, a="text")
    assert (tmp_path / "c" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / "c" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d17")
    foreign = Cache(str(tmp_path / "git"), own=False)
    foreign.put("a", OLD, "text", NOW)
    foreign.save()
    assert os.listdir(tmp_path / "git") == ["check"]  # noqa: PTH208 - names


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    """Something that is no folder stands in its place."""
    (tmp_path / "c").write_text("in the way")
    found = filled(tmp_path, a="text")
    assert known(found, "a", OLD) is None


def test_damage_is_nothing_known(tmp_path: Path) -> None:
    """Cut or flipped anywhere, of another version, empty: no exception and no entry."""
    filled(tmp_path, a="text", b="other")
    path = tmp_path / "c" / "check"
    whole = path.read_bytes()
    chance = random.Random(3)
    broken = [whole[:length] for length in range(len(whole))]
    for _ in range(200):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        broken.append(bytes(flipped))
    broken += [b"", b"ailabel check cache 2\n" + whole[22:], whole + b"\0", chance.randbytes(500)]
    for data in broken:
        path.write_bytes(data)
        assert known(cache(tmp_path), "a", OLD) is None
    path.write_bytes(whole)
    assert known(cache(tmp_path), "a", OLD) == "text"


NAMES = st.text(st.characters(exclude_characters="\0", codec=None), min_size=1)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(NAMES, st.text()))
def test_any_names_and_texts_come_back(
    tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]
) -> None:
    """Names of any bytes, as `os.fsdecode` has them, and texts of any characters."""
    named = {os.fsdecode(name.encode("utf-8", "surrogatepass")): texts[name] for name in texts}
    found = filled(tmp_path_factory.mktemp("cache"), **named)
    assert {path: known(found, path, OLD) for path in named} == named


def test_two_runs_at_once_leave_one_whole_cache(tmp_path: Path) -> None:
    """Whoever writes last wins; no temporary stays."""
    first, second = cache(tmp_path), cache(tmp_path)
    first.put("a", OLD, "one", NOW)
    second.put("b", OLD, "two", NOW)
    first.save()
    second.save()
    assert known(cache(tmp_path), "b", OLD) == "two"
    assert sorted(item.name for item in (tmp_path / "c").iterdir()) == [
        ".gitignore",
        "CACHEDIR.TAG",
        "check",
    ]


def test_a_stamp_tells_files_apart(tmp_path: Path) -> None:
    """A file that is replaced by one of the same size and time is another one."""
    first, second = tmp_path / "a", tmp_path / "b"
    for path in (first, second):
        path.write_bytes(b"12345")
        os.utime(path, ns=(1, 1))
    before = stamp(first.lstat())
    second.rename(first)
    assert stamp(first.lstat()) != before


def test_the_usual_place_is_never_below_what_is_published() -> None:
    """In git's own folder, else in the user's, by the root; nowhere if there is neither."""
    assert cache_folder("/site", "/site/.git", "/home/a/.cache") == "/site/.git/ailabel"
    first = cache_folder("/site", None, "/home/a/.cache")
    assert first is not None
    assert first.startswith("/home/a/.cache/ailabel/")
    assert first != cache_folder("/sitf", None, "/home/a/.cache")
    assert cache_folder("/site", None, None) is None
