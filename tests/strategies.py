"""What Hypothesis draws: files, edits, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ailabel.io.splice import Edit
from ailabel.model.record import AigcRecord, Label

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["edits_for", "records", "texts"]


@st.composite
def edits_for(draw: DrawFn, size: int) -> list[Edit]:
    """Draw edits of a file of `size` bytes that do not overlap, in any order."""
    cuts = sorted(draw(st.lists(st.integers(0, size), max_size=8)))
    edits = [
        Edit(begin, end - begin, draw(st.binary(max_size=6)))
        for begin, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return draw(st.permutations(edits))


def texts(minimum: int = 0) -> SearchStrategy[str]:
    """Draw values that a label may hold: any characters but controls and surrogates."""
    return st.text(
        st.characters(exclude_categories=("Cc", "Cs")), min_size=minimum, max_size=40
    ).filter(lambda text: len(text.strip()) >= minimum)


def records() -> SearchStrategy[AigcRecord]:
    """Draw labels that may be written."""
    return st.builds(
        AigcRecord,
        label=st.sampled_from(Label),
        content_producer=texts(1),
        produce_id=texts(1),
        reserved_code1=texts(),
        content_propagator=texts(),
        propagate_id=texts(),
        reserved_code2=texts(),
    )
