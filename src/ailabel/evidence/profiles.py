"""What a pack may look like: the limits of those who take it, as data."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.files import read_toml
from ailabel.errors import LabelError, PlanError
from ailabel.messages import Message, Reasons
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Profile", "read_profile"]

_LONGEST: Final = 1 << 16  # bytes of a file with profiles
_KEYS: Final[Mapping[str, type]] = {
    "max_bytes": int,
    "max_files": int,
    "max_depth": int,
    "suffixes": list,
    "originals": bool,
    "report_json": bool,
}


@frozen(kw_only=True)
class Profile:
    """The limits of a pack.

    Args:
        max_bytes: of the archive.
        max_files: in it.
        max_depth: folders in one another, the top one included.
        suffixes: file name endings that are taken, with the dot; empty for all.
        originals: whether the samples themselves go in.
        report_json: whether the full report goes in as JSON.
    """

    max_bytes: int
    max_files: int
    max_depth: int
    suffixes: tuple[str, ...]
    originals: bool
    report_json: bool

    def check(self, files: Mapping[str, int]) -> None:
        """Refuse what would not be taken.

        Args:
            files: the size of each file of the pack in bytes, by its path in the archive.

        Raises:
            PlanError: a limit is passed; every one is listed.
        """
        problems = list(self._problems(files))
        if problems:
            raise PlanError("the pack would not be taken: {reasons}", reasons=Reasons(problems))

    def _problems(self, files: Mapping[str, int]) -> Iterator[Message]:
        if len(files) > self.max_files:
            yield Message(
                "it has {count} files, and {most} are allowed; use fewer samples",
                {"count": len(files), "most": self.max_files},
            )
        size = sum(files.values())
        if size > self.max_bytes:
            yield Message(
                "its files have {size} bytes, and {most} are allowed; use smaller samples",
                {"size": size, "most": self.max_bytes},
            )
        for name in files:
            if name.count("/") > self.max_depth:
                yield Message(
                    "{name} stands deeper than {most} folders",
                    {"name": name, "most": self.max_depth},
                )
            if self.suffixes and not name.lower().endswith(self.suffixes):
                yield Message(
                    "{name} is of a kind that is not taken; only {known} are",
                    {"name": name, "known": ", ".join(self.suffixes)},
                )


def read_profile(name: str) -> Profile:
    """Return a profile that comes along, or the one in a file.

    Args:
        name: ``store``, ``archive``, or the path of a TOML file with the same keys.

    Raises:
        LabelError: there is none of that name, or the file cannot be read or does not hold one.
    """
    from importlib import resources

    from ailabel.codecs.toml import tables

    place = resources.files("ailabel") / "assets" / "evidence" / "profiles.toml"
    known = tables(place.read_text(encoding="utf-8"))
    if name in known:
        return _profile(name, known[name])
    if not os.path.isfile(name):  # noqa: PTH113 - no pathlib here
        raise LabelError(
            "there is no profile {name}; known are {known}, or give the path of a file",
            name=name,
            known=", ".join(known),
        )
    return _profile(name, read_toml(name, _LONGEST, LabelError))


def _profile(name: str, table: Mapping[str, Any]) -> Profile:
    wrong = [key for key in _KEYS.keys() | table.keys() if not _is_right(key, table.get(key))]
    if wrong:
        raise LabelError(
            "the profile {name} cannot be used; wrong or missing: {keys}",
            name=name,
            keys=", ".join(sorted(wrong)),
        )
    return Profile(**{**table, "suffixes": tuple(table["suffixes"])})


def _is_right(key: str, value: object) -> bool:
    kind = _KEYS.get(key)
    if kind is None or type(value) is not kind:
        return False
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, bool) or (isinstance(value, int) and value > 0)
