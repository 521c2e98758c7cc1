"""What must hold of one foreign file that is labelled; runs in a process of its own."""

from __future__ import annotations

import hashlib
import resource
import shutil
import subprocess
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ailabel
from ailabel import registry
from ailabel.errors import AilabelError, UnsupportedFormatError
from ailabel.io.source import open_view
from ailabel.model.media import Medium
from ailabel.spi import Slot, essence_digest
from nightly.fetch import EXCEPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing import Queue

    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Carrier

__all__ = ["Outcome", "check", "work"]

SPEC: Final = ailabel.LabelSpec(
    producer="001191350100M000100Y4310000", explicit=False, durable=False, replace=True
)
_CPU: Final = (1.0, 0.2)  # seconds for any file, and for each megabyte of it
_PEAK: Final = (64 << 20, 8)  # bytes for any file, and for each byte of a document
_ADDRESS_SPACE: Final = 8 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file.

    Args:
        format: its id, or an empty string where it has none that is known.
        status: ``labelled``, ``refused``, ``unknown`` or ``defect``.
        reason: the sentence of a refusal without its values, or what the defect is.
    """

    format: str
    status: str
    reason: str = ""


def work(paths: list[Path], queue: Queue[Outcome]) -> None:
    """Check files and send what became of each."""
    # a file that would take the machine's memory fails instead
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    with tempfile.TemporaryDirectory() as name:
        for path in paths:
            queue.put(check(path, Path(name)))


def check(path: Path, folder: Path) -> Outcome:
    """Label a copy of a file and look at what came of it."""
    found = _format(path)
    if found is None:
        return Outcome(format="", status="unknown")
    target = folder / f"labelled{path.suffix}"
    begin = time.process_time()
    base = _reset_peak()
    try:
        result = ailabel.label(path, SPEC, output=target)
    except AilabelError as error:
        sentence = f"{type(error).__name__}: {error.text}"
        return Outcome(format=found.id, status="refused", reason=sentence)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return Outcome(format=found.id, status="defect", reason=f"raises {error!r}")
    seconds, peak = time.process_time() - begin, _status("VmHWM") - base
    size = path.stat().st_size
    problems = list(_problems(path, target, found, result.produce_id))
    if seconds > _CPU[0] + _CPU[1] * size / 1e6:
        problems.append(f"takes {seconds:.1f} CPU seconds for {size} bytes")
    if peak > _PEAK[0] + _PEAK[1] * (size if found.medium is Medium.DOCUMENT else 0):
        problems.append(f"takes {peak >> 20} MiB for {size} bytes")
    target.unlink()
    return Outcome(
        format=found.id, status="defect" if problems else "labelled", reason="; ".join(problems)
    )


def _format(path: Path) -> Format | None:
    with open_view(path) as view:
        try:
            found = registry.detect(view).format
        except UnsupportedFormatError:
            return None
    return found if found.has_slot else None


def _problems(path: Path, target: Path, found: Format, number: str | None) -> Iterator[str]:
    """Yield which promises are broken."""
    carrier = registry.carrier_of(found.id)
    with open_view(path) as old, open_view(target) as new:
        if _digest(carrier, old) != _digest(carrier, new):
            yield "the content is not what it was"
        slots = [item for item in carrier.read(new) if isinstance(item, Slot)]
    if len(slots) != 1 or not slots[0].official:
        yield f"{len(slots)} labels are read back"
    report = ailabel.read(target)
    if [label.fields["ProduceID"] for label in report.labels] != [number]:
        yield "another label is read back"
    again = ailabel.label(target, SPEC)
    if again.status != "already":
        yield f"labelled again it is {again.status}"
    witness = _WITNESSES.get(found.medium)
    differs = witness is not None and witness(path) != witness(target)
    if differs and _is_whole(path) and not str(path).endswith(EXCEPTIONS):
        yield "another program finds other content"


def _digest(carrier: Carrier, view: View) -> str:
    """Return the digest of the content, or why there is none: some is cut short all the same."""
    try:
        return essence_digest(carrier, view)
    except AilabelError as error:
        return error.text


def _pixels(path: Path) -> object:
    """Return what Pillow decodes, or nothing where it cannot."""
    from PIL import Image, ImageSequence

    warnings.simplefilter("ignore")
    try:
        with Image.open(path) as picture:
            frames = [frame.tobytes() for frame in ImageSequence.Iterator(picture)]
            return [hashlib.sha256(frame).digest() for frame in frames], picture.mode, picture.size
    except Exception:  # noqa: BLE001 - damaged pictures; both must then fail
        return None


def _streams(path: Path) -> object:
    """Return what FFmpeg finds in the streams, or nothing where it cannot."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        return None
    command = (ffmpeg, "-v", "quiet", "-i", str(path), "-map", "0:a?", "-map", "0:v?")
    options = ("-c", "copy", "-f", "streamhash", "-hash", "md5", "-")
    done = subprocess.run((*command, *options), capture_output=True, check=False, timeout=120)
    return done.stdout


def _is_whole(path: Path) -> bool:
    """Say whether FFmpeg decodes a file without complaint; of others it reads past the end."""
    command = ("ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-")
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return not done.returncode and not done.stderr


_WITNESSES: Final = {
    Medium.IMAGE: _pixels,
    Medium.AUDIO: _streams,
    Medium.VIDEO: _streams,
}


def _reset_peak() -> int:
    """Begin to watch the memory of this process; return what it holds now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> int:
    rows = (line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(dict(rows)[name].split()[0]) << 10
