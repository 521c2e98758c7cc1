"""Files that people and pipelines write for ailabel, read whole and within a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ailabel.messages import Message

if TYPE_CHECKING:
    from ailabel.errors import ConfigError, LabelError

    Refusal = type[ConfigError | LabelError]

__all__ = ["parse_toml", "read_bytes", "read_toml"]

_NOT_READ: Final = Message("{path}: {reason}")
_TOO_LONG: Final = Message("{path} is longer than {most} bytes")
_NO_TOML: Final = Message("{path} is no TOML: {reason}")


def read_bytes(path: str, most: int, refusal: Refusal) -> bytes:
    """Read a file.

    Args:
        path: of the file.
        most: how many bytes it may have.
        refusal: what is raised.

    Raises:
        ConfigError, LabelError: as `refusal` says: it cannot be read, or is longer.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
            data = file.read(most + 1)
    except OSError as error:
        raise refusal(_NOT_READ.text, path=path, reason=error.strerror) from error
    if len(data) > most:
        raise refusal(_TOO_LONG.text, path=path, most=most)
    return data


def parse_toml(path: str, data: bytes, refusal: Refusal) -> dict[str, Any]:
    """Return the tables of a TOML file that was read.

    Raises:
        ConfigError, LabelError: as `refusal` says: it is no TOML.
    """
    from ailabel.codecs.toml import tables

    try:
        return tables(data.decode("utf-8-sig"))
    except ValueError as error:
        raise refusal(_NO_TOML.text, path=path, reason=str(error)) from error


def read_toml(path: str, most: int, refusal: Refusal) -> dict[str, Any]:
    """Read a TOML file; the arguments and what is raised are those of `read_bytes`."""
    return parse_toml(path, read_bytes(path, most, refusal), refusal)
