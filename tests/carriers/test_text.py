"""Plain text as a carrier: claimed, but without a place for the implicit label."""

from __future__ import annotations

from typing import Final

import pytest

from ailabel.carriers.text import CARRIER
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.model.media import Strength
from ailabel.spi import Span
from ailabel.testing import check_carrier
from builders.txt import samples

SAMPLES: Final = dict(samples())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_laws_hold(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    check_carrier(CARRIER, name, SAMPLES[name])


def test_it_has_nothing_and_takes_nothing() -> None:
    """Plain text has no metadata: nothing is read, writing is refused, all of it is content."""
    view = BytesView(b"AIGC: {}", "a.txt")
    assert not CARRIER.read(view)
    assert not CARRIER.canonical(view)
    assert list(CARRIER.essence(view)) == [Span(0, 8)]
    with pytest.raises(PlanError, match="no place for metadata"):
        CARRIER.write(view, "{}")


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.py", "a.md", "a.html", ".txt"])
def test_other_suffixes_are_not_claimed(name: str) -> None:
    """Text under a foreign suffix is somebody else's format; a dot file has no suffix."""
    found = CARRIER.sniff(BytesView(b"text", name))
    assert (found is None) is (name != ".txt")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        b"{\\rtf1 x}",
        b"\x89PNG\r\n\x1a\n",
        b"ID3\x04\0\0\0\0\0\0",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"PK\x03\x04",
        b"a\0b",
        b"\xff\xfe\0\0a\0\0\0",
        "das süße Café, naïve résumé".encode("latin-1"),
        "中文內容與標題說明這裡".encode("big5"),
    ],
)
def test_binaries_and_unknown_encodings_are_not_claimed(data: bytes) -> None:
    """A binary signature or an encoding that is not read is no text, whatever its name."""
    assert CARRIER.sniff(BytesView(data, "a.txt")) is None
    assert CARRIER.sniff(BytesView(data)) is None


def test_text_without_a_name_is_a_weak_claim() -> None:
    """Without a name text may be anything, so that any better claim wins."""
    found = CARRIER.sniff(BytesView("文字".encode("gb18030") * 3000))
    assert found is not None
    assert found.strength is Strength.WEAK
    named = CARRIER.sniff(BytesView("文字。".encode(), "A.TXT"))
    assert named is not None
    assert named.strength is Strength.NAME
