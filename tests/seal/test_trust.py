"""Directories of keys: whose a key is, who vouches for it, and what cannot be slipped in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.errors import SealError
from ailabel.model.seal import Standing
from ailabel.seal.check import check
from ailabel.seal.directory import Directory, Key
from ailabel.seal.publickey import read_key
from ailabel.seal.sign import sealed
from ailabel.seal.trust import load_trust, read, text_of
from ailabel.seal.vouching import introduced, merged, revoked
from sealing import CODE, DIGEST, FIELDS, Content, signer

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.seal.keyfile import KeySigner

START, MIDDLE, END = "2020-01-01T00:00:00Z", "2020-06-01T00:00:00Z", "2021-01-01T00:00:00Z"
OLD: Final = signer("ed25519")
NEW: Final = signer("p256")
OTHER: Final = signer("ed25519", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")


def key_of(maker: KeySigner, code: str = CODE, until: str | None = None) -> Key:
    """Return the entry of a signer's key."""
    public = read_key(maker.public_key)
    return Key(
        code=code,
        id=public.id,
        algorithm=public.algorithm,
        public_key=public.spki.hex(),
        not_before=START,
        not_after=until,
    )


ROOTED: Final = introduced(Directory(now=MIDDLE), key_of(OLD))
GROWN: Final = introduced(ROOTED, key_of(NEW), OLD)
OLD_ID, NEW_ID = key_of(OLD).id, key_of(NEW).id


def standing(
    directory: Directory, maker: KeySigner, time: str | None = MIDDLE, code: str = CODE
) -> tuple[Standing, str | None]:
    """Say what a directory says of a signer's key."""
    return directory.standing(key_of(maker).id, code, time)


def document(directory: Directory) -> dict[str, Any]:
    """Return a directory as JSON values."""
    found: dict[str, Any] = json.loads(text_of(directory))
    return found


def reread(whole: object) -> Directory:
    """Read a directory from JSON values."""
    return read(json.dumps(whole).encode())


def test_a_pinned_key_is_the_providers() -> None:
    """Its seals are verified as the provider's; the key is nobody else's."""
    assert standing(ROOTED, OLD) == (Standing.TRUSTED, CODE)
    assert standing(ROOTED, OLD, code="another") == (Standing.FOREIGN, CODE)
    assert standing(ROOTED, NEW) == (Standing.FOREIGN, None)
    assert standing(ROOTED, NEW, code="another") == (Standing.UNKNOWN, None)
    assert ROOTED.expects(CODE)
    assert ROOTED.expects(f" {CODE.lower()} ")
    assert not ROOTED.expects("another")


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2019-12-31T23:59:59Z", Standing.EXPIRED),
        (START, Standing.TRUSTED),
        ("2020-05-31T23:59:59Z", Standing.TRUSTED),
        (MIDDLE, Standing.EXPIRED),
        (None, Standing.EXPIRED),  # the seal does not say when: the clock counts
        ("soon", Standing.EXPIRED),
        ("2025-01-01T00:00:00Z", Standing.EXPIRED),  # in a future that nobody can have seen
    ],
)
def test_a_key_counts_in_its_time(time: str | None, expected: Standing) -> None:
    """From its beginning, which belongs to it, to its end, which does not."""
    directory = introduced(Directory(), key_of(OLD, until=MIDDLE))
    dated = Directory(directory.keys.values(), now=END)
    assert standing(dated, OLD, time)[0] is expected


@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [
        ("compromised", Standing.REVOKED, Standing.REVOKED),
        ("superseded", Standing.TRUSTED, Standing.REVOKED),
        ("ceased", Standing.TRUSTED, Standing.REVOKED),
    ],
)
def test_a_key_that_was_given_up(reason: str, before: Standing, after: Standing) -> None:
    """A compromised key never counts; another's seals from before still do."""
    found = revoked(GROWN, OLD_ID, MIDDLE, reason, NEW)
    assert standing(found, OLD, START)[0] is before
    assert standing(found, OLD, MIDDLE)[0] is after
    assert standing(found, NEW, MIDDLE)[0] is Standing.TRUSTED


def test_a_directory_survives_its_file(tmp_path: Path) -> None:
    """What is written is read back; several files are put together."""
    found = revoked(GROWN, OLD_ID, MIDDLE, "superseded", OLD)
    (tmp_path / "a.json").write_text(text_of(found), encoding="utf-8")
    elsewhere = introduced(Directory(), key_of(OTHER, "另一家"))
    (tmp_path / "b.json").write_text(text_of(elsewhere), encoding="utf-8")
    both = load_trust(tmp_path / "a.json", tmp_path / "b.json")
    assert list(both.keys) == [OLD_ID, NEW_ID, key_of(OTHER).id]
    assert both.revocations == found.revocations
    assert both.expects("另一家")
    claim = introduced(Directory(), key_of(OLD, "thief"))
    (tmp_path / "c.json").write_text(text_of(claim), encoding="utf-8")
    with pytest.raises(SealError, match="under two providers"):
        load_trust(tmp_path / "a.json", tmp_path / "c.json")


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_of_two_directories_the_narrower_time_counts(tmp_path: Path, names: str) -> None:
    """In whichever order they are given."""
    first = replace(key_of(OLD), not_before=MIDDLE)
    for name, key in (("a", first), ("b", key_of(OLD, until=END))):
        directory = introduced(Directory(), key)
        (tmp_path / name).write_text(text_of(directory), encoding="utf-8")
    (found,) = load_trust(*(tmp_path / name for name in names)).keys.values()
    assert (found.not_before, found.not_after) == (MIDDLE, END)


@pytest.mark.parametrize("name", ["code", "not_before", "not_after", "public_key", "signature"])
def test_an_entry_that_was_changed_is_refused(name: str) -> None:
    """Every value that a predecessor signed is covered."""
    whole = document(GROWN)
    entry = whole["keys"][1]
    entry[name] = {"not_before": END, "not_after": END}.get(name, (entry[name] or "")[:-1] + "x")
    with pytest.raises(SealError):
        reread(whole)


def test_keys_vouch_for_their_own_provider_alone() -> None:
    """No key brings in another provider's, nor gives one up."""
    both = introduced(ROOTED, key_of(OTHER, "another"))
    with pytest.raises(SealError, match="no key of another"):
        introduced(both, key_of(NEW, "another"), OLD)
    with pytest.raises(SealError, match="no key of another"):
        revoked(both, key_of(OTHER).id, MIDDLE, "ceased", OLD)
    whole = document(GROWN)
    whole["keys"][1]["code"] = "another"
    with pytest.raises(SealError, match="nobody in the directory vouches"):
        reread(whole)


def test_a_ring_of_keys_is_vouched_for_by_nobody() -> None:
    """Two keys that vouch for one another come from nowhere."""
    whole = document(GROWN)
    whole["keys"][0]["signed_by"] = NEW_ID
    with pytest.raises(SealError, match="nobody in the directory vouches"):
        reread(whole)
    whole["keys"][0]["signed_by"] = OLD_ID
    with pytest.raises(SealError, match="nobody in the directory vouches"):
        reread(whole)


def test_keys_come_and_go_once() -> None:
    """Nothing is added or given up twice, and what was given up vouches for nothing."""
    with pytest.raises(SealError, match="stands in the directory already"):
        introduced(GROWN, key_of(NEW), OLD)
    gone = revoked(GROWN, NEW_ID, MIDDLE, "ceased", NEW)
    with pytest.raises(SealError, match="given up before"):
        revoked(gone, NEW_ID, MIDDLE, "ceased", OLD)
    with pytest.raises(SealError, match="vouches for nothing"):
        introduced(gone, key_of(OTHER), NEW)
    with pytest.raises(SealError, match="has no key"):
        revoked(GROWN, "0" * 64, MIDDLE, "ceased", OLD)


def test_a_theft_may_show_up_late() -> None:
    """A key that was replaced can still be said to be stolen, and never the other way round."""
    replaced = revoked(GROWN, OLD_ID, MIDDLE, "superseded", NEW)
    stolen = revoked(replaced, OLD_ID, END, "compromised", NEW)
    assert standing(stolen, OLD, START) == (Standing.REVOKED, CODE)
    assert merged(replaced, reread(document(stolen))).revocations[OLD_ID].is_total
    with pytest.raises(SealError, match="takes back a revocation"):
        merged(stolen, replaced)
    with pytest.raises(SealError, match="given up before"):
        revoked(stolen, OLD_ID, END, "superseded", NEW)


def test_the_graver_of_two_revocations_counts(tmp_path: Path) -> None:
    """In whichever order two directories are pinned."""
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, reason in zip(paths, ("superseded", "compromised"), strict=True):
        path.write_text(text_of(revoked(GROWN, OLD_ID, MIDDLE, reason, NEW)))
    for order in (paths, paths[::-1]):
        assert load_trust(*order).revocations[OLD_ID].reason == "compromised"
    for path, at in zip(paths, (START, MIDDLE), strict=True):
        path.write_text(text_of(revoked(GROWN, OLD_ID, at, "superseded", NEW)))
    for order in (paths, paths[::-1]):
        assert load_trust(*order).revocations[OLD_ID].at == START


def test_a_key_that_was_given_up_gives_up_no_other() -> None:
    """A thief cannot take the provider's good keys away with a stolen one that is known to be."""
    pinned = revoked(GROWN, OLD_ID, MIDDLE, "compromised", NEW)
    theirs = revoked(GROWN, NEW_ID, MIDDLE, "compromised", OLD)
    forged = Directory(
        GROWN.keys.values(), [*pinned.revocations.values(), *theirs.revocations.values()]
    )
    with pytest.raises(SealError, match="vouches for nothing"):
        merged(pinned, reread(document(forged)))


@pytest.mark.parametrize("code", ["", " ", "a\nb", "a\x1b[31m", "\ud800", "a\u202eb", "x" * 201])
def test_a_provider_has_a_name_that_can_be_shown(code: str) -> None:
    """On one line, without what turns or hides it."""
    whole = document(ROOTED)
    whole["keys"][0]["code"] = code
    with pytest.raises(SealError, match="code is missing or malformed"):
        reread(whole)


def test_times_have_plain_digits() -> None:
    """Others would be compared as text, and come after every time."""
    whole = document(ROOTED)
    whole["keys"][0]["not_before"] = "２０２０-01-01T00:00:00Z"
    with pytest.raises(SealError, match="not_before is missing or malformed"):
        reread(whole)


def test_a_newer_directory_is_taken_over() -> None:
    """As far as pinned keys vouch for it: new keys, and keys that were given up."""
    newer = revoked(GROWN, OLD_ID, MIDDLE, "superseded", NEW)
    assert merged(ROOTED, newer) is newer
    later = introduced(newer, replace(key_of(OTHER), not_before=MIDDLE), NEW)
    assert merged(ROOTED, later) is later


def test_a_forged_newer_directory_is_not() -> None:
    """Roots of its own, changes, and revocations that were taken back."""
    with pytest.raises(SealError, match="nobody who is pinned"):
        merged(ROOTED, introduced(GROWN, key_of(OTHER)))
    with pytest.raises(SealError, match="lacks or changes"):
        merged(GROWN, ROOTED)
    with pytest.raises(SealError, match="lacks or changes"):
        merged(ROOTED, Directory([replace(key_of(OLD), not_after=END)]))
    gone = revoked(GROWN, OLD_ID, MIDDLE, "ceased", NEW)
    with pytest.raises(SealError, match="takes back a revocation"):
        merged(gone, GROWN)
    stolen = introduced(GROWN, replace(key_of(OTHER), not_before=MIDDLE), OLD)
    told = revoked(stolen, OLD_ID, MIDDLE, "compromised", NEW)
    with pytest.raises(SealError, match="vouches for nothing"):
        merged(GROWN, told)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "other"},
        {"version": 2},
        {"keys": {}},
        {"keys": [1]},
        {"revocations": [{"id": "x"}]},
        {"keys": [{}]},
    ],
)
def test_what_is_no_directory_is_refused(change: dict[str, object]) -> None:
    """Other JSON, and damaged entries."""
    with pytest.raises(SealError, match="directory of keys"):
        reread({**document(ROOTED), **change})


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 99_999, b" " * (5 << 20)])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    """Nothing else than an error of ours comes out."""
    with pytest.raises(SealError, match="no directory of keys"):
        read(data)


def test_damaged_values_are_named() -> None:
    """Which value it is stands in the sentence."""
    for name, bad in (
        *(("id", "zz"), ("id", "0" * 64), ("algorithm", "p256"), ("public_key", "0")),
        *(("not_before", "today"), ("code", ""), ("code", "x" * 300), ("not_after", 5)),
    ):
        whole = document(ROOTED)
        whole["keys"][0][name] = bad
        with pytest.raises(SealError):
            reread(whole)
    twice = document(ROOTED)
    twice["keys"] *= 2
    with pytest.raises(SealError, match="twice"):
        reread(twice)
    gone = document(revoked(GROWN, NEW_ID, MIDDLE, "ceased", OLD))
    for name, bad in (("reason", "mood"), ("id", "0" * 64), ("signature", "00"), ("at", END)):
        whole = json.loads(json.dumps(gone))
        whole["revocations"][0][name] = bad
        with pytest.raises(SealError):
            reread(whole)


@settings(deadline=None)
@given(st.data())
def test_a_mutated_directory_is_read_or_refused(data: st.DataObject) -> None:
    """Any character may be another: it is the same directory, or none."""
    text = text_of(GROWN)
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + data.draw(st.characters()) + text[place + 1 :]
    try:
        found = read(changed.encode("utf-8", "surrogatepass"))
    except SealError:
        return
    assert set(found.keys) <= {OLD_ID, NEW_ID}


def test_a_seal_is_told_whose_it_is() -> None:
    """The report of a label names the provider, or says that another signed."""
    fields = {**FIELDS, "ReservedCode1": sealed(FIELDS, DIGEST, OLD, time=MIDDLE)}
    key = check(fields, Content(), trust=ROOTED).key
    assert key is not None
    assert (key.standing, key.code) == (Standing.TRUSTED, CODE)
    bare = check(FIELDS, Content(), trust=ROOTED)
    assert bare.expected
    assert not check(FIELDS, Content(), field="ReservedCode2", trust=ROOTED).expected
    passed = {**FIELDS, "PropagateID": "other"}
    assert check(passed, Content(), field="ReservedCode2", trust=ROOTED).expected
