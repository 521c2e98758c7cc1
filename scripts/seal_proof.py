"""Try to forge seals a million times, and to break them by honest edits of metadata.

Run as ``make seal-proof``; the trials stand in tests/forgery.py, where the test suite runs a few.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).resolve().parents[1]
_SEED: Final = 20_261_122


def main() -> None:
    """Run everything, or a share of it that is given; exit 1 where something was not as it must."""
    sys.path.insert(0, str(ROOT / "tests"))
    from forgery import bit_flips, metadata_edits, transplants

    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    trials = (
        ("bits flipped, Ed25519", 1_000_000, lambda n: bit_flips("ed25519", n, _SEED)),
        ("bits flipped, P-256", 10_000, lambda n: bit_flips("p256", n, _SEED)),
        ("bits flipped, SM2", 2_000, lambda n: bit_flips("sm2", n, _SEED)),
        ("labels moved", 10_000, lambda n: transplants(n, _SEED)),
        ("metadata edited", 1_000, lambda n: metadata_edits(ROOT / "samples", n, _SEED)),
    )
    wrong = sum(_run(name, round(count * share), make) for name, count, make in trials)
    sys.exit(bool(wrong))


def _run(name: str, count: int, make: object) -> int:
    assert callable(make)  # noqa: S101 - it is one of the above
    begin = time.process_time()
    found: Iterable[str] = make(count)
    wrong = 0
    for told in found:
        wrong += 1
        print(f"    {told}"[:400])
    seconds = time.process_time() - begin
    print(f"{name:<22} {count:>9,} tried, {wrong} wrong, {seconds:.0f} CPU s", flush=True)
    return wrong


if __name__ == "__main__":
    main()
