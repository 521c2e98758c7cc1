"""Documents that are ZIP files of named parts, whose first part may say what they are.

So are OpenDocument files [ODF3 3.3] and books [EPUB3 4]; other formats have the parts alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs.zip import LOCAL, SIGNATURE, STORED, open_archive
from ailabel.codecs.zip_content import content, read
from ailabel.codecs.zipedit import change
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import apply
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ailabel.codecs.zip import Archive, Member
    from ailabel.io.source import View
    from ailabel.io.splice import Edit

__all__ = ["MIMETYPE", "Bundle", "check_unsigned", "framed", "media_type", "open_bundle"]

MIMETYPE: Final = "mimetype"
_LONGEST: Final = 256  # of a media type; ours


@frozen
class Bundle:
    """A ZIP file by the names of its members, which are compared with regard to case."""

    archive: Archive
    members: Mapping[str, Member]

    def read(self, part: str, limit: int | None = None) -> bytes:
        """Return a part's content.

        Args:
            part: its name.
            limit: the most bytes that it may have; by default `Limits.inflate_bytes`.

        Raises:
            MalformedFileError: it is missing or damaged.
            LimitExceededError: it is longer than the limit.
        """
        if part not in self.members:
            raise MalformedFileError("the part {part} is missing", part=part)
        usual = self.archive.view.limits.inflate_bytes
        return read(self.archive, self.members[part], usual if limit is None else limit)

    def read_long(self, part: str) -> bytes:
        """Return a part that may be as long as a document, `Limits.document_inflate_bytes`."""
        return self.read(part, self.archive.view.limits.document_inflate_bytes)

    def head(self, part: str) -> bytes:
        """Return the beginning of a part's content, unchecked; empty where it is missing."""
        member = self.members.get(part)
        return b"" if member is None else next(content(self.archive, member), b"")

    def change(
        self, edits: Mapping[str, Sequence[Edit]], contents: Mapping[str, bytes]
    ) -> tuple[Edit, ...]:
        """Plan the edits of the file that change parts.

        Args:
            edits: what is spliced into parts that exist, by name.
            contents: parts that are new or given whole, by name.

        Raises:
            PlanError: see `zipedit.change`.
        """
        spliced = {
            part: apply(self.read_long(part), changes) for part, changes in edits.items() if changes
        }
        return change(self.archive, spliced | dict(contents))


def open_bundle(view: View) -> Bundle:
    """Read the directory of a ZIP file.

    Raises:
        MalformedFileError: it is damaged.
        LimitExceededError: its members are larger than `Limits.document_inflate_bytes` together.
    """
    archive = open_archive(view)
    total = sum(member.size for member in archive.members)
    check_limit("the package", total, view.limits.document_inflate_bytes)
    return Bundle(archive, {member.name: member for member in archive.members})


def check_unsigned(bundle: Bundle) -> None:
    """Refuse to change a package that is signed [ODF3 3.5].

    Raises:
        PlanError: it holds signatures.
    """
    if any(name.startswith("META-INF/") and "signatures" in name for name in bundle.members):
        raise PlanError(
            "the document is digitally signed and a change would break its signature;"
            " label it before it is signed"
        )


def media_type(view: View) -> str | None:
    """Return what the first member says, if it is the file ``mimetype``, stored; else None.

    Only this member's local header is read, so that asking costs next to nothing.
    """
    head = view.read_some(0, LOCAL.size + len(MIMETYPE))
    if len(head) < LOCAL.size or head[LOCAL.size :] != MIMETYPE.encode():
        return None
    mark, _, flags, method, *_, length, _, name_length, extra = LOCAL.unpack_from(head)
    named = (mark, method, name_length) == (SIGNATURE, STORED, len(MIMETYPE))
    if not named or flags & 1 or length > _LONGEST:
        return None
    data = view.read_some(len(head) + extra, length)
    return data.decode("ascii", "replace").strip()


def framed(
    bundle: Bundle, without: tuple[str, ...], instead: Mapping[str, bytes] | None = None
) -> Iterator[bytes]:
    """Yield name, length and inflated content of every member, in the order of the names.

    Args:
        bundle: the file; its folders are passed over.
        without: the members that are left out; those of a folder by its name with the slash.
        instead: what stands for the content of some members.
    """
    replaced = instead or {}
    folders = tuple(item for item in without if item.endswith("/"))
    for name, member in sorted(bundle.members.items()):
        if name in without or name.endswith("/") or name.startswith(folders):
            continue
        size = len(replaced[name]) if name in replaced else member.size
        yield name.encode() + b"\0" + size.to_bytes(8, "big")
        if name in replaced:
            yield replaced[name]
        else:
            yield from content(bundle.archive, member)
