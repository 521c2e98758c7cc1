"""What a single file costs, in process and as a command: labels seen and unseen, start-up."""

from __future__ import annotations

import io
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

import ailabel
from benchmarks import fixtures
from benchmarks.peers import EXIFTOOL_CONFIG
from benchmarks.timing import Contestant, Result, command, race
from benchmarks.writing import copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["CASES"]

_PRODUCER: Final = "001191350100M000100Y4310000"
_PYTHON: Final = sys.executable
_SCRIPT: Final = str(Path(_PYTHON).parent / "ailabel")


def in_process(folder: Path) -> Iterator[Result]:
    """Label 4.5 MB files in process, against copying them with a rename."""
    for suffix, source in fixtures.large(folder).items():
        for durable in (False, True):
            yield _one_in_process(source, folder / f"out.{suffix}", durable=durable)


def _one_in_process(source: Path, target: Path, *, durable: bool) -> Result:
    spec = ailabel.LabelSpec(producer=_PRODUCER, explicit=False, durable=durable)
    contestants = [
        Contestant("copy + rename", lambda: copy(source, target, durable=durable), _gone(target)),
        Contestant("ailabel", lambda: ailabel.label(source, spec, output=target), _gone(target)),
    ]
    if source.suffix == ".mp3" and not durable:
        name = "mutagen (in place, not atomic)"
        contestants.append(Contestant(name, lambda: _mutagen(target), _fresh(source, target)))
    rows = race(contestants, 15)
    size, flush = source.stat().st_size / 1e6, "flushed" if durable else "not flushed"
    return Result(
        f"implicit label, {size:.1f} MB {source.suffix[1:]}, in process, {flush}",
        rows,
        [("wall: ailabel / copy + rename", rows[1].wall / rows[0].wall, "≤ 1.5")],
    )


def against_exiftool(folder: Path) -> Iterator[Result]:
    """Label one file with a whole process, against ExifTool writing the same property."""
    config = folder / "exiftool.config"
    config.write_text(EXIFTOOL_CONFIG)
    spec = ailabel.LabelSpec(producer=_PRODUCER)
    payload = ailabel.AigcRecord(
        label=spec.label, content_producer=_PRODUCER, produce_id="0" * 36, propagate_id="0" * 36
    )
    from ailabel.standard.schema import encode

    for suffix in ("jpg", "png"):
        source, target = folder / f"large.{suffix}", folder / f"out.{suffix}"
        exiftool = (
            "exiftool",
            "-config",
            str(config),
            "-fast",
            "-q",
            f"-XMP-TC260:AIGC={encode(payload)}",
        )
        contestants = [
            Contestant(
                "exiftool -fast", command(*exiftool, "-o", str(target), str(source)), _gone(target)
            ),
            Contestant(
                "ailabel label",
                command(
                    _SCRIPT, "label", str(source), "-o", str(target), "--implicit-only",
                    "--producer", _PRODUCER,
                ),
                _gone(target),
            ),
        ]  # fmt: skip
        rows = race(contestants)
        yield Result(
            f"implicit label, {suffix}, one process",
            rows,
            [("cpu: exiftool / ailabel", rows[0].cpu / rows[1].cpu, "≥ 3")],
        )


def start_up(folder: Path) -> Iterator[Result]:
    """Start the command line, against the smallest click program."""
    bare = folder / "bare.py"
    bare.write_text(
        "import click\n@click.group()\n@click.version_option('1')\ndef cli(): pass\ncli()\n"
    )
    rows = race(
        [
            Contestant("bare click --version", command(_PYTHON, str(bare), "--version")),
            Contestant("ailabel --version", command(_SCRIPT, "--version")),
        ],
        21,
    )
    yield Result("start-up", rows, [("cpu: ailabel / click", rows[1].cpu / rows[0].cpu, "≤ 1.3")])


def pictures(folder: Path) -> Iterator[Result]:
    """Draw the visible label on 12 megapixels, read-back included, against Pillow.

    Baseline JPEG and PNG are spliced by the compiled extension; progressive JPEG, and either
    without the extension, is coded anew as a whole.
    """
    picture = fixtures.photo(fixtures.TWELVE_MEGAPIXELS)
    for title, kind, options, with_native, aim in (
        ("JPEG", "JPEG", {"quality": 88}, True, 3.0),
        ("PNG", "PNG", {}, True, 25.0),
        ("progressive JPEG", "JPEG", {"quality": 88, "progressive": True}, True, 1 / 1.6),
        ("JPEG, without the extension", "JPEG", {"quality": 88}, False, 1 / 1.6),
        ("PNG, without the extension", "PNG", {}, False, 4.0),
    ):
        out = io.BytesIO()
        picture.save(out, kind, **options)  # type: ignore[arg-type]
        contestants = [
            Contestant("Pillow: open, draw, save", partial(_pillow, out.getvalue(), kind)),
            Contestant("ailabel", partial(_drawn, out.getvalue(), kind, native=with_native)),
        ]
        rows = race(contestants, 5)
        ratio = ("wall: Pillow / ailabel", rows[0].wall / rows[1].wall, f"≥ {aim:.3g}")
        yield Result(f"visible label, 12 MP {title}", rows, [ratio])
    del folder


def _mutagen(target: Path) -> None:
    from mutagen.id3 import ID3, TXXX

    tag = ID3()
    tag.add(TXXX(encoding=3, desc="AIGC", text=["{" + "x" * 300 + "}"]))
    tag.save(target)


def _drawn(data: bytes, kind: str, *, native: bool) -> bytes:
    """Draw the label, with the compiled extension or as if it were not there."""
    spec = ailabel.LabelSpec(producer=_PRODUCER)
    name = "twelve.png" if kind == "PNG" else "twelve.jpg"
    if native:
        return ailabel.label_bytes(data, spec, name=name).data
    with patch("ailabel.codecs.native.is_there", lambda: False):
        return ailabel.label_bytes(data, spec, name=name).data


def _pillow(data: bytes, kind: str) -> bytes:
    """Draw a label the usual way."""
    from PIL import Image, ImageDraw, ImageFont, JpegImagePlugin

    picture = Image.open(io.BytesIO(data))
    options: dict[str, object] = {}
    if kind == "JPEG":
        options = {
            "qtables": picture.quantization,  # type: ignore[attr-defined]
            "subsampling": JpegImagePlugin.get_sampling(picture),
            "progressive": bool(picture.info.get("progressive")),
        }
    picture.load()
    draw = ImageDraw.Draw(picture)
    draw.text((3200, 2800), "AI label", font=ImageFont.load_default(160), fill="white")
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def _gone(path: Path) -> Callable[[], None]:
    return lambda: path.unlink(missing_ok=True)


def _fresh(source: Path, target: Path) -> Callable[[], object]:
    return lambda: shutil.copyfile(source, target)


CASES: Final = (in_process, against_exiftool, start_up, pictures)
