"""One file through the gate: what it holds, held against what it is declared to be."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from ailabel import registry
from ailabel.engine.options import VerifyOptions
from ailabel.engine.verify import error_message, verify
from ailabel.errors import AilabelError, UnsupportedFormatError
from ailabel.gate.fingerprint import findings
from ailabel.gate.judge import Case, judge
from ailabel.gate.lfs import is_pointer
from ailabel.gate.looked import Looked
from ailabel.io.source import open_view
from ailabel.messages import Message
from ailabel.model.gate import GateFile
from ailabel.model.media import Medium
from ailabel.model.report import Outcome
from ailabel.model.seal import SealResult
from ailabel.standard.rules import RULES
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.config import Configuration, Profile
    from ailabel.gate.eyes import Eyes
    from ailabel.io.source import View
    from ailabel.model.gate import GateFinding
    from ailabel.model.report import FileReport
    from ailabel.model.trace import Trace

__all__ = ["Looker"]

_OF_ITSELF: Final = frozenset({"markdown", "html"})  # formats that may say what they are
_READ: Final = frozenset({Medium.TEXT, Medium.DOCUMENT})  # exact and cheap, unlike looking
_OURS: Final = (".aigc.json", "ailabel.toml", ".ailabel-baseline.json")  # no content


@frozen(kw_only=True)
class Looker:
    """Looks into the files of a run.

    Args:
        root: the folder that paths count from.
        configuration: of the run.
        eyes: what looks at pixels and listens to sound.
        implicit_only: whether the label that people see or hear is left out.
        reports: whether all that was found out is handed on, with pictures of what was seen.
        fix: whether declared files of the tree are labelled where a label is missing.
    """

    root: str
    configuration: Configuration
    eyes: Eyes
    implicit_only: bool = False
    reports: bool = False
    fix: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.eyes.close()

    def path(self, path: str) -> Looked:
        """Look into a file of the tree; whatever prevents it is its error."""
        try:
            with open_view(f"{self.root}/{path}") as view:
                looked = self.view(view, path)
                wanted = self.wanted(looked.file, view) if self.fix else None
            return looked if wanted is None else self._mended(looked, wanted)
        except Exception as error:  # noqa: BLE001 - one file must not end a run of thousands
            return self.failed(path, error)

    def wanted(self, file: GateFile, view: View) -> Profile | None:
        """Return by what a file can be labelled that lacks its label, or None."""
        if file.ai != "yes" or not file.findings:
            return None
        from ailabel.gate.fix import missing

        profile = self.configuration.profile(file.path, format=file.format, view=view)
        return profile if missing(file, profile) else None

    def _mended(self, looked: Looked, profile: Profile) -> Looked:
        """Label a file and look again; what cannot be labelled keeps its findings, and why."""
        from ailabel.gate.fix import mend, refused

        file = looked.file
        try:
            fixed = mend(f"{self.root}/{file.path}", file, profile)
        except AilabelError as error:
            return replace(looked, file=refused(file, error_message(error)), lasting=False)
        again = replace(self, fix=False).path(file.path)
        return replace(again, file=replace(again.file, fixed=fixed), lasting=not fixed)

    def failed(self, path: str, error: Exception) -> Looked:
        """Return what is said of a file that could not be looked into."""
        return _failed(path, _reason(error))

    def view(self, view: View, path: str) -> Looked:
        """Look into a file.

        Raises:
            AilabelError: it cannot be done.
            OSError: it cannot be read.
        """
        if is_pointer(view):
            return _failed(path, Message("it is a Git LFS pointer, not the content: git lfs pull"))
        profile = self.configuration.profile(path)
        report, reason = _examined(view, path, profile)
        if report is not None and report.format in _OF_ITSELF and report.error is None:
            own = self.configuration.profile(path, format=report.format, view=view)
            if own.regimes != profile.regimes:
                report, reason = _examined(view, path, own)
            profile = own
        if report is None and (
            profile.ai != "yes" or not view.size or path.endswith(_OURS)
        ):  # nothing is asked of it
            looked = self._told(path, profile, None)
        else:
            looked = self._judged(view, path, profile, report, reason)
        if not self.reports:
            return looked
        from ailabel.gate.picture import pictured

        return replace(looked, file=pictured(looked.file, view))

    def _judged(
        self,
        view: View,
        path: str,
        profile: Profile,
        report: FileReport | None,
        reason: Message | None,
    ) -> Looked:
        medium = None if report is None or report.format is None else medium_of(report.format)
        if profile.media and medium is not None and medium.value not in profile.media:
            return self._told(path, profile, report)
        asked = self._asks(profile, medium)
        if asked and report is not None and report.error is None:
            options = self._options(profile, medium)
            report, reason = self.eyes.look(view, report, options, profile)
        case = Case(
            path=path,
            profile=profile,
            report=report,
            reason=reason,
            traces=_traces(view, profile, report),
        )
        unseen = profile.ai == "yes" and profile.explicit == "recommended" and not asked
        unseen = unseen and medium is not None and not self.implicit_only
        found = findings(judge(case), view, profile)
        return self._told(path, profile, report, found, unseen=unseen)

    def _asks(self, profile: Profile, medium: Medium | None) -> bool:
        """Say whether the label that people see or hear is looked for."""
        if self.implicit_only or medium is None:
            return False
        if profile.ai != "yes":
            return profile.deep
        if profile.explicit == "off":
            return False
        return medium in _READ or profile.deep or profile.explicit == "required"

    def _options(self, profile: Profile, medium: Medium | None) -> VerifyOptions:
        explain = self.reports and medium is not Medium.IMAGE  # which needs no other picture
        return VerifyOptions(explain=explain, regimes=profile.regimes)

    def _told(
        self,
        path: str,
        profile: Profile,
        report: FileReport | None,
        found: tuple[GateFinding, ...] = (),
        *,
        unseen: bool = False,
    ) -> Looked:
        file = GateFile(
            path=path,
            format=None if report is None else report.format,
            ai=profile.ai,
            explicit=profile.explicit,
            findings=found,
            report=report if self.reports else None,
        )
        lasting = not (any(map(_is_passing, found)) or _may_settle(report))
        return Looked(file=file, lasting=lasting, unseen=unseen)


@lru_cache(maxsize=256)
def medium_of(format_id: str) -> Medium:
    """Return the medium of a format."""
    formats = registry.carrier_of(format_id).formats
    return next(item.medium for item in formats if item.id == format_id)


def _examined(view: View, path: str, profile: Profile) -> tuple[FileReport | None, Message | None]:
    """Return what the metadata hold, or why nothing can be said of them."""
    try:
        return verify(view, path, _reading(profile.regimes)), None
    except UnsupportedFormatError as error:
        return None, error_message(error)


def _is_passing(found: GateFinding) -> bool:
    """Say whether a finding may be settled once an extra is installed."""
    return found.outcome is Outcome.INCONCLUSIVE and RULES[found.rule].regime == "cn"


def _may_settle(report: FileReport | None) -> bool:
    """Say whether a signature was not checked, which an extra may change."""
    seals = () if report is None else report.seals
    return any(seal.label.result is SealResult.INCONCLUSIVE for seal in seals)


@lru_cache(maxsize=16)
def _reading(regimes: tuple[str, ...]) -> VerifyOptions:
    return VerifyOptions(explicit=False, regimes=regimes)


def _traces(view: View, profile: Profile, report: FileReport | None) -> tuple[Trace, ...]:
    """Look for traces where nobody said that AI was used, and no label does."""
    if report is None or report.format is None or report.error is not None:
        return ()
    if profile.ai == "yes" or report.labels:
        return ()
    from ailabel.traces import find

    return tuple(trace for trace in find(view, report.format) if trace.of_ai)


def _failed(path: str, reason: Message) -> Looked:
    file = GateFile(path=path, format=None, ai=None, explicit="off", error=reason)
    return Looked(file=file, lasting=False)


def _reason(error: Exception) -> Message:
    if isinstance(error, AilabelError):
        return error_message(error)
    if isinstance(error, OSError):
        return Message("cannot be read: {reason}", {"reason": error.strerror or str(error)})
    reason = {"reason": f"{type(error).__name__}: {error}"}
    return Message("this is a defect of ailabel; please report it with the file: {reason}", reason)
