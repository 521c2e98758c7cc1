"""Which files a run is about.

Inside a repository it is git's own answer: tracked files, and untracked ones that are not ignored;
what is staged; what changed. Outside of one, and in folders that git ignores or that are another
repository, when they are named, it is every file below the folder: what stands there is what will
be published. Whether a file is looked into is never decided by its suffix.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ailabel.gate.git import is_inside, open_repository
from ailabel.messages import Message
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ailabel.gate.git import Repository
    from ailabel.gate.options import GateChoice

__all__ = ["Selection", "select"]

_OTHERS: Final = frozenset({".git", ".hg", ".svn", ".jj"})  # folders that hold no content


@frozen(kw_only=True)
class Selection:
    """The files of a run.

    Args:
        root: the folder that paths count from, absolute.
        paths: from the root, with ``/``, in order; folders among them are submodules.
        named: those that were named themselves, rather than found.
        blobs: the objects to read instead of the files, where the index is asked about.
        repository: that the files belong to, or None.
        whole: whether everything below the root was asked about.
        problems: why the run cannot be what was asked for.
        notes: what was left out.
    """

    root: str
    paths: Sequence[str]
    named: frozenset[str] = frozenset()
    blobs: Mapping[str, str] | None = None
    repository: Repository | None = None
    whole: bool = False
    problems: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()


@frozen
class _Named:
    """A file or folder that was named: as it was given, its real place, whether it is a folder."""

    given: str
    place: str
    is_folder: bool


def select(choice: GateChoice) -> Selection:
    """Find the files that are meant.

    Raises:
        AilabelError: git cannot say, or a commit that was named is not there.
    """
    problems: list[Message] = []
    named = list(_places(choice.paths, problems))
    folders = [item.place if item.is_folder else os.path.dirname(item.place) for item in named]  # noqa: PTH120
    folders = list(dict.fromkeys(folders)) or [os.getcwd()]  # noqa: PTH109 - no pathlib here
    inside_one = next(filter(is_inside, folders), None) if choice.git else None
    repository = None if inside_one is None else open_repository(inside_one)
    if repository is None and choice.source != "tree":
        problems.append(Message("only a git repository has staged or changed files"))
    root = repository.root if repository else _common(folders)
    inside, outside = _split(named, root)
    problems += [
        Message("{path} lies outside {root}; check it in a run of its own", place)
        for place in ({"path": item.given, "root": root} for item in outside)
    ]
    asked = Selection(root=root, paths=(), repository=repository, problems=tuple(problems))
    if problems or not named:
        return asked
    if repository is None:
        return _walked(asked, inside)
    if choice.source == "tree":
        return _of_repository(asked, repository, inside)
    return _of_history(asked, repository, inside, choice)


# -- what was named --------------------------------------------------------------------------------


def _places(given: Sequence[str], problems: list[Message]) -> Iterator[_Named]:
    """Yield what was named at its real place; a link that is named itself stays one."""
    real: dict[str, str] = {}
    for path in given:
        try:
            is_folder = stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116 - no pathlib here
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            problems.append(Message("{path}: {reason}", {"path": path, "reason": reason}))
            continue
        folder, name = (path, "") if is_folder else os.path.split(path)
        if folder not in real:
            real[folder] = os.path.realpath(folder)
        place = real[folder]
        yield _Named(path, f"{place.rstrip('/')}/{name}" if name else place, is_folder)


def _common(folders: list[str]) -> str:
    """Return the folder that paths count from outside of a repository."""
    here = os.path.realpath(os.curdir)
    above = os.path.commonpath(folders)
    return here if os.path.commonpath([here, above]) == here else above


def _split(named: list[_Named], root: str) -> tuple[list[_Named], list[_Named]]:
    """Part what stands below a root from what does not; places count from the root then."""
    inside, outside = [], []
    start = f"{root.rstrip('/')}/"
    for item in named:
        if item.place == root:
            inside.append(_Named(item.given, "", item.is_folder))
        elif item.place.startswith(start):
            inside.append(_Named(item.given, item.place[len(start) :], item.is_folder))
        else:
            outside.append(item)
    return inside, outside


def _nothing_in(path: str) -> Message:
    return Message("there is nothing to check in {path}", {"path": path})


# -- a repository ----------------------------------------------------------------------------------


def _of_repository(asked: Selection, repository: Repository, named: list[_Named]) -> Selection:
    """Take the files that were named as they are; of folders, ask git."""
    files = {item.place for item in named if not item.is_folder}
    folders = {item.place: item.given for item in named if item.is_folder}
    whole = "" in folders
    listed = repository.files([] if whole else sorted(folders)) if folders else []
    listed.sort()  # two lists in order, which is quick
    problems: list[Message] = []
    others: list[str] = []
    ignored = 0
    for folder, given in folders.items():
        if _holds(listed, folder):
            ignored += bool(folder) and repository.ignores_below(folder)
            continue
        walked = list(_walk(asked.root, folder, problems)) if folder else []
        others += walked
        if not walked:
            problems.append(_nothing_in(given))
    kept, notes = _without_inner(listed)
    if ignored:
        notes.append(
            Message(
                "named folders with files that git ignores, which were left out: {count}; --no-git "
                "takes every file",
                {"count": ignored},
            )
        )
    return replace(
        asked,
        paths=sorted({*kept, *others, *files}) if others or files else kept,
        named=frozenset(files),
        whole=whole,
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _holds(found: list[str], folder: str) -> bool:
    """Say whether a sorted list has a path below a folder."""
    start = f"{folder}/" if folder else ""
    place = bisect_left(found, start)
    return place < len(found) and found[place].startswith(start)


def _without_inner(listed: list[str]) -> tuple[list[str], list[Message]]:
    """Leave out repositories inside this one, which git names as folders."""
    kept = [path for path in listed if not path.endswith("/")]
    count = {"count": len(listed) - len(kept)}
    if len(kept) == len(listed):
        return kept, []
    inner = Message("repositories inside this one, to be checked by themselves: {count}", count)
    return kept, [inner]


def _of_history(
    asked: Selection, repository: Repository, named: list[_Named], choice: GateChoice
) -> Selection:
    """Take what is staged, or what changed, below what was named."""
    places = [item.place for item in named]
    if choice.source == "changed":
        listed = [path for path in repository.changed(choice.base) if _is_below(path, places)]
        kept, notes = _without_inner(listed)
        return replace(asked, paths=kept, notes=tuple(notes))
    entries = [entry for entry in repository.staged() if _is_below(entry.path, places)]
    blobs = {entry.path: entry.blob for entry in entries if entry.is_file}
    left = len(entries) - len(blobs)
    notes = [Message("staged links and submodules, not followed: {count}", {"count": left})]
    return replace(asked, paths=sorted(blobs), blobs=blobs, notes=tuple(notes if left else ()))


def _is_below(path: str, places: list[str]) -> bool:
    return any(not place or path == place or path.startswith(f"{place}/") for place in places)


# -- folders ---------------------------------------------------------------------------------------


def _walked(asked: Selection, named: list[_Named]) -> Selection:
    files = {item.place for item in named if not item.is_folder}
    problems: list[Message] = []
    found = set(files)
    for item in named:
        if item.is_folder:
            below = list(_walk(asked.root, item.place, problems))
            found.update(below)
            if not below:
                problems.append(_nothing_in(item.given))
    return replace(
        asked,
        paths=sorted(found),
        named=frozenset(files),
        whole=any(item.is_folder and not item.place for item in named),
        problems=tuple(problems),
    )


def _walk(root: str, folder: str, problems: list[Message]) -> Iterator[str]:
    """Yield every file below a folder, from the root; what cannot be listed is a problem."""
    folders = [folder]
    while folders:
        place = folders.pop()
        try:
            with os.scandir(f"{root}/{place}") as entries:
                inner = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError as error:
            reason = {"path": place, "reason": error.strerror or str(error)}
            problems.append(Message("{path}: {reason}", reason))
            continue
        start = f"{place}/" if place else ""
        folders += [start + name for name, is_folder in inner if is_folder and name not in _OTHERS]
        yield from (start + name for name, is_folder in inner if not is_folder)
