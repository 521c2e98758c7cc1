"""What an extension implements, and the values that pass through it.

A `Carrier` knows where a format keeps the implicit label; a `Marker` draws, speaks or writes the
explicit one. Neither ever writes a file: both answer with edits (`io.splice`), and the engine does
the rest. The laws that every carrier obeys are in `ailabel.testing`. A `Tracer` knows one kind of
sign that AI made the content, other than the label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, runtime_checkable

from ailabel.errors import PlanError
from ailabel.model.mark import Appearance, Evidence, Finding, Look, MarkSpec, Sighting
from ailabel.model.report import Mark
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.messages import Message
    from ailabel.model.media import Format, Match
    from ailabel.model.trace import Trace

__all__ = [
    "AnnexBCarrier",
    "Appearance",
    "Carrier",
    "Entry",
    "Essence",
    "Evidence",
    "Finding",
    "KeepingCarrier",
    "Look",
    "Mark",
    "MarkSpec",
    "Marker",
    "Mention",
    "PacketCarrier",
    "Rendition",
    "Sighting",
    "Signature",
    "Signer",
    "Slot",
    "Span",
    "Tracer",
    "essence_digest",
    "no_packet",
    "unkept",
]

_COPY: Final = 1 << 20


@frozen(kw_only=True)
class Slot:
    """A place that holds a label.

    Args:
        location: where, in the format's own terms, such as ``iTXt[XML:com.adobe.xmp]``.
        offset: where the structure that holds it begins, in bytes from the start of the file.
        raw: the value's bytes as they stand in the file.
        payload: the JSON text, once the container's own escaping is undone.
        site: stable id of the kind of place, format first, such as ``png.itxt-xmp``.
        official: whether it is the place that `standard.slots` names for this format.
    """

    location: str
    offset: int
    raw: bytes
    payload: str
    site: str
    official: bool


@frozen(kw_only=True)
class Mention:
    """Something that looks like a label but stands in no slot: quoted, fenced, commented text.

    It is reported, but never makes a file compliant or a duplicate, and writers never touch it.
    """

    location: str
    offset: int
    raw: bytes
    site: str


@frozen
class Span:
    """A range of bytes of the file."""

    offset: int
    length: int


Essence: TypeAlias = "Span | bytes"
"""A piece of content: where it stands, or its bytes where they stand compressed or scattered."""


@frozen
class Signature:
    """Bytes that stand at fixed offsets of every file of a format: pairs of offset and bytes."""

    parts: tuple[tuple[int, bytes], ...]


class Carrier(Protocol):
    """Reads and writes the implicit label of one format family.

    All methods are pure: they read the view and answer; no file is written, nothing is remembered.
    A file that breaks its format raises `MalformedFileError`; one that is too large or too deep,
    `LimitExceededError`. Positions come from parsing, never from searching bytes.
    """

    formats: Sequence[Format]
    """The formats that this module carries."""
    signatures: Sequence[Signature]
    """Any of these at the start of a file makes it worth asking `sniff`; empty for text formats,
    which are asked by suffix."""

    def sniff(self, view: View) -> Match | None:
        """Claim the file, or not; content decides, `view.name` only refines."""
        ...

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find every label in every place, official and not, in file order."""
        ...

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the edits after which the file holds exactly this label, in the official slot.

        Every other slot of the file is emptied or taken out by the same edits; foreign metadata
        and the essence stay byte for byte. Writing what is already there yields no edit.

        Args:
            view: the file.
            payload: bare compact ASCII JSON; the carrier adds the container's own escaping.

        Raises:
            PlanError: the format has no place, or an old label stands where it cannot be replaced.
        """
        ...

    def essence(self, view: View) -> Iterable[Essence]:
        """Yield the content without metadata: coded samples in order, no container framing."""
        ...

    def canonical(self, view: View) -> Sequence[Edit]:
        """Plan the edits that drop the padding which `write` leaves; for law L4 and size checks."""
        ...


@runtime_checkable
class AnnexBCarrier(Protocol):
    """A carrier whose formats have a second place, which a guide names in its annex B.

    Only such carriers have the method, so that no other takes a choice that it does not have.
    """

    def write_annex_b(self, view: View, payload: str) -> Sequence[Edit]:
        """Plan the edits after which the file holds exactly this label, in the second place.

        What holds for `Carrier.write` holds here too; the official slot is emptied like any other.

        Args:
            view: the file.
            payload: compact ASCII JSON in the form that the place asks for.

        Raises:
            PlanError: somebody else's text stands in the place, or an old label stands where it
                cannot be replaced.
        """
        ...


@runtime_checkable
class KeepingCarrier(Protocol):
    """A carrier that can edit a label where it stands, whichever of its places that is.

    Where a carrier lacks the method, only a label in the official place can be edited.
    """

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Plan the edits after which a slot holds this text, and every other place what it held.

        The place keeps its form: its key and its encoding; what is compressed may be plain then.
        Sizes and offsets follow. Padding that is not known to be our own is neither used up nor
        added to, so that what others computed over the rest of the file still holds.

        Args:
            view: the file.
            slot: one that `Carrier.read` found in this file.
            payload: its text with other values of members, or with members more at the end.

        Raises:
            PlanError: the place is one that cannot be edited; see `unkept`.
        """
        ...


@runtime_checkable
class PacketCarrier(Protocol):
    """A carrier whose official place is a property of an XMP packet, beside which others stand."""

    def rewrite_packet(self, view: View, change: Callable[[bytes], bytes]) -> Sequence[Edit]:
        """Plan a change of the packet that the label stands in, or would stand in.

        Args:
            view: the file.
            change: returns the packet with the change, or as it is.

        Raises:
            PlanError: there is no packet; see `no_packet`.
        """
        ...


def no_packet() -> PlanError:
    """Return the refusal to change an XMP packet that is not there."""
    return PlanError("the label does not stand in an XMP packet; use --slot official")


def unkept(slot: Slot) -> PlanError:
    """Return the refusal to edit a label where it stands."""
    return PlanError(
        "the label in {place} cannot be edited where it stands; --slot official moves it to the "
        "official place",
        place=slot.location,
    )


def essence_digest(carrier: Carrier, view: View) -> str:
    """Return the SHA-256 of a file's essence, in hex."""
    import hashlib

    digest = hashlib.sha256()
    for piece in carrier.essence(view):
        if isinstance(piece, bytes):
            digest.update(piece)
            continue
        for offset in range(piece.offset, piece.offset + piece.length, _COPY):
            end = piece.offset + piece.length
            digest.update(view.read(offset, min(_COPY, end - offset)))
    return digest.hexdigest()


@frozen(kw_only=True)
class Rendition:
    """The answer of a marker: the edits that put the explicit label into the content.

    Args:
        edits: the change; coded content that had to be made anew is the data of an edit.
        marks: what was put in, where, how large.
        reencoded: what was coded anew, or None when coded content was only spliced.
        changed_outside: the share of samples outside the label that differ from before, 0 to 1.
        notes: what the user must know, such as why a signed document was not stamped.
    """

    edits: tuple[Edit, ...]
    marks: tuple[Mark, ...]
    reencoded: str | None = None
    changed_outside: float = 0.0
    notes: tuple[Message, ...] = ()


class Marker(Protocol):
    """Puts in, and looks for, the explicit label of one medium; pure, like a carrier."""

    def render(self, view: View, file_format: Format, spec: MarkSpec) -> Rendition:
        """Plan the edits that put the label in.

        Raises:
            PlanError: it cannot be done legibly, or must not be done to this file.
            MissingExtraError: an optional package is needed.
        """
        ...

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:
        """Look for the label.

        Args:
            view: the file.
            file_format: of the file.
            explain: whether a picture of what was seen is asked for.
        """
        ...


@frozen(kw_only=True)
class Entry:
    """One text in a file's metadata, whatever it says.

    Args:
        system: of metadata: ``png`` (text chunks), ``exif``, ``xmp``, ``iim``, ``id3``, ``ape``,
            ``vorbis``, ``riff``, ``mp4`` (items and user data), ``matroska``, ``comment`` (of JPEG
            and GIF), ``pdf``, ``html``.
        key: its name in that system, as written there: ``parameters``, ``UserComment``,
            ``Iptc4xmpExt:DigitalSourceType`` (with the usual prefix, whatever the file's own is),
            ``2:110``, ``TXXX[comment]``.
        text: what it says.
        location: where it stands, in the format's own terms.
        offset: where the structure that holds it begins in the file.
        length: how many bytes that structure has.
    """

    system: str
    key: str
    text: str
    location: str
    offset: int
    length: int


class Tracer(Protocol):
    """Finds one kind of trace (`model.trace.Trace`); pure, like a carrier.

    Other packages add tracers by the entry point group ``ailabel.tracers``.
    """

    formats: Sequence[str]
    """Ids of the formats that it looks into; empty for all."""

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterable[Trace]:
        """Find the traces of this kind, in file order.

        Args:
            view: the file, which its carrier has claimed.
            format_id: its format.
            entries: the texts of its metadata, in file order; a damaged part of it has none.

        Raises:
            AilabelError: what would hold the traces is damaged; this kind is then left out.
        """
        ...


class Signer(Protocol):
    """Signs labels; the private key may be anywhere that can answer."""

    @property
    def algorithm(self) -> str:
        """Which algorithm it signs with: ``sm2``, ``ed25519`` or ``p256``."""
        ...

    @property
    def public_key(self) -> bytes:
        """The public key: its SubjectPublicKeyInfo, DER."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message, whole.

        Returns:
            64 bytes: an Ed25519 signature, or r and s; for P-256 over SHA-256 with the lower s,
            for SM2 over SM3 with the usual signer's name.

        Raises:
            SealError: it could not be signed.
        """
        ...
