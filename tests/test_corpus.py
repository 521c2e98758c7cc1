"""Files as they occur in practice: what is read from them, and that they can be labelled."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

import ailabel
from ailabel import LabelSpec, Outcome, PlanError, UnsupportedFormatError, Verdict
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

PRODUCER: Final = "001191350100M000100Y4310000"
MISSTATED: Final = {  # the file's own bytes say so; the list repeats the producer of the others
    "made/exiftool_f.mp4": {"Label": "1", "ContentProducer": "X", "ProduceID": "abc-123"},
}


def _expected() -> dict[str, dict[str, Any]]:
    """Return what each file must yield, for the formats that the registry knows to have a place."""
    if not CORPUS.is_dir():
        return {}
    entries: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text("utf-8"))
    return {name: entry for name, entry in entries.items() if _has_place(CORPUS / name)}


def _has_place(path: Path) -> bool:
    try:
        return ailabel.read(path).implicit is not Verdict.NOT_APPLICABLE
    except UnsupportedFormatError:
        return False


EXPECTED: Final = _expected()


@needs_corpus
def test_the_corpus_covers_the_formats_with_binary_containers() -> None:
    """A format that is no longer recognised would silently drop out of the tests below."""
    formats = {ailabel.read(CORPUS / name).format for name in EXPECTED}
    assert {"png", "jpeg", "webp", "wav", "mp3", "flac", "pdf"} <= formats
    assert len(EXPECTED) >= 31


@needs_corpus
@pytest.mark.parametrize("name", list(EXPECTED))
def test_the_label_is_read_as_expected(name: str) -> None:
    """Every label is found with its fields; files without one yield none."""
    entry = EXPECTED[name]
    report = ailabel.read(CORPUS / name)
    assert report.error is None
    assert bool(report.labels) is entry["label"]
    fields = MISSTATED.get(name, entry.get("fields", {}))
    matching = [
        found
        for found in report.labels
        if {key: found.fields[key] for key in fields} == fields and found.raw
    ]
    assert bool(matching) is entry["label"]
    if "site" in entry:
        assert entry["site"] in {f"{report.format}.{found.location}" for found in matching}
    assert report.implicit is not Verdict.NOT_APPLICABLE


@needs_corpus
@pytest.mark.parametrize("name", [name for name in EXPECTED if not EXPECTED[name]["label"]])
def test_a_clean_file_is_not_called_human_made(name: str) -> None:
    """No label is `not_found`, and no check fails: there is no false alarm."""
    report = ailabel.verify(CORPUS / name)
    assert report.implicit is Verdict.NOT_FOUND
    assert Outcome.FAIL not in {check.outcome for check in report.checks}


@needs_corpus
@pytest.mark.parametrize("name", list(EXPECTED))
def test_a_copy_is_labelled_or_refused_and_verifies(name: str, tmp_path: Path) -> None:
    """Somebody else's label is only replaced when that is asked for; the result is compliant."""
    path = tmp_path / name.rsplit("/", maxsplit=1)[-1]
    shutil.copyfile(CORPUS / name, path)
    before = path.read_bytes()
    spec = LabelSpec(producer=PRODUCER, explicit=False, durable=False)
    if EXPECTED[name]["label"]:
        with pytest.raises(PlanError, match="already carries a label"):
            ailabel.label(path, spec)
        assert path.read_bytes() == before
        spec = LabelSpec(producer=PRODUCER, replace=True, durable=False)
    if "C2PA" in EXPECTED[name].get("trace", ""):
        with pytest.raises(PlanError, match="--break-c2pa"):
            ailabel.label(path, spec)
        assert path.read_bytes() == before
        spec = replace(spec, break_c2pa=True)
    result = ailabel.label(path, spec)
    assert bool(result.replaced) is EXPECTED[name]["label"]
    report = ailabel.verify(path)
    assert report.implicit is Verdict.COMPLIANT
    assert [found.fields["ContentProducer"] for found in report.labels] == [PRODUCER]
    after = path.read_bytes()
    assert ailabel.label(path, spec).status == "already"
    assert path.read_bytes() == after
