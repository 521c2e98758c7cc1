"""SVG drawings made by hand [SVG2], as different programs write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.packets import FOREIGN, labelled, packet

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SVG: Final = "http://www.w3.org/2000/svg"
TC260: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
SHAPE: Final = '<rect width="9" height="9" fill="#06c"/>'
XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
DOCTYPE: Final = (
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
)
ENTITIES: Final = (
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
    f'"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [\n\t<!ENTITY ns_svg "{SVG}">\n'
    '\t<!ENTITY st0 "fill:#06c;stroke:none">\n]>\n'
)


def drawing(inner: str = SHAPE, attributes: str = "", *, head: str = "") -> str:
    """Return a drawing of 9 by 9 pixels."""
    return f'{head}<svg xmlns="{SVG}" width="9" height="9"{attributes}>{inner}</svg>\n'


def bare(data: bytes) -> str:
    """Return an XMP packet without its processing instructions."""
    text = data.decode()
    return text[text.index("<x:") : text.rindex("<?")].strip()


def inkscape(extra: str = "") -> str:
    """Return a drawing as Inkscape writes it, which binds its namespaces at the root."""
    work = '<cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format></cc:Work>'
    return drawing(
        "\n  <title>Ein Männchen</title>\n  <metadata id='m'>\n"
        f"    <rdf:RDF>{work}{extra}</rdf:RDF>"
        f"\n  </metadata>\n  {SHAPE}\n",
        f' xmlns:rdf="{RDF}" xmlns:cc="http://creativecommons.org/ns#" xmlns:TC260="{TC260}"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"',
        head=XML + "<!-- Created with Inkscape -->\n",
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield minimal valid files, by name."""
    value = OLD.replace('"', "&quot;")
    description = (
        f'<rdf:Description rdf:about=""><TC260:AIGC>{value}</TC260:AIGC></rdf:Description>'
    )
    illustrator = drawing(head=XML + ENTITIES).replace(SVG + '" width', '&ns_svg;" width')
    illustrator = illustrator.replace('fill="#06c"', 'style="&st0;"')
    wide = '<?xml version="1.0" encoding="UTF-16"?>' + drawing("<title>图</title>" + SHAPE)
    latin = drawing(
        "<desc>M\u00e4nnchen</desc>" + SHAPE, head='<?xml version="1.0" encoding="ISO-8859-1"?>'
    )
    chinese = inkscape(description).replace("UTF-8", "GB18030").replace("Ein Männchen", "一幅画")
    yield "plain.svg", drawing().encode()
    yield "declared.svg", drawing(head=XML).encode()
    yield "doctype.svg", drawing(head=XML + DOCTYPE).encode()
    yield "illustrator.svg", illustrator.encode()
    yield "empty.svg", f'<svg xmlns="{SVG}" width="9" height="9" />'.encode()
    yield "title.svg", drawing(f"\n <title>a lake</title>\n {SHAPE}\n").encode()
    yield "prefixed.svg", f'<s:svg xmlns:s="{SVG}"><s:rect width="9" height="9"/></s:svg>'.encode()
    yield "mark.svg", b"\xef\xbb\xbf" + drawing(head=XML).replace("\n", "\r\n").encode()
    yield "utf-16.svg", b"\xff\xfe" + wide.encode("utf-16-le")
    yield "utf-16-big.svg", b"\xfe\xff" + wide.encode("utf-16-be")
    yield "latin-1.svg", latin.encode("latin-1")
    yield "inkscape.svg", inkscape().encode()
    yield "inkscape-empty.svg", drawing('<metadata id="m"/>' + SHAPE).encode()
    yield (
        "foreign-xmp.svg",
        drawing(f"<metadata>{packet(FOREIGN).decode()}</metadata>{SHAPE}").encode(),
    )
    yield "no-namespace.svg", f"<svg>{SHAPE}</svg>".encode()
    yield "labelled.svg", drawing(f"<metadata>{bare(labelled(OLD))}</metadata>{SHAPE}").encode()
    yield "labelled-inkscape.svg", inkscape(description).encode()
    yield "labelled-chinese.svg", chinese.encode("gb18030")
    yield (
        "labelled-everywhere.svg",
        drawing(
            f"{bare(labelled(OLD))}<metadata>{{&quot;AIGC&quot;:{value}}}</metadata>"
            f"<g><metadata>{bare(labelled(OLD))}</metadata>{SHAPE}</g>"
            f"<metadata>{bare(packet(FOREIGN))}{bare(labelled(OLD))}</metadata>"
        ).encode(),
    )
