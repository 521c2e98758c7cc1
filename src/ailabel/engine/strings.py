"""Label plain strings, such as the answers of a chat service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.errors import PlanError
from ailabel.marks.text import inspect_text, label_text
from ailabel.model.media import Medium
from ailabel.spi import Finding, MarkSpec

if TYPE_CHECKING:
    from ailabel.engine.spec import LabelSpec

__all__ = ["label_string"]


def label_string(text: str, spec: LabelSpec | None) -> str:
    """Add the explicit label to a string, unless it already shows one.

    Raises:
        PlanError: the wording would not be recognised as a label.
    """
    wanted = MarkSpec(position="end") if spec is None else spec.mark(Medium.TEXT)
    if inspect_text(text).finding is Finding.FOUND:
        return text
    labelled = label_text(text, wanted)
    if inspect_text(labelled).finding is not Finding.FOUND:
        raise PlanError(
            "the wording “{text}” reads as prose, not as a label; shorten it, for example to "
            "本内容由AI生成",
            text=(wanted.text or "")[:80],
        )
    return labelled
