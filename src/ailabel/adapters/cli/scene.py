"""``ailabel scene``: overlays for the opening frame of a scene, and the element for web pages."""

from __future__ import annotations

import os
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ailabel.adapters.cli.base import TranslatedCommand, emit, language, language_option
from ailabel.adapters.cli.inputs import usage_error
from ailabel.errors import PlanError
from ailabel.io.atomic import create
from ailabel.marks.scene import scene_overlay
from ailabel.messages import translate
from ailabel.standard.wording import CORNERS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["scene_command"]

_SIZES: Final = ("1920x1080", "1080x1920", "2048x2048")
_SIZE: Final = re.compile(r"([0-9]{1,5})[xX×]([0-9]{1,5})", re.ASCII)
_ELEMENT: Final = "ai-label.js"


@click.command(
    "scene",
    cls=TranslatedCommand,
    help="Make what labels a virtual scene or an interface: transparent overlays for the opening "
    "frame as PNG and SVG, and with --web the element for web pages. Exit code 2: one cannot be "
    "made, or another file stands there.",
)
@click.option("-o", "--output", required=True, metavar="DIR", help="The folder to write to.")
@click.option(
    "--size",
    "sizes",
    multiple=True,
    metavar="WxH",
    help="Size of the frame in pixels; may be given several times. By default 1920x1080, 1080x1920 "
    "and 2048x2048.",
)
@click.option("--position", type=click.Choice(CORNERS), help="An edge or corner.")
@click.option("--text", metavar="TEXT", help="A wording of your own.")
@click.option("--wording", type=click.Choice(["zh", "zh+en"]), default="zh", help="The language.")
@click.option("--font", type=click.Path(exists=True, dir_okay=False), help="A font of your own.")
@click.option("--web", is_flag=True, help="Write the element <ai-label> for web pages too.")
@language_option
def scene_command(output: str, sizes: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 - click's way
    """Write overlays."""
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    font = options["font"]
    for size in [_size(item) for item in sizes or _SIZES]:
        overlay = scene_overlay(
            size,
            text=options["text"],
            wording=options["wording"],
            position=options["position"],
            font=None if font is None else Path(font),
        )
        name = f"ai-label-{size[0]}x{size[1]}"
        percent = overlay.mark.height_percent
        note = f"{overlay.mark.text}, {overlay.mark.place}, {percent} %"
        emit(_write(folder / f"{name}.png", overlay.png, note))
        emit(_write(folder / f"{name}.svg", overlay.svg.encode(), note))
    if options["web"]:
        element = resources.files("ailabel") / "assets" / "web" / _ELEMENT
        emit(_write(folder / _ELEMENT, element.read_bytes(), "<ai-label>"))


def _size(text: str) -> tuple[int, int]:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise usage_error("{value} is no size; write it as 1920x1080", value=text)
    return int(found[1]), int(found[2])


def _write(path: Path, data: bytes, note: str) -> Iterator[str]:
    """Write a file unless it stands there as it is."""
    try:
        create(path, data)
    except PlanError:
        if path.is_file() and path.read_bytes() == data:
            yield f"{os.fspath(path)}: {translate('stands there already', language())}\n"
            return
        raise
    yield f"{os.fspath(path)}: {note}\n"
