"""Sentences as data, in two languages, and the exceptions that carry them."""

from __future__ import annotations

import pickle

import pytest

from ailabel.errors import (
    AilabelError,
    LabelError,
    LimitExceededError,
    MalformedFileError,
    MissingExtraError,
    PlanError,
    PluginError,
    UnsupportedFormatError,
)
from ailabel.messages import LANGUAGES, Message, Reasons, render, translate

SENTENCE = "{path} exists; choose another output"


def test_a_message_is_a_sentence_with_its_parameters() -> None:
    """It becomes text only where somebody reads it."""
    assert str(Message(SENTENCE, {"path": "a.png"})) == "a.png exists; choose another output"
    assert str(Message("no fields")) == "no fields"


def test_a_parameter_may_be_a_sentence_itself() -> None:
    """Nested messages, and several reasons, are rendered in the same language."""
    inner = Message("{key} is empty", {"key": "ProduceID"})
    outer = Message("the label cannot be written: {reasons}", {"reasons": Reasons((inner, inner))})
    assert str(outer) == "the label cannot be written: ProduceID is empty; ProduceID is empty"
    chinese = render(outer.text, outer.params, "zh")
    assert "ProduceID 为空" in chinese
    assert render("{a}", {"a": inner}, "en") == "ProduceID is empty"


def test_parameters_are_never_taken_for_fields() -> None:
    """Braces in a foreign name do nothing."""
    assert str(Message(SENTENCE, {"path": "{path}{0!r}"})).startswith("{path}{0!r} exists")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_in_the_catalogue_is_said_in_english(language: str) -> None:
    """A sentence without a translation is its own id; the empty one is empty."""
    assert translate("never said before", language) == "never said before"
    assert translate("", language) == ""


def test_chinese_comes_from_the_catalogue() -> None:
    """A sentence that is known is translated."""
    assert translate(SENTENCE, "zh") != SENTENCE


@pytest.mark.parametrize(
    "error",
    [
        AilabelError("plain"),
        PlanError(SENTENCE, path="x"),
        UnsupportedFormatError("there is no format {name}", name="x"),
        LimitExceededError("{structure} is larger", structure="x"),
        LabelError("bad: {reasons}", problems=Reasons((Message("{key} is empty", {"key": "k"}),))),
        MalformedFileError("bad {name}", offset=7, name="x"),
        MissingExtraError("av", "the spoken label"),
        PluginError("several carriers claim the file: {names}", names="a, b"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_exceptions_survive_the_way_between_processes(error: AilabelError) -> None:
    """Type, sentence, parameters and what else they carry."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.__dict__ == error.__dict__
    assert isinstance(copy, AilabelError)


def test_errors_say_where_and_what_to_install() -> None:
    """The byte stands behind the sentence; the extra in the command."""
    assert str(MalformedFileError("bad {name}", offset=7, name="x")) == "bad x (byte 7)"
    assert str(MalformedFileError("bad")) == "bad"
    assert "pip install 'ailabel[av]'" in str(MissingExtraError("av", "the spoken label"))
