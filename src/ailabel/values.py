"""Frozen values: dataclasses that cost next to nothing to define.

``@dataclass(frozen=True, slots=True)`` writes and compiles six methods for every class, half a
millisecond each time; with fifty classes that was half the time of a short command. What `frozen`
makes is the same dataclass, so that `dataclasses.replace`, `fields` and `asdict` take it. But all
of them share their methods; a constructor is compiled when it is first asked for, and what
`dataclasses` wants to know of a class is put together when it asks.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, field, fields, make_dataclass, replace
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
    names = tuple(cls.__annotations__)
    body = {key: item for key, item in vars(cls).items() if key not in _ADDED_BY_TYPE}
    defaults = [_as_field(body.pop(name, MISSING)) for name in names]
    body |= _METHODS
    body["__init__"] = _Constructor(defaults, kw_only=kw_only)
    body["__dataclass_fields__"] = _Fields(defaults, kw_only=kw_only)
    body["__dataclass_params__"] = _Params(defaults, kw_only=kw_only)
    body["__match_args__"] = () if kw_only else names
    body["__slots__"] = names
    return type(cls.__name__, cls.__bases__, body | {"__qualname__": cls.__qualname__})


_ADDED_BY_TYPE: Final = {"__dict__", "__weakref__"}


def _as_field(default: Any) -> Field[Any]:  # noqa: ANN401 - of any type
    return default if isinstance(default, Field) else field(default=default)


class _OnDemand:
    """Stands for an attribute of a class until somebody asks for it."""

    def __init__(self, defaults: list[Field[Any]], *, kw_only: bool) -> None:
        self.defaults = defaults
        self.kw_only = kw_only
        self.owner: Any = None

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner


class _Constructor(_OnDemand):
    """``__init__``."""

    def __get__(self, instance: object, owner: type) -> Callable[..., None]:
        made = self.owner.__init__ = self._compiled()
        return made if instance is None else partial(made, instance)

    def _compiled(self) -> Callable[..., None]:
        """Compile the function, which fills the slots by their descriptors, past `_refuse`."""
        owner = self.owner
        names: dict[str, Any] = {"_unset": object()}
        parameters = ["self", "*"] if self.kw_only else ["self"]
        body = []
        for name, default in zip(owner.__slots__, self.defaults, strict=True):
            parameter = given = name
            if default.default_factory is not MISSING:
                names[f"_make_{name}"] = default.default_factory
                parameter = f"{name}=_unset"
                given = f"_make_{name}() if {name} is _unset else {name}"
            elif default.default is not MISSING:
                names[f"_default_{name}"] = default.default
                parameter = f"{name}=_default_{name}"
            names[f"_set_{name}"] = owner.__dict__[name].__set__
            parameters.append(parameter)
            body.append(f"_set_{name}(self, {given})")
        if hasattr(owner, "__post_init__"):
            body.append("self.__post_init__()")
        exec(f"def __init__({', '.join(parameters)}): {'; '.join(body)}", names)  # noqa: S102 - as dataclass does
        made: Callable[..., None] = names["__init__"]
        made.__qualname__ = f"{owner.__qualname__}.__init__"
        made.__annotations__ = {**owner.__annotations__, "return": "None"}
        return made


class _Fields(_OnDemand):
    """``__dataclass_fields__``, by which `dataclasses` knows its own."""

    def __get__(self, instance: object, owner: type) -> dict[str, Field[Any]]:
        cls = self.owner
        kinds = zip(cls.__slots__, cls.__annotations__.values(), self.defaults, strict=True)
        twin = make_dataclass(
            cls.__name__, kinds, init=False, repr=False, eq=False, kw_only=self.kw_only
        )
        made: dict[str, Field[Any]] = twin.__dataclass_fields__  # type: ignore[attr-defined]
        cls.__dataclass_fields__ = made
        return made


class _Params(_OnDemand):
    """``__dataclass_params__``, by which printers of objects know how a dataclass was made."""

    def __get__(self, instance: object, owner: type) -> object:
        twin = make_dataclass(self.owner.__name__, (), init=False, repr=True, eq=True, frozen=True)
        made: object = twin.__dataclass_params__  # type: ignore[attr-defined]
        self.owner.__dataclass_params__ = made
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


def _replaced(self: Any, /, **changes: object) -> object:  # noqa: ANN401 - a value of any type
    return replace(self, **changes)


def _refuse(self: object, name: str, new: object = None) -> None:
    del self, new
    raise FrozenInstanceError(f"cannot change field {name!r}")


def _restore(self: Any, content: tuple[object, ...]) -> None:  # noqa: ANN401 - a value of any type
    for name, found in zip(self.__slots__, content, strict=True):
        object.__setattr__(self, name, found)


_METHODS: Final[dict[str, object]] = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__replace__": _replaced,  # what `copy.replace` calls, from Python 3.13 on
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__getstate__": _content,
    "__setstate__": _restore,
}
