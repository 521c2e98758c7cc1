"""What the tests of document markers share."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.spi import MarkSpec
from ailabel.testing import damaged

if TYPE_CHECKING:
    from ailabel.model.media import Format
    from ailabel.spi import Evidence, Marker

__all__ = ["PHRASE", "Tried", "changed_members"]

PHRASE: Final = "本内容由AI生成"


class Tried:
    """A marker on files of one format."""

    def __init__(self, marker: Marker, file_format: Format) -> None:
        """Bind both."""
        self._marker, self._format = marker, file_format

    def render(self, data: bytes, **spec: str) -> bytes:
        """Return a file with the label put in."""
        return apply(data, self._marker.render(BytesView(data), self._format, _spec(spec)).edits)

    def marks(self, data: bytes, **spec: str) -> list[str]:
        """Return the places of the marks that would be put in."""
        rendition = self._marker.render(BytesView(data), self._format, _spec(spec))
        return [mark.place for mark in rendition.marks]

    def inspect(self, data: bytes) -> Evidence:
        """Look for the label."""
        return self._marker.inspect(BytesView(data), self._format)

    def seen(self, data: bytes) -> list[tuple[str, str]]:
        """Return place and finding of what was seen."""
        return [(item.place, item.finding.value) for item in self.inspect(data).sightings]

    def survives(self, data: bytes, seed: int) -> int:
        """Damage a file in 80 ways; return how many were refused, all by errors of ours."""
        refused = 0
        for copy in damaged(data, count=80, seed=seed):
            try:
                assert self.inspect(copy).finding is not None
                assert self.render(copy)
            except AilabelError:
                refused += 1
        return refused


def _spec(spec: dict[str, str]) -> MarkSpec:
    return MarkSpec(**spec)  # type: ignore[arg-type]  # the tests' own names


def changed_members(before: bytes, after: bytes) -> list[str]:
    """Return the members of a package whose content differs; the others keep their order."""
    with zipfile.ZipFile(io.BytesIO(before)) as one, zipfile.ZipFile(io.BytesIO(after)) as two:
        assert two.testzip() is None
        assert one.namelist() == two.namelist()
        return [name for name in one.namelist() if one.read(name) != two.read(name)]
