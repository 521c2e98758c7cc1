"""Slide shows made by hand from ECMA-376, parts 1 and 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders import docx as build
from builders.xlsx import office

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LABEL", "TYPES", "package", "pptx", "samples"]

LABEL: Final = build.LABEL
TYPES: Final = {  # how the content type of the main part ends, by suffix
    ".pptx": "vnd.openxmlformats-officedocument.presentationml.presentation",
    ".pptm": "vnd.ms-powerpoint.presentation.macroEnabled",
    ".potx": "vnd.openxmlformats-officedocument.presentationml.template",
    ".potm": "vnd.ms-powerpoint.template.macroEnabled",
    ".ppsx": "vnd.openxmlformats-officedocument.presentationml.slideshow",
    ".ppsm": "vnd.ms-powerpoint.slideshow.macroEnabled",
}
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MIME: Final = "application/vnd.openxmlformats-officedocument"
_P: Final = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_SPACES: Final = f'xmlns:a="{_A}" xmlns:r="{_LINKS}" xmlns:p="{_P}"'
_GROUP: Final = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
)
_SHAPE: Final = (
    '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Text"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
    '<p:spPr><a:xfrm><a:off x="900000" y="900000"/><a:ext cx="5000000" cy="900000"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/>'
    "<a:p><a:r><a:t>第一页</a:t></a:r></a:p></p:txBody></p:sp>"
)
_COLOURS: Final = "".join(
    f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
    for name, value in {
        "dk1": "000000",
        "lt1": "FFFFFF",
        "dk2": "1F497D",
        "lt2": "EEECE1",
        **{f"accent{number}": f"{number}0{number}0{number}0" for number in range(1, 7)},
        "hlink": "0000FF",
        "folHlink": "800080",
    }.items()
)
_FILL: Final = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_FACE: Final = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
_MAP: Final = (
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2"'
    ' accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink"'
    ' folHlink="folHlink"/>'
)


def _links(*links: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _tree(shapes: str = "") -> str:
    return f"<p:cSld><p:spTree>{_GROUP}{shapes}</p:spTree></p:cSld>"


_PARTS: Final = {
    "ppt/presentation.xml": (
        f'{_XML}<p:presentation {_SPACES}><p:sldMasterIdLst><p:sldMasterId id="2147483648"'
        ' r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="rId2"/>'
        '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
        "</p:presentation>"
    ),
    "ppt/_rels/presentation.xml.rels": _links(
        ("slideMaster", "slideMasters/slideMaster1.xml"),
        ("slide", "slides/slide1.xml"),
        ("theme", "theme/theme1.xml"),
    ),
    "ppt/slides/slide1.xml": f"{_XML}<p:sld {_SPACES}>{_tree(_SHAPE)}</p:sld>",
    "ppt/slides/_rels/slide1.xml.rels": _links(("slideLayout", "../slideLayouts/slideLayout1.xml")),
    "ppt/slideLayouts/slideLayout1.xml": f"{_XML}<p:sldLayout {_SPACES}>{_tree()}</p:sldLayout>",
    "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _links(
        ("slideMaster", "../slideMasters/slideMaster1.xml")
    ),
    "ppt/slideMasters/slideMaster1.xml": (
        f"{_XML}<p:sldMaster {_SPACES}>{_tree()}{_MAP}<p:sldLayoutIdLst>"
        '<p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>'
    ),
    "ppt/slideMasters/_rels/slideMaster1.xml.rels": _links(
        ("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml")
    ),
    "ppt/theme/theme1.xml": (
        f'{_XML}<a:theme xmlns:a="{_A}" name="T"><a:themeElements><a:clrScheme name="T">'
        f'{_COLOURS}</a:clrScheme><a:fontScheme name="T"><a:majorFont>{_FACE}</a:majorFont>'
        f'<a:minorFont>{_FACE}</a:minorFont></a:fontScheme><a:fmtScheme name="T">'
        f"<a:fillStyleLst>{_FILL * 3}</a:fillStyleLst><a:lnStyleLst>"
        f"{f'<a:ln>{_FILL}</a:ln>' * 3}</a:lnStyleLst><a:effectStyleLst>"
        f"{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{_FILL * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements>"
        "</a:theme>"
    ),
}
_OVERRIDES: Final = "".join(
    f'<Override PartName="/ppt/{name}1.xml" ContentType="{_MIME}.{kind}+xml"/>'
    for name, kind in {
        "slides/slide": "presentationml.slide",
        "slideLayouts/slideLayout": "presentationml.slideLayout",
        "slideMasters/slideMaster": "presentationml.slideMaster",
        "theme/theme": "theme",
    }.items()
)


def package(suffix: str = ".pptx", **parts: str) -> dict[str, bytes]:
    """Return the members of a slide show with one slide; for `parts` see `builders.docx`."""
    return office(("ppt/presentation.xml", TYPES[suffix]), _PARTS, _OVERRIDES, **parts)


def pptx(suffix: str = ".pptx", **parts: str) -> bytes:
    """Return a slide show with one slide."""
    return build.zipped(package(suffix, **parts))


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield small valid slide shows."""
    escaped = LABEL.replace('"', "&quot;")
    others = build.custom("Client", "Müller &amp; Co", 2) + build.custom("Pages", "7", 5, "i4")
    yield "plain.pptx", pptx()
    yield "stored.pptx", build.zipped(package(custom=others), stored=True)
    yield "labelled.pptx", pptx(custom=others + build.custom("AIGC", escaped, 6))
    yield "raw-quotes.pptx", pptx(custom=build.custom("aigc", LABEL, 2, "lpstr") + others)
    yield "core.pptx", pptx(core=LABEL)
    yield "macros.pptm", pptx(".pptm", custom=others)
    yield "template.potx", pptx(".potx")
    yield "macros.potm", pptx(".potm")
    yield "show.ppsx", pptx(".ppsx")
    yield "macros.ppsm", pptx(".ppsm")
