"""Values: what `dataclass(frozen=True, slots=True)` would make, at a tenth of its cost."""

from __future__ import annotations

import copy
import inspect
import pickle
import pprint
from dataclasses import (
    MISSING,
    FrozenInstanceError,
    asdict,
    dataclass,
    field,
    fields,
    is_dataclass,
    replace,
)
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ailabel
from ailabel.values import frozen


@frozen
class Point:
    """A value of ours."""

    x: int
    y: object = 2
    seen: list[int] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the standard library makes of the same fields."""

    x: int
    y: object = 2
    seen: list[int] = field(default_factory=list, repr=False)


@frozen(kw_only=True)
class Named:
    """A value whose fields are given by name."""

    b: str = "b"
    a: int

    @property
    def twice(self) -> int:
        """Twice `a`."""
        return 2 * self.a


@frozen
class Checked:
    """A value that looks at itself."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError("negative")


_ITEMS = st.tuples(
    st.integers(-2, 2), st.text(max_size=1) | st.integers(0, 2), st.lists(st.just(1), max_size=1)
)


@given(_ITEMS, _ITEMS)
def test_values_compare_and_show_as_dataclasses_do(
    one: tuple[int, Any, list[int]], two: tuple[int, Any, list[int]]
) -> None:
    """Equality, text, dictionary and copy are those of a frozen dataclass."""
    ours, theirs = Point(*one), Reference(*one)
    assert (ours == Point(*two)) == (theirs == Reference(*two))
    assert repr(ours) == repr(theirs).replace("Reference", "Point")
    assert asdict(ours) == asdict(theirs)
    assert copy.deepcopy(ours) == copy.copy(ours) == pickle.loads(pickle.dumps(ours)) == ours  # noqa: S301 - our own
    assert asdict(replace(ours, x=two[0])) == asdict(replace(theirs, x=two[0]))
    assert ours.__replace__(x=two[0]) == replace(ours, x=two[0])  # type: ignore[attr-defined]
    assert ours not in [theirs, one]


@given(st.integers(), st.text())
def test_equal_values_have_one_hash(x: int, y: str) -> None:
    """Values serve as keys."""
    assert {Named(a=x, b=y): y}[Named(b=y, a=x)] == y


def test_definitions_agree_with_dataclasses() -> None:
    """Fields, signature and pattern are those of a dataclass."""
    assert is_dataclass(Point(1))
    assert [item.name for item in fields(Point)] == [item.name for item in fields(Reference)]
    assert list(inspect.signature(Point).parameters) == ["x", "y", "seen"]
    assert str(inspect.signature(Named)).startswith("(*, b: 'str' = 'b', a: 'int')")
    assert Point.__match_args__ == Reference.__match_args__
    assert not hasattr(Point(1), "__dict__")
    assert [item.default for item in fields(Named)] == ["b", MISSING]
    assert Point.__qualname__ == "Point"
    assert Point.__doc__ == "A value of ours."


def test_values_are_printed_as_dataclasses_are() -> None:
    """Printers of objects, as that of a failed test, look at how a dataclass was made."""
    found = Point(1, "a" * 100).__dataclass_params__  # type: ignore[attr-defined]
    assert found.repr
    assert found.frozen
    assert "'" + "a" * 100 in pprint.pformat(Point(1, "a" * 100))


def test_a_constructor_takes_what_its_fields_say() -> None:
    """Missing, unknown and positional arguments fail as in any function; defaults are made anew."""
    assert Named(a=3).twice == 6
    assert Point(1) == Point(1, 2, [])
    assert Point(1).seen is not Point(1).seen
    for wrong in ({}, {"a": 1, "c": 2}):
        with pytest.raises(TypeError, match=r"Named\.__init__\(\)"):
            Named(**wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="positional"):
        Named(1)  # type: ignore[call-arg, arg-type]
    with pytest.raises(ValueError, match="negative"):
        Checked(-1)
    with pytest.raises(ValueError, match="negative"):
        replace(Checked(1), size=-1)


def test_values_cannot_be_changed() -> None:
    """Neither a field nor anything else can be set or deleted."""
    point = Point(1)
    with pytest.raises(FrozenInstanceError, match="cannot change field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot change field 'z'"):
        point.z = 2  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError, match="cannot change field 'x'"):
        del point.x
    assert point.x == 1


def test_frozen_dataclasses_are_made_in_one_way() -> None:
    """No module of ours defines the slow kind; `values.frozen` makes the same."""
    package = Path(ailabel.__file__).parent
    slow = [
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        if "\n@dataclass(frozen=True" in path.read_text(encoding="utf-8")
    ]
    assert slow == []
