"""Keys in the forms that real producers write, and what is no key."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.errors import AilabelError, MalformedFileError, SealError
from ailabel.seal import der, sm2
from ailabel.seal.publickey import PublicKey, read_key, read_keys, read_pem
from sealing import ALGORITHMS, signer

POINT: Final = bytes.fromhex(
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
KEY: Final = read_key(signer("sm2").public_key)
X: Final = POINT[:32]
MIRRORED: Final = next(point for point in sm2.lift(X) if point != POINT)


def points(value: bytes) -> list[bytes]:
    """Return the points that a value may stand for."""
    return [key.point for key in read_keys("sm2", value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (KEY.spki, [POINT]),
        (b"\x04" + POINT, [POINT]),
        (POINT, [POINT]),
        (b"\x03" + X, [POINT]),  # its y is odd
        (b"\x02" + X, [MIRRORED]),
        (b"\0" + X, [MIRRORED, POINT]),  # MiniMax: the even y is tried first
        (X, [MIRRORED, POINT]),
    ],
    ids=["spki", "point", "bare", "odd", "even", "minimax", "x"],
)
def test_sm2_keys_are_read_in_every_form(value: bytes, expected: list[bytes]) -> None:
    """All forms lead to the same point, and a bare x to both."""
    assert points(value) == expected


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_subject_public_key_info_is_read_back(algorithm: str) -> None:
    """What we write is read, and names its algorithm; the id is of the whole."""
    spki = signer(algorithm).public_key
    key = read_key(spki)
    assert key == PublicKey(algorithm, spki)
    assert read_keys(algorithm, spki) == (key,)
    assert len(key.id) == 64
    other = next(name for name in ALGORITHMS if name != algorithm)
    with pytest.raises(MalformedFileError, match="in no form"):
        read_keys(other, spki)


def test_an_ed25519_key_is_read_bare() -> None:
    """Its 32 bytes are enough."""
    key = read_key(signer("ed25519").public_key)
    assert read_keys("ed25519", key.point) == (key,)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\x30",
        b"\x05" + POINT,
        POINT[:-1],
        b"\x04" + POINT[:-1] + b"\x14",  # not on the curve
        b"\xff" * 32,  # x beyond the field
        KEY.spki[:-1],
        KEY.spki + b"\0",
        b"\x30\x82\x20\x00" + bytes(8192),
    ],
)
def test_what_is_no_key_is_refused(value: bytes) -> None:
    """Broken keys raise an error of ours."""
    with pytest.raises(MalformedFileError):
        read_keys("sm2", value)


def test_a_p256_point_beside_its_curve_is_refused() -> None:
    """A point that is on no curve makes no key."""
    spki = signer("p256").public_key
    with pytest.raises(MalformedFileError, match="no point"):
        read_key(spki[:-1] + bytes([spki[-1] ^ 1]))


@pytest.mark.parametrize(
    "text", ["", "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----", "x" * 99]
)
def test_what_is_no_pem_is_refused(text: str) -> None:
    """A file without a public key is told of."""
    with pytest.raises(SealError, match="public key"):
        read_pem(text)


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_der_never_fails_otherwise(data: bytes) -> None:
    """Any bytes are taken apart into what they were, or refused."""
    try:
        parts = der.children(data)
    except MalformedFileError:
        return
    assert b"".join(der.tlv(tag, content) for tag, content in parts) == data


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=2**300))
def test_numbers_survive_der(number: int) -> None:
    """What is encoded is read back, and only in its one form."""
    ((tag, content),) = der.children(der.integer(number))
    assert tag == der.INTEGER
    assert der.natural(content) == number
    with pytest.raises(MalformedFileError):
        der.natural(b"\0" + content if content[0] < 0x80 else b"\xff")


@settings(deadline=None)
@given(st.binary(max_size=140), st.sampled_from(["sm2", "ed25519", "p256", "rsa"]))
def test_any_bytes_are_a_key_or_refused(data: bytes, algorithm: str) -> None:
    """Reading keys raises nothing but errors of ours."""
    try:
        assert read_keys(algorithm, data)
    except AilabelError:
        return
