"""Frozen values: dataclasses that cost next to nothing to define.

``@dataclass(frozen=True, slots=True)`` writes and compiles six methods for every class, half a
millisecond each time; with fifty classes that was half the time of a short command. What `frozen`
makes is the same dataclass, so that `dataclasses.replace`, `fields` and `asdict` take it. But all
of them share their methods, and a constructor is compiled when it is first asked for.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["frozen"]

_Class = TypeVar("_Class", bound=type[object])


@overload
def frozen(cls: _Class, /) -> _Class: ...


@overload
def frozen(*, kw_only: bool = False) -> Callable[[_Class], _Class]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type | None = None, /, *, kw_only: bool = False) -> object:
    """Make a class a frozen dataclass with slots.

    Args:
        cls: the class; its annotations are its fields, as for `dataclasses.dataclass`.
        kw_only: whether the constructor takes its fields by name only.
    """
    if cls is None:
        return partial(frozen, kw_only=kw_only)
    cls.__doc__ = cls.__doc__ or cls.__name__  # or dataclass would make one from the constructor
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)


class _Constructor:
    """Stands for a constructor until somebody calls it or looks at it."""

    def __get__(self, instance: object, owner: type[Any]) -> Callable[..., None]:
        made = owner.__init__ = _compiled(owner)
        return made if instance is None else partial(made, instance)


def _compiled(cls: type[Any]) -> Callable[..., None]:
    """Compile ``__init__``, which fills the slots by their descriptors, past `_refuse`."""
    names: dict[str, Any] = {"_unset": object()}
    parameters, body = ["self"], []
    for item in fields(cls):
        parameter = given = item.name
        if item.default_factory is not MISSING:
            names[f"_make_{item.name}"] = item.default_factory
            parameter += "=_unset"
            given = f"_make_{item.name}() if {item.name} is _unset else {item.name}"
        elif item.default is not MISSING:
            names[f"_default_{item.name}"] = item.default
            parameter += f"=_default_{item.name}"
        if item.kw_only and "*" not in parameters:
            parameters.append("*")
        parameters.append(parameter)
        names[f"_set_{item.name}"] = cls.__dict__[item.name].__set__
        body.append(f"_set_{item.name}(self, {given})")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}): {'; '.join(body)}", names)  # noqa: S102 - as dataclass does
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


# -- what all values share -------------------------------------------------------------------------


def _content(self: Any) -> tuple[object, ...]:  # noqa: ANN401 - a value of any type
    return tuple(map(getattr, repeat(self), self.__slots__))


def _equal(self: object, other: object) -> bool:
    return _content(self) == _content(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash(_content(self))


def _repr(self: Any) -> str:  # noqa: ANN401 - a value of any type
    shown = [f"{item.name}={getattr(self, item.name)!r}" for item in fields(self) if item.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: object, name: str, new: object = None) -> None:
    del self, new
    raise FrozenInstanceError(f"cannot change field {name!r}")


def _restore(self: Any, content: tuple[object, ...]) -> None:  # noqa: ANN401 - a value of any type
    for name, found in zip(self.__slots__, content, strict=True):
        object.__setattr__(self, name, found)


_METHODS: Final[dict[str, object]] = {
    "__init__": _Constructor(),
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__getstate__": _content,
    "__setstate__": _restore,
}
