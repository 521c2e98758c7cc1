"""XMP packets made by hand [XMP1 7], as other tools write them."""

from __future__ import annotations

from typing import Final

FOREIGN: Final = "<dc:source>a foreign property</dc:source>"

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"


def packet(inner: str, *, attributes: str = "", padding: int = 0) -> bytes:
    """Return an XMP packet [XMP1 7.3] with one description.

    Args:
        inner: the elements that it holds.
        attributes: further attributes and namespaces of the description.
        padding: bytes of white space before the trailer, as other tools leave them.
    """
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{_TC260}"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:xmpNote="http://ns.adobe.com/xmp/note/"{attributes}>{inner}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>" + " " * padding + '<?xpacket end="w"?>'
    ).encode()


def labelled(payload: str, *, padding: int = 0) -> bytes:
    """Return an XMP packet that holds the label as the guide prints it, and a foreign property."""
    escaped = payload.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return packet(f"{FOREIGN}<TC260:AIGC>{escaped}</TC260:AIGC>", padding=padding)
