"""A PostgreSQL server of its own for tests: pgserver's programs, or Debian's, in a new cluster.

PostgreSQL does not run as root, so that then it runs as ``nobody``, from a copy of its programs
where that user may read them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Server", "running_server"]

_DEBIAN: Final = Path("/usr/lib/postgresql")
_NOBODY: Final = 65534
_WAIT: Final = 60.0  # seconds after which a server that does not come up fails the test


class Server:
    """A running server; every database that is asked for is a new one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def connect(self, database: str = "postgres") -> Any:  # noqa: ANN401 - of the driver
        """Return a connection that commits by itself."""
        import psycopg

        return psycopg.connect(
            host=str(self._folder), user="postgres", dbname=database, autocommit=True
        )

    def new_database(self) -> str:
        """Make a database; return its URL."""
        name = f"test{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@/{name}?host={self._folder}"


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="ailabel-pg-", dir="/tmp"))
    identity = _identity()
    try:
        programs = _programs(folder, copied=bool(identity))
        os.chown(folder, identity.get("user", -1), identity.get("group", -1))
        cluster = folder / "cluster"
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        subprocess.run(
            [programs / "initdb", "-D", cluster, *options],
            check=True,
            capture_output=True,
            cwd=folder,
            **identity,
        )
        process = subprocess.Popen(
            [programs / "postgres", "-D", cluster, "-k", folder, "-c", "listen_addresses="],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            **identity,
        )
        try:
            server = Server(folder)
            _await(server)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nobody will ask it again
            process.wait(_WAIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity() -> dict[str, Any]:
    """Return who the server runs as, where it may not run as we do."""
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}


def _programs(folder: Path, *, copied: bool) -> Path:
    """Return where PostgreSQL's programs are."""
    found = find_spec("pgserver")
    if found is not None and found.origin is not None:
        place = Path(found.origin).parent
        if not copied:
            return place / "pginstall" / "bin"
        libraries = place.with_name("pgserver.libs")
        unneeded = shutil.ignore_patterns("include", "*.a")
        target = folder / "pgserver" / "pginstall"
        shutil.copytree(place / "pginstall", target, symlinks=True, ignore=unneeded)
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name, symlinks=True)
        folder.chmod(0o755)
        return target / "bin"
    debian = sorted(_DEBIAN.glob("*/bin")) if _DEBIAN.exists() else []
    if debian:
        return debian[-1]
    if sys.version_info >= (3, 13):
        pytest.skip("pgserver has no package for this Python, and Debian's PostgreSQL is missing")
    pytest.fail("PostgreSQL is missing: install pgserver, or Debian's package postgresql")


def _await(server: Server) -> None:
    import psycopg

    end = time.monotonic() + _WAIT
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
