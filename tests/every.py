"""Every file that stands for a format: the builders' samples, and the real files of samples/."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.io.source import BytesView
from corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.spi import Carrier

__all__ = ["SAMPLES", "carrier_for", "cases", "sample_files"]

SAMPLES: Final = ROOT / "samples"
_MEDIA: Final = ("documents", "films", "pictures", "sounds", "texts")


@lru_cache(maxsize=1)
def cases() -> dict[str, bytes]:
    """Return every builder's samples by ``format/name``.

    A format without a builder has none; `test_conformance` fails for it by name.
    """
    found: dict[str, bytes] = {}
    for item in registry.formats():
        if find_spec(f"builders.{item.id}") is None:
            continue
        for name, data in import_module(f"builders.{item.id}").samples():
            found[f"{item.id}/{name}"] = data
    return found


def sample_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of samples/ by ``folder/name``."""
    for medium in _MEDIA:
        for path in sorted((SAMPLES / medium).iterdir()):
            yield f"{medium}/{path.name}", path.read_bytes()


def carrier_for(name: str, data: bytes) -> Carrier:
    """Return the carrier that claims a file."""
    return registry.carrier_of(registry.detect(BytesView(data, name)).format.id)
