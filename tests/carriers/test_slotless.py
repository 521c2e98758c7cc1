"""Formats without a place for metadata: claimed by their content or suffix, never labelled."""

from __future__ import annotations

import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from ailabel import Verdict, registry, testing
from ailabel.carriers import slotless, slotless_text
from ailabel.errors import PlanError, UnsupportedFormatError
from ailabel.io.source import BytesView
from ailabel.model.media import Strength
from ailabel.spi import Span
from builders.slotless import ac3, bmp, ico, program, transport
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

BINARY: Final = ("bmp", "ico", "ts", "mpg", "ac3", "amr")
TEXT: Final = ("csv", "tsv", "srt", "vtt")
SAMPLES: Final = {
    f"{name}/{file}": data
    for name in (*BINARY, *TEXT)
    for file, data in import_module(f"builders.{name}").samples()
}


@pytest.mark.parametrize("case", SAMPLES)
def test_laws(case: str) -> None:
    """Every sample obeys the laws, and is of the format that it was made for."""
    kind, name = case.split("/")
    carrier = slotless.CARRIER if kind in BINARY else slotless_text.CARRIER
    testing.check_carrier(carrier, name, SAMPLES[case])
    match = carrier.sniff(BytesView(SAMPLES[case], name))
    assert match is not None
    assert match.format.id == kind
    assert not match.format.has_slot


@pytest.mark.parametrize("case", SAMPLES)
def test_they_are_verified_as_not_applicable(case: str) -> None:
    """Nothing is found, nothing is missed, and writing names the format."""
    name, data = case.rsplit("/", maxsplit=1)[-1], SAMPLES[case]
    assert ailabel.verify_bytes(data, name=name).implicit is Verdict.NOT_APPLICABLE
    view = BytesView(data, name)
    found = registry.detect(view).format
    carrier = registry.carrier_of(found.id)
    assert not carrier.read(view)
    assert list(carrier.essence(view)) == [Span(0, len(data))]
    with pytest.raises(PlanError, match=f"{found.name} has no place for metadata"):
        carrier.write(view, "{}")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BM",
        b"BMX is a magazine, not a picture",
        bmp()[:20] + b"\xff" * 20,
        ico()[:8],
        ico()[:9] + b"\1" + ico()[10:],
        b"\0\0\1\0\0\0" + ico()[6:],
        b"Good morning, this is a text",
        transport(1),
        transport(2)[:188] + b"X" + bytes(187),
        program()[:4],
        program()[:4] + b"\xff" + bytes(9),
        ac3(1)[:-1],
        ac3(1) + b"xx",
        b"\x0b\x77\0\0\xff\x40" + bytes(90),
        b"\x0b\x77\0\0\x1e\xf8" + bytes(90),
        b"#!AM",
    ],
)
def test_what_only_begins_alike(data: bytes) -> None:
    """A mark without the structure behind it is not claimed, and no place is denied to it."""
    view = BytesView(data)
    assert slotless.CARRIER.sniff(view) is None
    with pytest.raises(UnsupportedFormatError):
        slotless.CARRIER.write(view, "{}")


def test_texts_are_claimed_by_their_suffix_alone() -> None:
    """Without the suffix a table is a text; under the suffix binary data is nothing."""
    assert slotless_text.CARRIER.sniff(BytesView(b"a,b\n", "a.txt")) is None
    assert slotless_text.CARRIER.sniff(BytesView(b"a\0b", "a.csv")) is None
    assert slotless_text.CARRIER.sniff(BytesView(b"a,b\n")) is None
    match = slotless_text.CARRIER.sniff(BytesView(b"a,b\n", "A.CSV"))
    assert match is not None
    assert match.strength is Strength.NAME
    with pytest.raises(UnsupportedFormatError):
        slotless_text.CARRIER.write(BytesView(b"a,b\n"), "{}")
    for name in ("a.csv", "a.srt"):
        assert [item.format.id for item in registry.claims(BytesView(b"x", name))] == [name[2:]]


@needs_corpus
def test_corpus() -> None:
    """A transport stream whose writer dropped the label is known to have no place for it."""
    assert ailabel.verify(CORPUS / "made" / "v.ts").implicit is Verdict.NOT_APPLICABLE


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.bmp", ("-frames:v", "1")),
        ("a.ico", ("-frames:v", "1")),
        ("a.ts", ()),
        ("a.m2ts", ()),
        ("a.mpg", ()),
        ("a.vob", ()),
        ("a.ac3", ()),
        ("a.eac3", ("-ac", "6")),
    ],
)
def test_what_ffmpeg_makes(name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    """Files by an independent program are known."""
    source = "sine=d=0.3" if "ac3" in name else "testsrc=d=0.3:s=64x64:r=25"
    path = tmp_path / name
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *options, str(path)]
    subprocess.run(command, check=True)
    assert path.suffix in registry.detect(BytesView(path.read_bytes())).format.suffixes
