"""Runs the command line, in this process or in one of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from ailabel.adapters.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["PRODUCER", "Done", "ailabel", "spawn"]

PRODUCER: Final = "001191350100M000100Y4310000"
_CLEARED: Final = ("AILABEL_LEDGER", "AILABEL_PRODUCER", "LC_ALL", "LC_MESSAGES", "LANG")


@dataclass(frozen=True)
class Done:
    """What a run came to."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def out(self) -> str:
        """The results, as text."""
        return self.stdout.decode("utf-8", "backslashreplace")

    @property
    def err(self) -> str:
        """The messages, as text."""
        return self.stderr.decode("utf-8", "backslashreplace")

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of the JSON document."""
        found: list[dict[str, Any]] = json.loads(self.stdout)["files"]
        return found


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _CLEARED}
    return kept | {"AILABEL_LANG": "en"} | dict(changes)


def ailabel(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Done:
    """Run ``ailabel`` in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (stdin, b"", b"")]
    with (
        mock.patch.dict(os.environ, _environment(environment), clear=True),
        mock.patch.multiple(sys, stdin=streams[0], stdout=streams[1], stderr=streams[2]),
    ):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
    for stream in streams[1:]:
        stream.flush()
    out, err = (stream.buffer for stream in streams[1:])
    assert isinstance(code, int)
    assert isinstance(out, io.BytesIO)
    assert isinstance(err, io.BytesIO)
    return Done(code, out.getvalue(), err.getvalue())


def spawn(*arguments: str | bytes | Path, stdin: bytes = b"", **environment: str) -> Done:
    """Run ``ailabel`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "ailabel", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        env=_environment(environment),
    )
    return Done(done.returncode, done.stdout, done.stderr)
