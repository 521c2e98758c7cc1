"""ZIP archives: what is read, what is refused, and that edits touch nothing else."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.codecs.zip import open_archive
from ailabel.codecs.zip_content import content, read
from ailabel.codecs.zipedit import change
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from builders.docx import zipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ailabel.codecs.zip import Archive

MEMBERS = {"a.txt": b"first " * 40, "b/c.txt": b"second", "é.bin": bytes(range(256))}
VARIANTS = {
    "deflated": zipped(MEMBERS),
    "stored": zipped(MEMBERS, stored=True),
    "streamed": zipped(MEMBERS, streamed=True),
    "streamed-stored": zipped(MEMBERS, streamed=True, stored=True),
    "streamed-zip64": zipped(MEMBERS, streamed=True, zip64=True),
    "zip64-sizes": zipped(MEMBERS, zip64=True),
    "comment": zipped(MEMBERS, comment=b"a comment"),
}


def archive_of(data: bytes, limits: Limits | None = None) -> Archive:
    """Open and check an archive."""
    archive = open_archive(BytesView(data, limits=limits))
    archive.check_layout()
    return archive


def changed(data: bytes, contents: Mapping[str, bytes]) -> bytes:
    """Apply a change of members."""
    return apply(data, change(archive_of(data), contents))


def contents(data: bytes) -> dict[str, bytes]:
    """Read an archive with the standard library, checksums included."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def widened(data: bytes) -> bytes:
    """Give an archive ZIP64 end records, and 64-bit offsets in its central directory."""
    archive = archive_of(data)
    records = b""
    for member in archive.members:
        extra = struct.pack("<HHQ", 1, 8, member.offset)
        name_end = 46 + len(member.raw_name)
        head = bytearray(member.record[:name_end])
        head[30:32] = len(extra).to_bytes(2, "little")
        head[42:46] = b"\xff" * 4
        records += bytes(head) + extra
    count = len(archive.members)
    end64 = archive.directory + len(records)
    return b"".join(
        (
            data[: archive.directory],
            records,
            struct.pack(
                "<4sQ2H2I4Q",
                b"PK\6\6",
                44,
                45,
                45,
                0,
                0,
                count,
                count,
                len(records),
                archive.directory,
            ),
            struct.pack("<4sIQI", b"PK\6\7", 0, end64, 1),
            struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0),
        )
    )


@pytest.mark.parametrize("data", VARIANTS.values(), ids=VARIANTS.keys())
def test_members_are_read(data: bytes) -> None:
    """Names and contents are those that were put in."""
    archive = archive_of(data)
    assert {member.name: read(archive, member, 1 << 20) for member in archive.members} == MEMBERS


@pytest.mark.parametrize("data", VARIANTS.values(), ids=VARIANTS.keys())
def test_a_change_keeps_the_other_entries(data: bytes) -> None:
    """The local entries of untouched members keep their bytes, order and dates."""
    new = {"b/c.txt": b"another " * 99, "d.txt": b"added"}
    result = changed(data, new)
    assert contents(result) == {**MEMBERS, **new}
    assert list(contents(result)) == [*MEMBERS, "d.txt"]
    before, after = archive_of(data), archive_of(result)
    for old, now in zip(before.members, after.members, strict=False):
        if old.name not in new:
            assert entry_bytes(before, old.name) == entry_bytes(after, old.name)
        with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(io.BytesIO(result)) as two:
            assert one.getinfo(old.name).date_time == two.getinfo(now.name).date_time
            assert one.getinfo(old.name).compress_type == two.getinfo(now.name).compress_type
            assert one.comment == two.comment


def entry_bytes(archive: Archive, name: str) -> bytes:
    """Return a member's local entry, descriptor included."""
    member = next(member for member in archive.members if member.name == name)
    return archive.view.read(member.offset, archive.entry(member).end - member.offset)


def test_added_members_are_the_same_every_time() -> None:
    """A new member is stored, with the date that ZIP begins with."""
    result = changed(VARIANTS["deflated"], {"new.xml": b"text"})
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        info = archive.getinfo("new.xml")
    assert info.date_time == (1980, 1, 1, 0, 0, 0)
    assert info.compress_type == zipfile.ZIP_STORED


def test_no_change_is_no_edit() -> None:
    """Nothing asked for, nothing planned."""
    assert change(archive_of(VARIANTS["deflated"]), {}) == ()


def test_a_change_back_gives_the_stored_archive_again() -> None:
    """Replacing in place leaves nothing behind."""
    data = VARIANTS["stored"]
    there = changed(data, {"a.txt": b"x"})
    assert changed(there, {"a.txt": MEMBERS["a.txt"]}) == data


@pytest.mark.parametrize("name", ["deflated", "streamed", "stored"])
def test_zip64_records_are_kept_in_step(name: str) -> None:
    """An archive with ZIP64 end records keeps them, with the new offsets in them."""
    data = widened(VARIANTS[name])
    assert contents(data) == MEMBERS
    result = changed(data, {"a.txt": b"short", "z.txt": b"last"})
    assert contents(result) == {**MEMBERS, "a.txt": b"short", "z.txt": b"last"}
    assert archive_of(result).end64 is not None


@pytest.mark.oracle
@pytest.mark.parametrize("name", VARIANTS)
def test_unzip_accepts_the_result(name: str, tmp_path: Path) -> None:
    """Info-ZIP finds no fault, not even a warning, with a changed archive."""
    path = tmp_path / "changed.zip"
    path.write_bytes(changed(VARIANTS[name], {"a.txt": b"new", "é.bin": b"", "x.txt": b"y"}))
    done = subprocess.run(["unzip", "-t", str(path)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_padding_in_extra_fields_is_kept() -> None:
    """The growth hint that Office leaves in its first members [OPC C] is not eaten."""
    hint = struct.pack("<HHHH", 0xA220, 260, 0xA028, 256) + b"\0" * 256
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        info.extra = hint
        archive.writestr(info, b"old")
    result = changed(file.getvalue(), {"a.txt": b"newer"})
    assert archive_of(result).entry(archive_of(result).members[0]).header.endswith(hint)
    assert contents(result) == {"a.txt": b"newer"}


def test_a_missing_descriptor_is_left_out() -> None:
    """A writer that promised a data descriptor and wrote none is read, and its entry replaced."""
    data = bytearray(VARIANTS["stored"])
    archive = archive_of(bytes(data))
    data[6] |= 8
    data[archive.directory + 8] |= 8
    result = changed(bytes(data), {"a.txt": b"new"})
    assert contents(result)["a.txt"] == b"new"


def ill_named() -> bytes:
    """Return an archive whose name says that it is UTF-8, and is not."""
    return zipped({"é.txt": b"1"}).replace("é".encode(), b"\xff\xfe")


def duplicated() -> bytes:
    """Return an archive that names a member twice."""
    return zipped({"a.txt": b"1", "b.txt": b"2"}).replace(b"b.txt", b"a.txt")


def overlapping() -> bytes:
    """Return an archive whose second member lies within the first."""
    inner = zipped({"b.txt": b"2"}, stored=True)
    data = zipped({"a.txt": inner, "b.txt": b"2"}, stored=True)
    archive = archive_of(data)
    inside = data.index(b"PK\3\4", 4)
    record = archive.directory + len(archive.members[0].record) + 42
    return data[:record] + inside.to_bytes(4, "little") + data[record + 4 :]


def misnamed() -> bytes:
    """Return an archive whose local header gives another name."""
    data = zipped({"a.txt": b"1"})
    return data.replace(b"a.txt", b"x.txt", 1)


def miscounted() -> bytes:
    """Return an archive that counts one record too few."""
    data = bytearray(zipped({"a.txt": b"1", "b.txt": b"2"}))
    data[-14:-10] = b"\1\0\1\0"
    return bytes(data)


def split() -> bytes:
    """Return the last part of a split archive."""
    data = bytearray(zipped({"a.txt": b"1"}))
    data[-18] = 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (duplicated(), "twice"),
        (ill_named(), "not UTF-8"),
        (overlapping(), "overlaps"),
        (misnamed(), "contradicts"),
        (miscounted(), "miscounts"),
        (split(), "split"),
        (b"MZ" + zipped({"a.txt": b"1"}), "does not end where"),
        (zipped({"a.txt": b"1"})[:-1], "end record"),
        (zipped({"a.txt": b"1"}, comment=b"PK\5\6" + bytes(18)), "more than one"),
        (zipped({"a.txt": b"1"}).replace(b"PK\1\2", b"PK\1\1"), "record is damaged"),
        (widened(zipped({"a.txt": b"1"})).replace(b"PK\6\6", b"PK\6\5"), "ZIP64 end record"),
        (b"", "no end record"),
    ],
)
def test_malformed_archives_are_refused(data: bytes, reason: str) -> None:
    """What programs would read differently from each other is not read at all."""
    with pytest.raises(MalformedFileError, match=reason):
        archive_of(data)


def test_a_gap_before_the_first_member_is_refused() -> None:
    """Something in front of the first member, offsets corrected, is still junk."""
    data = zipped({"a.txt": b"1", "b.txt": b"2"})
    archive = archive_of(data)
    first = len(archive.members[0].record)
    cut = bytearray(data[: archive.directory] + data[archive.directory + first :])
    cut[-14:-6] = struct.pack("<HHI", 1, 1, len(archive.members[1].record))
    with pytest.raises(MalformedFileError, match="does not begin"):
        archive_of(bytes(cut))


def test_encrypted_members_are_refused() -> None:
    """Encrypted content can neither be read nor replaced."""
    data = bytearray(zipped({"a.txt": b"1"}))
    archive = archive_of(bytes(data))
    data[6] |= 1
    data[archive.directory + 8] |= 1
    archive = archive_of(bytes(data))
    with pytest.raises(PlanError, match="encrypted"):
        read(archive, archive.members[0], 99)
    with pytest.raises(PlanError, match="encrypted"):
        change(archive, {"a.txt": b"2"})


def with_size(data: bytes, size: int) -> bytes:
    """Return an archive of one member that lies about its inflated size."""
    offset = archive_of(data).directory + 24
    return data[:offset] + size.to_bytes(4, "little") + data[offset + 4 :]


def test_content_is_bounded() -> None:
    """A member that says too much is not inflated; one that says too little is damaged."""
    bomb = zipped({"a.txt": bytes(1 << 22)})
    archive = archive_of(bomb)
    with pytest.raises(LimitExceededError):
        read(archive, archive.members[0], 1 << 20)
    archive = archive_of(with_size(bomb, 1000))
    pieces: list[bytes] = []
    with pytest.raises(MalformedFileError, match="damaged"):
        pieces.extend(content(archive, archive.members[0]))
    assert sum(map(len, pieces)) <= 1000


def test_damaged_content_is_told() -> None:
    """A wrong checksum, rubbish in the stream and an unknown method are each found."""
    data = VARIANTS["deflated"]
    archive = archive_of(data)
    spot = archive.entry(archive.members[0]).data
    rubbish = archive_of(data[:spot] + b"\xff" + data[spot + 1 :])
    with pytest.raises(MalformedFileError, match="damaged"):
        read(rubbish, rubbish.members[0], 1 << 20)
    lzma = io.BytesIO()
    with zipfile.ZipFile(lzma, "w", zipfile.ZIP_LZMA) as writer:
        writer.writestr("a.txt", b"1")
    other = archive_of(lzma.getvalue())
    with pytest.raises(MalformedFileError, match="method 14"):
        read(other, other.members[0], 99)
    with pytest.raises(MalformedFileError, match="method 14"):
        change(other, {"a.txt": b"2"})


def test_bytes_behind_the_stream_are_damage() -> None:
    """Something hidden between the end of a deflate stream and the next entry is refused."""
    coder = zlib.compressobj(wbits=-15)
    packed = coder.compress(b"text") + coder.flush() + b"hidden"
    data = zipped({"a.txt": packed}, stored=True)
    spot = archive_of(data).directory
    fixed = bytearray(data)
    crc = zlib.crc32(b"text").to_bytes(4, "little")
    for base, method, at in ((0, 8, 14), (spot, 10, 16)):
        fixed[base + method] = 8
        fixed[base + at : base + at + 4] = crc
        fixed[base + at + 8 : base + at + 12] = (4).to_bytes(4, "little")
    archive = archive_of(bytes(fixed))
    with pytest.raises(MalformedFileError, match="damaged"):
        read(archive, archive.members[0], 99)


def test_blocks_behind_the_stream_are_damage() -> None:
    """A deflate stream that ends long before its member does is refused too."""
    coder = zlib.compressobj(wbits=-15)
    packed = coder.compress(b"text") + coder.flush() + bytes(3 << 20)
    data = bytearray(zipped({"a.txt": packed}, stored=True))
    data[archive_of(bytes(data)).directory + 10] = 8
    data[8] = 8
    archive = archive_of(bytes(data))
    with pytest.raises(MalformedFileError, match="damaged"):
        read(archive, archive.members[0], 1 << 30)


def test_too_many_members_are_refused() -> None:
    """The number of members is bounded before they are read."""
    with pytest.raises(LimitExceededError):
        archive_of(VARIANTS["deflated"], Limits(items=2))


def test_zip64_is_not_invented() -> None:
    """An archive that would need ZIP64 and does not have it is refused, not broken."""
    members = {f"{number:05}": b"" for number in range(0xFFFE)}
    data = zipped(members, stored=True)
    archive = open_archive(BytesView(data))
    with pytest.raises(PlanError, match="ZIP64"):
        change(archive, {"one more": b""})


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(VARIANTS)), st.data())
def test_damage_never_escapes(name: str, data: st.DataObject) -> None:
    """Cut short or overwritten anywhere, an archive is read or refused."""
    original = VARIANTS[name]
    place = data.draw(st.integers(0, len(original)))
    junk = data.draw(st.binary(max_size=8))
    broken = original[:place] + junk
    if data.draw(st.booleans()):
        broken += original[place + len(junk) :]
    with suppress(AilabelError):
        archive = archive_of(broken)
        for member in archive.members:
            assert len(read(archive, member, 1 << 20)) == member.size
        assert apply(broken, change(archive, {"a.txt": b"new", "other": b"x"}))


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["a", "b/c", "d", "e.xml"]), st.binary(max_size=80)),
    st.dictionaries(st.sampled_from(["a", "d", "new", "z"]), st.binary(max_size=300)),
    st.sampled_from([(False, False), (False, True), (True, False), (True, True)]),
)
def test_any_change_is_what_zipfile_reads(
    members: dict[str, bytes], new: dict[str, bytes], ways: tuple[bool, bool]
) -> None:
    """The standard library reads the old members with the new ones laid over them."""
    data = zipped(members, streamed=ways[0], stored=ways[1])
    assert contents(changed(data, new)) == {**members, **new}
