"""The explicit label in books."""

from __future__ import annotations

import io
import zipfile
from typing import Final

import defusedxml.ElementTree as ET  # noqa: N817 - its usual name
import pytest

from ailabel.carriers.epub import EPUB
from ailabel.errors import PlanError
from ailabel.io.source import Limits
from ailabel.marks.document.epub import MARKER
from ailabel.spi import Finding
from builders import epub as build
from markers import PHRASE, Tried, changed_members

SAMPLES: Final = dict(build.samples())
TRIED: Final = Tried(MARKER, EPUB)
_XHTML: Final = "http://www.w3.org/1999/xhtml"


def book(*pages: str, spine: str = "") -> bytes:
    """Return a book of these pages, in this order unless a spine says another."""
    members = build.book()
    items = "".join(
        f'<item id="p{number}" href="p%20{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(pages))
    )
    order = spine or "".join(f'<itemref idref="p{number}"/>' for number in range(len(pages)))
    package = members["EPUB/package.opf"].decode()
    head, _, _ = package.partition("<manifest>")
    members["EPUB/package.opf"] = (
        f"{head}<manifest>{items}</manifest><spine>{order}</spine></package>"
    ).encode()
    for number, body in enumerate(pages):
        text = f'<html xmlns="{_XHTML}"><head><title>AI生成</title></head>{body}</html>'
        members[f"EPUB/p {number}.xhtml"] = text.encode()
    return build.zipped(members)


def body_of(data: bytes, page: str) -> list[str]:
    """Return the texts of a page's blocks, read by the standard library."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ET.fromstring(archive.read(page))
    body = root.find(f"{{{_XHTML}}}body")
    assert body is not None
    return ["".join(item.itertext()) for item in body]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_takes_the_label(name: str) -> None:
    """It is found again, and only its page changes."""
    data = SAMPLES[name]
    assert TRIED.inspect(data).finding is Finding.NOT_FOUND
    result = TRIED.render(data, position="both")
    assert TRIED.seen(result) == [("start", "found"), ("end", "found")]
    assert changed_members(data, result) == ["EPUB/one.xhtml"]


def test_a_long_page_takes_it_too() -> None:
    """A whole book may be one page."""
    body = "".join(f"<p>{'潮水' * 9000}{page}</p>" for page in range(90))
    data = book(f"<body>{body}</body>")
    assert len(body.encode()) > Limits().inflate_bytes
    assert TRIED.seen(TRIED.render(data, position="both")) == [("start", "found"), ("end", "found")]


def test_the_order_of_reading_decides() -> None:
    """First and last are those of the spine, what stands aside from it left out."""
    spine = '<itemref idref="p2" linear="no"/><itemref idref="p1"/><itemref idref="p0"/>'
    data = book("<body><p>a</p></body>", "<body><p>b</p></body>", "<body/>", spine=spine)
    result = TRIED.render(data, position="both")
    assert body_of(result, "EPUB/p 1.xhtml") == [PHRASE, "b"]
    assert body_of(result, "EPUB/p 0.xhtml") == ["a", PHRASE]
    assert body_of(result, "EPUB/p 2.xhtml") == []


def test_an_empty_page_takes_it() -> None:
    """A body that is one empty tag is opened."""
    assert body_of(TRIED.render(book("<body/>")), "EPUB/p 0.xhtml") == [PHRASE]


def test_a_book_without_pages_is_refused() -> None:
    """There is nowhere to put a label."""
    with pytest.raises(PlanError, match="no page"):
        TRIED.render(book("<body/>", spine="<itemref idref='none'/>"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<p>{PHRASE}</p>", [("start", "found")]),
        ("<p>AI生成</p>", [("start", "found")]),
        ("<h1>AI生成</h1>", [("middle", "review")]),
        (f"<h1>{PHRASE}</h1>", [("middle", "found")]),
        (f"<p hidden=''>{PHRASE}</p>", [("start", "review")]),
        (f"<div style='DISPLAY : none'><p>{PHRASE}</p></div>", [("start", "review")]),
        (f"<p style='color: #FEFEFE'>{PHRASE}</p>", [("start", "review")]),
        (f"<p style='color: white; background: #222'>{PHRASE}</p>", [("start", "found")]),
        (f"<script>{PHRASE}</script>", []),
        ("<p>人工智能</p><p>生成</p>", []),
        (f"<p>a<br/>{PHRASE}</p>", [("start", "found")]),
        ("<p>关于AI生成内容的研究在这里展开</p>", [("start", "review")]),
    ],
)
def test_blocks_are_judged(body: str, expected: list[tuple[str, str]]) -> None:
    """What a reader sees as a block counts; headings and hidden text are for a person."""
    data = book(f"<body>{body}<p>x</p></body>", "<body><p>y</p></body>")
    assert TRIED.seen(data) == expected


def test_protected_books_are_refused() -> None:
    """A signature would break."""
    signed = build.book() | {"META-INF/signatures.xml": b"<signatures/>"}
    with pytest.raises(PlanError, match="signed"):
        TRIED.render(build.zipped(signed))


def test_damage_never_escapes() -> None:
    """Damaged copies are looked at or refused with an error of ours."""
    assert TRIED.survives(SAMPLES["plain.epub"], 2) > 0


@pytest.mark.parametrize("body", ["<body/>", "<body></body>"])
def test_an_empty_page_takes_one_label(body: str) -> None:
    """Its start is its end."""
    data = book(body)
    assert TRIED.marks(data, position="both") == ["start"]
    assert TRIED.seen(TRIED.render(data, position="both")) == [("start", "found")]


def test_a_page_that_is_no_xml_does_not_hide_the_label_of_another() -> None:
    """Without a label elsewhere, not everything was looked at."""
    broken = "<body><p>a<br>b</p></body>"
    data = book(f"<body><p>{PHRASE}</p></body>", broken)
    assert TRIED.inspect(data).finding is Finding.FOUND
    evidence = TRIED.inspect(book("<body><p>a</p></body>", broken))
    assert evidence.finding is Finding.UNCHECKED
    assert evidence.reason is not None
