"""The label on sequential JPEG pictures: the blocks that it touches are replaced, no others.

The label is painted into each component at the component's own resolution, so that no colour is
converted and none is scaled. All other blocks keep their coefficients [T.81].
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final

from ailabel.codecs import jpeg, jpeg_scan, native
from ailabel.drawing import paint
from ailabel.errors import MalformedFileError
from ailabel.io.splice import Edit
from ailabel.marks.image.jpeg_file import index_edits
from ailabel.spi import Rendition
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from PIL import Image

    from ailabel.codecs.jpeg_scan import Part, Patch, Planes, Scan
    from ailabel.drawing.stencil import Box, Stencil
    from ailabel.io.source import View
    from ailabel.marks.image.jpeg_file import JpegFile

__all__ = ["NotSplicedError", "spliced"]

_BLOCK: Final = 8
_SEQUENTIAL: Final = frozenset({0xC0, 0xC1})  # Huffman coded: baseline and extended [T.81 B.1.1.3]
_GREY, _COLOUR, _FOUR = 1, 3, 4  # components
_CODES: Final = "JPEG Huffman codes, without loss, because the picture lacked some that were needed"


class NotSplicedError(Exception):
    """The blocks under the label cannot be replaced by themselves; says why."""


@frozen
class _Canvas:
    """The samples of a component under the label.

    Args:
        image: the samples, a grey picture.
        region: left, top, right, bottom of what it shows, in pixels of the whole picture.
        level: what a grey level is in this component.
    """

    image: Image.Image
    region: tuple[float, float, float, float]
    level: Callable[[int], int]


def spliced(view: View, file: JpegFile, stencil: Stencil) -> Rendition:
    """Plan the edits that replace the blocks under the label.

    Raises:
        NotSplicedError: this picture must be coded anew as a whole.
    """
    try:
        scans = _scans(view, file)
        found = [
            (scan, jpeg_scan.read(view, scan, _box(scan, file, stencil.area))) for scan in scans
        ]
    except MalformedFileError as error:  # decoders may make something of it all the same
        raise NotSplicedError(f"it is damaged at byte {error.offset}") from error
    canvases = dict(pair for scan, planes in found for pair in _canvases(scan, planes, file))
    style = paint.choose(_beneath(file, canvases, stencil.area), stencil.look)
    _paint(canvases.values(), stencil, style)
    patches = [_patch(view, scan, planes, canvases) for scan, planes in found]
    edits = _edits(view, file, list(zip(scans, patches, strict=True)))
    return Rendition(
        edits=(*edits, *index_edits(view, file, edits)),
        marks=(stencil.mark(),),
        reencoded=_CODES if any(patch.whole for patch in patches) else None,
    )


def _scans(view: View, file: JpegFile) -> tuple[Scan, ...]:
    """Describe the scans, each of which must hold its components whole."""
    if file.frame.is_progressive:
        raise NotSplicedError("it is progressive")
    if not native.is_there():
        raise NotSplicedError("the compiled extension is not installed")
    if file.frame.marker not in _SEQUENTIAL or any(
        found.marker in jpeg.FRAMES for found in file.body
    ):
        raise NotSplicedError("its coding is unusual")
    scans = tuple(jpeg_scan.scans(view, (*file.header, *file.body), file.frame))
    if sorted(part.index for scan in scans for part in scan.parts) != list(
        range(len(file.frame.components))
    ):
        raise NotSplicedError("its scans are unusual")
    return scans


def _unit(scan: Scan, part: Part, file: JpegFile) -> tuple[float, float]:
    """Return how many pixels of the picture an MCU of a scan spans, across and down."""
    across, down = scan.blocks(part)
    widest = max(other.horizontal for other in file.frame.components)
    highest = max(other.vertical for other in file.frame.components)
    return (
        _BLOCK * across * widest / part.component.horizontal,
        _BLOCK * down * highest / part.component.vertical,
    )


def _box(scan: Scan, file: JpegFile, area: Box) -> Box:
    """Return the MCUs that an area touches."""
    width, height = _unit(scan, scan.parts[0], file)
    return (
        int(area[0] // width),
        int(area[1] // height),
        min(int(-(-area[2] // width)), scan.across),
        min(int(-(-area[3] // height)), scan.down),
    )


def _canvases(scan: Scan, planes: Planes, file: JpegFile) -> Iterator[tuple[int, _Canvas]]:
    """Yield the components of a scan by their numbers."""
    from PIL import Image

    left, top, right, bottom = planes.box
    levels = _levels(file)
    for part, samples in zip(scan.parts, planes.samples, strict=True):
        across, down = scan.blocks(part)
        size = ((right - left) * across * _BLOCK, (bottom - top) * down * _BLOCK)
        width, height = _unit(scan, part, file)
        region = (left * width, top * height, right * width, bottom * height)
        image = Image.frombytes("L", size, samples)
        yield part.index, _Canvas(image, region, levels[part.index])


def _levels(file: JpegFile) -> Sequence[Callable[[int], int]]:
    """Return, for each component, what a grey level is in it; CMYK is stored inverted."""

    def grey(level: int) -> int:
        return level

    def no_colour(_level: int) -> int:
        return 128

    def no_ink(_level: int) -> int:
        return 255

    def no_light(_level: int) -> int:
        return 0

    if len(file.frame.components) == _GREY:
        return (grey,)
    if len(file.frame.components) == _COLOUR:
        return (grey, grey, grey) if file.is_rgb else (grey, no_colour, no_colour)
    if file.is_ycck:
        return no_light, no_colour, no_colour, grey
    return no_ink, no_ink, no_ink, grey


def _beneath(file: JpegFile, canvases: dict[int, _Canvas], area: Box) -> Image.Image:
    """Return the pixels under the label, of which the style is chosen, in a mode of Pillow's."""
    from PIL import Image, ImageChops

    bands = [_cropped(canvases[index], area) for index in sorted(canvases)]
    if len(bands) == _FOUR:
        inks = [ImageChops.invert(band) for band in bands]
        if file.is_ycck:
            inks[:3] = Image.merge("YCbCr", bands[:3]).convert("RGB").split()
        return Image.merge("CMYK", inks)
    return Image.merge("RGB", bands) if file.is_rgb else bands[0]


def _cropped(canvas: _Canvas, area: Box) -> Image.Image:
    from PIL import Image

    left, top, right, bottom = canvas.region
    across = canvas.image.width / (right - left)
    down = canvas.image.height / (bottom - top)
    box = (
        (area[0] - left) * across,
        (area[1] - top) * down,
        min((area[2] - left) * across, canvas.image.width),
        min((area[3] - top) * down, canvas.image.height),
    )
    if across == down == 1:
        return canvas.image.crop(box)
    size = (area[2] - area[0], area[3] - area[1])
    return canvas.image.resize(size, Image.Resampling.NEAREST, box)


def _paint(canvases: Iterable[_Canvas], stencil: Stencil, style: paint.Style) -> None:
    """Paint the label into each component, with masks of its resolution."""
    ready: dict[object, Stencil] = {}
    ground = stencil.plate if style.plate else stencil.outline
    ground = ground.point([round(level * style.cover) for level in range(256)])
    for canvas in canvases:
        kind = (canvas.region, canvas.image.size)
        own = ready.get(kind)
        if own is None:
            behind = _fitted(ground, stencil.area, canvas)
            own = ready[kind] = replace(
                stencil,
                area=(0, 0, *canvas.image.size),
                letters=_fitted(stencil.letters, stencil.area, canvas),
                outline=behind,
                plate=behind,
            )
        ink, back = canvas.level(style.ink), canvas.level(style.ground)
        levels = replace(style, ink=ink, ground=back, cover=1.0)
        paint.paint(canvas.image, own, levels)


def _fitted(mask: Image.Image, area: Box, canvas: _Canvas) -> Image.Image:
    """Return a mask at the place and resolution of a component."""
    from PIL import Image

    left, top, right, bottom = canvas.region
    origin = (int(left), int(top))
    size = (ceil(right) - origin[0], ceil(bottom) - origin[1])
    whole = Image.new("L", size)
    whole.paste(mask, (area[0] - origin[0], area[1] - origin[1]))
    width, height = canvas.image.size
    steps = (size[0] // width, size[1] // height)
    if size == (width * steps[0], height * steps[1]):
        return whole.reduce(steps)
    box = (left - origin[0], top - origin[1], right - origin[0], bottom - origin[1])
    return whole.resize(canvas.image.size, Image.Resampling.BOX, box)


def _patch(view: View, scan: Scan, planes: Planes, canvases: dict[int, _Canvas]) -> Patch:
    samples = tuple(canvases[part.index].image.tobytes() for part in scan.parts)
    patch = jpeg_scan.splice(view, scan, planes, samples)
    if patch is None:
        raise NotSplicedError("its coefficients are unusually large")
    return patch


def _edits(view: View, file: JpegFile, patches: Sequence[tuple[Scan, Patch]]) -> tuple[Edit, ...]:
    """Return the edits that put patches and tables in, and EOI where it was missing."""
    edits = [Edit(patch.offset, patch.length, patch.data) for _, patch in patches]
    edits += _table_edits(view, patches)
    if file.body[-1].marker != jpeg.EOI:
        edits.append(Edit(file.end, 0, b"\xff\xd9"))
    return tuple(edits)


def _table_edits(view: View, patches: Sequence[tuple[Scan, Patch]]) -> Iterator[Edit]:
    """Yield the edits of the DHT segments whose tables got further symbols."""
    changed: dict[jpeg.Segment, dict[int, bytes]] = {}
    for scan, patch in patches:
        for number, home in enumerate(scan.homes):
            if home is not None and patch.tables[number] != scan.tables[number]:
                changed.setdefault(home, {})[number] = patch.tables[number]
    if changed and len(patches) > 1:  # which may share them
        raise NotSplicedError("its scans lack Huffman codes")
    for home, tables in changed.items():
        body = view.read(home.body, home.body_length, "a JPEG Huffman table")
        parts = [
            bytes((number // 4 << 4 | number % 4,)) + tables.get(number, table)
            for number, table in jpeg_scan.huffman_tables(body, home)
        ]
        yield Edit(home.offset, home.length, jpeg.segment(jpeg.DHT, b"".join(parts)))
