"""The laws that every carrier obeys, for our own test suite and for everybody who adds a format.

`check_carrier` runs the laws L0 to L4, L6 and L7 on one sample and raises `LawBroken` naming the
law; L5 (neighbours) asks what is foreign in a sample, so each format's own tests prove it. The
statements of the laws are in ``spec/architecture.md``; no law has an exception for a format.
L8 (crash safety) belongs to `io.atomic`; L9 and L10 are checked by `check_closure`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply, normalise
from ailabel.spi import AnnexBCarrier, KeepingCarrier, Slot, essence_digest
from ailabel.standard.slots import ANNEX_B_SITES
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Mention

__all__ = [
    "PAYLOADS",
    "LawBroken",
    "check_carrier",
    "check_closure",
    "check_keeping",
    "check_total",
    "damaged",
    "refuses_annex_b",
]


def _payload(producer: str, number: str, reserved: str = "") -> str:
    return (
        f'{{"Label":"1","ContentProducer":"{producer}","ProduceID":"{number}",'
        f'"ReservedCode1":"{reserved}","ContentPropagator":"{producer}",'
        f'"PropagateID":"{number}","ReservedCode2":""}}'
    )


PAYLOADS: Final = (
    _payload("001191110102MACQD9K64010000", "01a203d3-f520-7048-9927-22e679a5c988"),
    _payload("001191350100M000100Y4300000", "01a203d3-ffff-7abc-8000-0123456789ab", "9f" * 20),
    _payload(
        "\\u793a\\u4f8b\\u79d1\\u6280",
        "a'b)(<&>;#%=7",
        '{\\"SecurityData\\":{\\"Type\\":\\"TC260PG\\",\\"Hex\\":\\"' + "0a" * 600 + '\\"}}',
    ),
    _payload("001191110102MACQD9K64010000", "f" * 5000),
)
"""Labels to try: usual, other length, escapes and punctuation, longer than any padding."""


class LawBroken(AssertionError):  # noqa: N818 - it is an assertion, named for what happened
    """A carrier broke one of the laws."""


def check_carrier(carrier: Carrier, name: str, data: bytes) -> None:
    """Run the laws L0 to L6 on one sample, for each place to write to, and L7 on damaged copies.

    Args:
        carrier: the carrier under test.
        name: a file name with the format's suffix.
        data: a valid file of the format.

    Raises:
        LawBroken: a law does not hold; the text names it.
    """
    _claim(carrier, name, data)
    check_keeping(carrier, name, data)
    match = registry.detect(BytesView(data, name))
    if match.format.has_slot:
        _obeys(carrier, name, data, _OFFICIAL)
        if isinstance(carrier, AnnexBCarrier) and not refuses_annex_b(carrier, name, data):
            _obeys(carrier, name, data, _ANNEX_B)
            _moves(carrier, name, data)
    else:
        _refuses(carrier, name, data)
    check_total(carrier, name, data)


def check_keeping(carrier: Carrier, name: str, data: bytes) -> None:
    """Run the laws on editing labels where they stand, for a carrier that can.

    Every label of the sample is tried, and one that `write` put into it. A carrier may refuse a
    place of others, but none of its own. The essence stays (L3), the place reads as planned and no
    other label changes (L1, L6), and of two edits the second leaves nothing of the first (L4).

    Raises:
        LawBroken: a law does not hold; the text names it.
    """
    if not isinstance(carrier, KeepingCarrier):
        return
    for slot in _slots(carrier, name, data):
        _keep(carrier, name, data, slot)
    try:
        written = _write(carrier, name, data, (_OFFICIAL, PAYLOADS[0]))
    except PlanError:  # the format has no place, or an old label cannot be replaced
        return
    for slot in _slots(carrier, name, written):
        kept = _keep(carrier, name, written, slot)
        _law(kept or not slot.official, "L1 round trip", f"{name}: {slot.site} cannot be edited")


def _keep(carrier: Carrier, name: str, data: bytes, slot: Slot) -> bool:
    """Edit one label twice; say whether the carrier could."""
    from ailabel.engine.amend import amended

    numbers = ("first-edit-0123456789", "second-edit")
    result = data
    for number in numbers:
        fields = {"ContentPropagator": "a platform", "PropagateID": number, "ReservedCode2": ""}
        before = _slots(carrier, name, result)
        view = BytesView(result, name)
        try:
            payload = amended(slot.payload, fields)
            edits = normalise(_edits_at(carrier, view, slot, payload), view.size)
        except PlanError:
            return False
        edited = apply(result, edits)
        after = _slots(carrier, name, edited)
        same = essence_digest(carrier, view) == essence_digest(carrier, BytesView(edited, name))
        _law(same, "L3 lossless", f"{name}: editing {slot.site} changed the essence")
        wanted = sorted((item.site, item.payload) for item in before if item != slot)
        found = [item for item in after if (item.site, item.payload) == (slot.site, payload)]
        _law(found, "L1 round trip", f"{name}: {slot.site} does not read as planned")
        rest = sorted((item.site, item.payload) for item in after if item is not found[0])
        _law(rest == wanted, "L6 one label", f"{name}: editing {slot.site} changed another label")
        result, slot = edited, found[0]
    _law(numbers[0].encode() not in result, "L4 no history", f"{name}: {slot.site} remembers")
    return True


def _edits_at(carrier: Carrier, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
    return carrier.write_at(view, slot, payload) if isinstance(carrier, KeepingCarrier) else ()


def _slots(carrier: Carrier, name: str, data: bytes) -> list[Slot]:
    return [item for item in carrier.read(BytesView(data, name)) if isinstance(item, Slot)]


def refuses_annex_b(carrier: AnnexBCarrier, name: str, data: bytes) -> bool:
    """Say whether a sample's second place is taken by a foreign text, so that it is refused.

    A format's own tests say of which samples that is expected.
    """
    try:
        carrier.write_annex_b(BytesView(data, name), _ANNEX_B.payloads[0])
    except PlanError:
        return True
    return False


def check_total(
    carrier: Carrier, name: str, data: bytes, *, count: int = 40, seed: int = 1
) -> None:
    """Run L7: damaged copies of a sample return or raise an `AilabelError`.

    Raises:
        LawBroken: something else was raised.
    """
    for copy in damaged(data, count=count, seed=seed):
        view = BytesView(copy, name)
        try:
            carrier.sniff(view)
            carrier.read(view)
            normalise(carrier.write(view, PAYLOADS[0]), view.size)
            for slot in _slots(carrier, name, copy):
                normalise(_edits_at(carrier, view, slot, slot.payload + " "), view.size)
            if isinstance(carrier, AnnexBCarrier):
                normalise(carrier.write_annex_b(view, _ANNEX_B.payloads[0]), view.size)
            for _ in carrier.essence(view):
                pass
            carrier.canonical(view)
        except AilabelError:
            continue
        except Exception as error:
            raise LawBroken(f"L7 total: {name} raised {error!r}") from error


def damaged(data: bytes, *, count: int, seed: int) -> Iterator[bytes]:
    """Yield damaged copies of a file: cut short, bits flipped, pieces overwritten or doubled."""
    rng = random.Random(seed)  # noqa: S311 - reproducible damage, no secrets
    for index in range(count):
        copy = bytearray(data)
        kind = index % 4
        place = rng.randrange(len(copy)) if copy else 0
        if kind == 0:
            del copy[place:]
        elif kind == 1:
            for _ in range(rng.randrange(1, 6)):
                if copy:
                    copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
        elif kind == 2:  # noqa: PLR2004 - the third kind
            copy[place : place + 4] = rng.choice(
                (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff")
            )
        else:
            end = rng.randrange(place, len(copy) + 1)
            copy[place:place] = copy[place : min(end, place + 4096)]
        yield bytes(copy)


def check_closure(name: str, data: bytes) -> None:
    """Run L9 and L10 on one sample through the public API.

    Raises:
        LawBroken: a labelled file does not verify, or labelling it again changes it.
    """
    from ailabel import api
    from ailabel.engine.spec import LabelSpec
    from ailabel.model.report import Verdict

    spec = LabelSpec(producer="001191110102MACQD9K64010000")
    labelled = api.label_bytes(data, spec, name=name).data
    report = api.verify_bytes(labelled, name=name)
    good = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
    _law(report.implicit in good, "L9 closure", f"{name}: implicit is {report.implicit.value}")
    _law(
        report.explicit in good | {Verdict.INCONCLUSIVE},
        "L9 closure",
        f"{name}: explicit is {report.explicit.value}",
    )
    again = api.label_bytes(labelled, spec, name=name)
    _law(again.data == labelled, "L10 rerun", f"{name}: a second labelling changed the file")
    _law(again.status == "already", "L10 rerun", f"{name}: status is {again.status}")


def _law(holds: object, law: str, detail: str) -> None:
    if not holds:
        raise LawBroken(f"{law}: {detail}")


def _claim(carrier: Carrier, name: str, data: bytes) -> None:
    view = BytesView(data, name)
    match = carrier.sniff(view)
    _law(match is not None, "L0 claim", f"{name} is not claimed by its carrier")
    found = registry.detect(view)
    _law(match is not None and found.format.id == match.format.id, "L0 claim", f"{name}: {found}")
    _law(registry.carrier_of(found.format.id) is carrier, "L0 claim", f"{name}: another carrier")


@frozen
class _Way:
    """A place to write to: its labels, how they get there, and whether a slot is that place."""

    payloads: tuple[str, ...]
    plan: Callable[[Carrier, View, str], Sequence[Edit]]
    is_there: Callable[[Slot], bool]


def _plan_official(carrier: Carrier, view: View, payload: str) -> Sequence[Edit]:
    return carrier.write(view, payload)


def _plan_annex_b(carrier: Carrier, view: View, payload: str) -> Sequence[Edit]:
    return carrier.write_annex_b(view, payload) if isinstance(carrier, AnnexBCarrier) else ()


_OFFICIAL: Final = _Way(PAYLOADS, _plan_official, lambda slot: slot.official)
_ANNEX_B: Final = _Way(
    tuple(f'{{"AIGC":{payload}}}' for payload in PAYLOADS),
    _plan_annex_b,
    lambda slot: not slot.official and slot.site.startswith(ANNEX_B_SITES),
)


def _obeys(carrier: Carrier, name: str, data: bytes, way: _Way) -> None:
    """Run the laws on writing to one place."""
    for payload in way.payloads:
        _one_label(carrier, name, data, (way, payload))
    for first, second in ((0, 1), (1, 0), (2, 1), (3, 0), (0, 3)):
        texts = (way.payloads[first], way.payloads[second])
        _no_history(carrier, name, data, (way, texts))


def _moves(carrier: Carrier, name: str, data: bytes) -> None:
    """Prove that a label leaves the one place for the other, both ways, and nothing of it stays."""
    for before, after in ((_OFFICIAL, _ANNEX_B), (_ANNEX_B, _OFFICIAL)):
        once = _write(carrier, name, data, (before, before.payloads[0]))
        _one_label(carrier, name, once, (after, after.payloads[1]))
        moved = _write(carrier, name, once, (after, after.payloads[1]))
        _law(
            _number(before.payloads[0]) not in moved,
            "L4 no history",
            f"{name}: the old content number is still there",
        )


def _write(carrier: Carrier, name: str, data: bytes, asked: tuple[_Way, str]) -> bytes:
    way, payload = asked
    view = BytesView(data, name)
    edits = normalise(way.plan(carrier, view, payload), view.size)
    result = apply(data, edits)
    before, after = essence_digest(carrier, view), essence_digest(carrier, BytesView(result, name))
    _law(before == after, "L3 lossless", f"{name}: the essence changed")
    again = normalise(way.plan(carrier, BytesView(result, name), payload), len(result))
    _law(not again, "L2 idempotent", f"{name}: writing again yields {len(again)} edits")
    return result


def _one_label(carrier: Carrier, name: str, data: bytes, asked: tuple[_Way, str]) -> None:
    way, payload = asked
    result = _write(carrier, name, data, asked)
    found = carrier.read(BytesView(result, name))
    slots = [item for item in found if isinstance(item, Slot)]
    _law(len(slots) == 1, "L6 one label", f"{name}: {len(slots)} labels after writing")
    _law(slots[0].payload == payload, "L1 round trip", f"{name}: read {slots[0].payload[:200]}")
    _law(way.is_there(slots[0]), "L1 round trip", f"{name}: {slots[0].site} is not the place")
    _law(
        0 <= slots[0].offset < max(len(result), 1),
        "L1 round trip",
        f"{name}: offset outside the file",
    )
    before = [item.raw for item in carrier.read(BytesView(data, name)) if _is_mention(item)]
    after = [item.raw for item in found if _is_mention(item)]
    _law(before == after, "L6 one label", f"{name}: mentions were touched")


def _is_mention(item: Slot | Mention) -> bool:
    return not isinstance(item, Slot)


def _no_history(
    carrier: Carrier, name: str, data: bytes, asked: tuple[_Way, tuple[str, str]]
) -> None:
    way, (first, second) = asked
    once = _write(carrier, name, data, (way, second))
    twice = _write(carrier, name, _write(carrier, name, data, (way, first)), (way, second))
    _law(
        _number(first) not in twice,
        "L4 no history",
        f"{name}: the old content number is still there",
    )
    _law(
        _canonical(carrier, name, twice) == _canonical(carrier, name, once),
        "L4 no history",
        f"{name}: the file remembers its first label",
    )


def _number(payload: str) -> bytes:
    return payload.split('"ProduceID":"')[1].split('"', maxsplit=1)[0].encode()


def _canonical(carrier: Carrier, name: str, data: bytes) -> bytes:
    return apply(data, carrier.canonical(BytesView(data, name)))


def _refuses(carrier: Carrier, name: str, data: bytes) -> None:
    try:
        carrier.write(BytesView(data, name), PAYLOADS[0])
    except PlanError:
        return
    raise LawBroken(f"L6 one label: {name} has no slot, but writing was not refused")
