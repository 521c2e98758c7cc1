"""The bounded search through raw bytes."""

from __future__ import annotations

import pytest

import ailabel
from ailabel.engine.scan import scan
from ailabel.io.source import BytesView
from builders import wav

LABEL = b'{"Label":"1","ContentProducer":"x","ProduceID":"y"}'
MIB = 1 << 20


@pytest.fixture(autouse=True, params=["extension", "python"])
def _search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search with the compiled extension, where it is there, and without."""
    if request.param == "python":
        monkeypatch.setattr("ailabel.engine.scan.finder", lambda: bytes.find)


@pytest.mark.parametrize("place", [0, 5000, MIB - len(LABEL), 4 * MIB - len(LABEL)])
def test_a_label_is_found_near_either_end(place: int) -> None:
    """The object is given whole, with the place where it begins."""
    data = bytearray(4 * MIB)
    data[place : place + len(LABEL)] = LABEL
    (found,) = scan(BytesView(bytes(data)))
    assert (found.offset, found.raw, found.site) == (place, LABEL, "raw")


def test_the_middle_of_a_large_file_is_not_searched() -> None:
    """The search reads two MiB, whatever the file's size."""
    data = bytearray(4 * MIB)
    data[2 * MIB : 2 * MIB + len(LABEL)] = LABEL
    assert scan(BytesView(bytes(data))) == ()


def test_few_hits_are_enough() -> None:
    """A file that is full of labels does not fill the report."""
    assert len(scan(BytesView(LABEL * 1000))) == 4


def test_raw_text_makes_no_file_compliant() -> None:
    """A label inside the samples of a sound is a mention, and the file has none."""
    data = wav.file(wav.FORMAT, wav.chunk(b"data", LABEL + bytes(100)))
    report = ailabel.verify_bytes(data, name="a.wav")
    assert report.implicit is ailabel.Verdict.NOT_FOUND
    assert [mention.site for mention in report.mentions] == ["raw"]


def test_a_label_in_its_slot_is_no_mention() -> None:
    """Where a slot holds the label, the raw bytes are not searched."""
    data = wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", LABEL))
    assert ailabel.verify_bytes(data, name="a.wav").mentions == ()
