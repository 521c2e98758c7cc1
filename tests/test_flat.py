"""Files of any size cost the same: bytes are counted that are read, and memory that is taken."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from builders.giants import GIANTS, make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB: Final = 1 << 20
GIB: Final = 1 << 30
SPEC: Final = ailabel.LabelSpec(
    producer="001191350100M000100Y4310000", explicit=False, durable=False, produce_id="number-1"
)
PEAK: Final = """
import sys
import ailabel, ailabel.engine.execute, ailabel.engine.plan

def peak():  # of this program alone: ru_maxrss would keep what its parent used before exec
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])

spec = ailabel.LabelSpec(producer=sys.argv[2], explicit=False, durable=False)
start = peak()
ailabel.label(sys.argv[1], spec)
implicit = ailabel.VerifyOptions(explicit=False)
assert ailabel.verify(sys.argv[1], implicit).implicit.value == "compliant"
print(peak() - start)
"""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the lengths of everything that is read through a view."""
    lengths: list[int] = []
    read = os.pread

    def count(fd: int, length: int, offset: int) -> bytes:
        data = read(fd, length, offset)
        lengths.append(len(data))
        return data

    monkeypatch.setattr(os, "pread", count)
    return lengths


def _verify(path: Path) -> None:
    ailabel.verify(path, ailabel.VerifyOptions(explicit=False))


def _label(path: Path) -> None:
    ailabel.label(path, SPEC, output=path.with_stem("labelled"))
    path.with_stem("labelled").unlink()


@pytest.mark.parametrize(
    ("act", "most"),
    [(_verify, 2 * MIB + 50_000), (_label, 50_000)],  # without a label, both ends are searched
)
@pytest.mark.parametrize("suffix", GIANTS)
def test_two_gibibytes_are_read_like_two_mebibytes(
    tmp_path: Path, counted: list[int], suffix: str, act: Callable[[Path], None], most: int
) -> None:
    """Headers and tables are read, and what lies between them is sought over."""
    sums = []
    for size in (2 * MIB, 2 * GIB):
        path = tmp_path / f"{size}{suffix}"
        make(path, size)
        counted.clear()
        act(path)
        sums.append(sum(counted))
        path.unlink()
    assert sums[1] <= sums[0] + 4096
    assert sums[1] < most


@pytest.mark.parametrize("suffix", GIANTS)
def test_five_gibibytes_are_labelled_in_little_memory(tmp_path: Path, suffix: str) -> None:
    """Labelling and verifying stay within 64 MiB above the start of the program."""
    path = tmp_path / f"giant{suffix}"
    make(path, 5 * GIB)
    command = [sys.executable, "-c", PEAK, str(path), SPEC.producer]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert int(done.stdout) * 1024 < 64 * MIB
    assert path.stat().st_blocks * 512 < MIB
