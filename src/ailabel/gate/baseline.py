"""Findings that were accepted: present when the gate was adopted, or for a reason that is given.

An entry is known by the finding's fingerprint, which is made of the rule and the file's content; it
outlives renaming and ends with the first edit. It may also end on a day. ``ailabel schema
baseline`` is the shape of the file.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.files import read_bytes
from ailabel.errors import ConfigError
from ailabel.model.gate import Stale, Standing
from ailabel.model.report import Level, Outcome
from ailabel.standard.rules import RULES
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ailabel.model.gate import GateFile, GateFinding

__all__ = ["NAME", "Baseline", "Entry", "read_baseline", "write_baseline"]

NAME: Final = ".ailabel-baseline.json"
"""What a baseline is called that nobody names, in the root of a run."""
_REASON: Final = "present at adoption"
_VERSION: Final = 1
_LONGEST: Final = 256 << 20  # bytes; ours
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_SEEN: Final = frozenset(  # rules that nothing is known of where nobody looked
    rule.id for rule in RULES.values() if rule.label == "explicit" or rule.id == "GAT-002"
)
_FINGERPRINT: Final = r"[0-9a-f]{32}"


@frozen(kw_only=True)
class Entry:
    """A finding that is accepted.

    Args:
        fingerprint: of the finding.
        rule: its rule.
        path: where it was when it was accepted, for people.
        reason: why it is accepted.
        until: the last day on which it is, ISO 8601, or None.
    """

    fingerprint: str
    rule: str
    path: str
    reason: str = _REASON
    until: str | None = None


class Baseline:
    """What is accepted in a run, and what of it was met.

    Args:
        entries: what was accepted before.
        today: ISO 8601.
        accepting: whether everything that is found is accepted from now on, but for required labels
            that could not be looked for.
    """

    def __init__(self, entries: Iterable[Entry], today: str, *, accepting: bool = False) -> None:
        self._entries = {entry.fingerprint: entry for entry in entries}
        self._today = today
        self._accepting = accepting
        self._met: set[str] = set()
        self._checked: set[str] = set()
        self._unseen: set[str] = set()
        self._failed = False

    def settle(self, file: GateFile, *, seen: bool = True) -> GateFile:
        """Return a file with the findings that are accepted marked.

        Args:
            file: what the gate says of it.
            seen: whether labels that people see or hear were looked for, if that was asked of it.
        """
        self._failed |= file.error is not None
        if self._entries and file.error is None:
            self._checked.add(file.path)
            if not seen:
                self._unseen.add(file.path)
        if not file.findings:
            return file
        found = tuple(self._settled(item, file.path) for item in file.findings)
        return replace(file, findings=found)

    def stale(self, *, whole: bool) -> tuple[Stale, ...]:
        """Return what expired, or was met nowhere.

        Args:
            whole: whether all files were to be checked; otherwise, and where one could not be,
                nothing is known of those that were not, under whatever name they may be now.
        """
        return tuple(
            Stale(
                fingerprint=entry.fingerprint,
                rule=entry.rule,
                path=entry.path,
                expired=(entry.until or "") if self._is_over(entry) else "",
            )
            for entry in self._entries.values()
            if self._is_over(entry) or self._is_gone(entry, whole=whole and not self._failed)
        )

    def without(self, stale: Iterable[Stale]) -> list[Entry]:
        """Return the entries that remain."""
        gone = {item.fingerprint for item in stale}
        return [entry for entry in self._entries.values() if entry.fingerprint not in gone]

    def _settled(self, item: GateFinding, path: str) -> GateFinding:
        entry = self._entries.get(item.fingerprint)
        if entry is not None:
            self._met.add(item.fingerprint)
        if item.standing is not Standing.OPEN:
            return item
        missing = entry is None or self._is_over(entry)
        if self._accepting and missing and not _is_unseen(item):
            entry = Entry(fingerprint=item.fingerprint, rule=item.rule, path=path)
            self._entries[item.fingerprint] = entry
            self._met.add(item.fingerprint)
        if entry is None or self._is_over(entry):
            return item
        return replace(item, standing=Standing.BASELINE, reason=entry.reason)

    def _is_gone(self, entry: Entry, *, whole: bool) -> bool:
        """Say whether nothing matches an entry; what was not looked at may still do so."""
        if entry.fingerprint in self._met:
            return False
        if self._unseen and entry.rule in _SEEN:
            return entry.path in self._checked - self._unseen
        return whole or entry.path in self._checked

    def _is_over(self, entry: Entry) -> bool:
        return entry.until is not None and entry.until < self._today


def _is_unseen(item: GateFinding) -> bool:
    """Say whether a required label could not be looked for: only a person may accept that."""
    unsettled = item.outcome is Outcome.INCONCLUSIVE
    return item.rule == "GAT-002" and unsettled and item.level is Level.ERROR


def read_baseline(path: str) -> list[Entry]:
    """Read a baseline.

    Raises:
        ConfigError: it cannot be read, or is none.
    """
    data = read_bytes(path, _LONGEST, ConfigError)
    try:
        return list(_entries(data))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        raise ConfigError("{path} is no baseline: {reason}", path=path, reason=reason) from error


def write_baseline(path: str, entries: Iterable[Entry]) -> None:
    """Write a baseline, whole or not at all, in the order of the paths.

    Raises:
        AilabelError: something that must not be replaced stands there.
        OSError: it cannot be written.
    """
    from ailabel.io.atomic import create
    from ailabel.io.atomic import replace as replace_file
    from ailabel.io.source import BytesView, open_view

    rows = [
        {
            "path": entry.path,
            "rule": entry.rule,
            "fingerprint": entry.fingerprint,
            "reason": entry.reason,
            "until": entry.until,
        }
        for entry in sorted(entries, key=lambda item: (item.path, item.rule, item.fingerprint))
    ]
    document = {"schema_version": _VERSION, "tool": "ailabel", "entries": rows}
    data = (json.dumps(document, indent=2) + "\n").encode()
    try:
        with open_view(path) as view:
            replace_file(BytesView(data), view, path, lambda _: None)
    except FileNotFoundError:
        create(path, data)


def _entries(data: bytes) -> Iterator[Entry]:
    document = json.loads(data)
    if document["schema_version"] != _VERSION:
        raise ValueError("schema_version")
    for row in document["entries"]:
        yield _entry(row)


def _entry(row: Any) -> Entry:  # noqa: ANN401 - what JSON brings
    texts = [row[name] for name in ("fingerprint", "rule", "path", "reason")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("text")
    until = row.get("until")
    if until is not None and not (isinstance(until, str) and re.fullmatch(_DAY, until)):
        raise ValueError("until")
    if not re.fullmatch(_FINGERPRINT, texts[0]):
        raise ValueError("fingerprint")
    fingerprint, rule, path, reason = texts
    return Entry(fingerprint=fingerprint, rule=rule, path=path, reason=reason, until=until)
