"""Looking for the visible label at the beginning of a film.

The opening picture is read; how long a label stays is told from the times of the pictures after it,
as a player shows them: turned as the container says, pixels square, edit lists followed.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from ailabel.errors import MalformedFileError
from ailabel.io.source import check_limit
from ailabel.io.stream import Stream
from ailabel.marks.video import libav
from ailabel.sight.films import WATCHED_SECONDS, inspect_frames
from ailabel.standard.wording import VIDEO_MIN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Evidence

__all__ = ["inspect"]

_DEMUXERS: Final = {  # format: FFmpeg's name, so that no other demuxer is ever tried
    "3gp": "mov",
    "avi": "avi",
    "flv": "flv",
    "mkv": "matroska",
    "mov": "mov",
    "mp4": "mov",
    "mpg": "mpeg",
    "ogv": "ogg",
    "ts": "mpegts",
    "webm": "matroska",
    "wmv": "asf",
}
_ENOUGH: Final = 1200  # pixels of the shortest side, to which larger pictures are reduced
_STEP: Final = 0.1  # seconds between pictures that are looked at, where no limit is near
_CLOSE: Final = VIDEO_MIN_SECONDS - 0.3  # from here on every picture is looked at
_MOST_PACKETS: Final = 20_000  # that are read; more come only from damaged or hostile files
_QUARTER: Final = 90  # degrees


def inspect(view: View, file_format: Format, *, explain: bool = False) -> Evidence:
    """Look for the label; see `ailabel.spi.Marker`.

    Raises:
        MissingExtraError: an optional package is not installed.
        MalformedFileError: the film cannot be decoded, or shows no picture.
        LimitExceededError: its pictures have too many pixels.
    """
    with libav.loaded("looking at the pictures of films"):
        import av

        with (
            io.BufferedReader(Stream(view), 1 << 16) as file,
            av.open(file, format=_DEMUXERS[file_format.id], metadata_errors="replace") as film,
        ):
            stream = _pictures_of(film)
            check_limit("the number of pixels", stream.width * stream.height, view.limits.pixels)
            duration = _duration(film, stream)
            return inspect_frames(_shown(film, stream), duration, explain=explain)


def _pictures_of(film: Any) -> Any:  # noqa: ANN401 - streams of PyAV are made at run time
    """Return the track that a player shows."""
    from av.stream import Disposition

    for stream in film.streams.video:
        decodable = stream.codec_context is not None  # None where FFmpeg knows no decoder
        if decodable and not stream.disposition & Disposition.attached_pic and stream.width:
            return stream
    raise MalformedFileError("the film has no pictures that can be decoded")


def _duration(film: Any, stream: Any) -> float | None:  # noqa: ANN401 - as above
    """Return how long the film is, in seconds, as far as the container says."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return film.duration / 1_000_000 if film.duration else None


def _shown(film: Any, stream: Any) -> Iterator[tuple[float, Image.Image]]:  # noqa: ANN401 - as above
    """Yield the pictures that are to be looked at, with their times from the first."""
    stream.thread_type = "AUTO"
    start: float | None = None
    last = -1.0
    for frame in _decoded(film, stream):
        if frame.time is None:
            continue
        start = frame.time if start is None else start
        time = frame.time - start
        if time - last >= _STEP or time >= _CLOSE or last < 0:
            last = time
            yield time, _picture(frame, stream)
        if time > WATCHED_SECONDS:
            return


def _decoded(film: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    for number, packet in enumerate(film.demux(stream)):
        if number > _MOST_PACKETS:
            raise MalformedFileError("the film has too many packets in its first seconds")
        yield from packet.decode()


def _picture(frame: Any, stream: Any) -> Image.Image:  # noqa: ANN401 - as above
    """Return a picture as a player shows it, reduced as far as measuring allows."""
    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    wide, high = frame.width * max(aspect, 1.0), frame.height / min(aspect, 1.0)
    scale = min(1.0, _ENOUGH / min(wide, high))
    size = max(2, round(wide * scale)), max(2, round(high * scale))
    picture: Image.Image = frame.to_image(width=size[0], height=size[1])
    turn = round(frame.rotation / _QUARTER) * _QUARTER
    return picture.rotate(turn, expand=True) if turn else picture
