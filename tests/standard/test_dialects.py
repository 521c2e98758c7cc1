"""The table of forms: every row has a specimen, and nothing else takes it."""

from __future__ import annotations

import base64
import json
from typing import Final

import pytest

from ailabel.standard.dialects import DIALECTS, TRACES, dialect_of, trace_of
from ailabel.standard.organisations import ORGANISATIONS
from ailabel.standard.schema import decode, is_label

_UNCONFIRMED: Final = {"91110102MAD55U9H0F"}
_PNG: Final = "png.tEXt[AIGC]"
_XMP: Final = "png.iTXt[XML:com.adobe.xmp]/TC260:AIGC"
_MARKDOWN: Final = "markdown.front-matter"


def _code(uscc: str, extension: str = "10000") -> str:
    return f"0011{uscc}{extension}"


def _label(producer: str = "Example", **more: object) -> str:
    values = {"Label": "1", "ContentProducer": producer, "ProduceID": "1", **more}
    return json.dumps(values, separators=(",", ":"))


SPECIMENS: Final = {  # site and payload as formats.md has them
    "aliyun-sase": ("jpeg.APP1[XMP]/TC260:AIGC", "AIGC:" + _label()),
    "base64": (_PNG, base64.b64encode(_label().encode()).decode()),
    "draft-2024": (_PNG, _label(Propagator="x", PropatorID="y")),
    "label-enum": (_PNG, _label(Label="AIGCLabelType.AI_GENERATED", ProcessingTypes="[]")),
    "export-request": (_MARKDOWN, _label(ProduceID="ExportRequest(files=[a.md])")),
    "cntc260": (_PNG, _label(ReservedCode1=-7512345)),
    "exiftool-keys": ("mp4.moov/meta[mdta]/com.apple.quicktime.AIGC", _label()),
    "free-form": ("m4a.moov/udta/meta[mdir]/----[AIGC]", _label()),
    "doubao-ios": ("mov.moov/meta[mdir]/unnamed", _label(_code("91110102MACQD9K640"))),
    "xmp-toolkit": ("mp4.uuid[XMP]/TC260:AIGC", _label()),
    "misnamed-xmp": ("jpeg.APP1[MisnamedXMP]/TC260:AIGC", _label()),
    "bytedance-segment": (
        "jpeg.APP11[AIGC]",
        "AIGC" + _label(_code("9144030008867405X2", "10002")),
    ),
    "udta-box": ("mp4.moov/udta/AIGC", _label()),
    "doubao": (_XMP, _label(_code("91110102MACQD9K640"))),
    "jimeng-web": (_PNG, _label(_code("9144030008867405X2", "10001"))),
    "jimeng": (_XMP, _label(_code("9144030008867405X2", "10001"))),
    "seedance": ("mp4.moov/udta/meta[mdta]/AIGC", _label(_code("91110108MA01R70K8D"))),
    "kling": (_PNG, _label("kling")),
    "tencent-exif": (
        "jpeg.APP1[Exif]/ExifIFD/UserComment",
        _label(_code("91440300708461136T", "1308L")),
    ),
    "workbuddy": (_MARKDOWN, _label(_code("91440300708461136T", "1XGW3"))),
    "tongyi-wan": (_PNG, _label(_code("91330106MA2CFLDG4R")).replace(",", ",\n")),
    "qwen": (_XMP, _label(_code("91440101MA9Y9T4H7A"))),
    "iflow": (_MARKDOWN, _label("001191330101MA27WPYJ18xliu", ReserveCode1="iflow")),
    "minimax": ("mp3.ID3v2/TXXX[AIGC]", _label("MiniMax")),
    "minimax-agent": (_MARKDOWN, _label("Minimax Agent AI", Label="AIGC")),
    "zhipu": (_MARKDOWN, _label(_code("91110108MA01KP2T5U", "00000"))),
    "stepfun": (_MARKDOWN, _label(_code("91310104MACE0YX639", "18020"))),
    "mad55u9h0f": (_MARKDOWN, _label(_code("91110102MAD55U9H0F", "10002"))),
    "vidu": ("mp4.moov/udta/meta[mdta]/AIGC", _label(_code("91110108MACC4D63XF"))),
    "liblib": (_PNG, _label(_code("91110105MACJ6K1C8A"))),
    "runninghub": (_PNG, _label("RunningHub")),
    "picwish": ("jpeg.APP1[XMP]/TC260:AIGC", _label("picwish")),
    "yoyo": ("jpeg.APP1[Exif]/ExifIFD/UserComment", _label(_code("91440300MA5G49LC9K", "1YO01"))),
    "python-json": (_PNG, json.dumps(json.loads(_label()))),
}


def _found(site: str, payload: str) -> str | None:
    decoded = decode(payload)
    row = dialect_of(site, payload, decoded.fields, sound=not decoded.problems)
    return None if row is None else row.id


def test_every_row_has_a_specimen() -> None:
    """And every row has an id of its own, and a name in both languages."""
    rows = [*DIALECTS, *TRACES.values()]
    assert [row.id for row in DIALECTS] == list(SPECIMENS)
    assert len({row.id for row in rows}) == len(rows)
    assert all(len(row.name) == 2 and all(row.name) for row in rows)


@pytest.mark.parametrize("name", list(SPECIMENS))
def test_a_specimen_is_named(name: str) -> None:
    """Each is a label by its payload, and its form is told apart from the others."""
    site, payload = SPECIMENS[name]
    assert is_label(payload)
    assert _found(site, payload) == name


def test_products_are_those_of_the_table_of_organisations() -> None:
    """A code of which no holder is confirmed is named as such."""
    codes = {
        code for row in DIALECTS for code in row.producers if code.isupper() or code[:1] == "9"
    }
    assert codes - set(ORGANISATIONS) == _UNCONFIRMED
    for row in DIALECTS:
        if _UNCONFIRMED & set(row.producers):
            assert "unconfirmed" in row.name[0]


@pytest.mark.parametrize(
    ("site", "payload"),
    [
        (_XMP, _label()),
        ("webp.XMP/TC260:AIGC", _label(_code("91110102MACQD9K640"))),
        ("mp4.moov/udta/meta[mdta]/AIGC", _label("sora")),
        ("wav.AIGC", ""),
    ],
)
def test_what_is_not_known_is_not_guessed(site: str, payload: str) -> None:
    """The standard's own form has no name, nor has a product's label where it was never seen."""
    assert _found(site, payload) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            'ASCII\0\0\0{"aigc_info":{"aigc_label_type":0},"data":{"product":"dreamina"}}',
            "bytedance-trace",
        ),
        (
            '{"AIGC":{"ServiceProvider":"腾讯云","ServiceUser":"1","Time":"1","ContentId":"1"}}',
            "tencent-cloud-legacy",
        ),
        ('{"text":"the member \\"aigc_info\\" is described here"}', None),
        ("a lake", None),
    ],
)
def test_a_vendors_own_scheme_is_a_trace(text: str, name: str | None) -> None:
    """It speaks of AI in members of its own, and is no label."""
    found = trace_of(text)
    assert (None if found is None else found.id) == name
    assert not is_label(text)
