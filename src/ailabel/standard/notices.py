"""What users must be told about their duties; sentences that name clauses stand here alone."""

from __future__ import annotations

from typing import Final

from ailabel.messages import Message

__all__ = ["DISCLAIMER", "IMPLICIT_ONLY"]

IMPLICIT_ONLY: Final = Message(
    "no explicit label was added; where one is due, Measures art. 4 asks for it in every file that "
    "is handed out, and art. 9 allows leaving it out only on the user's request, with a record kept"
)
DISCLAIMER: Final = Message("ailabel checks technical rules; it gives no legal advice")
