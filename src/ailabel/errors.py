"""The exceptions of ailabel.

    AilabelError
    ├── UnsupportedFormatError   the bytes are of no format that is known
    ├── MalformedFileError       a structure breaks the file's own format; has the byte offset
    ├── LimitExceededError       the file asks for more than `Limits` allows
    ├── LabelError               a label, code or number cannot be used; has the problems
    ├── ConfigError              a configuration or a declaration cannot be used; has the problems
    ├── LedgerError              the ledger of content numbers cannot be used
    ├── PlanError                the change cannot or must not be made to this file
    ├── MissingExtraError        an optional package is needed and absent; names the install command
    ├── SealError                a key, a signer or a directory of keys cannot be used
    └── PluginError              an extension broke its contract

An exception means that the tool could not do its work; what it finds out about a file is data
(`model.report`). The text of an exception is a gettext id with named fields; `str()` gives the
English sentence, `messages.render` gives it in another language. Texts are lower case, have no full
stop and name the structure.
"""

from __future__ import annotations

__all__ = [
    "AilabelError",
    "ConfigError",
    "LabelError",
    "LedgerError",
    "LimitExceededError",
    "MalformedFileError",
    "MissingExtraError",
    "PlanError",
    "PluginError",
    "SealError",
    "UnsupportedFormatError",
]


class AilabelError(Exception):
    """The root of everything that ailabel raises on purpose.

    Args:
        text: the English sentence, with named fields in braces; it is the gettext id.
        params: what the fields stand for.
    """

    def __init__(self, text: str, /, **params: object) -> None:
        self.text = text
        self.params: dict[str, object] = dict(params)
        super().__init__(text.format_map(self.params))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.text, self.params, self.__dict__)


class UnsupportedFormatError(AilabelError):
    """The file is of no format that ailabel knows, or not of the one that was named."""


class MalformedFileError(AilabelError):
    """A structure breaks the file's own format.

    Args:
        text: the sentence, as for `AilabelError`.
        offset: where the structure begins, in bytes from the start of the file, if known.
        params: what the fields stand for.
    """

    def __init__(self, text: str, /, *, offset: int | None = None, **params: object) -> None:
        super().__init__(text, **params)
        self.offset = offset

    def __str__(self) -> str:
        sentence = super().__str__()
        return sentence if self.offset is None else f"{sentence} (byte {self.offset})"


class LimitExceededError(AilabelError):
    """The file asks for more memory, depth or items than `Limits` allows."""


class _ListingError(AilabelError):
    """Something cannot be used, for every reason that is listed.

    Args:
        text: the sentence, as for `AilabelError`.
        problems: every problem found, not only the first (`messages.Message`); they also stand for
            the field ``reasons`` of the text.
        params: what the fields stand for.
    """

    def __init__(
        self, text: str, /, *, problems: tuple[object, ...] = (), **params: object
    ) -> None:
        super().__init__(text, **({"reasons": problems} if problems else {}), **params)
        self.problems = problems


class LabelError(_ListingError):
    """A label, provider code or content number cannot be used; `problems` lists why."""


class ConfigError(_ListingError):
    """A configuration, or what is declared of a file, cannot be used; `problems` lists why."""


class LedgerError(AilabelError):
    """The ledger of content numbers cannot be used, or cannot keep what it is given."""


class PlanError(AilabelError):
    """The change that was asked for cannot, or must not, be made to this file."""


class MissingExtraError(AilabelError):
    """An optional package is needed for this and is not installed.

    Args:
        extra: the name of the extra that brings the package, such as ``av``.
        purpose: what it is needed for, a noun phrase.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(
            "{purpose} needs an optional package; install it with: pip install 'ailabel[{extra}]'",
            extra=extra,
            purpose=purpose,
        )
        self.extra = extra
        self.purpose = purpose

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.extra, self.purpose)


class SealError(AilabelError):
    """A key, a signer or a directory of keys cannot be used."""


class PluginError(AilabelError):
    """An extension broke the contract of `ailabel.spi`."""


def _rebuild(
    kind: type[AilabelError], text: str, params: dict[str, object], state: dict[str, object]
) -> AilabelError:
    error = kind(text, **params)
    error.__dict__.update(state)
    return error
