"""The harness of the laws: a carrier that breaks one is caught, and the law is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import pytest

from ailabel import registry
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import Edit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Slot, Span
from ailabel.testing import (
    PAYLOADS,
    LawBroken,
    check_carrier,
    check_closure,
    check_keeping,
    check_total,
    damaged,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ailabel.io.source import View
    from ailabel.spi import Carrier, Signature

TOY: Final = Format(id="toy", name="Toy", medium=Medium.IMAGE, suffixes=(".toy",), mime="x/toy")
BARE: Final = Format(
    id="toy", name="Toy", medium=Medium.IMAGE, suffixes=(".toy",), mime="x/toy", has_slot=False
)
START: Final = b"\0TOY"


@dataclass(frozen=True)
class Toy:
    r"""A format of a start, labels that each end in a NUL, ``\1``, and content; it may misbehave.

    Args:
        fault: which law to break; empty for none.
    """

    fault: str = ""
    signatures: tuple[Signature, ...] = ()

    @property
    def formats(self) -> tuple[Format, ...]:
        """The one format."""
        return (BARE if self.fault.startswith("no place") else TOY,)

    def sniff(self, view: View) -> Match | None:
        """Claim the start."""
        claimed = view.read_some(0, 4) == START and self.fault != "claims nothing"
        return Match(self.formats[0], Strength.CONTENT) if claimed else None

    def _head(self, view: View) -> tuple[list[bytes], int]:
        data = view.read(0, view.size)
        end = data.find(b"\1")
        if self.fault == "crashes" and end < 0:
            raise KeyError("end")
        end = len(data) if end < 0 else end
        return [item for item in data[4:end].split(b"\0") if item], end

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Return every label."""
        labels, _ = self._head(view)
        found: list[Slot | Mention] = [
            Slot(
                location="label",
                offset=view.size if self.fault == "points outside" else 4,
                raw=item,
                payload=item.decode("utf-8", "replace")
                + (" " if self.fault == "reads otherwise" else ""),
                site="toy.label",
                official=self.fault != "writes elsewhere",
            )
            for item in labels
        ]
        if self.fault == "touches mentions" and labels:
            found.append(Mention(location="x", offset=0, raw=labels[0], site="toy.mention"))
        return found

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Replace the labels."""
        if self.fault == "no place":
            raise PlanError("the toy has no place for metadata")
        labels, end = self._head(view)
        wanted = payload.encode()
        if labels == [wanted] and self.fault != "writes again":
            return []
        if self.fault == "stacks":
            return [] if wanted in labels else [Edit(4, 0, wanted + b"\0")]
        if self.fault == "keeps history":
            return [Edit(4, end - 4, wanted + b"\0"), Edit(view.size, 0, b"".join(labels))]
        if self.fault == "remembers":
            return [Edit(4, end - 4, wanted + b"\0" * (1 + len(labels)))]
        edits = [Edit(4, end - 4, wanted + b"\0")]
        if self.fault == "changes content":
            edits.append(Edit(view.size - 1, 1, b"!"))
        return edits

    def essence(self, view: View) -> Sequence[Span]:
        """Return the content."""
        _, end = self._head(view)
        length = 2 if self.fault == "keeps history" else view.size - end
        return [Span(end, min(length, view.size - end))]

    def canonical(self, view: View) -> Sequence[Edit]:
        """Own no padding."""
        del view
        return []


def run(monkeypatch: pytest.MonkeyPatch, fault: str, data: bytes = START + b"\1content") -> None:
    """Run the laws on a toy."""
    toy = cast("Carrier", Toy(fault))
    monkeypatch.setattr(registry, "_plugins", lambda: (("toy", toy),))
    check_carrier(toy, "a.toy", data)


@pytest.mark.parametrize("data", [START + b"\1content", START + b"old\0older\0\1content"])
def test_a_carrier_that_obeys_passes(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """The laws ask for nothing that an honest carrier cannot give."""
    run(monkeypatch, "", data)
    assert registry.detect(BytesView(data, "a.toy")).format.id == "toy"


def test_a_format_without_a_place_must_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusing is obeying."""
    run(monkeypatch, "no place")
    assert not registry.carrier_of("toy").formats[0].has_slot


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        ("claims nothing", "L0 claim"),
        ("reads otherwise", "L1 round trip"),
        ("writes elsewhere", "L1 round trip"),
        ("points outside", "L1 round trip"),
        ("writes again", "L2 idempotent"),
        ("changes content", "L3 lossless"),
        ("keeps history", "L4 no history"),
        ("remembers", "L4 no history"),
        ("stacks", "L6 one label"),
        ("touches mentions", "L6 one label"),
        ("no place but writes", "L6 one label"),
        ("crashes", "L7 total"),
    ],
)
def test_a_carrier_that_breaks_a_law_is_caught(
    monkeypatch: pytest.MonkeyPatch, fault: str, law: str
) -> None:
    """Every law has a carrier that breaks it and nothing before it."""
    with pytest.raises(LawBroken, match=f"^{law}: a.toy"):
        run(
            monkeypatch,
            fault,
            START + b"old\0\1content" if fault == "stacks" else START + b"\1content",
        )


def test_damage_is_reproducible_and_of_every_kind() -> None:
    """The same seed gives the same copies; they are shorter, longer and as long."""
    data = bytes(range(200))
    copies = list(damaged(data, count=40, seed=3))
    assert copies == list(damaged(data, count=40, seed=3))
    assert copies != list(damaged(data, count=40, seed=4))
    assert {len(copy) < 200 for copy in copies} == {True, False}
    assert any(len(copy) > 200 for copy in copies)
    assert all(copy != data or index % 4 == 3 for index, copy in enumerate(copies))
    assert all(copy == b"" for copy in list(damaged(b"", count=4, seed=1))[:2])


def test_totality_alone_can_be_asked() -> None:
    """Fuzzers and other suites run L7 with their own counts."""
    check_total(cast("Carrier", Toy()), "a.toy", START + b"\1content", count=8)
    with pytest.raises(LawBroken, match="L7 total"):
        check_total(cast("Carrier", Toy("crashes")), "a.toy", START + b"\1content", count=40)


def test_the_labels_that_are_tried_differ_in_what_matters() -> None:
    """Lengths from usual to longer than any padding; escapes; characters that containers escape."""
    lengths = sorted(len(payload) for payload in PAYLOADS)
    assert lengths[0] < 300
    assert lengths[-1] > 5000
    assert all(payload.isascii() for payload in PAYLOADS)
    assert any("\\u" in payload for payload in PAYLOADS)
    assert any(character in PAYLOADS[2] for character in "&<>'")


def test_closure_names_the_law() -> None:
    """A labelled text obeys; the check says nothing."""
    check_closure("a.md", "# 题\n\n正文。\n".encode())


@dataclass(frozen=True)
class KeepingToy(Toy):
    """The same, which edits labels where they stand; it may misbehave at that."""

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Put another text in the place of a label."""
        if self.fault == "refuses its own":
            raise PlanError("the toy does not want to")
        old, wanted = slot.raw, payload.encode()
        at = view.read(0, view.size).index(old)
        if self.fault == "edits nothing":
            return []
        if self.fault == "edits another":
            labels, end = self._head(view)
            return [Edit(4, end - 4, wanted + b"\0" * len(labels))]
        if self.fault == "edits content":
            return [Edit(at, len(old), wanted), Edit(view.size - 1, 1, b"?")]
        return [Edit(at, len(old), wanted)]


LABELLED: Final = START + PAYLOADS[1].encode() + b"\0" + PAYLOADS[0].encode() + b"\0\1content"


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        ("", ""),
        ("refuses its own", "L1 round trip: a.toy: toy.label cannot be edited"),
        ("edits nothing", "L1 round trip: a.toy: toy.label does not read as planned"),
        ("edits another", "L6 one label"),
        ("keeps history", "L4 no history"),
        ("edits content", "L3 lossless"),
    ],
)
def test_a_carrier_that_edits_wrongly_is_caught(fault: str, law: str) -> None:
    """Each law on editing a label where it stands."""
    toy = cast("Carrier", _Remembering() if fault == "keeps history" else KeepingToy(fault))
    if not law:
        check_keeping(toy, "a.toy", LABELLED)
        check_keeping(cast("Carrier", Toy()), "a.toy", LABELLED)
        return
    with pytest.raises(LawBroken, match=law):
        check_keeping(toy, "a.toy", LABELLED)


class _Remembering(KeepingToy):
    """Keeps what it replaced behind its content, where nobody reads it."""

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Put the old label behind the content."""
        return [*super().write_at(view, slot, payload), Edit(view.size, 0, slot.raw)]

    def essence(self, view: View) -> Sequence[Span]:
        """Return seven bytes."""
        _, end = self._head(view)
        return [Span(end, 8)]
