"""Films from formulas: a flight over mountains at dusk, with a melody."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Final

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from make_samples.pictures import _ridge
from make_samples.sounds import _melody

__all__ = ["MAKERS"]

_WIDTH, _HEIGHT = 480, 270
_RATE: Final = 12
_SECONDS: Final = 8
_SOUND_RATE: Final = 22050
_LAYERS: Final = (  # height and roughness as shares, colour, pixels that pass in a second
    (0.55, 0.07, (96, 88, 130), 10),
    (0.68, 0.06, (58, 62, 96), 28),
    (0.84, 0.05, (24, 34, 48), 60),
)


def _sky() -> Image.Image:
    size = (_WIDTH, _HEIGHT)
    shade = Image.linear_gradient("L").resize(size)
    dusk, night = Image.new("RGB", size, (255, 176, 96)), Image.new("RGB", size, (38, 62, 128))
    sky = Image.composite(dusk, night, shade)
    ImageDraw.Draw(sky).ellipse((300, 88, 350, 138), fill=(255, 236, 190))
    return sky.filter(ImageFilter.GaussianBlur(1.5))


def _frames() -> list[Image.Image]:
    """Return the pictures: mountains that pass the faster the nearer they are."""
    sky = _sky()
    length = _WIDTH + _SECONDS * max(speed for *_, speed in _LAYERS)
    lines = [
        _ridge(length, base * _HEIGHT, rough * _HEIGHT, 7 + index)
        for index, (base, rough, _, _) in enumerate(_LAYERS)
    ]
    pictures = []
    for number in range(_RATE * _SECONDS):
        picture = sky.copy()
        draw = ImageDraw.Draw(picture)
        for line, (*_, colour, speed) in zip(lines, _LAYERS, strict=True):
            start = number * speed // _RATE
            ridge = enumerate(line[start : start + _WIDTH])
            draw.polygon([(0, _HEIGHT), *ridge, (_WIDTH, _HEIGHT)], fill=colour)
        pictures.append(picture)
    return pictures


def flight_mp4() -> bytes:
    """A flight over mountains, 480 x 270, 8 s of H.264 with a key picture every 2 s, and AAC."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=_RATE)
        video.width, video.height, video.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        video.gop_size = 2 * _RATE
        video.codec_context.thread_count = 1  # what is written depends on it
        video.options = {"preset": "veryfast", "crf": "27", "x264-params": "scenecut=0"}
        audio = container.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        audio.bit_rate = 32000
        for number, picture in enumerate(_frames()):
            frame = av.VideoFrame.from_ndarray(np.asarray(picture))
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(
            _melody(_SOUND_RATE).astype("f4")[np.newaxis], format="fltp", layout="mono"
        )
        sound.sample_rate = _SOUND_RATE
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return out.getvalue()


MAKERS: Final = {"flight.mp4": flight_mp4}
