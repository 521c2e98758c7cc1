"""A stretch of a film, decoded, labelled and coded anew, picture by picture."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from ailabel.errors import LimitExceededError, MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.marks.video import libav
from ailabel.marks.video.film import Stretch
from ailabel.marks.video.letters import Letters, unpaintable
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import av

    from ailabel.io.source import View
    from ailabel.marks.video.film import Film
    from ailabel.marks.video.when import Range, Window
    from ailabel.spi import MarkSpec

__all__ = ["Coded", "Coder", "Coding"]

_HEADER: Final = 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets apart from the pictures
_RARE: Final = 1 << 16  # pictures between two that a player may begin at: as many as are forced
_MOST_BYTES: Final = 1 << 29  # of pictures that are coded anew, all in memory
_ASPECTS: Final = (Fraction(1, 8), Fraction(8))  # of pixels; others are damage
_INTRA, _ANY = 1, 0  # types of pictures, as FFmpeg counts them
_WITNESSES: Final = 6  # pictures of a stretch that are compared with what was coded


class Coding(Protocol):
    """How the pictures of a film are coded, one class a codec."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def decoder(self) -> str:
        """The decoder that PyAV has for it."""
        ...

    @property
    def encoder(self) -> str:
        """The encoder that PyAV has for it."""
        ...

    def opened(self, sample: bytes) -> bytes | None:
        """Return a sample so that decoding can begin at it; None where nothing can make it so.

        Nothing behind it that is shown behind it may lean on what stands before it.
        """
        ...

    def options(self) -> dict[str, str]:
        """Return the options of the encoder, and the number of its threads if few are better."""
        ...

    def sample(self, packet: bytes, extradata: bytes, *, key: bool) -> bytes:
        """Return what the encoder wrote as the container stores it."""
        ...

    def config(self, extradata: bytes, *, whole: bool) -> bytes:
        """Return the decoder's configuration: for the film with the stretch, or the stretch alone.

        Args:
            extradata: what the encoder says of itself.
            whole: whether all pictures are coded anew.
        """
        ...


@frozen(kw_only=True)
class Coded:
    """A stretch, coded anew.

    Args:
        part: the samples that give way.
        stretch: the coded pictures.
        extradata: what the encoder says of itself.
        letters: the label as it was drawn.
        witnesses: some pictures as they were meant to become, by number, from 0.
    """

    part: Range
    stretch: Stretch
    extradata: bytes
    letters: Letters
    witnesses: dict[int, av.VideoFrame]


class Coder:
    """Codes stretches of one film.

    Args:
        view: the file.
        film: its pictures.
        coding: how they are coded.
        tick: is called for each picture that has been coded.
    """

    def __init__(self, view: View, film: Film, coding: Coding, tick: Callable[[], object]) -> None:
        self._view, self._film, self._coding, self._tick = view, film, coding, tick

    def samples(self, first: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Yield samples with the times at which they are shown."""
        for number in range(first, stop):
            yield self._film.times[number], self._read(number)

    def behind(self, part: Range, count: int) -> Iterator[tuple[int, bytes]]:
        """Yield what is shown behind a range: its anchor, and samples that follow it."""
        if part.anchor is not None:
            yield self._film.times[part.anchor], self._read(part.anchor)
        yield from self.samples(part.stop, min(part.stop + count, len(self._film.times)))

    def _read(self, number: int) -> bytes:
        span = self._film.spans[number]
        return self._view.read(span.offset, span.length)

    def code(self, part: Range, shown: Sequence[Window], spec: MarkSpec) -> Coded:
        """Decode a range of samples, label what is shown in the windows, and code it anew.

        Raises:
            PlanError: the pictures cannot be labelled or coded so that they fit.
            LimitExceededError: there are too many.
        """
        film = self._film
        self._check_size(part.stop - part.first)
        times = sorted(film.times[part.first : part.stop])
        keys = {film.times[key] for key in film.keys if part.first <= key < part.stop}
        ours = len(times) - (part.anchor is not None)
        made: _Made | None = None
        for number, frame in enumerate(self._frames(part, times)):
            if number == ours:
                continue  # the anchor stays as it is
            made = made or _Made(film, self._coding, frame, spec)
            if any(window.holds(times[number]) for window in shown):
                made.letters.draw(frame)
            if number % max(ours // _WITNESSES, 1) == 0:
                made.witnesses[number] = frame
            frame.pict_type = _INTRA if number == 0 or times[number] in keys else _ANY
            made.code(frame, number)
            self._tick()
        if made is None or not made.is_whole(ours):
            raise _uneven(len(times))
        if part.anchor is not None:
            made.keep(self._coding.opened(self._read(part.anchor)))
        return Coded(
            part=part,
            stretch=Stretch(part.first, made.pictures, frozenset(made.keys)),
            extradata=made.extradata,
            letters=made.letters,
            witnesses=made.witnesses,
        )

    def _check_size(self, count: int) -> None:
        """Refuse pictures that are too large, or too many."""
        width, height = self._film.look.size
        check_limit("the number of pixels", width * height, self._view.limits.pixels)
        if width * height * count > self._view.limits.film_pixels:
            raise LimitExceededError(
                "the film would be coded anew for {seconds} s, which is more than the limit; let "
                "groups of pictures begin every few seconds first, for example with ffmpeg -g 50",
                seconds=round(count / _rate(self._film)),
            )

    def _frames(self, part: Range, times: Sequence[int]) -> Iterator[av.VideoFrame]:
        """Decode a range; each picture must come at its time."""
        samples = self.samples(part.first, part.stop)
        frames = libav.decoded(self._coding.decoder, self._film, self._film.config, samples)
        for number, frame in enumerate(frames):
            if number >= len(times) or frame.pts != times[number]:
                raise _uneven(len(times))
            yield frame


class _Made:
    """What the encoder has written so far.

    Args:
        film: the film.
        coding: how it is coded.
        frame: the first picture; all others must be like it.
        spec: what label is asked for.
    """

    def __init__(self, film: Film, coding: Coding, frame: av.VideoFrame, spec: MarkSpec) -> None:
        _check(frame, film)
        self.letters = Letters(frame, film.look, _aspect(film), spec)
        self._coding = coding
        self._encoder = _encoder(coding, frame, _rate(film))
        self._size = 0
        self.extradata = bytes(self._encoder.extradata or b"")
        self.pictures: list[bytes] = []
        self.keys: set[int] = set()
        self.witnesses: dict[int, av.VideoFrame] = {}

    def code(self, frame: av.VideoFrame, number: int) -> None:
        """Code one picture."""
        frame.pts, frame.time_base = number, self._encoder.time_base
        self._take(self._encoder.encode(frame))

    def is_whole(self, count: int) -> bool:
        """End the coding, and say whether as many pictures came out as went in."""
        self._take(self._encoder.encode(None))
        return len(self.pictures) == count

    def keep(self, sample: bytes | None) -> None:
        """Take a sample of the film's own, which a player may begin at."""
        self.keys.add(len(self.pictures))
        self.pictures.append(sample or b"")

    def _take(self, packets: Sequence[av.Packet[Any]]) -> None:
        """Take packets, which must come in the order in which they are shown."""
        for packet in packets:
            number = len(self.pictures)
            if packet.pts != number:
                raise _uneven(number)
            if packet.is_keyframe:
                self.keys.add(number)
            data = self._coding.sample(bytes(packet), self.extradata, key=packet.is_keyframe)
            self._size += len(data)
            check_limit("the size of the pictures that are coded anew", self._size, _MOST_BYTES)
            self.pictures.append(data)


def _uneven(count: int) -> PlanError:
    return PlanError(
        "the film's pictures cannot be counted: {count} coded ones do not decode to as many; "
        "remux or convert the film first",
        count=count,
    )


def _check(frame: av.VideoFrame, film: Film) -> None:
    """Refuse pictures that cannot be coded as they were.

    Raises:
        PlanError: they are interlaced, or of another size than the container says.
    """
    if frame.interlaced_frame:
        raise PlanError("the film is interlaced; deinterlace it before it is labelled")
    if (frame.width, frame.height) != film.look.size:
        raise PlanError("the film's pictures have another size than the file says; remux it first")


def _aspect(film: Film) -> Fraction:
    """Return width by height of a pixel.

    Raises:
        MalformedFileError: it is beyond what any screen shows.
    """
    aspect = film.look.aspect or Fraction(1)
    if not _ASPECTS[0] <= aspect <= _ASPECTS[1]:
        raise MalformedFileError("the pixels of the film have an impossible shape")
    return aspect


def _rate(film: Film) -> Fraction:
    """Return pictures a second, on average."""
    length = max(film.times) - min(film.times)
    rate = (
        Fraction(len(film.times) - 1, 1) * film.timescale / length if length > 0 else Fraction(25)
    )
    return min(max(rate, Fraction(1)), Fraction(1000)).limit_denominator(1001)


def _encoder(coding: Coding, frame: av.VideoFrame, rate: Fraction) -> av.VideoCodecContext:
    """Open the encoder for pictures like this one.

    Raises:
        PlanError: it cannot code such pictures.
    """
    import av

    context = cast("av.VideoCodecContext", av.CodecContext.create(coding.encoder, "w"))
    if frame.format.name not in {found.name for found in context.codec.video_formats or ()}:
        raise unpaintable(frame.format.name)
    context.width, context.height = frame.width, frame.height
    context.pix_fmt = frame.format.name
    context.time_base, context.framerate = 1 / rate, rate
    context.color_range, context.colorspace = frame.color_range, frame.colorspace
    context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
    options = coding.options()
    context.thread_count = int(options.pop("threads", str(libav.THREADS)))
    context.max_b_frames = 0
    context.gop_size = _RARE
    context.flags |= _HEADER
    context.options = options
    context.open()
    return context
