"""The encoding of a page: its byte order mark, its declaration, or its bytes [Encoding, HTML]."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.codecs.html import Kind, Token, tokens
from ailabel.codecs.text import Text, build, load, read_text
from ailabel.errors import MalformedFileError

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["charset_of", "is_xml", "read_html"]

_XML: Final = re.compile(r"[ \t\n\f\r]*<\?xml[ \t\n\r]")
_XML_ENCODING: Final = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
_CHARSET: Final = re.compile(r"charset[ \t\n\f\r]*=[ \t\n\f\r]*[\"']?([^\s\"';]+)", re.IGNORECASE)
_PRESCAN: Final = 1024  # where a declaration must stand [HTML 4.2.5.4]; browsers look a bit further
_ASCII_BASED: Final = {  # labels of [Encoding 4.2] and Python's codecs for them
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "x-gbk", "gb_2312", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "utf-16", "utf-16le"), "utf-8"),
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "latin1", "windows-1252"), "cp1252"),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "windows-31j", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949"), "cp949"),
    "euc-jp": "euc_jp",
    "koi8-r": "koi8_r",
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
}


def read_html(view: View) -> Text:
    """Read a page in the encoding that its mark, its declaration or its bytes tell.

    Raises:
        LimitExceededError: the file is longer than `Limits.text_bytes`.
        MalformedFileError: the file is binary.
    """
    data = load(view)
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return read_text(view)
    zero = data.find(b"\0")
    if zero >= 0:
        raise MalformedFileError("the file is binary, not text", offset=zero)
    return build(data, _declared(data) or _guessed(data), 0)


def is_xml(text: Text) -> bool:
    """Say whether a page says of itself that it is XML."""
    return _XML.match(text.units) is not None


def charset_of(text: Text, token: Token) -> str | None:
    """Return the encoding that a ``meta`` declares, as it is written there."""
    charset = token.attribute("charset")
    if charset is not None:
        return text.decode(*charset.inner).strip()
    content, pragma = token.attribute("content"), token.attribute("http-equiv")
    if content is None or pragma is None:
        return None
    if text.decode(*pragma.inner).strip().lower() != "content-type":
        return None
    found = _CHARSET.search(text.decode(*content.inner))
    return found[1] if found else None


def _declared(data: bytes) -> str | None:
    """Return the codec of the encoding that a page without a mark declares."""
    text = build(data[: 2 * _PRESCAN], "latin-1", 0)
    declaration = _XML_ENCODING.match(text.units)
    if declaration:
        return _codec(declaration[1])
    for token in tokens(text.units):
        if token.kind is Kind.START and token.name == "meta":
            label = charset_of(text, token)
            if label:
                return _codec(label)
    return None


def _codec(label: str) -> str | None:
    label = label.strip().lower()
    if re.fullmatch(r"iso-8859-\d{1,2}", label) and label not in _ASCII_BASED:
        import codecs

        try:
            return codecs.lookup(label).name
        except LookupError:
            return None
    return _ASCII_BASED.get(label)


def _guessed(data: bytes) -> str:
    """Return the codec that the bytes themselves suggest."""
    for codec in ("utf-8", "gb18030"):
        try:
            data.decode(codec)
        except UnicodeDecodeError:
            continue
        return codec
    return "cp1252"
