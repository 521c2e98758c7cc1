"""Looking at PDF pages as they are rendered."""

from __future__ import annotations

import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, Final

import pypdf
import pytest
from PIL import Image

from ailabel.carriers.pdf import CARRIER
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.marks.document import pdf_look
from ailabel.marks.document.pdf import MARKER
from ailabel.spi import Finding, MarkSpec
from ailabel.testing import damaged
from builders import pdf as build

if TYPE_CHECKING:
    from pathlib import Path

PHRASE: Final = "本内容由AI生成"
CASES: Final = {  # what a page shows, and what is to be seen on it
    "plain": (f"<p>{PHRASE}</p>", "found"),
    "white on white": (f"<p style='color: #fff'>{PHRASE}</p>", "review"),
    "nearly white": (f"<p style='color: #f4f4f4'>{PHRASE}</p>", "review"),
    "white on dark": (f"<p style='color: #fff; background: #222'>{PHRASE}</p>", "found"),
    "behind a box": (
        f"<p>{PHRASE}</p><div style='position: absolute; inset: 0; background: #7ac'></div>",
        "review",
    ),
    "clipped": (  # the browser prints the letters that show
        f"<div style='overflow: hidden; width: 50px; white-space: nowrap'>{PHRASE}</div>",
        "",
    ),
    "tiny": (f"<p style='font-size: 2px'>{PHRASE}</p>", "review"),
    "transparent": (f"<p style='opacity: .02'>{PHRASE}</p>", "review"),
    "prose": ("<p>本章介绍如何识别AI生成的内容，以及由人工智能合成的图像。</p>", "review"),
    "negated": ("<p>本内容非人工智能生成</p>", "review"),
    "nothing": ("<p>潮水一天来两次</p>", ""),
}
PDF: Final = CARRIER.formats[0]
PAGE: Final = """<!doctype html><meta charset="utf-8"><style>@page {{ size: A5; margin: 1cm }}
section {{ position: relative; break-after: page; height: 300px }}</style>{pages}"""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Print the cases, a page each, by a browser; return what is seen on each."""
    folder: Path = tmp_path_factory.mktemp("printed")
    pages = "".join(f"<section>{shown}</section>" for shown, _ in CASES.values())
    source, target = folder / "pages.html", folder / "pages.pdf"
    source.write_text(PAGE.format(pages=f"<section>x</section>{pages}"), encoding="utf-8")
    flags = ("--no-sandbox", "--disable-gpu", f"--print-to-pdf={target}", source.as_uri())
    command = ["chromium-headless-shell", *flags]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    seen: dict[str, list[str]] = {name: [] for name in CASES}
    for item in pdf_look.inspect(BytesView(target.read_bytes())).sightings:
        number = int(item.location.removeprefix("page "))
        seen[list(CASES)[number - 2]].append(item.finding.value)
    return seen


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_what_can_be_seen_counts(name: str, printed: dict[str, list[str]]) -> None:
    """The rendered look decides; what a reader could not see is left to a person."""
    expected = CASES[name][1]
    assert printed[name] == ([expected] if expected else [])


@pytest.mark.parametrize("name", [name for name, _ in build.samples()])
def test_our_stamp_is_seen(name: str) -> None:
    """L9: what render puts on a page, inspect finds, at both ends."""
    data = dict(build.samples())[name]
    try:
        rendition = MARKER.render(BytesView(data), PDF, MarkSpec())
    except AilabelError:
        pytest.skip("this sample takes no stamp")
    found = MARKER.inspect(BytesView(apply(data, rendition.edits)), PDF)
    assert found.finding is Finding.FOUND
    assert all(item.text == PHRASE for item in found.sightings)


def test_turned_and_cropped_pages_are_seen_as_viewers_show_them() -> None:
    """A stamp on a page that is turned and cropped is found; one outside the crop box is not."""
    data = dict(build.samples())["table.pdf"]
    labelled = apply(data, MARKER.render(BytesView(data), PDF, MarkSpec()).edits)
    for box, finding in (((0, 0, 612, 792), Finding.FOUND), ((0, 300, 60, 340), Finding.REVIEW)):
        writer = pypdf.PdfWriter(BytesIO(labelled))
        for page in writer.pages:
            page.rotate(90)
            page.cropbox = pypdf.generic.RectangleObject(box)
        out = BytesIO()
        writer.write(out)
        assert pdf_look.inspect(BytesView(out.getvalue())).finding is finding


def test_the_preview_shows_the_page() -> None:
    """A PNG with a frame around what was found, when it is asked for."""
    data = dict(build.samples())["table.pdf"]
    labelled = apply(data, MARKER.render(BytesView(data), PDF, MarkSpec()).edits)
    assert pdf_look.inspect(BytesView(labelled)).preview is None
    preview = pdf_look.inspect(BytesView(labelled), explain=True).preview
    assert preview is not None
    picture = Image.open(BytesIO(preview))
    assert (220, 0, 60) in {colour for _, colour in picture.getcolors(1 << 24) or ()}


def test_what_pdfium_cannot_open_is_an_error_of_ours() -> None:
    """Encrypted by a password, broken, or too large."""
    writer = pypdf.PdfWriter(BytesIO(dict(build.samples())["table.pdf"]))
    writer.encrypt("secret")
    out = BytesIO()
    writer.write(out)
    for data in (out.getvalue(), b"%PDF-1.7\nnothing"):
        with pytest.raises(MalformedFileError, match="cannot be drawn"):
            pdf_look.inspect(BytesView(data))
    small = BytesView(out.getvalue(), limits=Limits(document_inflate_bytes=100))
    with pytest.raises(LimitExceededError):
        pdf_look.inspect(small)


def test_damage_never_escapes() -> None:
    """Damaged copies are looked at or refused with an error of ours."""
    data = dict(build.samples())["table.pdf"]
    outcomes: set[Finding | None] = set()
    for copy in damaged(data, count=60, seed=4):
        try:
            outcomes.add(pdf_look.inspect(BytesView(copy)).finding)
        except AilabelError:
            outcomes.add(None)
    assert outcomes <= {None, Finding.NOT_FOUND, Finding.REVIEW, Finding.UNCHECKED}
    assert outcomes
