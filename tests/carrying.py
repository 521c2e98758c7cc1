"""What the tests of several carriers share: reading and writing bytes, and ExifTool's answers."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.spi import Slot, essence_digest

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.spi import Carrier

__all__ = ["NEW", "Subject", "exiftool_rows"]

NEW: Final = '{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"new"}'


@dataclass(frozen=True)
class Subject:
    """A carrier under test, asked with plain bytes."""

    carrier: Carrier

    def read(self, data: bytes) -> list[Slot]:
        """Return the labels of a file."""
        return [item for item in self.carrier.read(BytesView(data)) if isinstance(item, Slot)]

    def write(self, data: bytes, payload: str = NEW) -> bytes:
        """Return the file with a label."""
        return apply(data, self.carrier.write(BytesView(data), payload))

    def digest(self, data: bytes) -> str:
        """Return the digest of a file's content."""
        return essence_digest(self.carrier, BytesView(data))


def exiftool_rows(folder: Path, count: int) -> dict[str, dict[str, Any]]:
    """Return what ExifTool says of every file of a folder, once each shows `NEW`, by name."""
    command = ["exiftool", "-json", "-G1", "-warning", "-error", "-XMP:all", str(folder)]
    rows = json.loads(subprocess.run(command, check=False, capture_output=True).stdout)
    assert len(rows) == count
    for row in rows:
        assert json.loads(str(row["XMP-TC260:Aigc"])) == json.loads(NEW)
    return {row["SourceFile"].rpartition("/")[2]: row for row in rows}
