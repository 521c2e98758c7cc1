"""Files that people write, read within a bound: who is refused, and how it is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ailabel.config.files import read_bytes, read_toml
from ailabel.errors import ConfigError, LabelError
from ailabel.evidence.declaration import read_declaration
from ailabel.evidence.profiles import read_profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ailabel.config.files import Refusal


@pytest.mark.parametrize("refusal", [ConfigError, LabelError])
def test_a_file_is_read_within_its_bound(tmp_path: Path, refusal: Refusal) -> None:
    """As many bytes as are allowed, and not one more."""
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bytes(str(path), 5, refusal) == b"12345"
    with pytest.raises(refusal, match=re.escape(f"{path} is longer than 4 bytes")):
        read_bytes(str(path), 4, refusal)
    with pytest.raises(refusal, match=re.escape(f"{tmp_path}/gone: No such file or directory")):
        read_bytes(f"{tmp_path}/gone", 4, refusal)
    with pytest.raises(refusal, match="Is a directory"):
        read_bytes(str(tmp_path), 4, refusal)


def test_toml_may_begin_with_a_mark_of_order(tmp_path: Path) -> None:
    """Editors on Windows write one; other encodings are none of TOML's."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_toml(str(path), 99, ConfigError) == {"a": 1}
    path.write_bytes("a = 'é'\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="is no TOML"):
        read_toml(str(path), 99, ConfigError)


@pytest.mark.parametrize("read", [read_declaration, read_profile])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("max_bytes = 1\n" + "#" * (1 << 18), "is longer than"),
        ("a." * 10_000 + "b = 1\n", "a key has too many parts"),
        ("a = " + "[" * 20_000, "it is nested too deeply"),
    ],
)
def test_hostile_evidence_is_bounded(
    tmp_path: Path, read: Callable[[str], object], text: str, reason: str
) -> None:
    """Declarations and profiles of packs like configurations; none is cut to what fits."""
    path = tmp_path / "a.toml"
    path.write_text(text)
    with pytest.raises(LabelError, match=reason):
        read(str(path))
