"""PNG: signature, chunks and the three kinds of text chunk [PNG3 5, 11.3.3]."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import native
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import stretch_of
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.io.source import View

__all__ = [
    "SIGNATURE",
    "TEXT_CHUNKS",
    "Chunk",
    "Profile",
    "Text",
    "chunk",
    "chunks",
    "inflate",
    "keyword",
    "profile",
    "read_beginning",
    "read_text",
]

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"  # [PNG3 5.2]
TEXT_CHUNKS: Final = (b"tEXt", b"zTXt", b"iTXt")
_HEADER: Final = struct.Struct(">I4s")  # length, type [PNG3 5.3]
_FRAME: Final = _HEADER.size + 4  # and the CRC
_HEX_LINE: Final = 72  # what ImageMagick writes
_KEYWORD: Final = 79  # the longest keyword [PNG3 11.3.3.2]
_HEAD: Final = 512  # what stands before the text: the keyword, and in iTXt its translation


@frozen
class Chunk:
    """One chunk: its type, where its length field begins, and the length of its data."""

    type: bytes
    offset: int
    length: int

    @property
    def body(self) -> int:
        """Where the data begins."""
        return self.offset + 8

    @property
    def end(self) -> int:
        """Where the chunk ends, CRC included."""
        return self.offset + _FRAME + self.length


@frozen(kw_only=True)
class Text:
    """A text chunk, taken apart.

    Args:
        keyword: what the text is about; in Latin-1.
        head: the bytes of the chunk's data before the text.
        stored: the text's bytes as they stand in the file.
        offset: where they stand in the file.
        data: the text's bytes, inflated.
        compressed: whether `stored` is compressed.
    """

    keyword: str
    head: bytes
    stored: bytes
    offset: int
    data: bytes
    compressed: bool

    @property
    def text(self) -> str:
        """The text; UTF-8 is also met where the format wants Latin-1, so it is tried first."""
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return self.data.decode("latin-1")

    def repack(self, data: bytes) -> bytes:
        """Return the chunk's data with another text, compressed as the old one was."""
        return self.head + (zlib.compress(data, 9) if self.compressed else data)

    def uncompressed(self, data: bytes) -> bytes:
        """Return the data of an iTXt chunk with another text, stored as it is [PNG3 11.3.3.4]."""
        name, separator, rest = self.head.partition(b"\0")
        return name + separator + b"\0\0" + rest[2:] + data


@frozen
class Profile:
    """What a text chunk ``Raw profile type …`` holds: a line for its name and length, and hex.

    ImageMagick keeps the Exif and XMP of other formats so, and ExifTool reads it.
    """

    name: bytes
    data: bytes

    def pack(self, data: bytes) -> bytes:
        """Return the text with other data."""
        digits = data.hex().encode()
        lines = [digits[start : start + _HEX_LINE] for start in range(0, len(digits), _HEX_LINE)]
        return b"\n%s\n%8d\n%s\n" % (self.name, len(data), b"\n".join(lines))


_CHUNKS: Final = ("png.chunks without pixels", "png.chunks")
_PIXELS: Final = (b"IDAT", b"fdAT")


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a chunk with its length and CRC [PNG3 5.3]."""
    crc = zlib.crc32(data, zlib.crc32(name))
    return len(data).to_bytes(4, "big") + name + data + crc.to_bytes(4, "big")


def chunks(view: View, *, pixels: bool = True) -> Iterator[Chunk]:
    """Walk the chunks through IEND; CRCs are not checked. A whole walk is remembered by the view.

    Args:
        view: the file.
        pixels: whether IDAT and fdAT are among them, of which a large picture has thousands.

    Raises:
        MalformedFileError: the signature is missing, a chunk runs past the end of the file or has
            no name, or IEND is missing.
        LimitExceededError: there are more chunks than `Limits.items`.
    """
    known = view.memo.get(_CHUNKS[pixels])
    return iter(known) if isinstance(known, list) else _walk(view, pixels=pixels)


def _walk(view: View, *, pixels: bool) -> Iterator[Chunk]:
    if view.read(0, len(SIGNATURE), "the PNG signature") != SIGNATURE:
        raise MalformedFileError("the PNG signature is missing", offset=0)
    found: list[Chunk] = []
    position, count, name = len(SIGNATURE), 0, b""
    size, most = view.size, view.limits.items
    while name != b"IEND":
        quick, position, count = _quick_walk(view, (position, count), pixels=pixels)
        if quick:
            found += quick
            yield from quick
            name = quick[-1].type
            continue
        length, name = _HEADER.unpack(view.read(position, _HEADER.size, "a PNG chunk header"))
        if not name.isalpha():
            raise MalformedFileError("PNG chunk has no valid type", offset=position)
        if position + _FRAME + length > size:
            raise MalformedFileError(
                "PNG chunk {name} runs past the end of the file",
                offset=position,
                name=name.decode("latin-1"),
            )
        if pixels or name not in _PIXELS:
            found.append(Chunk(name, position, length))
            yield found[-1]
        position += _FRAME + length
        count += 1
        check_limit("the number of PNG chunks", count, most)
    view.memo[_CHUNKS[pixels]] = found


def _quick_walk(
    view: View, passed: tuple[int, int], *, pixels: bool
) -> tuple[list[Chunk], int, int]:
    """Walk chunks that stand in a file with the extension, as far as nothing is wrong.

    Args:
        view: the file, or one with edits.
        passed: where the next chunk begins, and how many were passed before.
        pixels: as for `chunks`.

    Returns:
        The chunks, where the next one begins, and how many were passed.
    """
    position, count = passed
    fast, stretch = native.extension(), stretch_of(view, position)
    if fast is None or stretch is None:
        return [], position, count
    shift, most = stretch.shift, view.limits.items - count
    rows, end, more = fast.png_chunks(
        stretch.fd, position + shift, stretch.end + shift, most, pixels
    )
    found = [Chunk(kind, offset - shift, length) for kind, offset, length in rows]
    return found, end - shift, count + more


def inflate(data: bytes, limit: int, structure: str) -> bytes:
    """Decompress a zlib stream, up to a limit; bytes after its end are ignored.

    Raises:
        LimitExceededError: it inflates to more than `limit` bytes.
        MalformedFileError: it is no whole zlib stream.
    """
    stream = zlib.decompressobj()
    try:
        result = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise MalformedFileError(
            "{structure} cannot be decompressed", structure=structure
        ) from error
    check_limit(structure, len(result), limit)
    if not stream.eof:
        raise MalformedFileError("{structure} cannot be decompressed", structure=structure)
    return result


def keyword(view: View, found: Chunk) -> str:
    """Return the keyword of a text chunk without reading its text; empty where there is none."""
    head = view.read(found.body, min(found.length, _KEYWORD + 1), "a PNG text chunk")
    name, separator, _ = head.partition(b"\0")
    return name.decode("latin-1") if separator else ""


def read_text(view: View, found: Chunk, limit: int | None = None) -> Text:
    """Take a text chunk apart.

    Args:
        view: the file.
        found: a chunk whose type is one of `TEXT_CHUNKS`.
        limit: the most that its text may inflate to; `Limits.inflate_bytes` if not given.

    Raises:
        MalformedFileError: a separator is missing, or the compressed text is broken.
        LimitExceededError: the chunk or its inflated text is too long.
    """
    data = view.read_metadata(found.body, found.length, "a PNG text chunk")
    text = _stored_text(data, found)
    if text.compressed:
        inflated = inflate(text.stored, limit or view.limits.inflate_bytes, "a PNG text chunk")
        return replace(text, data=inflated)
    return text


def read_beginning(view: View, found: Chunk, most: int) -> Text:
    """Take a text chunk apart whose text may be long, and read the beginning of the text only.

    Args:
        view: the file.
        found: a chunk whose type is one of `TEXT_CHUNKS`.
        most: how many bytes of the text are read at the most, and inflated at the most.

    Raises:
        MalformedFileError: a separator is missing, or the compressed text is broken.
    """
    data = view.read(found.body, min(found.length, most + _HEAD), "a PNG text chunk")
    text = _stored_text(data, found)
    if not text.compressed:
        return replace(text, data=text.data[:most])
    try:
        return replace(text, data=zlib.decompressobj().decompress(text.stored, max(most, 1)))
    except zlib.error as error:
        raise MalformedFileError(
            "{structure} cannot be decompressed", structure="a PNG text chunk"
        ) from error


def _stored_text(data: bytes, found: Chunk) -> Text:
    """Take the data of a text chunk apart; a compressed text stays so."""
    name, compressed, start = _layout(data, found)
    return Text(
        keyword=name.decode("latin-1"),
        head=data[:start],
        stored=data[start:],
        offset=found.body + start,
        data=data[start:],
        compressed=compressed,
    )


def profile(text: bytes) -> Profile | None:
    """Take the text of a raw profile apart; None where it is none."""
    name, _, rest = text.strip().partition(b"\n")
    _length, _, digits = rest.partition(b"\n")
    try:
        return Profile(name, bytes.fromhex(digits.decode("latin-1")))
    except ValueError:
        return None


def _layout(data: bytes, found: Chunk) -> tuple[bytes, bool, int]:
    """Return keyword, whether the text is compressed, and where it begins [PNG3 11.3.3]."""
    end = data.find(b"\0")
    start = end + 1
    if end < 0:
        raise MalformedFileError("PNG text chunk has no keyword", offset=found.offset)
    if found.type == b"tEXt":
        return data[:end], False, start
    if found.type == b"zTXt":
        _check_method(data[start : start + 1], found)
        return data[:end], True, start + 1
    compressed = data[start : start + 1] not in (b"\0", b"")
    if compressed:
        _check_method(data[start + 1 : start + 2], found)
    language = data.find(b"\0", start + 2)
    translated = data.find(b"\0", language + 1) if language >= 0 else -1
    if translated < 0:
        raise MalformedFileError("PNG text chunk has no keyword", offset=found.offset)
    return data[:end], compressed, translated + 1


def _check_method(method: bytes, found: Chunk) -> None:
    if method != b"\0":  # [PNG3 10.1] defines deflate only
        raise MalformedFileError(
            "PNG text chunk has an unknown compression method", offset=found.offset
        )
