"""Whether a C2PA manifest holds: its signature, and the hashes over the content [C2PA 2.2, 15].

The work is done by the package of the C2PA project, offline: nothing is fetched, and no list of
trusted certificates is asked, so that a valid manifest shows that nobody changed the file since it
was signed, and not who signed it.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ailabel.errors import MissingExtraError
from ailabel.messages import Message
from ailabel.model.trace import TraceStrength

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.trace import Trace

__all__ = ["checked", "require"]

_MIMES: Final = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "svg": "image/svg+xml",
    "jxl": "image/jxl",
    "webp": "image/webp",
    "heic": "image/heic",
    "avif": "image/avif",
    "wav": "audio/wav",
    "avi": "video/avi",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4a": "audio/mp4",
    "pdf": "application/pdf",
}
_SETTINGS: Final = {
    "verify": {
        "verify_after_reading": True,
        "verify_trust": False,
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
    }
}
_HOLDS: Final = ("Valid", "Trusted")
_TIME: Final = 40  # characters of a time, of which RFC 3339 asks for 20
_SHOWN: Final = 4  # codes of what is wrong


def require() -> None:
    """Say whether manifests can be checked.

    Raises:
        MissingExtraError: the package is not installed.
    """
    _package()


def _package() -> Any:  # noqa: ANN401 - a module without types
    try:
        import c2pa
    except ImportError as error:
        raise MissingExtraError("c2pa", "checking C2PA manifests") from error
    return c2pa


def checked(view: View, format_id: str, trace: Trace) -> Trace:
    """Return a trace that a manifest left, with what checking the manifest came to.

    Args:
        view: the file.
        format_id: its format.
        trace: of the kind ``c2pa``.

    Raises:
        MissingExtraError: the package is not installed.
    """
    package = _package()
    mime = _MIMES.get(format_id)
    if mime is None:
        return _say("{manifest}; it cannot be checked in this format", trace)
    from ailabel.io.stream import Stream

    try:
        context = package.Context(package.Settings.from_dict(_SETTINGS))
        with io.BufferedReader(Stream(view), 1 << 16) as stream:
            reader = package.Reader(mime, stream, context=context)
            found = json.loads(reader.json())
    except (package.C2paError, OSError, ValueError):
        return _say("{manifest}; what checks it cannot read it", trace)
    if found.get("validation_state") in _HOLDS:
        held = _say("{manifest}; its signature holds and fits the content", trace)
        return replace(held, strength=TraceStrength.SIGNED, holds=True, time=_time(found))
    broken = _say("{manifest}; it does not hold ({codes})", trace, codes=_codes(found))
    return replace(broken, holds=False)


def _say(text: str, trace: Trace, **params: str) -> Trace:
    inner = trace.message.params.get("manifest", trace.message)
    return replace(trace, message=Message(text, {"manifest": inner, **params}))


def _time(found: dict[str, Any]) -> str | None:
    """Return the time of the active manifest's time stamp, where it has one."""
    active = (found.get("manifests") or {}).get(found.get("active_manifest")) or {}
    time = (active.get("signature_info") or {}).get("time")
    return time[:_TIME] if isinstance(time, str) else None


def _codes(found: dict[str, Any]) -> str:
    """Return what is wrong, by the codes of the specification, which are not translated."""
    status = found.get("validation_status") or ()
    codes = [str(item.get("code")) for item in status if isinstance(item, dict)]
    return ", ".join(dict.fromkeys(codes[:_SHOWN]))
