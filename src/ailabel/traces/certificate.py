"""Whom a certificate names, without trusting it in any way [RFC 5280 4.1]."""

from __future__ import annotations

from typing import Final

from ailabel.errors import MalformedFileError
from ailabel.seal import der

__all__ = ["subject"]

_COMMON_NAME: Final = bytes.fromhex("550403")  # 2.5.4.3
_ORGANISATION: Final = bytes.fromhex("55040a")  # 2.5.4.10
_SUBJECT: Final = 4  # behind number, algorithm, issuer and validity
_CODECS: Final = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}  # BMP, Universal, T.61


def subject(certificate: bytes) -> str:
    """Return the organisation and the common name of the subject; empty where none can be read."""
    try:
        fields = der.children(der.children(der.children(certificate)[0][1])[0][1])
        if fields[0][0] == der.CONTEXT:  # the version
            del fields[0]
        names = dict(_names(fields[_SUBJECT][1]))
    except (MalformedFileError, IndexError, ValueError):
        return ""
    organisation, common = names.get(_ORGANISATION, ""), names.get(_COMMON_NAME, "")
    if not organisation or not common or organisation == common:
        return organisation or common
    return f"{organisation} ({common})"


def _names(name: bytes) -> list[tuple[bytes, str]]:
    """Return the attributes of a name, each a pair in a set [RFC 5280 4.1.2.4]."""
    found = []
    for _, several in der.children(name):
        for _, pair in der.children(several):
            (_, key), (kind, value) = der.children(pair)[:2]
            found.append((key, value.decode(_CODECS.get(kind, "utf-8"), "replace")))
    return found
