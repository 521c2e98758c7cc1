"""AVI files made by hand [AVI RIFF reference; OpenDML 1.02]: raw pictures and raw sound."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from builders.packets import labelled
from builders.wav import FACTS, chunk, info

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
SIDE: Final = 8
FRAMES: Final = tuple(bytes((n * 40 + i) % 256 for i in range(SIDE * SIDE * 3)) for n in range(4))
SOUNDS: Final = tuple(bytes((n * 3 + i) % 7 for i in range(640)) for n in range(4))
SOFTWARE: Final = chunk(b"ISFT", b"the builders\0")


def group(kind: bytes, *parts: bytes) -> bytes:
    """Return a LIST."""
    return chunk(b"LIST", kind + b"".join(parts))


def riff(kind: bytes, *parts: bytes, size: int | None = None) -> bytes:
    """Return a RIFF; `size` states another size than the true one."""
    return chunk(b"RIFF", kind + b"".join(parts), size)


def _stream(kind: bytes, facts: bytes, scale: tuple[int, int, int], *more: bytes) -> bytes:
    """Return the list of a stream; `scale` has scale, rate and the size of a sample."""
    header = kind + struct.pack(
        "<4xIHHIIIIIIII4H", 0, 0, 0, 0, scale[0], scale[1], 0, 4, 0, 0, scale[2], 0, 0, 0, 0
    )
    return group(b"strl", chunk(b"strh", header), chunk(b"strf", facts), *more)


def headers(*indexes: bytes, more: bytes = b"") -> bytes:
    """Return the list of headers, with an index for each stream or none."""
    main = struct.pack("<14I", 40_000, 0, 0, 0x10, 4, 0, 2, 0, SIDE, SIDE, 0, 0, 0, 0)
    picture = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 24, 0, SIDE * SIDE * 3, 0, 0, 0, 0)
    streams = (
        _stream(b"vids", picture, (1, 25, 0), *indexes[:1]),
        _stream(b"auds", FACTS, (1, 8000, 2), *indexes[1:]),
    )
    return group(b"hdrl", chunk(b"avih", main), *streams, more)


def pieces(first: int = 0, last: int = 4) -> tuple[bytes, ...]:
    """Return the chunks of both streams, interleaved."""
    return tuple(
        piece
        for picture, sound in zip(FRAMES[first:last], SOUNDS[first:last], strict=True)
        for piece in (chunk(b"00db", picture), chunk(b"01wb", sound))
    )


def old_index(base: int = 4, *, parts: tuple[bytes, ...] = ()) -> bytes:
    """Return ``idx1``; offsets count from the form type of ``movi``, or `base` says otherwise."""
    body = b""
    for piece in parts or pieces():
        body += struct.pack("<4sIII", piece[:4], 0x10, base, len(piece) - 8)
        base += len(piece)
    return chunk(b"idx1", body)


MOVIE: Final = group(b"movi", *pieces())


def file(*before: bytes, after: tuple[bytes, ...] = (), trailer: bytes = b"") -> bytes:
    """Return a plain file with chunks before the streams and behind the index."""
    return riff(b"AVI ", headers(), *before, MOVIE, old_index(), *after) + trailer


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A file with the indexes of OpenDML.

    Args:
        before: chunks before the streams.
        second: whether half of the streams stands in a second RIFF.
        super_index: whether the headers hold indexes of indexes, or of chunks.
        absolute: whether the old index counts from the start of the file.
        from_zero: whether the new ones do.
    """

    before: tuple[bytes, ...] = ()
    second: bool = True
    super_index: bool = True
    absolute: bool = False
    from_zero: bool = False

    def build(self) -> bytes:
        """Return the file; its places settle in the second round."""
        data = b""
        places: tuple[int, ...] = ()
        for _ in range(3):
            data, places = self._round(places)
        return data

    def _round(self, places: tuple[int, ...]) -> tuple[bytes, tuple[int, ...]]:
        movies, found = [], []
        parts = (pieces(0, 2), pieces(2, 4)) if self.second else (pieces(),)
        heads = headers(*(self._index(stream, places) for stream in (0, 1)))
        position = 12 + len(heads) + sum(map(len, self.before))
        for number, part in enumerate(parts):
            start = position + 12
            ix = [_chunk_index(s, start, part, zero=self.from_zero) for s in (0, 1)]
            body = (*part, *ix) if self.super_index else part
            movies.append(group(b"movi", *body))
            at = start + sum(map(len, part))
            found += [at, at + len(ix[0])] if self.super_index else [start]
            position += len(movies[-1])
            if not number:
                old = old_index(start if self.absolute else 4, parts=part)
                position += len(old) + 12  # the second RIFF begins
        first = riff(b"AVI ", heads, *self.before, movies[0], old)
        return first + b"".join(riff(b"AVIX", movie) for movie in movies[1:]), tuple(found)

    def _index(self, stream: int, places: tuple[int, ...]) -> bytes:
        name = (b"00db", b"01wb")[stream]
        if not self.super_index:
            start = places[0] if places else 0
            return b"indx" + _chunk_index(stream, start, pieces(), zero=self.from_zero)[4:]
        mine = places[stream::2] or (0,) * (2 if self.second else 1)
        size = 8 + 24 + 8 * (2 if self.second else 4)
        body = struct.pack("<HBBI4s12x", 4, 0, 0, len(mine), name)
        for place in mine:
            body += struct.pack("<QII", place, size, 2)
        return chunk(b"indx", body + bytes(16))  # with an unused entry


def _chunk_index(stream: int, start: int, parts: tuple[bytes, ...], *, zero: bool) -> bytes:
    """Return an index of the chunks of a stream."""
    name, base, at, body, count = (b"00db", b"01wb")[stream], 0 if zero else start, start, b"", 0
    for piece in parts:
        if piece[:4] == name:
            body += struct.pack("<II", at + 8 - base, len(piece) - 8)
            count += 1
        at += len(piece)
    head = struct.pack("<HBBI4sQ4x", 2, 0, 1, count, name, base)
    return chunk(b"ix%02d" % stream, head + body)


def everywhere() -> bytes:
    """Return a file that holds a label in every place where labels were met, or might be."""
    old = OLD.encode()
    return riff(
        b"AVI ",
        headers(more=info(chunk(b"AIGC", old))),
        info(SOFTWARE, chunk(b"aigc", old), chunk(b"ICMT", old + b"\0")),
        chunk(b"_PMX", labelled(OLD)),
        chunk(b"AIGC", old),
        MOVIE,
        old_index(),
        info(chunk(b"AIGC", old)),
        info(chunk(b"AIGC", old), chunk(b"INAM", b"a name\0")),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    old = OLD.encode()
    listed = info(SOFTWARE, chunk(b"AIGC", old))
    yield "plain.avi", file()
    yield "neighbours.avi", file(info(SOFTWARE), chunk(b"JUNK", bytes(90)), after=(info(SOFTWARE),))
    yield "trailer.avi", file(trailer=b"what follows")
    yield "no-index.avi", riff(b"AVI ", headers(), MOVIE)
    yield (
        "unpadded.avi",
        riff(b"AVI ", headers(), group(b"movi", chunk(b"00db", b"odd", pad=False))),
    )
    yield "groups.avi", riff(b"AVI ", headers(), group(b"movi", group(b"rec ", *pieces())))
    yield "labelled.avi", file(listed)
    yield "labelled-last.avi", file(after=(listed, chunk(b"JUNK", bytes(20))))
    yield (
        "label-unpadded.avi",
        file(after=(chunk(b"LIST", b"INFO" + chunk(b"AIGC", b"odd", pad=False)),)),
    )
    yield "everywhere.avi", everywhere()
    yield "open.avi", Open().build()
    yield "open-one.avi", Open(second=False).build()
    yield "open-absolute.avi", Open(second=False, absolute=True, from_zero=True).build()
    yield "open-flat.avi", Open(second=False, super_index=False).build()
    yield "open-labelled.avi", Open(before=(listed, chunk(b"JUNK", bytes(400)))).build()
