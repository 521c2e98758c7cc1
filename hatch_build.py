"""Build hook: compile the optional extension into the wheel, where a C compiler is there.

Without one the wheel holds Python only and works the same, more slowly. ``AILABEL_NATIVE=0`` leaves
the extension out, ``AILABEL_NATIVE=1`` refuses to build without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NAME = "_native.abi3.so"
_PACKAGE = "ailabel/codecs"
_OLDEST = "cp311"  # whose limited API the extension is written for


class NativeHook(BuildHookInterface[Any]):
    """Compiles `native/` before a wheel is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and put the result into the wheel, or beside the sources for an editable one."""
        wanted = os.environ.get("AILABEL_NATIVE", "")
        if self.target_name != "wheel" or wanted == "0":
            return
        root = Path(self.root)
        folder = root / "src" / _PACKAGE if version == "editable" else root / "build" / "native"
        script = [sys.executable, str(root / "scripts" / "build_native.py"), str(folder / _NAME)]
        done = subprocess.run(  # noqa: S603 - our own script
            script, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode and wanted == "1":
            raise RuntimeError(done.stderr)
        if done.returncode:
            self.app.display_warning(done.stderr.strip())
            return
        self.app.display_info("the extension was compiled")
        if version != "editable":
            build_data["force_include"][str(folder / _NAME)] = f"{_PACKAGE}/{_NAME}"
            build_data["pure_python"] = False
            build_data["tag"] = f"{_OLDEST}-abi3-{_platform()}"


def _platform() -> str:
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
