"""Which file system a path stands on: a ledger in a file needs one of this machine's own.

Write-ahead logs share memory between processes, and locks must hold; over a network neither is
sure, and a ledger that loses rows is worth nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ailabel.errors import LedgerError

__all__ = ["refuse_network"]

_MOUNTS: Final = Path("/proc/self/mountinfo")  # [proc(5)]
_REMOTE: Final = {
    *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "gfs", "gfs2", "glusterfs", "gpfs"),
    *("lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb2", "smb3", "smbfs"),
    *("vboxsf", "virtiofs", "vmhgfs", "davfs", "fuse"),
}
_LOCAL_FUSE: Final = {"fuse.fuse-overlayfs"}  # the root of a container without privileges
_FIELDS: Final = 5  # up to and with the mount point


def refuse_network(path: Path, mounts: Path = _MOUNTS) -> str:
    """Refuse a path on a network file system; return the type of the one that it stands on.

    Args:
        path: where the ledger stands or shall stand.
        mounts: the kernel's table of what is mounted.

    Raises:
        LedgerError: it stands on one, or the file system cannot be told.
    """
    kind = _file_system(os.path.realpath(path), mounts)
    if kind is None:
        raise LedgerError("the file system of {path} cannot be told", path=path)
    if kind in _REMOTE or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE):
        raise LedgerError(
            "{path} stands on a network file system ({kind}), where a ledger is not safe: use a "
            "local disk, or PostgreSQL",
            path=path,
            kind=kind,
        )
    return kind


def _file_system(path: str, mounts: Path) -> str | None:
    """Return the type of the file system below the longest mount point that leads to a path."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    best, kind = -1, None
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < _FIELDS or not right:
            continue
        point = _unescaped(fields[_FIELDS - 1])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:  # a later mount covers an earlier one
            best, kind = len(point), right.split(" ")[0]
    return kind


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
