"""The label on AVIF and HEIC pictures, which are coded anew as a whole.

No library here changes a part of a coded picture, so the picture is decoded, drawn on and coded
again at a high quality; colour profile, Exif and XMP are carried over as they stand. A file that
holds more than one picture and its metadata - a burst, a film, depth, a gain map - would lose what
it holds, and is refused with advice; so is one of more than eight bits, whose shades would be lost.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from ailabel.codecs import bmff, bmff_store
from ailabel.codecs.bmff_items import configurations
from ailabel.drawing import paint
from ailabel.drawing.layout import lay_out
from ailabel.errors import MalformedFileError, MissingExtraError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.marks.image import compare
from ailabel.messages import Message
from ailabel.spi import Rendition

if TYPE_CHECKING:
    from PIL import Image

    from ailabel.codecs.bmff import Box
    from ailabel.codecs.bmff_store import Store
    from ailabel.drawing.stencil import Stencil
    from ailabel.io.source import View
    from ailabel.spi import MarkSpec

__all__ = ["render_avif", "render_heic"]

_QUALITY: Final = 90
_SPEED: Final = 6  # of the AV1 encoder, 0 slow to 10 fast
_BITS: Final = 8
_HDR: Final = (16, 18)  # transfer characteristics: PQ, HLG [ITU-T H.273 8.2]
_WIDE: Final = (9, 11, 12)  # colour primaries: BT.2020, P3 [ITU-T H.273 8.1]
_PROFILES: Final = (b"prof", b"rICC")  # [ISO14496-12 12.1.5]
_PICTURES: Final = (b"av01", b"hvc1")
_KNOWN: Final = {*_PICTURES, b"grid", b"Exif", b"mime"}
_ALPHA: Final = ("alpha", "auxid:1")  # how the types of alpha planes end [ISO23008-12 6.9]
_ORIENTATION: Final = 0x0112  # [TIFF6 8]
_BROKEN: Final = (OSError, ValueError, SyntaxError, KeyError, EOFError, RuntimeError, TypeError)


def render_avif(view: View, spec: MarkSpec) -> Rendition:
    """Draw the label on an AVIF picture.

    Raises:
        PlanError: the file holds more than can be coded anew, or no wording fits legibly.
        MalformedFileError: it cannot be decoded.
        LimitExceededError: it has too many pixels.
    """
    from PIL import Image

    chroma = _check(view)
    try:
        with Image.open(BytesIO(_whole(view)), formats=("AVIF",)) as opened:
            check_limit("the picture", opened.width * opened.height, view.limits.pixels)
            if getattr(opened, "n_frames", 1) > 1:
                raise _too_much(Message("a film or a sequence"))
            opened.load()
            picture, info = opened.copy(), dict(opened.info)
            turned = opened.getexif().get(_ORIENTATION, 1)
    except _BROKEN as error:
        raise _undecodable(error) from error
    before = picture.copy()
    stencil = _draw(picture, turned if isinstance(turned, int) else 1, spec)
    out = BytesIO()
    kept = {name: info[name] for name in ("icc_profile", "exif", "xmp") if info.get(name)}
    picture.save(out, "AVIF", quality=_QUALITY, speed=_SPEED, subsampling=chroma, **kept)
    with Image.open(BytesIO(out.getvalue())) as after:
        return _rendition(view, out.getvalue(), stencil, (before, after.convert(before.mode)))


def render_heic(view: View, spec: MarkSpec) -> Rendition:
    """Draw the label on a HEIC picture.

    Raises:
        MissingExtraError: the extra ``heif`` is not installed.
        PlanError: as `render_avif`.
        MalformedFileError: it cannot be decoded.
        LimitExceededError: it has too many pixels.
    """
    heif = _loaded()
    chroma = _check(view)
    try:
        opened = heif.open_heif(BytesIO(_whole(view)), convert_hdr_to_8bit=True)
        check_limit("the picture", opened.size[0] * opened.size[1], view.limits.pixels)
        picture = opened.to_pillow()
    except _BROKEN as error:
        raise _undecodable(error) from error
    before = picture.copy()
    stencil = _draw(picture, 1, spec)  # the library has turned it upright
    out = BytesIO()
    kept = {name: picture.info.get(name) for name in ("exif", "xmp")}
    made = heif.from_pillow(picture)
    made.save(out, quality=_QUALITY, chroma=int(chroma.replace(":", "")), **kept)
    after = heif.open_heif(BytesIO(out.getvalue())).to_pillow()
    return _rendition(view, out.getvalue(), stencil, (before, after.convert(before.mode)))


def _loaded() -> Any:  # noqa: ANN401 - the package has no types
    try:
        import pillow_heif
    except ImportError:
        raise MissingExtraError("heif", "drawing on HEIC pictures") from None
    return pillow_heif


def _whole(view: View) -> bytes:
    check_limit("the file", view.size, view.limits.document_inflate_bytes)
    return view.read(0, view.size, "the file")


def _undecodable(error: Exception) -> MalformedFileError:
    reason = str(error) or type(error).__name__
    return MalformedFileError("the picture cannot be decoded: {reason}", reason=reason)


def _draw(picture: Image.Image, orientation: int, spec: MarkSpec) -> Stencil:
    if picture.mode not in {"L", "RGB", "RGBA"}:
        raise PlanError("a picture of mode {mode} cannot be drawn on", mode=picture.mode)
    stencil = lay_out(picture.size, orientation, spec)
    beneath = picture.crop(stencil.area)
    paint.paint(beneath, stencil, paint.choose(beneath, stencil.look))
    picture.paste(beneath, stencil.area[:2])
    return stencil


def _rendition(
    view: View, data: bytes, stencil: Stencil, pair: tuple[Image.Image, Image.Image]
) -> Rendition:
    return Rendition(
        edits=(Edit(0, view.size, data),),
        marks=(stencil.mark(),),
        reencoded=f"the whole picture at quality {_QUALITY}",
        changed_outside=compare.share([compare.outside(*pair, stencil.area)]),
    )


def _check(view: View) -> str:
    """Refuse what would be lost; return how the colours are sampled, such as ``4:2:0``."""
    stores = bmff_store.load(view)
    if len(stores) != 1 or not stores[0].belongs_to_file:
        raise _too_much(Message("a film or a sequence"))
    store = stores[0]
    unknown = {info.type for info in store.infos} - _KNOWN
    if unknown:
        raise _too_much(b" ".join(sorted(unknown)).decode("latin-1"))
    properties = configurations(view, store.meta)
    _check_pictures(view, store, properties)
    all_boxes = [box for boxes in properties.values() for box in boxes]
    for box in all_boxes:
        _check_depth(view, box)
    _check_colours(view, all_boxes)
    types = {box.type for box in all_boxes}
    if {b"av1C", b"clap"} <= types:  # which the decoder passes over
        raise _too_much(Message("what is cut off at its edges"))
    first = next((box for box in all_boxes if box.type in _CODING), None)
    return "4:2:0" if first is None else _CODING[first.type](bmff.read_body(view, first))


def _check_pictures(view: View, store: Store, properties: dict[int, list[Box]]) -> None:
    """Every picture is the primary one, a tile or a thumbnail of it, or its alpha plane."""
    belongs = {store.primary}
    for reference in store.references:
        if reference.type == b"dimg":
            belongs.update(reference.targets)
        elif reference.type == b"thmb":
            belongs.add(reference.source)
        elif reference.type == b"auxl":
            if not any(_is_alpha(view, box) for box in properties.get(reference.source, ())):
                raise _too_much(Message("a depth or auxiliary picture"))
            belongs.add(reference.source)
    if any(info.type in {*_PICTURES, b"grid"} and info.id not in belongs for info in store.infos):
        raise _too_much(Message("further pictures"))


def _is_alpha(view: View, box: Box) -> bool:
    if box.type != b"auxC":
        return False
    name = bmff.read_body(view, box, 4)[4:].split(b"\0")[0].decode("ascii", "replace")
    return name.endswith(_ALPHA)


def _check_depth(view: View, box: Box) -> None:
    if box.type == b"pixi":
        body = bmff.read_body(view, box, 5)
        if any(bits > _BITS for bits in body[5 : 5 + body[4]]):
            raise _too_much(Message("more than 8 bits a sample"))
    elif box.type in _CODING:  # the properties of pixels may be left out
        body = bmff.read_body(view, box)
        if _is_deep(box.type, body):
            raise _too_much(Message("more than 8 bits a sample"))
    elif box.type == b"colr":
        body = bmff.read_body(view, box, 4)
        if body[:4] == b"nclx" and int.from_bytes(body[6:8], "big") in _HDR:
            raise _too_much(Message("a high dynamic range"))


def _check_colours(view: View, boxes: list[Box]) -> None:
    """Colours beyond sRGB are carried over by a profile; as mere numbers they would turn pale."""
    heads = [bmff.read_body(view, box, 4)[:6] for box in boxes if box.type == b"colr"]
    has_profile = any(head[:4] in _PROFILES for head in heads)
    wide = any(int.from_bytes(head[4:6], "big") in _WIDE for head in heads if head[:4] == b"nclx")
    if wide and not has_profile:
        raise _too_much(Message("colours beyond sRGB"))


def _too_much(what: Message | str) -> PlanError:
    return PlanError(
        "the file holds more than one plain picture ({what}), which drawing would lose; convert it "
        "to JPEG or PNG first, or use --implicit-only",
        what=what,
    )


def _av1(body: bytes) -> str:
    """Say how an AV1 picture samples colours [AV1-ISOBMFF 2.3.3]."""
    flags = body[2] if len(body) > 2 else 0  # noqa: PLR2004 - the third byte
    return "4:0:0" if flags & 0x10 else _SAMPLING[flags >> 2 & 3]


def _is_deep(kind: bytes, body: bytes) -> bool:
    """Say whether samples have more bits than 8 [AV1-ISOBMFF 2.3.3; ISO14496-15 8.3.3.1]."""
    if kind == b"av1C":
        return len(body) > 2 and bool(body[2] & 0x40)  # noqa: PLR2004 - the third byte
    return any(depth & 7 for depth in body[17:19])


def _hevc(body: bytes) -> str:
    """Say how an HEVC picture samples colours [ISO14496-15 8.3.3.1]."""
    return ("4:0:0", "4:2:0", "4:2:2", "4:4:4")[body[16] & 3] if len(body) > 16 else "4:2:0"  # noqa: PLR2004 - the 17th byte


_SAMPLING: Final = {0: "4:4:4", 2: "4:2:2", 3: "4:2:0", 1: "4:2:0"}
_CODING: Final = {b"av1C": _av1, b"hvcC": _hevc}
