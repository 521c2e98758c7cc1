"""Which carrier and which marker handle a file.

The index (`registry_index`) is made by ``scripts/make_registry.py`` from the carriers themselves,
and a test keeps it current; so that detecting a file imports the one module that it needs. Other
packages add carriers by the entry point group ``ailabel.carriers``, which is looked at only when
no carrier of our own claims the file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from ailabel import plugins
from ailabel.errors import PluginError, UnsupportedFormatError
from ailabel.registry_index import CARRIERS, INSPECTORS, MARKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ailabel.io.source import View
    from ailabel.model.media import Format, Match
    from ailabel.spi import Carrier, Marker

__all__ = ["carrier_of", "carriers", "claims", "detect", "formats", "inspector_of", "marker_of"]

_GROUP: Final = "ailabel.carriers"
_DATA: Final = (".json", ".jsonl", ".ndjson")
_HEAD: Final = 16  # no signature reaches further; so short, heads are few and can be remembered
_Pattern: TypeAlias = "tuple[str, Callable[[bytes], object]]"


def detect(view: View) -> Match:
    """Say which format a file has; content decides, the name refines.

    Raises:
        UnsupportedFormatError: no carrier claims the file.
        PluginError: two carriers claim it equally.
    """
    found = claims(view) or _best(view, (carrier for _, carrier in _plugins()))
    if not found and (view.name or "").lower().endswith(_DATA):
        raise UnsupportedFormatError(
            "JSON is data, and a label would be taken for some: show the label where the data are "
            "shown, and label the file that shows them"
        )
    if not found:
        raise UnsupportedFormatError("the file is of no format that ailabel labels")
    if len(found) > 1:
        names = ", ".join(sorted(match.format.id for match in found))
        raise PluginError("several carriers claim the file: {names}", names=names)
    return found[0]


def claims(view: View) -> list[Match]:
    """Return the strongest claims that our own carriers lay to a file."""
    return _best(view, _candidates(view))


def carrier_of(format_id: str) -> Carrier:
    """Return the carrier of a format.

    Raises:
        UnsupportedFormatError: there is none.
    """
    module = _homes().get(format_id)
    if module is not None:
        return _load(module)
    for _, carrier in _plugins():
        if any(item.id == format_id for item in carrier.formats):
            return carrier
    raise UnsupportedFormatError("there is no format {name}", name=format_id)


def marker_of(format_id: str) -> Marker | None:
    """Return the marker of a format, or None where the format cannot show a label."""
    module = MARKERS.get(format_id)
    marker: Marker | None = import_module(f"ailabel.marks.{module}").MARKER if module else None
    return marker


def inspector_of(format_id: str) -> Marker | None:
    """Return what looks for the label in a format, whether or not it can put one in."""
    module = INSPECTORS.get(format_id)
    if module is None:
        return marker_of(format_id)
    marker: Marker = import_module(f"ailabel.marks.{module}").MARKER
    return marker


def carriers() -> Iterator[Carrier]:
    """Yield every carrier, our own first, in the order of the index."""
    for module in CARRIERS:
        yield _load(module)
    for _, carrier in _plugins():
        yield carrier


def formats() -> tuple[Format, ...]:
    """Return every format, our own first."""
    return tuple(item for carrier in carriers() for item in carrier.formats)


def _candidates(view: View) -> Iterator[Carrier]:
    """Yield the carriers worth asking: a signature fits, or for text the suffix."""
    head = view.read_some(0, _HEAD)
    name = (view.name or "").lower()
    for module in (*_signed(head), *_unsigned(name[name.rfind(".") :])):
        yield _load(module)


@lru_cache(maxsize=512)
def _signed(head: bytes) -> tuple[str, ...]:
    """Return the modules one of whose signatures fits the start of a file."""
    return tuple(module for module, fits in _patterns()[head[:1]] if fits(head))


@lru_cache(maxsize=1)
def _patterns() -> dict[bytes, tuple[_Pattern, ...]]:
    """Return, for every byte that a file can begin with, the modules it leaves and their patterns.

    So that a head that is not remembered is quickly judged, too, each module's signatures are one
    expression, and few modules are left to ask.
    """
    rows: list[tuple[set[bytes], _Pattern]] = []
    for module, row in sorted(CARRIERS.items()):
        if row.signatures:
            fits = re.compile(b"|".join(map(_pattern, row.signatures)), re.DOTALL).match
            starts = {part[:1] if not offset else b"" for (offset, part), *_ in row.signatures}
            rows.append((starts, (module, fits)))
    return {
        first: tuple(pattern for starts, pattern in rows if first in starts or b"" in starts)
        for first in (b"", *(bytes([value]) for value in range(256)))
    }


def _pattern(parts: tuple[tuple[int, bytes], ...]) -> bytes:
    """Return an expression that matches where every part stands at its offset."""
    return b"".join(b"(?=.{%d}%b)" % (offset, re.escape(part)) for offset, part in parts)


@lru_cache(maxsize=256)
def _unsigned(suffix: str) -> tuple[str, ...]:
    """Return the modules of formats without a signature that a suffix names; all without one."""
    return tuple(
        module
        for module, row in CARRIERS.items()
        if not row.signatures and (suffix in row.suffixes or not suffix)
    )


@lru_cache(maxsize=1)
def _homes() -> dict[str, str]:
    """Return the module of every format of our own."""
    return {name: module for module, row in CARRIERS.items() for name in row.formats}


def _best(view: View, candidates: Iterable[Carrier]) -> list[Match]:
    found = [match for carrier in candidates if (match := carrier.sniff(view)) is not None]
    if len(found) < 2:  # noqa: PLR2004 - nothing to compare
        return found
    strongest = max(match.strength for match in found)
    return [match for match in found if match.strength == strongest]


@lru_cache(maxsize=64)
def _load(module: str) -> Carrier:
    carrier: Carrier = import_module(f"ailabel.carriers.{module}").CARRIER
    return carrier


@lru_cache(maxsize=1)
def _plugins() -> tuple[tuple[str, Carrier], ...]:
    """Load other packages' carriers, in the order of their names."""
    return tuple((name, _checked(name, found)) for name, found in plugins.load(_GROUP))


def _checked(name: str, found: object) -> Carrier:
    if not all(hasattr(found, attribute) for attribute in ("formats", "sniff", "read", "write")):
        raise PluginError("the extension {name} is no carrier", name=name)
    return cast("Carrier", found)
