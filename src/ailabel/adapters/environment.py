"""What the environment says."""

from __future__ import annotations

import os

__all__ = ["language"]


def language() -> str:
    """Return the language of messages that the environment asks for: ``en`` or ``zh``."""
    for name in ("AILABEL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
