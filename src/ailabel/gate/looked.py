"""What looking into a file came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.model.gate import GateFile

__all__ = ["Looked"]


@frozen(kw_only=True)
class Looked:
    """What the gate says of a file, and of its saying so.

    Args:
        file: what is told.
        lasting: whether it will say the same as long as the file and the configuration do.
        unseen: whether a label that people see or hear is recommended, and was not looked for.
    """

    file: GateFile
    lasting: bool = True
    unseen: bool = False
