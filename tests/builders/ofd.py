"""OFD files made by hand from GB/T 33190-2016."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.odt import ESCAPED, LABEL, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ESCAPED", "LABEL", "body", "custom", "entry", "ofd", "package", "samples", "zipped"]

_URI: Final = "http://www.ofdspec.org/2016"
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DOCUMENT: Final = (
    f'{_XML}<ofd:Document xmlns:ofd="{_URI}"><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID>'
    "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
    '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>'
)
_PAGE: Final = (
    f'{_XML}<ofd:Page xmlns:ofd="{_URI}"><ofd:Content><ofd:Layer ID="2"><ofd:TextObject ID="3"'
    ' Boundary="20 20 80 10" Font="4" Size="5"><ofd:TextCode X="0" Y="5">第一页</ofd:TextCode>'
    "</ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"
)


def custom(*datas: tuple[str, str]) -> str:
    """Return custom data, by name and markup."""
    rows = "".join(f'<ofd:CustomData Name="{name}">{text}</ofd:CustomData>' for name, text in datas)
    return f"<ofd:CustomDatas>{rows}</ofd:CustomDatas>"


def body(info: str = "", behind: str = "", number: int = 0) -> str:
    """Return a document's entry: more information about it, and what follows its root."""
    return (
        f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{number:032x}</ofd:DocID><ofd:Title>发票</ofd:Title>"
        f"{info}</ofd:DocInfo><ofd:DocRoot>Doc_{number}/Document.xml</ofd:DocRoot>{behind}"
        "</ofd:DocBody>"
    )


def entry(*bodies: str) -> str:
    """Return ``OFD.xml``."""
    return (
        f'{_XML}<ofd:OFD xmlns:ofd="{_URI}" Version="1.0" DocType="OFD">{"".join(bodies)}</ofd:OFD>'
    )


def package(*bodies: str) -> dict[str, bytes]:
    """Return the members of a file whose documents are of one page."""
    members = {"OFD.xml": entry(*bodies)}
    for number in range(len(bodies)):
        members[f"Doc_{number}/Document.xml"] = _DOCUMENT
        members[f"Doc_{number}/Pages/Page_0/Content.xml"] = _PAGE
    return {name: text.encode() for name, text in members.items()}


def ofd(info: str = "", behind: str = "") -> bytes:
    """Return a file of one document; see `body`."""
    return zipped(package(body(info, behind)))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid files."""
    others = (("Client", "Müller &amp; Co"), ("Pages", "7"))
    keywords = f"<ofd:Keywords><ofd:Keyword>a</ofd:Keyword><ofd:Keyword>{LABEL}</ofd:Keyword>"
    plain = package(body())
    plain["OFD.xml"] = plain["OFD.xml"].replace(b"ofd:", b"").replace(b"xmlns:ofd", b"xmlns")
    plain["OFD.xml"] = plain["OFD.xml"].replace(b":ofd=", b"=")
    yield "plain.ofd", ofd()
    yield "custom.ofd", ofd(custom(*others))
    yield "empty-custom.ofd", ofd("<ofd:Abstract/><ofd:CustomDatas/>")
    yield "labelled.ofd", ofd(custom(*others, ("AIGC", ESCAPED), ("Last", "x")))
    yield "lower-case.ofd", ofd(custom(("aigc", LABEL), ("AIGC_Label", LABEL)))
    yield "abstract.ofd", ofd(f"<ofd:Abstract>{ESCAPED}</ofd:Abstract>" + custom(*others))
    yield "keywords.ofd", ofd(f"{keywords}</ofd:Keywords>")
    two = body(custom(*others)), body(custom(("AIGC", ESCAPED)), number=1)
    yield "two.ofd", zipped(package(*two))
    yield "default-namespace.ofd", zipped(plain)
