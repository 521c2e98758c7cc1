"""Markdown: the implicit label is the mapping ``AIGC`` in the YAML front matter.

An entry is put in or replaced by its lines; everything else of the front matter, comments included,
stays as it is. Blocks of YAML further down are labels in the wrong place; quoted, fenced, folded or
commented ones are mentions.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs import frontmatter
from ailabel.codecs.markdown import Kind
from ailabel.codecs.markdown_yaml import Passage, passages
from ailabel.codecs.text import build, load, looks_like_text, read_text, suffix_of
from ailabel.codecs.yaml_mapping import Entry, Mapping
from ailabel.errors import AilabelError, MalformedFileError, PlanError
from ailabel.io.splice import Edit, apply
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Slot, Span, unkept
from ailabel.standard.schema import KEYS, is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.text import Text
    from ailabel.io.source import View
    from ailabel.spi import Carrier, Signature

__all__ = ["CARRIER", "MarkdownCarrier"]

_MARKDOWN: Final = Format(
    id="markdown",
    name="Markdown",
    medium=Medium.TEXT,
    suffixes=(".md", ".markdown", ".mdown", ".mkd"),
    mime="text/markdown",
)
_OPENING: Final = 6  # bytes that a byte order mark and the first dash take at most
_FIELD: Final = re.compile(rf"\b(?:{'|'.join(list(KEYS)[1:])})[\"']?[ \t]*[:=]")
_BROKEN_KEY: Final = re.compile(
    rf"(?:\r\n|\n|\r)([\"']?{KEY}[\"']?[ \t]*:[^\r\n]*(?:(?:\r\n|\n|\r)(?:[ \t][^\r\n]*|[}}\]])?)*)"
)
_MENTIONS: Final = {Kind.CODE: "fenced", Kind.QUOTE: "quoted", Kind.COMMENT: "comment"}


class MarkdownCarrier:
    """Reads and writes the label in front matter."""

    formats: Sequence[Format] = (_MARKDOWN,)
    signatures: Sequence[Signature] = ()

    def sniff(self, view: View) -> Match | None:
        """Claim text by its suffix, or text without a name that has a label in front matter."""
        suffix = suffix_of(view)
        if (suffix and suffix not in _MARKDOWN.suffixes) or not looks_like_text(view):
            return None
        if suffix:
            return Match(_MARKDOWN, Strength.NAME)
        if b"-" not in view.read_some(0, _OPENING):
            return None
        try:
            labelled = any(isinstance(item, Slot) and item.official for item in self.read(view))
        except AilabelError:
            return None
        return Match(_MARKDOWN, Strength.CONTENT) if labelled else None

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find the labels in the front matter and further down, and what only looks like one."""
        if not _named(view):
            return []
        text = read_text(view)
        front = _front(text)
        found: list[Slot | Mention] = [*_front_slots(text, front)]
        for passage in passages(text, front.end, KEY):
            found += _passage_items(text, passage)
        return found

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the front matter and take other labels out.

        Raises:
            PlanError: the front matter is TOML, JSON or damaged; or another label stands where
                taking it out would touch prose.
            MalformedFileError: the file is not text.
        """
        text = read_text(view)
        front = _front(text)
        if front.block is not None and (front.broken or front.block.kind != "yaml"):
            raise _refusal(front)
        edits = [_put(text, front, payload)]
        edits += [
            Edit(text.offset(begin), (end - begin) * text.width, b"")
            for begin, end in [*_spare(text, front), *_stray_cuts(text, front)]
        ]
        edits = [edit for edit in edits if edit.data != _old(text, edit)]
        _prove(text, front, edits, payload)
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its block, line by line.

        Raises:
            PlanError: the block is TOML, JSON or damaged, or has an anchor.
        """
        from ailabel.codecs.frontmatter_edit import rewritten

        text = read_text(view)
        front = _front(text)
        entries = [*front.fields.entries]
        for passage in passages(text, front.end, KEY):
            entries += passage.entries
        found = next((item for item in entries if text.offset(item.start) == slot.offset), None)
        edits = rewritten(text, found, slot.payload, payload) if found else None
        if edits is None or front.broken:
            raise unkept(slot)
        return edits

    def essence(self, view: View) -> Iterator[Span]:
        """Yield the text without its labels, and without front matter that holds nothing else."""
        text = read_text(view)
        position = 0
        for begin, end in sorted(_labels(text)):
            yield Span(position, text.offset(begin) - position)
            position = text.offset(end)
        yield Span(position, view.size - position)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Return nothing: no padding is ever left."""
        return []


CARRIER: Final[Carrier] = MarkdownCarrier()


def _named(view: View) -> bool:
    """Say whether the file names the label anywhere; most do not, and need no parsing."""
    data = load(view)
    return re.search(rb"a\0?i\0?g\0?c", data, re.IGNORECASE) is not None


# -- the front matter ------------------------------------------------------------------------------


@frozen
class _Front:
    """The front matter as far as it could be read.

    Args:
        block: where it stands, or None where the file has none.
        fields: its entries; empty for other kinds than YAML.
        broken: whether it is YAML that cannot be read.
    """

    block: frontmatter.Block | None
    fields: Mapping
    broken: bool = False

    @property
    def end(self) -> int:
        """Where the body begins."""
        return self.block.end if self.block else 0

    @property
    def main(self) -> Entry | None:
        """The entry that is, or will be, the label."""
        return next((item for item in self.fields.entries if item.key == KEY), None)


def _front(text: Text) -> _Front:
    block = frontmatter.head(text)
    if block is None or block.kind != "yaml":
        return _Front(block, Mapping(()))
    try:
        fields = frontmatter.fields(text, block.inner, block.close)
    except MalformedFileError:
        return _Front(block, Mapping(()), broken=True)
    return _Front(None, Mapping(())) if fields is None else _Front(block, fields)


def _front_slots(text: Text, front: _Front) -> Iterator[Slot]:
    block = front.block
    if block is None:
        return
    if front.broken:
        yield from _broken_slots(text, block)
    elif block.kind == "yaml":
        for entry in front.fields.entries:
            if _is_label(entry):
                official = entry is front.main
                site = "markdown.front-matter" if official else "markdown.front-matter-other"
                yield _slot(text, entry, (f"front matter: {entry.key}", site), official=official)
    else:
        for key, value in frontmatter.other_values(text, block).items():
            entry = Entry(key=key, start=block.inner, end=block.close, value=value, anchored=False)
            if _is_label(entry):
                place = (f"{block.kind.upper()} front matter: {key}", f"markdown.{block.kind}")
                yield _slot(text, entry, place, official=False)


def _broken_slots(text: Text, block: frontmatter.Block) -> Iterator[Slot]:
    """Yield the label of front matter that is no YAML, if its own lines are."""
    for match in _BROKEN_KEY.finditer(text.units, 0, block.close):
        try:
            fields = frontmatter.fields(text, match.start(1), match.end(1))
        except MalformedFileError:
            continue
        for entry in fields.entries if fields else ():
            if _is_label(entry):
                place = (f"front matter: {entry.key}", "markdown.front-matter-damaged")
                yield _slot(text, entry, place, official=False)


def _is_label(entry: Entry) -> bool:
    """Say whether an entry is a label: its key names one, and its value holds fields of one."""
    return KEY in entry.key.upper() and is_label(f'{{"{KEY}":{entry.value}}}')


def _slot(text: Text, entry: Entry, place: tuple[str, str], *, official: bool) -> Slot:
    value = json.loads(entry.value)
    return Slot(
        location=place[0],
        offset=text.offset(entry.start),
        raw=text.raw(entry.start, entry.end),
        payload=value if isinstance(value, str) else entry.value,
        site=place[1],
        official=official,
    )


# -- the body --------------------------------------------------------------------------------------


def _passage_items(text: Text, passage: Passage) -> Iterator[Slot | Mention]:
    labels = [entry for entry in passage.entries if _is_label(entry)]
    location = f"line {passage.line}"
    for entry in labels:
        yield _slot(text, entry, (f"{location}: {entry.key}", "markdown.block"), official=False)
    if not labels and _FIELD.search(text.units, passage.begin, passage.end):
        yield Mention(
            location=location,
            offset=text.offset(passage.begin),
            raw=text.raw(passage.begin, passage.end),
            site=f"markdown.{_MENTIONS.get(passage.kind, 'text')}",
        )


def _stray_cuts(text: Text, front: _Front) -> Iterator[tuple[int, int]]:
    """Yield the ranges that take the labels out of the body.

    Raises:
        PlanError: one of them cannot be taken out.
    """
    for passage in passages(text, front.end, KEY):
        if any(_is_label(entry) for entry in passage.entries):
            if passage.cut is None:
                raise PlanError(
                    "another label at line {line} cannot be replaced safely; take that block out "
                    "by hand",
                    line=passage.line,
                )
            yield passage.cut


def _labels(text: Text) -> Iterator[tuple[int, int]]:
    """Yield the ranges that are no content, in order and apart."""
    front = _front(text)
    block, main = front.block, front.main
    if block is not None and block.kind == "yaml" and not front.broken:
        cuts = [*_spare(text, front)]
        if main is not None:
            cuts.append(_lines_of(text, front, main))
        if sum(end - begin for begin, end in cuts) == block.close - block.inner:
            yield 0, _behind_blank(text.units, block.end)
        else:
            yield from cuts
    for passage in passages(text, front.end, KEY):
        if passage.cut and any(_is_label(entry) for entry in passage.entries):
            yield passage.cut


# -- putting the label in --------------------------------------------------------------------------


def _put(text: Text, front: _Front, payload: str) -> Edit:
    """Plan to replace the main entry, to add one to the front matter, or to begin one."""
    members = _members(payload)
    main, block, fields = front.main, front.block, front.fields
    if block is None:
        nl = text.newline
        return text.edit(0, 0, f"---{nl}{_block_entry(members, '', nl)}{nl}---{nl}{nl}")
    if main is not None and main.anchored:
        raise PlanError("the label in the front matter has an anchor; take the anchor out by hand")
    if fields.brace is not None:
        entry = _flow_entry(members)
        if main is not None:
            return text.edit(main.start, main.end, entry)
        return text.edit(fields.brace, fields.brace, entry + (", " if fields.entries else ""))
    if main is not None:
        indent = _indent(text, main.start)
        return text.edit(main.start, main.end, _block_entry(members, indent, text.newline))
    indent = _indent(text, fields.entries[0].start) if fields.entries else ""
    entry = _block_entry(members, indent, text.newline)
    return text.edit(block.close, block.close, indent + entry + text.newline)


def _members(payload: str) -> list[tuple[str, str]]:
    members: list[tuple[str, object]] = json.loads(payload, object_pairs_hook=list)
    return [(key, value) for key, value in members if isinstance(value, str)]


def _block_entry(members: list[tuple[str, str]], indent: str, newline: str) -> str:
    rows = [f"{KEY}:", *(f"  {key}: {frontmatter.quote(value)}" for key, value in members)]
    return f"{newline}{indent}".join(rows)


def _flow_entry(members: list[tuple[str, str]]) -> str:
    rows = (f'"{key}": {frontmatter.quote(value)}' for key, value in members)
    return f'"{KEY}": {{{", ".join(rows)}}}'


def _indent(text: Text, start: int) -> str:
    """Return the blanks between the start of the line and a position."""
    units = text.units
    begin = start
    while begin and units[begin - 1] in " \t":
        begin -= 1
    return units[begin:start]


def _spare(text: Text, front: _Front) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the front matter's labels that are not the main one."""
    main = front.main
    for entry in front.fields.entries:
        if entry is not main and (entry.key == KEY or _is_label(entry)):
            yield _lines_of(text, front, entry)


def _lines_of(text: Text, front: _Front, entry: Entry) -> tuple[int, int]:
    """Return the range whose removal takes an entry out: its lines, or in braces its comma too."""
    units, end = text.units, entry.end
    if front.fields.brace is not None:
        match = re.compile(r"[ \t]*, ?").match(units, end)
        return entry.start, match.end() if match else end
    match = re.compile(r"[ \t]*(?:\r\n|\n|\r)").match(units, end)
    return (entry.start - len(_indent(text, entry.start)), match.end()) if match else entry.span


def _behind_blank(units: str, end: int) -> int:
    match = re.compile(r"\r\n|\n|\r").match(units, end)
    return match.end() if match else end


def _old(text: Text, edit: Edit) -> bytes:
    begin = edit.offset - text.start
    return text.data[begin : begin + edit.length]


def _prove(text: Text, front: _Front, edits: list[Edit], payload: str) -> None:
    """Read the planned front matter and make sure that only the label changed in it."""
    moved = [Edit(edit.offset - text.start, edit.length, edit.data) for edit in edits]
    changed = build(apply(text.data, moved), text.encoding, text.start)
    after = _front(changed)
    before = [
        (item.key, item.value)
        for item in front.fields.entries
        if item.key != KEY and not _is_label(item)
    ]
    main = after.main
    rest = [(item.key, item.value) for item in after.fields.entries if item is not main]
    if main is None or main.value != payload or rest != before:
        raise PlanError("the front matter cannot be changed safely; write it as plain YAML lines")
    if any(_stray_cuts(changed, after)):  # taking a block out may lay the next one open
        raise PlanError("the file holds several labels in its text; take them out by hand")


def _refusal(front: _Front) -> PlanError:
    if front.broken:
        return PlanError("the front matter is not valid YAML; correct it first")
    return PlanError(
        "the front matter is {kind}, and the label belongs into YAML; convert it to YAML first",
        kind=front.block.kind.upper() if front.block else "",
    )
