"""Matroska and WebM: the layout of segments, whole, live or cut short [RFC 9559]."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.codecs import ebml, native
from ailabel.codecs.ebml import Element
from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.splice import stretch_of
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.io.source import View

__all__ = [
    "AUDIO",
    "CLUSTER",
    "CUES",
    "EBML",
    "SEEK_HEAD",
    "SEGMENT",
    "TAGS",
    "TRACKS",
    "VIDEO",
    "Segment",
    "Track",
    "doc_type",
    "level_one",
    "opening",
    "records_positions",
    "segments",
    "tracks",
]

EBML: Final = 0x1A45DFA3
_DOC_TYPE: Final = 0x4282
SEGMENT: Final = 0x18538067
SEEK_HEAD: Final = 0x114D9B74
CLUSTER: Final = 0x1F43B675
CUES: Final = 0x1C53BB6B
TRACKS: Final = 0x1654AE6B
TAGS: Final = 0x1254C367
_INFO: Final = 0x1549A966
_CHAPTERS: Final = 0x1043A770
_ATTACHMENTS: Final = 0x1941A469
_AFTER_CLUSTER: Final = frozenset(  # what ends a cluster of unknown size [RFC 8794 6.2]
    (EBML, SEGMENT, SEEK_HEAD, CLUSTER, CUES, TRACKS, TAGS, _INFO, _CHAPTERS, _ATTACHMENTS)
)
_CLUSTER_POSITION: Final = 0xA7

_TRACK_ENTRY: Final = 0xAE
_TRACK_NUMBER: Final = 0xD7
_TRACK_TYPE: Final = 0x83
VIDEO: Final = 1
AUDIO: Final = 2
_ENCODINGS: Final = 0x6D80
_ENCODING: Final = 0x6240
_ENCODING_SCOPE: Final = 0x5032
_COMPRESSION: Final = 0x5034
_ALGORITHM: Final = 0x4254
_SETTINGS: Final = 0x4255
_STRIPPED: Final = 3  # header stripping [RFC 9559 5.1.4.1.31.6]

_EBML_LENGTH: Final = 4096  # more than any honest EBML header has
_OPENING: Final = 64  # elements that are looked through for the tracks
_SHORTEST: Final = 1024  # bytes a cluster of an honest file takes on average, at the least
_TRACKS_MOST: Final = 1000  # more than any honest file has
_CHILDREN: Final = 16  # of a cluster that stand before its blocks, at the most
_SEGMENTS: Final = "matroska.segments"  # in a view's memo


@frozen(kw_only=True)
class Segment:
    """A segment and what stands in it, but for its clusters.

    Args:
        element: the segment; its length is None while a live stream is written.
        end: where it ends in the file.
        elements: its children in file order, without clusters.
        cluster: the first cluster.
        cut: whether the file ends inside it.
    """

    element: Element
    end: int
    elements: tuple[Element, ...]
    cluster: Element | None
    cut: bool

    @property
    def front(self) -> int:
        """Where the first cluster begins; the end where there is none."""
        return self.end if self.cluster is None else self.cluster.offset

    @property
    def last(self) -> Element | None:
        """The element that ends the segment, unless that is a cluster."""
        last = self.elements[-1] if self.elements else None
        return last if last is not None and last.end == self.end else None


@frozen
class Track:
    """One track: its number, its type, and the bytes that were stripped from its frames."""

    number: int
    type: int
    stripped: bytes


def doc_type(view: View) -> str | None:
    """Return the document type that the EBML header names, or None where there is no header."""
    if view.read_some(0, 4) != EBML.to_bytes(4, "big"):
        return None
    try:
        top = ebml.header(view, 0, view.size)
        if top is None or top.length is None or top.length > _EBML_LENGTH:
            return None
        for child in ebml.children(view, top.body, min(top.end, view.size)):
            if child.id == _DOC_TYPE:
                return ebml.text(_data(view, child))
    except MalformedFileError:
        return None
    return None


def segments(view: View) -> tuple[Segment, ...]:
    """Walk the file, once a view; several documents may follow one another, other bytes the last.

    Raises:
        MalformedFileError: there is no segment, or an element is damaged.
    """
    known = view.memo.get(_SEGMENTS)
    if isinstance(known, tuple):
        return known
    view.memo[_SEGMENTS] = found = _walked(view)
    return found


def _walked(view: View) -> tuple[Segment, ...]:
    found: list[Segment] = []
    offset = count = 0
    while offset < view.size:
        top = _top(view, offset, is_first=not found)
        if top is None:
            break
        if top.id == SEGMENT:
            found.append(_segment(view, top))
        offset = found[-1].end if top.id == SEGMENT else top.end
        count += 1
        check_limit("the number of EBML elements", count, view.limits.items)
    if not found:
        raise MalformedFileError("the Matroska file has no segment", offset=0)
    return tuple(found)


def _top(view: View, offset: int, *, is_first: bool) -> Element | None:
    """Read an element at the top level; what follows a segment and is none ends the document."""
    try:
        top = ebml.header(view, offset, view.size)
    except MalformedFileError:
        if is_first:
            raise
        return None
    if top is None or (top.length is None and top.id != SEGMENT):
        return None
    return top if top.id in (EBML, SEGMENT, ebml.VOID) else None


def _segment(view: View, top: Element) -> Segment:
    elements: list[Element] = []
    cluster, end = None, top.body
    for child in level_one(view, top, in_runs=True):
        if child.id != CLUSTER:
            elements.append(child)
        elif cluster is None:
            cluster = child
        end = child.end
    stated = end if top.length is None else top.end
    # a segment of unknown size ends where the file does, or where another document begins
    is_open = top.length is None and stated < view.size
    breaks_off = is_open and ebml.header(view, stated, view.size) is None
    return Segment(
        element=top,
        end=min(stated, view.size),
        elements=tuple(elements),
        cluster=cluster,
        cut=max(end, stated) > view.size or breaks_off,
    )


def level_one(view: View, top: Element, *, in_runs: bool = False) -> Iterator[Element]:
    """Walk the children of a segment, clusters of unknown size measured.

    Where the file ends early the last child is the one that does not fit.

    Args:
        view: the file.
        top: the segment.
        in_runs: whether clusters behind a cluster may be told as one element together.

    Raises:
        MalformedFileError: a child is damaged, or runs past a segment that is all there.
    """
    bound = view.size if top.length is None else top.end
    offset, count, most = top.body, 0, view.limits.items + view.size // _SHORTEST
    while offset < min(bound, view.size):
        count += 1
        check_limit("the number of EBML elements", count, most)
        child = ebml.header(view, offset, min(bound, view.size))
        if child is None and bound <= view.size and top.length is not None:
            raise MalformedFileError(
                "an EBML element runs past the end of its parent", offset=offset
            )
        if child is None or (top.length is None and child.id in (EBML, SEGMENT)):
            return
        if child.length is None:
            child = _measured(view, child, min(bound, view.size))
        if child.end > bound and bound < view.size:
            raise MalformedFileError(
                "an EBML element runs past the end of its parent", offset=offset
            )
        yield child
        offset = child.end
        if in_runs and child.id == CLUSTER:
            length, passed = _run(view, offset, min(bound, view.size), most - count)
            if passed:
                yield Element(CLUSTER, offset, offset, length)
                offset, count = offset + length, count + passed


def _run(view: View, offset: int, bound: int, most: int) -> tuple[int, int]:
    """Return how long a run of whole clusters is, and how many they are; a film has thousands.

    Without the extension none are told.
    """
    fast, stretch = native.extension(), stretch_of(view, offset)
    if fast is None or stretch is None:
        return 0, 0
    start, end = offset + stretch.shift, min(bound, stretch.end) + stretch.shift
    passed, count = fast.ebml_skip(stretch.fd, start, end, CLUSTER, most)
    return passed - start, count


def _measured(view: View, cluster: Element, bound: int) -> Element:
    """Find where a cluster of unknown size ends: where an element stands that it cannot hold."""
    if cluster.id != CLUSTER:
        raise MalformedFileError("an EBML element has no size", offset=cluster.offset)
    offset, count = cluster.body, 0
    while offset < bound:
        child = ebml.header(view, offset, bound)
        if child is None:
            offset = view.size + 1  # the file ends inside it
        elif child.id in _AFTER_CLUSTER:
            break
        elif child.length is None:
            raise MalformedFileError("an EBML element has no size", offset=offset)
        else:
            offset = child.end
        count += 1
        check_limit("the number of EBML elements", count, view.limits.items + view.size // 16)
    return replace(cluster, length=offset - cluster.body)


def records_positions(view: View, segment: Segment) -> bool:
    """Say whether anything in the segment names the place of a cluster, which then cannot move."""
    if any(child.id in (SEEK_HEAD, CUES) for child in segment.elements):
        return True
    if segment.cluster is None:
        return False
    end = min(segment.cluster.end, view.size)
    for count, child in enumerate(ebml.children(view, segment.cluster.body, end)):
        if child.id == _CLUSTER_POSITION:
            return any(_data(view, child))  # 0 means that there is none
        if count > _CHILDREN:
            break
    return False


def opening(view: View) -> tuple[Element, ...]:
    """Return the first elements of the first segment, up to its tracks or a cluster.

    Raises:
        MalformedFileError: an element is damaged.
    """
    top = _top(view, 0, is_first=True)
    for _ in range(_OPENING):
        if top is not None and top.id != SEGMENT:
            top = _top(view, top.end, is_first=True)
    if top is None or top.id != SEGMENT:
        return ()
    found: list[Element] = []
    for child in level_one(view, top):
        if child.id == CLUSTER or len(found) == _OPENING:
            break
        found.append(child)
        if child.id == TRACKS:
            break
    return tuple(found)


def tracks(view: View, elements: Iterable[Element]) -> tuple[Track, ...]:
    """Return the tracks among a segment's elements, in the order of their entries."""
    found: dict[int, Track] = {}
    for child in elements:
        if child.id == TRACKS:
            view = ebml.Loaded(view, child, "the Matroska tracks")
            entries = _list(view, child, _TRACK_ENTRY)
            check_limit("the number of tracks", len(entries), _TRACKS_MOST)
            for entry in entries:
                track = _track(view, entry)
                found.setdefault(track.number, track)
    return tuple(found.values())


def _track(view: View, entry: Element) -> Track:
    values = {child.id: child for child in ebml.children(view, entry.body, entry.end)}
    facts = [
        ebml.number(_data(view, values[name])) if name in values else 0
        for name in (_TRACK_NUMBER, _TRACK_TYPE)
    ]
    stripped = _stripped(view, values[_ENCODINGS]) if _ENCODINGS in values else b""
    return Track(facts[0], facts[1], stripped)


def _stripped(view: View, encodings: Element) -> bytes:
    """Return the bytes that stand before every frame once a single compression is undone."""
    listed = _list(view, encodings, _ENCODING)
    if len(listed) != 1:
        return b""
    values = {child.id: child for child in ebml.children(view, listed[0].body, listed[0].end)}
    scope = ebml.number(_data(view, values[_ENCODING_SCOPE])) if _ENCODING_SCOPE in values else 1
    if not scope & 1 or _COMPRESSION not in values:
        return b""
    compression = values[_COMPRESSION]
    values = {child.id: child for child in ebml.children(view, compression.body, compression.end)}
    if _ALGORITHM not in values or ebml.number(_data(view, values[_ALGORITHM])) != _STRIPPED:
        return b""
    return _data(view, values[_SETTINGS]) if _SETTINGS in values else b""


def _list(view: View, parent: Element, name: int) -> list[Element]:
    return [child for child in ebml.children(view, parent.body, parent.end) if child.id == name]


def _data(view: View, found: Element) -> bytes:
    return view.read_metadata(found.body, found.length or 0, "an EBML element")
