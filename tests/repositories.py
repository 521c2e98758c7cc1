"""Small git repositories to check, apart from the user's configuration."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import LabelSpec, label_bytes
from builders import png
from command import PRODUCER

if TYPE_CHECKING:
    from command import Done

__all__ = ["BARE", "CLEAN", "CONFIGURATION", "LABELLED", "Repository", "labelled"]

CLEAN: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}
CONFIGURATION: Final = f"""\
producer = "{PRODUCER}"
[[paths]]
match = ["ai/**"]
ai = true
explicit = "off"
"""
BARE: Final = png.build()


def labelled(producer: str = PRODUCER, produce_id: str = "a-1") -> bytes:
    """Return a picture with an implicit label."""
    spec = LabelSpec(producer=producer, produce_id=produce_id, explicit=False)
    return label_bytes(BARE, spec).data


LABELLED: Final = labelled()


@dataclass(frozen=True)
class Repository:
    """A repository in a folder."""

    root: Path

    @classmethod
    def new(cls, root: Path, **files: bytes | str) -> Repository:
        """Make one, with files; ``__`` in a name stands for ``/``, and ``_1`` for a full stop."""
        made = cls(root)
        root.mkdir(parents=True, exist_ok=True)
        made.git("init", "-q", "-b", "main")
        for name, content in files.items():
            made.write(name.replace("__", "/").replace("_1", "."), content)
        return made

    def write(self, name: str, content: bytes | str) -> Path:
        """Write a file, and the folders above it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def git(self, *arguments: str | Path) -> str:
        """Run git in it."""
        done = subprocess.run(
            ["git", "-C", self.root, "-c", "protocol.file.allow=always", *arguments],
            capture_output=True,
            check=False,
            env={**_plain(), **CLEAN},
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout)

    def commit(self, *, everything: bool = True) -> str:
        """Commit what there is; return the commit."""
        if everything:
            self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD").strip()

    def check(self, *arguments: str | Path, stdin: bytes = b"", **environment: str) -> Done:
        """Run ``ailabel check`` in it, in this process."""
        from command import ailabel

        before = Path.cwd()
        os.chdir(self.root)
        try:
            return ailabel("check", *arguments, stdin=stdin, **{**CLEAN, **environment})
        finally:
            os.chdir(before)


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
