"""The content of objects of a repository, from one process of git that answers for all of them."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from ailabel.errors import AilabelError
from ailabel.gate.git import environment
from ailabel.io.source import BytesView, FileView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.gate.git import Repository
    from ailabel.io.source import Limits, View

__all__ = ["Blobs"]

_IN_MEMORY: Final = 32 << 20  # bytes; a larger object waits in a temporary file while it is read
_PIECE: Final = 1 << 20


class Blobs:
    """Reads objects; for a `with` statement.

    Args:
        repository: where they are.
    """

    def __init__(self, repository: Repository) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - git, by its name
            repository.contents(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # it holds no lock and writes nothing
        self._process.communicate()

    @contextmanager
    def view(self, blob: str, name: str, limits: Limits | None = None) -> Iterator[View]:
        """Open an object for reading, within a `with` statement.

        Args:
            blob: its name in the repository.
            name: of the file that it is the content of.
            limits: what reading it may cost.

        Raises:
            AilabelError: it is not there, or git ended.
        """
        size = self._ask(blob)
        if size <= _IN_MEMORY:
            data = b"".join(self._answer(size))
            yield BytesView(data, name, limits)
            return
        import tempfile

        with tempfile.TemporaryFile() as file:
            for piece in self._answer(size):
                file.write(piece)
            file.flush()
            yield FileView(file.fileno(), os.path.basename(name), limits)  # noqa: PTH119 - no pathlib here

    def _ask(self, blob: str) -> int:
        question, answer = self._process.stdin, self._process.stdout
        if question is None or answer is None:  # both were asked for above
            raise _ended()
        try:
            question.write(f"{blob}\n".encode())
            question.flush()
            words = answer.readline().split()
        except OSError as error:
            raise _ended() from error
        if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - name, type, size
            raise AilabelError("git has no content for this file")
        return int(words[2])

    def _answer(self, size: int) -> Iterator[bytes]:
        """Yield the content, and pass over the line's end behind it."""
        answer = self._process.stdout
        while size and answer is not None:
            piece = answer.read(min(_PIECE, size))
            if not piece:
                raise _ended()
            size -= len(piece)
            yield piece
        if answer is not None:
            answer.read(1)


def _ended() -> AilabelError:
    return AilabelError("git ended before it had given the content")
