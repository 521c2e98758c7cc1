"""Where the real-world files stand, outside the repository; tests that need them skip without."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
CORPUS: Final = ROOT.parent / "shared" / "corpus"
needs_corpus: Final = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
