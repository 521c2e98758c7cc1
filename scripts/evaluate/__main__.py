"""``python -m evaluate [SECTION...] [--sample N]``: measure what the verifier sees and hears.

Every section is a module of this folder that binds ``SECTION``. Results are kept in
``.cache/evaluate`` as they come, under a key of the code that was measured, so that a run that was
broken off goes on where it stood; a full run writes its section of ``benchmarks/EXPLICIT.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evaluate.sources import CACHE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluate.section import Row, Section

ROOT: Final = Path(__file__).resolve().parents[2]
REPORT: Final = ROOT / "benchmarks" / "EXPLICIT.md"
SECTIONS: Final = (
    "pictures",
    "films",
    "sounds",
    "documents",
)  # modules of this folder, in the order of the report
_HEAD: Final = """# What the verifier sees and hears

Made by `make evaluate`: generated content of known truth, so that every figure can be made again.
"Review" counts as not found. What a section was tuned on is disjoint from what it is scored on.
"""


def main() -> None:
    """Run the sections that are named, or all."""
    parser = argparse.ArgumentParser(prog="evaluate")
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], default=[])
    parser.add_argument("--sample", type=int, help="run so many cases only, and write no report")
    parser.add_argument("--kept", action="store_true", help="report what is kept, and run no more")
    parser.add_argument("--part", help="I/N: run every N-th case from the I-th on, and no report")
    asked = parser.parse_args()
    for name in asked.sections or SECTIONS:
        section: Section = import_module(f"evaluate.{name}_score").SECTION
        keys = section.keys()
        if asked.sample is not None:
            keys = keys[:: max(1, len(keys) // asked.sample)][: asked.sample]
        if asked.part is not None:  # several processes fill one file, then a run without reports
            first, step = map(int, asked.part.split("/"))
            _rows(name, section, keys[first::step])
            continue
        if asked.kept:
            done = _kept(name, section)
            keys = [key for key in keys if key in done]
        text = section.report(_rows(name, section, keys))
        print(text)
        if asked.sample is None:
            _write(name, text)


def _rows(name: str, section: Section, keys: Sequence[str]) -> list[Row]:
    """Return the results of some cases, those that are kept from an earlier run included."""
    kept = _kept(name, section)
    path = _file(name, section)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        for count, key in enumerate(keys):
            if key not in kept:
                kept[key] = section.run(key)
                out.write(json.dumps(kept[key], ensure_ascii=False) + "\n")
                out.flush()
            if count % 50 == 0:
                print(f"{name}: {count} of {len(keys)}", flush=True)
    return [kept[key] for key in keys]


def _kept(name: str, section: Section) -> dict[str, Row]:
    """Return the results that are kept from earlier runs of the same code."""
    path = _file(name, section)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {row["id"]: row for row in map(json.loads, lines)}


def _file(name: str, section: Section) -> Path:
    return CACHE / f"{name}-{_fingerprint(section.sources)}.jsonl"


def _fingerprint(patterns: Sequence[str]) -> str:
    """Return a key of all code that a section's results depend on."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _write(name: str, text: str) -> None:
    """Put a section into the report, in place of what stands there."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    whole = REPORT.read_text(encoding="utf-8") if REPORT.exists() else _HEAD
    piece = f"{begin}\n{text.strip()}\n\n{end}"
    found = re.search(f"{re.escape(begin)}.*?{re.escape(end)}", whole, re.DOTALL)
    if found:
        whole = whole[: found.start()] + piece + whole[found.end() :]
    else:
        whole = f"{whole.rstrip()}\n\n{piece}"
    REPORT.write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
