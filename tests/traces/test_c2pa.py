"""Finding C2PA manifests, and leaving files that carry one alone."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest

import ailabel
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.traces.c2pa import find_manifest
from builders import docx, jpeg, mp3, png, wav, webp
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator

STORE = bytes.fromhex("6332706100110010800000aa00389b71")
SPEC = ailabel.LabelSpec(producer="001191110102MACQD9K64010000", explicit=False)


def jumbf() -> bytes:
    """Return a manifest store without manifests."""
    described = STORE + b"\x03c2pa\0"
    inner = struct.pack(">I", len(described) + 8) + b"jumd" + described
    return struct.pack(">I", len(inner) + 8) + b"jumb" + inner


def with_chunk(data: bytes) -> bytes:
    """Put a caBX chunk behind a PNG's header."""
    body = jumbf()
    check = zlib.crc32(b"caBX" + body)
    chunk = struct.pack(">I", len(body)) + b"caBX" + body + struct.pack(">I", check)
    return data[:33] + chunk + data[33:]


def with_segment(data: bytes) -> bytes:
    """Put an APP11 segment behind a JPEG's start."""
    body = b"JP\0\x01\0\0\0\x01" + jumbf()
    return data[:2] + b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body + data[2:]


def with_riff_chunk(data: bytes) -> bytes:
    """Append a C2PA chunk to a RIFF file."""
    body = jumbf()
    grown = data + wav.chunk(b"C2PA", body)
    return grown[:4] + struct.pack("<I", len(grown) - 8) + grown[8:]


def with_frame(data: bytes) -> bytes:
    """Put an ID3 tag with a GEOB frame before a sound."""
    body = b"\0application/c2pa\0\0c2pa\0" + jumbf()
    frame = b"GEOB" + struct.pack(">I", len(body)) + b"\0\0" + body
    size = len(frame)
    lengths = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\x03\0\0" + lengths + frame + data


def with_member(data: bytes) -> bytes:
    """Add the member that holds a package's manifest."""
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("META-INF/content_credential.c2pa", jumbf())
    return target.getvalue()


def first(samples: Iterator[tuple[str, bytes]]) -> bytes:
    """Return the first sample of a builder."""
    return next(samples)[1]


CASES = {
    "a.png": with_chunk(first(png.samples())),
    "a.jpg": with_segment(first(jpeg.samples())),
    "a.wav": with_riff_chunk(wav.file(wav.FORMAT, wav.DATA)),
    "a.webp": with_riff_chunk(first(webp.samples())),
    "a.mp3": with_frame(mp3.SILENCE * 4),
    "a.docx": with_member(first(docx.samples())),
}


@pytest.mark.parametrize("name", CASES)
def test_a_manifest_is_found_and_the_file_left_alone(name: str) -> None:
    """Labelling is refused with the reason, unless the user accepts that the manifest breaks."""
    data = CASES[name]
    assert ailabel.read_bytes(data, name=name).error is None
    with pytest.raises(PlanError, match="C2PA manifest"):
        ailabel.label_bytes(data, SPEC, name=name)
    spec = ailabel.LabelSpec(producer=SPEC.producer, explicit=False, break_c2pa=True)
    assert ailabel.label_bytes(data, spec, name=name).status == "labelled"


@pytest.mark.parametrize("name", CASES)
def test_files_without_a_manifest_are_labelled(name: str) -> None:
    """The same bytes with another type are no manifest."""
    data = CASES[name].replace(STORE, bytes(16)).replace(b"caBX", b"caBY")
    data = data.replace(b"C2PA", b"C2PB").replace(b"application/c2pa", b"application/none")
    data = data.replace(b"credential.c2pa", b"credential.none")
    found = find_manifest(BytesView(data, name), ailabel.read_bytes(data, name=name).format or "")
    assert found is None


@needs_corpus
def test_a_real_manifest_is_found() -> None:
    """The picture of a real service carries one."""
    data = (CORPUS / "traces" / "chatgpt-1.png").read_bytes()
    assert find_manifest(BytesView(data, "a.png"), "png") == "caBX"
