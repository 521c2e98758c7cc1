"""What ``make ledger-proof`` proves at length, in small."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from corpus import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_kills_and_clocks(tmp_path: Path) -> None:
    """No acknowledged row is lost, the chain stays whole, and no number is made twice."""
    script = ROOT / "scripts" / "ledger_proof.py"
    done = subprocess.run(
        [sys.executable, script, "kills=4", "numbers=300"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills: 4 (seed 1)" in done.stdout
    assert "0 twice" in done.stdout
