"""The name of an XMP property [XMP1 6]."""

from __future__ import annotations

from ailabel.values import frozen

__all__ = ["Property"]


@frozen
class Property:
    """An XMP property: the URI of its namespace, the prefix to write, and its local name."""

    uri: str
    prefix: str
    local: str

    @property
    def name(self) -> str:
        """The qualified name, as it is written."""
        return f"{self.prefix}:{self.local}"
