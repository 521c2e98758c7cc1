"""CBOR: the examples of its document, and what is damaged or too large."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from ailabel.codecs.cbor import Tagged, decode
from ailabel.errors import AilabelError, LimitExceededError, MalformedFileError
from ailabel.io.source import Limits

LIMITS = Limits()


@pytest.mark.parametrize(
    ("data", "value"),
    [  # [RFC 8949 appendix A]
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1_000_000),
        ("1bffffffffffffffff", (1 << 64) - 1),
        ("20", -1),
        ("3903e7", -1000),
        ("f93c00", 1.0),
        ("fa47c35000", 100_000.0),
        ("fb3ff199999999999a", 1.1),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("f7", None),
        ("f0", None),
        ("f8ff", None),
        ("c074323031332d30332d32315432303a30343a30305a", Tagged(0, "2013-03-21T20:04:00Z")),
        ("4401020304", b"\1\2\3\4"),
        ("6449455446", "IETF"),
        ("62c3bc", "ü"),
        ("80", []),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a201020304", {1: 2, 3: 4}),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("5f42010243030405ff", b"\1\2\3\4\5"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
        ("a1800161", {}),
        ("0001", 0),
    ],
)
def test_values_are_read_as_the_document_says(data: str, value: object) -> None:
    """The examples of the appendix; odd keys of maps are left out, and what follows is ignored."""
    assert decode(bytes.fromhex(data), LIMITS) == value


def test_what_is_no_number_is_read_as_such() -> None:
    """A float may be none."""
    found = decode(bytes.fromhex("f97e00"), LIMITS)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(
    "data", ["", "18", "62c3", "8201", "a101", "1c", "ff", "fc", "5f01ff", "5f5f4101ffff", "9f01"]
)
def test_damaged_values_are_malformed(data: str) -> None:
    """Values that end too soon, reserved widths, breaks and pieces where none may be."""
    with pytest.raises(MalformedFileError):
        decode(bytes.fromhex(data), LIMITS)


def test_counts_and_depth_are_bounded() -> None:
    """No count is believed that the data have no room for, and nothing nests too deep."""
    with pytest.raises(MalformedFileError):
        decode(bytes.fromhex("9bffffffffffffffff"), LIMITS)
    with pytest.raises(LimitExceededError):
        decode(b"\x81" * 100 + b"\0", LIMITS)
    with pytest.raises(LimitExceededError):
        decode(b"\x98\xff" + bytes(255), replace(LIMITS, items=100))


def test_random_bytes_raise_nothing_else() -> None:
    """Whatever the bytes, there is a value or an error of ours."""
    source = random.Random(8949)
    values = errors = 0
    for _ in range(2000):
        data = source.randbytes(source.randrange(1, 40))
        try:
            decode(data, LIMITS)
        except AilabelError:
            errors += 1
        else:
            values += 1
    assert min(values, errors) > 500
