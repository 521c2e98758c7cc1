"""Sound with tags: ID3v2 and APEv2, before, behind and inside [ID3v2.4; APE Tags]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.codecs import ape, id3
from ailabel.errors import AilabelError
from ailabel.spi import Entry
from ailabel.traces.places.shared import TEXT_MOST, Block, clear, xmp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View

__all__ = ["entries", "tag_entries"]

_POINTER: Final = 20  # of DSF, to its tag [DSF 1.01]


def entries(view: View) -> Iterator[Entry]:
    """Yield the texts of the tags of a sound file."""
    for tag in _tags(view):
        try:
            if isinstance(tag, ape.Tag):
                yield from _ape_entries(view, tag)
            else:
                yield from tag_entries(view, tag)
        except AilabelError:  # the other tags may be whole
            continue


def _tags(view: View) -> Iterable[id3.Tag | ape.Tag]:
    head = view.read_some(0, 4)
    if head == b"FORM":
        from ailabel.codecs import iff

        chunks = iff.form(view).chunks
        tags = [id3.tag_at(view, chunk.body) for chunk in chunks if chunk.id.upper() == b"ID3 "]
        return [tag for tag in tags if tag is not None]
    if head == b"DSD ":
        tag = id3.tag_at(view, int.from_bytes(view.read(_POINTER, 8, "the DSF header"), "little"))
        return [tag] if tag is not None else []
    from ailabel.codecs import tails

    leading = id3.tags(view)
    start = leading[-1].end if leading else 0
    return [*leading, *tails.tail(view, start).tags]


def tag_entries(view: View, tag: id3.Tag) -> Iterator[Entry]:
    """Yield the texts, links and XMP of an ID3v2 tag."""
    from ailabel.codecs import id3_data

    content = id3.load(view, tag)
    name = f"ID3v2.{tag.version}"
    for text in (*id3_data.texts(content), *id3_data.links(content)):
        shown = f"{text.kind}[{text.description}]" if text.description else text.kind
        begin = content.body.raw(text.frame.position)
        yield Entry(
            system="id3",
            key=text.kind if text.kind == "COMM" else shown,
            text=text.value[:TEXT_MOST],
            location=f"{name} {shown}",
            offset=begin,
            length=content.body.raw(text.frame.end) - begin,
        )
    for frame, packet in id3_data.private(content, "XMP"):
        begin = content.body.raw(frame.position)
        length = content.body.raw(frame.end) - begin
        block = Block(name=f"{name} PRIV[XMP]", start=None, offset=begin, length=length)
        yield from xmp(packet, block, view.limits)


def _ape_entries(view: View, tag: ape.Tag) -> Iterator[Entry]:
    for item in ape.items(view, tag):
        raw = view.read(item.value, min(item.end - item.value, TEXT_MOST), "an APE tag")
        yield Entry(
            system="ape",
            key=item.key,
            text=clear(raw),
            location=f"APEv2 {item.key}",
            offset=item.offset,
            length=item.end - item.offset,
        )
