"""Signed notes and checkpoints: what others sign is read, and what is forged is refused."""

from __future__ import annotations

import base64
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.errors import AilabelError, LedgerError
from ailabel.ledger.note import (
    Checkpoint,
    Verifier,
    open_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from books import Signer

VERIFIER: Final = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""The key of the reference implementation's own tests (golang.org/x/mod/sumdb/note)."""
SECRET: Final = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # noqa: S105 - a published test key
TEXT: Final = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
SIGNATURE: Final = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
POINT: Final = Checkpoint("example.org/ledger", 7, bytes(range(32)))


PETER: Final = Signer(base64.b64decode(SECRET)[1:])


def test_the_reference_key_and_signature() -> None:
    """The published key reads and writes back; its published signature verifies."""
    verifier = Verifier.parse(VERIFIER)
    assert (verifier.name, verifier.id.hex()) == ("PeterNeumann", "c74f20a3")
    assert str(verifier) == VERIFIER
    signature = base64.b64decode(SIGNATURE)
    assert signature[:4] == verifier.id
    assert verifier.is_signed(TEXT, signature[4:])
    assert not verifier.is_signed(TEXT + " ", signature[4:])
    assert PETER.sign(TEXT.encode()) == signature[4:]


def test_a_note_of_another_text_is_no_checkpoint() -> None:
    """It is signed, and says nothing of a ledger."""
    note = f"{TEXT}\n— PeterNeumann {SIGNATURE}\n"
    with pytest.raises(LedgerError, match="no checkpoint of a ledger"):
        open_checkpoint(note, [Verifier.parse(VERIFIER)])


def test_a_checkpoint_goes_around() -> None:
    """Signed, read with and without the key; extension lines and other signatures are let be."""
    note, verifier = sign_checkpoint(POINT, PETER)
    assert verifier.name == POINT.origin
    assert note.startswith(
        "example.org/ledger\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— "
    )
    assert read_checkpoint(note) == open_checkpoint(note, [verifier]) == POINT
    other, _ = sign_checkpoint(Checkpoint("other", 7, POINT.root), PETER)
    witnessed = note + other.rpartition("\n\n")[2]
    assert open_checkpoint(witnessed, [Verifier("else", verifier.key), verifier]) == POINT


def test_signatures_of_others_do_not_count() -> None:
    """No key of ours, or the key under another name."""
    note, verifier = sign_checkpoint(POINT, PETER)
    with pytest.raises(LedgerError, match="no signature of the key"):
        open_checkpoint(note, [])
    with pytest.raises(LedgerError, match="no signature of the key"):
        open_checkpoint(note, [Verifier("other", verifier.key)])


def test_other_algorithms_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints are signed with Ed25519 alone."""
    monkeypatch.setattr(Signer, "algorithm", "p256")
    with pytest.raises(LedgerError, match="not with p256"):
        sign_checkpoint(POINT, PETER)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_changed_note_verifies(data: st.DataObject) -> None:
    """Any single character put elsewhere is refused, and refused politely."""
    note, verifier = sign_checkpoint(POINT, PETER)
    place = data.draw(st.integers(0, len(note) - 1))
    character = data.draw(st.characters())
    changed = note[:place] + character + note[place + 1 :]
    if changed == note:
        return
    with pytest.raises(AilabelError):
        open_checkpoint(changed, [verifier])


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "\n\n", "a\n\n", "a\n1\nAA==\n", "a\x00\n\n— n AAAAAAA=\n", "x" * 70_000),
        "a\n1\n\n— n AAAAAAA=",
        "a\n1\n\nn AAAAAAA=\n",
        "a\n1\n\n— n+n AAAAAAA=\n",
        "a\n1\n\n— n AAAA\n",
        "a\n1\n\n— n ====\n",
        "a\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— n AAAAAAA=\n",
        "a\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— n AAAAAAA=\n",
        "a\n²\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— n AAAAAAA=\n",
        f"a\n{'9' * 40}\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— n AAAAAAA=\n",
        "a\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n\n— n AAAAAAA=\n",
        "a\n1\nAAEC\n\n— n AAAAAAA=\n",
        "a\n\n1\nAAEC\n\n— n AAAAAAA=\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    """Every other text is refused."""
    with pytest.raises(LedgerError):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "a+b", "a+b+c", "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        VERIFIER.replace("c74f20a3", "c74f20a4"),
        VERIFIER[:-1],
        VERIFIER.replace("+AR", "+BR"),
        VERIFIER.replace("Peter", "Peter "),
    ],
)
def test_what_is_no_verifier_key(text: str) -> None:
    """Every other text is refused."""
    with pytest.raises(LedgerError):
        Verifier.parse(text)
