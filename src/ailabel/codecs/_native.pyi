# What the compiled extension offers; see native/. Each function raises ValueError(reason, offset)
# for data that break their format, and TypeError for arguments that describe nothing.

from ailabel.codecs.jpeg_scan import Described

def jpeg_read(scan: Described, /) -> tuple[bytes, tuple[bytes, ...]]: ...
def jpeg_splice(
    scan: Described,
    cursor: bytes,
    before: tuple[bytes, ...],
    after: tuple[bytes, ...],
    tables: tuple[bytes, ...],
    /,
) -> tuple[int, int, bytes] | bytes: ...
def inflate(
    data: bytes, begin: int, stride: int, room: int, first: int, last: int, /
) -> tuple[
    bytes,
    int,
    tuple[int, int, int, int, int, int],
    tuple[int, int, int, int, int, int] | None,
    int,
    int,
]: ...
def png_filter(pixels: bytes, stride: int, unit: int, above: bytes, /) -> bytes: ...
def png_unfilter(rows: bytes, stride: int, unit: int, above: bytes, /) -> bytes: ...
def find(data: bytes, needle: bytes, start: int, /) -> int: ...
def jpeg_header(block: bytes, offset: int, size: int, /) -> list[tuple[int, int, int]]: ...
def ogg_skip(fd: int, offset: int, size: int, /) -> int: ...
def png_chunks(
    fd: int, offset: int, size: int, most: int, with_pixels: bool, /
) -> tuple[list[tuple[bytes, int, int]], int, int]: ...
