"""The provider's code: built, parsed, and refused for natural persons."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.errors import LabelError
from ailabel.model.provider import (
    ProviderCode,
    ServiceType,
    is_uscc,
    looks_like_personal_id,
    parse_code,
)

USCC = "91350100M000100Y43"  # the example of GB 32100
PERSON = "11010519491231002X"  # the example of GB 11643
CODE = "001191350100M000100Y4310000"


def problems(error: LabelError) -> list[str]:
    """Return the problems as English sentences."""
    return [str(problem) for problem in error.problems]


def test_a_code_has_27_characters_in_five_segments() -> None:
    """Format, subject and binding, the credit code, the service, the provider's own four."""
    code = ProviderCode(uscc=USCC)
    assert str(code) == CODE == "00" + "1" + "1" + USCC + "1" + "0000"
    assert len(CODE) == 27


@pytest.mark.parametrize(
    ("service", "application", "tail"),
    [
        (ServiceType.GENERATION, "10AB", "110AB"),
        (ServiceType.DISSEMINATION, "0000", "20000"),
        (ServiceType.NONE, "0000", "00000"),
    ],
)
def test_a_code_is_parsed_as_it_was_built(
    service: ServiceType, application: str, tail: str
) -> None:
    """Building and parsing are each other's opposite."""
    code = ProviderCode(uscc=USCC, service=service, application=application)
    assert str(code).endswith(tail)
    assert parse_code(str(code)) == code


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18),
    st.sampled_from([ServiceType.GENERATION, ServiceType.DISSEMINATION]),
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=4, max_size=4),
)
def test_every_well_formed_code_survives_the_round_trip(
    uscc: str, service: ServiceType, application: str
) -> None:
    """Whatever the segments hold, they come back."""
    if looks_like_personal_id(uscc):
        return
    code = ProviderCode(uscc=uscc, service=service, application=application)
    assert parse_code(str(code)) == code


@given(st.text(max_size=40))
def test_parsing_raises_nothing_but_our_error(text: str) -> None:
    """Any text is a code or a `LabelError` with its problems."""
    with suppress(LabelError):
        assert str(parse_code(text)) == text


def test_a_natural_person_s_number_is_refused_with_the_reason() -> None:
    """The code would publish the number in every file."""
    with pytest.raises(LabelError, match="natural person") as caught:
        ProviderCode(uscc=PERSON)
    assert "name instead" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "is_person"),
    [
        (PERSON, True),
        ("110105194912310021", False),
        ("110105194913310023", False),
        (USCC, False),
        ("11010519491231002", False),
        ("", False),
    ],
)
def test_personal_numbers_are_recognised_by_date_and_check(text: str, *, is_person: bool) -> None:
    """Form, date and check character all have to fit."""
    assert looks_like_personal_id(text) is is_person


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"uscc": USCC[:-1]}, 1),
        ({"uscc": USCC.lower()}, 1),
        ({"uscc": "I" * 18}, 1),
        ({"uscc": USCC, "application": "abc"}, 1),
        ({"uscc": "", "application": "12345"}, 2),
        ({"uscc": USCC, "service": ServiceType.NONE, "application": "0001"}, 1),
        ({"uscc": "x", "service": ServiceType.NONE, "application": "?"}, 3),
    ],
)
def test_every_problem_of_a_code_is_listed(values: dict[str, object], count: int) -> None:
    """The first problem does not hide the others."""
    with pytest.raises(LabelError, match="cannot be built") as caught:
        ProviderCode(**values)  # type: ignore[arg-type]
    assert len(caught.value.problems) == count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CODE[:-1], "26 characters"),
        (CODE.lower(), "other characters"),
        ("1" + CODE[1:], "begin with 00"),
        ("002" + CODE[3:], "individual"),
        ("003" + CODE[3:], "subject type"),
        ("0012" + CODE[4:], "binding method"),
        (CODE[:22] + "3" + CODE[23:], "service type"),
        (CODE[:22] + "00001", "service type"),
        ("", "0 characters"),
    ],
)
def test_what_is_no_code_is_refused_with_the_position(text: str, words: str) -> None:
    """The problem names what is wrong, and where."""
    with pytest.raises(LabelError, match="no provider code") as caught:
        parse_code(text)
    assert any(words in problem for problem in problems(caught.value))


def test_a_code_whose_credit_code_is_malformed_is_refused() -> None:
    """Letters that no credit code has are found when the code is taken apart."""
    with pytest.raises(LabelError, match="credit code"):
        parse_code(CODE.replace("M", "I"))


def test_the_check_character_is_only_warned_about() -> None:
    """Some early numbers do not pass the check and are valid all the same."""
    assert is_uscc(USCC)
    assert ProviderCode(uscc=USCC).warnings == ()
    wrong = USCC[:-1] + "4"
    assert not is_uscc(wrong)
    assert [wrong in str(warning) for warning in ProviderCode(uscc=wrong).warnings] == [True]


@pytest.mark.parametrize("text", ["", "9", USCC[:-1], USCC + "0", USCC.replace("M", "I")])
def test_what_is_not_of_the_form_passes_no_check(text: str) -> None:
    """The check character means nothing for texts of another form."""
    assert not is_uscc(text)
