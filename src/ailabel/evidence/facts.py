"""What the samples show: each sentence of the pack, and the checks that it rests on."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from ailabel.errors import PlanError
from ailabel.evidence import wording
from ailabel.evidence.samples import names_in, verified
from ailabel.messages import Message, Reasons
from ailabel.model.report import Level, Outcome, Verdict
from ailabel.registry import formats
from ailabel.standard.rules import RULES
from ailabel.standard.slots import SLOTS
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.evidence.declaration import Declaration, Service
    from ailabel.evidence.samples import Sample
    from ailabel.evidence.wording import Words
    from ailabel.model.report import FoundSighting

__all__ = ["Basis", "Facts", "ServiceFacts", "Statement", "gather"]

_SHOWN: Final = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
_GENERATED: Final = "1"  # the label's value for what is AI-generated for certain


@frozen
class Basis:
    """What a statement rests on.

    Args:
        sample: its name.
        checks: that it passed: ids of rules, or the keys of the label that were compared.
    """

    sample: str
    checks: tuple[str, ...]


@frozen
class Statement:
    """A sentence in both languages, and what it rests on; nothing for a declaration."""

    words: Words
    basis: tuple[Basis, ...] = ()


@frozen(kw_only=True)
class ServiceFacts:
    """What is known of one medium.

    Args:
        service: as it was declared.
        samples: of it, labelled in both ways.
        screens: screenshots that show the label in the interface.
        statements: what they show.
    """

    service: Service
    samples: tuple[Sample, ...]
    screens: tuple[Sample, ...]
    statements: tuple[Statement, ...]

    @property
    def style(self) -> Words:
        """How the explicit labels of the samples look or sound."""
        return wording.style(_sightings(self.samples))


@frozen
class Facts:
    """What is known of an app, medium by medium."""

    services: tuple[ServiceFacts, ...]

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All samples and screenshots, each once."""
        return tuple(
            {
                sample.name: sample
                for facts in self.services
                for sample in (*facts.samples, *facts.screens)
            }.values()
        )


def gather(declaration: Declaration, folder: str) -> Facts:
    """Verify the samples, and state what they show.

    Args:
        declaration: of the app.
        folder: of the samples.

    Raises:
        PlanError: something declared is not shown by the samples, or something that is not declared
            is; every reason is listed.
        OSError: a sample cannot be read.
    """
    names = names_in(folder)
    screens = {
        name for service in declaration.services for name in _matching(service.screens, names)
    }
    problems: list[Message] = []
    services = []
    taken: set[str] = set()
    found: dict[str, Sample] = {}
    for name in names:
        try:
            found[name] = verified(folder, name, screen=name in screens)
        except PlanError as error:
            problems.append(Message(error.text, error.params))
    for service in declaration.services:
        samples = _samples_of(service, found, screens)
        shown = [found[name] for name in _matching(service.screens, list(found))]
        taken |= {sample.name for sample in (*samples, *shown)}
        problems += _problems(service, samples, shown, declaration.names)
        services.append((service, samples, shown))
    problems += _left_over(found, taken)
    problems += _repeated(found)
    if problems:
        raise PlanError(
            "the samples do not show what is declared: {reasons}", reasons=Reasons(problems)
        )
    return Facts(
        tuple(
            ServiceFacts(
                service=service,
                samples=tuple(samples),
                screens=tuple(shown),
                statements=tuple(_statements(service, samples, shown, declaration)),
            )
            for service, samples, shown in services
        )
    )


def _matching(patterns: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _samples_of(service: Service, found: dict[str, Sample], screens: set[str]) -> list[Sample]:
    if service.samples:
        names = _matching(service.samples, list(found))
    else:
        media = {item.id: item.medium.value for item in formats()}
        names = [
            name
            for name, sample in found.items()
            if media.get(sample.report.format or "") == service.medium
        ]
    return [found[name] for name in names if name not in screens]


def _problems(
    service: Service, samples: list[Sample], screens: list[Sample], names: tuple[str, ...]
) -> Iterator[Message]:
    if not samples:
        yield Message(
            "{medium} is declared, and no sample of it stands in the folder",
            {"medium": service.medium},
        )
    if service.screens and not screens:
        yield Message("no screenshot of {medium} stands in the folder", {"medium": service.medium})
    for sample in (*samples, *screens):
        yield from _wrong(sample)
    for sample in samples:
        for label in sample.report.labels:
            producer = label.fields["ContentProducer"] or ""
            if producer not in names:
                yield Message(
                    "{name}: its label names the producer {producer}, who is not the provider",
                    {"name": sample.name, "producer": producer},
                )
            if label.fields["Label"] != _GENERATED:
                yield Message(
                    "{name}: its label does not say that it is AI-generated", {"name": sample.name}
                )


def _wrong(sample: Sample) -> Iterator[Message]:
    """Name what keeps a sample from showing anything."""
    report = sample.report
    for label, verdict in (("implicit", report.implicit), ("explicit", report.explicit)):
        if verdict in _SHOWN:
            continue
        reasons = [
            check.message
            for check in report.checks
            if check.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)
            and RULES[check.rule].label == label
            and RULES[check.rule].level is Level.ERROR
        ]
        yield Message(
            "{name}: its {label} label is {verdict} ({reasons})",
            {
                "name": sample.name,
                "label": Message(label),
                "verdict": Message(verdict.value),
                "reasons": Reasons(reasons or ([report.error] if report.error else [])),
            },
        )
    if report.implicit is report.explicit is Verdict.NOT_APPLICABLE:
        yield Message("{name}: it shows no label", {"name": sample.name})


def _left_over(found: dict[str, Sample], taken: set[str]) -> Iterator[Message]:
    for name in sorted(found.keys() - taken):
        yield Message("{name}: what it shows is not declared", {"name": name})


def _repeated(found: dict[str, Sample]) -> Iterator[Message]:
    """Name content numbers that stand in several samples."""
    holders: dict[str, list[str]] = {}
    for sample in found.values():
        for number in {label.fields["ProduceID"] or "" for label in sample.report.labels}:
            holders.setdefault(number, []).append(sample.name)
    for number, names in holders.items():
        if number and len(names) > 1:
            yield Message(
                "the content number {number} stands in several samples: {names}",
                {"number": number, "names": ", ".join(names)},
            )


def _statements(
    service: Service, samples: list[Sample], screens: list[Sample], declaration: Declaration
) -> Iterator[Statement]:
    labelled = [sample for sample in samples if sample.report.labels]
    without = [sample for sample in samples if not sample.report.labels]
    if labelled:
        places = sorted({_place(sample) for sample in labelled})
        yield Statement(wording.implicit(len(labelled), places), _passed(labelled, "implicit"))
        compared = tuple(Basis(sample.name, ("ContentProducer",)) for sample in labelled)
        yield Statement(wording.producer(declaration.names), compared)
    if len(labelled) > 1:  # one number differs from no other
        compared = tuple(Basis(sample.name, ("ProduceID",)) for sample in labelled)
        yield Statement(wording.numbers(len(labelled)), compared)
    if without:
        kinds = sorted({sample.report.format or "" for sample in without})
        basis = tuple(Basis(sample.name, (sample.report.format or "",)) for sample in without)
        yield Statement(wording.slotless(kinds), basis)
    told = wording.explicit(service.medium, len(samples), _sightings(samples))
    yield Statement(told, _passed(samples, "explicit"))
    if screens:
        texts = sorted({seen.text for seen in _sightings(screens)})
        yield Statement(wording.interface(texts), _passed(screens, "explicit"))
    if service.around:
        yield Statement(wording.around(service.around))


def _sightings(samples: Iterable[Sample]) -> list[FoundSighting]:
    return [seen for sample in samples for seen in sample.report.sightings]


def _passed(samples: Iterable[Sample], label: str) -> tuple[Basis, ...]:
    return tuple(
        Basis(
            sample.name,
            tuple(
                dict.fromkeys(
                    check.rule
                    for check in sample.report.checks
                    if check.outcome is Outcome.PASS and RULES[check.rule].label == label
                )
            ),
        )
        for sample in samples
    )


def _place(sample: Sample) -> str:
    slot = SLOTS.get(sample.report.format or "")
    label = sample.report.labels[0]
    return slot.place if slot is not None and label.official else label.location
