"""Seals of files: their content at hand when a seal is checked, and made when one is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.engine.examine import may_be_sealed
from ailabel.io.splice import Edit, SplicedView
from ailabel.messages import Message
from ailabel.model.seal import SealContent, SealPart, SealReport, SealResult
from ailabel.spi import essence_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ailabel.engine.examine import Examined, Found
    from ailabel.io.source import View
    from ailabel.model.record import AigcRecord
    from ailabel.seal.directory import Directory
    from ailabel.spi import Carrier, Signer

__all__ = ["FileContent", "check_seals", "is_sealed_by", "seal_record", "seal_value"]

_BLOCK: Final = 1 << 20


class FileContent:
    """The content of a file, hashed when a seal asks for it and not before.

    Args:
        view: the file.
        carrier: of its format.
        format_id: of its format.
        found: the label whose seal is checked; None where only the essence is needed.
    """

    def __init__(
        self, view: View, carrier: Carrier, format_id: str, found: Found | None = None
    ) -> None:
        self.view = view
        self.carrier = carrier
        self.format_id = format_id
        self.found = found
        self._digest: str | None = None

    def essence(self) -> str:
        """Return the essence digest, SHA-256 in hex."""
        if self._digest is None:
            self._digest = essence_digest(self.carrier, self.view)
        return self._digest

    def unlabelled(self) -> Iterator[Iterable[bytes]]:
        """Yield the file without its label, as MiniMax hashes it: in JPEG and MP3 files."""
        find = _WITHOUT.get(self.format_id)
        edits = () if find is None or self.found is None else find(self.view, self.found)
        if edits:
            yield _pieces(SplicedView(self.view, edits))


def _without_segment(view: View, found: Found) -> tuple[Edit, ...]:
    """Take out the segment of a JPEG file that holds the label."""
    from ailabel.codecs.jpeg import segments

    for item in segments(view):
        if item.offset <= found.slot.offset < item.end:
            return (Edit(item.offset, item.length, b""),)
    return ()


def _without_frame(view: View, found: Found) -> tuple[Edit, ...]:
    """Take out the ID3 frame that holds the label; the tag's size follows."""
    from ailabel.codecs import id3, id3_edit

    for tag in id3.tags(view):
        content = id3.load(view, tag)
        for frame in content.frames:
            if content.body.raw(frame.position) == found.slot.offset:
                return tuple(id3_edit.change(content, {frame: b""}))
    return ()


_WITHOUT: Final = {"jpeg": _without_segment, "mp3": _without_frame}


def _pieces(view: View) -> Iterator[bytes]:
    for offset in range(0, view.size, _BLOCK):
        yield view.read(offset, min(_BLOCK, view.size - offset))


# -- checking --------------------------------------------------------------------------------------


def check_seals(
    view: View, examined: Examined, trust: Directory | None = None
) -> tuple[SealReport, ...]:
    """Check the reserved fields of every label of a file.

    Where there is nothing to check, nothing is loaded and nothing read.

    Args:
        view: the file.
        examined: what was read in it.
        trust: the directory of keys, where there is one; it also knows who was to sign.

    Returns:
        A report for each field that is sealed, or was to be; in file order.
    """
    sealed = [found for found in examined.found if may_be_sealed(found, trust)]
    if not sealed:
        return ()
    from ailabel.seal.check import check_all

    reports: list[SealReport] = []
    content = FileContent(view, examined.carrier, examined.format.id)
    for found in sealed[:_MOST]:
        content.found = found
        reports += [
            replace(report, location=found.slot.location)
            for report in check_all(found.decoded.fields, content, trust)
            if report.expected or report.content not in _UNSEALED
        ]
    return (*reports, *map(_unchecked, sealed[_MOST:]))


def _unchecked(found: Found) -> SealReport:
    """Return the report of a seal that was left aside."""
    reason = Message("the file has more signed labels than are checked ({limit})", {"limit": _MOST})
    part = SealPart(result=SealResult.INCONCLUSIVE, reason=reason)
    return SealReport(
        field="ReservedCode1",
        content=SealContent.SECURITY_DATA,
        label=part,
        binding=part,
        hash=part,
        location=found.slot.location,
    )


_UNSEALED: Final = {SealContent.EMPTY, SealContent.OPAQUE}
_MOST: Final = 8  # labels of one file; the standard asks for one, and SM2 takes its time


# -- making ----------------------------------------------------------------------------------------


def seal_record(
    record: AigcRecord, view: View, carrier: Carrier, signer: Signer | None
) -> AigcRecord:
    """Return a label with the producer's seal in it; the same label where nobody signs.

    Args:
        record: the label as it is going to be written.
        view: the content as it is going to stand, the explicit label in it.
        carrier: of its format.
        signer: who signs, or None.

    Raises:
        SealError: the signer could not sign.
    """
    if signer is None:
        return record
    from ailabel.standard.schema import values_of

    value = seal_value(values_of(record), view, carrier, signer)
    return replace(record, reserved_code1=value)


def seal_value(
    fields: Mapping[str, str | None],
    view: View,
    carrier: Carrier,
    signer: Signer,
    field: str = "ReservedCode1",
) -> str:
    """Return the value of a reserved field that seals a label to the content of a view.

    Args:
        fields: the seven keys of the label, as they are going to be written.
        view: the content as it is going to stand.
        carrier: of its format.
        signer: who signs.
        field: ``ReservedCode1`` for the producer, ``ReservedCode2`` for the propagator.

    Raises:
        SealError: the signer could not sign.
    """
    from ailabel.seal.sign import sealed

    return sealed(fields, essence_digest(carrier, view), signer, field=field)


def is_sealed_by(
    signer: Signer, found: Found, view: View, carrier: Carrier, field: str = "ReservedCode1"
) -> bool:
    """Say whether a label is sealed with this key, to this content, and nothing was changed."""
    from ailabel.seal.check import check
    from ailabel.seal.publickey import read_key

    content = FileContent(view, carrier, "", None)
    report = check(found.decoded.fields, content, field=field)
    key = report.key
    sealed = report.content is SealContent.SEAL and report.is_whole
    return sealed and key is not None and key.id == read_key(signer.public_key).id
