"""What goes wrong with labels in practice, and the rule that is broken by it."""

from __future__ import annotations

import io
import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

import ailabel
from ailabel import LabelSpec, label_bytes
from ailabel.errors import PlanError
from ailabel.io.source import BytesView
from ailabel.io.splice import apply
from ailabel.registry import carrier_of, detect
from ailabel.seal.keyfile import KeySigner
from ailabel.seal.publickey import of_ed25519
from ailabel.seal.sign import sealed
from make_repository.sources import source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["FAULTS", "PLATFORM", "PRODUCER", "Fault", "Maker", "shown_picture"]

PRODUCER: Final = "001191350100M000100Y4310000"
PLATFORM: Final = "示例平台"
OTHERS: Final = "别人的公司"
_FONT: Final = ailabel.__path__[0] + "/assets/fonts/ailabel-sans-bold.otf"
_DIGEST: Final = "ab" * 32  # of a content that nobody has
_SHOWN: Final = (640, 480)


class Maker:
    """Makes labelled files; the visible label of a format is drawn once.

    Args:
        suffix: of the format.
        explicit: whether files show a label.
    """

    def __init__(self, suffix: str, *, explicit: bool) -> None:
        self.suffix, self.name = suffix, f"file.{suffix}"
        self.bare = source(suffix)
        self.shown = self.bare
        if explicit:
            spec = LabelSpec(producer=PRODUCER, implicit=False)
            self.shown = label_bytes(self.bare, spec, name=self.name).data

    @property
    def has_slot(self) -> bool:
        """Whether the format has a place for the label in its metadata."""
        return detect(BytesView(self.bare, self.name)).format.has_slot

    def right(self, number: int) -> bytes:
        """Return a file as it should be."""
        return self.holding(self.payload(number)) if self.has_slot else self.shown

    def holding(self, payload: str) -> bytes:
        """Return a file whose metadata hold a payload, whatever it says."""
        view = BytesView(self.shown, self.name)
        edits = carrier_of(detect(view).format.id).write(view, payload)
        return apply(self.shown, edits)

    def payload(self, number: int, **changes: object) -> str:
        """Return the JSON of a label, with other values for some keys; None leaves one out."""
        fields: dict[str, object] = {
            "Label": "1",
            "ContentProducer": PRODUCER,
            "ProduceID": f"demo-{number:05}",
            "ReservedCode1": "",
            "ContentPropagator": PRODUCER,
            "PropagateID": f"demo-{number:05}",
            "ReservedCode2": "",
            **changes,
        }
        kept = {key: value for key, value in fields.items() if value is not None}
        return json.dumps(kept, separators=(",", ":"))


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong.

    Args:
        name: in a word.
        rule: that must be among the findings.
        make: returns the file, or None where the format knows no such fault.
    """

    name: str
    rule: str
    make: Callable[[Maker, int], bytes | None]


def _bare(maker: Maker, number: int) -> bytes | None:
    """Return what nobody labelled."""
    return _numbered(maker, maker.bare, number) if maker.has_slot else None


def _dropped(maker: Maker, number: int) -> bytes | None:
    """Return a picture whose label was lost when Pillow saved it again."""
    kinds = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
    if maker.suffix not in kinds:
        return None
    target = io.BytesIO()
    with Image.open(io.BytesIO(maker.right(number))) as image:
        cropped = image.convert("RGB").resize((320, 200 + number % 40))
        cropped.save(target, kinds[maker.suffix])
    return target.getvalue()


def _cut(maker: Maker, number: int) -> bytes | None:
    """Return a file that was cut off on its way."""
    if maker.suffix not in {"png", "webp", "docx", "xlsx", "odt", "mp4"}:
        return None
    whole = maker.right(number)
    return whole[: len(whole) // 2 - number % 7]


def _hidden(maker: Maker, number: int) -> bytes | None:
    """Return a text or document that shows no label to its readers."""
    if maker.shown == maker.bare:
        return None
    view = BytesView(maker.bare, maker.name)
    if not maker.has_slot:
        return maker.bare + b"\n" * (number % 50)
    carrier = carrier_of(detect(view).format.id)
    return apply(maker.bare, carrier.write(view, maker.payload(number)))


def _saying(**changes: object) -> Callable[[Maker, int], bytes | None]:
    """Return a maker of files whose labels say something else."""

    def make(maker: Maker, number: int) -> bytes | None:
        if not maker.has_slot:
            return None
        try:
            return maker.holding(maker.payload(number, **changes))
        except PlanError:  # front matter keeps its values in YAML's own way
            return None

    return make


def _altered(maker: Maker, number: int) -> bytes | None:
    """Return a file whose label got another number after it had been signed."""
    signed = json.loads(maker.payload(number, ProduceID=f"signed-{number:05}"))
    seal = sealed(signed, _DIGEST, _signer(), time="2026-01-01T00:00:00Z")
    return _saying(ReservedCode1=seal)(maker, number)


@lru_cache(maxsize=1)
def _signer() -> KeySigner:
    """Return a signer whose key everybody may know."""
    secret = Ed25519PrivateKey.from_private_bytes(b"a key for demonstrations and all")
    return KeySigner("ed25519", secret, of_ed25519(secret.public_key().public_bytes_raw()))


def _torn(maker: Maker, number: int) -> bytes | None:
    """Return a file whose label's JSON was cut short, where the place is free text."""
    if maker.suffix not in {"png", "jpg", "mp3", "mp4", "webp", "wav"}:
        return None
    return maker.holding(maker.payload(number)[:-40])


def _disagreeing(maker: Maker, number: int) -> bytes | None:
    """Return a picture with a second label in the other place, which says something else."""
    if maker.suffix != "png":
        return None
    data = maker.right(number)
    chunk = b"tEXtAIGC\0" + maker.payload(number, ProduceID="another", Label="2").encode()
    framed = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    at = data.index(b"IDAT") - 4
    return data[:at] + framed + data[at:]


def _numbered(maker: Maker, data: bytes, number: int) -> bytes:
    """Return text with something that tells it apart; all else as it is."""
    return data + b"\n" * (number % 50) if maker.suffix in {"md", "html"} else data


FAULTS: Final = (  # of files that were declared as made with AI
    Fault("bare", "GAT-001", _bare),
    Fault("dropped", "GAT-001", _dropped),
    Fault("cut", "GAT-001", _cut),
    Fault("torn", "IMP-002", _torn),
    Fault("disagreeing", "IMP-009", _disagreeing),
    Fault("hidden", "GAT-002", _hidden),
    Fault("others", "GAT-003", _saying(ContentProducer=OTHERS)),
    Fault("four", "IMP-003", _saying(Label="4")),
    Fault("number", "IMP-006", _saying(Label=1)),
    Fault("unnumbered", "IMP-004", _saying(ProduceID="")),
    Fault("altered", "SIG-001", _altered),
)


def shown_picture(kind: str, number: int) -> bytes:
    """Return a picture with a label in its metadata, and one to see that is right or wrong.

    Args:
        kind: ``right``; ``none``; ``small`` for letters of 3 % of the shortest side; ``inside`` for
            letters in the middle; ``mute`` for letters that do not say that it was generated.
        number: tells pictures apart.
    """
    width, height = _SHOWN
    image = Image.new("RGB", _SHOWN, (40, 70 + number % 60, 110))
    draw = ImageDraw.Draw(image)
    for step in range(0, width, 40):
        draw.line((step, 0, width - step, height), (60, 100, 150), 3)
    if kind in {"small", "inside", "mute"}:
        share = 0.032 if kind == "small" else 0.08
        font = ImageFont.truetype(_FONT, round(height * share))
        text = "AI助手" if kind == "mute" else "人工智能生成"
        place = (width // 2, height // 2) if kind == "inside" else (width - 90, height - 30)
        draw.text(place, text, (255, 255, 255), font, anchor="mm")
    target = io.BytesIO()
    image.save(target, "PNG")
    spec: dict[str, Any] = {"producer": PRODUCER, "produce_id": f"shown-{number:05}"}
    spec["explicit"] = kind == "right"
    return label_bytes(target.getvalue(), LabelSpec(**spec), name="shown.png").data


def generated_elsewhere(number: int) -> bytes:
    """Return a picture as a Stable Diffusion front end saves it, without any label."""
    notes = PngInfo()
    notes.add_text(
        "parameters",
        "a lighthouse at dusk\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, "
        f"CFG scale: 7, Seed: {number}, Size: 64x64, Model: demo",
    )
    target = io.BytesIO()
    Image.new("RGB", (64, 64), (number % 256, 90, 60)).save(target, "PNG", pnginfo=notes)
    return target.getvalue()


def plain(number: int) -> Iterator[tuple[str, bytes]]:
    """Yield files that people made: a picture with its camera's name, and a text."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", f"Camera {number}"
    target = io.BytesIO()
    Image.new("RGB", (64, 48), (120, number % 256, 80)).save(target, "JPEG", exif=exif)
    yield "jpg", target.getvalue()
    yield "md", f"# Notes {number}\n\nThe tide rises twice a day.\n".encode()
