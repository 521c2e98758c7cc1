"""``python -m make_repository FOLDER``: a git repository to try the gate on, and what is in it.

FOLDER gets the files and their configuration, committed; FOLDER.json says of each file which rules
must stop it, which must at least be told, and what is wrong with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from make_repository.faults import (
    FAULTS,
    PLATFORM,
    PRODUCER,
    Maker,
    generated_elsewhere,
    plain,
    shown_picture,
)
from make_repository.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIGURATION: Final = f"""\
# What the gate is told of this repository: ailabel check

producer = "{PRODUCER}"

[[paths]]
match = ["ai/**"]
ai = true
explicit = "off"              # pictures, sounds and films are looked at in shown/ alone

[[paths]]
match = ["ai/texts/**", "ai/documents/**"]
explicit = "required"

[[paths]]
match = ["shown/**"]
ai = true
explicit = "required"
deep = true                   # look at the pixels

[[paths]]
match = ["passed/**"]
ai = true
explicit = "off"
role = "propagator"
propagator = "{PLATFORM}"

[[paths]]
match = ["people/**"]
ai = false

[[paths]]
match = ["incoming/**"]
ai = "unknown"
"""
_SHOWN: Final = {  # kind of picture: the rule that it breaks
    "none": "GAT-002",
    "small": "EXP-I3",
    "inside": "EXP-I2",
    "mute": "GAT-002",
}
_PASSED: Final = {  # what the propagator wrote: whether it is right
    "right": {"ContentPropagator": PLATFORM, "PropagateID": "p-1"},
    "missing": {"ContentPropagator": "", "PropagateID": ""},
    "another": {"ContentPropagator": "别的平台", "PropagateID": "p-1"},
}
_FEW: Final = 4  # of each kind that is looked at, which takes half a second a picture

File = tuple[str, bytes, dict[str, object]]


def _made() -> Iterator[tuple[bool, File]]:
    """Yield files that were made with AI, and whether they are right, without end."""
    makers = [
        (folder, Maker(suffix, explicit=folder in {"texts", "documents"}))
        for folder, suffixes in SOURCES.items()
        for suffix in suffixes
    ]
    known = {
        maker.suffix: [fault for fault in FAULTS if fault.make(maker, 0) is not None]
        for _, maker in makers
    }
    for number in count():
        folder, maker = makers[number % len(makers)]
        name = f"ai/{folder}/{number:04}"
        yield True, (f"{name}.{maker.suffix}", maker.right(number), {"stops": []})
        faults = known[maker.suffix]
        fault = faults[number // len(makers) % len(faults)]
        data = fault.make(maker, number)
        if data is not None:
            facts: dict[str, object] = {"stops": [fault.rule], "fault": fault.name}
            yield False, (f"{name}-{fault.name}.{maker.suffix}", data, facts)


def _others() -> Iterator[tuple[bool, File]]:
    """Yield a few files of every other kind."""
    maker = Maker("png", explicit=False)
    for number in range(_FEW):
        yield True, (f"shown/{number}.png", shown_picture("right", number), {"stops": []})
        for kind, rule in _SHOWN.items():
            facts: dict[str, object] = {"stops": [rule], "fault": kind}
            yield False, (f"shown/{number}-{kind}.png", shown_picture(kind, number), facts)
        for kind, fields in _PASSED.items():
            data = maker.holding(maker.payload(number, **fields))
            facts = {"stops": ["GAT-004"], "fault": kind} if kind != "right" else {"stops": []}
            yield kind == "right", (f"passed/{number}-{kind}.png", data, facts)
        for suffix, data in plain(number):
            yield True, (f"people/{number}.{suffix}", data, {"stops": []})
            yield True, (f"other/{number}.{suffix}", data, {"stops": []})
        told: dict[str, object] = {"stops": [], "told": ["GAT-005"], "fault": "declared wrongly"}
        yield False, (f"people/{number}-labelled.png", maker.right(9000 + number), told)
        told = {"stops": [], "told": ["GAT-006"], "fault": "not declared"}
        yield False, (f"other/{number}-labelled.png", maker.right(9100 + number), told)
        told = {"stops": [], "told": ["GAT-007"], "fault": "not declared"}
        yield False, (f"other/{number}-traced.png", generated_elsewhere(number), told)
        told = {"stops": [], "told": ["GAT-008"]}
        yield True, (f"incoming/{number}.png", generated_elsewhere(100 + number), told)


def _files(total: int) -> Iterator[File]:
    """Yield as many files, half of them wrong."""
    left = {True: total // 2, False: total - total // 2}
    for source in (_others(), _made()):
        for right, file in source:
            if left[right]:
                left[right] -= 1
                yield file
            if not any(left.values()):
                return


def make(folder: Path, total: int) -> dict[str, dict[str, object]]:
    """Make the repository; return what is expected of each file."""
    expected = {}
    for name, data, facts in _files(total):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        expected[name] = facts
    (folder / ".ailabel.toml").write_text(_CONFIGURATION, encoding="utf-8")
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["commit", "-q", "-m", "site: what is to be published"],
    ):
        _git(folder, *command)
    return expected


def _git(folder: Path, *arguments: str) -> None:
    """Run git without anybody's configuration."""
    names = {
        f"GIT_{who}_{what}": "demo" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    nowhere = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "core.autocrlf=false", *arguments]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, **names, **nowhere})


def main() -> None:
    """Make it where the command line says."""
    parser = argparse.ArgumentParser(description="Make a repository to try the gate on.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=500)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True)
    expected = make(arguments.folder, arguments.files)
    beside = arguments.folder.with_name(arguments.folder.name + ".json")
    beside.write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    wrong = sum(1 for facts in expected.values() if facts["stops"] or facts.get("fault"))
    print(f"{arguments.folder}: {len(expected)} files, {wrong} of them with something to find")


if __name__ == "__main__":
    main()
