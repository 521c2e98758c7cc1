"""HTML: the implicit label is ``<meta name="AIGC" content="…">`` in the head.

No guide names a place; this is what products do. The element is put behind the declaration of the
encoding, which must stay within the first 1024 bytes, else first in the head. Everything else of
the page keeps its bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.html import Attribute, Kind, Region, Token, unescape, walk
from ailabel.codecs.html_text import charset_of, is_xml, read_html
from ailabel.codecs.text import load, suffix_of
from ailabel.io.source import check_limit
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.spi import Mention, Slot, Span, unkept
from ailabel.standard.schema import is_label
from ailabel.standard.slots import KEY
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.codecs.text import Text
    from ailabel.io.source import Limits, View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Signature

__all__ = ["CARRIER", "HtmlCarrier"]

_HTML: Final = Format(
    id="html",
    name="HTML",
    medium=Medium.TEXT,
    suffixes=(".html", ".htm", ".xhtml", ".xht"),
    mime="text/html",
)
_HEAD: Final = 4096
_DECLARATION: Final = 4  # how good the declaration of the encoding is as an anchor: the best
_BINARY: Final = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_PROLOGUE: Final = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_CLOSING: Final = re.compile(r"[ \t\n\f\r]*</meta[ \t\n\f\r]*>", re.IGNORECASE)
_ESCAPES: Final = {ord("&"): "&amp;", ord('"'): "&quot;", ord("<"): "&lt;", ord(">"): "&gt;"}


class HtmlCarrier:
    """Reads and writes the label in a page's head."""

    formats: Sequence[Format] = (_HTML,)
    signatures: Sequence[Signature] = ()

    def sniff(self, view: View) -> Match | None:
        """Claim pages by their suffix, or what has no suffix and begins as a page does."""
        suffix = suffix_of(view)
        if suffix and suffix not in _HTML.suffixes:
            return None
        head = view.read_some(0, _HEAD)
        wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        if not wide and (b"\0" in head or _BINARY.search(head)):
            return None
        units = head.replace(b"\0", b"").decode("latin-1")
        for mark in ("\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"):
            units = units.removeprefix(mark)
        if _PROLOGUE.match(units):
            return Match(_HTML, Strength.CONTENT)
        return Match(_HTML, Strength.NAME) if suffix else None

    def read(self, view: View) -> Sequence[Slot | Mention]:
        """Find the elements that hold a label, and comments and templates that mention one."""
        if re.search(rb"a\0?i\0?g\0?c", load(view), re.IGNORECASE) is None:
            return []
        text = read_html(view)
        found: list[Slot | Mention] = []
        for token, region in walk(text.units, xml=is_xml(text)):
            if token.kind is Kind.COMMENT:
                found += _comment(text, token)
            elif (meta := _meta(text, token)) and meta.labelled:
                found.append(_item(text, meta, region))
        return found

    def write(self, view: View, payload: str) -> Sequence[Edit]:
        """Put the label into the head and take other labels out.

        Raises:
            MalformedFileError: the file is binary.
            LimitExceededError: more elements are for labels than a file may have of these.
        """
        text = read_html(view)
        page = _survey(text, view.limits)
        edits = [text.edit(*cut, "") for meta, cut in page.cuts if meta is not page.main]
        value = f'"{payload.translate(_ESCAPES)}"'
        if page.main is None:
            return [_insertion(text, page.anchor, value), *edits]
        place = page.main.content
        if place is not None and text.units[place.start : place.end] != value:
            edits.append(text.edit(place.start, place.end, value))
        return edits

    def write_at(self, view: View, slot: Slot, payload: str) -> Sequence[Edit]:
        """Edit the label in its element, whose quotation marks stay."""
        text = read_html(view)
        for token, region in walk(text.units, xml=is_xml(text)):
            meta = _meta(text, token)
            if meta and meta.labelled and _item(text, meta, region) == slot:
                return [_rewritten(text, meta, slot, payload)]
        raise unkept(slot)

    def essence(self, view: View) -> Iterator[Span]:
        """Yield the page without the elements that hold a label."""
        text = read_html(view)
        position = 0
        for _, (begin, end) in _survey(text, view.limits).cuts:
            yield Span(position, text.offset(begin) - position)
            position = text.offset(end)
        yield Span(position, view.size - position)

    def canonical(self, view: View) -> Sequence[Edit]:  # noqa: ARG002 - contract
        """Return nothing: no padding is ever left."""
        return []


CARRIER: Final[Carrier] = HtmlCarrier()


# -- reading ---------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Meta:
    """A ``meta`` element that names the label.

    Args:
        token: its tag.
        name: its ``name`` or ``property``.
        payload: its content, character references resolved.
        content: where the content stands; None where it has none.
        labelled: whether the content is a label.
    """

    token: Token
    name: str
    payload: str
    content: Attribute | None
    labelled: bool


def _meta(text: Text, token: Token) -> _Meta | None:
    """Return what a token says of the label, or None where it is no such element."""
    if token.kind is not Kind.START or token.name != "meta":
        return None
    for word in ("name", "property", "itemprop"):
        attribute = token.attribute(word)
        name = "" if attribute is None else unescape(text.decode(*attribute.inner)).strip()
        if KEY in name.upper():
            break
    else:
        return None
    content = token.attribute("content")
    payload = "" if content is None else unescape(text.decode(*content.inner))
    return _Meta(
        token=token,
        name=name if word == "name" else f"{word}={name}",
        payload=payload,
        content=content,
        labelled=is_label(payload) or is_label(f'{{"{KEY}":{payload}}}'),
    )


def _item(text: Text, meta: _Meta, region: Region) -> Slot | Mention:
    token = meta.token
    location = f"meta[{meta.name}]" + ("" if region is Region.HEAD else f" in the {region.value}")
    offset = text.offset(token.start)
    if region is Region.INERT:
        raw = text.raw(token.start, token.end)
        return Mention(location=location, offset=offset, raw=raw, site="html.template")
    official = region is Region.HEAD and meta.name.upper() == KEY
    return Slot(
        location=location,
        offset=offset,
        raw=b"" if meta.content is None else text.raw(*meta.content.inner),
        payload=meta.payload,
        site="html.meta" if official else "html.meta-other",
        official=official,
    )


def _comment(text: Text, token: Token) -> Iterator[Mention]:
    units = text.units
    begin, end = units.find("{", token.start, token.end), units.rfind("}", token.start, token.end)
    if begin < 0 or KEY not in units[token.start : begin].upper():
        return
    if is_label(text.decode(begin, end + 1)):
        yield Mention(
            location="comment",
            offset=text.offset(token.start),
            raw=text.raw(token.start, token.end),
            site="html.comment",
        )


# -- writing ---------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Page:
    """What writing needs to know of a page.

    Args:
        anchor: the tag behind which a label is put; None to put it first.
        main: the element that stays and gets the label.
        cuts: for every element that holds a label, it and the range whose removal takes it out.
    """

    anchor: Token | None
    main: _Meta | None
    cuts: tuple[tuple[_Meta, tuple[int, int]], ...]


def _survey(text: Text, limits: Limits) -> _Page:
    """Find the labels and the place for one; stop in the body behind the last word that fits."""
    last = text.units.upper().rfind(KEY)
    anchors: dict[int, Token] = {}
    metas: list[tuple[_Meta, Region]] = []
    for token, region in walk(text.units, xml=is_xml(text)):
        if region is Region.BODY and token.start > last:
            break
        if region is Region.INERT:
            continue
        meta = _meta(text, token)
        if meta and (meta.labelled or meta.name == KEY):
            metas.append((meta, region))  # and no anchor, whatever else it says: it may be cut
            check_limit("the number of labels", len(metas), limits.labels)
        elif rank := _rank(text, token, region):
            anchors.setdefault(rank, token)
    declaration = anchors.get(_DECLARATION)
    floor = declaration.end if declaration else 0
    main = next(
        (
            meta
            for meta, region in metas
            if region is Region.HEAD
            and meta.name == KEY
            and meta.content is not None
            and meta.token.start >= floor
        ),
        None,
    )
    anchor = anchors[max(anchors)] if anchors else None
    return _Page(anchor=anchor, main=main, cuts=_cuts(text, [meta for meta, _ in metas]))


def _rank(text: Text, token: Token, region: Region) -> int:
    """Say how good a tag is to put the label behind it; 0 where it is none."""
    if region is Region.BODY:
        return 0
    if token.kind is Kind.START:
        if token.name == "meta" and charset_of(text, token):
            return _DECLARATION
        return {"html": 2, "head": 3}.get(token.name, 0)
    first = token.kind is Kind.OTHER and token.start == 0 and is_xml(text)
    return 1 if first or (token.kind is Kind.DOCTYPE and region is Region.BEFORE) else 0


def _cuts(text: Text, metas: list[_Meta]) -> tuple[tuple[_Meta, tuple[int, int]], ...]:
    """Return each element with its range; in XHTML it may have an end tag."""
    xml, cuts = is_xml(text), []
    for meta in metas:
        end = meta.token.end
        closing = _CLOSING.match(text.units, end) if xml and not meta.token.empty else None
        cuts.append((meta, (meta.token.start, closing.end() if closing else end)))
    return tuple(cuts)


def _rewritten(text: Text, meta: _Meta, slot: Slot, payload: str) -> Edit:
    """Plan another content for an element."""
    place = meta.content
    if place is None or meta.payload != slot.payload:
        raise unkept(slot)
    quote = text.decode(place.start, place.inner[0])
    start, end = place.inner

    def escape(value: str) -> str:
        escaped = value.translate(_ESCAPES)
        return escaped.replace("'", "&#39;") if quote == "'" else escaped

    if quote not in {'"', "'"}:
        return text.edit(start, end, f'"{escape(payload)}"')
    from ailabel.codecs.respell import respelled

    written = text.decode(start, end)
    return text.edit(start, end, respelled(written, (slot.payload, payload), escape, unescape))


def _insertion(text: Text, anchor: Token | None, value: str) -> Edit:
    """Plan a new element right behind the anchor; white space is content, so none is added."""
    place = anchor.end if anchor else 0
    closing = "/>" if is_xml(text) or _XHTML in text.units[:_HEAD] else ">"  # HTML reads both
    return text.edit(place, place, f'<meta name="{KEY}" content={value}{closing}')
