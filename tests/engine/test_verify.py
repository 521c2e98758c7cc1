"""Verdicts: what the checks of a file come to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ailabel import registry
from ailabel.engine.options import VerifyOptions
from ailabel.engine.verify import error_message, verify
from ailabel.errors import MalformedFileError, PlanError, UnsupportedFormatError
from ailabel.io.source import BytesView, Limits
from ailabel.messages import Message
from ailabel.model.report import Outcome, Verdict
from ailabel.standard.schema import KEYS
from builders import png, wav

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.media import Format
    from ailabel.spi import Evidence

CODE = "001191350100M000100Y4310000"
LABEL = json.dumps(dict.fromkeys(KEYS, CODE) | {"Label": "1"})
IMPLICIT = VerifyOptions(explicit=False)


def sound(*payloads: str) -> BytesView:
    """Return a WAV with these labels."""
    chunks = (wav.chunk(b"AIGC", payload.encode()) for payload in payloads)
    return BytesView(wav.file(wav.FORMAT, wav.DATA, *chunks), "sound.wav")


@pytest.mark.parametrize(
    ("payloads", "verdict"),
    [
        ([LABEL], Verdict.COMPLIANT),
        ([f'{{"AIGC":{LABEL}}}'], Verdict.COMPLIANT),
        ([LABEL, LABEL], Verdict.COMPLIANT),
        ([LABEL, LABEL.replace(f'"ProduceID": "{CODE}"', '"ProduceID": "x"')],
         Verdict.NONCOMPLIANT),
        ([LABEL.replace('"1"', '"9"')], Verdict.NONCOMPLIANT),
        (["no JSON"], Verdict.NONCOMPLIANT),
        ([], Verdict.NOT_FOUND),
    ],
)  # fmt: skip
def test_the_implicit_verdict(payloads: list[str], verdict: Verdict) -> None:
    """Warnings leave a label compliant; one error does not."""
    report = verify(sound(*payloads), "sound.wav", IMPLICIT)
    assert report.implicit is verdict
    assert report.explicit is Verdict.NOT_APPLICABLE
    assert report.ok is (verdict is Verdict.COMPLIANT)
    assert len(report.labels) == len(payloads)


def test_only_what_is_asked_about_is_judged() -> None:
    """Each label can be asked about alone."""
    report = verify(sound(), "x", VerifyOptions(implicit=False))
    assert report.implicit is Verdict.NOT_APPLICABLE
    assert {check.rule[:3] for check in report.checks} == {"EXP"}
    report = verify(sound(), "x", IMPLICIT)
    assert {check.rule[:3] for check in report.checks} == {"IMP"}


def test_a_format_without_metadata_is_not_applicable() -> None:
    """No place is no fault."""
    report = verify(BytesView("正文\n".encode(), "a.txt"), "a.txt")
    assert report.implicit is Verdict.NOT_APPLICABLE
    assert report.explicit is Verdict.NOT_FOUND


def test_what_cannot_be_looked_at_is_inconclusive_never_passed() -> None:
    """Where nobody looks, the report says so."""
    report = verify(BytesView(png.build(png.text("AIGC", LABEL)), "a.png"), "a.png")
    assert (report.implicit, report.explicit) == (Verdict.COMPLIANT, Verdict.INCONCLUSIVE)
    assert not report.ok
    looked = [check for check in report.checks if check.rule.startswith("EXP")]
    assert {check.outcome for check in looked} == {Outcome.INCONCLUSIVE}
    assert all("do not look" in str(check.message) for check in looked)


def test_a_damaged_container_is_inconclusive_with_the_byte() -> None:
    """A file that cannot be read is neither compliant nor without a label."""
    report = verify(BytesView(png.build()[:40], "a.png"), "a.png")
    assert (report.format, report.implicit, report.explicit) == (
        "png",
        Verdict.INCONCLUSIVE,
        Verdict.INCONCLUSIVE,
    )
    assert report.error is not None
    assert "byte" in str(report.error)
    assert [check.rule for check in report.checks] == ["IMP-018"]


def test_a_file_above_the_limits_is_inconclusive() -> None:
    """Hostile sizes stop the reading, not the program."""
    data = png.build(*(png.text("k", "v") for _ in range(50)))
    report = verify(BytesView(data, "a.png", Limits(items=10)), "a.png")
    assert report.implicit is Verdict.INCONCLUSIVE
    assert "limit" in str(report.error)


def test_an_unknown_format_is_an_error_of_the_call() -> None:
    """There is no verdict on what is not known."""
    with pytest.raises(UnsupportedFormatError):
        verify(BytesView(b"\0\1\2\3", "a.bin"), "a.bin")


@dataclass(frozen=True)
class Failing:
    """A marker that cannot look."""

    def inspect(self, view: View, file_format: Format, *, explain: bool = False) -> Evidence:  # noqa: ARG002 - the contract
        """Fail."""
        del view, file_format
        raise MalformedFileError("the frame {name} is cut short", offset=7, name="x")


def test_a_marker_that_cannot_look_gives_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Failing to look is a finding with its reason, not a failure of the file."""
    monkeypatch.setattr(registry, "inspector_of", lambda _: Failing())
    report = verify(sound(LABEL), "sound.wav")
    assert (report.implicit, report.explicit) == (Verdict.COMPLIANT, Verdict.INCONCLUSIVE)
    assert "the frame x is cut short (byte 7)" in {str(check.message) for check in report.checks}


def test_a_format_without_a_marker_is_not_examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looked, so nothing is concluded."""
    monkeypatch.setattr(registry, "inspector_of", lambda _: None)
    report = verify(sound(LABEL), "sound.wav")
    assert report.explicit is Verdict.INCONCLUSIVE


def test_labels_are_reported_in_full() -> None:
    """Site, place, offset, raw text, the seven fields and the problems of each label."""
    view = sound(LABEL, '{"Label":1,"Propagator":"x"}')
    report = verify(view, "sound.wav")
    first, second = report.labels
    assert (first.site, first.official, first.raw) == ("wav.AIGC", True, LABEL)
    assert view.data[first.offset : first.offset + 4] == b"AIGC"
    assert list(first.fields) == list(KEYS)
    assert second.fields["ProduceID"] is None
    assert {str(problem) for problem in second.problems} >= {"ProduceID is missing"}


def test_errors_become_messages_with_their_place() -> None:
    """The sentence stays a gettext id; the byte becomes a parameter."""
    plain = error_message(PlanError("{path} exists", path="x"))
    assert plain == Message("{path} exists", {"path": "x"})
    placed = error_message(MalformedFileError("bad {name}", offset=3, name="chunk"))
    assert str(placed) == "bad chunk (byte 3)"
