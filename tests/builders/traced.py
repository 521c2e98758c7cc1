"""Files with traces, made by hand after what formats' documents and programs' sources say."""

from __future__ import annotations

import gzip
import io
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from builders import (
    boxes,
    exif,
    flac,
    gif,
    jpeg,
    manifests,
    matroska,
    mp3,
    ogg,
    packets,
    pdf,
    png,
    svg,
    tiff,
    wav,
    webp,
)
from builders import heic as heics
from builders import items as picture_items
from builders import jxl as jxls

if TYPE_CHECKING:
    from collections.abc import Iterator

UUID: Final = "2b6e053b-9a65-4ca9-9e13-b6f4465164d4"
WEBUI: Final = "a duck\nNegative prompt: blur\nSteps: 15, Sampler: UniPC, CFG scale: 5, Seed: 2"
GRAPH: Final = '{"3": {"inputs": {"seed": 1}, "class_type": "KSampler"}}'
SIGNATURE: Final = "Signature: " + "IoR6YcSlkWo/" * 12 + "=="
EXT: Final = ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
PHOTOSHOP: Final = ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
LINKED: Final = (
    b'<html><head><script type="application/ld+json">{"@type": "ImageObject", '
    b'"digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource"}'
    b"</script></head><body>x</body></html>"
)
BYTEDANCE: Final = (
    '{"aigc_info":{"aigc_label_type":0,"source_info":"dreamina"},'
    '"data":{"product":"dreamina","exportType":"generation"}}'
)
CLOUD: Final = '{"AIGC":{"ServiceProvider":"腾讯云","ServiceUser":"1","Time":"2","ContentId":"3"}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A file and what is to be found in it.

    Args:
        kind: of the trace.
        name: of the file.
        data: the file.
        claim: what the trace says.
        product: the product that is named.
        holds: what stands in the bytes that the trace points to.
    """

    kind: str
    name: str
    data: bytes
    claim: str = "generated"
    product: str | None = None
    holds: bytes = b""


def texts(*pairs: tuple[str, str]) -> bytes:
    """Return a PNG with text chunks."""
    return png.build(*(png.text(key, value) for key, value in pairs))


def exif_segment(data: bytes) -> bytes:
    """Return a JPEG with Exif."""
    return jpeg.file(jpeg.app0(), jpeg.segment(0xE1, b"Exif\0\0" + data))


def xmp_segment(packet: bytes) -> bytes:
    """Return a JPEG with an XMP packet."""
    return jpeg.file(jpeg.app0(), jpeg.segment(0xE1, jpeg.XMP + packet))


def resources(credit: str) -> bytes:
    """Return a JPEG with Photoshop's resources and a credit line in IIM."""
    field = b"\x1c\x02\x6e" + struct.pack(">H", len(credit)) + credit.encode()
    body = b"\x1c\x02\x00\0\x02\0\x04" + field
    found = b"8BIM\x03\xed\0\0" + struct.pack(">I", 3) + b"abc\0"
    found += b"8BIM\x04\x04\0\0" + struct.pack(">I", len(body)) + body + b"\0" * (len(body) & 1)
    return jpeg.file(jpeg.app0(), jpeg.segment(0xED, b"Photoshop 3.0\0" + found))


def maker(tag: int, value: bytes) -> bytes:
    """Return an Exif TIFF with one text in its first directory."""
    data = b"II*\0" + struct.pack("<IHHHII", 8, 1, tag, 2, len(value), 26) + bytes(4)
    return data + value


def iptc(name: str, value: str) -> bytes:
    """Return a packet with one property of IPTC's extension."""
    return packets.packet(f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>", attributes=EXT)


def credited(value: str) -> bytes:
    """Return a JPEG with a credit line in XMP."""
    return xmp_segment(packets.packet("", attributes=f'{PHOTOSHOP} photoshop:Credit="{value}"'))


def trailer(text: bytes, name: bytes = b"PhotoEditor_Re_Edit_Data") -> bytes:
    """Return Samsung's trailer with one block."""
    block = struct.pack("<HHI", 0, 0x0BA1, len(name)) + name + text
    table = struct.pack("<HHII", 0, 0x0BA1, len(block), len(block))
    directory = b"SEFH" + struct.pack("<II", 106, 1) + table
    return block + directory + struct.pack("<I", len(directory)) + b"SEFT"


def hidden(name: str, text: str, mode: str = "A", form: str = "PNG") -> bytes:
    """Return a picture that hides a text in the lowest bits of its pixels.

    Args:
        name: what stands before the text, such as ``stealth_pngcomp``.
        text: the text.
        mode: ``A`` for alpha, ``RGB`` for the colours.
        form: of the file, as Pillow names it.
    """
    from PIL import Image

    body = gzip.compress(text.encode(), mtime=0) if name.endswith("comp") else text.encode()
    data = name.encode() + struct.pack(">I", 8 * len(body)) + body
    bits = [byte >> shift & 1 for byte in data for shift in range(7, -1, -1)]
    width = height = 160
    samples = [
        bytearray((x * 3 + y) & 0xFE if place < 3 else 0xFE for place in range(4))
        for x in range(width)
        for y in range(height)
    ]
    channels = (3,) if mode == "A" else (0, 1, 2)
    places = ((pixel, channel) for pixel in samples for channel in channels)
    for bit, (pixel, channel) in zip(bits, places, strict=False):
        pixel[channel] |= bit
    columns = Image.frombytes("RGBA", (height, width), b"".join(samples))
    target = io.BytesIO()
    picture = columns.transpose(Image.Transpose.TRANSPOSE)
    picture.save(target, form, **({"lossless": True, "exact": True} if form == "WEBP" else {}))
    return target.getvalue()


def film(message: bytes) -> bytes:
    """Return a film of H.264 whose first picture comes with user data."""
    sei = b"\x06\x05" + bytes([16 + len(message)]) + bytes(range(16)) + message + b"\x80"
    sample = struct.pack(">I", len(sei)) + sei + struct.pack(">I", 5) + b"\x65coded"[:5]
    track = boxes.Track(number=1, handler=b"vide", chunks=((sample,),))
    data = boxes.Movie(tracks=(track,)).build()
    entry = boxes.box(b"avc1", bytes(78), boxes.box(b"avcC", b"\x01\x64\0\x0a\xff\xe1\0"))
    described = boxes.full(b"stsd", struct.pack(">I", 1), entry)
    return _described(data, described)


def _described(data: bytes, new: bytes) -> bytes:
    """Put another sample description into a film whose movie header stands last."""
    at = data.index(b"stsd") - 4
    length = int.from_bytes(data[at : at + 4], "big")
    grown = len(new) - length
    changed = bytearray(data[:at] + new + data[at + length :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        place = changed.index(kind) - 4
        size = int.from_bytes(changed[place : place + 4], "big") + grown
        changed[place : place + 4] = struct.pack(">I", size)
    return bytes(changed)


def cases() -> Iterator[Traced]:
    """Yield at least one file of every kind."""
    yield from _manifested()
    yield from _described_by_iptc()
    yield from _front_ends()
    yield from _services()
    yield from _elsewhere()


def _manifested() -> Iterator[Traced]:
    store = manifests.store(manifests.manifest("urn:c2pa:one", manifests.created()))
    yield Traced(
        kind="c2pa",
        name="a.png",
        data=png.build(png.chunk(b"caBX", store)),
        product="by hand",
        holds=b"trainedAlgorithmicMedia",
    )
    remote = 'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://x.example/m"'
    yield Traced(
        kind="c2pa-remote",
        name="a.jpg",
        data=xmp_segment(packets.packet("", attributes=f" {remote}")),
        claim="provenance",
        holds=b"https://x.example/m",
    )


def _described_by_iptc() -> Iterator[Traced]:
    composite = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
    for name, data, holds in (
        ("a.jpg", xmp_segment(iptc("DigitalSourceType", composite)), composite),
        ("a.png", png.build(png.packet(iptc("DigitalSourceType", composite))), composite),
        (
            "a.gif",
            gif.head() + gif.xmp(iptc("DigitalSourceType", composite)) + gif.picture() + b";",
            composite,
        ),
    ):
        yield Traced(
            kind="iptc-source-type", name=name, data=data, claim="edited", holds=holds.encode()
        )
    packet = iptc("DigitalSourceType", manifests.TRAINED)
    rdf = packet[packet.index(b"<rdf:RDF") : packet.index(b"</x:xmp")]
    pictured = picture_items.Picture(
        items=(picture_items.picture(1), picture_items.xmp(2, packet)), refers=heics.DESCRIBES
    )
    for name, data in (
        ("a.webp", webp.file(webp.vp8x(webp.XMP), *webp.coded(), webp.chunk(b"XMP ", packet))),
        ("a.tif", tiff.file(tiff.page((700, tiff.BYTE, packet)))),
        ("a.heic", pictured.build()),
        ("a.jxl", jxls.file(jxls.box(b"jxlc", jxls.CODESTREAM), jxls.box(b"xml ", packet))),
        (
            "a.mp4",
            boxes.Movie(order="packet moov mdat", others={"packet": boxes.xmp(packet)}).build(),
        ),
        ("a.wav", wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"_PMX", packet))),
        ("a.mp3", mp3.tag(mp3.private("XMP", packet)) + mp3.sound()),
        (
            "a.pdf",
            pdf.plain(
                pdf.objects(catalog=b"/Metadata 6 0 R")
                | {6: pdf.stream(packet, b"/Type/Metadata/Subtype/XML")}
            ),
        ),
        (
            "a.svg",
            svg.drawing(f"<metadata>{rdf.decode()}</metadata>").encode(),
        ),
        (
            "page.html",
            f'<html><head><meta name="DigitalSourceType" content="{manifests.TRAINED}"></head>'
            "<body>x</body></html>".encode(),
        ),
        (
            "linked.html",
            LINKED,
        ),
    ):
        term = b"TrainedAlgorithmic" if name == "linked.html" else manifests.TRAINED.encode()
        yield Traced(kind="iptc-source-type", name=name, data=data, holds=term)
    system = xmp_segment(iptc("AISystemUsed", "Imaginer 2"))
    yield Traced(
        kind="iptc-ai-system", name="a.jpg", data=system, product="Imaginer 2", holds=b"Imaginer 2"
    )
    prompt = xmp_segment(iptc("AIPromptInformation", "a red duck"))
    yield Traced(kind="iptc-ai-prompt", name="a.jpg", data=prompt, holds=b"a red duck")


def _front_ends() -> Iterator[Traced]:
    comment = b"UNICODE\0" + WEBUI.encode("utf-16-be")
    webui = "Stable Diffusion web UI"
    yield Traced(
        kind="a1111",
        name="a.png",
        data=texts(("parameters", WEBUI)),
        product=webui,
        holds=b"Steps: 15",
    )
    yield Traced(
        kind="a1111",
        name="compressed.png",
        data=png.build(png.ztxt("parameters", WEBUI)),
        product=webui,
        holds=b"zTXt",
    )
    yield Traced(
        kind="a1111",
        name="a.jpg",
        data=exif_segment(exif.tiff(comment=comment)),
        product=webui,
        holds="Steps: 15".encode("utf-16-be"),
    )
    yield Traced(
        kind="a1111",
        name="a.webp",
        data=webp.file(
            webp.vp8x(webp.EXIF), *webp.coded(), webp.chunk(b"EXIF", exif.tiff(comment=comment))
        ),
        product=webui,
        holds="Steps: 15".encode("utf-16-be"),
    )
    yield Traced(
        kind="a1111-extras",
        name="a.png",
        data=texts(("postprocessing", "Postprocess upscale by: 4, Upscaler: ESRGAN_4x")),
        claim="edited",
        product=webui,
        holds=b"ESRGAN",
    )
    for name, data in (
        ("a.png", texts(("prompt", GRAPH))),
        ("a.jpg", exif_segment(maker(0x010F, f"prompt:{GRAPH}\0".encode()))),
        ("a.mp4", boxes.Movie(in_moov=boxes.udta(boxes.keyed(("comment", GRAPH)))).build()),
        ("b.mp4", boxes.Movie(in_moov=boxes.udta(boxes.quicktime_text(b"\xa9cmt", GRAPH))).build()),
        (
            "a.mkv",
            matroska.Film(
                back=(matroska.el(matroska.TAGS, matroska.tag(matroska.simple("PROMPT", GRAPH))),)
            ).build(),
        ),
        ("a.flac", flac.file(flac.comments(f"prompt={GRAPH}"))),
        ("a.ogg", ogg.vorbis(f"PROMPT={GRAPH}")),
        ("a.mp3", mp3.tag(mp3.user_text("prompt", GRAPH)) + mp3.sound()),
    ):
        yield Traced(kind="comfyui", name=name, data=data, product="ComfyUI", holds=b'"class_type"')
    for kind, product, key, value in (
        ("swarmui", "SwarmUI", "parameters", '{"sui_image_params": {"prompt": "x"}}'),
        ("fooocus", "Fooocus", "Comment", '{"prompt": "x", "version": "Fooocus v2.5.5"}'),
        ("fooocus", "Fooocus", "fooocus_scheme", "a1111"),
        ("invokeai", "InvokeAI", "invokeai_metadata", '{"generation_mode":"txt2img"}'),
        ("invokeai", "InvokeAI", "sd-metadata", '{"app_version": "2.3.0"}'),
        ("invokeai", "InvokeAI", "Dream", '"a cat" -s 50 -S 12 -W 512 -C 7.5'),
        ("novelai", "NovelAI", "Software", "NovelAI"),
        ("novelai", "NovelAI", "Source", "Stable Diffusion 1D44365E"),
        ("easy-diffusion", "Easy Diffusion", "negative_prompt", "blur"),
    ):
        yield Traced(
            kind=kind,
            name=f"{key}.png",
            data=texts((key, value)),
            product=product,
            holds=value.encode(),
        )
    things = '{"c":"a cat","sampler":"Euler A","scale":7,"v2":{"seed":1}}'
    escaped = things.replace('"', "&quot;")
    yield Traced(
        kind="draw-things",
        name="a.png",
        data=png.build(
            png.packet(
                packets.packet(
                    f"<exif:UserComment>{escaped}</exif:UserComment>",
                    attributes=' xmlns:exif="http://ns.adobe.com/exif/1.0/"',
                )
            )
        ),
        product="Draw Things",
        holds=b"Euler A",
    )
    text = '{"Software": "NovelAI", "Comment": "a cat"}'
    for name, hiding, mode, form in (
        ("comp.png", "stealth_pngcomp", "A", "PNG"),
        ("info.png", "stealth_pnginfo", "A", "PNG"),
        ("rgb.png", "stealth_rgbinfo", "RGB", "PNG"),
        ("a.webp", "stealth_pngcomp", "A", "WEBP"),
    ):
        yield Traced(
            kind="stealth",
            name=name,
            data=hidden(hiding, text, mode, form),
            product="NovelAI",
        )


def _services() -> Iterator[Traced]:
    yield Traced(
        kind="midjourney",
        name="a.png",
        data=texts(("Description", f"a boat --ar 4:3 --v 5.2 Job ID: {UUID}")),
        product="Midjourney",
        holds=UUID.encode(),
    )
    yield Traced(
        kind="grok",
        name="a.jpg",
        data=exif_segment(exif.tiff(description=SIGNATURE.encode() + b"\0")),
        product="xAI Grok",
        holds=SIGNATURE.encode(),
    )
    for kind, claim, product, value in (
        ("google-credit", "generated", "Google AI", "Made with Google AI"),
        ("google-edit-credit", "edited", "Google AI", "Edited with Google AI"),
        ("apple-credit", "generated", "Apple Image Playground", "Apple Image Playground"),
        ("apple-edit-credit", "edited", "Apple Photos", "Apple Photos Generative Edit: Clean Up"),
    ):
        for name, data in (("a.jpg", credited(value)), ("iim.jpg", resources(value))):
            yield Traced(
                kind=kind,
                name=name,
                data=data,
                claim=claim,
                product=product,
                holds=value.encode(),
            )
    yield Traced(
        kind="ideogram",
        name="a.jpg",
        data=exif_segment(maker(0x010F, b"Ideogram AI\0")),
        product="Ideogram",
        holds=b"Ideogram AI",
    )
    for kind, product, key, value in (
        ("luma", "Luma AI", "Source", "Luma AI"),
        ("reve", "Reve", "Software", "https://reve.com"),
        ("higgsfield", "Higgsfield", "hf-job-id", UUID),
        ("wavespeed", "WaveSpeed", "job-id", "abc"),
    ):
        yield Traced(
            kind=kind,
            name=f"{kind}.png",
            data=texts((key, value)),
            product=product,
            holds=value.encode(),
        )
    named = '{"generationParams": {"modelName": "imaginer"}}'
    yield Traced(
        kind="generation-params", name="a.png", data=texts(("Comment", named)), holds=named.encode()
    )


def _elsewhere() -> Iterator[Traced]:
    yield Traced(
        kind="bytedance",
        name="a.jpg",
        data=exif_segment(exif.tiff(comment=b"ASCII\0\0\0" + BYTEDANCE.encode())),
        product="ByteDance (dreamina)",
        holds=BYTEDANCE.encode(),
    )
    label_only = '{"aigc_info":{"aigc_label_type":0}}'
    yield Traced(
        kind="bytedance",
        name="plain.png",
        data=texts(("Comment", label_only)),
        claim="tool",
        product="ByteDance",
        holds=label_only.encode(),
    )
    yield Traced(
        kind="tencent-cloud",
        name="a.jpg",
        data=exif_segment(exif.tiff(description=CLOUD.encode() + b"\0")),
        product="Tencent Cloud",
        holds=b"ServiceProvider",
    )
    edited = trailer(b'{"originalPath":"","genAIType":1}')
    for name, data in (
        ("a.jpg", jpeg.file(jpeg.app0(), trailer=edited)),
        ("a.png", png.build() + edited),
        (
            "a.heic",
            picture_items.Picture(
                items=(picture_items.picture(1),),
                order="meta mdat sefd",
                others={"sefd": boxes.box(b"sefd", edited)},
            ).build(),
        ),
    ):
        yield Traced(
            kind="samsung",
            name=name,
            data=data,
            claim="edited",
            product="Samsung Galaxy",
            holds=b'"genAIType":1',
        )
    made = "made with suno; created=2026-01-02T03:04:05Z; id=" + UUID
    link = mp3.frame("WOAS", b"https://suno.com/song/1")
    for name, data, holds in (
        ("a.mp3", mp3.tag(mp3.comment(made)) + mp3.sound(), made),
        ("link.mp3", mp3.tag(link) + mp3.sound(), "https://suno.com"),
        (
            "a.wav",
            wav.file(wav.FORMAT, wav.DATA, wav.info(wav.chunk(b"ICMT", made.encode()))),
            made,
        ),
        (
            "a.m4a",
            boxes.Movie(
                brands=(b"M4A ", b"isom"),
                in_moov=boxes.udta(boxes.named(boxes.item(b"\xa9cmt", made))),
            ).build(),
            made,
        ),
        ("a.opus.ogg", ogg.vorbis(f"COMMENT={made}"), made),
    ):
        yield Traced(kind="suno", name=name, data=data, product="Suno", holds=holds.encode())
    yield Traced(
        kind="film-sei",
        name="a.mp4",
        data=film(b"kling-ai 2.0"),
        claim="tool",
        product="Kling",
        holds=b"kling-ai",
    )
