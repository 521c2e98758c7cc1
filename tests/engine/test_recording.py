"""Labelling with a ledger: a number is used up first, then written, then recorded; once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from PIL import Image, ImageDraw

import ailabel
from ailabel.engine import recording
from ailabel.engine.examine import examine
from ailabel.io import atomic
from ailabel.io.source import open_view
from ailabel.ledger import Kind, Ledger, keep
from ailabel.reporters.document import item_document
from ailabel.standard.schema import decode
from books import Signer
from builders import wav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC: Final = ailabel.LabelSpec(producer="001191350100M000100Y4310000", explicit=False)


def picture(path: Path, seed: int = 1) -> Path:
    """Draw something that has a hash of its own."""
    made = Image.new("RGB", (320, 240), (seed * 40 % 256, 80, 120))
    pen = ImageDraw.Draw(made)
    for index in range(12):
        place = (index * seed * 37 % 280, index * seed * 53 % 200)
        colour = (index * 21 % 256, seed * 91 % 256, 255 - index * 20)
        pen.ellipse((*place, place[0] + 60 + index * 5, place[1] + 50), fill=colour)
    made.save(path)
    return path


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Return a new ledger."""
    with Ledger.create(tmp_path / "ledger.db") as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a picture."""
    return picture(tmp_path / "a.png")


def test_labelling_records_everything(ledger: Ledger, source: Path) -> None:
    """Number, digest, hash of the looks, format and label."""
    result = ailabel.label(source, SPEC, ledger=ledger)
    (entry,) = ledger.entries()
    record = entry.record
    assert (record.kind, record.number, record.producer) == (
        Kind.LABEL,
        result.produce_id,
        SPEC.producer,
    )
    assert (record.format, len(record.digest), len(record.picture)) == ("png", 64, 32)
    assert decode(record.label).fields["ProduceID"] == result.produce_id
    assert keep.verify(ledger).pending == 0


def test_a_rerun_uses_up_no_number(ledger: Ledger, source: Path, tmp_path: Path) -> None:
    """Law L10: in place, onto an earlier output, and in memory."""
    ailabel.label(source, SPEC, ledger=ledger)
    for _ in range(2):
        assert ailabel.label(source, SPEC, ledger=ledger).status == "already"
    copy = tmp_path / "copy.png"
    for _ in range(2):
        ailabel.label(source, SPEC, output=copy, ledger=ledger)
    assert ailabel.label_bytes(copy.read_bytes(), SPEC, ledger=ledger).status == "already"
    assert len(list(ledger.entries())) == 1


def test_bytes_are_recorded_too(ledger: Ledger) -> None:
    """And by the twin for asyncio."""
    data = next(data for _, data in wav.samples())
    result = ailabel.label_bytes(data, SPEC, ledger=ledger)
    other = asyncio.run(ailabel.label_bytes_async(data, SPEC, ledger=ledger))
    assert [item.record.number for item in ledger.entries()] == [
        result.produce_id,
        other.produce_id,
    ]
    assert {item.record.picture for item in ledger.entries()} == {""}


def test_a_file_labelled_before_there_was_a_ledger_is_recorded(
    ledger: Ledger, source: Path, tmp_path: Path
) -> None:
    """Where it is met again, in place or as an earlier output."""
    number = ailabel.label(source, SPEC).produce_id
    ailabel.label(source, SPEC, ledger=ledger)
    picture(tmp_path / "b.png", 2)
    ailabel.label(tmp_path / "b.png", SPEC, output=tmp_path / "c.png")
    asyncio.run(
        ailabel.label_async(tmp_path / "b.png", SPEC, output=tmp_path / "c.png", ledger=ledger)
    )
    found = list(ledger.entries())
    assert found[0].record.number == number
    assert len(found) == 2
    assert decode(found[0].record.label).fields["ProduceID"] == number


def test_a_number_is_refused_for_other_content(
    ledger: Ledger, source: Path, tmp_path: Path
) -> None:
    """Before anything is written; for the same content it may be used again."""
    spec = replace(SPEC, produce_id="n-1")
    ailabel.label(source, spec, output=tmp_path / "one.png", ledger=ledger)
    ailabel.label(source, spec, output=tmp_path / "two.png", ledger=ledger)
    other = picture(tmp_path / "b.png", 2)
    before = other.read_bytes()
    with pytest.raises(ailabel.PlanError, match="used before, for other content"):
        ailabel.label(other, spec, ledger=ledger)
    assert other.read_bytes() == before
    assert [item.record.kind for item in ledger.entries()] == [Kind.LABEL, Kind.RELABEL]


class Stop(BaseException):
    """A kill at a certain moment."""


@pytest.mark.parametrize("moment", ["before writing", "after writing"])
def test_a_run_that_ends_in_between_loses_nothing(
    ledger: Ledger, source: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The next run records the number, if a file has it, and no number stands in two files."""

    def stop(*_: object) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        if moment == "before writing":
            patch.setattr(atomic, "write_view", stop)
        else:
            patch.setattr(Ledger, "confirm", stop)
        with pytest.raises(Stop):
            ailabel.label(source, SPEC, ledger=ledger)
    assert (keep.verify(ledger).size, keep.verify(ledger).pending) == (0, 1)
    result = ailabel.label(source, SPEC, ledger=ledger)
    (entry,) = ledger.entries()
    assert entry.record.number == result.produce_id
    assert keep.verify(ledger).pending == (1 if moment == "before writing" else 0)


def test_an_interrupted_run_with_a_number_of_ones_own_goes_on(
    ledger: Ledger, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reservation is taken up for the same content."""
    spec = replace(SPEC, produce_id="n-1")

    def stop(*_: object) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "write_view", stop)
        with pytest.raises(Stop):
            ailabel.label(source, spec, ledger=ledger)
    ailabel.label(source, spec, ledger=ledger)
    assert (keep.verify(ledger).size, keep.verify(ledger).pending) == (1, 0)


def test_explicit_labels_alone_use_no_number(ledger: Ledger, tmp_path: Path) -> None:
    """Nor does a format without a place; a sidecar does."""
    text = tmp_path / "a.txt"
    text.write_text("一段文字。\n", encoding="utf-8")
    spec = ailabel.LabelSpec(producer=SPEC.producer)
    ailabel.label(text, spec, output=tmp_path / "b.txt", ledger=ledger)
    assert list(ledger.entries()) == []
    ailabel.label(text, replace(spec, sidecar=True), output=tmp_path / "c.txt", ledger=ledger)
    assert [item.record.format for item in ledger.entries()] == ["txt"]


def test_who_signed_is_recorded(ledger: Ledger, source: Path) -> None:
    """By the SHA-256 of the public key."""
    ailabel.label(source, replace(SPEC, signer=Signer()), ledger=ledger)
    (entry,) = ledger.entries()
    assert len(entry.record.signer) == 64


def test_pictures_that_cannot_be_decoded_have_no_hash(
    ledger: Ledger, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are recorded without."""

    def fail(*_: object) -> Iterator[object]:
        raise ailabel.MalformedFileError("the picture cannot be decoded: {reason}", reason="x")

    monkeypatch.setattr("ailabel.marks.image.inspect_decode.frames", fail)
    ailabel.label(source, SPEC, ledger=ledger)
    assert [item.record.picture for item in ledger.entries()] == [""]


@pytest.fixture
def recorded(ledger: Ledger, source: Path) -> Ledger:
    """Return a ledger that knows three pictures, of which one stands at `source`."""
    for seed in (2, 3):
        ailabel.label(picture(source.with_name(f"{seed}.png"), seed), SPEC, ledger=ledger)
    ailabel.label(source, SPEC, ledger=ledger)
    return ledger


def test_a_stripped_copy_is_found_by_its_content(recorded: Ledger, source: Path) -> None:
    """With the same pixels, whatever became of the metadata."""
    stripped = picture(source.with_name("stripped.png"))
    found = ailabel.recover(stripped, recorded)
    (match,) = found.matches
    assert (match.distance, match.chance, found.labelled) == (None, 0.0, None)
    assert match.entry.row == 3
    assert ailabel.recover(source, recorded).labelled == match.entry.record.number


def test_a_smaller_copy_is_found_by_its_looks(recorded: Ledger, source: Path) -> None:
    """Scaled and coded anew; with how far it is, and what chance would do."""
    copy = source.with_name("copy.jpg")
    Image.open(source).resize((160, 120)).convert("RGB").save(copy, quality=60)
    found = ailabel.recover(copy, recorded)
    (match,) = found.matches
    assert match.entry.row == 3
    assert match.distance is not None
    assert match.distance < 16
    assert 0 < match.chance < 0.01


def test_what_was_never_recorded_is_not_found(recorded: Ledger, source: Path) -> None:
    """Another picture, a plain one, a sound."""
    other = picture(source.with_name("other.png"), 5)
    assert ailabel.recover(other, recorded).matches == ()
    plain = source.with_name("plain.png")
    Image.new("RGB", (200, 200), "teal").save(plain)
    assert ailabel.recover(plain, recorded).matches == ()
    sound = source.with_name("a.wav")
    sound.write_bytes(next(data for _, data in wav.samples()))
    assert ailabel.recover(sound, recorded).matches == ()


def test_the_recorded_label_is_put_back(recorded: Ledger, source: Path) -> None:
    """Every value as it was, into the copy or into a new file, and the ledger says so."""
    label = ailabel.read(source).labels[0].fields
    copy = source.with_name("copy.jpg")
    Image.open(source).convert("RGB").save(copy)
    result = ailabel.restore(copy, recorded, output=source.with_name("new.jpg"))
    assert result.status == "carried"
    assert ailabel.read(source.with_name("new.jpg")).labels[0].fields == label
    assert ailabel.restore(copy, recorded).output == str(copy)
    assert ailabel.read(copy).labels[0].fields == label
    assert [item.record.kind for item in recorded.entries()][-2:] == [Kind.RELABEL] * 2
    with pytest.raises(ailabel.PlanError, match="carries a label already"):
        ailabel.restore(copy, recorded)
    assert keep.verify(recorded).findings == ()


def test_what_cannot_be_put_back(recorded: Ledger, source: Path) -> None:
    """Nothing that fits, a format without a place, a row without a label."""
    other = picture(source.with_name("other.png"), 5)
    with pytest.raises(ailabel.PlanError, match="0 contents of the ledger fit"):
        ailabel.restore(other, recorded)
    bitmap = source.with_name("a.bmp")
    Image.open(source).convert("RGB").save(bitmap)
    with pytest.raises(ailabel.PlanError, match="no place for metadata"):
        ailabel.restore(bitmap, recorded)
    with open_view(other) as view:
        digest = recording.content_digest(view, examine(view).format)
    known = next(iter(recorded.entries())).record
    recorded.record(replace(known, number="n-2", label="", digest=digest))
    with pytest.raises(ailabel.PlanError, match="holds no label of this content"):
        ailabel.restore(other, recorded)


AGREEMENT: Final = f"v3@{'0a' * 32}"
GRANT: Final = ailabel.Grant(recipient="张三", agreement=AGREEMENT, reason="印刷", looked=True)


def test_an_export_has_the_implicit_label_and_is_logged(ledger: Ledger, source: Path) -> None:
    """The content is the original's; the ledger knows who got it, and when it may forget."""
    output = source.with_name("out.png")
    result = ailabel.export(source, SPEC, GRANT, output=output, ledger=ledger)
    assert result.status == "exported"
    assert json.dumps(item_document(result, "zh"), ensure_ascii=False).count("已登记") == 1
    assert ailabel.read(output).labels[0].fields["ProduceID"] == result.produce_id
    assert Image.open(output).tobytes() == Image.open(source).tobytes()
    (entry,) = ledger.entries()
    assert entry.record.kind is Kind.EXPORT
    facts = json.loads(entry.record.details)
    assert (facts["agreement"], facts["looked"]) == (AGREEMENT, "person")
    assert keep.people(ledger)[1].recipient == "张三"


def test_what_is_labelled_implicitly_only_keeps_its_number(ledger: Ledger, source: Path) -> None:
    """The log tells of it once more."""
    number = ailabel.label(source, SPEC, ledger=ledger).produce_id
    for index in range(2):
        result = ailabel.export(
            source, SPEC, GRANT, output=source.with_name(f"{index}.png"), ledger=ledger
        )
        assert result.produce_id == number
    assert [item.turn for item in ledger.entries()] == [0, 1, 2]


def test_exports_that_are_refused(ledger: Ledger, source: Path, tmp_path: Path) -> None:
    """Shown labels, formats without a place, looks that are open, numbers that are used."""
    output = tmp_path / "out"
    page = tmp_path / "page.md"
    page.write_text("本内容由AI生成\n\n一段文字。\n", encoding="utf-8")
    with pytest.raises(ailabel.PlanError, match=r"shows an explicit label \(本内容由AI生成\)"):
        ailabel.export(page, SPEC, GRANT, output=output, ledger=ledger)
    text = tmp_path / "a.txt"
    text.write_text("一段文字。\n", encoding="utf-8")
    with pytest.raises(ailabel.PlanError, match="without which nothing is handed out"):
        ailabel.export(text, SPEC, GRANT, output=output, ledger=ledger)
    with pytest.raises(ailabel.PlanError, match="say so with --looked"):
        ailabel.export(source, SPEC, replace(GRANT, looked=False), output=output, ledger=ledger)
    ailabel.label_bytes(source.read_bytes(), replace(SPEC, produce_id="n-1"), ledger=ledger)
    with pytest.raises(ailabel.PlanError, match="used before"):
        ailabel.export(source, replace(SPEC, produce_id="n-1"), GRANT, output=output, ledger=ledger)
    with pytest.raises(ailabel.PlanError, match="choose another output"):
        ailabel.export(source, SPEC, GRANT, output=source, ledger=ledger)
    assert not output.exists()
    assert len(list(ledger.entries())) == 1


def test_texts_are_looked_at_by_machine(ledger: Ledger, tmp_path: Path) -> None:
    """Nobody needs to say that there is no label."""
    page = tmp_path / "page.md"
    page.write_text("# 一\n\n一段文字。\n", encoding="utf-8")
    ailabel.export(
        page, SPEC, replace(GRANT, looked=False), output=tmp_path / "out.md", ledger=ledger
    )
    (entry,) = ledger.entries()
    assert json.loads(entry.record.details)["looked"] == "machine"


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": " "},
        {"reason": ""},
        *({"agreement": text} for text in ("", "v3", "v3@", "@" + "0" * 64, "v 3@" + "0" * 64)),
        {"agreement": "v3@" + "G" * 64},
    ],
)
def test_grants_that_are_none(changes: dict[str, Any]) -> None:
    """Who, why, and by which agreement must be said."""
    with pytest.raises(ailabel.LabelError):
        replace(GRANT, **changes)
