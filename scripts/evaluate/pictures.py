"""Pictures with a label of known text, place and height, and pictures with none."""

from __future__ import annotations

import io
import random
import unicodedata
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import ailabel
from evaluate.sources import FONTS, photographs

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CLEAN_LINES", "LEVELS", "WORDINGS", "Case", "Truth", "cases", "make"]

PRODUCER: Final = "001191110102MACQD9K64010000"
WORDINGS: Final = (
    "AI生成",
    "AI合成",
    "人工智能生成",
    "人工智能合成",
    "人工智能生成合成",
    "由AI生成",
    "AI生成图片",
    "内容由AI生成",
    "本图片由AI生成",
    "图片由AI生成",
    "该内容由人工智能生成",
    "AI生成 AI-generated",
    "【AI生成】",
)
PLACES: Final = (
    "top-left",
    "top",
    "top-right",
    "left",
    "middle",
    "right",
    "bottom-left",
    "bottom",
    "bottom-right",
)
HEIGHTS: Final = (3.0, 3.5, 4.0, 4.4, 4.7, 4.9, 5.1, 5.3, 5.6, 6.0, 7.0, 8.0)
LEVELS: Final[dict[str, tuple[object, ...]]] = {
    "wording": WORDINGS,
    "place": PLACES,
    "height": HEIGHTS,
    "style": ("plate dark", "plate light", "outline", "shadow", "plain", "translucent", "coloured"),
    "font": tuple(FONTS),
    "side": (480, 640, 800, 1080, 1440),
    "shape": ("1:1", "4:3", "16:9", "3:4", "9:16"),
    "noise": (0, 0, 4, 8),
    "scale": (1.0, 1.0, 0.75, 0.5),
    "coding": ("png", "jpeg 95", "jpeg 85", "jpeg 70", "jpeg 50", "webp 80"),
}
OURS: Final[dict[str, tuple[object, ...]]] = {
    "place": tuple(place for place in PLACES if place != "middle"),
    "wording": ("zh", "zh+en"),
    "side": LEVELS["side"],
    "shape": LEVELS["shape"],
    "coding": ("png", "jpeg 90", "webp 80"),
}
_INK: Final = 128  # coverage from which on a pixel is ink
_BRIGHT: Final = 140  # mean level from which on letters are black
CLEAN_LINES: Final = (
    "禁止吸烟",
    "欢迎光临",
    "北京市海淀区中关村大街1号",
    "人民日报",
    "营业时间 9:00—21:00",
    "新品上市 全场八折",
    "摄影：王小明",
    "2024年10月1日 摄于杭州西湖",
    "版权所有 违者必究",
    "生成日期 2025-03-01",
    "合成氨车间",
    "人工智能学院",
    "AI实验室",
    "智能工厂",
    "生活成本",
    "人工湖",
    "AI创作大赛",
    "虚拟主播",
    "NO PARKING",
    "EXIT",
    "Copyright 2024 John Smith",
    "All rights reserved",
    "MAIN STREET",
    "Photo by Anna Lee",
    "SALE 50% OFF",
    "AIR FRANCE",
    "AI Summit 2024",
    "CHAIR DESIGN",
    "Sample 12/08",
    "Breaking News",
    "电影《人工智能》",
    "水电站 合成照片展",
    "生成式对话",
    "机器学习导论",
    "ALL生鲜超市",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One picture: which one of the grid, and the levels of its parameters."""

    id: str
    kind: str
    photo: str
    seed: int
    wording: str = ""
    place: str = "bottom-right"
    height: float = 5.5
    style: str = "plain"
    font: str = "Noto Sans CJK Bold"
    side: int = 800
    shape: str = "4:3"
    noise: int = 0
    scale: float = 1.0
    coding: str = "jpeg 85"

    def parameters(self) -> dict[str, object]:
        """Return the case as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a picture really shows: heights in per cent of the shortest side, box in pixels."""

    text: str
    ink_percent: float
    em_percent: float
    box: tuple[float, float, float, float]


def cases(part: str, counts: tuple[int, int, int], seed: int) -> list[Case]:
    """Return the grid: labels of others, labels of ours, clean pictures.

    Every parameter takes each of its levels equally often; which levels meet is shuffled.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible
    photos = [str(path) for path in photographs(part)]
    kinds = (("labelled", LEVELS), ("ours", OURS), ("clean", _clean_levels()))
    found = []
    for (kind, levels), count in zip(kinds, counts, strict=True):
        columns = {name: _column(choices, count, rng) for name, choices in levels.items()}
        chosen = _column(photos, count, rng)
        for index in range(count):
            values = {name: column[index] for name, column in columns.items()}
            values["seed"] = rng.randrange(1 << 30)
            found.append(
                Case(id=f"{kind}-{index:04}", kind=kind, photo=str(chosen[index]), **values)  # type: ignore[arg-type]
            )
    return found


def _clean_levels() -> dict[str, tuple[object, ...]]:
    kept = ("place", "height", "style", "font", "side", "shape", "noise", "scale", "coding")
    return {"wording": CLEAN_LINES, **{name: LEVELS[name] for name in kept}}


def _column(levels: Sequence[object], count: int, rng: random.Random) -> list[object]:
    """Return levels, each equally often, in random order."""
    column = [levels[index % len(levels)] for index in range(count)]
    rng.shuffle(column)
    return column


def make(case: Case) -> tuple[bytes, Truth]:
    """Make the picture of a case; the same bytes each time."""
    rng = random.Random(case.seed)  # noqa: S311 - reproducible
    picture = _ground(case, rng)
    if case.kind == "ours":
        return _ours(case, picture)
    picture, truth = _lettered(case, picture, rng)
    if case.kind == "clean":
        for line in rng.sample(CLEAN_LINES, 3):
            picture = _small_print(picture, line, case, rng)
    if case.scale != 1:
        size = (round(picture.width * case.scale), round(picture.height * case.scale))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        left, top, right, bottom = (edge * case.scale for edge in truth.box)
        truth = Truth(
            text=truth.text,
            ink_percent=truth.ink_percent,
            em_percent=truth.em_percent,
            box=(left, top, right, bottom),
        )
    if case.noise:
        grain = np.random.default_rng(case.seed).normal(0, case.noise, (*picture.size[::-1], 3))
        noisy = np.asarray(picture, dtype=np.float64) + grain
        picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return _coded(picture, case.coding), truth


def _ground(case: Case, rng: random.Random) -> Image.Image:
    """Cut a part of the asked shape out of the photograph and bring it to the asked size."""
    with Image.open(case.photo) as opened:
        opened.draft("RGB", (2400, 2400))
        photo = opened.convert("RGBA" if "A" in opened.getbands() else "RGB")
    if photo.mode == "RGBA":
        white = Image.new("RGBA", photo.size, "white")
        photo = Image.alpha_composite(white, photo)
    photo = photo.convert("RGB")
    across, down = map(int, case.shape.split(":"))
    unit = case.side / min(across, down)
    size = round(across * unit), round(down * unit)
    share = min(photo.width / size[0], photo.height / size[1]) * rng.uniform(0.7, 1.0)
    width, height = size[0] * share, size[1] * share
    left = rng.uniform(0, photo.width - width)
    top = rng.uniform(0, photo.height - height)
    box = (left, top, left + width, top + height)
    return photo.resize(size, Image.Resampling.LANCZOS, box)


def _ours(case: Case, picture: Image.Image) -> tuple[bytes, Truth]:
    """Let ailabel itself put the label in."""
    spec = ailabel.LabelSpec(
        producer=PRODUCER, implicit=False, wording=case.wording, position=case.place
    )
    done = ailabel.label_bytes(_coded(picture, case.coding), spec)
    (mark,) = done.marks
    assert mark.box is not None  # noqa: S101 - a mark on a picture has one
    height = mark.height_percent or 0.0
    left, top, right, bottom = mark.box
    return done.data, Truth(
        text=mark.text, ink_percent=height, em_percent=height, box=(left, top, right, bottom)
    )


@lru_cache(maxsize=64)
def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    path, index = FONTS[name]
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


def ideographs(text: str) -> str:
    """Return the ideographs of a text, or all of it where it has none."""
    return "".join(char for char in text if unicodedata.name(char, "").startswith("CJK U")) or text


def _ink(font: ImageFont.FreeTypeFont, text: str) -> tuple[int, int, int, int]:
    """Return the box of the pixels that letters cover by half or more, from the origin."""
    pad = round(font.size)
    width = round(font.getlength(text)) + 2 * pad
    mask = Image.new("L", (width, 3 * pad))
    ImageDraw.Draw(mask).text((pad, 2 * pad), text, fill=255, font=font, anchor="ls")
    box = mask.point(lambda level: 255 if level >= _INK else 0).getbbox()
    assert box is not None  # noqa: S101 - the texts have ink
    return box[0] - pad, box[1] - 2 * pad, box[2] - pad, box[3] - 2 * pad


def _sized(name: str, text: str, ink_height: float) -> ImageFont.FreeTypeFont:
    """Return the font at the size whose ideographs have this height of ink."""
    probe = _ink(_font(name, 200), ideographs(text))
    return _font(name, round(200 * ink_height / (probe[3] - probe[1]) * 4) / 4)


def _lettered(case: Case, picture: Image.Image, rng: random.Random) -> tuple[Image.Image, Truth]:
    side = min(picture.size)
    font = _sized(case.font, case.wording, case.height / 100 * side)
    room = picture.width * 0.94
    while _wide(font, case.wording) > room:  # clean lines may be long
        font = _font(case.font, font.size * 0.9)
    left, top, right, bottom = _ink(font, case.wording)
    width, height = right - left, bottom - top
    margin = side * rng.uniform(0.015, 0.05)
    x = _along(case.place, ("left", "right"), picture.width, width, margin)
    y = _along(case.place, ("top", "bottom"), picture.height, height, margin)
    origin = round(x - left), round(y - top)
    box = (origin[0] + left, origin[1] + top, origin[0] + right, origin[1] + bottom)
    picture = _write(picture, case, font, origin, box)
    core = _ink(font, ideographs(case.wording))
    return picture, Truth(
        text=case.wording,
        ink_percent=100 * (core[3] - core[1]) / side,
        em_percent=100 * font.size / side,
        box=box,
    )


def _wide(font: ImageFont.FreeTypeFont, text: str) -> float:
    box = _ink(font, text)
    return box[2] - box[0]


def _along(place: str, ends: tuple[str, str], room: float, size: float, margin: float) -> float:
    margin = min(margin, (room - size) / 2)
    if ends[0] in place:
        return margin
    return room - size - margin if ends[1] in place else (room - size) / 2


def _write(
    picture: Image.Image,
    case: Case,
    font: ImageFont.FreeTypeFont,
    origin: tuple[int, int],
    box: tuple[int, int, int, int],
) -> Image.Image:
    """Write the text in its style; without plate or outline in the ink that contrasts more."""
    height = box[3] - box[1]
    part = picture.crop(box).convert("L").resize((1, 1), Image.Resampling.BOX)
    bright = int(part.getpixel((0, 0))) < _BRIGHT  # type: ignore[arg-type]
    ink = (255, 255, 255) if bright else (0, 0, 0)
    other = (0, 0, 0) if bright else (255, 255, 255)
    layer = picture.convert("RGBA")
    over = Image.new("RGBA", layer.size)
    draw = ImageDraw.Draw(over)
    settings: dict[str, object] = {"font": font, "anchor": "ls"}
    if case.style.startswith("plate"):
        dark = case.style.endswith("dark")
        pad = round(height * 0.3)
        plate = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad)
        draw.rectangle(plate, fill=(0, 0, 0, 170) if dark else (255, 255, 255, 190))
        ink = (255, 255, 255) if dark else (20, 20, 20)
    elif case.style == "outline":
        settings |= {"stroke_width": max(1, round(height * 0.06)), "stroke_fill": (*other, 255)}
    elif case.style == "shadow":
        offset = max(1, round(height * 0.06))
        shade = Image.new("RGBA", layer.size)
        where = (origin[0] + offset, origin[1] + offset)
        ImageDraw.Draw(shade).text(where, case.wording, fill=(*other, 200), font=font, anchor="ls")
        over.alpha_composite(shade.filter(ImageFilter.GaussianBlur(offset / 2)))
    elif case.style == "coloured":
        ink = (255, 221, 51) if bright else (160, 16, 32)
    alpha = 180 if case.style == "translucent" else 255
    draw.text(origin, case.wording, fill=(*ink, alpha), **settings)  # type: ignore[arg-type]
    if case.style == "outline":  # the outline is drawn around the letters, not over them
        draw.text(origin, case.wording, fill=(*ink, 255), font=font, anchor="ls")
    return Image.alpha_composite(layer, over).convert("RGB")


def _small_print(picture: Image.Image, line: str, case: Case, rng: random.Random) -> Image.Image:
    """Write one more ordinary line somewhere."""
    font = _font(case.font, max(10, min(picture.size) * rng.uniform(0.02, 0.06)))
    place = (
        rng.randrange(max(1, round(picture.width - font.getlength(line)))),
        rng.randrange(round(font.size), picture.height),
    )
    written = picture.copy()
    ImageDraw.Draw(written).text(
        place,
        line,
        fill=rng.choice(((255, 255, 255), (10, 10, 10), (250, 210, 60))),
        font=font,
        anchor="ls",
        stroke_width=rng.choice((0, 1)),
        stroke_fill=(90, 90, 90),
    )
    return written


def _coded(picture: Image.Image, coding: str) -> bytes:
    kind, _, quality = coding.partition(" ")
    out = io.BytesIO()
    picture.save(out, kind.upper(), **({"quality": int(quality)} if quality else {}))
    return out.getvalue()
