"""The table of codes seen in products' files."""

from __future__ import annotations

import pytest

from ailabel.model.provider import is_uscc
from ailabel.standard.organisations import ORGANISATIONS, products_behind, products_of


@pytest.mark.parametrize("uscc", ORGANISATIONS)
def test_every_code_passes_its_check_character(uscc: str) -> None:
    """A row with a typing error would fail the check."""
    assert is_uscc(uscc)
    assert products_of(uscc)


def test_a_code_that_nobody_confirmed_is_not_explained() -> None:
    """The holder of this widely seen code is not sure, so it has no row."""
    assert products_of("91110102MAD55U9H0F") is None


def test_a_whole_code_is_explained() -> None:
    """A name explains itself, and a code without a confirmed holder stays unexplained."""
    assert products_behind("001191110102MACQD9K64010000") == "Doubao (ByteDance)"
    assert products_behind("001191330101MA27WPYJ18xliu") == "iFlow (Alibaba)"
    assert products_behind("001191110102MAD55U9H0F10002") is None
    assert products_behind("MiniMax") is None
    assert products_behind("") is None
