"""The label on GIF pictures and animations [GIF89a].

Every frame that the label touches is coded anew, without loss: its colour indices outside the label
stay as they are. The label takes colours of the frame that no pixel uses, in a colour table of the
frame's own; where all 256 are used, the two rarest give way to their nearest. A frame that follows
on cleared ground is drawn out to the label's place by transparent pixels, so that every picture of
the animation shows the whole label. All other blocks keep their bytes.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from ailabel.codecs.gif import HEADER, Kind, blocks, head_end
from ailabel.drawing.layout import lay_out
from ailabel.drawing.paint import CONTRAST, brightness, contrast
from ailabel.drawing.stencil import intersection, is_empty
from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import BytesView, check_limit
from ailabel.io.splice import Edit
from ailabel.spi import Rendition
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from ailabel.codecs.gif import Block
    from ailabel.drawing.stencil import Box, Stencil
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render"]

_DESCRIPTOR: Final = 10  # [GIF89a 20]
_HAS_TABLE: Final = 0x80
_INTERLACED: Final = 0x40
_SIZE: Final = 0x07
_CONTROL: Final = 8  # bytes of a graphic control extension [GIF89a 23]
_TRANSPARENT: Final = 0x01
_CLEAR, _RESTORE = 2, 3  # what happens to a frame's box afterwards
_COLOURS: Final = 256
_SHADES: Final = (18, 97, 176, 255)  # of the plate, two of the letters' edges, and the letters
_GREY: Final = bytes(value for level in range(_COLOURS) for value in [level] * 3)
_ENDS: Final = (18, 255)  # where there is no room for more
_HALF: Final = 128  # coverage from which a pixel belongs to plate or letters


@frozen(kw_only=True)
class _Frame:
    """A frame: its blocks, its box on the screen, its colours.

    Args:
        control: the graphic control extension before it, or None.
        image: its image descriptor with what follows.
        box: where it stands.
        table: its colours, its own or those of all, as bytes.
        flags: of the image descriptor.
        dispose: what happens to its box afterwards.
        transparent: the index that shows what is beneath, or None.
    """

    control: Block | None
    image: Block
    box: Box
    table: bytes
    flags: int
    dispose: int
    transparent: int | None


def render(view: View, spec: MarkSpec) -> Rendition:
    """Plan the edits that draw the label on every frame.

    Raises:
        PlanError: no wording fits legibly, or a frame's colours leave no room for the label.
        MalformedFileError: the file is damaged.
        LimitExceededError: the frames have more pixels than the limits allow.
    """
    size = _screen(view)
    stencil = lay_out(size, 1, spec)
    frames = list(_frames(view))
    if not frames:
        raise MalformedFileError("the GIF has no picture")
    drawn = (max(size[0] * size[1], _pixels(frame.box)) for frame in frames)
    check_limit("the pixels of all frames", sum(drawn), view.limits.pixels)
    edits: list[Edit] = []
    changed = total = 0
    whole = False
    for frame in frames:
        box = frame.box
        shared = intersection(box, stencil.area)
        if not whole and shared != stencil.area:
            box = _around(box, stencil.area)
        if not is_empty(intersection(box, stencil.area)):
            made, moved = _drawn(view, frame, box, stencil)
            edits += made
            changed += moved
        total += _pixels(frame.box)
        whole = _stays(frame.dispose, box, stencil.area, whole=whole)
    if (
        edits and view.read(0, 6) == HEADER[0]
    ):  # what an older program must know of stands since 89a
        edits.insert(0, Edit(0, 6, HEADER[1]))
    return Rendition(
        edits=tuple(sorted(edits, key=lambda edit: edit.offset)),
        marks=(stencil.mark(),),
        reencoded="the frames that the label touches, lossless",
        changed_outside=changed / total if total else 0.0,
    )


def _stays(dispose: int, box: Box, area: Box, *, whole: bool) -> bool:
    """Say whether the whole label is there once a frame has been disposed of."""
    if dispose == _RESTORE:
        return whole
    return dispose != _CLEAR or (whole and is_empty(intersection(box, area)))


def _screen(view: View) -> tuple[int, int]:
    head_end(view)  # proves the header
    screen = view.read(6, 4, "the GIF header")
    size = int.from_bytes(screen[:2], "little"), int.from_bytes(screen[2:], "little")
    if not all(size):
        raise MalformedFileError("the GIF screen is empty", offset=6)
    check_limit("the picture", size[0] * size[1], view.limits.pixels)
    return size


def _frames(view: View) -> Iterator[_Frame]:
    end = head_end(view)
    shared = view.read(13, end - 13) if end > 13 else b""  # noqa: PLR2004 - behind the screen [GIF89a 19]
    control: Block | None = None
    for block in blocks(view):
        if block.kind is Kind.GRAPHIC_CONTROL:
            control = block
        elif block.kind is Kind.PLAIN_TEXT:  # takes the control extension before it
            control = None
        elif block.kind is Kind.IMAGE:
            yield _frame(view, control, block, shared)
            control = None


def _frame(view: View, control: Block | None, image: Block, shared: bytes) -> _Frame:
    head = view.read(image.offset, _DESCRIPTOR, "the GIF image descriptor")
    left, top, width, height = (int.from_bytes(head[at : at + 2], "little") for at in (1, 3, 5, 7))
    if not (width and height):
        raise MalformedFileError("a GIF frame is empty", offset=image.offset)
    check_limit("the picture", width * height, view.limits.pixels)
    flags, at = head[9], image.offset + _DESCRIPTOR
    own = view.read(at, image.data - at) if flags & _HAS_TABLE else b""
    dispose, transparent = 0, None
    if control is not None:
        held = view.read(control.offset, _CONTROL, "the GIF control extension")
        dispose = held[3] >> 2 & 7
        transparent = held[6] if held[3] & _TRANSPARENT else None
    return _Frame(
        control=control,
        image=image,
        box=(left, top, left + width, top + height),
        table=own or shared or _GREY,
        flags=flags,
        dispose=dispose,
        transparent=transparent,
    )


def _pixels(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _around(one: Box, other: Box) -> Box:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


def _drawn(view: View, frame: _Frame, box: Box, stencil: Stencil) -> tuple[list[Edit], int]:
    """Code a frame anew with its part of the label; return the edits and how many pixels moved."""
    from PIL import Image

    indices = _decoded(view, frame)
    colours = _Colours(frame, indices)
    grows = box != frame.box
    shades = colours.taken(grows=grows)
    indices = colours.mapped(indices)
    if grows:
        wider = Image.new("L", (box[2] - box[0], box[3] - box[1]), colours.transparent or 0)
        wider.paste(indices, (frame.box[0] - box[0], frame.box[1] - box[1]))
        indices = wider
    _paint(indices, stencil.crop(box), shades)
    edits = [_image_edit(frame, box, colours.table(), _coded(indices))]
    if colours.transparent != frame.transparent:
        edits.insert(0, _control_edit(view, frame, colours.transparent or 0))
    return edits, colours.moved


def _paint(indices: Image.Image, stencil: Stencil, shades: list[int]) -> None:
    """Paint plate and letters by their indices; the letters' edges take the shades between."""
    solid = stencil.plate.point([0] * _HALF + [255] * (_COLOURS - _HALF))
    indices.paste(shades[0], stencil.area[:2], solid)
    steps = len(shades)
    for number, shade in enumerate(shades[1:], 1):
        least = _HALF if steps == len(_ENDS) else round(_COLOURS * (number - 0.5) / (steps - 1))
        mask = stencil.letters.point([0] * least + [255] * (_COLOURS - least))
        indices.paste(shade, stencil.area[:2], mask)


class _Colours:
    """The colours of a frame, and room among them."""

    def __init__(self, frame: _Frame, indices: Image.Image) -> None:
        self._table = bytearray(frame.table)
        self._uses = indices.histogram()
        self.transparent = frame.transparent
        self.moved = 0
        self._moves: dict[int, int] = {}

    def taken(self, *, grows: bool) -> list[int]:
        """Take places for the label's shades, dark to light, and for transparency if it is needed.

        Raises:
            PlanError: there is no room, and what is there has too little contrast.
        """
        if grows and self.transparent is None:
            self.transparent = self._room(1)[0]
        free = self._free()
        if len(free) >= len(_SHADES):
            return self._set(free, _SHADES)
        if len(free) >= len(_ENDS):
            return self._set(free, _ENDS)
        levels = {
            index: brightness(
                (self._table[3 * index], self._table[3 * index + 1], self._table[3 * index + 2])
            )
            for index in range(len(self._table) // 3)
            if index != self.transparent
        }
        dark, light = min(levels, key=levels.__getitem__), max(levels, key=levels.__getitem__)
        if contrast(levels[dark], levels[light]) >= CONTRAST:
            return [dark, light]
        return self._set(self._room(len(_ENDS)), _ENDS)

    def mapped(self, indices: Image.Image) -> Image.Image:
        """Return the frame's pixels without the colours that gave way."""
        if not self._moves:
            return indices
        return indices.point([self._moves.get(index, index) for index in range(_COLOURS)])

    def table(self) -> bytes:
        """Return the colour table, filled up to a power of two [GIF89a 21]."""
        size = 2
        while size < len(self._table) // 3:
            size *= 2
        return bytes(self._table).ljust(3 * size, b"\0")

    def _free(self) -> list[int]:
        return [i for i in range(_COLOURS) if not self._uses[i] and i != self.transparent]

    def _room(self, count: int) -> list[int]:
        """Return places that no pixel needs, moving the rarest colours to their nearest."""
        free = self._free()
        rare = sorted(
            (i for i in range(_COLOURS) if self._uses[i] and i != self.transparent),
            key=self._uses.__getitem__,
        )
        for index in rare[: max(0, count - len(free))]:
            others = [i for i in rare if i not in self._moves and i != index]
            if not others:
                raise PlanError("a frame of the GIF has no colours that a label could be drawn in")
            nearest = min(others, key=lambda other: self._distance(index, other))
            for earlier, target in self._moves.items():  # what went here goes on
                if target == index:
                    self._moves[earlier] = nearest
            self._moves[index] = nearest
            self.moved += self._uses[index]
            self._uses[nearest] += self._uses[index]
            self._uses[index] = 0
            free.append(index)
        return free[:count]

    def _distance(self, one: int, other: int) -> int:
        pairs = zip(
            self._table[3 * one : 3 * one + 3], self._table[3 * other : 3 * other + 3], strict=False
        )
        return sum((a - b) ** 2 for a, b in pairs)

    def _set(self, places: list[int], shades: tuple[int, ...]) -> list[int]:
        chosen = places[: len(shades)]
        for index, shade in zip(chosen, shades, strict=True):
            end = 3 * index + 3
            self._table.extend(bytes(max(0, end - len(self._table))))
            self._table[end - 3 : end] = bytes([shade]) * 3
        return chosen


def _decoded(view: View, frame: _Frame) -> Image.Image:
    """Return a frame's colour indices as a picture of mode L."""
    from PIL import Image

    width, height = frame.box[2] - frame.box[0], frame.box[3] - frame.box[1]
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    coded = view.read(frame.image.data, frame.image.end - frame.image.data, "a GIF frame")
    single = b"".join(
        (
            HEADER[1] + size + b"\xf7\0\0" + _GREY,
            b"," + bytes(4) + size + bytes([frame.flags & _INTERLACED]),
            coded + b";",
        )
    )
    try:
        with Image.open(BytesIO(single), formats=("GIF",)) as picture:
            picture.load()
            return Image.frombytes("L", picture.size, picture.tobytes())
    except (OSError, ValueError, EOFError, SyntaxError, IndexError) as error:
        raise MalformedFileError(
            "a GIF frame cannot be decoded", offset=frame.image.offset
        ) from error


def _coded(indices: Image.Image) -> bytes:
    """Return indices as LZW data in sub-blocks, with the code size before them [GIF89a 22]."""
    out = BytesIO()
    indices.save(out, "GIF", optimize=False, interlace=0)
    view = BytesView(out.getvalue())
    image = next(block for block in blocks(view) if block.kind is Kind.IMAGE)
    return view.read(image.data, image.end - image.data)


def _image_edit(frame: _Frame, box: Box, table: bytes, coded: bytes) -> Edit:
    places = box[0], box[1], box[2] - box[0], box[3] - box[1]
    flags = _HAS_TABLE | (len(table) // 3).bit_length() - 2
    head = b"," + b"".join(value.to_bytes(2, "little") for value in places) + bytes([flags])
    block = frame.image
    return Edit(block.offset, block.end - block.offset, head + table + coded)


def _control_edit(view: View, frame: _Frame, transparent: int) -> Edit:
    """Plan the control extension that makes an index transparent, changed or put before."""
    if frame.control is None:
        data = b"\x21\xf9\x04" + bytes([_TRANSPARENT, 0, 0, transparent, 0])
        return Edit(frame.image.offset, 0, data)
    held = bytearray(view.read(frame.control.offset, _CONTROL))
    held[3] |= _TRANSPARENT
    held[6] = transparent
    return Edit(frame.control.offset, _CONTROL, bytes(held))
