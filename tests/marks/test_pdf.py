"""The stamp on PDF pages."""

from __future__ import annotations

import subprocess
from importlib import resources
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest
from PIL import Image

from ailabel.carriers.pdf import CARRIER
from ailabel.errors import AilabelError, PlanError
from ailabel.io.source import BytesView, Limits, View
from ailabel.io.splice import SplicedView, apply
from ailabel.marks.document.pdf import MARKER
from ailabel.spi import MarkSpec, Slot, essence_digest
from ailabel.testing import PAYLOADS, damaged
from builders import pdf as build
from builders.fonts import truetype
from builders.pdf_signed import judge, sign

if TYPE_CHECKING:
    from pathlib import Path

TEXT: Final = "本内容由AI生成"
BOTH: Final = "本内容由AI生成 / AI-generated content"
PDF: Final = CARRIER.formats[0]
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


def _whole(view: View) -> bytes:
    return view.read(0, view.size)


def _stamp(data: bytes, spec: MarkSpec | None = None) -> bytes:
    return apply(data, MARKER.render(BytesView(data), PDF, spec or MarkSpec()).edits)


def _label(data: bytes, payload: str) -> bytes:
    return apply(data, CARRIER.write(BytesView(data), payload))


def _payloads(data: bytes) -> list[str]:
    return [item.payload for item in CARRIER.read(BytesView(data)) if isinstance(item, Slot)]


def _words(path: Path, page: int) -> list[str]:
    command = ["pdftotext", "-f", str(page), "-l", str(page), str(path), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def _ink(path: Path, page: int = 1) -> tuple[Image.Image, list[tuple[int, int, int, int]]]:
    """Return a page at 72 dpi, and the boxes of dark ink in its upper and its lower half."""
    target = path.with_suffix("")
    options = ["-r", "72", "-cropbox", "-png", "-singlefile", "-f", str(page)]
    subprocess.run(["pdftoppm", *options, path, target], check=True)
    with Image.open(target.with_suffix(".png")) as image:
        gray = image.convert("L")
    dark = gray.point([255] * 100 + [0] * 156)
    middle = gray.height // 2
    halves = ((0, 0, gray.width, middle), (0, middle, gray.width, gray.height))
    boxes = [box for half in halves if (box := dark.crop(half).getbbox())]
    return gray, boxes


@pytest.mark.oracle
@every_sample
def test_stamp_below_the_label(name: str, tmp_path: Path) -> None:
    """Stamp and label are two updates behind the file; qpdf finds no fault in them."""
    stamped = SplicedView(
        BytesView(SAMPLES[name]), MARKER.render(BytesView(SAMPLES[name]), PDF, MarkSpec()).edits
    )
    result = _whole(SplicedView(stamped, CARRIER.write(stamped, PAYLOADS[0])))
    assert result.startswith(SAMPLES[name])
    assert _payloads(result) == [PAYLOADS[0]]
    path = tmp_path / name
    path.write_bytes(result)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True)
    assert "No syntax or stream encoding errors" in done.stdout
    assert _label(result, PAYLOADS[1]) == _label(_whole(stamped), PAYLOADS[1])


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("position", "pages"),
    [(None, (1, 0, 1)), ("both", (1, 0, 1)), ("start", (1, 0, 0)), ("end", (0, 0, 1))],
)
def test_positions(position: str | None, pages: tuple[int, ...], tmp_path: Path) -> None:
    """The stamp stands on the first page, the last one or both, and its text can be copied."""
    path = tmp_path / "a.pdf"
    data = build.packed(build.objects(pages=3))
    path.write_bytes(_stamp(data, MarkSpec(position=position)))
    for number, count in enumerate(pages, 1):
        assert _words(path, number).count(TEXT) == count
        assert "Hello" in _words(path, number)
    marks = MARKER.render(BytesView(data), PDF, MarkSpec(position=position)).marks
    wanted = ("start", "end") if position in (None, "both") else (position,)
    assert tuple(mark.place for mark in marks) == wanted
    assert {mark.text for mark in marks} == {TEXT}


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("box", "page"),
    [
        (b"[0 0 595 842]", b""),
        (b"[842 595 0 0]", b""),
        (b"[-50 -60 545 782]", b"/Rotate 90"),
        (b"[30 40 625 882]", b"/Rotate 180"),
        (b"[0 0 595 842]", b"/Rotate -90"),
        (b"[0 0 595 842]", b"/CropBox[100 150 450 800]"),
        (b"[0 0 200 120]", b""),
    ],
    ids=["portrait", "landscape", "90", "180", "270", "cropped", "small"],
)
def test_placement(box: bytes, page: bytes, tmp_path: Path) -> None:
    """Seen as viewers show the page, the stamp is upright in the top left and bottom right."""
    path = tmp_path / "a.pdf"
    found = build.objects(box=box, page=page) | {4: build.stream(b"")}
    path.write_bytes(_stamp(build.plain(found)))
    image, (top, bottom) = _ink(path)
    short = min(image.size)
    for ink in (top, bottom):
        assert 10 <= ink[3] - ink[1] <= 14  # points, upright
        assert ink[2] - ink[0] > 75
    assert top[0] < 0.02 * short + 8
    assert top[1] < 0.02 * short + 8
    assert bottom[2] > image.width - 0.02 * short - 8
    assert bottom[3] + image.height // 2 > image.height - 0.02 * short - 8


@pytest.mark.oracle
@pytest.mark.parametrize(
    "content",
    [
        b"0 g 0 0 1000 1000 re f",
        b"q .1 0 0 .1 90 90 cm 0 g -900 -900 9000 9000 re f",
        b"q q 3 0 0 3 0 0 cm 0 g 0 0 1000 1000 re f (q Q) Tj",
        b"0 g 0 0 1000 1000 re f Q 3 Tr",
    ],
    ids=["dark", "open state", "two open states", "one restore too many"],
)
def test_ground(content: bytes, tmp_path: Path) -> None:
    """On a black page, and whatever state its content leaves, the stamp is black on white."""
    path = tmp_path / "a.pdf"
    path.write_bytes(_stamp(build.plain(build.objects() | {4: build.stream(content)})))
    image, _ = _ink(path)
    plate = image.point([0] * 200 + [255] * 56).crop((0, 0, 300, 100)).getbbox()
    assert plate is not None
    assert 80 < plate[2] - plate[0] < 130
    assert 16 < plate[3] - plate[1] < 24
    shades = image.crop(plate).getextrema()
    assert shades == (0, 255)


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (build.stream(b"q q", b"/Filter/LZWDecode"), Limits()),
        (build.stream(b"q q", b"/Filter/FlateDecode"), Limits()),
        (build.stream(b"q " * 99), Limits(inflate_bytes=50)),
    ],
    ids=["unknown filter", "broken", "too long"],
)
def test_content_that_cannot_be_counted(content: bytes, limits: Limits) -> None:
    """Content that cannot be looked through is taken to restore what it saves."""
    view = BytesView(build.plain(build.objects() | {4: content}), limits=limits)
    (edit,) = MARKER.render(view, PDF, MarkSpec()).edits
    assert edit.data.count(b"Q\nq\n") == 1


@pytest.mark.oracle
def test_units_and_large_pages(tmp_path: Path) -> None:
    """A page with its own unit gets 12 points all the same, a poster gets more."""
    with_unit = build.objects(box=b"[0 0 300 420]", page=b"/UserUnit 2")
    assert b" 6 Tf" in _stamp(build.plain(with_unit))
    poster = _stamp(build.plain(build.objects(box=b"[0 0 2384 3370]")))
    path = tmp_path / "a.pdf"
    path.write_bytes(poster)
    _, boxes = _ink(path)
    assert boxes[0][3] - boxes[0][1] > 0.018 * 2384


@pytest.mark.oracle
def test_page_keeps_its_own(tmp_path: Path) -> None:
    """Inherited resources stay usable, names of fonts do not collide, arrays of content stay."""
    fonts = b"/Resources<</Font<</AILabel0 3 0 R/F1 3 0 R>>/ProcSet[/PDF]>>"
    found = build.objects(page=fonts)
    found[10] = found[10].replace(b"/Contents 4 0 R", b"/Contents[4 0 R 4 0 R]")
    path = tmp_path / "a.pdf"
    path.write_bytes(_stamp(build.plain(found)))
    assert "Hello" in _words(path, 1)
    with pikepdf.open(path) as pdf:
        resources = pdf.pages[0].Resources
        assert sorted(resources.Font.keys()) == ["/AILabel0", "/AILabel1", "/F1"]
        assert "/ProcSet" in resources
        assert len(pdf.pages[0].Contents) == 5


def test_page_without_content(tmp_path: Path) -> None:
    """A blank page without content or resources is stamped."""
    found = build.objects()
    found[2] = b"<</Type/Pages/Kids[10 0 R]/Count 1>>"
    found[10] = b"<</Type/Page/Parent 2 0 R>>"
    path = tmp_path / "a.pdf"
    path.write_bytes(_stamp(build.plain(found)))
    assert _words(path, 1).count(TEXT) == 2


@every_sample
def test_once_is_enough(name: str) -> None:
    """A stamp with the same wording is not put in again, also below a label."""
    stamped = _stamp(SAMPLES[name])
    assert _stamp(stamped) == stamped
    assert _stamp(stamped, MarkSpec(position="end")) == stamped
    labelled = _label(stamped, PAYLOADS[0])
    assert _stamp(labelled) == labelled


@pytest.mark.oracle
@every_sample
def test_other_wording_below_the_label(name: str, tmp_path: Path) -> None:
    """New wording takes the old one's place, and the label over it can still be replaced."""
    labelled = _label(_stamp(SAMPLES[name]), PAYLOADS[0])
    anew = _stamp(labelled, MarkSpec(wording="zh+en"))
    assert _payloads(anew) == [PAYLOADS[0]]
    path = tmp_path / name
    path.write_bytes(anew)
    last = len(pikepdf.open(path).pages)
    words = [word for page in {1, last} for word in _words(path, page)]
    assert words.count(TEXT) == words.count("AI-generated") == 2
    relabelled = _label(anew, PAYLOADS[1])
    assert _payloads(relabelled) == [PAYLOADS[1]]
    assert b"01a203d3-f520-7048-9927-22e679a5c988" not in relabelled
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=True)
    assert "No syntax or stream encoding errors" in done.stdout


def test_first_stamp_below_the_label() -> None:
    """A stamp that comes after the label is put below it."""
    labelled = _label(SAMPLES["table.pdf"], PAYLOADS[0])
    stamped = _stamp(labelled)
    assert _payloads(stamped) == [PAYLOADS[0]]
    assert _payloads(_label(stamped, PAYLOADS[1])) == [PAYLOADS[1]]
    assert b"01a203d3-f520" not in _label(stamped, PAYLOADS[1])


def test_second_place_is_added() -> None:
    """A stamp at the end is added to one at the start, which stays."""
    start = _stamp(SAMPLES["table.pdf"], MarkSpec(position="start"))
    both = _stamp(start, MarkSpec(position="both"))
    assert both.startswith(start)
    assert _stamp(both) == both


@pytest.mark.oracle
def test_tagged_pdf(tmp_path: Path) -> None:
    """In a tagged PDF the stamp is an artifact, elsewhere plain content."""
    tagged = build.objects(catalog=b"/StructTreeRoot 7 0 R/MarkInfo<</Marked true>>")
    path = tmp_path / "a.pdf"
    path.write_bytes(_stamp(build.plain(tagged | {7: b"<</Type/StructTreeRoot>>"})))
    assert path.read_bytes().count(b"/Artifact <</Type/Pagination/Subtype/") == 2
    assert _words(path, 1).count(TEXT) == 2
    assert b"/Artifact" not in _stamp(SAMPLES["table.pdf"])


def test_signed_pdf() -> None:
    """A signed PDF is stamped only when that is asked for; the signature then shows a change."""
    signed = sign(SAMPLES["table.pdf"])
    left = MARKER.render(BytesView(signed), PDF, MarkSpec())
    assert (left.edits, left.marks) == ((), ())
    assert "--stamp-signed" in str(left.notes[0])
    assert judge(_stamp(signed, MarkSpec(stamp_signed=True))) == (True, False)


@pytest.mark.parametrize(
    ("data", "spec", "words"),
    [
        (SAMPLES["table.pdf"], MarkSpec(position="middle"), "start, the end or both"),
        (SAMPLES["table.pdf"], MarkSpec(text="AI生成龘"), "lacks 龘"),
        (SAMPLES["table.pdf"], MarkSpec(text="AI\n生成"), "cannot be shown"),
        (SAMPLES["table.pdf"], MarkSpec(text="AI生成" * 99), "too small"),
        (build.plain(build.objects(box=b"[0 0 30 30]")), MarkSpec(), "too small"),
        (build.plain(build.objects(box=b"[0 0 300 30]")), MarkSpec(), "too small"),
        (build.plain(build.objects(box=b"[0 0 0 842]")), MarkSpec(), "no area"),
        (build.plain(build.objects(catalog=b"/AcroForm<</XFA[]>>")), MarkSpec(), "XFA"),
        (build.plain(build.objects(pages=0) | {9: b"1"}), MarkSpec(), "no page"),
        (build.plain(build.objects(), trailer=b"/Encrypt<</V 1>>"), MarkSpec(), "encrypted"),
    ],
)
def test_refusals(data: bytes, spec: MarkSpec, words: str) -> None:
    """What cannot be stamped legibly, or at all, is refused with the reason."""
    with pytest.raises(PlanError, match=words):
        _stamp(data, spec)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["ailabel-sans-regular.otf", "triangles.ttf"])
def test_own_font(name: str, tmp_path: Path) -> None:
    """A font of the user's, of either kind, is embedded and drawn."""
    path, font = tmp_path / "a.pdf", tmp_path / name
    if name.endswith(".ttf"):
        font.write_bytes(truetype({ord(char): f"g{ord(char)}" for char in "AI-generated"}))
    else:
        folder = resources.files("ailabel") / "assets" / "fonts"
        font.write_bytes((folder / name).read_bytes())
    path.write_bytes(_stamp(SAMPLES["table.pdf"], MarkSpec(text="AI-generated", font=font)))
    assert _words(path, 1).count("AI-generated") == 2
    done = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True)
    assert ("TrueType" if name.endswith(".ttf") else "CID Type 0C") in done.stdout
    assert done.stderr == ""


def test_unusable_font(tmp_path: Path) -> None:
    """A font file that is missing or none is refused by name."""
    for path in (tmp_path / "missing.ttf", tmp_path / "none.ttf"):
        if path.name == "none.ttf":
            path.write_bytes(b"no font")
        with pytest.raises(PlanError, match=path.name):
            _stamp(SAMPLES["table.pdf"], MarkSpec(font=path))


def test_damage() -> None:
    """Damaged files are stamped or refused."""
    count = 0
    for data in SAMPLES.values():
        for copy in damaged(data, count=40, seed=3):
            try:
                _stamp(copy)
            except AilabelError:
                count += 1
    assert count > 0


def test_essence_of_stamped_content() -> None:
    """The stamp is content: the essence changes with it, and not with the label after it."""
    view = BytesView(SAMPLES["info.pdf"])
    stamped = SplicedView(view, MARKER.render(view, PDF, MarkSpec()).edits)
    labelled = SplicedView(stamped, CARRIER.write(stamped, PAYLOADS[0]))
    assert essence_digest(CARRIER, view) != essence_digest(CARRIER, stamped)
    assert essence_digest(CARRIER, stamped) == essence_digest(CARRIER, labelled)
