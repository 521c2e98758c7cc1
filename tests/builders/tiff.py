"""TIFF files made by hand [TIFF6, BigTIFF]: directories, strips and tiles in all arrangements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from builders.icc import profile
from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SIDE: Final = 16
OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
WRAPPED: Final = f'{{"AIGC":{OLD}}}'.encode()
RGB: Final = bytes(range(256)) * 3  # 16 by 16 pixels of three bytes

# Types [TIFF6 2].
BYTE: Final = 1
ASCII: Final = 2
SHORT: Final = 3
LONG: Final = 4
UNDEFINED: Final = 7
LONG8: Final = 16
_SIZES: Final = {SHORT: 2, LONG: 4, LONG8: 8}


@dataclass(frozen=True)
class Form:
    """How a file writes its numbers."""

    order: Literal["little", "big"] = "little"
    big: bool = False

    @property
    def word(self) -> int:
        """The size of an offset."""
        return 8 if self.big else 4

    def number(self, value: int, size: int) -> bytes:
        """Return a number in the file's order."""
        return value.to_bytes(size, self.order)


@dataclass(frozen=True)
class Page:
    """One directory: its fields, and the data of its strips or tiles.

    Fields are tag, type and value: bytes, numbers, or a `Page` below this one.
    """

    fields: tuple[tuple[int, int, object], ...] = ()
    strips: tuple[bytes, ...] = (RGB,)
    tiles: bool = False


def page(*fields: tuple[int, int, object], strips: Sequence[bytes] = (RGB,), bits: int = 8) -> Page:
    """Return an RGB picture of 16 by 16 pixels with further fields."""
    basic = (
        (256, SHORT, [SIDE]),
        (257, SHORT, [SIDE]),
        (258, SHORT, [bits] * 3),
        (259, SHORT, [1]),
        (262, SHORT, [2]),
        (277, SHORT, [3]),
        (278, SHORT, [SIDE // len(strips)]),
    )
    return Page((*basic, *fields), tuple(strips))


def tiled(*fields: tuple[int, int, object]) -> Page:
    """Return a picture of 16 by 16 grey pixels in one tile."""
    basic = (
        (256, LONG, [SIDE]),
        (257, LONG, [SIDE]),
        (258, SHORT, [8]),
        (259, SHORT, [1]),
        (262, SHORT, [1]),
        (322, SHORT, [SIDE]),
        (323, SHORT, [SIDE]),
    )
    return Page((*basic, *fields), (RGB[: SIDE * SIDE],), tiles=True)


def file(*pages: Page, form: Form | None = None, tail: bytes = b"") -> bytes:
    """Return a file: the header, then each page's strips, long values, directory, and what follows.

    Args:
        pages: the chain.
        form: little-endian classic TIFF unless told.
        tail: bytes behind everything.
    """
    form = form or Form()
    head = b"II" if form.order == "little" else b"MM"
    if form.big:
        head += form.number(43, 2) + form.number(8, 2) + bytes(2)
    else:
        head += form.number(42, 2)
    data = head + bytes(form.word)
    pointer = len(head)
    for item in pages:
        data, place = _put(data, item, form)
        data = data[:pointer] + form.number(place, form.word) + data[pointer + form.word :]
        pointer = len(data) - form.word
    return data + tail


def _put(data: bytes, item: Page, form: Form) -> tuple[bytes, int]:
    """Append a directory and what it needs; return the data and where the directory stands."""
    offsets = []
    for strip in item.strips:
        data += b"\0" * (len(data) % 2)
        offsets.append(len(data))
        data += strip
    tags = (324, 325) if item.tiles else (273, 279)
    lengths = [len(strip) for strip in item.strips]
    fields = list(item.fields)
    if item.strips:
        fields += [(tags[0], LONG, offsets), (tags[1], LONG, lengths)]
    entries = b""
    for tag, kind, value in sorted(fields, key=lambda field: field[0]):
        data, entry = _entry(data, (tag, kind, value), form)
        entries += entry
    data += b"\0" * (len(data) % 2)
    count = form.number(len(fields), 8 if form.big else 2)
    return data + count + entries + bytes(form.word), len(data)


def _entry(data: bytes, field: tuple[int, int, object], form: Form) -> tuple[bytes, bytes]:
    tag, kind, value = field
    if isinstance(value, Page):
        data, place = _put(data, value, form)
        body, count = form.number(place, form.word), 1
        kind = LONG8 if form.big else LONG
    elif isinstance(value, bytes):
        body, count = value, len(value)
    else:
        assert isinstance(value, list)
        body, count = b"".join(form.number(item, _SIZES[kind]) for item in value), len(value)
    if len(body) > form.word:
        data += b"\0" * (len(data) % 2)
        place, data = len(data), data + body
        body = form.number(place, form.word)
    head = form.number(tag, 2) + form.number(kind, 2) + form.number(count, form.word)
    return data, head + body.ljust(form.word, b"\0")


def exif(comment: bytes) -> Page:
    """Return an Exif directory with a comment."""
    return Page(((0x9286, UNDEFINED, comment),), strips=())


def everywhere(form: Form) -> bytes:
    """Return a file that holds one label in every place where labels were met."""
    code = b"UNICODE\0"
    utf16 = WRAPPED.decode().encode("utf-16-le" if form.order == "little" else "utf-16-be")
    small = tiled((700, UNDEFINED, labelled(OLD)))
    return file(
        page(
            (0x010E, ASCII, WRAPPED + b"\0"),
            (330, LONG, small),
            (700, BYTE, labelled(OLD)),
            (0x8769, LONG, exif(b"ASCII\0\0\0" + WRAPPED)),
            (0x9C9C, BYTE, WRAPPED.decode().encode("utf-16-le")),
        ),
        page((700, BYTE, labelled(OLD)), (0x8769, LONG, exif(code + utf16))),
        form=form,
    )


def moved(data: bytes, value: bytes) -> bytes:
    """Return a little-endian file with a value at its end, whose old place is left over."""
    old = data.index(value)
    data += b"\0" * (len(data) % 2)
    head = (
        (700).to_bytes(2, "little") + (1).to_bytes(2, "little") + len(value).to_bytes(4, "little")
    )
    entry = head + old.to_bytes(4, "little")
    assert data.count(entry) == 1
    data = data.replace(entry, head + len(data).to_bytes(4, "little"))
    return data[:old] + bytes(len(value)) + data[old + len(value) :] + value


def looped(data: bytes) -> bytes:
    """Let the last directory of a little-endian file lead back to the first."""
    first = place = int.from_bytes(data[4:8], "little")
    while place:
        end = place + 2 + 12 * int.from_bytes(data[place : place + 2], "little")
        place = int.from_bytes(data[end : end + 4], "little")
    return data[:end] + first.to_bytes(4, "little") + data[end + 4 :]


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    foreign = packet(FOREIGN, padding=2048)
    strips = [RGB[at : at + 192] for at in range(0, 768, 192)]
    yield "little.tif", file(page())
    yield "big-endian.tiff", file(page(strips=strips), form=Form("big"))
    yield "bigtiff.tif", file(page(strips=strips), form=Form("little", big=True))
    yield "bigtiff-big-endian.tif", file(tiled(), form=Form("big", big=True))
    yield "pages.tif", file(page(), tiled(), page((700, BYTE, foreign)))
    yield "below.tif", file(page((330, LONG, tiled()), (0x8769, LONG, exif(b"ASCII\0\0\0mine!"))))
    yield "icc-after-xmp.tif", file(page((34675, UNDEFINED, profile()), (700, BYTE, foreign)))
    yield "odd.tif", file(page((305, ASCII, b"the builders\0")), tail=b"odd")
    yield "empty-packet.tif", file(page((700, BYTE, b"")))
    yield "packet-at-end.tif", moved(file(page((700, BYTE, foreign))), foreign)
    yield "labelled.tif", file(page((700, UNDEFINED, labelled(OLD))))
    yield "labelled-big.tif", file(page((700, BYTE, labelled(OLD))), form=Form("big", big=True))
    yield "labelled-everywhere.tif", everywhere(Form())
    yield "labelled-everywhere-big.tif", everywhere(Form("big", big=True))
