"""Trials of seals: what must be refused, and what must be accepted; ``make seal-proof`` runs many.

Each trial is drawn from a seeded source, so that a failure can be repeated.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import LabelSpec, VerifyOptions, label, verify
from ailabel.seal import security_data as guide
from ailabel.seal.check import check
from ailabel.seal.sign import sealed
from sealing import CODE, FIELDS, Content, signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["bit_flips", "metadata_edits", "transplants"]

_SIGNED: Final = guide.FIELDS["ReservedCode1"]
_ESSENCE: Final = bytes(range(256)) * 2
_KINDS: Final = ("essence", "field", "key", "signature", "text")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _flipped(data: bytes, source: random.Random) -> bytes:
    """Return data with one bit changed."""
    place = source.randrange(len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def bit_flips(algorithm: str, count: int, seed: int) -> Iterator[str]:
    """Flip one bit of content, of a signed value, of the key, of a signature, or of the field.

    Yields:
        What was accepted though it had been changed; nothing, where seals hold.
    """
    source = random.Random(seed)
    value = sealed(FIELDS, _digest(_ESSENCE), signer(algorithm), time="2026-11-22T21:00:00Z")
    fields = {**FIELDS, "ReservedCode1": value}
    assert check(fields, Content(_digest(_ESSENCE))).is_whole
    held = guide.parse(value)
    assert held is not None
    assert held.label is not None
    assert held.bound is not None
    assert held.label.key is not None
    parts = {"key": (held.label.key,), "signature": (held.label.signature, held.bound.signature)}
    for number in range(count):
        kind = _KINDS[number % len(_KINDS)]
        essence, changed = _ESSENCE, dict(fields)
        if kind == "essence":
            essence = _flipped(_ESSENCE, source)
        elif kind == "field":
            name = source.choice(_SIGNED)
            changed[name] = _text(_flipped((fields[name] or "").encode(), source))
        elif kind == "text":
            changed["ReservedCode1"] = _text(_flipped(value.encode(), source))
        else:
            part = source.choice(parts[kind])
            changed["ReservedCode1"] = value.replace(part.hex(), _flipped(part, source).hex())
        if check(changed, Content(_digest(essence))).is_whole:
            yield f"{kind}: {changed}"


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def transplants(count: int, seed: int) -> Iterator[str]:
    """Move labels of one signer to other content: whole, or their halves joined.

    Yields:
        What was accepted though it stood elsewhere.
    """
    source = random.Random(seed)
    maker = signer("ed25519")
    contents = [source.randbytes(64) for _ in range(100)]
    labels: list[dict[str, str | None]] = []
    for number, content in enumerate(contents):
        fields = {**FIELDS, "ProduceID": f"n-{number}"}
        fields["ReservedCode1"] = sealed(fields, _digest(content), maker)
        labels.append(fields)
    for number in range(count):
        one, other = source.sample(range(len(labels)), 2)
        moved = labels[one]
        if number % 2:
            moved = {
                **moved,
                "ReservedCode1": _joined(labels[one], labels[other], maker.public_key),
            }
        if check(moved, Content(_digest(contents[other]))).is_whole:
            yield f"{one} on {other}"


def _joined(one: Mapping[str, str | None], other: Mapping[str, str | None], spki: bytes) -> str:
    """Return a field with the label's half of one seal and the content's half of another."""
    first, second = (guide.parse(item["ReservedCode1"] or "") for item in (one, other))
    assert first is not None
    assert second is not None
    assert first.label is not None
    assert second.bound is not None
    assert second.binding is not None
    halves = (first.label.signature, second.bound.signature)
    return guide.encode(first.label.algorithm, spki, halves, second.binding.text)


# -- edits of metadata -----------------------------------------------------------------------------


def metadata_edits(samples: Path, count: int, seed: int) -> Iterator[str]:
    """Let ExifTool, mutagen and FFmpeg change other metadata of signed files.

    Yields:
        Which tool made a seal fail on which file.
    """
    source = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        signed = dict(_signed(samples, Path(folder)))
        tools = [(tool, name) for tool, names in _TOOLS.items() for name in names]
        for number in range(count):
            tool, name = tools[number % len(tools)]
            copy = Path(folder) / f"edited-{name}"
            shutil.copy(signed[name], copy)
            words = "".join(source.choices("abcdefghij 标题", k=source.randrange(1, 400)))
            _EDITS[tool](copy, words.strip() or "x", source)
            report = verify(copy, VerifyOptions(explicit=False))
            if [seal.is_whole for seal in report.seals] != [True]:
                yield f"{tool} on {name}: {report.seals or 'no seal'}"


def _signed(samples: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    spec = LabelSpec(producer=CODE, explicit=False, signer=signer("ed25519"))
    for name, place in _SAMPLES.items():
        path = folder / name
        shutil.copy(samples / place, path)
        label(path, spec)
        yield name, path


_SAMPLES: Final = {
    "a.png": "pictures/landscape.png",
    "a.jpg": "pictures/landscape.jpg",
    "a.mp3": "sounds/murmur.mp3",
    "a.flac": "sounds/bell.flac",
    "a.mp4": "films/flight.mp4",
}
_TOOLS: Final = {
    "exiftool": ("a.png", "a.jpg", "a.mp4"),
    "mutagen": ("a.mp3", "a.flac", "a.mp4"),
    "ffmpeg": ("a.mp3", "a.flac", "a.mp4"),
}


def _exiftool(path: Path, words: str, source: random.Random) -> None:
    kinds: tuple[str, ...] = (
        "Artist",
        "XMP-dc:Title",
        "XMP-dc:Rights",
        "Comment",
        "XMP-dc:Description",
    )
    if path.suffix == ".mp4":
        kinds = ("XMP-dc:Title", "XMP-dc:Rights", "ItemList:Title", "ItemList:Comment")
    edit = f"-{source.choice(kinds)}={words}"
    command = ("exiftool", "-q", "-overwrite_original", "-charset", "utf8", edit, str(path))
    subprocess.run(command, check=True, capture_output=True)


def _mutagen(path: Path, words: str, source: random.Random) -> None:
    from mutagen import File

    file = File(path, easy=True)
    file[source.choice(("title", "artist", "album"))] = words
    file.save()


def _ffmpeg(path: Path, words: str, source: random.Random) -> None:
    target = path.with_name(f"remuxed{path.suffix}")
    key = source.choice(("title", "artist", "comment"))
    flags = ("-movflags", "use_metadata_tags") if path.suffix == ".mp4" else ()
    command = ("ffmpeg", "-v", "error", "-y", "-i", str(path), "-map", "0", "-c", "copy")
    edit = ("-metadata", f"{key}={words}", *flags, str(target))
    subprocess.run((*command, *edit), check=True, capture_output=True)
    target.replace(path)


_EDITS: Final[dict[str, Callable[[Path, str, random.Random], None]]] = {
    "exiftool": _exiftool,
    "mutagen": _mutagen,
    "ffmpeg": _ffmpeg,
}
