"""C2PA manifests: whether a file carries one, where, and what it says of AI [C2PA 2.2].

A manifest binds the file's bytes by a hash, so that whatever is written afterwards breaks it: the
label is to be written first, and the file signed then. Finding a manifest, and reading what it
says, need no C2PA library; whether it is valid is for `traces.c2pa_validity` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import AilabelError, MalformedFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.model.trace import Trace
    from ailabel.spi import Entry, Tracer
    from ailabel.traces.c2pa_places import Place

__all__ = ["TRACER", "find_manifest", "manifests"]

_REMOTE: Final = ("xmp", "dcterms:provenance")  # [C2PA 2.2 A.5]


def find_manifest(view: View, format_id: str) -> str | None:
    """Return where a file's C2PA manifest stands, in the format's own terms, or None.

    Args:
        view: the file; it was read before, so its container is whole.
        format_id: its format.
    """
    found = next(manifests(view, format_id), None)
    return None if found is None else found.location


def manifests(view: View, format_id: str) -> Iterator[Place]:
    """Yield the places of the manifest stores of a file.

    Args:
        view: the file.
        format_id: its format.
    """
    from ailabel.traces.c2pa_places import FINDERS

    finder = FINDERS.get(format_id)
    if finder is None:
        return
    try:
        yield from finder(view)
    except MalformedFileError:
        return  # bytes behind the container's own structures, which its carrier accepts


class _C2pa:
    """Says of each manifest store what it says of AI, and of none that a file names one elsewhere.

    A file may name a manifest that stands on a server; that one is not fetched.
    """

    formats: Sequence[str] = ()

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterable[Trace]:
        """Read the stores; where one cannot be read, say so."""
        found = [_told(view, place) for place in manifests(view, format_id)]
        if found:
            return found
        remote = [entry for entry in entries if (entry.system, entry.key) == _REMOTE]
        if not remote:
            return []
        from ailabel.traces import c2pa_claims

        return [c2pa_claims.remote(entry) for entry in remote]


TRACER: Final[Tracer] = _C2pa()


def _told(view: View, place: Place) -> Trace:
    from ailabel.traces import c2pa_claims

    try:
        return c2pa_claims.read(place, place.read(view), view.limits)
    except AilabelError:
        return c2pa_claims.unreadable(place)
