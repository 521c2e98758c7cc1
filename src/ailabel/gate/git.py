"""What git says of a repository: where it stands, which files it has, what is staged or changed.

git is asked through its plumbing, with names separated by NUL. Neither hooks, pagers, aliases,
external diffs nor translations of the user take part, and no lock is taken.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Repository", "Staged", "environment", "is_inside", "open_repository"]

_KEPT: Final = (  # what hooks are told of the repository, and where configuration stands
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_QUARANTINE_PATH",
    "GIT_EXEC_PATH",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_CONFIG_",
)
_FIXED: Final = {"LC_ALL": "C", "LANGUAGE": "", "GIT_LITERAL_PATHSPECS": "1", "GIT_PAGER": "cat"}
_ALWAYS: Final = (
    "--no-optional-locks",
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
)
_DIFF: Final = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--no-renames",  # the new name of what was renamed counts as changed, as an added one does
    "--ignore-submodules=none",
    "--diff-filter=d",  # what was deleted is not there to be checked
    "-z",
)
_LINK: Final = 0o120000
_SUBMODULE: Final = 0o160000


@frozen
class Staged:
    """An entry of the index that differs from the last commit.

    Args:
        path: from the root.
        mode: as git has it.
        blob: name of the object that holds the content.
    """

    path: str
    mode: int
    blob: str

    @property
    def is_file(self) -> bool:
        """Whether it has content, unlike a link or a submodule."""
        return self.mode not in (_LINK, _SUBMODULE)


@frozen(kw_only=True)
class Repository:
    """A repository with a work tree.

    Args:
        root: of the work tree, absolute, without symbolic links.
        store: git's own folder for this work tree.
        shallow: whether its history is cut off.
    """

    root: str
    store: str
    shallow: bool

    def files(self, folders: Sequence[str]) -> list[str]:
        """Return the tracked files, and the untracked ones that are not ignored.

        Args:
            folders: from the root; empty for everything. A name that ends in a slash stands for a
                repository inside this one.
        """
        wanted = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
        return _names(self._ask(*wanted, "--", *folders))

    def ignores_below(self, folder: str) -> bool:
        """Say whether a folder holds files that git ignores."""
        asked = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        return bool(self._ask(*asked, "--", folder))

    def staged(self) -> list[Staged]:
        """Return what is staged, but for deletions.

        Raises:
            AilabelError: a merge left entries that are not settled.
        """
        found = _names(self._ask(*_DIFF, "--cached", "--raw", "--no-abbrev"))
        entries = []
        for head, path in zip(found[::2], found[1::2], strict=True):
            _, mode, _, blob, status = head.split(" ")
            if status == "U":
                raise AilabelError("{path} is not merged yet; settle it and stage it", path=path)
            entries.append(Staged(path, int(mode, 8), blob))
        return entries

    def changed(self, base: str) -> list[str]:
        """Return what differs from where the history parted from `base`, untracked files included.

        Raises:
            AilabelError: the commit, or the history up to it, is not there.
        """
        origin = self._fork(base)
        differing = _names(self._ask(*_DIFF, "--name-only", origin, "--"))
        untracked = _names(self._ask("ls-files", "-z", "--others", "--exclude-standard"))
        return sorted({*differing, *untracked})

    def unstaged(self, paths: Sequence[str]) -> list[str]:
        """Return those paths whose content in the work tree differs from the index."""
        return _names(self._ask(*_DIFF, "--name-only", "--", *paths)) if paths else []

    def contents(self) -> list[str]:
        """Return the command that answers with the content of objects, one after the other."""
        return self._command("cat-file", "--batch")

    def _fork(self, base: str) -> str:
        """Return the commit where the history parted from that of `base`."""
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
        commit = self._ask(*asked, may_fail=True).decode().strip()
        if not commit and self.shallow:
            raise AilabelError(
                "{ref} is not in this shallow clone; fetch the whole history: "
                "git fetch --unshallow, or fetch-depth: 0 in CI",
                ref=base,
            )
        if not commit:
            raise AilabelError("there is no commit {ref} in this repository", ref=base)
        found = self._ask("merge-base", commit, "HEAD", may_fail=True).decode().split()
        if not found and self.shallow:
            raise AilabelError(
                "this shallow clone does not reach back to where the history parted from {ref}; "
                "fetch the whole history: git fetch --unshallow, or fetch-depth: 0 in CI",
                ref=base,
            )
        if not found:
            raise AilabelError("{ref} and the last commit have no history in common", ref=base)
        return found[0]

    def _ask(self, *arguments: str, may_fail: bool = False) -> bytes:
        code, out, problem = _run(self._command(*arguments))
        if code and not may_fail:
            raise AilabelError("git {command}: {reason}", command=arguments[0], reason=problem)
        return b"" if code else out

    def _command(self, *arguments: str) -> list[str]:
        return ["git", "-C", self.root, *_ALWAYS, *arguments]


def is_inside(folder: str) -> bool:
    """Say whether a folder, absolute, belongs to a repository, without asking git."""
    if "GIT_DIR" in os.environ:  # a hook: git said so
        return True
    while not os.path.lexists(f"{folder}/.git"):
        above = os.path.dirname(folder)  # noqa: PTH120 - no pathlib here
        if above == folder:
            return False
        folder = above
    return True


def open_repository(folder: str) -> Repository:
    """Ask git about the repository of a folder.

    Raises:
        AilabelError: git is missing, refuses the repository, or there is no work tree.
    """
    place = [] if "GIT_DIR" in os.environ else ["-C", folder]
    asked = ("rev-parse", "--is-shallow-repository", "--show-cdup", "--absolute-git-dir")
    code, out, problem = _run(["git", *place, *_ALWAYS, *asked])
    if "dubious ownership" in problem:
        raise AilabelError(
            "git refuses {path}, which belongs to somebody else; if you trust it: "
            "git config --global --add safe.directory {path}",
            path=folder,
        )
    if code:
        raise AilabelError("git {command}: {reason}", command="rev-parse", reason=problem)
    lines = os.fsdecode(out.removesuffix(b"\n")).split("\n", 2)
    if len(lines) < 3:  # noqa: PLR2004 - one an answer; git is silent on the way up
        raise AilabelError(
            "{path} has no files of a work tree: it is git's own folder, or a bare repository",
            path=folder,
        )
    shallow, up, store = lines
    start = os.getcwd() if not place else folder  # noqa: PTH109 - no pathlib here
    root = os.path.realpath(f"{start}/{up}")
    return Repository(root=root, store=store, shallow=shallow == "true")


def environment() -> dict[str, str]:
    """Return the environment for git: what a hook was told is kept, what steers output is not."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    if "GIT_DIR" in kept:  # it may count from where we stand, and git is sent elsewhere
        kept["GIT_DIR"] = os.path.abspath(kept["GIT_DIR"])  # noqa: PTH100 - no pathlib here
        kept.setdefault("GIT_WORK_TREE", os.getcwd())  # noqa: PTH109 - what it means without
    return kept | _FIXED


def _run(command: list[str]) -> tuple[int, bytes, str]:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - git, by its name
            command, capture_output=True, env=environment(), check=False
        )
    except FileNotFoundError as error:
        raise AilabelError(
            "this is a git repository, and git was not found: install it, or give --no-git to "
            "check all files in the folder"
        ) from error
    problem = os.fsdecode(done.stderr).strip().partition("\n")[0].removeprefix("fatal: ")
    return done.returncode, done.stdout, problem


def _names(out: bytes) -> list[str]:
    return os.fsdecode(out).split("\0")[:-1]
