"""Get packages through their ordinary clients, and unpack them into a folder of our own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EXCEPTIONS", "Package", "listed", "unpacked"]

_LIST: Final = tomllib.loads(Path(__file__).with_name("packages.toml").read_text("utf-8"))
EXCEPTIONS: Final = tuple(str(row["file"]) for row in _LIST["exception"])
_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package: where it comes from, its name and version, and what stands in it."""

    source: str
    name: str
    holds: str
    version: str = ""

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return "-".join(part for part in (self.source, self.name, self.version) if part)


def listed() -> list[Package]:
    """Return the packages of the list."""
    return [Package(**row) for row in _LIST["package"]]


def unpacked(package: Package, store: Path) -> Path:
    """Return the folder of a package, fetched and unpacked if it is not there yet.

    Raises:
        OSError: a client is not there.
        subprocess.SubprocessError: it did not get the package.
    """
    folder, part = store / package.folder, store / f"{package.folder}.part"
    if not folder.exists():
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _CLIENTS[package.source](package, part)
        for path in list(part.iterdir()):
            _unpack(path, part / "files")
        part.rename(folder)
    return folder


def _unpack(path: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    if path.suffix == ".deb":
        _run("dpkg-deb", "-x", str(path), str(folder))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)  # noqa: S202 - keeps inside by itself
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    path.unlink()


def _pip(kind: str) -> Callable[[Package, Path], None]:
    def fetch(package: Package, folder: Path) -> None:
        wanted = f"{package.name}=={package.version}"
        options = ("--quiet", "--no-deps", kind, ":all:", "--dest", str(folder))
        _run(sys.executable, "-m", "pip", "download", *options, wanted)

    return fetch


def _npm(package: Package, folder: Path) -> None:
    wanted = f"{package.name}@{package.version}"
    _run("npm", "pack", "--silent", "--pack-destination", str(folder), wanted)


def _debian(package: Package, folder: Path) -> None:
    _run("apt-get", "download", "-q", package.name, cwd=folder)


def _run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS, cwd=cwd)


_CLIENTS: Final[dict[str, Callable[[Package, Path], None]]] = {
    "pypi-sdist": _pip("--no-binary"),
    "pypi-wheel": _pip("--only-binary"),
    "npm": _npm,
    "debian": _debian,
}
