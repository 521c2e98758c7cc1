"""Whose form a label has: what products and tools were seen to write, as a table.

A row tells where and how a product or a tool writes. It explains what was found; it neither proves
who wrote a label nor excuses it: departures from annex E are problems of their own.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DIALECTS", "TRACES", "Dialect", "dialect_of", "trace_of"]


@frozen(kw_only=True)
class Dialect:
    """One form.

    Args:
        id: stable, for programs.
        name: in English and Chinese.
        producers: the unified social credit codes or, in lower case, names that it gives as
            ``ContentProducer``; none where the form alone tells.
        sites: a pattern that the site must hold, or empty.
        begins: how the payload begins, in one of these ways.
        holds: what stands in the payload, one of these.
        pattern: what is found in the payload, or empty.
    """

    id: str
    name: tuple[str, str]
    producers: tuple[str, ...] = ()
    sites: str = ""
    begins: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    pattern: str = ""


_NUMBERS: Final = tuple(  # how a reserved field that is no string begins
    f'"ReservedCode1":{gap}{sign}' for gap in ("", " ") for sign in "-0123456789"
)

DIALECTS: Final = (
    # -- told by place or form alone -----------------------------------------------------------
    Dialect(
        id="aliyun-sase",
        name=("Aliyun SASE, key and object in one string", "阿里云 SASE，键与对象合为一个字符串"),
        begins=("AIGC=", "AIGC:", "AIGC {"),
    ),
    Dialect(
        id="base64",
        name=(
            "transport form of cloud APIs (Aliyun SASE, Tencent CI), Base64",
            "云接口的传输形式（阿里云 SASE、腾讯数据万象），Base64",
        ),
        begins=("eyJ", "ewog", "ewoi", "QUlHQ"),
    ),
    Dialect(
        id="draft-2024",
        name=("keys of the consultation draft of 2024", "2024 年征求意见稿的键名"),
        holds=('"Propagator"', '"PropatorID"'),
    ),
    Dialect(
        id="label-enum",
        name=(
            "API answer that prints a Python enumeration (91110108587659081E, unconfirmed)",
            "将 Python 枚举原样输出的接口（91110108587659081E 的主体未确认）",
        ),
        holds=('"AIGCLabelType.',),
    ),
    Dialect(
        id="export-request",
        name=(
            "content number printed from a Java object (91330110MADHPQQY7L, unconfirmed)",
            "将 Java 对象作为编号输出（91330110MADHPQQY7L 的主体未确认）",
        ),
        holds=('"ExportRequest(',),
    ),
    Dialect(
        id="cntc260",
        name=("cntc260, a Python hash as reserved field", "cntc260，以 Python hash 作为预留字段"),
        holds=_NUMBERS,
    ),
    Dialect(
        id="exiftool-keys",
        name=("ExifTool, QuickTime key of the user's own", "ExifTool，用户自定义 QuickTime 键"),
        sites=r"/com\.apple\.quicktime\.AIGC$",
    ),
    Dialect(
        id="free-form",
        name=("iTunes free-form item, as mutagen writes it", "iTunes 自由格式项（mutagen 写法）"),
        sites=r"/----\[",
    ),
    Dialect(
        id="doubao-ios",
        name=("Doubao for iOS, item without a key", "豆包 iOS，没有键的项"),
        sites=r"/meta\[mdir\]/unnamed$",
    ),
    Dialect(
        id="xmp-toolkit",
        name=("Adobe's XMP Toolkit (exempi)", "Adobe XMP Toolkit（exempi）"),
        sites=r"uuid\[XMP\]|/XMP_/|\._PMX/|PRIV\[XMP\]",
    ),
    Dialect(
        id="misnamed-xmp",
        name=(
            "segment named XMP by the guide's wording taken literally",
            "按指南字面以 XMP 命名的段",
        ),
        sites=r"APP1\[MisnamedXMP\]",
    ),
    Dialect(
        id="bytedance-segment",
        name=(
            "ByteDance export, application segment that begins AIGC",
            "字节跳动导出，以 AIGC 开头的应用段",
        ),
        sites=r"^jpeg\.APP(?:9|11)\[AIGC\]$",
    ),
    Dialect(
        id="udta-box",
        name=(
            "box AIGC in user data (AigcTotal reads it)",
            "用户数据中的 AIGC 盒（AigcTotal 可读）",
        ),
        sites=r"/udta/AIGC$",
    ),
    # -- products, by what their labels say -----------------------------------------------------
    Dialect(
        id="doubao",
        name=("Doubao (ByteDance)", "豆包（字节跳动）"),
        producers=("91110102MACQD9K640", "doubao"),
        sites=r"^png\.iTXt|^mov\.",
    ),
    Dialect(
        id="jimeng-web",
        name=("Jimeng (ByteDance), web export", "即梦（字节跳动）网页导出"),
        producers=("9144030008867405X2",),
        sites=r"^png\.tEXt\[AIGC\]",
    ),
    Dialect(
        id="jimeng",
        name=("Jimeng / Dreamina (ByteDance)", "即梦 / Dreamina（字节跳动）"),
        producers=("9144030008867405X2",),
        sites=r"^png\.iTXt|^jpeg\.",
    ),
    Dialect(
        id="seedance",
        name=("Volcengine Seedream, Seedance API", "火山引擎 Seedream、Seedance 接口"),
        producers=("91110108MA01R70K8D",),
        sites=r"^(?:mp4|mp3|wav|ogg|opus)\.",
    ),
    Dialect(
        id="kling",
        name=("Kling (Kuaishou)", "可灵（快手）"),
        producers=("91110108335469089C", "kling"),
        sites=r"^png\.tEXt|^mp4\.",
    ),
    Dialect(
        id="tencent-exif",
        name=("Tencent, comment of Exif", "腾讯，Exif 注释"),
        producers=("91440300708461136T",),
        sites=r"UserComment$",
    ),
    Dialect(
        id="workbuddy",
        name=("Tencent WorkBuddy, CodeBuddy", "腾讯 WorkBuddy、CodeBuddy"),
        producers=("91440300708461136T",),
        sites=r"^markdown\.",
    ),
    Dialect(
        id="tongyi-wan",
        name=("Tongyi Wan, HappyHorse (Alibaba)", "通义万相、HappyHorse（阿里巴巴）"),
        producers=("91330106MA2CFLDG4R",),
        sites=r"^png\.|^mp4\.",
    ),
    Dialect(
        id="qwen",
        name=("Qwen (Alibaba)", "通义千问（阿里巴巴）"),
        producers=("91440101MA9Y9T4H7A",),
        sites=r"^png\.iTXt|^jpeg\.APP1\[XMP\]",
    ),
    Dialect(
        id="iflow",
        name=("iFlow (Alibaba)", "iFlow（阿里巴巴）"),
        producers=("91330101MA27WPYJ18",),
        sites=r"^markdown\.",
    ),
    Dialect(
        id="minimax",
        name=("MiniMax / Hailuo", "MiniMax / 海螺"),
        producers=("minimax",),
        sites=r"UserComment$|TXXX\[AIGC\]$|^mp4\.",
    ),
    Dialect(
        id="minimax-agent",
        name=("MiniMax Agent", "MiniMax Agent"),
        producers=("minimax agent ai",),
        sites=r"^markdown\.",
    ),
    Dialect(
        id="zhipu",
        name=("Zhipu", "智谱"),
        producers=("91110108MA01KP2T5U",),
        sites=r"^markdown\.",
    ),
    Dialect(
        id="stepfun",
        name=("StepFun", "阶跃星辰"),
        producers=("91310104MACE0YX639",),
        sites=r"^markdown\.",
    ),
    Dialect(
        id="mad55u9h0f",
        name=(
            "an agent whose operator is unconfirmed (91110102MAD55U9H0F)",
            "运营主体未确认的智能体（91110102MAD55U9H0F）",
        ),
        producers=("91110102MAD55U9H0F",),
        sites=r"^markdown\.",
    ),
    Dialect(
        id="vidu",
        name=("Vidu (ShengShu)", "Vidu（生数科技）"),
        producers=("91110108MACC4D63XF",),
    ),
    Dialect(id="liblib", name=("LiblibAI", "哩布哩布 LiblibAI"), producers=("91110105MACJ6K1C8A",)),
    Dialect(
        id="runninghub",
        name=("RunningHub", "RunningHub"),
        producers=("91340100MAEB4N8H76", "runninghub"),
    ),
    Dialect(id="picwish", name=("PicWish", "佐糖 PicWish"), producers=("picwish",)),
    Dialect(
        id="yoyo",
        name=("YOYO (Honor)", "YOYO（荣耀）"),
        producers=("91440300MA5G49LC9K",),
        sites=r"^jpeg\.",
    ),
    # -- told by spelling, where nothing else does ----------------------------------------------
    Dialect(
        id="python-json",
        name=(
            "Python's json.dumps, as scripts and ComfyUI nodes use it",
            "Python json.dumps 的默认写法（脚本、ComfyUI 节点）",
        ),
        sites=r"^png\.(?:tEXt|zTXt|iTXt\[AIGC\])",
        pattern=r'^\{"\w+": ',
    ),
)
"""Rows in the order in which they are tried; the first that fits names the form."""

TRACES: Final = {  # members of JSON that only a vendor's own scheme has
    "aigc_info": Dialect(
        id="bytedance-trace",
        name=("trace of ByteDance apps, no label", "字节跳动应用的痕迹，不是标识"),
    ),
    "ServiceProvider": Dialect(
        id="tencent-cloud-legacy",
        name=("Tencent Cloud's older scheme, no label", "腾讯云早期格式，不是标识"),
    ),
}


def dialect_of(
    site: str, payload: str, fields: Mapping[str, str | None], *, sound: bool = False
) -> Dialect | None:
    """Return whose form a label has; None for the standard's own, or one that is not known.

    Args:
        site: of the slot.
        payload: of the slot.
        fields: the seven keys, decoded.
        sound: whether the payload has no problems, so that no spelling needs to be looked for.
    """
    for row in _candidates(site, _key(fields["ContentProducer"] or ""), sound):
        if _fits(row, payload):
            return row
    return None


def _fits(row: Dialect, payload: str) -> bool:
    if row.begins:
        return payload.startswith(row.begins)
    if row.holds:
        return any(piece in payload for piece in row.holds)
    return not row.pattern or re.search(row.pattern, payload) is not None


def trace_of(text: str) -> Dialect | None:
    """Return which vendor's own scheme a text is, which speaks of AI and is no label; or None.

    Args:
        text: with or without what stands before the object, such as a character code.
    """
    if not any(f'"{member}"' in text for member in TRACES):
        return None
    from ailabel.standard.payload import unpack

    names = {name for name, _ in unpack(text[text.find("{") :]).members}
    return next((row for member, row in TRACES.items() if member in names), None)


def _key(producer: str) -> str:
    """Return the unified social credit code in a provider's code, or a name in lower case."""
    return producer[4:22] if producer.startswith("0011") else producer.strip().lower()


@lru_cache(maxsize=256)
def _candidates(site: str, producer: str, sound: bool) -> tuple[Dialect, ...]:  # noqa: FBT001 - a key
    """Return the rows that a place and a producer leave; few of both occur in a run."""
    return tuple(
        row
        for row in DIALECTS
        if (not row.producers or producer in row.producers)
        and re.search(row.sites, site)
        and not (sound and (row.begins or row.holds))
    )
