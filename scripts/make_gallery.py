"""Render one labelled example of each medium and style into samples/gallery/ (``make gallery``).

Everything shown is labelled by ailabel from what stands in samples/, then drawn by somebody else:
Pillow, PDFium, FFmpeg, a browser.
"""

from __future__ import annotations

import subprocess
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image, ImageDraw

import ailabel

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLES: Final = ROOT / "samples"
GALLERY: Final = SAMPLES / "gallery"
_PRODUCER: Final = "001191350100M000100Y4310000"
_SIZE: Final = (480, 320)
_QUALITY: Final = 82
_GROUND: Final = (238, 240, 243)


def main() -> None:
    """Write every picture of the gallery."""
    GALLERY.mkdir(exist_ok=True)
    for name, make in PICTURES.items():
        picture = make()
        picture.thumbnail(_SIZE, Image.Resampling.LANCZOS)
        picture.convert("RGB").save(GALLERY / name, quality=_QUALITY, optimize=True)
        print(f"{name}: {(GALLERY / name).stat().st_size} bytes")


def _labelled(path: str, **spec: Any) -> bytes:  # noqa: ANN401 - arguments of LabelSpec
    source = SAMPLES / path
    wanted = ailabel.LabelSpec(producer=_PRODUCER, **spec)
    return ailabel.label_bytes(source.read_bytes(), wanted, name=source.name).data


def _picture(path: str, **spec: Any) -> Image.Image:  # noqa: ANN401 - same
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(Image.open(BytesIO(_labelled(path, **spec))))
    if "A" not in picture.getbands():
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, (*_GROUND, 255))
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _page() -> Image.Image:
    import pypdfium2

    document = pypdfium2.PdfDocument(_labelled("documents/report.pdf"))
    page: Image.Image = document[0].render(scale=1.2).to_pil().convert("RGB")
    return page.crop((0, 0, page.width, round(page.width * 2 / 3)))


def _film() -> Image.Image:
    import av

    source = next(iter(sorted((SAMPLES / "films").glob("*.mp4"))))
    with av.open(BytesIO(_labelled(f"films/{source.name}"))) as container:
        frame = next(container.decode(video=0))  # type: ignore[union-attr]
        picture: Image.Image = frame.to_image()
    return picture


def _sound(mark: str) -> Image.Image:
    """Draw how a sound begins: its wave, with the label in another colour."""
    import wave

    spec = ailabel.LabelSpec(producer=_PRODUCER, audio_mark=mark)
    source = SAMPLES / "sounds" / "melody.wav"
    result = ailabel.label_bytes(source.read_bytes(), spec, name=source.name)
    end = (result.marks[0].seconds or (0.0, 0.0))[1]
    with wave.open(BytesIO(result.data)) as sound:
        rate, channels = sound.getframerate(), sound.getnchannels()
        data = sound.readframes(round((end + 2.5) * rate))
    samples = np.frombuffer(data, "<i2").reshape(-1, channels)[:, 0] / 32_768
    width, height = _SIZE
    picture = Image.new("RGB", _SIZE, _GROUND)
    draw = ImageDraw.Draw(picture)
    for column, part in enumerate(np.array_split(samples, width)):
        peak = float(np.abs(part).max()) * height / 2
        is_label = column / width * len(samples) / rate < end
        colour = (200, 60, 40) if is_label else (60, 90, 140)
        draw.line((column, height / 2 - peak, column, height / 2 + peak), fill=colour)
    return picture


def _browser(body: str) -> Image.Image:
    element = ROOT / "src" / "ailabel" / "assets" / "web" / "ai-label.js"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.html"), Path(folder, "a.png")
        text = body.replace("{element}", element.as_uri()).replace("{folder}", folder)
        for kind in ("png", "svg"):
            overlay = ailabel.scene_overlay((960, 640), position="top-right")
            data = overlay.png if kind == "png" else overlay.svg.encode()
            Path(folder, f"overlay.{kind}").write_bytes(data)
        source.write_text(text, encoding="utf-8")
        flags = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=960,640")
        command = ["chromium-headless-shell", *flags, f"--screenshot={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return Image.open(target).convert("RGB")


def _interface() -> Image.Image:
    page = (SAMPLES / "scenes" / "chat.html").read_text(encoding="utf-8")
    return _browser(page.replace("../../src/ailabel/assets/web/ai-label.js", "{element}"))


def _scene() -> Image.Image:
    ground = (SAMPLES / "pictures" / "landscape.jpg").as_uri()
    style = "width: 960px; height: 640px; object-fit: cover; position: absolute; left: 0; top: 0"
    pictures = "".join(f'<img src="{url}" style="{style}">' for url in (ground, "overlay.svg"))
    return _browser(f"<!doctype html><body style='margin: 0'>{pictures}</body>")


PICTURES: Final[dict[str, Callable[[], Image.Image]]] = {
    "landscape.jpg": lambda: _picture("pictures/landscape.jpg"),
    "plate.jpg": lambda: _picture(
        "pictures/landscape.png",
        position="top-left",
        look=ailabel.Look(height=0.08, plate="always"),
    ),
    "portrait.jpg": lambda: _picture("pictures/portrait-turned.jpg", wording="zh+en"),
    "icon.jpg": lambda: _picture("pictures/icon-transparent.png"),
    "voice.jpg": lambda: _sound("voice"),
    "rhythm.jpg": lambda: _sound("rhythm"),
    "film.jpg": _film,
    "page.jpg": _page,
    "scene.jpg": _scene,
    "interface.jpg": _interface,
}


if __name__ == "__main__":
    main()
