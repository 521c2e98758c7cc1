"""One file through the gate: what is looked at, what it costs, what it is labelled with."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import looks
from ailabel import LabelSpec, label_bytes
from ailabel.config import load
from ailabel.engine.verify import verify
from ailabel.gate.eyes import Eyes
from ailabel.gate.look import Looker
from ailabel.io.source import BytesView, open_view
from ailabel.model.gate import Standing
from ailabel.model.report import Level, Outcome, Verdict
from builders import png
from command import PRODUCER
from repositories import BARE, LABELLED, labelled
from sealing import signer

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.gate.eyes import Work
    from ailabel.gate.looked import Looked

AI = {"ai": True, "explicit": "off", "producer": PRODUCER}
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


def looker(root: Path, *, settings: dict[str, Any] | None = None, **options: Any) -> Looker:  # noqa: ANN401 - of a Looker
    """Return a looker for a folder, with declarations for all its files."""
    if settings:
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        top = [line for line in lines if line.startswith(("producer", "budget", "ignore"))]
        rest = [line for line in lines if line not in top]
        text = "\n".join([*top, "[[paths]]", 'match = ["**"]', *rest])
        (root / "ailabel.toml").write_text(text)
    configuration = load(str(root), isolated=not (root / "ailabel.toml").exists())
    return Looker(root=str(root), configuration=configuration, **{"eyes": Eyes(), **options})


def look(root: Path, data: bytes, name: str = "a.png", **options: Any) -> Looked:  # noqa: ANN401 - of a Looker
    """Write a file and look into it."""
    (root / name).write_bytes(data)
    with looker(root, **options) as found:
        return found.path(name)


def rules(looked: Looked) -> list[str]:
    """Return the rules of the findings."""
    return [item.rule for item in looked.file.findings]


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    """A picture without a suffix is one, and a text that is called a picture is none."""
    assert look(tmp_path, BARE, "picture", settings=AI).file.format == "png"
    wrong = look(tmp_path, b"just text", "text.png", settings=AI)
    assert wrong.file.format is None
    assert rules(wrong) == ["GAT-001"]
    assert wrong.file.findings[0].outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("name", "data"),
    [(".gitkeep", b""), ("a.png.aigc.json", b"{}"), (".ailabel-baseline.json", b"{}")],
)
def test_what_holds_no_content_is_not_asked_for_a_label(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """Empty files, labels that stand beside files, and what the gate itself is told."""
    assert rules(look(tmp_path, data, name, settings=AI)) == []


def test_a_pointer_is_no_content(tmp_path: Path) -> None:
    """What Git LFS left in the place of a file is an error, declared or not."""
    looked = look(tmp_path, POINTER)
    assert "git lfs pull" in str(looked.file.error)
    assert not looked.lasting
    assert look(tmp_path, POINTER + b"x" * 1024).file.error is None


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """A folder in the place of a file, and one that is gone."""
    (tmp_path / "folder.png").mkdir()
    with looker(tmp_path) as found:
        assert found.path("folder.png").file.error is not None
        assert "No such file" in str(found.path("gone.png").file.error)


def test_a_defect_of_ours_is_an_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as one, and ends no run."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("ailabel.gate.look.verify", broken)
    assert "defect of ailabel" in str(look(tmp_path, BARE).file.error)


def test_a_page_may_say_what_it_is(tmp_path: Path) -> None:
    """Front matter comes before the configuration; what it says wrongly is an error of its own."""
    page = b"---\nailabel:\n  ai: true\n  explicit: off\n---\n# A\n"
    looked = look(tmp_path, page, "a.md")
    assert (looked.file.ai, looked.file.explicit, rules(looked)) == ("yes", "off", ["GAT-001"])
    wrong = look(tmp_path, page.replace(b"true", b"perhaps"), "a.md")
    assert "ailabel.ai" in str(wrong.file.error)


def test_a_signature_that_could_not_be_checked_is_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra that is missing today may be there tomorrow, and the cache must not hide it."""
    spec = LabelSpec(producer=PRODUCER, explicit=False, signer=signer("sm2"))
    first, second = (label_bytes(BARE, spec, name="a.png").data for _ in range(2))
    assert look(tmp_path, first, settings=AI).lasting
    monkeypatch.setitem(sys.modules, "gmalg", None)
    assert not look(tmp_path, second, settings=AI).lasting


def test_what_metadata_do_not_tell_another_regime_lasts(tmp_path: Path) -> None:
    """No extra changes it, so the next run may take it from the cache."""
    looked = look(tmp_path, LABELLED, settings=AI | {"regimes": ["cn", "us-ca"]})
    assert rules(looked) == ["CAL-002", "CAL-003"]
    assert looked.lasting


def test_only_the_media_that_are_asked_about(tmp_path: Path) -> None:
    """A picture passes where sound alone is asked about."""
    assert rules(look(tmp_path, BARE, settings=AI | {"media": ["audio"]})) == []
    assert rules(look(tmp_path, BARE, settings=AI | {"media": ["image"]})) == ["GAT-001"]


@pytest.mark.parametrize(
    ("explicit", "deep", "asked"),
    [
        ("off", True, False),
        ("recommended", False, False),
        ("recommended", True, True),
        ("required", False, True),
    ],
)
def test_pixels_are_looked_at_where_that_is_asked_for(
    tmp_path: Path,
    explicit: str,
    deep: bool,  # noqa: FBT001 - a row
    asked: bool,  # noqa: FBT001 - a row
) -> None:
    """Required or deep; what is only recommended is counted as unseen otherwise."""
    settings = AI | {"explicit": explicit, "deep": deep}
    looked = look(tmp_path, LABELLED, settings=settings, reports=True)
    assert looked.file.report is not None
    verdict = Verdict.INCONCLUSIVE if asked else Verdict.NOT_APPLICABLE  # the tests' eyes are shut
    assert looked.file.report.explicit is verdict
    assert looked.unseen is (explicit == "recommended" and not deep)
    implicit = look(tmp_path, LABELLED, settings=settings, implicit_only=True, reports=True)
    assert implicit.file.report is not None
    assert implicit.file.report.explicit is Verdict.NOT_APPLICABLE


def test_texts_are_always_read(tmp_path: Path) -> None:
    """They cost nothing; undeclared ones are read where looking is asked for."""
    text = "# A\n\n本内容由AI生成\n".encode()
    settings = AI | {"explicit": "recommended"}
    assert "GAT-002" in rules(look(tmp_path, b"# A\n", "a.md", settings=settings))
    assert "GAT-002" not in rules(look(tmp_path, text, "a.md", settings=settings))
    assert rules(look(tmp_path, text, "a.md", settings={"deep": True})) == ["GAT-006"]


def test_signs_of_ai_are_noted_where_nobody_declared_any(tmp_path: Path) -> None:
    """Not where AI is declared, and not where a label says it already."""
    picture = png.build(png.text("parameters", "a cat\nSteps: 20, Sampler: Euler a, Seed: 1"))
    assert rules(look(tmp_path, picture)) == ["GAT-007"]
    assert "GAT-007" in rules(look(tmp_path, picture, settings={"ai": False}))
    assert "GAT-007" not in rules(look(tmp_path, picture, settings=AI))


def test_rules_that_the_configuration_leaves_out_are_marked(tmp_path: Path) -> None:
    """They are found all the same."""
    (tmp_path / "ailabel.toml").write_text('ignore = ["GAT-006"]\n')
    (found,) = look(tmp_path, LABELLED).file.findings
    assert found.standing is Standing.IGNORED
    assert not found.stops


# -- what a file may cost --------------------------------------------------------------------------


def test_a_look_within_its_time_is_told(tmp_path: Path) -> None:
    """By a process of its own, which says the same; for bytes in memory too."""
    (tmp_path / "a.md").write_text("# A\n\n本内容由AI生成\n")
    settings = AI | {"explicit": "required"}
    plain = look(tmp_path, (tmp_path / "a.md").read_bytes(), "a.md", settings=settings)
    bounded = settings | {"budget": 60}
    with looker(tmp_path, settings=bounded) as found:
        assert found.path("a.md") == plain
        assert found.path("a.md") == plain
        data = BytesView((tmp_path / "a.md").read_bytes(), "a.md")
        assert found.view(data, "a.md") == plain


@pytest.mark.parametrize(
    ("work", "seconds", "said"),
    [(looks.slow, 0.05, "took longer than"), (looks.killed, 60, "was killed")],
)
def test_what_takes_too_long_is_no_pass(
    tmp_path: Path, work: Work, seconds: float, said: str
) -> None:
    """The process is ended, and the next file has one of its own again."""
    settings = AI | {"explicit": "required", "budget": seconds}
    (tmp_path / "a.png").write_bytes(LABELLED)
    with looker(tmp_path, settings=settings, eyes=Eyes(work)) as found:
        first, second = found.path("a.png"), found.path("a.png")
    assert first == second
    assert not first.lasting
    assert said in str(first.file.error or first.file.findings[0].message)
    assert {(item.rule, item.level, item.outcome) for item in first.file.findings} <= {
        ("GAT-002", Level.ERROR, Outcome.INCONCLUSIVE)
    }


# -- labelling -------------------------------------------------------------------------------------


def test_what_is_declared_and_bare_is_labelled(tmp_path: Path) -> None:
    """With the producer of the configuration; the file passes then, and is said to be changed."""
    looked = look(tmp_path, BARE, settings=AI, fix=True)
    assert looked.file.fixed
    assert not looked.file.stops
    with open_view(tmp_path / "a.png") as view:
        assert verify(view, "a.png").labels[0].fields["ContentProducer"] == PRODUCER
    with looker(tmp_path, fix=True) as again:
        assert not again.path("a.png").file.fixed


def test_a_required_visible_label_is_put_in(tmp_path: Path) -> None:
    """As the style of the configuration says."""
    (tmp_path / "style.toml").write_text('[text]\ntext = "人工智能生成，仅供参考"\n')
    settings = AI | {"explicit": "required", "style": "style.toml"}
    looked = look(tmp_path, b"# A\n", "a.md", settings=settings, fix=True)
    assert looked.file.fixed
    assert rules(looked) == []
    assert "人工智能生成，仅供参考" in (tmp_path / "a.md").read_text()


def test_what_is_passed_on_gets_its_propagator(tmp_path: Path) -> None:
    """The producer's part stays; another propagator's is left to a person."""
    from ailabel import LabelSpec, label_bytes

    spec = LabelSpec(producer="某公司", explicit=False, propagate=False)
    made = label_bytes(BARE, spec).data
    settings = {"ai": True, "explicit": "off", "role": "propagator", "propagator": "某平台"}
    looked = look(tmp_path, made, settings=settings, fix=True)
    assert looked.file.fixed
    assert not looked.file.stops
    with open_view(tmp_path / "a.png") as view:
        fields = verify(view, "a.png").labels[0].fields
    assert (fields["ContentProducer"], fields["ContentPropagator"]) == ("某公司", "某平台")
    again = look(
        tmp_path,
        (tmp_path / "a.png").read_bytes(),
        settings=settings | {"propagator": "别的平台"},
        fix=True,
    )
    (found,) = (item for item in again.file.findings if item.rule == "GAT-004")
    assert "could not be labelled" in str(found.fix)


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        (BARE, {}),
        (BARE, {"ai": False, "producer": PRODUCER}),
        (BARE, {"ai": "unknown", "producer": PRODUCER}),
        (BARE, {"ai": True, "explicit": "off"}),
        (BARE, AI | {"role": "propagator"}),
        (BARE, AI | {"ignore": ["GAT-001"]}),
        (labelled("somebody else"), AI),
        (LABELLED[:60], AI),
        (LABELLED, AI),
    ],
)
def test_nothing_else_is_touched(tmp_path: Path, data: bytes, settings: dict[str, Any]) -> None:
    """Neither what nobody declared, nor what is labelled otherwise, damaged, or well already."""
    looked = look(tmp_path, data, settings=settings, fix=True)
    assert (tmp_path / "a.png").read_bytes() == data
    assert not looked.file.fixed


def test_what_cannot_be_labelled_says_why(tmp_path: Path) -> None:
    """Its finding stays."""
    import os

    (tmp_path / "a.png").write_bytes(BARE)
    os.link(tmp_path / "a.png", tmp_path / "b.png")
    looked = look(tmp_path, BARE, settings=AI, fix=True)
    (found,) = looked.file.findings
    assert (found.rule, looked.file.fixed) == ("GAT-001", False)
    assert "could not be labelled" in str(found.fix)
    assert replace(found, fix=None).stops
