"""C2PA manifests: whether a file carries one, and where [C2PA 2.2, A.3].

A manifest binds the file's bytes by a hash, so that whatever is written afterwards breaks it: the
label is to be written first, and the file signed then. Finding a manifest needs no C2PA library;
nothing here says whether it is valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import View

__all__ = ["find_manifest"]

_JUMBF: Final = bytes.fromhex("6332706100110010800000aa00389b71")  # of a manifest store
_UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # of the BMFF box
_MIME: Final = b"application/c2pa"
_MEMBER: Final = "META-INF/content_credential.c2pa"
_APP11: Final = 0xEB
_JUMBF_HEAD: Final = 64  # where the type of a JUMBF superbox stands at the latest


def find_manifest(view: View, format_id: str) -> str | None:
    """Return where a file's C2PA manifest stands, in the format's own terms, or None.

    Args:
        view: the file; it was read before, so its container is whole.
        format_id: its format.
    """
    finder = _FINDERS.get(format_id)
    if finder is None:
        return None
    try:
        return next(finder(view), None)
    except MalformedFileError:
        return None  # bytes behind the container's own structures, which its carrier accepts


def _png(view: View) -> Iterator[str]:
    from ailabel.codecs import png

    if any(chunk.type == b"caBX" for chunk in png.chunks(view)):
        yield "caBX"


def _jpeg(view: View) -> Iterator[str]:
    from ailabel.codecs import jpeg

    for segment in jpeg.segments(view):
        if segment.marker == _APP11 and _JUMBF in view.read_some(segment.body, _JUMBF_HEAD):
            yield "APP11[JUMBF]"


def _riff(view: View) -> Iterator[str]:
    from ailabel.codecs import riff

    if any(chunk.id == b"C2PA" for chunk in riff.chunks(view, riff.HEADER, view.size)):
        yield "C2PA"


def _id3(view: View) -> Iterator[str]:
    from ailabel.codecs import id3, id3_data

    for tag in id3.tags(view):
        content = id3.load(view, tag)
        for frame in content.frames:
            if frame.id in {"GEOB", "GEO"}:
                data = id3_data.frame_data(content, frame, view.limits.inflate_bytes) or b""
                if _MIME in data[: len(_MIME) + 2]:
                    yield "ID3v2/GEOB"


def _bmff(view: View) -> Iterator[str]:
    from ailabel.codecs import bmff

    for box in bmff.boxes(view, 0, view.size):
        if box.user_type == _UUID:
            yield "uuid[C2PA]"


def _zip(view: View) -> Iterator[str]:
    from ailabel.codecs import zip as archives

    members = archives.open_archive(view).members
    if any(member.name == _MEMBER for member in members):
        yield _MEMBER


def _pdf(view: View) -> Iterator[str]:
    from ailabel.codecs.pdf import Document
    from ailabel.codecs.pdf_syntax import Array, Dictionary

    document = Document(view)
    files = document.resolve(document.catalog().get("AF"))
    for item in files if isinstance(files, Array) else ():
        found = document.resolve(item)
        if isinstance(found, Dictionary) and found.get("AFRelationship") == "C2PA_Manifest":
            yield "Root/AF"


_FINDERS: Final[dict[str, Callable[[View], Iterator[str]]]] = {
    "png": _png,
    "jpeg": _jpeg,
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
