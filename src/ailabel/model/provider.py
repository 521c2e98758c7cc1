"""The 27-character code of a service provider (TC260-PG-20252A), and the check digits inside it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from ailabel.errors import LabelError
from ailabel.messages import Message, Reasons
from ailabel.values import frozen

__all__ = [
    "ProviderCode",
    "ServiceType",
    "is_individual",
    "is_uscc",
    "looks_like_personal_id",
    "parse_code",
]

_LENGTH: Final = 27
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_USCC: Final = r"[0-9A-HJ-NPQRTUWXY]{18}"
_EXTENSION: Final = r"[0-9A-Z]{4}"
_PERSONAL_ID: Final = r"[1-8]\d{5}((?:18|19|20)\d\d)(\d\d)(\d\d)\d{3}[0-9X]"
_NO_EXTENSION: Final = "00000"


class ServiceType(Enum):
    """Position 23 of the code: what the provider's service does."""

    NONE = "0"
    """The extension is not used; the last five characters are zeros."""
    GENERATION = "1"
    DISSEMINATION = "2"


@frozen(kw_only=True)
class ProviderCode:
    """The code of an organisation, built from its unified social credit code.

    Args:
        uscc: the 18 characters of GB 32100.
        service: what the service does.
        application: four digits or capital letters, the provider's free choice.

    Raises:
        LabelError: a segment is not of its form, or the number is a natural person's.
    """

    uscc: str
    service: ServiceType = ServiceType.GENERATION
    application: str = "0000"

    def __post_init__(self) -> None:
        if looks_like_personal_id(self.uscc):
            raise LabelError(
                "the number is a natural person's ID number: the code would publish it in every "
                "file; give the provider's name instead"
            )
        problems = []
        if not re.fullmatch(_USCC, self.uscc):
            problems.append(
                Message("a unified social credit code has 18 digits or capitals, not I, O, S, V, Z")
            )
        if not re.fullmatch(_EXTENSION, self.application):
            problems.append(
                Message("the model or application code has four digits or capital letters")
            )
        if self.service is ServiceType.NONE and self.application != "0000":
            problems.append(Message("without a service type the application code is 0000"))
        if problems:
            raise LabelError(
                "the provider code cannot be built: {reasons}",
                problems=Reasons(problems),
            )

    def __str__(self) -> str:
        return f"0011{self.uscc}{self.service.value}{self.application}"

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What is unusual about the code, though it may be valid: a failing check character."""
        if is_uscc(self.uscc):
            return ()
        return (
            Message(
                "the check character of {uscc} does not fit; some early numbers are valid so",
                {"uscc": self.uscc},
            ),
        )


def parse_code(text: str) -> ProviderCode:
    """Parse the code of an organisation.

    Args:
        text: the 27 characters.

    Raises:
        LabelError: the text is no such code; every problem is listed. The code of an individual is
            refused, because what it holds of the person is not settled.
    """
    problems = []
    if len(text) != _LENGTH:
        problems.append(Message("it has {count} characters, not 27", {"count": len(text)}))
    if not re.fullmatch(r"[0-9A-Z]*", text):
        problems.append(Message("it holds other characters than digits and capital letters"))
    if not text.startswith("00"):
        problems.append(Message("it does not begin with 00"))
    if text[2:3] == "2":
        problems.append(
            Message("position 3 says that it is an individual's code, which is not handled")
        )
    elif text[2:3] != "1":
        problems.append(Message("position 3 (subject type) is neither 1 nor 2"))
    if text[2:3] == "1" and text[3:4] != "1":
        problems.append(
            Message("position 4 (binding method) is not 1, the unified social credit code")
        )
    if text[22:23] not in {"0", "1", "2"} or (text[22:23] == "0" and text[22:] != _NO_EXTENSION):
        problems.append(
            Message("position 23 (service type) is neither 1 nor 2, nor are the last five zeros")
        )
    if problems:
        raise LabelError(
            "{code} is no provider code: {reasons}",
            problems=Reasons(problems),
            code=text[:60],
        )
    return ProviderCode(uscc=text[4:22], service=ServiceType(text[22]), application=text[23:])


def is_individual(text: str) -> bool:
    """Say whether a text has the form of an individual's code, about which little is settled."""
    return re.fullmatch(r"002[0-9A-Z]{19}(?:00000|[12][0-9A-Z]{4})", text) is not None


def is_uscc(text: str) -> bool:
    """Say whether 18 characters pass the check character of GB 32100 (mod 31)."""
    if not re.fullmatch(_USCC, text):
        return False
    total = sum(
        _USCC_ALPHABET.index(character) * pow(3, index, 31)
        for index, character in enumerate(text[:17])
    )
    return _USCC_ALPHABET[(31 - total % 31) % 31] == text[17]


def looks_like_personal_id(text: str) -> bool:
    """Say whether 18 characters have the form, a possible date and the check of an ID number."""
    match = re.fullmatch(_PERSONAL_ID, text)
    if not match or not ("01" <= match[2] <= "12" and "01" <= match[3] <= "31"):
        return False
    total = sum(int(digit) * pow(2, 17 - index, 11) for index, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17]  # GB 11643, ISO 7064 MOD 11-2
