"""ZIP: edits that change members and leave all others byte for byte [APPNOTE 6.3.10].

The local entry of a changed member is replaced where it stands, so that the order of the members is
kept and no old content stays behind; new members follow the last one; the central directory is
written anew with the moved offsets.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from ailabel.codecs.zip import (
    CENTRAL,
    CENTRAL_MARK,
    DEFLATED,
    DESCRIPTOR,
    END,
    LOCAL,
    SIGNATURE,
    STORED,
    U16,
    U32,
    UTF8,
    extras,
    is_zip64,
)
from ailabel.codecs.zip_content import check_encryption
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.splice import Edit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ailabel.codecs.zip import Archive, Member

__all__ = ["change"]

_PER_CONTENT: Final = DESCRIPTOR | 0b110  # flags of one coding: its descriptor, its effort
_VERSION: Final = 20  # [APPNOTE 4.4.3.2]
_DATE: Final = 0x0021  # 1980-01-01, so that the same input gives the same bytes


class _Made(NamedTuple):
    local: bytes
    record: bytes


def change(archive: Archive, contents: Mapping[str, bytes]) -> tuple[Edit, ...]:
    """Plan the edits that give members new contents.

    A member that exists keeps its place, name, date, compression method and extra fields; one that
    does not is appended, stored and dated 1980-01-01.

    Args:
        archive: the archive, whose layout has been checked.
        contents: the new content of each member, by name.

    Raises:
        PlanError: a member is encrypted, or the archive would need ZIP64 and does not have it.
    """
    if not contents:
        return ()
    known = {member.name: member for member in archive.members}
    made = {
        name: _replaced(archive, known[name], data) if name in known else _added(name, data)
        for name, data in contents.items()
    }
    edits = sorted(
        (_replacement(archive, known[name], made[name]) for name in contents if name in known),
        key=lambda edit: edit.offset,
    )
    moved = _Moved(edits)
    records = []
    for member in archive.members:
        record, wide = member.record, member.wide_offset
        if member.name in made:
            record, wide = made[member.name].record, None
        records.append(_pointing(record, wide, moved.to(member.offset)))
    position = moved.to(archive.directory)
    added = [made[name] for name in contents if name not in known]
    for new in added:
        records.append(_pointing(new.record, None, position))
        position += len(new.local)
    data = b"".join(new.local for new in added) + _directory(archive, records, position)
    end = archive.end + END.size  # the archive's comment stays outside the edit
    return (*edits, Edit(archive.directory, end - archive.directory, data))


class _Moved:
    """Where the structures of the archive stand after the edits."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._offsets = [edit.offset for edit in edits]
        self._shifts = [0, *accumulate(len(edit.data) - edit.length for edit in edits)]

    def to(self, offset: int) -> int:
        return offset + self._shifts[bisect_left(self._offsets, offset)]


def _replacement(archive: Archive, member: Member, made: _Made) -> Edit:
    return Edit(member.offset, archive.entry(member).end - member.offset, made.local)


def _replaced(archive: Archive, member: Member, data: bytes) -> _Made:
    """Make a member's local entry and central record anew, around other content."""
    check_encryption(member)
    packed = _packed(member, data)
    sizes = zlib.crc32(data), len(packed), len(data)
    head = archive.entry(member).header
    local = list(LOCAL.unpack_from(head))
    extra = _narrow(head[LOCAL.size + local[9] :])
    local[2] &= ~_PER_CONTENT
    local[6:9] = sizes
    local[10] = len(extra)
    central = list(CENTRAL.unpack_from(member.record))
    begin = CENTRAL.size + central[10]
    end = begin + central[11]
    kept = _narrow(member.record[begin:end])
    central[3] &= ~_PER_CONTENT
    central[7:10] = sizes
    central[11] = len(kept)
    return _Made(
        LOCAL.pack(*local) + member.raw_name + extra + packed,
        CENTRAL.pack(*central) + member.raw_name + kept + member.record[end:],
    )


def _packed(member: Member, data: bytes) -> bytes:
    if member.method == STORED:
        return data
    if member.method != DEFLATED:
        raise MalformedFileError(
            "ZIP member {name} is compressed by method {method}, which is not deflate",
            offset=member.offset,
            name=member.name,
            method=member.method,
        )
    coder = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return coder.compress(data) + coder.flush()


def _narrow(extra: bytes) -> bytes:
    """Return extra fields without 64-bit sizes, which spoke of the old content."""
    return b"".join(
        extra[field:end] for field, _, end in extras(extra) if not is_zip64(extra, field)
    )


def _added(name: str, data: bytes) -> _Made:
    raw = name.encode()
    flags = 0 if name.isascii() else UTF8
    coded = 0, _DATE, zlib.crc32(data), len(data), len(data)
    common = _VERSION, flags, STORED, *coded, len(raw), 0
    return _Made(
        LOCAL.pack(SIGNATURE, *common) + raw + data,
        CENTRAL.pack(CENTRAL_MARK, _VERSION, *common, 0, 0, 0, 0, 0) + raw,
    )


def _pointing(record: bytes, wide: int | None, offset: int) -> bytes:
    """Return a central directory record that points at `offset`."""
    if wide is not None:
        return record[:wide] + offset.to_bytes(8, "little") + record[wide + 8 :]
    return record[:42] + _fit(offset, U32).to_bytes(4, "little") + record[46:]


def _directory(archive: Archive, records: list[bytes], offset: int) -> bytes:
    """Return the central directory that begins at `offset`, and the end records."""
    data = b"".join(records)
    values = len(records), len(records), len(data), offset
    end = list(END.unpack(archive.view.read(archive.end, END.size)))
    wide = b""
    if archive.end64 is not None:
        length = archive.end - archive.end64
        old = archive.view.read_metadata(archive.end64, length, "the ZIP64 end record")
        figures = b"".join(value.to_bytes(8, "little") for value in values)
        place = (offset + len(data)).to_bytes(8, "little")
        wide = old[:24] + figures + old[56:-12] + place + old[-4:]
    for index, (value, bound) in enumerate(zip(values, (U16, U16, U32, U32), strict=True), 3):
        if not wide or end[index] != bound:
            end[index] = _fit(value, bound)
    return data + wide + END.pack(*end)


def _fit(value: int, bound: int) -> int:
    if value >= bound:
        raise PlanError("the archive would need ZIP64, which it does not have")
    return value
