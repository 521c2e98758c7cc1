"""TOML files into checked tables: every value as it is meant, every problem in one list."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ailabel.config.files import parse_toml, read_bytes
from ailabel.config.keys import PATHS, TOP, Key, keys_of, patterns, rules
from ailabel.config.problems import WrongValueError, no_such
from ailabel.errors import ConfigError
from ailabel.messages import Message, Reasons
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ailabel.config.profile import Value

__all__ = ["Section", "Tables", "checked", "fail", "read_options", "read_tables"]

_LONGEST: Final = 1 << 20  # bytes of a file; ours
_SECTIONS: Final = 1000  # tables [[paths]] of a file, or patterns with rules of their own; ours
_PROBLEMS: Final = 100  # looking for the key that may be meant takes its time; ours
_IGNORES: Final = "per-file-ignores"
_STRUCTURE: Final = ("paths", _IGNORES)  # keys that hold tables


@frozen
class Section:
    """What holds for the paths that patterns match.

    Args:
        match: the patterns.
        values: by the names of their keys.
        where: what the section is called, such as ``paths[2]``.
    """

    match: tuple[str, ...]
    values: Mapping[str, Value]
    where: str


@frozen(kw_only=True)
class Tables:
    """What one file says.

    Args:
        file: its path.
        extend: path of the file that it builds on, or None.
        values: what holds for every path, by the names of their keys.
        sections: tables ``[[paths]]``, in their order.
        ignores: entries of ``per-file-ignores``, in their order; their value is ``ignore``.
    """

    file: str
    extend: str | None
    values: Mapping[str, Value]
    sections: tuple[Section, ...]
    ignores: tuple[Section, ...]


def read_tables(path: str) -> Tables | None:
    """Read a configuration; of ``pyproject.toml`` the table ``tool.ailabel``.

    Returns:
        What it says; None for a ``pyproject.toml`` without that table.

    Raises:
        ConfigError: it is no TOML, is too long, or has a key or a value that is not known; every
            problem is listed; it cannot be read.
    """
    data = read_bytes(path, _LONGEST, ConfigError)
    inner = os.path.basename(path) == "pyproject.toml"  # noqa: PTH119 - no pathlib here
    if inner and b"ailabel" not in data:
        return None
    document = parse_toml(path, data, ConfigError)
    if not inner:
        return _tables(path, document)
    tool = document.get("tool")
    table = tool.get("ailabel") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        fail(path, [Message("{name} must be {wanted}", _table("tool.ailabel"))])
    return _tables(path, table)


def checked(
    place: str,
    table: Mapping[str, Any],
    prefix: str,
    problems: list[Message],
    others: tuple[str, ...] = (),
) -> dict[str, Value]:
    """Return the values of a table by the names of their keys; append what is wrong to a list.

    Args:
        place: what kind of table it is, as in `keys`.
        table: the table as it was read.
        prefix: what the names of its keys are preceded by in messages.
        problems: gets what cannot be used.
        others: further keys that the table may have, which are read elsewhere.
    """
    known = keys_of(place)
    found: dict[str, Value] = {}
    for name, value in table.items():
        if name in known:
            try:
                found[name] = known[name].check(prefix + name, value)
            except WrongValueError as error:
                problems.append(error.message)
        elif name not in others and len(problems) < _PROBLEMS:
            problems.append(no_such(name, (*known, *others), prefix))
    return found


def read_options(options: Mapping[str, Any]) -> tuple[dict[str, Value], tuple[Section, ...] | None]:
    """Check what the command line says, by the names of the keys of a configuration.

    Returns:
        The values, and the entries of ``per-file-ignores``, None where it says nothing of that.

    Raises:
        ConfigError: a value cannot be used; every problem is listed.
    """
    problems: list[Message] = []
    plain = {name: value for name, value in options.items() if name != _IGNORES}
    values = checked(TOP, plain, "--", problems)
    ignores = _ignores(options[_IGNORES], problems) if _IGNORES in options else None
    if problems:
        raise ConfigError("the options cannot be used: {reasons}", problems=Reasons(problems))
    return values, None if ignores is None else tuple(ignores)


def fail(path: str, problems: list[Message]) -> NoReturn:
    """Raise the error that says what is wrong with a file.

    Raises:
        ConfigError: always.
    """
    raise ConfigError("{path} cannot be used: {reasons}", path=path, problems=Reasons(problems))


def _tables(path: str, document: Mapping[str, Any]) -> Tables:
    problems: list[Message] = []
    values = checked(TOP, document, "", problems, _STRUCTURE)
    sections = _sections(document.get("paths", []), problems)
    ignores = _ignores(document.get(_IGNORES, {}), problems)
    if problems:
        fail(path, problems)
    folder = os.path.dirname(path)  # noqa: PTH120 - no pathlib here
    values = _placed(folder, values, keys_of(TOP))
    extend = values.pop("extend", None)
    return Tables(
        file=path,
        extend=None if extend is None else str(extend),
        values=values,
        sections=tuple(
            Section(item.match, _placed(folder, item.values, keys_of(PATHS)), item.where)
            for item in sections
        ),
        ignores=tuple(ignores),
    )


def _sections(tables: object, problems: list[Message]) -> list[Section]:
    if not isinstance(tables, list) or len(tables) > _SECTIONS:
        problems.append(
            Message(
                "{name} must be {wanted}",
                {"name": "paths", "wanted": Message("tables [[paths]]")},
            )
        )
        return []
    found = []
    for index, table in enumerate(tables):
        where = f"paths[{index}]"
        if not isinstance(table, dict):
            problems.append(Message("{name} must be {wanted}", _table(where)))
            continue
        values = checked(PATHS, table, f"{where}.", problems, ("match",))
        match = _patterns(f"{where}.match", table.get("match"), problems)
        found.append(Section(match, values, where))
    return found


def _ignores(table: object, problems: list[Message]) -> list[Section]:
    if not isinstance(table, dict):
        problems.append(Message("{name} must be {wanted}", _table(_IGNORES)))
        return []
    if len(table) > _SECTIONS:
        problems.append(Message("{name} is too long", {"name": _IGNORES}))
        return []
    found = []
    for pattern, ids in table.items():
        where = f"{_IGNORES}.{pattern}"
        match = _patterns(where, pattern, problems)
        try:
            found.append(Section(match, {"ignore": rules(where, ids)}, where))
        except WrongValueError as error:
            problems.append(error.message)
    return found


def _patterns(name: str, value: object, problems: list[Message]) -> tuple[str, ...]:
    try:
        found = patterns(name, value)
    except WrongValueError as error:
        problems.append(error.message)
        return ()
    if not found:
        problems.append(Message("{name} is empty", {"name": name}))
    return found


def _table(name: str) -> dict[str, object]:
    return {"name": name, "wanted": Message("a table")}


def _placed(folder: str, values: Mapping[str, Value], known: Mapping[str, Key]) -> dict[str, Value]:
    """Let the paths among values count from a folder."""
    return {
        name: _below(folder, value) if known[name].path else value for name, value in values.items()
    }


def _below(folder: str, value: Any) -> Any:  # noqa: ANN401 - a text for a text, a tuple for a tuple
    if isinstance(value, tuple):
        return tuple(_below(folder, item) for item in value)
    if not isinstance(value, str):
        return value
    return os.path.normpath(os.path.join(folder, value))  # noqa: PTH118 - no pathlib here
