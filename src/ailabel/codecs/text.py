"""Text files: encoding, byte order mark, newline style, and bytes that stay where they are.

A text is looked at as *units*, a string with one character for every code unit of the file. All
punctuation that gives text formats their structure is ASCII, and stands for itself in the units of
every encoding that is read here, so positions found in units are byte positions by arithmetic;
only values are ever decoded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, PlanError
from ailabel.io.source import check_limit
from ailabel.io.splice import Edit
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.io.source import View

__all__ = ["Text", "build", "load", "looks_like_text", "read_text", "suffix_of"]

_BOMS: Final = (  # UTF-32's little-endian mark begins as UTF-16's does, so it is asked first
    (b"\xff\xfe\x00\x00", ""),
    (b"\x00\x00\xfe\xff", ""),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SIGNATURES: Final = (b"%PDF-", b"%!PS", b"{\\rtf")  # formats whose heads are ASCII
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_HEAD: Final = 4096
_SAMPLE: Final = 1 << 16  # characters that decide whether a file is plausible GB 18030
_COMMON: Final = bytes((0xA1, 0xA3, *range(0xB0, 0xD8)))  # rows of GB 2312: marks, level 1 hanzi
_SHARE: Final = 0.5  # of the characters in these rows; Big5, Shift JIS, Latin-1 stay below 0.3


@frozen(kw_only=True)
class Text:
    """The text of a file, by its code units.

    Args:
        units: one character a code unit, behind the byte order mark.
        encoding: Python's name of the encoding, without the mark.
        start: length of the byte order mark.
        width: bytes a unit.
        newline: the newline that the text uses first; a line feed where it has none.
        data: the bytes behind the mark.
    """

    units: str
    encoding: str
    start: int
    width: int
    newline: str
    data: bytes

    def offset(self, unit: int) -> int:
        """Return where a unit stands, in bytes from the start of the file."""
        return self.start + unit * self.width

    def raw(self, begin: int, end: int) -> bytes:
        """Return the bytes of a range of units."""
        return self.data[begin * self.width : end * self.width]

    def decode(self, begin: int, end: int) -> str:
        """Return a range of units as characters; bytes that are none become U+FFFD."""
        return self.raw(begin, end).decode(self.encoding, "replace")

    def units_in(self, text: str) -> int:
        """Return how many units a decoded piece of this text takes."""
        return len(self.encode(text)) // self.width

    def encode(self, text: str) -> bytes:
        """Return text in the file's encoding.

        Raises:
            PlanError: the encoding has no code for a character.
        """
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise PlanError(
                "the encoding {encoding} of the file has no code for {character}",
                encoding=self.encoding,
                character=ascii(text[error.start]),
            ) from error

    def edit(self, begin: int, end: int, text: str) -> Edit:
        """Plan to put `text` in the place of a range of units."""
        return Edit(self.offset(begin), (end - begin) * self.width, self.encode(text))


def load(view: View) -> bytes:
    """Return a text file's bytes, within `Limits.text_bytes`.

    Raises:
        LimitExceededError: the file is longer.
    """
    check_limit("the text", view.size, view.limits.text_bytes)
    return view.read(0, view.size, "the text")


def read_text(view: View) -> Text:
    """Read a text file whose encoding only its bytes tell.

    Raises:
        LimitExceededError: the file is longer than `Limits.text_bytes`.
        MalformedFileError: the file is binary, or in an encoding that is not read here.
    """
    data = load(view)
    mark, encoding = _bom(data)
    if not encoding.startswith("utf-16"):
        binary = _BINARY.search(data)
        if binary is not None:
            raise MalformedFileError("the file is binary, not text", offset=binary.start())
    body = data[len(mark) :]
    for candidate in (encoding,) if encoding else ("utf-8", "gb18030"):
        if _decodes(body, candidate):
            return build(body, candidate, len(mark))
    raise MalformedFileError(
        "the text is in none of the encodings UTF-8, UTF-16 with a byte order mark, GB 18030"
    )


def build(body: bytes, encoding: str, start: int) -> Text:
    """Make a `Text` of the bytes behind the byte order mark.

    Args:
        body: the bytes; whole units where the encoding is UTF-16.
        encoding: UTF-8, UTF-16-LE, UTF-16-BE or an encoding whose structure is ASCII's.
        start: length of the mark.
    """
    wide = encoding.startswith("utf-16")
    units = _wide_units(body, encoding) if wide else body.decode("latin-1")
    found = _NEWLINE.search(units)
    return Text(
        units=units,
        encoding=encoding,
        start=start,
        width=2 if wide else 1,
        newline=found.group() if found else "\n",
        data=body,
    )


def looks_like_text(view: View) -> bool:
    """Say from a file's head whether it is text in an encoding that `read_text` reads."""
    head = view.read_some(0, _HEAD)
    try:
        mark, encoding = _bom(head)
    except MalformedFileError:
        return False
    if encoding.startswith("utf-16"):
        return True
    if _BINARY.search(head) or head.startswith(_SIGNATURES):
        return False
    cut = len(head) < view.size
    return _decodes(head[len(mark) :], encoding or "utf-8", cut=cut) or (
        not encoding and _decodes(head, "gb18030", cut=cut)
    )


def suffix_of(view: View) -> str:
    """Return the lower-case suffix of the file's name with its dot; empty where it has none."""
    name = (view.name or "").lower()
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix if stem else ""


def _bom(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark and its encoding; empty where there is none."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if not encoding:
                raise MalformedFileError("text in UTF-32 is not read; save it as UTF-8", offset=0)
            return mark, encoding
    return b"", ""


def _decodes(body: bytes, encoding: str, *, cut: bool = False) -> bool:
    """Say whether bytes are text in an encoding; `cut` allows a character cut off at the end."""
    import codecs

    try:
        text = codecs.getincrementaldecoder(encoding)().decode(body, final=not cut)
    except UnicodeDecodeError:
        return False
    return encoding != "gb18030" or _plausible(text)


def _plausible(text: str) -> bool:
    """Say whether text read as GB 18030 is: other encodings fit its grammar, seldom its words."""
    high = "".join(character for character in text[:_SAMPLE] if not character.isascii())
    rows = high.encode("gb2312", "ignore")[::2]
    common = len(rows) - len(rows.translate(None, _COMMON))
    return common >= _SHARE * len(high)


def _wide_units(body: bytes, encoding: str) -> str:
    """Return UTF-16 as one character a code unit, surrogates apart."""
    spread = bytearray(len(body) // 2 * 4)
    low = 0 if encoding.endswith("le") else 1
    spread[0::4] = body[low : len(body) // 2 * 2 : 2]
    spread[1::4] = body[1 - low : len(body) // 2 * 2 : 2]
    return spread.decode("utf-32-le", "surrogatepass")
