"""ISO base media files: the grammar of boxes [ISO14496-12 4.2], which QuickTime calls atoms."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "XMP_UUID",
    "Box",
    "box",
    "boxes",
    "brands",
    "children",
    "find",
    "full_box",
    "is_picture",
    "name",
    "read_body",
]

XMP_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # [XMP3 1.1.7]
_PICTURES: Final = (  # of pictures and sequences of pictures [ISO23008-12 10; AVIF 6]
    b"heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 miaf avif avis "
    b"avci avcs jpeg jpgs j2ki j2is vvic vvis evbi evmi unif"
).split()
_SHORTEST: Final = 8
_LONGEST_FTYP: Final = 4096
_LONGEST_BOX: Final = (1 << 32) - 1


@frozen(kw_only=True)
class Box:
    """One box.

    Args:
        type: its four characters.
        offset: where its header begins.
        body: where its content begins, behind the user type of a ``uuid`` box.
        end: where it ends.
        size_field: how many bytes its size has: 4, 8, or 0 where it goes on to the file's end.
        user_type: the 16 bytes that name a ``uuid`` box, else empty.
        parent: the box in which it stands.
        is_cut: whether the end of the file cuts it short.
    """

    type: bytes
    offset: int
    body: int
    end: int
    size_field: int
    user_type: bytes = b""
    parent: Box | None = None
    is_cut: bool = False

    @property
    def length(self) -> int:
        """How long the content is."""
        return self.end - self.body

    @property
    def size(self) -> int:
        """How long it is, header included."""
        return self.end - self.offset


def boxes(view: View, start: int, end: int, parent: Box | None = None) -> Iterator[Box]:
    """Walk the boxes between two offsets.

    A size of zero ends the walk inside a box, as in QuickTime's user data; in a file it means the
    rest. An ``mdat`` box that the end of the file cuts short ends there.

    Raises:
        MalformedFileError: a box is shorter than its header or runs past `end`.
        LimitExceededError: there are too many.
    """
    count = 0
    while end - start >= _SHORTEST:
        found = _open(view, start, end, parent)
        if found is None:
            return
        yield found
        start = found.end
        count += 1
        check_limit("the number of boxes", count, view.limits.items)


def _open(view: View, start: int, end: int, parent: Box | None) -> Box | None:
    head = view.read_some(start, min(32, end - start))
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    field, body = 4, start + 8
    if 8 <= size <= end - start and kind != b"uuid":  # noqa: PLR2004 - nearly all of thousands
        return Box(
            type=kind, offset=start, body=body, end=start + size, size_field=4, parent=parent
        )
    if size == 0:
        if parent is not None or kind == bytes(4):
            return None
        size, field = end - start, 0
    elif size == 1:
        size, field, body = int.from_bytes(head[8:16], "big"), 8, start + 16
    user_type = b""
    if kind == b"uuid":
        user_type, body = head[body - start : body - start + 16], body + 16
    stop = start + size
    is_cut = stop > end and parent is None and kind == b"mdat" and body <= end
    if is_cut:
        stop = end
    if stop > end or body > stop:
        raise MalformedFileError(
            "the {name} box does not fit where it stands", offset=start, name=name(kind)
        )
    return Box(
        type=kind,
        offset=start,
        body=body,
        end=stop,
        size_field=field,
        user_type=user_type,
        parent=parent,
        is_cut=is_cut,
    )


def children(view: View, parent: Box) -> Iterator[Box]:
    """Walk the boxes in a box; a ``meta`` box may be bare, as in QuickTime, or a full box."""
    start = parent.body
    if parent.type == b"meta":
        head = view.read_some(start, min(12, parent.length))
        is_bare = head[4:8] == b"hdlr" or (head[8:12] != b"hdlr" and any(head[:4]))
        start += 0 if is_bare or parent.length < 4 else 4  # noqa: PLR2004 - version and flags
    return boxes(view, start, parent.end, parent)


def find(view: View, parent: Box, *path: bytes) -> Box | None:
    """Return the first box below another on a path of types, or None."""
    for kind in path:
        found = next((child for child in children(view, parent) if child.type == kind), None)
        if found is None:
            return None
        parent = found
    return parent


def read_body(view: View, item: Box, least: int = 0) -> bytes:
    """Read the content of a box of metadata.

    Raises:
        MalformedFileError: it has fewer than `least` bytes.
        LimitExceededError: it is too long.
    """
    if item.length < least:
        raise MalformedFileError(
            "the {name} box is too short", offset=item.offset, name=name(item.type)
        )
    return view.read_metadata(item.body, item.length, f"the {name(item.type)} box")


def brands(view: View) -> tuple[bytes, ...]:
    """Return the brands of a file, the major one first; none where it begins without ``ftyp``."""
    head = view.read_some(0, 16)
    size = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or not 16 <= size <= _LONGEST_FTYP:  # noqa: PLR2004 - its least length
        return ()
    rest = view.read_some(16, size - 16)
    return head[8:12], *(rest[at : at + 4] for at in range(0, len(rest) - 3, 4))


def is_picture(found: tuple[bytes, ...]) -> bool:
    """Say whether brands are those of a picture or a sequence of pictures, by the major one."""
    return found[:1] != () and found[0] in _PICTURES


@lru_cache(maxsize=256)
def name(kind: bytes) -> str:
    """Return a type as people write it."""
    return "".join(chr(code) if 32 < code < 127 or code == 0xA9 else "_" for code in kind)  # noqa: PLR2004 - ASCII, and ©


def box(kind: bytes, body: bytes) -> bytes:
    """Return a box with its header.

    Raises:
        PlanError: it would be too large.
    """
    if len(body) > _LONGEST_BOX - 8:
        raise PlanError("the {name} box would become too large", name=name(kind))
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def full_box(kind: bytes, body: bytes, version: int = 0, flags: int = 0) -> bytes:
    """Return a box with version and flags [ISO14496-12 4.2]."""
    return box(kind, (version << 24 | flags).to_bytes(4, "big") + body)
