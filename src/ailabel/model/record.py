"""The label itself: the seven fields of GB 45438-2025, annex E."""

from __future__ import annotations

from enum import Enum

from ailabel.values import frozen

__all__ = ["AigcRecord", "Label"]


class Label(Enum):
    """The content attribute (annex E, ``Label``)."""

    IS = "1"
    """属于: the content is AI-generated."""
    MAY_BE = "2"
    """可能为: the user declared it."""
    SUSPECTED = "3"
    """疑似为: a platform detected signs of it."""


@frozen(kw_only=True)
class AigcRecord:
    """One implicit label as annex E defines it; every value is a string.

    Args:
        label: the content attribute.
        content_producer: name or 27-character code of the generation service provider.
        produce_id: the producer's unique number for this content.
        reserved_code1: the producer's security data, or empty.
        content_propagator: name or code of the dissemination service provider, or empty.
        propagate_id: the propagator's unique number for this content, or empty.
        reserved_code2: the propagator's security data, or empty.
    """

    label: Label
    content_producer: str
    produce_id: str
    reserved_code1: str = ""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""
