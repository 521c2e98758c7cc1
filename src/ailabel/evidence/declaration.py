"""The app and its provider, as a TOML file declares them.

::

    [app]
    name = "画灵"
    version = "2.3.0"

    [provider]
    name = "示例科技有限公司"
    code = "001191350100M000100Y4310000"

    [[generates]]
    medium = "image"
    what = "文生图、图生图"
    samples = ["pictures/*"]
    screens = ["screens/gallery.png"]
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ailabel.config.files import read_toml
from ailabel.config.problems import no_such
from ailabel.errors import LabelError
from ailabel.messages import Message, Reasons
from ailabel.model.provider import parse_code
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MEDIA", "Declaration", "Filing", "Service", "read_declaration"]

MEDIA: Final = ("text", "document", "image", "audio", "video", "scene")
_LONGEST: Final = 1 << 18  # bytes of a declaration
_LONGEST_TEXT: Final = 2000  # characters of one value
_NEEDED: Final = "needed"
_TABLES: Final[Mapping[str, Mapping[str, str]]] = {  # table: key: whether it must be there
    "app": {"name": _NEEDED, "version": _NEEDED, "package": "", "url": ""},
    "provider": {"name": _NEEDED, "code": "", "contact": ""},
    "agreement": {"version": "", "url": ""},
    "generates": {"medium": _NEEDED, "what": _NEEDED, "around": "", "samples": "", "screens": ""},
    "filings": {"kind": _NEEDED, "number": _NEEDED, "date": ""},
}
_MANY: Final = ("generates", "filings")
_LISTS: Final = ("samples", "screens")


@frozen(kw_only=True)
class Service:
    """What an app generates in one medium.

    Args:
        medium: one of `MEDIA`.
        what: in the provider's words.
        around: what the provider says stands around the content where it is shown, or empty.
        samples: patterns of the samples; none means all files of that medium.
        screens: patterns of screenshots that show the label in the interface.
    """

    medium: str
    what: str
    around: str = ""
    samples: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()


@frozen(kw_only=True)
class Filing:
    """A filing or an assessment, in the provider's words."""

    kind: str
    number: str
    date: str = ""


@frozen(kw_only=True)
class Declaration:
    """What a provider declares of an app.

    Args:
        app: ``name``, ``version``, ``package``, ``url``; empty where not said.
        provider: ``name``, ``code``, ``contact``; empty where not said.
        agreement: ``version``, ``url`` of the service agreement.
        services: what is generated, each medium once.
        filings: in the order of the file.
    """

    app: Mapping[str, str]
    provider: Mapping[str, str]
    agreement: Mapping[str, str]
    services: tuple[Service, ...]
    filings: tuple[Filing, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What a label's ContentProducer may say: the provider's code, or its name."""
        return tuple(filter(None, (self.provider["code"], self.provider["name"])))


def read_declaration(path: str | os.PathLike[str]) -> Declaration:
    """Read a declaration.

    Raises:
        LabelError: it cannot be read, is no TOML, lacks something, or has a key or a value that is
            not known; every problem is listed.
    """
    name = os.fspath(path)
    tables = read_toml(name, _LONGEST, LabelError)
    problems = list(_problems(tables))
    if problems:
        raise LabelError(
            "the declaration {path} cannot be used: {reasons}",
            path=name,
            problems=Reasons(problems),
        )
    return Declaration(
        app=_filled("app", tables),
        provider=_filled("provider", tables),
        agreement=_filled("agreement", tables),
        services=tuple(_service(table) for table in tables["generates"]),
        filings=tuple(Filing(**table) for table in tables.get("filings", ())),
    )


def _filled(name: str, tables: Mapping[str, Any]) -> dict[str, str]:
    return {key: tables.get(name, {}).get(key, "") for key in _TABLES[name]}


def _service(table: Mapping[str, Any]) -> Service:
    found: dict[str, Any] = {
        key: tuple(item) if key in _LISTS else item for key, item in table.items()
    }
    return Service(**found)


def _problems(tables: Mapping[str, Any]) -> Iterator[Message]:
    for name, value in tables.items():
        if name not in _TABLES:
            yield no_such(name, _TABLES)
        elif name in _MANY and not (isinstance(value, list) and value):
            yield Message("{name} must be a list of tables", {"name": name})
        elif name not in _MANY and not isinstance(value, dict):
            yield Message("{name} must be a table", {"name": name})
        else:
            for number, table in enumerate(value if name in _MANY else [value]):
                where = f"{name}[{number + 1}]" if name in _MANY else name
                yield from _in_table(where, _TABLES[name], table)
    for name in ("app", "provider", "generates"):
        if name not in tables:
            yield Message("{name} is missing", {"name": name})
    yield from _wrong_values(tables)


def _in_table(where: str, keys: Mapping[str, str], table: object) -> Iterator[Message]:
    if not isinstance(table, dict):
        yield Message("{name} must be a table", {"name": where})
        return
    for key, value in table.items():
        full = f"{where}.{key}"
        if key not in keys:
            yield no_such(full, [f"{where}.{known}" for known in keys])
        elif key in _LISTS:
            if not (isinstance(value, list) and all(_is_text(item) for item in value)):
                yield Message("{name} must be a list of patterns", {"name": full})
        elif not _is_text(value):
            yield Message(
                "{name} must be text of at most {most} characters",
                {
                    "name": full,
                    "most": _LONGEST_TEXT,
                },
            )
    for key, needed in keys.items():
        if needed and not table.get(key):
            yield Message("{name} is missing", {"name": f"{where}.{key}"})


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST_TEXT
        and all(char.isprintable() or char in "\n\t" for char in value)
    )


def _wrong_values(tables: Mapping[str, Any]) -> Iterator[Message]:
    """Name what is text, but not the text that it should be."""
    services = tables.get("generates")
    named = [
        table["medium"]
        for table in (services if isinstance(services, list) else ())
        if isinstance(table, dict) and isinstance(table.get("medium"), str)
    ]
    for medium in named:
        if medium not in MEDIA:
            yield Message(
                "{name} is no medium; known are {known}",
                {"name": medium, "known": ", ".join(MEDIA)},
            )
    for medium in sorted({medium for medium in named if named.count(medium) > 1}):
        yield Message("the medium {name} stands twice", {"name": medium})
    provider = tables.get("provider")
    code = provider.get("code") if isinstance(provider, dict) else None
    if isinstance(code, str) and code:
        try:
            parse_code(code)
        except LabelError as error:
            yield Message(error.text, error.params)
