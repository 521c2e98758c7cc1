"""Where each container keeps a C2PA manifest store [C2PA 2.2, A.3 and A.4]."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.codecs.pdf import Document
    from ailabel.codecs.pdf_syntax import Dictionary
    from ailabel.io.source import View

__all__ = ["FINDERS", "Place"]

_JUMBF: Final = bytes.fromhex("6332706100110010800000aa00389b71")  # of a manifest store
_UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # of the BMFF box
_MIME: Final = b"application/c2pa"
_MEMBER: Final = "META-INF/content_credential.c2pa"
_APP11: Final = 0xEB
_JUMBF_HEAD: Final = 64  # where the type of a JUMBF superbox stands at the latest
_PIECE: Final = 8  # JP, the number of the box, that of the piece, before the box [ISO19566-5 D]
_BOX: Final = 8  # length and type of the box, which every piece repeats
_PURPOSE: Final = b"manifest\0"
_AUXILIARY: Final = 8  # an offset behind the purpose
_FIELD: Final = 0xCD41  # of TIFF
_APPLICATION: Final = b"C2PA_GIF"
_ELEMENT: Final = "http://c2pa.org/manifest"


@frozen(kw_only=True)
class Place:
    """Where a manifest store stands.

    Args:
        location: in the format's own terms.
        offset: of the structure that holds it.
        length: of that structure.
        pieces: offset and length of the store's own bytes, in their order; none where they do not
            stand in the file as they are.
        load: returns the store where it has no pieces.
    """

    location: str
    offset: int
    length: int
    pieces: tuple[tuple[int, int], ...] = ()
    load: Callable[[], bytes] | None = None

    def read(self, view: View) -> bytes:
        """Return the store.

        Raises:
            AilabelError: it is too long, or what holds it is damaged.
        """
        if self.load is not None:
            return self.load()
        from ailabel.io.source import check_limit

        total = sum(length for _, length in self.pieces)
        check_limit("a C2PA manifest", total, view.limits.metadata_bytes)
        return b"".join(view.read(*piece, "a C2PA manifest") for piece in self.pieces)

    def at(self, position: int, length: int) -> tuple[int, int]:
        """Return where a part of the store begins in the file, and how long it is there.

        Between two pieces stands what frames them, which counts. Where there are none, it is the
        place of the whole.
        """
        begin = self._offset(position)
        end = self._offset(position + length - 1)
        if begin is None or end is None:
            return self.offset, self.length
        return begin, end + 1 - begin

    def _offset(self, position: int) -> int | None:
        for offset, length in self.pieces:
            if position < length:
                return offset + position
            position -= length
        return None


def _png(view: View) -> Iterator[Place]:
    from ailabel.codecs import png

    for chunk in png.chunks(view, pixels=False):
        if chunk.type == b"caBX":
            yield _plain("caBX", (chunk.offset, chunk.end), (chunk.body, chunk.length))


def _plain(location: str, extent: tuple[int, int], piece: tuple[int, int]) -> Place:
    """Return the place of a store in one piece, given where its frame begins and ends."""
    begin, end = extent
    return Place(location=location, offset=begin, length=end - begin, pieces=(piece,))


def _jpeg(view: View) -> Iterator[Place]:
    from ailabel.codecs import jpeg

    stores: dict[bytes, list[tuple[int, int]]] = {}
    first: dict[bytes, int] = {}
    last = 0
    for segment in jpeg.segments(view):
        if segment.marker != _APP11:
            continue
        head = view.read_some(segment.body, _JUMBF_HEAD)
        number, piece = head[2:4], head[4:8]
        if _JUMBF in head and number not in stores:
            stores[number] = [(segment.body + _PIECE, segment.body_length - _PIECE)]
            first[number] = segment.offset
        elif number in stores and piece > b"\0\0\0\1":
            skipped = _PIECE + (2 * _BOX if head[8:12] == b"\0\0\0\1" else _BOX)
            length = max(segment.body_length - skipped, 0)
            stores[number].append((segment.body + skipped, length))
        last = segment.end
    for number, pieces in stores.items():
        end = max((offset + length for offset, length in pieces), default=last)
        begin = first[number]
        yield Place(location="APP11[JUMBF]", offset=begin, length=end - begin, pieces=tuple(pieces))


def _riff(view: View) -> Iterator[Place]:
    from ailabel.codecs import riff

    for chunk in riff.chunks(view, riff.HEADER, view.size):
        if chunk.id == b"C2PA":
            yield _plain("C2PA", (chunk.offset, chunk.end), (chunk.body, chunk.length))


def _id3(view: View) -> Iterator[Place]:
    from ailabel.codecs import id3, id3_data

    for tag in id3.tags(view):
        content = id3.load(view, tag)
        for frame in content.frames:
            if frame.id in {"GEOB", "GEO"}:
                data = id3_data.frame_data(content, frame, view.limits.inflate_bytes) or b""
                if _MIME in data[: len(_MIME) + 2]:
                    begin = content.body.raw(frame.position)
                    yield Place(
                        location="ID3v2/GEOB",
                        offset=begin,
                        length=content.body.raw(frame.end) - begin,
                        load=partial(id3_data.attached, data),
                    )


def _bmff(view: View) -> Iterator[Place]:
    from ailabel.codecs import bmff

    for box in bmff.boxes(view, 0, view.size):
        if box.user_type == _UUID:
            head = view.read_some(box.body + 4, len(_PURPOSE))  # behind version and flags
            start = box.body + 4 + len(_PURPOSE) + _AUXILIARY
            length = max(box.end - start, 0) if head == _PURPOSE else 0
            yield _plain("uuid[C2PA]", (box.offset, box.end), (start, length))


def _jxl(view: View) -> Iterator[Place]:
    from ailabel.codecs import bmff

    if view.read_some(0, 2) == b"\xff\x0a":  # a codestream without boxes
        return
    for box in bmff.boxes(view, 0, view.size):
        if box.type == b"jumb":
            extent = (box.offset, box.end)
            yield _plain("jumb", extent, (box.offset, box.end - box.offset))


def _zip(view: View) -> Iterator[Place]:
    from ailabel.codecs.zip import open_archive
    from ailabel.codecs.zip_content import read

    archive = open_archive(view)
    for member in archive.members:
        if member.name == _MEMBER:
            yield Place(
                location=_MEMBER,
                offset=member.offset,
                length=archive.entry(member).end - member.offset,
                load=partial(read, archive, member, view.limits.metadata_bytes),
            )


def _pdf(view: View) -> Iterator[Place]:
    from ailabel.codecs.pdf import Document
    from ailabel.codecs.pdf_syntax import Array, Dictionary

    document = Document(view)
    files = document.resolve(document.catalog().get("AF"))
    for item in files if isinstance(files, Array) else ():
        found = document.resolve(item)
        if isinstance(found, Dictionary) and found.get("AFRelationship") == "C2PA_Manifest":
            yield Place(
                location="Root/AF",
                offset=document.place(item),
                length=0,
                load=partial(_embedded, document, found),
            )


def _embedded(document: Document, specification: Dictionary) -> bytes:
    """Return the file that a file specification embeds [ISO32000-2 7.11.4]."""
    from ailabel.codecs.pdf_stream import Stream
    from ailabel.codecs.pdf_syntax import Dictionary

    files = document.resolve(specification.get("EF"))
    data = document.resolve(files.get("F")) if isinstance(files, Dictionary) else None
    if not isinstance(data, Stream):
        raise MalformedFileError("the PDF names a manifest that it does not hold")
    return document.data(data, document.view.limits.metadata_bytes)


def _tiff(view: View) -> Iterator[Place]:
    from ailabel.codecs import tiff_file

    form = tiff_file.layout(view)
    for directory in tiff_file.directories(view, form) if form else ():
        for entry in directory.entries:
            if entry.tag == _FIELD:
                end = entry.place + entry.length
                location = f"{directory.name}/C2PA"
                yield _plain(location, (entry.place, end), (entry.place, entry.length))


def _gif(view: View) -> Iterator[Place]:
    from ailabel.codecs import gif

    for block in gif.blocks(view):
        if block.kind is gif.Kind.APPLICATION and block.name.startswith(_APPLICATION):
            yield Place(
                location="C2PA_GIF",
                offset=block.offset,
                length=block.end - block.offset,
                load=partial(gif.body, view, block),
            )


def _svg(view: View) -> Iterator[Place]:
    from ailabel.codecs.text import load

    data = load(view)
    if _ELEMENT.encode() not in data:  # and nobody writes it in UTF-16
        return
    from ailabel.codecs import markup

    for element in markup.elements(data, "SVG", view.limits.items, doctype=True):
        if element.uri == _ELEMENT and element.name == "manifest":
            yield Place(
                location="metadata/c2pa:manifest",
                offset=element.start,
                length=element.end - element.start,
                load=partial(_base64, element.text),
            )


def _base64(text: str) -> bytes:
    import base64
    import binascii

    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise MalformedFileError("the C2PA manifest is damaged") from error


FINDERS: Final[dict[str, Callable[[View], Iterator[Place]]]] = {
    "png": _png,
    "jpeg": _jpeg,
    "gif": _gif,
    "tiff": _tiff,
    "svg": _svg,
    "jxl": _jxl,
    "webp": _riff,
    "wav": _riff,
    "avi": _riff,
    "mp3": _id3,
    "flac": _id3,
    "aac": _id3,
    **dict.fromkeys(("mp4", "mov", "m4a", "3gp", "heic", "avif"), _bmff),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp", "epub"), _zip),
    "pdf": _pdf,
}
"""What finds the stores of a format, by its id."""
