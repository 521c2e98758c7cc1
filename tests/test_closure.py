"""The laws L9 and L10: what is labelled verifies, and labelling it again changes nothing."""

from __future__ import annotations

import re
from typing import Final

import pytest

import ailabel
from ailabel import LabelSpec, MalformedFileError, PlanError, Verdict, registry
from ailabel.io.source import BytesView
from ailabel.model.media import Medium
from ailabel.registry_index import LOSSES
from ailabel.testing import LawBroken, check_closure
from every import cases, sample_files

PRODUCER: Final = "001191110102MACQD9K64010000"
TOO_SMALL: Final = "no legal wording fits"
NO_MARKER: Final = ("no explicit label can be put into", "a label would be taken for some")
NO_PLACE: Final = "has no place for metadata"
# a refusal that names a way out
FIRST: Final = re.compile(r"; (convert|give|put|remux|join|take) .* first")
PICTURED: Final = {Medium.IMAGE, Medium.VIDEO}
TINY: Final = {"png", "jpeg", "webp", "gif", "svg", "avif", "heic"}  # what builders make
THEIRS: Final = "already carries a label of"
GOOD: Final = {Verdict.COMPLIANT, Verdict.NOT_APPLICABLE}
ALL: Final = {**cases(), **dict(sample_files())}


def refusal(name: str, data: bytes) -> str:
    """Run the laws; return the refusal where labelling is not possible, or nothing."""
    try:
        check_closure(name, data)
    except (PlanError, MalformedFileError) as error:
        return str(error)
    return ""


def closes(name: str, data: bytes, spec: LabelSpec) -> None:
    """Check L9 for the implicit label, and L10, under another request."""
    labelled = ailabel.label_bytes(data, spec, name=name)
    report = ailabel.verify_bytes(labelled.data, name=name)
    assert report.implicit in GOOD
    again = ailabel.label_bytes(labelled.data, spec, name=name)
    assert (again.status, again.data == labelled.data) == ("already", True)
    assert again.produce_id == labelled.produce_id


@pytest.mark.parametrize("case", list(ALL))
def test_what_is_labelled_verifies_and_stays(case: str) -> None:
    """Each file obeys L9 and L10, or is refused for a documented reason and served otherwise."""
    name, data = case.rsplit("/", maxsplit=1)[-1], ALL[case]
    reason = refusal(name, data)
    if TOO_SMALL in reason:
        assert case.split("/", maxsplit=1)[0] in TINY, "real pictures are large enough"
        closes(name, data, LabelSpec(producer=PRODUCER, explicit=False))
    elif any(words in reason for words in NO_MARKER):
        found = registry.detect(BytesView(data, name)).format
        assert registry.marker_of(found.id) is None
        if found.has_slot:
            closes(name, data, LabelSpec(producer=PRODUCER, explicit=False))
        else:
            with pytest.raises(PlanError, match=NO_PLACE):
                ailabel.label_bytes(data, LabelSpec(producer=PRODUCER, explicit=False), name=name)
    elif FIRST.search(reason):
        closes(name, data, LabelSpec(producer=PRODUCER, explicit=False))
    elif THEIRS in reason:
        report = ailabel.read_bytes(data, name=name)
        assert any(found.fields["ContentProducer"] != PRODUCER for found in report.labels)
        closes(name, data, LabelSpec(producer=PRODUCER, replace=True))
    elif reason and registry.detect(BytesView(data, name)).format.medium in PICTURED:
        # made by hand, these films and pictures hold nothing that a decoder knows
        closes(name, data, LabelSpec(producer=PRODUCER, explicit=False))
    else:
        assert reason == ""


@pytest.mark.parametrize("case", [name for name, _ in sample_files()])
def test_every_sample_file_can_be_labelled(case: str) -> None:
    """The files that newcomers see first are all labelled with both labels."""
    labelled = ailabel.label_bytes(
        ALL[case],
        LabelSpec(producer=PRODUCER, audio_mark="rhythm"),
        name=case.rsplit("/", maxsplit=1)[-1],
    )
    assert labelled.status == "labelled"
    assert labelled.marks


@pytest.mark.parametrize("case", [name for name, _ in sample_files()])
def test_labels_cost_what_the_table_of_formats_says(case: str) -> None:
    """Where the table says that nothing is lost, nothing outside of the label changes."""
    name = case.rsplit("/", maxsplit=1)[-1]
    spec = LabelSpec(producer=PRODUCER, audio_mark="rhythm")
    labelled = ailabel.label_bytes(ALL[case], spec, name=name)
    if LOSSES.get(str(labelled.format), "none") == "none":
        assert labelled.changed_outside == 0
        assert labelled.reencoded is None or "loss" in labelled.reencoded  # lossless, without loss


def test_a_broken_law_is_named() -> None:
    """The harness says which law does not hold, on which file."""
    from ailabel.testing import _law

    with pytest.raises(LawBroken, match=r"^L9 closure: x\.png"):
        _law(holds=False, law="L9 closure", detail="x.png: implicit is noncompliant")
