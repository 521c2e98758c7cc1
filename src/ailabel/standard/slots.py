"""Where the practice guides put the implicit label, format by format."""

from __future__ import annotations

from typing import Final

from ailabel.values import frozen

__all__ = [
    "ANNEX_B",
    "ANNEX_B_SITES",
    "CHOICES",
    "KEY",
    "OFFICIAL",
    "SLOTS",
    "XMP_PREFIX",
    "XMP_PROPERTY",
    "XMP_URI",
    "OfficialSlot",
]

KEY: Final = "AIGC"  # annex E a: the field's name or keyword must contain it
XMP_URI: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"  # TC260-PG-20259A, clause 6
XMP_PREFIX: Final = "TC260"
XMP_PROPERTY: Final = "AIGC"
OFFICIAL: Final = "official"
ANNEX_B: Final = "annex-b"  # the second place of pictures: TC260-PG-20259A, annex B
CHOICES: Final = (OFFICIAL, ANNEX_B)


@frozen(kw_only=True)
class OfficialSlot:
    """The place of the label in one format.

    Args:
        place: in the format's own terms.
        guide: the document that names the place, or empty where none does.
        status: ``guide`` where a guide names it, ``practice`` where products agree on it,
            ``none`` where the format has no place.
        annex_b: the second place, in the format's own terms; empty where there is none.
    """

    place: str
    guide: str
    status: str
    annex_b: str = ""


ANNEX_B_SITES: Final = (  # TC260-PG-20259A, annex B: how the ids of its alternative places begin
    "png.tEXt[AIGC]",
    *(
        f"{picture}/{place}/UserComment"
        for picture in ("jpeg.APP1[Exif]", "webp.EXIF", "heic.item[Exif]", "avif.item[Exif]")
        for place in ("ExifIFD", "IFD0")
    ),
)

_IMAGE: Final = "TC260-PG-20259A, 6"
_USER_COMMENT: Final = "Exif UserComment"
_VIDEO: Final = "TC260-PG-20257A, 6.1"
_AUDIO: Final = "TC260-PG-202510A, 6.1"
_MOVIE: Final = "moov/udta/meta, key AIGC"
_COMMENT: Final = "comment header AIGC="
_PROPERTY: Final = "docProps/custom.xml, property AIGC"
_FIELD: Final = "meta.xml, user-defined field AIGC"

SLOTS: Final = {
    "png": OfficialSlot(
        place="iTXt XML:com.adobe.xmp, TC260:AIGC",
        guide=_IMAGE,
        status="guide",
        annex_b="tEXt AIGC",
    ),
    "jpeg": OfficialSlot(
        place="APP1 XMP, TC260:AIGC", guide=_IMAGE, status="guide", annex_b=_USER_COMMENT
    ),
    "webp": OfficialSlot(
        place="XMP chunk, TC260:AIGC", guide=_IMAGE, status="guide", annex_b=_USER_COMMENT
    ),
    "tiff": OfficialSlot(place="IFD0 tag 700, TC260:AIGC", guide=_IMAGE, status="guide"),
    "gif": OfficialSlot(
        place="application extension XMP Data, TC260:AIGC", guide=_IMAGE, status="guide"
    ),
    "jxl": OfficialSlot(place="xml box, TC260:AIGC", guide="", status="practice"),
    "svg": OfficialSlot(place="metadata element, TC260:AIGC", guide="", status="practice"),
    "heic": OfficialSlot(
        place="XMP item, TC260:AIGC", guide=_IMAGE, status="guide", annex_b=_USER_COMMENT
    ),
    "avif": OfficialSlot(
        place="XMP item, TC260:AIGC", guide="", status="practice", annex_b=_USER_COMMENT
    ),
    "wav": OfficialSlot(place="AIGC chunk", guide=_AUDIO, status="guide"),
    "mp3": OfficialSlot(place="ID3v2 TXXX:AIGC", guide=_AUDIO, status="guide"),
    "flac": OfficialSlot(place="VORBIS_COMMENT AIGC=", guide=_AUDIO, status="guide"),
    "ogg": OfficialSlot(place=_COMMENT, guide=_AUDIO, status="guide"),
    "opus": OfficialSlot(place=_COMMENT, guide=_AUDIO, status="guide"),
    "ogv": OfficialSlot(place=_COMMENT, guide="", status="practice"),
    "aiff": OfficialSlot(place="ID3 chunk, TXXX:AIGC", guide="", status="practice"),
    "aac": OfficialSlot(place="ID3v2 TXXX:AIGC", guide="", status="practice"),
    "ape": OfficialSlot(place="APEv2 item AIGC", guide="", status="practice"),
    "wv": OfficialSlot(place="APEv2 item AIGC", guide="", status="practice"),
    "mpc": OfficialSlot(place="APEv2 item AIGC", guide="", status="practice"),
    "dsf": OfficialSlot(place="ID3v2 TXXX:AIGC", guide="", status="practice"),
    "caf": OfficialSlot(place="info chunk, AIGC", guide="", status="practice"),
    "mkv": OfficialSlot(place="Tags, SimpleTag AIGC", guide=_VIDEO, status="guide"),
    "mka": OfficialSlot(place="Tags, SimpleTag AIGC", guide="", status="practice"),
    "webm": OfficialSlot(place="Tags, SimpleTag AIGC", guide=_VIDEO, status="guide"),
    "weba": OfficialSlot(place="Tags, SimpleTag AIGC", guide="", status="practice"),
    "avi": OfficialSlot(place="LIST INFO, chunk AIGC", guide=_VIDEO, status="guide"),
    "wmv": OfficialSlot(place="Extended Content Description, AIGC", guide="", status="practice"),
    "wma": OfficialSlot(place="Extended Content Description, AIGC", guide="", status="practice"),
    "flv": OfficialSlot(place="onMetaData, AIGC", guide=_VIDEO, status="guide"),
    "markdown": OfficialSlot(
        place="YAML front matter, AIGC:", guide="TC260-PG-20258A, 6.5", status="guide"
    ),
    "html": OfficialSlot(place='meta name="AIGC"', guide="", status="practice"),
    "pdf": OfficialSlot(
        place="Info dictionary, /AIGC", guide="TC260-PG-20258A, 6.3", status="guide"
    ),
    "docx": OfficialSlot(place=_PROPERTY, guide="TC260-PG-20258A, 6.1", status="guide"),
    "xlsx": OfficialSlot(place=_PROPERTY, guide="TC260-PG-20258A, 6.1", status="guide"),
    "pptx": OfficialSlot(place=_PROPERTY, guide="TC260-PG-20258A, 6.1", status="guide"),
    "odt": OfficialSlot(place=_FIELD, guide="", status="practice"),
    "ods": OfficialSlot(place=_FIELD, guide="", status="practice"),
    "odp": OfficialSlot(place=_FIELD, guide="", status="practice"),
    "epub": OfficialSlot(place='package document, meta name="AIGC"', guide="", status="practice"),
    "xmind": OfficialSlot(
        place="metadata.json, AIGC; in XMind 8 meta.xml, AIGC", guide="", status="practice"
    ),
    "ofd": OfficialSlot(place="OFD.xml, CustomData AIGC", guide="", status="practice"),
    "mp4": OfficialSlot(place=_MOVIE, guide="TC260-PG-20257A, 6.1.1", status="guide"),
    "mov": OfficialSlot(place=_MOVIE, guide="TC260-PG-20257A, 6.1.1", status="guide"),
    "m4a": OfficialSlot(place=_MOVIE, guide="TC260-PG-202510A, annex E", status="guide"),
    "3gp": OfficialSlot(place=_MOVIE, guide="", status="practice"),
    **dict.fromkeys(
        ("txt", "csv", "tsv", "srt", "vtt", "bmp", "ico", "ts", "mpg", "ac3", "amr"),
        OfficialSlot(place="", guide="", status="none"),
    ),
}
