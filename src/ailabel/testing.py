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
from ailabel.spi import Slot, essence_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.spi import Carrier, Mention

__all__ = ["PAYLOADS", "LawBroken", "check_carrier", "check_closure", "check_total", "damaged"]


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
    """Run the laws L0 to L6 on one sample, and L7 on damaged copies of it.

    Args:
        carrier: the carrier under test.
        name: a file name with the format's suffix.
        data: a valid file of the format.

    Raises:
        LawBroken: a law does not hold; the text names it.
    """
    _claim(carrier, name, data)
    match = registry.detect(BytesView(data, name))
    if match.format.has_slot:
        for payload in PAYLOADS:
            _one_label(carrier, name, data, payload)
        for first, second in ((0, 1), (1, 0), (2, 1), (3, 0), (0, 3)):
            _no_history(carrier, name, data, (PAYLOADS[first], PAYLOADS[second]))
    else:
        _refuses(carrier, name, data)
    check_total(carrier, name, data)


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
    from ailabel.model.report import Verdict

    spec = api.LabelSpec(producer="001191110102MACQD9K64010000")
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


def _write(carrier: Carrier, name: str, data: bytes, payload: str) -> bytes:
    view = BytesView(data, name)
    edits = normalise(carrier.write(view, payload), view.size)
    result = apply(data, edits)
    before, after = essence_digest(carrier, view), essence_digest(carrier, BytesView(result, name))
    _law(before == after, "L3 lossless", f"{name}: the essence changed")
    again = normalise(carrier.write(BytesView(result, name), payload), len(result))
    _law(not again, "L2 idempotent", f"{name}: writing again yields {len(again)} edits")
    return result


def _one_label(carrier: Carrier, name: str, data: bytes, payload: str) -> None:
    result = _write(carrier, name, data, payload)
    found = carrier.read(BytesView(result, name))
    slots = [item for item in found if isinstance(item, Slot)]
    _law(len(slots) == 1, "L6 one label", f"{name}: {len(slots)} labels after writing")
    _law(slots[0].payload == payload, "L1 round trip", f"{name}: read {slots[0].payload[:200]}")
    _law(slots[0].official, "L1 round trip", f"{name}: {slots[0].site} is not the official slot")
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


def _no_history(carrier: Carrier, name: str, data: bytes, payloads: tuple[str, str]) -> None:
    first, second = payloads
    twice = _write(carrier, name, _write(carrier, name, data, first), second)
    once = _write(carrier, name, data, second)
    number = first.split('"ProduceID":"')[1].split('"')[0].encode()
    _law(number not in twice, "L4 no history", f"{name}: the old content number is still there")
    _law(
        _canonical(carrier, name, twice) == _canonical(carrier, name, once),
        "L4 no history",
        f"{name}: the file remembers its first label",
    )


def _canonical(carrier: Carrier, name: str, data: bytes) -> bytes:
    return apply(data, carrier.canonical(BytesView(data, name)))


def _refuses(carrier: Carrier, name: str, data: bytes) -> None:
    try:
        carrier.write(BytesView(data, name), PAYLOADS[0])
    except PlanError:
        return
    raise LawBroken(f"L6 one label: {name} has no slot, but writing was not refused")
