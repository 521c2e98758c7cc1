"""The real files of samples/, labelled through the public API, and what must be read from them."""

from __future__ import annotations

import json
import subprocess
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ailabel
from corpus import ROOT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "NAMES",
    "PLACED",
    "PRODUCERS",
    "SAMPLES",
    "Demo",
    "label_all",
    "names",
    "output",
    "pairs",
    "produced",
    "record",
]

SAMPLES: Final = ROOT / "samples"
_INDEX: Final = tomllib.loads((SAMPLES / "index.toml").read_text("utf-8"))
NAMES: Final[tuple[str, ...]] = tuple(  # but for scenes, which show a label already
    row["path"] for row in _INDEX["sample"] if not row["path"].startswith("scenes/")
)
PRODUCERS: Final = {  # folder: who labels; a name puts what each container must escape to the test
    "shown": "001191350100M000100Y4310000",
    "hidden": "001191350100M000100Y4310000",
    "named": '海边\'s "Lab" <A&B> (甲) \\ 100%',
}

PLACED: Final = (
    *(".png", ".jpg", ".webp", ".wav", ".flac", ".mp3", ".mp4"),
    *(".md", ".html", ".docx", ".pdf"),
)


def names(*suffixes: str) -> list[str]:
    """Return the samples with one of these suffixes; there is always one."""
    found = [name for name in NAMES if name.endswith(suffixes)]
    assert found
    return found


def record(folder: str, name: str) -> dict[str, str]:
    """Return what must be read back: the seven keys, in the order in which annex E prints them."""
    producer, number = PRODUCERS[folder], f"oracle-{NAMES.index(name):03}"
    return {
        "Label": "1",
        "ContentProducer": producer,
        "ProduceID": number,
        "ReservedCode1": "",
        "ContentPropagator": producer,
        "PropagateID": number,
        "ReservedCode2": "",
    }


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the labelled files stand, and what the API said of each.

    Args:
        root: holds a folder ``shown`` (both labels), ``hidden`` and ``named`` (metadata only).
        results: by folder and sample.
    """

    root: Path
    results: dict[tuple[str, str], ailabel.LabelResult]

    def path(self, folder: str, name: str) -> Path:
        """Return where a labelled sample stands; the folder ``samples`` holds the originals."""
        return (SAMPLES if folder == "samples" else self.root / folder) / name


def label_all(root: Path) -> Demo:
    """Label every sample below a folder, once for each producer."""
    results = {}
    for folder, producer in PRODUCERS.items():
        for name in NAMES if folder == "shown" else names(*PLACED):
            target = root / folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            spec = ailabel.LabelSpec(
                producer=producer,
                produce_id=record(folder, name)["ProduceID"],
                explicit=folder == "shown",
                durable=False,
            )
            results[folder, name] = ailabel.label(SAMPLES / name, spec, output=target)
    return Demo(root, results)


def output(*command: str | Path) -> str:
    """Run a tool that must succeed, and return what it printed, errors included."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    printed = done.stdout.decode()
    assert done.returncode == 0, printed
    return printed


def produced(*command: str | Path) -> bytes:
    """Run a tool that must succeed without a word, and return the bytes it produced."""
    done = subprocess.run(command, capture_output=True, check=True)
    assert not done.stderr
    return done.stdout


def pairs(text: str) -> list[tuple[str, str]]:
    """Parse JSON text into its members, in order; a key that stands twice is seen twice."""
    members: list[tuple[str, str]] = json.loads(text, object_pairs_hook=list)
    return members
