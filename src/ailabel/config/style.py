"""Files that say how labels look and sound, read into what `LabelSpec` takes.

A style is a TOML file with a table for each medium. It chooses among what the standard allows, and
cannot go below it: `LabelSpec` refuses a height under 5 % or a wording without both elements.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.files import read_toml
from ailabel.config.problems import no_such
from ailabel.errors import LabelError
from ailabel.messages import Message, Reasons
from ailabel.spi import Look

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["read_style"]

_LONGEST: Final = 1 << 16  # bytes of a style
_MOST: Final = 1_000_000  # of a number; ours
_NUMBER: Final = (int, float)
_KINDS: Final[Mapping[str, Mapping[str, tuple[type, ...]]]] = {  # table: key: types of its value
    "": {"wording": (str,), "font": (str,), "voice": (str,)},
    "text": {"text": (str,), "position": (str,), "mark": (str,)},
    "document": {"text": (str,), "position": (str,)},
    "image": {
        "text": (str,),
        "position": (str,),
        "height": _NUMBER,
        "margin": _NUMBER,
        "plate": (str,),
        "opacity": _NUMBER,
    },
    "audio": {"position": (str,), "mark": (str,)},
    "video": {"text": (str,), "position": (str,), "duration": _NUMBER, "also": (list,)},
}
_MARKS: Final = {"text": "text_mark", "audio": "audio_mark"}


def read_style(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a style file into arguments for `LabelSpec`.

    Args:
        path: a TOML file; paths of a font or a recording in it count from its folder.

    Raises:
        LabelError: it cannot be read, is no TOML, or has a key or a value that a style does not
            know; every problem is listed.
    """
    name = os.fspath(path)
    style = read_toml(name, _LONGEST, LabelError)
    problems = list(_problems(style))
    if problems:
        raise LabelError(
            "the style {path} cannot be used: {reasons}", path=name, problems=Reasons(problems)
        )
    return _arguments(style, os.path.dirname(name))  # noqa: PTH120 - no pathlib here


def _problems(tables: Mapping[str, Any]) -> Iterator[Message]:
    top = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    yield from _unknown("", top)
    for name, table in tables.items():
        if not isinstance(table, dict):
            continue
        if name not in _KINDS:
            yield no_such(name, [medium for medium in _KINDS if medium])
        else:
            yield from _unknown(name, table)


def _unknown(name: str, table: Mapping[str, Any]) -> Iterator[Message]:
    kinds = _KINDS[name]
    for key, value in table.items():
        full = f"{name}.{key}" if name else key
        if key not in kinds:
            yield no_such(key, kinds, f"{name}." if name else "")
        elif not _is(value, kinds[key]):
            wanted = (
                "a number" if kinds[key] is _NUMBER else "a list" if list in kinds[key] else "text"
            )
            yield Message("{name} must be {wanted}", {"name": full, "wanted": Message(wanted)})
        elif isinstance(value, list) and not all(isinstance(item, str) for item in value):
            yield Message("{name} must be a list of places", {"name": full})


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    """Say whether a value is of one of these types, and one that means something."""
    if isinstance(value, bool) or not isinstance(value, kinds):
        return False
    if isinstance(value, _NUMBER):
        return -_MOST < value < _MOST  # neither endless, nor no number at all
    return not (isinstance(value, str) and "\0" in value)


def _arguments(tables: Mapping[str, Any], folder: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("wording", "font", "voice"):
        if key in tables:
            value = tables[key]
            found[key] = value if key == "wording" else os.path.join(folder, value)  # noqa: PTH118 - same
    for key in ("text", "position"):
        by_medium = {
            name: tables[name][key] for name in _KINDS if key in tables.get(name, {}) and name
        }
        if by_medium:
            found[key] = by_medium
    for medium, argument in _MARKS.items():
        if "mark" in tables.get(medium, {}):
            found[argument] = tables[medium]["mark"]
    look = {
        key: value
        for key, value in tables.get("image", {}).items()
        if key not in {"text", "position"}
    }
    if look:
        found["look"] = Look(**look)
    film = tables.get("video", {})
    if "duration" in film:
        found["duration"] = float(film["duration"])
    if "also" in film:
        found["also"] = tuple(film["also"])
    return found
