"""What pypdf makes of a PDF that `codecs.pdf` cannot read: damaged, or encrypted.

It is for reading only; nothing is ever written on the strength of a repair.
"""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Final

from ailabel.codecs.pdf_strings import text_of
from ailabel.errors import AilabelError, MalformedFileError, UnsupportedFormatError
from ailabel.io.source import check_limit
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pypdf import PdfReader

    from ailabel.io.source import View

__all__ = ["Rescued", "rescue"]


_SILENT: Final = logging.NullHandler()


@frozen(kw_only=True)
class Rescued:
    """The text entries of the dictionaries where metadata stands.

    Args:
        info: of the document information dictionary.
        catalog: of the catalog.
        pages: of each page.
        packet: the XMP packet of the document, or empty bytes.
    """

    info: Mapping[str, str]
    catalog: Mapping[str, str]
    pages: tuple[Mapping[str, str], ...]
    packet: bytes


def rescue(view: View) -> Rescued:
    """Read a PDF with pypdf, which repairs what it can and decrypts with the empty password.

    Raises:
        LimitExceededError: the file is longer than `Limits.document_bytes`.
        MalformedFileError: pypdf cannot read it either.
        UnsupportedFormatError: it opens only with a password.
    """
    check_limit("the PDF", view.size, view.limits.document_bytes)
    from pypdf import PdfReader

    # A handler of its own keeps the repairs that pypdf logs from the last resort, standard error;
    # an application that configures logging still gets them.
    logging.getLogger("pypdf").addHandler(_SILENT)
    try:
        reader = PdfReader(io.BufferedReader(_File(view)), strict=False)
        _unlock(reader)
        return _rescued(reader, view)
    except AilabelError:
        raise
    except Exception as error:
        raise MalformedFileError(
            "the PDF cannot be read: {reason}", reason=f"{type(error).__name__}: {error}"
        ) from error


def _unlock(reader: PdfReader) -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnsupportedFormatError("the PDF is encrypted and opens only with a password")


def _rescued(reader: PdfReader, view: View) -> Rescued:
    root = reader.root_object
    metadata = root.get("/Metadata")
    packet = metadata.get_object().get_data() if metadata is not None else b""
    check_limit("an XMP packet", len(packet), view.limits.metadata_bytes)
    pages = []
    for page in reader.pages:
        pages.append(_texts(page))
        check_limit("the number of PDF pages", len(pages), view.limits.items)
    return Rescued(
        info=_texts(reader.trailer.get("/Info")),
        catalog=_texts(root),
        pages=tuple(pages),
        packet=packet,
    )


def _texts(dictionary: object) -> Mapping[str, str]:
    from pypdf.generic import ByteStringObject, DictionaryObject, PdfObject, TextStringObject

    found = dictionary.get_object() if isinstance(dictionary, PdfObject) else None
    result: dict[str, str] = {}
    if not isinstance(found, DictionaryObject):
        return result
    for key in found:
        value = found[key]  # the item access follows references
        if isinstance(value, TextStringObject):
            result[str(key)[1:]] = text_of(value.original_bytes)
        elif isinstance(value, ByteStringObject):
            result[str(key)[1:]] = text_of(bytes(value))
    return result


class _File(io.RawIOBase):
    """A view as a file object."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._view.size}
        if origin[whence] + offset < 0:
            raise ValueError("negative position")
        self._position = origin[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # any buffer in typeshed
        data = self._view.read_some(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
