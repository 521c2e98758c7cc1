"""Carrying a label over from a source onto a converted file."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

import ailabel
from ailabel.errors import PlanError
from builders import wav

if TYPE_CHECKING:
    from pathlib import Path

SPEC = ailabel.LabelSpec(producer="001191110102MACQD9K64010000", explicit=False)
ODD = (
    '{"Label":1,"ContentProducer":"x y","ProduceID":"n-1","Version":"2","ReservedCode1":{"a":[1]}}'
)


def picture(kind: str) -> bytes:
    """Return a small picture."""
    target = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(target, kind)
    return target.getvalue()


def fields(data: bytes, name: str) -> dict[str, str | None]:
    """Return the fields of the only label."""
    (found,) = ailabel.read_bytes(data, name=name).labels
    return dict(found.fields)


def test_a_conversion_gets_its_label_back(tmp_path: Path) -> None:
    """Pillow loses the label; carry puts the same one onto the JPEG that it made."""
    source, target = tmp_path / "a.png", tmp_path / "a.jpg"
    source.write_bytes(ailabel.label_bytes(picture("PNG"), SPEC, name="a.png").data)
    Image.open(source).save(target)
    assert not ailabel.read(target).labels
    result = ailabel.carry(source, target)
    assert (result.status, result.output) == ("carried", str(target))
    assert fields(target.read_bytes(), "a.jpg") == fields(source.read_bytes(), "a.png")
    before = target.read_bytes()
    assert ailabel.carry(source, target).status == "already"
    assert target.read_bytes() == before


def test_values_are_carried_as_they_stand() -> None:
    """A number stays a number, an unknown key stays, an object stays: nothing is corrected."""
    source = wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"AIGC", ODD.encode()))
    labelled = ailabel.carry_bytes(source, picture("PNG"), names=("a.wav", "a.png"))
    (found,) = ailabel.read_bytes(labelled, name="a.png").labels
    assert json.loads(found.payload) == json.loads(ODD)
    assert found.official


def test_another_label_in_the_target_is_refused() -> None:
    """A target that carries another label keeps it."""
    first, second = (ailabel.label_bytes(picture("PNG"), SPEC, name="a.png").data for _ in range(2))
    with pytest.raises(PlanError, match="another label"):
        ailabel.carry_bytes(first, second)


@pytest.mark.parametrize("label", ["", '{"Label":"1","ContentProducer":"tru'])
def test_a_source_without_a_whole_label_is_refused(label: str) -> None:
    """Nothing, and a damaged label, cannot be carried."""
    chunk = wav.chunk(b"AIGC", label.encode()) if label else b""
    source = wav.file(wav.FORMAT, wav.DATA, chunk)
    with pytest.raises(PlanError, match="source"):
        ailabel.carry_bytes(source, picture("PNG"))


def test_labels_that_disagree_are_not_carried() -> None:
    """A source with two labels that disagree does not say which one is right."""
    chunks = [wav.chunk(b"AIGC", ODD.replace("n-1", f"n-{k}").encode()) for k in range(2)]
    with pytest.raises(PlanError, match="disagree"):
        ailabel.carry_bytes(wav.file(wav.FORMAT, wav.DATA, *chunks), picture("PNG"))


def test_a_target_without_a_place_is_refused() -> None:
    """Plain text has no metadata."""
    source = ailabel.label_bytes(picture("PNG"), SPEC, name="a.png").data
    with pytest.raises(PlanError, match="no place"):
        ailabel.carry_bytes(source, b"text\n", names=("a.png", "a.txt"))
