"""The rules as one table: what is checked, under which clause, how sure we are of its text.

A row is data. The predicate stands in `engine.checks` under the same id. A row whose text is known
less surely than "quoted by 2" is never an error.
"""

from __future__ import annotations

from typing import Final

from ailabel.model.media import Medium
from ailabel.model.report import Level
from ailabel.values import frozen

__all__ = ["EDITION", "REGIMES", "RULES", "Rule"]

EDITION: Final = "GB 45438-2025"
REGIMES: Final = ("cn", "eu", "us-ca")

_TEXT: Final = frozenset({Medium.TEXT, Medium.DOCUMENT})
_IMAGE: Final = frozenset({Medium.IMAGE})
_AUDIO: Final = frozenset({Medium.AUDIO})
_VIDEO: Final = frozenset({Medium.VIDEO})


@frozen(kw_only=True)
class Rule:
    """One rule.

    Args:
        id: stable.
        clause: of the standard, the Measures or a guide.
        tag: how its text is known: ``standard text seen``, ``quoted by N``, ``inferred``, ``ours``.
        level: what breaking it means.
        title: (en, zh), one line.
        help: (en, zh), what to do.
        label: ``implicit`` or ``explicit``; ``pair`` for rules on a file before and after a step;
            ``gate`` for rules on what a file is declared to be; ``seal`` for its signatures;
            ``regime`` for those of other regimes, which do not part the two labels.
        media: the media it speaks of.
        decidable: by ``bytes``, by ``evidence`` of looking and listening, or by a ``person``.
        since: the version of ailabel that first checked it.
        regime: whose rule it is: ``cn``, or another of `REGIMES`.
    """

    id: str
    clause: str
    tag: str
    level: Level
    title: tuple[str, str]
    help: tuple[str, str]
    label: str = "implicit"
    media: frozenset[Medium] = frozenset(Medium)
    decidable: str = "bytes"
    since: str = "0.1.0"
    regime: str = "cn"


_E, _W, _N = Level.ERROR, Level.WARNING, Level.NOTE
_SEEN: Final = "standard text seen"

_ROWS: Final = (
    Rule(
        id="IMP-001",
        clause="Measures art. 5; GB 45438-2025 6.1",
        tag=_SEEN,
        level=_E,
        title=("the file holds an implicit label", "文件含有隐式标识"),
        help=(
            "If the content was made with AI, label it: ailabel label. A file without a label is not "
            "thereby shown to be made without AI.",
            "如内容由人工智能生成合成，请用 ailabel label 添加标识。没有标识并不说明内容不是人工智能生成合成的。",
        ),
    ),
    Rule(
        id="IMP-002",
        clause="GB 45438-2025 annex E b",
        tag=_SEEN,
        level=_E,
        title=("the label's value is a JSON object", "标识的值是 JSON 对象"),
        help=(
            "Label the file anew with --replace; the old value stays in the report.",
            "请用 --replace 重新标识；旧值会记录在报告中。",
        ),
    ),
    Rule(
        id="IMP-003",
        clause="GB 45438-2025 annex E c",
        tag=_SEEN,
        level=_E,
        title=('Label is "1", "2" or "3"', 'Label 为 "1"、"2" 或 "3"'),
        help=(
            '"1" says that the content is AI-generated, "2" that it may be, "3" that it is suspected.',
            '"1" 表示属于，"2" 表示可能为，"3" 表示疑似为人工智能生成合成内容。',
        ),
    ),
    Rule(
        id="IMP-004",
        clause="Measures art. 5; GB 45438-2025 6.1 a",
        tag=_SEEN,
        level=_E,
        title=("producer and content number are given", "生成合成服务提供者和内容制作编号齐全"),
        help=(
            "Give --producer (name or 27-character code); the number is made by itself.",
            "请给出 --producer（名称或 27 位编码）；编号会自动生成。",
        ),
    ),
    Rule(
        id="IMP-005",
        clause="GB 45438-2025 annex E b, g, h, note 1",
        tag=_SEEN,
        level=_W,
        title=("the propagator's two fields are present", "传播服务提供者的两个字段齐全"),
        help=(
            "On first writing they equal the producer's; ailabel label does so.",
            "首次写入时与制作者的两个字段相同；ailabel label 即如此写入。",
        ),
    ),
    Rule(
        id="IMP-006",
        clause="GB 45438-2025 annex E c to i",
        tag=_SEEN,
        level=_E,
        title=("every value is a string", "各字段的值均为字符串"),
        help=('Write "1", not 1.', '应写 "1"，而不是 1。'),
    ),
    Rule(
        id="IMP-007",
        clause="GB 45438-2025 annex E j",
        tag=_SEEN,
        level=_W,
        title=("values keep to the standard's characters", "字段值使用标准规定的字符"),
        help=(
            'The standard says "mainly" (主要), so names in Chinese are only warned about; the '
            "27-character code avoids the question.",
            "标准用语为“主要”，因此中文名称仅提示；使用 27 位编码可避免此问题。",
        ),
    ),
    Rule(
        id="IMP-008",
        clause="GB 45438-2025 6.1 c",
        tag="inferred",
        level=_W,
        title=("the label stands in one place only", "标识仅保留一份"),
        help=(
            "The standard says one per file; whether two representations of the same label count is "
            "not settled. ailabel label --replace leaves one.",
            "标准要求仅保留一份；同一标识的两种表示是否算两份尚无定论。ailabel label --replace 只保留一份。",
        ),
    ),
    Rule(
        id="IMP-009",
        clause="GB 45438-2025 6.1 c",
        tag=_SEEN,
        level=_E,
        title=("labels of one file do not disagree", "同一文件的标识不互相矛盾"),
        help=(
            "Find out which one is right, then write it with --replace.",
            "请确认哪一份正确，然后用 --replace 写入。",
        ),
    ),
    Rule(
        id="IMP-010",
        clause="GB 45438-2025 annex E b",
        tag="quoted by 2",
        level=_W,
        title=("the label has the standard's keys and no others", "标识只含标准规定的键"),
        help=("Write the label anew with --replace.", "请用 --replace 重新写入。"),
    ),
    Rule(
        id="IMP-011",
        clause="GB 45438-2025 annex E b",
        tag=_SEEN,
        level=_E,
        title=("the JSON is whole, and no key stands twice", "JSON 完整且键不重复"),
        help=("Write the label anew with --replace.", "请用 --replace 重新写入。"),
    ),
    Rule(
        id="IMP-012",
        clause="TC260-PG-20257A to 202510A",
        tag="quoted by 3",
        level=_W,
        title=("the label stands where the guide puts it", "标识位于实践指南规定的位置"),
        help=(
            "The guides do not bind, but irregular places were among the faults named by the CAC on "
            "2025-11-25, without saying which place is right.",
            "实践指南不具强制力，但国家网信办 2025-11-25 通报的问题包括隐式标识添加位置不规范（未说明何为规范位置）。",
        ),
    ),
    Rule(
        id="IMP-013",
        clause="GB 45438-2025 annex E note 1",
        tag="quoted by 5",
        level=_N,
        title=("a first label names the producer as propagator", "首次写入时传播者与制作者一致"),
        help=(
            "A different propagator is legal once the content was passed on.",
            "内容经过再传播后，传播者不同是正常的。",
        ),
    ),
    Rule(
        id="IMP-014",
        clause="TC260-PG-20252A",
        tag="quoted by 4",
        level=_W,
        title=("the provider code is well-formed", "服务提供者编码格式正确"),
        help=("See: ailabel code explain CODE.", "参见：ailabel code explain 编码。"),
    ),
    Rule(
        id="IMP-015",
        clause="GB 45438-2025 annex E a",
        tag=_SEEN,
        level=_E,
        title=("the field's name contains AIGC", "元数据字段名含有 AIGC"),
        help=("Write the label anew with --replace.", "请用 --replace 重新写入。"),
    ),
    Rule(
        id="IMP-017",
        clause="draft of 2024",
        tag="observed in real files",
        level=_W,
        title=("no key of the draft is used", "未使用征求意见稿的键名"),
        help=("Write the label anew with --replace.", "请用 --replace 重新写入。"),
    ),
    Rule(
        id="IMP-018",
        clause="",
        tag="ours",
        level=_N,
        title=("the container could be read", "文件容器可以读取"),
        help=(
            "The file is damaged or of an unknown kind; make it again from its source.",
            "文件损坏或格式未知；请从源头重新生成。",
        ),
    ),
    Rule(
        id="IMP-019",
        clause="GB 45438-2025 annex E b",
        tag="quoted by 1",
        level=_W,
        title=("the value is plain JSON, encoded once", "标识值为未二次编码的 JSON"),
        help=("Write the label anew with --replace.", "请用 --replace 重新写入。"),
    ),
    Rule(
        id="IMP-020",
        clause="GB 45438-2025 annex E b, f, i",
        tag=_SEEN,
        level=_N,
        title=("the two reserved fields are present", "两个预留字段齐全"),
        help=("They may be empty.", "其内容可以为空。"),
    ),
    Rule(
        id="EXP-T1",
        clause="Measures art. 4(1); GB 45438-2025 5.1",
        tag=_SEEN,
        level=_E,
        title=("the text says that it is AI-generated", "文本含有文字提示或角标"),
        help=(
            "Add a line such as 本内容由AI生成 at the start, the end or between sections; "
            "a corner mark AI also serves.",
            "在起始、末尾或中间适当位置添加“本内容由AI生成”等文字提示，或添加“AI”角标。",
        ),
        label="explicit",
        media=_TEXT,
        decidable="evidence",
    ),
    Rule(
        id="EXP-I1",
        clause="Measures art. 4(3); GB 45438-2025 5.2 a, b",
        tag=_SEEN,
        level=_E,
        title=("the picture says that it is AI-generated", "图片含有文字提示"),
        help=(
            "The text holds 人工智能 or AI, and 生成 or 合成.",
            "文字应含“人工智能”或“AI”，并含“生成”和/或“合成”。",
        ),
        label="explicit",
        media=_IMAGE,
        decidable="evidence",
    ),
    Rule(
        id="EXP-I2",
        clause="GB 45438-2025 5.2 c",
        tag=_SEEN,
        level=_E,
        title=("the text stands at an edge or corner", "文字提示位于边或角"),
        help=(
            "Choose --position, such as bottom-right.",
            "请用 --position 选择位置，如 bottom-right。",
        ),
        label="explicit",
        media=_IMAGE,
        decidable="evidence",
    ),
    Rule(
        id="EXP-I3",
        clause="GB 45438-2025 5.2 e",
        tag=_SEEN,
        level=_E,
        title=(
            "the text is at least 5 % of the shortest side high",
            "文字高度不低于最短边长度的 5%",
        ),
        help=(
            "The standard does not define height: this fails only when even the em box of the type is "
            "lower. ailabel draws ink of 5.5 %.",
            "标准未定义“高度”：仅当按字身计仍不足时才判为不符合。ailabel 按墨迹 5.5% 绘制。",
        ),
        label="explicit",
        media=_IMAGE,
        decidable="evidence",
    ),
    Rule(
        id="EXP-I4",
        clause="GB 45438-2025 5.2 e",
        tag="inferred",
        level=_W,
        title=(
            "the ink itself is at least 5 % of the shortest side high",
            "字形墨迹高度不低于最短边长度的 5%",
        ),
        help=(
            "Between ink and em box the standard can be read either way; ink of 5 % settles it.",
            "墨迹与字身之间标准可有两种理解；墨迹达到 5% 即无争议。",
        ),
        label="explicit",
        media=_IMAGE,
        decidable="evidence",
    ),
    Rule(
        id="EXP-A1",
        clause="Measures art. 4(2); GB 45438-2025 5.3",
        tag=_SEEN,
        level=_E,
        title=("the sound says that it is AI-generated", "音频含有语音或节奏提示"),
        help=(
            "A spoken line with both elements, or the rhythm short long short short, "
            "before or after the content.",
            "在起始或末尾添加语音提示，或“短长 短短”的节奏提示。",
        ),
        label="explicit",
        media=_AUDIO,
        decidable="evidence",
    ),
    Rule(
        id="EXP-A2",
        clause="GB 45438-2025 5.3 e, note 4",
        tag="quoted by 1",
        level=_W,
        title=("the label is spoken at a normal speed", "语音标识为正常语速"),
        help=(
            "The note calls 120 to 160 characters a minute normal; it is a note, so no error.",
            "注 4 称正常语速约为每分钟 120～160 字；仅为注释，因此不作为错误。",
        ),
        label="explicit",
        media=_AUDIO,
        decidable="evidence",
    ),
    Rule(
        id="EXP-V1",
        clause="Measures art. 4(4); GB 45438-2025 5.4 a to c",
        tag="quoted by 2",
        level=_E,
        title=(
            "the opening frame says that the video is AI-generated",
            "视频起始画面含有文字提示",
        ),
        help=(
            "The text holds 人工智能 or AI, and 生成 or 合成.",
            "文字应含“人工智能”或“AI”，并含“生成”和/或“合成”。",
        ),
        label="explicit",
        media=_VIDEO,
        decidable="evidence",
    ),
    Rule(
        id="EXP-V2",
        clause="GB 45438-2025 5.4 f",
        tag="quoted by 2",
        level=_E,
        title=(
            "the text is at least 5 % of the shortest side high",
            "文字高度不低于最短边长度的 5%",
        ),
        help=("Draw it larger.", "请增大文字。"),
        label="explicit",
        media=_VIDEO,
        decidable="evidence",
    ),
    Rule(
        id="EXP-V3",
        clause="GB 45438-2025 5.4 g",
        tag="quoted by 2",
        level=_E,
        title=("the text is shown for at least 2 s", "文字持续时间不少于 2 秒"),
        help=(
            "At normal speed; a shorter clip is labelled throughout.",
            "按正常播放速度计；不足 2 秒的视频应全程显示。",
        ),
        label="explicit",
        media=_VIDEO,
        decidable="evidence",
    ),
    Rule(
        id="EXP-V4",
        clause="GB 45438-2025 5.4 d",
        tag="quoted by 1",
        level=_W,
        title=("the text stands at an edge or corner", "文字提示位于边或角"),
        help=(
            "Only one reader of the text names this for video, so it is no error.",
            "对视频的此项要求仅有一处来源，因此不作为错误。",
        ),
        label="explicit",
        media=_VIDEO,
        decidable="evidence",
    ),
    Rule(
        id="EXP-V5",
        clause="GB 45438-2025 5.4 f",
        tag="inferred",
        level=_W,
        title=(
            "the ink itself is at least 5 % of the shortest side high",
            "字形墨迹高度不低于最短边长度的 5%",
        ),
        help=(
            "Between ink and em box the standard can be read either way; ink of 5 % settles it.",
            "墨迹与字身之间标准可有两种理解；墨迹达到 5% 即无争议。",
        ),
        label="explicit",
        media=_VIDEO,
        decidable="evidence",
    ),
    Rule(
        id="GAT-001",
        clause="Measures art. 5; GB 45438-2025 6.1",
        tag=_SEEN,
        level=_E,
        title=(
            "content declared as made with AI holds an implicit label",
            "声明为人工智能生成合成的内容含有隐式标识",
        ),
        help=(
            "ailabel check --fix labels what the configuration says enough about; else: ailabel label.",
            "配置信息足够时可用 ailabel check --fix 添加；否则请用 ailabel label。",
        ),
        label="gate",
    ),
    Rule(
        id="GAT-002",
        clause="Measures art. 4; GB 45438-2025 5.1 to 5.4",
        tag=_SEEN,
        level=_E,
        title=(
            "content declared as made with AI shows the label that people see or hear",
            "声明为人工智能生成合成的内容含有显式标识",
        ),
        help=(
            'How much it weighs follows from explicit = "required", "recommended" or "off". What is '
            "required and could not be looked at is no pass.",
            "其轻重取决于配置 explicit 的取值 required、recommended 或 off。要求但未能检查的，不视为通过。",
        ),
        label="gate",
        decidable="evidence",
    ),
    Rule(
        id="GAT-003",
        clause="GB 45438-2025 6.1 a, annex E d",
        tag=_SEEN,
        level=_E,
        title=("the label names the declared producer", "标识写明的制作者与声明一致"),
        help=(
            "Find out who made the content; then declare that producer, or label the file anew.",
            "请确认内容的制作者，然后更正声明，或重新标识文件。",
        ),
        label="gate",
    ),
    Rule(
        id="GAT-004",
        clause="Measures art. 6; GB 45438-2025 annex E g, h",
        tag=_SEEN,
        level=_E,
        title=(
            "the label of what is passed on names the declared propagator",
            "传播内容的标识写明声明的传播者",
        ),
        help=(
            "ailabel propagate fills in the propagator's fields and leaves the producer's alone.",
            "ailabel propagate 填写传播字段，并保持制作者字段不变。",
        ),
        label="gate",
    ),
    Rule(
        id="GAT-005",
        clause="",
        tag="ours",
        level=_W,
        title=(
            "content declared as made without AI carries no label",
            "声明为非人工智能生成的内容不带标识",
        ),
        help=(
            "One of the two is wrong: correct the declaration, or find out where the label is from.",
            "两者必有一误：请更正声明，或查明标识的来源。",
        ),
        label="gate",
    ),
    Rule(
        id="GAT-006",
        clause="",
        tag="ours",
        level=_N,
        title=("content that carries a label is declared", "带有标识的内容已作声明"),
        help=(
            "Declare it in the configuration, so that the label is checked: ai = true.",
            "请在配置中声明 ai = true，以便检查其标识。",
        ),
        label="gate",
    ),
    Rule(
        id="GAT-007",
        clause="Measures art. 6",
        tag=_SEEN,
        level=_N,
        title=(
            "content with traces of AI origin is declared",
            "带有人工智能生成痕迹的内容已作声明",
        ),
        help=(
            "A trace proves nothing. Ask whoever made the file, and declare what is true.",
            "痕迹不构成证明。请询问文件的制作者，并如实声明。",
        ),
        label="gate",
    ),
    Rule(
        id="GAT-008",
        clause="Measures art. 6",
        tag=_SEEN,
        level=_N,
        title=(
            "content of unknown origin is marked as possibly or suspectedly made with AI",
            "来源不明的内容标为“可能”或“疑似”生成合成",
        ),
        help=(
            "Whoever passes it on says 可能 where its user declares it, 疑似 where traces are found: "
            "see ailabel decide.",
            "传播者对用户声明的内容标“可能”，对检出痕迹的内容标“疑似”：参见 ailabel decide。",
        ),
        label="gate",
    ),
    Rule(
        id="SIG-001",
        clause="Measures art. 10; GB 45438-2025 annex E f, i",
        tag=_SEEN,
        level=_E,
        title=(
            "what ailabel sealed of the label is unchanged",
            "标识中由 ailabel 签名的内容未被改动",
        ),
        help=(
            "The label, or its seal, was changed after signing, or the seal was taken from another "
            "label. Get the file from its source again, or have the producer label it anew.",
            "标识或其签名在签署后被改动，或签名取自另一标识。请从来源重新获取文件，或由制作者重新标识。",
        ),
        label="seal",
    ),
    Rule(
        id="SIG-002",
        clause="TC260-PG-202511A annex A.1",
        tag="measured",
        level=_W,
        title=("the producer's own SecurityData verifies", "制作者自己的 SecurityData 签名有效"),
        help=(
            "Products differ in what they sign: a signature that fits none of the known forms may "
            "also be of an unknown one, so this is no error.",
            "各产品签署的内容不尽相同：与已知形式均不符的签名也可能属于未知形式，因此不作为错误。",
        ),
        label="seal",
    ),
    Rule(
        id="SIG-003",
        clause="TC260-PG-202511A Bindings",
        tag="measured",
        level=_W,
        title=("the content is what the label was signed for", "内容与签名时一致"),
        help=(
            "The content was coded anew or edited, which is legal, or the label was moved to it from "
            "other content, which is not.",
            "内容可能被重新编码或编辑（允许），也可能是标识被移植到其他内容（不允许）。",
        ),
        label="seal",
    ),
    Rule(
        id="SIG-004",
        clause="",
        tag="ours",
        level=_W,
        title=(
            "the key is one of the provider that the label names",
            "签名密钥属于标识所写的服务提供者",
        ),
        help=(
            "Give the directory of keys with --trust keys.json. Without one a signature shows that "
            "nothing was changed, and not who signed.",
            "请用 --trust keys.json 指定密钥目录。没有目录时，签名只能说明未被改动，不能说明由谁签署。",
        ),
        label="seal",
    ),
    Rule(
        id="SIG-005",
        clause="",
        tag="ours",
        level=_W,
        title=("a provider that is known to sign has signed", "已知会签名的服务提供者确已签名"),
        help=(
            "Someone may have taken the signature away, or written the label in the provider's name.",
            "签名可能被去除，或标识系他人冒名写入。",
        ),
        label="seal",
    ),
    Rule(
        id="SIG-006",
        clause="GB 45438-2025 annex E e",
        tag="inferred",
        level=_W,
        title=(
            "a content number was signed for one content only",
            "一个内容制作编号只用于一份内容",
        ),
        help=(
            "Compared within one run, among labels whose seals hold; the ledger knows all numbers.",
            "在同一次运行中、就签名有效的标识进行比较；台账可查全部编号。",
        ),
        label="seal",
    ),
    Rule(
        id="EUR-001",
        clause="Regulation (EU) 2024/1689 art. 50 (2)",
        tag="quoted by 1",
        level=_W,
        title=("the metadata mark the content as AI-generated", "元数据标明内容由人工智能生成"),
        help=(
            "Applies from 2026-08-02, to systems on the market before from 2026-12-02; no format is "
            "prescribed. ailabel label --also iptc writes a mark that many programs read.",
            "自 2026-08-02 起适用，此前已上市的系统自 2026-12-02 起适用；未规定格式。ailabel label --also iptc "
            "可写入多数软件可读的标记。",
        ),
        label="regime",
        regime="eu",
    ),
    Rule(
        id="EUR-002",
        clause="EU Code of Practice on marking, of 2026-06-10",
        tag="quoted by 1",
        level=_N,
        title=("the mark is signed and has a time stamp", "标记经数字签名并带有时间戳"),
        help=(
            "The code is voluntary: label first, then sign the file with C2PA.",
            "该守则为自愿性：请先标识，再以 C2PA 对文件签名。",
        ),
        label="regime",
        decidable="evidence",
        regime="eu",
    ),
    Rule(
        id="EUR-003",
        clause="EU Code of Practice on marking, of 2026-06-10",
        tag="quoted by 1",
        level=_N,
        title=("the content carries a watermark", "内容带有水印"),
        help=(
            "A second layer besides metadata; only its maker's detector can find it.",
            "元数据之外的第二层标记；只有其提供者的检测器才能发现。",
        ),
        label="regime",
        decidable="person",
        regime="eu",
    ),
    Rule(
        id="EUR-004",
        clause="Regulation (EU) 2024/1689 art. 50 (4)",
        tag="quoted by 1",
        level=_N,
        title=("deep fakes are disclosed", "深度伪造内容予以披露"),
        help=(
            "Who publishes a deep fake, or AI text on matters of public interest, says so.",
            "发布深度伪造内容，或就公共利益事项发布人工智能生成的文本者，须予以说明。",
        ),
        label="regime",
        decidable="person",
        regime="eu",
    ),
    *(
        Rule(
            id=f"CAL-{number:03}",
            clause="California SB 942, as amended by AB 853",
            tag="quoted by 1",
            level=_W,
            title=title,
            help=(
                "Latent disclosure of large providers, for pictures, sound and films, operative "
                "from 2026-08-02. SB 1000 and AB 2713 of 2026 are said to change it; unverified.",
                "大型提供者对图片、音频、视频的潜在披露义务，自 2026-08-02 起施行。据称 2026 年 SB 1000、AB 2713 "
                "有修改，尚未核实。",
            ),
            label="regime",
            media=_IMAGE | _AUDIO | _VIDEO,
            regime="us-ca",
        )
        for number, title in enumerate(
            (
                ("the metadata name the provider", "元数据载明提供者名称"),
                ("the metadata name the system and its version", "元数据载明系统名称和版本"),
                ("the metadata give the time", "元数据载明时间"),
                ("the metadata give a unique number", "元数据载明唯一编号"),
            ),
            1,
        )
    ),
    Rule(
        id="DIF-001",
        clause="Measures art. 4, 10",
        tag=_SEEN,
        level=_E,
        title=("a step of processing keeps the label", "处理步骤保留标识"),
        help=(
            "Converters drop it silently: put it back with ailabel carry FROM TO.",
            "转换工具常会丢失标识：请用 ailabel carry 原文件 新文件 恢复。",
        ),
        label="pair",
        decidable="bytes",
    ),
    Rule(
        id="DIF-002",
        clause="Measures art. 10; GB 45438-2025 annex E c to f",
        tag="inferred",
        level=_W,
        title=("the producer's part of the label stays as it was", "标识中制作者部分保持不变"),
        help=(
            "Whoever passes content on fills the propagator's fields and leaves the others alone.",
            "传播者只填写传播字段，其他字段保持不变。",
        ),
        label="pair",
        decidable="bytes",
    ),
)

RULES: Final = {rule.id: rule for rule in _ROWS}
