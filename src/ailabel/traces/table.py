"""The products and fields that are known, as one table; ``spec/traces.md`` is made from it.

A row says where a product leaves a text and what the text looks like, and what that says of the
content. Most rows are all there is to a kind (`traces.named` applies them); the kinds that need
more than a text have modules of their own, and their rows say no places.
"""

from __future__ import annotations

from typing import Final

from ailabel.model.trace import Claim, TraceStrength
from ailabel.values import frozen

__all__ = ["FREE", "REJECTED", "ROWS", "Row"]


@frozen(kw_only=True)
class Row:
    """One kind of trace.

    Args:
        kind: stable id.
        product: the program or service that leaves it; empty where the trace itself names one.
        claim: what it says of the content; where the trace itself says it, the most that it can.
        strength: the same, for what stands behind it.
        places: ``system:key`` of `spi.Entry`, the key in any case; none where a module of its own
            looks for it.
        holds: of which one must stand in the text, so that few texts are searched for the pattern;
            none where any text will do.
        pattern: what must be found in the text, beyond that; empty where nothing more is asked for.
        known: how: ``bytes`` of a real file, its writer's ``text`` (source or document), or
            ``hearsay``.
    """

    kind: str
    product: str
    claim: Claim = Claim.GENERATED
    strength: TraceStrength = TraceStrength.STATED
    places: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    pattern: str = ""
    known: str = "text"


_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
FREE: Final = (
    *("exif:UserComment", "exif:ImageDescription", "exif:XPComment", "exif:Software"),
    *("xmp:exif:UserComment", "xmp:dc:description", "iim:2:120", "comment:"),
    *("png:Comment", "png:Description", "png:parameters", "png:UserComment"),
    *("mp4:comment", "mp4:©cmt", "mp4:description", "mp4:desc", "mp4:©des"),
    *("mp4:com.apple.quicktime.comment", "mp4:com.apple.quicktime.description"),
    *("matroska:COMMENT", "matroska:DESCRIPTION", "vorbis:COMMENT", "vorbis:DESCRIPTION"),
    *("id3:COMM", "id3:TXXX[comment]", "id3:TXXX[description]", "ape:Comment", "riff:ICMT"),
)
"""Where any program may leave any text."""

ROWS: Final = (
    # -- read by modules of their own --------------------------------------------------------------
    Row(kind="c2pa", product="", strength=TraceStrength.SIGNED, known="bytes"),
    Row(kind="c2pa-remote", product="", claim=Claim.PROVENANCE),
    Row(kind="iptc-source-type", product="", known="bytes"),
    Row(kind="iptc-ai-system", product=""),
    Row(kind="iptc-ai-prompt", product=""),
    Row(kind="stealth", product="Stable Diffusion"),
    Row(kind="samsung", product="Samsung Galaxy", claim=Claim.EDITED, known="bytes"),
    Row(kind="bytedance", product="ByteDance", known="bytes"),
    Row(kind="tencent-cloud", product="Tencent Cloud"),
    Row(
        kind="film-sei",
        product="",
        claim=Claim.TOOL,
        strength=TraceStrength.WEAK,
        known="hearsay",
    ),
    # -- programs around Stable Diffusion and its kin ----------------------------------------------
    Row(
        kind="swarmui",
        product="SwarmUI",
        places=FREE,
        holds=('"sui_image_params"',),
    ),
    Row(
        kind="fooocus",
        product="Fooocus",
        places=(*FREE, "png:fooocus_scheme"),
        holds=("fooocus", "Fooocus", "a1111"),
        pattern=r'"metadata_scheme": ?"fooocus"|"version": ?"Fooocus |\A(?:fooocus|a1111)\Z',
    ),
    Row(
        kind="draw-things",
        product="Draw Things",
        places=("xmp:exif:UserComment", "xmp:xmp:CreatorTool", "exif:UserComment"),
        holds=("Draw Things", '"sampler"'),
        pattern=r'\ADraw Things|\A\s*\{(?=.*"sampler")(?=.*"scale")(?=.*"v2")',
    ),
    Row(
        kind="a1111",
        product="Stable Diffusion web UI",
        places=FREE,
        holds=("Steps: ",),
        pattern=r"\bSteps: \d+, (?:Sampler|Seed|CFG scale|Schedule type|Size): ",
        known="bytes",
    ),
    Row(
        kind="a1111-extras",
        product="Stable Diffusion web UI",
        claim=Claim.EDITED,
        places=("png:postprocessing", "png:extras"),
        pattern=r"(?i)upscale|gfpgan|codeformer",
    ),
    Row(
        kind="comfyui",
        product="ComfyUI",
        places=(
            *("png:prompt", "png:workflow", "exif:Make", "exif:Model", "exif:ImageDescription"),
            *("exif:UserComment", "mp4:prompt", "mp4:workflow", "mp4:comment", "mp4:©cmt"),
            *("matroska:COMMENT", "matroska:PROMPT", "matroska:WORKFLOW", "vorbis:PROMPT"),
            *("vorbis:WORKFLOW", "vorbis:COMMENT", "id3:TXXX[prompt]", "id3:TXXX[workflow]"),
            "id3:COMM",
        ),
        holds=('"class_type"', '"last_node_id"', '\\"class_type\\"', '\\"last_node_id\\"'),
        known="bytes",
    ),
    Row(
        kind="invokeai",
        product="InvokeAI",
        places=("png:invokeai_metadata", "png:invokeai_graph", "png:sd-metadata", "png:Dream"),
        pattern=r'"generation_mode"|"app_version"|"model_weights"|"nodes"|\s-[SsCA]\s?\w+',
        known="bytes",
    ),
    Row(
        kind="novelai",
        product="NovelAI",
        places=("png:Software", "png:Source", "exif:Software"),
        pattern=r"\ANovelAI|\ANAI Diffusion|\AStable Diffusion [0-9A-F]{8}\Z",
        known="bytes",
    ),
    Row(
        kind="easy-diffusion",
        product="Easy Diffusion",
        places=("png:use_stable_diffusion_model", "png:negative_prompt"),
    ),
    # -- services ----------------------------------------------------------------------------------
    Row(
        kind="midjourney",
        product="Midjourney",
        places=("png:Description", "xmp:dc:description", "exif:ImageDescription"),
        holds=("Job ID: ",),
        pattern=rf"\bJob ID: {_UUID}\s*\Z",
        known="bytes",
    ),
    Row(
        kind="grok",
        product="xAI Grok",
        places=(
            *("exif:ImageDescription", "exif:UserComment", "xmp:dc:description"),
            "png:Description",
        ),
        holds=("Signature: ",),
        pattern=r"\ASignature: [A-Za-z0-9+/]{80,}={0,2}\s*\Z",
        known="bytes",
    ),
    Row(
        kind="google-credit",
        product="Google AI",
        places=("xmp:photoshop:Credit", "iim:2:110"),
        pattern=r"\AMade with Google AI\b",
    ),
    Row(
        kind="google-edit-credit",
        product="Google AI",
        claim=Claim.EDITED,
        places=("xmp:photoshop:Credit", "iim:2:110"),
        pattern=r"\AEdited with Google AI\b",
    ),
    Row(
        kind="apple-credit",
        product="Apple Image Playground",
        places=("xmp:photoshop:Credit", "iim:2:110"),
        pattern=r"\AApple Image Playground\b",
    ),
    Row(
        kind="apple-edit-credit",
        product="Apple Photos",
        claim=Claim.EDITED,
        places=("xmp:photoshop:Credit", "iim:2:110"),
        pattern=r"\AApple Photos Generative Edit\b",
    ),
    Row(
        kind="ideogram",
        product="Ideogram",
        places=("exif:Make",),
        pattern=r"\AIdeogram AI\b",
    ),
    Row(kind="luma", product="Luma AI", places=("png:Source",), pattern=r"\ALuma AI\b"),
    Row(
        kind="reve",
        product="Reve",
        places=("png:Software", "exif:Software", "xmp:xmp:CreatorTool"),
        holds=("reve.com",),
        pattern=r"\breve\.com\b",
    ),
    Row(kind="higgsfield", product="Higgsfield", places=("png:hf-job-id",), pattern=_UUID),
    Row(
        kind="wavespeed",
        product="WaveSpeed",
        strength=TraceStrength.WEAK,
        places=("png:job-id",),
        known="hearsay",
    ),
    Row(
        kind="generation-params",
        product="",
        strength=TraceStrength.WEAK,
        places=FREE,
        holds=('"generationParams"',),
        pattern=r'"generationParams"\s*:\s*\{[^}]{0,2000}"modelName"',
        known="hearsay",
    ),
    # -- sound -------------------------------------------------------------------------------------
    Row(
        kind="suno",
        product="Suno",
        places=(*FREE, "id3:WOAS", "id3:WOAR"),
        holds=("suno", "Suno", "SUNO"),
        pattern=r"(?i)\bmade with suno\b|\Ahttps?://(?:www\.)?suno\.(?:com|ai)\b",
    ),
)

REJECTED: Final = {
    "`©too` of films, `Google`": (
        "told of Veo, but YouTube writes the same into every film that it transcodes"
    ),
    "names of general editors": (
        "Photoshop, GIMP and the like have AI functions, and their name does not say that one was "
        "used"
    ),
    "digital source types without AI": (
        "`algorithmicMedia`, `digitalCapture`, `computationalCapture` and their like speak of no "
        "model that was trained"
    ),
    "Udio, ElevenLabs": (
        "no metadata of their own is known; ElevenLabs signs C2PA manifests, which are read"
    ),
    "SynthID, TrustMark, logos": (
        "marks in pixels, which metadata do not show; what people see is for `ailabel verify`"
    ),
}
"""What is told of as a trace and is left out, and why."""
