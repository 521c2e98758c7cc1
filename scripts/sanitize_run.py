"""Run the C code over damaged scans and streams, under the compiler's sanitizers.

``python scripts/sanitize_run.py [ROUNDS]``: so many damaged copies of each of some hundred inputs.
"""

from __future__ import annotations

import io
import random
import subprocess
import sys
import tempfile
import zlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageFilter

from ailabel.codecs import jpeg, jpeg_scan
from ailabel.io.source import BytesView

if TYPE_CHECKING:
    from collections.abc import Iterator

NATIVE: Final = Path(__file__).resolve().parents[1] / "native"
_SANITIZERS: Final = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_WARNINGS: Final = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
_ROUNDS: Final = 300


def main() -> None:
    """Compile, make the inputs, run."""
    rounds = sys.argv[1] if len(sys.argv) > 1 else str(_ROUNDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = [str(path) for path in sorted(NATIVE.glob("*.c")) if "module" not in path.name]
        program = str(folder / "fuzz")
        subprocess.run(
            ["cc", "-std=c11", *_SANITIZERS, *_WARNINGS, *sources, "-o", program], check=True
        )
        paths = []
        for number, data in enumerate((*_scans(), *_streams(), *_files())):
            paths.append(str(folder / f"{number:03}"))
            Path(paths[-1]).write_bytes(data)
        sys.exit(subprocess.run([program, rounds, *paths], check=False).returncode)


def _numbers(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


def _scans() -> Iterator[bytes]:
    """Yield JPEG scans of several kinds, described as `native/fuzz.c` reads them."""
    noise = Image.effect_noise((150, 100), 50).filter(ImageFilter.GaussianBlur(1))
    colour = Image.merge(
        "RGB", [noise, noise.rotate(180), Image.linear_gradient("L").resize(noise.size)]
    )
    for picture in (noise, colour, colour.convert("CMYK")):
        for quality in (30, 90):
            for options in (
                {"subsampling": 0},
                {"subsampling": 1, "restart_marker_blocks": 5},
                {"subsampling": 2, "optimize": True},
                {"subsampling": 2, "restart_marker_rows": 1},
            ):
                out = io.BytesIO()
                picture.save(out, "JPEG", quality=quality, **options)
                yield from _jobs(out.getvalue())


def _jobs(data: bytes) -> Iterator[bytes]:
    view = BytesView(data)
    *header, first = jpeg.segments(view)
    whole = (*header, first, *jpeg.scans(view, first))
    (scan,) = jpeg_scan.scans(view, whole, jpeg.find_frame(view))
    for box in (
        (0, 0, 1, 1),
        (scan.across // 2, scan.down // 2, scan.across, scan.down),
        (1, 1, scan.across - 1, scan.down - 1),
    ):
        yield _job(view, scan, box)


def _job(view: BytesView, scan: jpeg_scan.Scan, box: tuple[int, int, int, int]) -> bytes:
    parts = [b"J", _numbers(scan.across, scan.down, scan.interval, len(scan.parts), *box)]
    for part in scan.parts:
        steps = [int.from_bytes(part.quantisers[at : at + 2], "big") for at in range(0, 128, 2)]
        parts.append(_numbers(*scan.blocks(part), part.dc, part.ac, *steps))
    for table in scan.tables:
        parts += (_numbers(len(table)), table)
    return b"".join((*parts, view.read(scan.offset, scan.length)))


def _streams() -> Iterator[bytes]:
    """Yield zlib streams of several kinds, likewise."""
    chance = random.Random(1)  # noqa: S311 - the same inputs each time
    pictures = (
        bytes(90_000),
        chance.randbytes(70_000),
        bytes(chance.choice(b"abcdeeeeee") for _ in range(120_000)),
        b"".join(bytes([level]) * 7 + b"row" for level in range(256)) * 40,
    )
    for raw in pictures:
        for level, strategy in (
            (0, 0),
            (1, 0),
            (9, 0),
            (6, zlib.Z_HUFFMAN_ONLY),
            (6, zlib.Z_FIXED),
        ):
            coder = zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
            data = coder.compress(raw) + coder.flush()
            for first, last in ((0, 100), (len(raw) // 3, len(raw) // 2), (len(raw) - 9, len(raw))):
                room = min(len(raw), last + (1 << 15))
                yield b"Z" + _numbers(2, 999, room, first, last) + data


def _files() -> Iterator[bytes]:
    """Yield files that are walked by their headers."""
    sys.path.insert(0, str(NATIVE.parent / "tests"))
    for name in ("png", "jpeg", "opus", "mkv"):
        for _, data in import_module(f"builders.{name}").samples():
            yield b"W" + data


if __name__ == "__main__":
    main()
