"""Looking at pixels and listening to sound, within the time that a file may cost.

Looking runs in code that cannot be interrupted. Where a file may cost only so much, it is looked at
by a process of its own, which is ended when the time is up; the next file gets a new one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ailabel.engine.verify import verify
from ailabel.errors import AilabelError
from ailabel.io.source import FileView, open_view
from ailabel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from ailabel.config import Profile
    from ailabel.engine.options import VerifyOptions
    from ailabel.io.source import View
    from ailabel.model.report import FileReport

    Work = Callable[[View, str, VerifyOptions], FileReport]

__all__ = ["Eyes"]

_PIECE: Final = 1 << 20


class Eyes:
    """Looks for labels that people see or hear.

    Args:
        work: looks, as `engine.verify.verify` does.
    """

    def __init__(self, work: Work = verify) -> None:
        self._work = work
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def close(self) -> None:
        """End the process that looks, if there is one."""
        if self._process is not None and self._line is not None:
            self._line.close()
            self._process.kill()
            self._process.join()
        self._process = self._line = None

    def look(
        self, view: View, report: FileReport, options: VerifyOptions, profile: Profile
    ) -> tuple[FileReport, Message | None]:
        """Look for the label that people see or hear.

        Args:
            view: the file.
            report: what is known of it.
            options: what is asked about.
            profile: says what it may cost; None is no bound.

        Returns:
            The report with the explicit label; or the one that was given, and why nobody looked.
        """
        if profile.budget is None:
            return self._work(view, report.path, options), None
        seconds = profile.budget
        found = self._within(view, report.path, options, seconds)
        if isinstance(found, Exception):
            raise found
        if found is None:
            text = {"seconds": f"{seconds:g}"}
            return report, Message("looking took longer than the {seconds} s it may cost", text)
        return found, None

    def _within(
        self, view: View, path: str, options: VerifyOptions, seconds: float
    ) -> FileReport | Exception | None:
        """Let the process look; None when the time is up."""
        if isinstance(view, FileView):
            place = f"/proc/{os.getpid()}/fd/{view.fd}"
            return self._asked(place, view.name, path, options, seconds)
        import tempfile

        with tempfile.NamedTemporaryFile(prefix="ailabel-") as file:
            for offset in range(0, view.size, _PIECE):
                file.write(view.read_some(offset, _PIECE))
            file.flush()
            return self._asked(file.name, view.name, path, options, seconds)

    def _asked(
        self, place: str, name: str | None, path: str, options: VerifyOptions, seconds: float
    ) -> FileReport | Exception | None:
        line = self._open()
        try:
            line.send((place, name, path, options))
            if not line.poll(seconds):
                self.close()
                return None
            found: FileReport | Exception = line.recv()
        except (EOFError, OSError):
            self.close()
            return AilabelError("the process that looked was killed, perhaps for want of memory")
        return found

    def _open(self) -> Connection:
        if self._line is not None:
            return self._line
        from multiprocessing import get_context

        context = get_context("forkserver")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        self._process.start()
        theirs.close()
        self._line = ours
        return ours


def _serve(line: Connection, work: Work) -> None:
    """Look at one file after the other, until nobody asks any more."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks ends this process
    while True:
        try:
            place, name, path, options = line.recv()
        except (EOFError, OSError):
            return
        answer: FileReport | Exception
        try:
            with open_view(place, options.limits) as view:
                view.name = name
                answer = work(view, path, options)
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            answer = error
        line.send(answer)
