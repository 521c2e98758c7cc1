"""PDF strings: what their bytes say, and how they are written [ISO32000-2 7.3.4, 7.9.2]."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["literal", "text_of", "text_string", "unescaped"]

_ESCAPES: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}


def text_of(value: bytes) -> str:
    """Decode a text string [ISO32000-2 7.9.2.2]; what is no Unicode is read as Latin 1."""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(b"\xff\xfe"):  # not of the standard, but seen
        return value[2:].decode("utf-16-le", "replace")
    try:
        return value.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def literal(value: bytes) -> bytes:
    """Write a literal string of bytes [ISO32000-2 7.3.4.2]."""
    escaped = re.sub(rb"[()\\]", rb"\\\g<0>", value)
    return b"(" + escaped.replace(b"\r", b"\\r").replace(b"\n", b"\\n") + b")"


def text_string(text: str) -> bytes:
    """Write a text string: ASCII as a literal, anything else as UTF-16 in hex digits."""
    if text.isascii():
        return literal(text.encode("ascii"))
    encoded = b"\xfe\xff" + text.encode("utf-16-be", "replace")
    return b"<" + encoded.hex().upper().encode("ascii") + b">"


def unescaped(part: bytes) -> bytes:
    """Return what a part of a literal string stands for: an escape, a line end, or other bytes."""
    if part[:1] == b"\r":
        return b"\n"
    if part[:1] != b"\\":
        return part
    escape = part[1:]
    if escape[:1].isdigit() and escape[:1] < b"8":
        return bytes((int(escape, 8) & 0xFF,))
    return _ESCAPES.get(escape, escape)
