"""What is declared for one file: whether it was made with AI, and what is then asked of it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Origin", "Profile", "Value"]

Value = str | bool | int | float | tuple[str, ...]
"""What the value of a key can be."""


@frozen
class Origin:
    """Where a value of a profile comes from.

    Args:
        file: the path of the file that says it; None for a default or an option.
        where: the place in it, such as ``paths[2]`` (counted from 0), ``manifest``, ``front
            matter``, ``--deep`` or ``default``.
    """

    file: str | None
    where: str


@frozen(kw_only=True)
class Profile:
    """What holds for one path.

    Args:
        ai: ``yes``, ``no`` or ``unknown``; None where nobody declared anything.
        explicit: ``required``, ``recommended`` or ``off``: what is asked of the label that people
            see or hear, in files that were made with AI.
        media: the media that are asked about, by their ids; empty for all.
        producer: code or name of the producer that labels must name; None for any.
        role: ``producer`` or ``propagator``: whose duties are asked about.
        propagator: code or name of the propagator, for that role.
        regimes: whose rules hold, such as ``cn``.
        deep: whether pictures, sounds and films are looked at and listened to.
        budget: seconds that one file may cost; None for no bound.
        style: path of the style for labels that ``--fix`` adds, or None.
        select: ids, or beginnings of ids, of the rules to show; empty for all.
        ignore: ids, or beginnings of ids, of the rules not to show.
        origins: by the name of each value above, where it comes from.
    """

    ai: str | None = None
    explicit: str = "recommended"
    media: tuple[str, ...] = ()
    producer: str | None = None
    role: str = "producer"
    propagator: str | None = None
    regimes: tuple[str, ...] = ("cn",)
    deep: bool = False
    budget: float | None = None
    style: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
