"""The explicit label in presentations."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any, Final

import pptx
import pytest
from pptx.dml.color import RGBColor
from pptx.util import Emu, Pt

from ailabel.carriers.ooxml import PPTX
from ailabel.errors import PlanError
from ailabel.marks.document.pptx import MARKER
from ailabel.spi import Finding
from builders import png
from builders import pptx as build
from markers import PHRASE, Tried, changed_members

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES: Final = dict(build.samples())
TRIED: Final = Tried(MARKER, PPTX)


def made(*slides: str, layout: int = 6) -> Any:  # noqa: ANN401 - python-pptx has no types
    """Return a presentation whose slides show one text box each."""
    show = pptx.Presentation()
    for text in slides:
        slide = show.slides.add_slide(show.slide_layouts[layout])
        slide.shapes.add_textbox(Pt(30), Pt(30), Pt(300), Pt(60)).text_frame.text = text
    return show


def saved(show: Any) -> bytes:  # noqa: ANN401 - same
    """Return a presentation's bytes."""
    out = io.BytesIO()
    show.save(out)
    return out.getvalue()


def texts(data: bytes) -> list[list[str]]:
    """Return the texts of every slide, read by python-pptx."""
    show = pptx.Presentation(io.BytesIO(data))
    return [
        [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        for slide in show.slides
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_takes_the_label(name: str) -> None:
    """It is found again, and only the slide's member changes."""
    data = SAMPLES[name]
    assert TRIED.inspect(data).finding is Finding.NOT_FOUND
    result = TRIED.render(data)
    assert TRIED.seen(result) == [("start", "found")]
    assert all(part.startswith("ppt/slides/") for part in changed_members(data, result))


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (None, [["a", PHRASE], ["b"], ["c"]]),
        ("end", [["a"], ["b"], ["c", PHRASE]]),
        ("both", [["a", PHRASE], ["b"], ["c", PHRASE]]),
    ],
)
def test_python_pptx_reads_it(position: str | None, expected: list[list[str]]) -> None:
    """The first slide, the last, or both; other slides stay."""
    data = saved(made("a", "b", "c"))
    spec = {} if position is None else {"position": position}
    assert texts(TRIED.render(data, **spec)) == expected


@pytest.mark.oracle
def test_the_box_stands_on_the_slide_above_everything() -> None:
    """Its box is inside the slide, its number is new, and it is drawn last."""
    data = TRIED.render(saved(made("a")))
    show = pptx.Presentation(io.BytesIO(data))
    shapes = list(show.slides[0].shapes)
    box = shapes[-1]
    assert box.text_frame.text == PHRASE
    assert 0 < box.left < box.left + box.width < show.slide_width
    assert 0 < box.top < box.top + box.height < show.slide_height
    assert len({shape.shape_id for shape in shapes}) == len(shapes)


def test_a_hidden_slide_is_passed_over() -> None:
    """The label stands on the first slide that the show includes."""
    show = made("a", "b")
    show.slides[0]._element.set("show", "0")
    assert texts(TRIED.render(saved(show))) == [["a"], ["b", PHRASE]]
    show.slides[1]._element.set("show", "0")
    with pytest.raises(PlanError, match="shows no slide"):
        TRIED.render(saved(show))


def hide(show: Any) -> None:  # noqa: ANN401 - same
    """Switch the box off."""
    show.slides[0].shapes[0]._element.nvSpPr.cNvPr.set("hidden", "1")


def move_off(show: Any) -> None:  # noqa: ANN401 - same
    """Put the box beside the slide."""
    show.slides[0].shapes[0].left = Emu(show.slide_width + 1)


def shrink(show: Any) -> None:  # noqa: ANN401 - same
    """Make the letters tiny."""
    show.slides[0].shapes[0].text_frame.paragraphs[0].runs[0].font.size = Pt(2)


def whiten(show: Any) -> None:  # noqa: ANN401 - same
    """Make the letters white, on no ground of their own."""
    font = show.slides[0].shapes[0].text_frame.paragraphs[0].runs[0].font
    font.color.rgb = RGBColor.from_string("FFFFFF")  # type: ignore[no-untyped-call]


def skip(show: Any) -> None:  # noqa: ANN401 - same
    """Leave the slide out of the show."""
    show.slides[0]._element.set("show", "0")


def cover(show: Any) -> None:  # noqa: ANN401 - same
    """Put a picture over the whole slide."""
    picture = next(data for name, data in png.samples() if name.endswith(".png"))
    size = show.slide_width, show.slide_height
    show.slides[0].shapes.add_picture(io.BytesIO(picture), 0, 0, *size)


@pytest.mark.parametrize("change", [hide, move_off, shrink, whiten, skip, cover])
def test_what_nobody_sees_is_left_to_a_person(change: Callable[[Any], None]) -> None:
    """The rendered look counts, not the text alone."""
    show = made(PHRASE, "b")
    assert TRIED.inspect(saved(show)).finding is Finding.FOUND
    change(show)
    assert [finding for _, finding in TRIED.seen(saved(show))] == ["review"]


def test_white_on_a_dark_ground_of_its_own_is_seen() -> None:
    """The label that we draw is white, and is seen."""
    assert TRIED.seen(TRIED.render(saved(made("a", "b")))) == [("start", "found")]


def test_a_title_is_no_label() -> None:
    """Bare words as a title are the talk's subject; a sentence is a label there too."""
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[0])
    slide.shapes.title.text = "AI生成"
    assert TRIED.seen(saved(show)) == [("middle", "review")]
    slide.shapes.title.text = PHRASE
    assert TRIED.seen(saved(show)) == [("middle", "found")]


def test_bare_words_count_on_the_first_slide() -> None:
    """In the middle of the show they are for a person."""
    assert TRIED.seen(saved(made("AI生成", "b", "AI生成", "d"))) == [
        ("start", "found"),
        ("middle", "review"),
    ]


def test_a_long_wording_stays_on_the_slide() -> None:
    """It takes several lines where one is too narrow."""
    text = "本内容由人工智能生成" * 4
    show = pptx.Presentation(io.BytesIO(TRIED.render(saved(made("a")), text=text)))
    box = list(show.slides[0].shapes)[-1]
    assert box.left > 0
    assert box.text_frame.text == text


@pytest.mark.parametrize("name", ["plain.pptx", "stored.pptx"])
def test_damage_never_escapes(name: str) -> None:
    """Damaged copies are looked at or refused with an error of ours."""
    assert TRIED.survives(SAMPLES[name], 7) > 0


def test_a_very_high_id_is_not_surpassed() -> None:
    """PowerPoint repairs a file whose shapes have ids beyond 31 bits."""
    show = made("a")
    show.slides[0].shapes[0]._element.nvSpPr.cNvPr.set("id", str(0x7FFFFFFF))
    shapes = pptx.Presentation(io.BytesIO(TRIED.render(saved(show)))).slides[0].shapes
    ids = [shape.shape_id for shape in shapes]
    assert len(set(ids)) == 2
    assert max(ids) == 0x7FFFFFFF


def test_a_slide_that_is_named_again_counts_once() -> None:
    """Else a small file could have one slide read as often as it likes."""
    show = made("a")
    ids = show.part._element.sldIdLst
    for _ in range(3):
        ids.append(copy.deepcopy(ids[0]))
    data = saved(show)
    assert len(TRIED.inspect(TRIED.render(data)).sightings) == 1


def test_of_very_many_labels_few_are_looked_at() -> None:
    """The rest is left to a person; each would be held against all that lies above it."""
    show = made()
    slide = show.slides.add_slide(show.slide_layouts[6])
    for _ in range(70):
        slide.shapes.add_textbox(Pt(30), Pt(30), Pt(300), Pt(60)).text_frame.text = PHRASE
    findings = [sighting.finding for sighting in TRIED.inspect(saved(show)).sightings]
    assert findings == [Finding.FOUND] * 64 + [Finding.REVIEW] * 6
