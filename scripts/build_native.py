"""Compile the extension: ``python scripts/build_native.py [TARGET]``.

Needs nothing but Python's headers and a C compiler, named by CC or the one that Python knows. Exits
with 1 and says why when it cannot be compiled; `hatch_build.py` then builds a wheel without it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
IN_PLACE: Final = ROOT / "src" / "ailabel" / "codecs" / "_native.abi3.so"
NATIVE: Final = ROOT / "native"
FLAGS: Final = (
    "-std=c11",
    "-O3",
    "-ffp-contract=off",  # the same coefficients on every machine
    "-fPIC",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
)


def main() -> int:
    """Compile to where the argument says, or beside the sources of the package."""
    reason = build(Path(sys.argv[1]) if len(sys.argv) > 1 else IN_PLACE)
    if reason:
        print(f"the compiled extension is left out: {reason}", file=sys.stderr)
    return 1 if reason else 0


def build(target: Path) -> str | None:
    """Compile; return why it cannot be done, or None."""
    if sys.implementation.name != "cpython" or os.name != "posix":
        return "it is made for CPython on Linux, macOS and the like"
    compiler = _compiler()
    if compiler is None:
        return "no C compiler was found"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    link = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
    headers = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
    command = [
        *compiler,
        *FLAGS,
        *shlex.split(os.environ.get("CFLAGS", "")),
        *link,
        *(f"-I{path}" for path in sorted(headers)),
        *(str(path) for path in sorted(NATIVE.glob("*.c")) if path.name != "fuzz.c"),
        "-o",
        str(part),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        part.unlink(missing_ok=True)
        target.unlink(missing_ok=True)  # made of older sources
        return f"{compiler[0]} failed:\n{done.stderr.strip()}"
    part.replace(target)  # never a half-written one, and never over one that is in use
    return None


def _compiler() -> list[str] | None:
    """Return the first compiler that is there."""
    named = (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc", "gcc", "clang")
    for text in named:
        words = shlex.split(text or "")
        if words and shutil.which(words[0]):
            return words[:1]
    return None


if __name__ == "__main__":
    sys.exit(main())
