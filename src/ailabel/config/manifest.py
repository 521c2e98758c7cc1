"""Manifests: what the pipeline that made files says of them.

One JSON document, ``{"version": 1, "files": {"a.png": {"ai": true}}}``, or JSON lines such as
``{"path": "a.png", "ai": true}``, of which the last for a path counts. Paths count from the folder
of the manifest. Keys that begin with ``x-`` are the pipeline's own.
``assets/schemas/manifest.schema.json`` says the same; a test compares them.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.files import read_bytes
from ailabel.config.keys import FILE
from ailabel.config.problems import no_such
from ailabel.config.tables import checked, fail
from ailabel.errors import ConfigError
from ailabel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.config.profile import Value

__all__ = ["read_manifest"]

_LONGEST: Final = 32 << 20  # bytes; ours
_PROBLEMS: Final = 20  # that are listed; ours
_VERSION: Final = 1


def read_manifest(path: str) -> dict[str, dict[str, Value]]:
    """Read a manifest.

    Returns:
        By absolute path, the values by the names of their keys.

    Raises:
        ConfigError: it cannot be read or is no manifest, or says something that is not known.
    """
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - no pathlib here
    problems: list[Message] = []
    found: dict[str, dict[str, Value]] = {}
    for place, name, table in _entries(path, _text(path), problems):
        if not isinstance(name, str) or not name or "\0" in name or not isinstance(table, dict):
            problems.append(Message("{name} must be {wanted}", _entry(place)))
        else:
            own = {key: value for key, value in table.items() if not key.startswith("x-")}
            whole = os.path.normpath(os.path.join(folder, name))  # noqa: PTH118 - of thousands
            found[whole] = checked(FILE, own, f"{place}.", problems)
        if len(problems) >= _PROBLEMS:
            break
    if problems:
        fail(path, problems)
    return found


def _text(path: str) -> str:
    try:
        return read_bytes(path, _LONGEST, ConfigError).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError("{path} is no UTF-8", path=path) from error


def _entries(path: str, text: str, problems: list[Message]) -> Iterator[tuple[str, object, object]]:
    """Yield place, path and table of each entry."""
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, problems))
    except (ValueError, RecursionError):
        yield from _lines(path, text, problems)
        return
    if isinstance(document, dict) and "path" in document and "files" not in document:
        yield from _lines(path, text, problems)
        return
    files = document.get("files") if isinstance(document, dict) else None
    if not isinstance(files, dict) or document.get("version") != _VERSION:
        raise ConfigError(
            '{path} is no manifest: that is a JSON object with "version": 1 and "files", or JSON '
            'lines with "path"',
            path=path,
        )
    others = document.keys() - {"version", "files"}
    problems += [no_such(key, ["version", "files"]) for key in others if not key.startswith("x-")]
    for name, table in files.items():
        yield f"files.{name}", name, table


def _lines(path: str, text: str, problems: list[Message]) -> Iterator[tuple[str, object, object]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            table = json.loads(line, object_pairs_hook=lambda pairs: _object(pairs, problems))
        except (ValueError, RecursionError) as error:
            raise ConfigError(
                "{path}, line {line} is no JSON: {reason}",
                path=path,
                line=number,
                reason=str(error),
            ) from error
        place = f"line {number}"
        if isinstance(table, dict):
            yield place, table.pop("path", None), table
        else:
            yield place, None, None


def _object(pairs: list[tuple[str, Any]], problems: list[Message]) -> dict[str, Any]:
    """Make an object of its members; one that stands there twice is a problem."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and len(problems) < _PROBLEMS:
            problems.append(Message("{name} stands there twice", {"name": name}))
        found[name] = value
    return found


def _entry(place: str) -> dict[str, object]:
    return {"name": place, "wanted": Message('an object with "path" as text')}
