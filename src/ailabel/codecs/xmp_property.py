"""The name of an XMP property [XMP1 6]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PAIRS", "Property"]

PAIRS: Final = "XmpKvBase64"  # as Aliyun names it: Base64 of a key, a colon and a value


@frozen
class Property:
    """An XMP property.

    Args:
        uri: of its namespace.
        prefix: to write.
        local: its local name.
        accepts: says of the text of a doubtful form whether it is the property's; None leaves such
            forms out. They are attributes whose prefix is the local name, which give its fields,
            and Base64 of ``key:value`` in a property that holds such pairs.
    """

    uri: str
    prefix: str
    local: str
    accepts: Callable[[str], bool] | None = None

    @property
    def name(self) -> str:
        """The qualified name, as it is written."""
        return f"{self.prefix}:{self.local}"
