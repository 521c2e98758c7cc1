"""What is asked of a run of the gate, as values."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GateChoice", "GateOptions"]


@frozen(kw_only=True)
class GateChoice:
    """Which files are meant.

    Args:
        paths: files and folders.
        source: ``tree`` for the files as they stand there, ``staged`` for what the next commit
            will hold, read from git's index, ``changed`` for what differs from `base`.
        base: the commit that `source` ``changed`` compares with, from where the history parted.
        git: whether git is asked which files there are; without it, every file counts.
        strict: whether finding nothing to check is a failure.
    """

    paths: tuple[str, ...] = (".",)
    source: str = "tree"
    base: str = "HEAD"
    git: bool = True
    strict: bool = True


@frozen(kw_only=True)
class GateOptions:
    """How a tree is to be checked; no option changes what compliant means.

    Args:
        choice: which files are meant.
        config: the configuration for all of them, instead of the nearest above each.
        isolated: whether no configuration is read.
        settings: what comes before every configuration, by the names of its keys, such as
            ``{"deep": True}``.
        implicit_only: whether the label that people see or hear is left out.
        baseline: path of the baseline; None for what the configuration says, else
            ``.ailabel-baseline.json`` of the root where that is there.
        update: ``write`` to accept what is found, ``prune`` to clear stale entries away, or None.
        fix: whether declared files without a label are labelled.
        cache: whether what was found out before may be used, and is kept.
        cache_dir: where it is kept; None for the usual place.
        reports: whether everything that was found out is handed on (`GateFile.report`), pictures of
            what was seen included; files that have findings are then looked into again.
        today: ISO 8601 date by which entries of the baseline end; None for today's, in UTC.
    """

    choice: GateChoice = field(default_factory=GateChoice)
    config: str | None = None
    isolated: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    implicit_only: bool = False
    baseline: str | None = None
    update: str | None = None
    fix: bool = False
    cache: bool = True
    cache_dir: str | None = None
    reports: bool = False
    today: str | None = None
