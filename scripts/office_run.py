"""Let LibreOffice open and save labelled documents, and epubcheck judge labelled books.

Each sample is labelled, opened by LibreOffice without a window, and saved: in its own format, and
in the other family's. What the saved file says is read back. Every labelled file must open; in its
own format the label must stay, character for character. A labelled book must get no more complaints
from epubcheck than it got before. Needs libreoffice-{writer,calc,impress}-nogui and epubcheck.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import registry
from ailabel.errors import AilabelError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.spi import Slot
from ailabel.testing import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
_EPUBCHECK: Final = "/usr/share/java/epubcheck.jar"
_PAYLOADS: Final = PAYLOADS[:3]
_OTHER: Final = {  # what a document is saved as besides its own format, by suffix
    ".docx": "odt",
    ".xlsx": "ods",
    ".pptx": "odp",
    ".odt": "docx",
    ".ods": "xlsx",
    ".odp": "pptx",
}


def main() -> None:
    """Run it; exit 1 when a document does not open or loses its label, or a book gets worse."""
    sys.path.insert(0, str(ROOT / "tests"))
    with tempfile.TemporaryDirectory() as name:
        failures = _documents(Path(name)) + _books(Path(name))
    sys.exit(1 if failures else 0)


def _documents(folder: Path) -> int:
    """Open and save every document; return how many lost their label in their own format."""
    files = list(_labelled(folder))
    failures = 0
    for suffix, other in _OTHER.items():
        mine = {path: text for path, text in files if path.suffix == suffix}
        for target in (suffix[1:], other):
            saved = _saved(folder / target / suffix[1:], target, list(mine))
            kept = sum(_label(saved / f"{path.stem}.{target}") == mine[path] for path in mine)
            opened = sum((saved / f"{path.stem}.{target}").exists() for path in mine)
            print(
                f"{suffix[1:]} to {target}: {len(mine)} files, {opened} saved, {kept} labels kept"
            )
            if target == suffix[1:]:
                failures += len(mine) - kept
            failures += len(mine) - opened
    return failures


def _labelled(folder: Path) -> Iterator[tuple[Path, str]]:
    """Write labelled copies of the samples; yield them with their labels."""
    for suffix in _OTHER:
        samples = list(import_module(f"builders.{suffix[1:]}").samples())
        named = [data for name, data in samples if name.endswith(suffix)]
        named += [path.read_bytes() for path in (ROOT / "samples").rglob(f"*{suffix}")]
        for number, data in enumerate(named):
            payload = _PAYLOADS[number % len(_PAYLOADS)]
            path = folder / f"{suffix[1:]}-{number}{suffix}"
            path.write_bytes(_write(data, path.name, payload))
            yield path, payload


def _write(data: bytes, name: str, payload: str) -> bytes:
    view = BytesView(data, name)
    carrier = registry.carrier_of(registry.detect(view).format.id)
    return apply(data, carrier.write(view, payload))


def _saved(folder: Path, target: str, files: list[Path]) -> Path:
    """Let LibreOffice open files and save them as `target`; return the folder."""
    folder.mkdir(parents=True)
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
    command += ["--convert-to", target, "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def _label(path: Path) -> str | None:
    """Return the label in the official place of a file, or None where it has none."""
    if not path.exists():
        return None
    view = BytesView(path.read_bytes(), path.name)
    try:
        found = registry.carrier_of(registry.detect(view).format.id).read(view)
    except AilabelError as error:
        print(f"{path.name}: {error}")
        return None
    slots = [item for item in found if isinstance(item, Slot)]
    return slots[0].payload if len(slots) == 1 and slots[0].official else None


def _books(folder: Path) -> int:
    """Check every book before and after; return how many got worse."""
    worse = 0
    samples = list(import_module("builders.epub").samples())
    for name, data in samples:
        counts = []
        for text in (data, _write(data, name, PAYLOADS[0])):
            path = folder / name
            path.write_bytes(text)
            counts.append(_complaints(path))
        if counts[1] > counts[0]:
            worse += 1
            print(f"{name}: {counts[0]} complaints before, {counts[1]} after")
    print(f"epub: {len(samples)} books, {worse} with more complaints than before")
    return worse


def _complaints(path: Path) -> int:
    report = path.with_suffix(".json")
    command = ["java", "-jar", _EPUBCHECK, str(path), "--json", str(report), "--quiet"]
    subprocess.run(command, check=False, capture_output=True)
    return len(json.loads(report.read_text(encoding="utf-8"))["messages"])


if __name__ == "__main__":
    main()
