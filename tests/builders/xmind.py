"""Mind maps made by hand, as XMind (2020 and later) and XMind 8 write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from builders.odt import ESCAPED, LABEL, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ESCAPED", "LABEL", "METADATA", "modern", "old", "samples", "xmind", "zipped"]

METADATA: Final = (
    '{"dataStructureVersion":"2","creator":{"name":"Vana","version":"23.05.3170"},'
    ' "layoutEngineVersion":"3"%s}\n'
)
_CONTENT: Final = (
    '[{"id":"1","class":"sheet","title":"图 1","rootTopic":{"id":"2","class":"topic",'
    '"title":"中心主题"}}]'
)
_MANIFEST: Final = '{"file-entries":{"content.json":{},"Thumbnails/thumbnail.png":{}%s}}'
_MAP: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?><xmap-content'
    ' xmlns="urn:xmind:xmap:xmlns:content:2.0" version="2.0"><sheet id="1"><topic id="2">'
    "<title>中心主题</title></topic><title>图 1</title></sheet></xmap-content>"
)
_META: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<meta xmlns="urn:xmind:xmap:xmlns:meta:2.0" version="2.0"><Author><Name>Müller</Name></Author>'
    "<Create><Time>2024-02-29 12:34:56</Time></Create>%s</meta>"
)
_OLD_MANIFEST: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<manifest xmlns="urn:xmind:xmap:xmlns:manifest:1.0">'
    '<file-entry full-path="content.xml" media-type="text/xml"/>%s</manifest>'
)


def modern(more: str | None = "") -> dict[str, bytes]:
    """Return the members of a map in JSON.

    Args:
        more: members of ``metadata.json``, each behind a comma; None leaves the file out.
    """
    listed = "" if more is None else ',"metadata.json":{}'
    members = {
        "content.json": _CONTENT,
        "content.xml": _MAP.replace("xmap-content", "xmap-notice"),
        "manifest.json": _MANIFEST % listed,
    }
    if more is not None:
        members["metadata.json"] = METADATA % more
    return {name: text.encode() for name, text in members.items()} | {
        "Thumbnails/thumbnail.png": b"\x89PNG"
    }


def old(more: str | None = "") -> dict[str, bytes]:
    """Return the members of a map in XML.

    Args:
        more: elements of ``meta.xml``; None leaves the file out.
    """
    listed = '<file-entry full-path="meta.xml" media-type="text/xml"/>'
    members = {
        "content.xml": _MAP,
        "META-INF/manifest.xml": _OLD_MANIFEST % ("" if more is None else listed),
    }
    if more is not None:
        members["meta.xml"] = _META % more
    return {name: text.encode() for name, text in members.items()}


def xmind(more: str | None = "") -> bytes:
    """Return a map in JSON; see `modern`."""
    return zipped(modern(more))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid maps."""
    listless = modern()
    del listless["manifest.json"]
    both = modern(f',"AIGC":{LABEL}') | {"meta.xml": old(f"<AIGC>{LABEL}</AIGC>")["meta.xml"]}
    stray = old() | {"metadata.json": f'{{"AIGC":{LABEL},"a":1}}'.encode()}
    yield "plain.xmind", xmind()
    yield "labelled.xmind", xmind(f',\n "AIGC" : {LABEL}, "last":[1]')
    yield "text.xmind", xmind(f',"AIGC":{json.dumps(LABEL)}')
    yield "other-names.xmind", xmind(f',"aigc":{LABEL},"description":{json.dumps(LABEL)}')
    yield "no-metadata.xmind", xmind(None)
    yield "no-manifest.xmind", zipped(listless)
    yield "both.xmind", zipped(both)
    yield "eight.xmind", zipped(old())
    yield "eight-labelled.xmind", zipped(old(f"<AIGC>{ESCAPED}</AIGC><Last>x</Last>"))
    yield "eight-comment.xmind", zipped(old(f"<Comment>{LABEL}</Comment>"))
    yield "eight-no-meta.xmind", zipped(old(None))
    yield "eight-stray.xmind", zipped(stray)
