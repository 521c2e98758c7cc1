"""Damage 1,000 copies of the samples of each format; only an `AilabelError` may come of it."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.testing import LawBroken, check_total

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
_COUNT: Final = 1000


def main() -> None:
    """Run it; exit 1 when anything else was raised."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _COUNT
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004 - second argument
    sys.path.insert(0, str(ROOT / "tests"))
    broken = 0
    for found in registry.formats():
        samples = list(_samples(found.id, found.suffixes))
        share = -(-count // len(samples))
        begin = time.process_time()
        for index, (name, data) in enumerate(samples):
            try:
                check_total(
                    registry.carrier_of(found.id), name, data, count=share, seed=seed * 1000 + index
                )
            except LawBroken as error:
                broken += 1
                print(f"{found.id}: {error}\n    {error.__cause__!r}")
        seconds = time.process_time() - begin
        print(f"{found.id:<9} {share * len(samples):>6} damaged files, {seconds:.1f} CPU s")
    sys.exit(1 if broken else 0)


def _samples(format_id: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield the builder's files and the real samples of a format."""
    yield from import_module(f"builders.{format_id}").samples()
    for path in sorted((ROOT / "samples").rglob("*")):
        if path.suffix in suffixes:
            yield path.name, path.read_bytes()


if __name__ == "__main__":
    main()
