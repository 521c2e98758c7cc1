"""The laws L0 to L7 on every format of the registry, with every sample there is."""

from __future__ import annotations

from importlib import import_module

import pytest

from ailabel import registry
from ailabel.testing import check_carrier
from every import carrier_for, cases, sample_files

_SAMPLES = dict(sample_files())


@pytest.mark.parametrize("format_id", [item.id for item in registry.formats()])
def test_every_format_has_a_builder(format_id: str) -> None:
    """A format of the registry without hand-made samples is not tested, and that is a failure."""
    samples = list(import_module(f"builders.{format_id}").samples())
    assert len({name for name, _ in samples}) == len(samples) >= 2
    assert all(isinstance(data, bytes) for _, data in samples)


@pytest.mark.parametrize("case", list(cases()))
def test_the_laws_hold_on_what_the_builders_make(case: str) -> None:
    """Claim, round trip, idempotence, losslessness, no history, one label, totality."""
    format_id, name = case.split("/", 1)
    check_carrier(registry.carrier_of(format_id), name, cases()[case])


@pytest.mark.parametrize("name", list(_SAMPLES))
def test_the_laws_hold_on_the_sample_files(name: str) -> None:
    """Real files obey the same laws as hand-made ones."""
    data = _SAMPLES[name]
    check_carrier(carrier_for(name, data), name.rsplit("/", maxsplit=1)[-1], data)
