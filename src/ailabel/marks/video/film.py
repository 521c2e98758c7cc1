"""A film as the label meets it: the pictures of one track, whatever container they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from ailabel.drawing.stencil import Box
    from ailabel.io.splice import Edit
    from ailabel.spi import Span

__all__ = ["Container", "Film", "Geometry", "Stretch"]


@frozen(kw_only=True)
class Geometry:
    """How a player shows the stored pictures.

    Args:
        size: width and height of the stored pixels.
        orientation: how they are turned, as Exif counts it, 1 to 8.
        aspect: width of a pixel by its height; None where the container leaves it to the codec.
        crop: the part of the stored pixels that is shown.
    """

    size: tuple[int, int]
    orientation: int
    aspect: Fraction | None
    crop: Box


@frozen(kw_only=True)
class Film:
    """The track that is labelled.

    Args:
        codec: how it is coded, such as ``h264``.
        inband: whether parameter sets stand in the samples as well.
        config: what the decoder must know beforehand, as the container stores it.
        look: how the pictures are shown.
        timescale: units of time in a second.
        spans: where the coded pictures stand, in decoding order.
        times: when they are shown, in units of time; in the same order.
        keys: numbers of those at which a player may begin, as the container says.
        begin: when the first picture is shown that a player does show.
        end: when the last one has been shown.
        delay: seconds that pass in the film before that first picture.
        is_edited: whether the container shows the pictures in another order or speed.
    """

    codec: str
    inband: bool
    config: bytes
    look: Geometry
    timescale: Fraction
    spans: Sequence[Span]
    times: Sequence[int]
    keys: frozenset[int]
    begin: int
    end: int
    delay: float = 0.0
    is_edited: bool = False

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return float((self.end - self.begin) / self.timescale)


@frozen
class Stretch:
    """Coded pictures that take the place of a film's own, in the order in which they are shown.

    Args:
        first: the number of the first one that gives way; as many give way as there are new ones.
        pictures: the new ones.
        keys: which of them a player may begin at, counted from 0.
    """

    first: int
    pictures: list[bytes]
    keys: frozenset[int]

    @property
    def stop(self) -> int:
        """The number of the first picture behind it that stays."""
        return self.first + len(self.pictures)


class Container(Protocol):
    """A file of one container format, opened."""

    @property
    def film(self) -> Film:
        """Its pictures."""
        ...

    def replaced(self, stretches: Sequence[Stretch], config: bytes) -> tuple[Edit, ...]:
        """Plan the edits that put stretches and a new configuration in the place of the old."""
        ...
