"""Signs of AI origin, or of protection, other than our label; one module a kind.

Each module binds `TRACER` (`spi.Tracer`). The texts of a file's metadata are gathered once, by the
modules in `traces.places`, and every tracer looks through them; those that need more than texts
read the file themselves.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

from ailabel.errors import AilabelError, PluginError

if TYPE_CHECKING:
    from ailabel.io.source import View
    from ailabel.model.trace import Trace
    from ailabel.spi import Tracer

__all__ = ["find", "tracers"]

_GROUP: Final = "ailabel.tracers"
_MODULES: Final = ("c2pa", "iptc", "named", "schemes", "samsung", "stealth", "film")


def find(view: View, format_id: str, *, validate: bool = False) -> tuple[Trace, ...]:
    """Find the traces in a file, by kind and in file order. None proves nothing.

    Damaged metadata, and kinds that cannot be looked into, are passed over; of more traces than
    `Limits.labels` the first are told.

    Args:
        view: the file, which the carrier of its format has claimed.
        format_id: its format.
        validate: whether C2PA manifests are to be checked, with the extra ``c2pa``, which takes
            long; otherwise traces say only what manifests claim.

    Raises:
        PluginError: an extension that brings a kind of its own is broken.
        MissingExtraError: manifests are to be checked, and the package for it is absent.
    """
    from ailabel.traces.places import entries

    texts = entries(view, format_id)
    found: list[Trace] = []
    for tracer in tracers(format_id):
        try:
            found += islice(tracer.find(view, format_id, texts), view.limits.labels - len(found))
        except AilabelError:
            continue
    return _checked_manifests(view, format_id, found) if validate else tuple(found)


def _checked_manifests(view: View, format_id: str, found: list[Trace]) -> tuple[Trace, ...]:
    from ailabel.traces.c2pa_validity import checked

    return tuple(
        checked(view, format_id, trace) if trace.kind == "c2pa" else trace for trace in found
    )


@lru_cache(maxsize=128)
def tracers(format_id: str) -> tuple[Tracer, ...]:
    """Return the tracers that look into a format, our own first.

    Raises:
        PluginError: an extension is broken.
    """
    own: list[Tracer] = [import_module(f"{__name__}.{name}").TRACER for name in _MODULES]
    every = (*own, *(tracer for _, tracer in _plugins()))
    return tuple(item for item in every if not item.formats or format_id in item.formats)


@lru_cache(maxsize=1)
def _plugins() -> tuple[tuple[str, Tracer], ...]:
    from ailabel import plugins

    return tuple((name, _checked(name, found)) for name, found in plugins.load(_GROUP))


def _checked(name: str, found: object) -> Tracer:
    if not all(hasattr(found, attribute) for attribute in ("formats", "find")):
        raise PluginError("the extension {name} is no tracer", name=name)
    return cast("Tracer", found)
