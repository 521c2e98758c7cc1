"""What was decided about a file, as a plain value and as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.messages import Message, translate
from ailabel.reporters.summary import clean, printable
from ailabel.reporters.wording import worded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.model.decision import Clue, FileDecision

__all__ = ["document", "lines"]

_WORDS: Final = {
    "is": Message("is AI-generated"),
    "may_be": Message("may be AI-generated"),
    "suspected": Message("is suspected to be AI-generated"),
    "none": Message("nothing was found"),
}


def document(found: FileDecision, language: str) -> dict[str, object]:
    """Return a decision but for what writing it came to."""
    chinese, english = found.wording
    return {
        "path": printable(found.path),
        "format": found.format,
        "decision": found.decision,
        "label": found.label,
        "clause": found.clause,
        "wording": {"zh": chinese, "en": english} if chinese else None,
        "writes": [worded(item, language) for item in found.writes],
        "evidence": [_clue(clue, language) for clue in found.clues],
        "notes": [worded(note, language) for note in found.notes],
        "error": worded(found.error, language),
    }


def _clue(clue: Clue, language: str) -> dict[str, object]:
    return {
        "kind": clue.kind,
        "id": clue.id,
        "counts": clue.counts,
        "message": worded(clue.message, language),
        "location": clue.location,
    }


def lines(found: FileDecision, language: str) -> Iterator[str]:
    """Yield what people read: the decision, its grounds, what is to be shown and written."""
    clause = f" ({translate(found.clause, language)})" if found.clause else ""
    word = _WORDS.get(found.decision, Message(found.decision)).text
    yield f"{clean(found.path)}: {translate(word, language)}{clause}\n"
    for clue in found.clues:
        place = f" [{clean(clue.location)}]" if clue.location else ""
        mark = "+" if clue.counts else "-"
        yield f"    {mark} {clean(worded(clue.message, language) or '')}{place}\n"
    chinese, english = found.wording
    if chinese:
        yield f"    {translate('show around the content', language)}: {chinese} / {english}\n"
    for item in found.writes:
        yield (
            f"    {translate('write into the metadata', language)}: "
            f"{clean(worded(item, language) or '')}\n"
        )
    for note in found.notes:
        yield f"    {clean(worded(note, language) or '')}\n"
    if found.error is not None:
        yield f"    {clean(worded(found.error, language) or '')}\n"
