"""What the gate says of files before they are published: findings, and how a run ended."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from ailabel.model.report import Level
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.messages import Message
    from ailabel.model.report import FileReport, Outcome

__all__ = ["GateEnd", "GateFile", "GateFinding", "Stale", "Standing"]


class Standing(Enum):
    """Whether a finding counts."""

    OPEN = "open"
    BASELINE = "baseline"
    """It was accepted before, for the reason that the baseline gives."""
    IGNORED = "ignored"
    """Its rule is not to be shown; the report's end says so."""


@frozen(kw_only=True)
class GateFinding:
    """One thing that is wrong with a file, or that is to be known of it.

    Args:
        rule: id in `standard.rules`.
        level: how much it weighs here, which declarations may change.
        outcome: fail, review or inconclusive.
        message: what was found.
        fix: what to do, a command where there is one.
        fingerprint: 32 hex digits of the rule and the file's content, the same wherever it stands.
        location: where in the file, in the format's own terms, or empty.
        offset: in bytes from the start of the file, where it is known.
        line: in text formats, from 1.
        standing: whether it counts.
        reason: why it was accepted, for `Standing.BASELINE`.
    """

    rule: str
    level: Level
    outcome: Outcome
    message: Message
    fix: Message | None
    fingerprint: str
    location: str = ""
    offset: int | None = None
    line: int | None = None
    standing: Standing = Standing.OPEN
    reason: str = ""

    @property
    def stops(self) -> bool:
        """Whether it keeps the file from being published."""
        return self.standing is Standing.OPEN and self.level is Level.ERROR


@frozen(kw_only=True)
class GateFile:
    """What the gate says of one file.

    Args:
        path: from the root of the run, with ``/``; bytes that are no UTF-8 as `os.fsdecode` has
            them.
        format: id of the format, or None when it was not recognised.
        ai: ``yes``, ``no`` or ``unknown``, as declared; None where nobody declared anything.
        explicit: ``required``, ``recommended`` or ``off``.
        findings: in the order of the rules.
        report: everything that was found out; None for what came from the cache or was not read.
        error: why the file could not be checked at all, which makes the run fail.
        fixed: whether ``--fix`` labelled it.
        thumbnail: a small JPEG of what it shows, for reports with pictures
            (`ailabel.marks.image.thumbnail`); None where none was asked for or can be made.
    """

    path: str
    format: str | None
    ai: str | None
    explicit: str
    findings: tuple[GateFinding, ...] = ()
    report: FileReport | None = None
    error: Message | None = None
    fixed: bool = False
    thumbnail: bytes | None = field(default=None, repr=False)

    @property
    def stops(self) -> bool:
        """Whether one of its findings keeps it from being published."""
        return bool(self.findings) and any(finding.stops for finding in self.findings)


@frozen(kw_only=True)
class Stale:
    """An entry of the baseline that nothing matches any more, or whose time has passed.

    Args:
        fingerprint: of the finding.
        rule: its rule.
        path: where it was last seen.
        expired: the end date that has passed, ISO 8601; empty where nothing matched.
    """

    fingerprint: str
    rule: str
    path: str
    expired: str = ""


@frozen(kw_only=True)
class GateEnd:
    """How a run ended; known when its last file has passed.

    Args:
        code: the exit code that the run comes to.
        problems: why the run failed as a whole, such as a shallow clone; each makes the code 2.
        notes: what is to be known besides, such as how many files had no declaration.
        hidden: the ids of rules that were not shown although something was found by them.
        stale: entries of the baseline to clear away.
        root: the folder that the paths count from, absolute.
    """

    code: int
    problems: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    hidden: tuple[str, ...] = ()
    stale: tuple[Stale, ...] = ()
    root: str = ""
