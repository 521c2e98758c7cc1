"""A file of any size in each main format, whole enough for every contestant to open."""

from __future__ import annotations

import io
import random
import shutil
import struct
import subprocess
import wave
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FORMATS", "make"]

_SAMPLES: Final = Path(__file__).resolve().parents[1] / "samples"
_CLIPS: Final = {  # how a moment of noise is coded, for the formats that FFmpeg makes
    "m4a": ("-c:a", "aac", "-b:a", "320k"),
    "opus": ("-c:a", "libopus", "-b:a", "250k"),
    "mp4": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "20"),
    "mov": ("-c:v", "mjpeg", "-q:v", "2"),
    "mkv": ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "20"),
    "webm": ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "20M"),
    "avi": ("-c:v", "mjpeg", "-q:v", "2"),
}
_SOUNDS: Final = ("m4a", "opus")


def make(folder: Path, suffix: str, size: int) -> Path:
    """Make a file of about `size` bytes."""
    path = folder / f"{size}.{suffix}"
    if path.exists():
        return path
    if suffix in _CLIPS:
        _looped(folder, path, size)
    else:
        path.write_bytes(_MAKERS[suffix](size))
    return path


def _noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _jpeg(size: int) -> bytes:
    """Return the head of a photo before random coded data, as long as the coded data are."""
    data = (_SAMPLES / "pictures" / "landscape.jpg").read_bytes()
    scan = data.index(b"\xff\xda")
    scan += 2 + int.from_bytes(data[scan + 2 : scan + 4])
    return data[:scan] + _noise(size - scan).replace(b"\xff", b"\xfe") + b"\xff\xd9"


def _png(size: int) -> bytes:
    """Return random pixels, stored, in chunks of the length that Pillow writes."""
    side = int((size / 3) ** 0.5)
    rows = b"".join(b"\0" + _noise(3 * side) for _ in range(side))
    data = zlib.compress(rows, 0)
    parts = [data[at : at + 65536] for at in range(0, len(data), 65536)]
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))]
    chunks += [(b"IDAT", part) for part in parts] + [(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _webp(size: int) -> bytes:
    """Return a picture whose coded data end in noise, which no decoder reaches."""
    data = (_SAMPLES / "pictures" / "nebula.webp").read_bytes()
    length = int.from_bytes(data[16:20], "little")
    body = data[20 : 20 + length]
    body += _noise((size - len(data)) // 2 * 2 if size > len(data) else 0)
    riff = b"WEBP" + data[12:16] + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", len(riff)) + riff


def _tiff(size: int) -> bytes:
    from PIL import Image

    side = int((size / 3) ** 0.5)
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), _noise(3 * side * side)).save(out, "TIFF")
    return out.getvalue()


def _wave(size: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(_noise(size // 4 * 4))
    return out.getvalue()


def _mp3(size: int) -> bytes:
    data = (_SAMPLES / "sounds" / "murmur.mp3").read_bytes()
    return data * max(size // len(data), 1)


def _flac(size: int) -> bytes:
    """Repeat the frames of a sample; their numbers make no difference to a tag."""
    data = (_SAMPLES / "sounds" / "bell.flac").read_bytes()
    place = 4
    while not data[place] & 0x80:
        place += 4 + int.from_bytes(data[place + 1 : place + 4])
    place += 4 + int.from_bytes(data[place + 1 : place + 4])
    return data[:place] + data[place:] * max(size // len(data), 1)


def _pdf(size: int) -> bytes:
    """Return a page with one large stream, as a scanned picture is."""
    noise = _noise(size)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>",
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length %d >>\nstream\n%b\nendstream"
        % (len(noise), noise),
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 5\n0000000000 65535 f \n%btrailer\n<< /Size 5 /Root 1 0 R >>\n" % table
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % out.rindex(b"xref\n0 5")


def _docx(size: int) -> bytes:
    """Return the sample report with one more picture, stored."""
    out = io.BytesIO((_SAMPLES / "documents" / "report.docx").read_bytes())
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("word/media/picture.jpg", _noise(size))
    return out.getvalue()


def _looped(folder: Path, path: Path, size: int) -> None:
    """Let FFmpeg code a moment of noise, and repeat its packets."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise FileNotFoundError("ffmpeg")
    suffix = path.suffix[1:]
    clip = folder / f"clip.{suffix}"
    sound, picture = "anoisesrc=d=1:r=48000", "testsrc2=d=0.4:s=160x120,noise=alls=60:allf=t"
    quiet = (ffmpeg, "-v", "error", "-y")
    if not clip.exists():
        source = sound if suffix in _SOUNDS else picture
        command = [*quiet, "-f", "lavfi", "-i", source, *_CLIPS[suffix], str(clip)]
        subprocess.run(command, check=True)
    loops = str(max(size // clip.stat().st_size - 1, 0))
    command = [*quiet, "-stream_loop", loops, "-i", str(clip), "-c", "copy", str(path)]
    subprocess.run(command, check=True)


_MAKERS: Final[dict[str, Callable[[int], bytes]]] = {
    "jpg": _jpeg,
    "png": _png,
    "webp": _webp,
    "tiff": _tiff,
    "wav": _wave,
    "mp3": _mp3,
    "flac": _flac,
    "pdf": _pdf,
    "docx": _docx,
}
FORMATS: Final = (
    *("jpg", "png", "webp", "tiff", "wav", "mp3", "flac", "m4a", "opus"),
    *("mp4", "mov", "mkv", "webm", "avi", "pdf", "docx"),
)
