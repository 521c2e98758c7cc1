"""What is asked for when files are to be verified, as a value."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from ailabel.io.source import Limits
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.seal.directory import Directory

__all__ = ["VerifyOptions"]


@frozen(kw_only=True)
class VerifyOptions:
    """How files are to be verified.

    Args:
        implicit: whether the label in the metadata is asked about.
        explicit: whether the label that people see or hear is asked about.
        explain: whether the report shall bring a picture of what was seen (`FileReport.preview`).
        regimes: whose rules are asked about, of `standard.rules.REGIMES`; the two labels above are
            those of ``cn``.
        seals: whether signatures in the reserved fields are checked, where there are any; a seal
            binds the content, which is then read whole.
        trust: the directory of keys that says who signs with which; None checks with the keys that
            the files bring along.
        traces: whether the report shall bring what else in a file speaks of AI
            (`FileReport.traces`), which decides nothing.
        check_c2pa: whether C2PA manifests among the traces are checked, which needs the extra
            ``c2pa`` and reads the file whole; otherwise they are shown as they stand.
        limits: what reading a file may cost.
    """

    implicit: bool = True
    explicit: bool = True
    explain: bool = False
    regimes: tuple[str, ...] = ("cn",)
    seals: bool = True
    trust: Directory | None = None
    traces: bool = False
    check_c2pa: bool = False
    limits: Limits = field(default_factory=Limits)
