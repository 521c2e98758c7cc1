"""ZIP: the archive grammar of office documents [APPNOTE 6.3.10].

The archive is read from its central directory, checked against the local headers, and never
extracted. What its members hold is read in `codecs.zip_content`; what changes it stands in
`codecs.zipedit`.
"""

from __future__ import annotations

from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "CENTRAL",
    "CENTRAL_MARK",
    "DEFLATED",
    "DESCRIPTOR",
    "ENCRYPTED",
    "END",
    "LOCAL",
    "SIGNATURE",
    "STORED",
    "U16",
    "U32",
    "UTF8",
    "Archive",
    "Entry",
    "Member",
    "extras",
    "is_zip64",
    "open_archive",
]

SIGNATURE: Final = b"PK\x03\x04"
CENTRAL_MARK: Final = b"PK\x01\x02"
LOCAL: Final = Struct("<4s5H3I2H")  # [APPNOTE 4.3.7]
CENTRAL: Final = Struct("<4s6H3I5H2I")  # [APPNOTE 4.3.12]
END: Final = Struct("<4s4H2IH")  # [APPNOTE 4.3.16]
STORED: Final = 0  # [APPNOTE 4.4.5]
DEFLATED: Final = 8
ENCRYPTED: Final = 1 << 0  # [APPNOTE 4.4.4]
DESCRIPTOR: Final = 1 << 3
UTF8: Final = 1 << 11
U16: Final = 0xFFFF
U32: Final = 0xFFFFFFFF

_END64: Final = Struct("<4sQ2H2I4Q")  # [APPNOTE 4.3.14]
_LOCATOR: Final = Struct("<4sIQI")  # [APPNOTE 4.3.15]
_DESCRIPTOR_MARK: Final = b"PK\x07\x08"
_END_MARK: Final = b"PK\x05\x06"
_END64_MARK: Final = b"PK\x06\x06"
_LOCATOR_MARK: Final = b"PK\x06\x07"
_ZIP64: Final = 0x0001  # the extra field that holds 64-bit values [APPNOTE 4.5.3]
_DIRECTORY: Final = "zip directory"


@frozen(kw_only=True)
class Member:
    """One file of the archive, as the central directory describes it.

    Args:
        name: its name, decoded.
        raw_name: its name's bytes.
        offset: where its local header begins.
        flags: the general purpose bits.
        method: how it is compressed.
        crc: CRC-32 of the content.
        packed: its length in the archive.
        size: its length once inflated.
        record: the bytes of its central directory record.
        wide_offset: where the record keeps a 64-bit `offset`; None where its 32-bit field does.
    """

    name: str
    raw_name: bytes
    offset: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    record: bytes
    wide_offset: int | None


@frozen
class Entry:
    """A local entry: its header's bytes, where its content begins, where its descriptor ends."""

    header: bytes
    data: int
    end: int


@frozen(kw_only=True)
class Archive:
    """A ZIP file.

    Args:
        view: the file.
        members: in the order of the central directory; their names are unique.
        directory: where the central directory begins.
        end64: where the ZIP64 end record begins, or None.
        end: where the end record begins.
    """

    view: View
    members: tuple[Member, ...]
    directory: int
    end64: int | None
    end: int

    def entry(self, member: Member) -> Entry:
        """Read a member's local header.

        Raises:
            MalformedFileError: it is missing, or contradicts the central directory.
        """
        head = self.view.read(member.offset, LOCAL.size, "a ZIP local header")
        mark, _, flags, method, *_, name_length, extra_length = LOCAL.unpack(head)
        rest = self.view.read(
            member.offset + LOCAL.size, name_length + extra_length, "a ZIP local header"
        )
        told = mark, rest[:name_length], method, flags & ENCRYPTED
        if told != (SIGNATURE, member.raw_name, member.method, member.flags & ENCRYPTED):
            raise MalformedFileError(
                "the local header of ZIP member {name} contradicts the central directory",
                offset=member.offset,
                name=member.name,
            )
        data = member.offset + len(head) + len(rest)
        end = data + member.packed
        if flags & DESCRIPTOR:
            end += self._descriptor(member, end)
        return Entry(head + rest, data, end)

    def check_layout(self) -> None:
        """Prove that the entries stand one behind the other, from the file's first byte on.

        Raises:
            MalformedFileError: entries overlap, or something stands before the first.
        """
        ordered = sorted(self.members, key=lambda member: member.offset)
        if ordered and ordered[0].offset:
            raise MalformedFileError("the ZIP file does not begin with a member", offset=0)
        ends = [(member.offset, self.entry(member).end) for member in ordered]
        for (_, end), (start, _) in pairwise([*ends, (self.directory, self.directory)]):
            if end > start:
                raise MalformedFileError(
                    "a ZIP member overlaps another structure of the archive", offset=start
                )

    def _descriptor(self, member: Member, offset: int) -> int:
        """Return the length of the data descriptor [APPNOTE 4.3.9]; 0 where its writer forgot it.

        Whether it has its mark and how wide its sizes are is told nowhere, but its values are
        known.
        """
        crc = member.crc.to_bytes(4, "little")
        for width in (4, 8):
            sizes = member.packed.to_bytes(8, "little"), member.size.to_bytes(8, "little")
            plain = crc + b"".join(size[:width] for size in sizes)
            for form in (_DESCRIPTOR_MARK + plain, plain):
                if self.view.read_some(offset, len(form)) == form:
                    return len(form)
        return 0


@frozen(kw_only=True)
class _Directory:
    """An archive without its view, as the view's memo keeps it for all formats that ask."""

    members: tuple[Member, ...]
    offset: int
    end64: int | None
    end: int


def open_archive(view: View) -> Archive:
    """Read the central directory; the local entries are left to `Archive.check_layout`.

    Raises:
        MalformedFileError: there is none, it is damaged, or two members have one name.
        LimitExceededError: there are too many members.
    """
    known = view.memo.get(_DIRECTORY)
    if not isinstance(known, _Directory):
        known = view.memo[_DIRECTORY] = _directory(view)
    return Archive(
        view=view,
        members=known.members,
        directory=known.offset,
        end64=known.end64,
        end=known.end,
    )


def extras(extra: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield where each extra field begins and ends, and where its body begins [APPNOTE 4.5.1]."""
    position = 0
    while position + 4 <= len(extra):
        end = position + 4 + int.from_bytes(extra[position + 2 : position + 4], "little")
        yield position, position + 4, min(end, len(extra))
        position = end


def is_zip64(extra: bytes, position: int) -> bool:
    """Say whether the extra field at `position` holds 64-bit values."""
    return int.from_bytes(extra[position : position + 2], "little") == _ZIP64


def _directory(view: View) -> _Directory:
    end = _find_end(view)
    end64, count, length, directory = _read_end(view, end)
    if directory + length != (end if end64 is None else end64):
        raise MalformedFileError(
            "the ZIP central directory does not end where it should", offset=directory
        )
    check_limit("the number of ZIP members", count, view.limits.items)
    data = view.read_metadata(directory, length, "the ZIP central directory")
    members: list[Member] = []
    position = 0
    for _ in range(count):
        members.append(_member(data, position, directory))
        position += len(members[-1].record)
    names = {member.name for member in members}
    if position != length or {len(names), len({item.raw_name for item in members})} != {count}:
        raise MalformedFileError(
            "the ZIP central directory names a member twice or miscounts its records",
            offset=directory,
        )
    return _Directory(members=tuple(members), offset=directory, end64=end64, end=end)


def _find_end(view: View) -> int:
    """Find the end record; only the archive's comment may follow it [APPNOTE 4.3.16].

    This is the one structure whose place can only be searched for. A comment that holds a second
    one is refused, since programs would differ about which counts.
    """
    start = max(0, view.size - END.size - U16)
    tail = view.read_some(start, END.size + U16)
    found = []
    position = tail.find(_END_MARK)
    while position >= 0:
        comment = int.from_bytes(tail[position + 20 : position + 22], "little")
        if position + END.size + comment == len(tail):
            found.append(start + position)
        position = tail.find(_END_MARK, position + 1)
    if len(found) != 1:
        raise MalformedFileError("the ZIP file has no end record, or more than one")
    return found[0]


def _read_end(view: View, end: int) -> tuple[int | None, int, int, int]:
    """Return where the ZIP64 end record is; count, length and offset of the members' records."""
    record = END.unpack(view.read(end, END.size))
    parts, values = record[1:4], record[4:7]
    end64 = None
    locator = view.read_some(end - _LOCATOR.size, _LOCATOR.size)
    if locator[:4] == _LOCATOR_MARK:
        end64 = int(_LOCATOR.unpack(locator)[2])
        wide = _END64.unpack(view.read(end64, _END64.size, "the ZIP64 end record"))
        parts = wide[4:7]
        pairs = zip(values, wide[7:10], (U16, U32, U32), strict=True)
        agree = all(old in {new, bound} for old, new, bound in pairs)
        values = wide[7:10]
        if wide[0] != _END64_MARK or end64 + 12 + wide[1] != end - _LOCATOR.size or not agree:
            raise MalformedFileError("the ZIP64 end record is damaged", offset=end64)
    if parts != (0, 0, values[0]):
        raise MalformedFileError("the ZIP file is one part of a split archive", offset=end)
    return end64, *values


def _member(data: bytes, position: int, directory: int) -> Member:
    """Read the record at `position` of the central directory."""
    head = data[position : position + CENTRAL.size]
    fields = CENTRAL.unpack(head) if head[:4] == CENTRAL_MARK and len(head) == CENTRAL.size else ()
    end = position + CENTRAL.size + sum(fields[10:13])
    if not fields or end > len(data):
        raise MalformedFileError(
            "a ZIP central directory record is damaged", offset=directory + position
        )
    record = data[position:end]
    name_end = CENTRAL.size + fields[10]
    wide = _wide(record[: name_end + fields[11]], name_end)
    values = [fields[9], fields[8], fields[16]]  # in the order of the ZIP64 extra field
    place = None
    for index, value in enumerate(values):
        if value == U32 and wide:
            place, values[index] = wide.pop(0)
    return Member(
        name=_decode(record[CENTRAL.size : name_end], fields[3], directory + position),
        raw_name=record[CENTRAL.size : name_end],
        offset=values[2],
        flags=fields[3],
        method=fields[4],
        crc=fields[7],
        packed=values[1],
        size=values[0],
        record=record,
        wide_offset=place if fields[16] == U32 else None,
    )


def _wide(record: bytes, start: int) -> list[tuple[int, int]]:
    """Return the 64-bit values of a record's extra fields, each with its place in the record."""
    extra = record[start:]
    for field, begin, end in extras(extra):
        if is_zip64(extra, field):
            return [
                (start + at, int.from_bytes(extra[at : at + 8], "little"))
                for at in range(begin, end - 7, 8)
            ]
    return []


def _decode(raw: bytes, flags: int, offset: int) -> str:
    try:
        return raw.decode("utf-8" if flags & UTF8 else "cp437")  # [APPNOTE D.1]
    except UnicodeDecodeError:
        raise MalformedFileError("the name of a ZIP member is not UTF-8", offset=offset) from None
