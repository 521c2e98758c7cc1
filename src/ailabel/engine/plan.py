"""Plan what labelling does to one file: pure, printable, nothing is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.engine.examine import examine, is_read, text_of
from ailabel.errors import PlanError
from ailabel.io.inplace import patch_of
from ailabel.io.splice import SplicedView, edits_of
from ailabel.messages import Message
from ailabel.model.content_number import new_content_number
from ailabel.model.media import Medium
from ailabel.model.report import Level
from ailabel.spi import AnnexBCarrier, Finding, Rendition
from ailabel.standard.notices import IMPLICIT_ONLY
from ailabel.standard.rules import RULES
from ailabel.standard.schema import encode, verbatim
from ailabel.standard.slots import ANNEX_B, ANNEX_B_SITES, OFFICIAL
from ailabel.traces.c2pa import find_manifest
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ailabel.engine.examine import Examined, Found
    from ailabel.engine.spec import LabelSpec
    from ailabel.io.inplace import Patch
    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.model.media import Format
    from ailabel.model.record import AigcRecord

__all__ = ["Plan", "find_done", "make_plan", "refuse_manifest", "unsigned"]

_SHOWN: Final = "explicit label shown"  # of a view's memo


@frozen(kw_only=True)
class Plan:
    """What is to be done to one file.

    Args:
        format: of the file.
        status: ``labelled``, ``replaced``, ``carried``, ``propagated`` or ``already`` (nothing is
            to be done).
        result: the file as it will read; the original itself when nothing changes.
        payload: the implicit label as JSON text, or None when none is written; for a format
            without metadata it goes into the sidecar file.
        produce_id: the content number that the file carries afterwards, or None.
        propagate_id: the propagator's number that was set or found, where one was asked for.
        rendition: what the marker did, or None when no explicit label was asked for.
        replaced: the raw values of the labels that give way.
        notes: what the user must know.
    """

    format: Format
    status: str
    result: View
    payload: str | None = None
    produce_id: str | None = None
    propagate_id: str | None = None
    rendition: Rendition | None = None
    replaced: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The whole change, as edits of the original."""
        return edits_of(self.result) if isinstance(self.result, SplicedView) else ()

    @property
    def patch(self) -> Patch | None:
        """The change as one short range of the original, or None where it is not one."""
        return patch_of(self.result) if isinstance(self.result, SplicedView) else None

    @property
    def content_changed(self) -> bool:
        """Whether more than metadata changes."""
        return self.rendition is not None and bool(self.rendition.edits)


def make_plan(view: View, spec: LabelSpec, numbers: Callable[[], str] = new_content_number) -> Plan:
    """Plan the labelling of one file.

    Args:
        view: the file.
        spec: what is asked for.
        numbers: where new content numbers come from; called only when one is used.

    Raises:
        PlanError: somebody else's label stands in the file, or the change is not possible.
        UnsupportedFormatError: the format is not known.
        MalformedFileError: the file is damaged.
    """
    examined = examine(view)
    if spec.source_type is not None:
        from ailabel.engine.source_type import check_possible, completed

        check_possible(examined.format)
        plan = completed(_planned(view, examined, spec, numbers), spec.source_type)
        if plan.edits and not spec.break_c2pa:
            refuse_manifest(view, examined.format)
        return plan
    return _planned(view, examined, spec, numbers)


def _planned(view: View, examined: Examined, spec: LabelSpec, numbers: Callable[[], str]) -> Plan:
    """Plan the label, and nothing beside it."""
    done = _already(view, examined, spec)
    if done is not None:
        return done
    if not spec.break_c2pa:
        refuse_manifest(view, examined.format)
    if examined.found and spec.implicit:
        return _replacement(view, examined, spec, numbers)
    shown = spec.explicit and _is_shown(view, examined, spec)
    rendition = _render(view, examined, spec) if spec.explicit and not shown else None
    stage = SplicedView(view, rendition.edits) if rendition else view
    plan = Plan(
        format=examined.format,
        status="labelled",
        result=stage,
        rendition=rendition,
        notes=_notes(spec, rendition, shown=shown),
    )
    if not spec.implicit:
        return plan
    if not examined.format.has_slot:
        return replace(plan, notes=(*plan.notes, _no_place(examined, spec), *unsigned(spec)))
    produce_id = spec.produce_id or numbers()
    record = _sealed(spec.record(produce_id), stage, examined, spec)
    payload = encode(record, wrapped=spec.slot == ANNEX_B)
    result = SplicedView(stage, _edits(stage, examined, spec, payload))
    return replace(plan, result=result, payload=payload, produce_id=produce_id)


def _edits(view: View, examined: Examined, spec: LabelSpec, payload: str) -> Sequence[Edit]:
    """Return the edits that put a label where it was asked for."""
    carrier = examined.carrier
    if spec.slot != ANNEX_B:
        return carrier.write(view, payload)
    if not isinstance(carrier, AnnexBCarrier):
        raise PlanError(
            "annex B of the guide names no place in {format}; use --slot official",
            format=examined.format.name,
        )
    return carrier.write_annex_b(view, payload)


def refuse_manifest(view: View, file_format: Format) -> None:
    """Refuse a file whose C2PA manifest any change would break.

    Raises:
        PlanError: the file carries one.
    """
    place = find_manifest(view, file_format.id)
    if place is not None:
        raise PlanError(
            "the file carries a C2PA manifest ({place}), which any change would break: label it "
            "first and sign it then, or use --break-c2pa",
            place=place,
        )


def find_done(view: View, spec: LabelSpec) -> Plan | None:
    """Return the plan of doing nothing, when the file already is as it was asked for.

    Raises:
        AilabelError: as `make_plan` does.
    """
    done = _already(view, examine(view), spec)
    if done is None or spec.source_type is None:
        return done
    from ailabel.engine.source_type import completed

    done = completed(done, spec.source_type)
    return done if done.status == "already" else None


def _already(view: View, examined: Examined, spec: LabelSpec) -> Plan | None:
    plan = Plan(format=examined.format, status="already", result=view)
    shown = spec.explicit and _is_shown(view, examined, spec)
    if spec.implicit and examined.format.has_slot:
        if len(examined.found) != 1 or not _is_sound(examined, spec):
            return None
        if not _is_sealed(view, examined, spec):
            return None
        note = Message(
            "the explicit label was not looked at or not found; --explicit-only adds one"
        )
        missing = spec.explicit and not shown and examined.format.medium is Medium.TEXT
        number = examined.found[0].number
        return replace(plan, produce_id=number, notes=(note,) if missing else ())
    return plan if shown else None


def _is_sound(examined: Examined, spec: LabelSpec) -> bool:
    """Say whether the only label is ours, breaks no rule of level error, and may stay.

    It may where no place was asked for, or that one. Asked to replace, it must also say what a new
    one would, its number aside.
    """
    found = examined.found[0]
    if _is_broken(found):
        return False
    if spec.replace:
        wanted = spec.record(spec.produce_id or found.number)
        if spec.signer is not None:  # whose seal it is, and whether it holds, is asked afterwards
            wanted = replace(wanted, reserved_code1=found.decoded.fields["ReservedCode1"] or "")
        return _stands(found, spec.slot or OFFICIAL) and found.decoded.record == wanted
    return found.producer == spec.producer and (spec.slot is None or _stands(found, spec.slot))


def _is_sealed(view: View, examined: Examined, spec: LabelSpec) -> bool:
    """Say whether the only label has the seal that was asked for, if any was, and it holds."""
    if spec.signer is None:
        return True
    from ailabel.engine.seals import is_sealed_by

    return is_sealed_by(spec.signer, examined.found[0], view, examined.carrier)


def _sealed(record: AigcRecord, view: View, examined: Examined, spec: LabelSpec) -> AigcRecord:
    """Return a label with the seal that was asked for, if any was."""
    if spec.signer is None:
        return record
    from ailabel.engine.seals import seal_record

    return seal_record(record, view, examined.carrier, spec.signer)


def unsigned(spec: LabelSpec) -> tuple[Message, ...]:
    """Say that there is no label in the file that could be signed, where somebody was to sign."""
    return () if spec.signer is None else (Message("there is nothing that could be signed"),)


def _is_broken(found: Found) -> bool:
    return any(RULES[problem.rule].level is Level.ERROR for problem in found.decoded.problems)


def _stands(found: Found, slot: str) -> bool:
    """Say whether a label stands in a place, in the form that the place asks for."""
    if slot == ANNEX_B:
        return found.slot.site.startswith(ANNEX_B_SITES) and found.decoded.wrapped
    return found.slot.official


def _is_shown(view: View, examined: Examined, spec: LabelSpec) -> bool:
    """Say whether the content shows a label; not asked where metadata will tell the next time."""
    if spec.implicit and examined.format.has_slot and not is_read(examined.format):
        return False
    shown = view.memo.get(_SHOWN)
    if shown is None:  # reading a long document takes seconds
        marker = registry.marker_of(examined.format.id)
        seen = None if marker is None else marker.inspect(view, examined.format).finding
        shown = view.memo[_SHOWN] = seen is Finding.FOUND
    return shown is True


def _replacement(
    view: View, examined: Examined, spec: LabelSpec, numbers: Callable[[], str]
) -> Plan:
    """Plan the replacing of labels: metadata only, and somebody else's only when asked to."""
    producers = {found.producer for found in examined.found}
    ours = producers == {spec.producer}
    if not ours and not spec.replace:
        names = ", ".join(sorted(name or "?" for name in producers))
        raise PlanError(
            "the file already carries a label of {producer}; use --replace to put another "
            "in its place",
            producer=names[:200],
        )
    kept = {found.number for found in examined.found} if ours and not spec.replace else set()
    produce_id = spec.produce_id or (kept.pop() if len(kept) == 1 else "") or numbers()
    payload = _moved(view, examined, spec)
    if payload is None:
        record = _sealed(_record(examined, spec, produce_id), view, examined, spec)
        payload = encode(record, wrapped=spec.slot == ANNEX_B)
    note = Message("the metadata was replaced; the visible or audible content was not touched")
    return Plan(
        format=examined.format,
        status="replaced",
        result=SplicedView(view, _edits(view, examined, spec, payload)),
        payload=payload,
        produce_id=produce_id,
        replaced=tuple(text_of(found.slot.raw) for found in examined.found),
        notes=(note,),
    )


def _record(examined: Examined, spec: LabelSpec, produce_id: str) -> AigcRecord:
    """Return the label to write: what a sound one of ours says, where only its seal is missing."""
    stands = examined.found[0].decoded.record
    kept = spec.signer is not None and not spec.replace and len(examined.found) == 1
    if kept and stands is not None and not _is_broken(examined.found[0]):
        return replace(stands, produce_id=produce_id)
    return spec.record(produce_id)


def _moved(view: View, examined: Examined, spec: LabelSpec) -> str | None:
    """Return what a sound label of ours says, where nothing but its place is to change."""
    found = examined.found[0]
    if spec.replace or spec.slot is None or len(examined.found) > 1 or _is_broken(found):
        return None
    if not _is_sealed(view, examined, spec):
        return None
    if spec.produce_id not in {None, found.number}:
        return None
    return verbatim(found.slot.payload, wrapped=spec.slot == ANNEX_B)


def _render(view: View, examined: Examined, spec: LabelSpec) -> Rendition:
    file_format = examined.format
    marker = registry.marker_of(file_format.id)
    if marker is None and file_format.medium is Medium.VIDEO:
        raise PlanError(
            "no explicit label can be put into {format}; remux it first, for example with ffmpeg "
            "-i IN -c copy OUT.mp4, or use --implicit-only",
            format=file_format.name,
        )
    if marker is None and not file_format.has_slot and file_format.medium is Medium.TEXT:
        raise PlanError(
            "{format} is data, and a label would be taken for some: show the label where the data "
            "are shown; --implicit-only --sidecar writes one beside the file",
            format=file_format.name,
        )
    if marker is None:
        raise PlanError(
            "no explicit label can be put into {format}; use --implicit-only",
            format=file_format.name,
        )
    asked = spec.mark(file_format.medium)
    rendition = marker.render(view, file_format, asked)
    if not spec.implicit and not rendition.marks and rendition.notes:
        raise PlanError(rendition.notes[0].text, **rendition.notes[0].params)
    if asked.text is not None and file_format.medium is Medium.TEXT and rendition.edits:
        stage = SplicedView(view, rendition.edits)
        if marker.inspect(stage, file_format).finding is not Finding.FOUND:
            raise PlanError(
                "the wording “{text}” reads as prose, not as a label; shorten it, for example to "
                "本内容由AI生成",
                text=asked.text[:80],
            )
    return rendition


def _notes(spec: LabelSpec, rendition: Rendition | None, *, shown: bool) -> tuple[Message, ...]:
    if shown:
        return (Message("the content shows an explicit label already; none was added"),)
    if rendition is not None:
        return rendition.notes
    return () if spec.explicit else (IMPLICIT_ONLY,)


def _no_place(examined: Examined, spec: LabelSpec) -> Message:
    """Say that nothing was written into the metadata.

    Raises:
        PlanError: nothing else was asked for.
    """
    values = {"format": examined.format.name}
    if not spec.explicit and not spec.sidecar:
        raise PlanError(
            "{format} has no place for metadata; add the explicit label, or ask for a sidecar "
            "file with --sidecar",
            **values,
        )
    return Message("{format} has no place for metadata; only the explicit label was added", values)
