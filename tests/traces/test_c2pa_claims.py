"""What C2PA manifests say of AI, read without the library, in every container."""

from __future__ import annotations

import base64
import datetime as dt
import io
import struct
import zipfile
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ailabel import registry, traces
from ailabel.io.source import BytesView
from ailabel.model.trace import Claim, Trace, TraceStrength
from ailabel.traces.c2pa import find_manifest
from builders import boxes, docx, gif, jpeg, jxl, mp3, pdf, png, svg, tiff, wav, webp
from builders.manifests import (
    CAPTURE,
    TRAINED,
    actions,
    assertion,
    box,
    cbor,
    created,
    ingredient,
    manifest,
    store,
    superbox,
)

STORE: Final = store(manifest("urn:c2pa:one", created()))
PARTIAL: Final = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def find(data: bytes, name: str = "a.png") -> Trace:
    """Return the one trace of a file."""
    view = BytesView(data, name)
    (trace,) = traces.find(view, registry.detect(view).format.id)
    return trace


def picture(*manifests: bytes) -> bytes:
    """Return a PNG with a store."""
    return png.build(png.chunk(b"caBX", store(*manifests)))


def segments(data: bytes, size: int) -> bytes:
    """Return a store as JPEG segments [ISO19566-5 D.2]."""
    pieces = [data[at : at + size] for at in range(8, len(data), size)]
    return b"".join(
        jpeg.segment(0xEB, b"JP\0\1" + struct.pack(">I", number) + data[:8] + piece)
        for number, piece in enumerate(pieces, 1)
    )


def attached(data: bytes, encoding: int = 0) -> bytes:
    """Return a frame with a store, under the names that c2pa-rs gives it."""
    codec = {1: "utf-16", 2: "utf-16-be"}.get(encoding, "latin-1")
    names = b"".join(f"{name}\0".encode(codec) for name in ("c2pa", "c2pa manifest store"))
    return mp3.frame("GEOB", bytes([encoding]) + b"application/c2pa\0" + names + data)


def packed(data: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a document with a store among its members."""
    target = io.BytesIO(next(docx.samples())[1])
    with zipfile.ZipFile(target, "a", method) as archive:
        archive.writestr("META-INF/content_credential.c2pa", data)
    return target.getvalue()


def embedded(data: bytes) -> bytes:
    """Return a PDF with a store as an associated file."""
    found = pdf.objects(catalog=b"/AF[6 0 R]") | {
        6: b"<</Type/Filespec/AFRelationship/C2PA_Manifest/F(m)/EF<</F 7 0 R>>>>",
        7: pdf.stream(data),
    }
    return pdf.plain(found)


def riff(data: bytes) -> bytes:
    """Return a WebP with a store."""
    return webp.file(*webp.coded(), webp.chunk(b"C2PA", data))


BOX: Final = boxes.box(b"uuid", UUID, bytes(4), b"manifest\0", bytes(8), STORE)
SVG: Final = (
    '<metadata><c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">'
    f"{base64.b64encode(STORE).decode()}</c2pa:manifest></metadata>"
)
CONTAINERS: Final = {
    "a.png": (picture(manifest("urn:c2pa:one", created())), "caBX"),
    "a.jpg": (jpeg.file(jpeg.app0(), segments(STORE, 65_000)), "APP11[JUMBF]"),
    "pieces.jpg": (jpeg.file(jpeg.app0(), segments(STORE, 150)), "APP11[JUMBF]"),
    "a.webp": (riff(STORE), "C2PA"),
    "a.wav": (wav.file(wav.FORMAT, wav.DATA, wav.chunk(b"C2PA", STORE)), "C2PA"),
    "a.mp3": (mp3.tag(attached(STORE)) + mp3.sound(), "ID3v2/GEOB"),
    "wide.mp3": (mp3.tag(attached(STORE, 1)) + mp3.sound(), "ID3v2/GEOB"),
    "a.mp4": (boxes.Movie(order="c2pa moov mdat", others={"c2pa": BOX}).build(), "uuid[C2PA]"),
    "a.tif": (tiff.file(tiff.page((0xCD41, tiff.UNDEFINED, STORE))), "IFD0/C2PA"),
    "a.gif": (
        gif.head()
        + gif.application(b"C2PA_GIF\x01\0\0", gif.sub_blocks(STORE))
        + gif.picture()
        + gif.TRAILER,
        "C2PA_GIF",
    ),
    "a.jxl": (jxl.file(STORE, jxl.box(b"jxlc", jxl.CODESTREAM)), "jumb"),
    "a.svg": (svg.drawing(SVG).encode(), "metadata/c2pa:manifest"),
    "a.docx": (packed(STORE), "META-INF/content_credential.c2pa"),
    "deflated.docx": (packed(STORE, zipfile.ZIP_DEFLATED), "META-INF/content_credential.c2pa"),
    "a.pdf": (embedded(STORE), "Root/AF"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_manifest_is_read_in_every_container(name: str) -> None:
    """What it says is told, with its place in the container, and the place is found alone too."""
    data, place = CONTAINERS[name]
    trace = find(data, name)
    assert (trace.kind, trace.claim, trace.product) == ("c2pa", Claim.GENERATED, "by hand")
    assert trace.strength is TraceStrength.STATED
    assert trace.location == f"{place}/urn:c2pa:one/c2pa.actions.v2"
    assert trace.raw == b"trainedAlgorithmicMedia"
    assert "signed as somebody unnamed, says trainedAlgorithmicMedia; its" in str(trace.message)
    assert trace.offset is not None
    assert trace.length is not None
    scattered = name in {"pieces.jpg", "a.gif", "a.svg", "a.pdf", "deflated.docx"}
    pointed = data[trace.offset : trace.offset + trace.length]
    assert scattered or b"trainedAlgorithmicMedia" in pointed
    format_id = registry.detect(BytesView(data, name)).format.id
    assert find_manifest(BytesView(data, name), format_id) == place


@pytest.mark.parametrize(
    ("assertions", "claim", "product"),
    [
        ((created(CAPTURE),), Claim.PROVENANCE, "by hand"),
        ((), Claim.PROVENANCE, "by hand"),
        ((created(PARTIAL),), Claim.EDITED, "by hand"),
        ((created(softwareAgent={"name": "Model 4"}),), Claim.GENERATED, "by hand (Model 4)"),
        ((created(softwareAgent="by hand"),), Claim.GENERATED, "by hand"),
        (
            (actions({"action": "c2pa.edited", "digitalSourceType": TRAINED}),),
            Claim.EDITED,
            "by hand",
        ),
        ((assertion("c2pa.ai-disclosure", {}),), Claim.GENERATED, "by hand"),
        (
            (
                superbox(
                    b"json",
                    "stds.iptc",
                    box(b"json", b'{"Iptc4xmpExt:DigitalSourceType": "%b"}' % TRAINED.encode()),
                ),
            ),
            Claim.GENERATED,
            "by hand",
        ),
        (
            (superbox(b"json", "x", box(b"json", b'{"digitalSourceType": ')),),
            Claim.PROVENANCE,
            "by hand",
        ),
        (
            (superbox(b"cbor", "igitalSourceType", box(b"cbor", b"\xa1\xff")),),
            Claim.PROVENANCE,
            "by hand",
        ),
        (
            (assertion("x", {"digitalSourceType": [1, {"no": "text"}]}),),
            Claim.PROVENANCE,
            "by hand",
        ),
    ],
)
def test_what_the_assertions_say_decides_the_claim(
    assertions: tuple[bytes, ...], claim: Claim, product: str
) -> None:
    """Source types in any assertion count, by the action that has them; others say nothing."""
    trace = find(picture(manifest("urn:c2pa:one", *assertions)))
    assert (trace.claim, trace.product) == (claim, product)
    assert trace.of_ai == (claim is not Claim.PROVENANCE)


PARENT: Final = manifest("urn:c2pa:parent", created(), generator="the maker")


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    ("relationship", "claim"),
    [
        ("parentOf", Claim.GENERATED),
        ("componentOf", Claim.EDITED),
        ("inputTo", Claim.EDITED),
    ],
)
def test_ingredients_speak_for_the_file(relationship: str, claim: Claim, *, old: bool) -> None:
    """What a parent says holds for all of it, what another ingredient says for a part."""
    own = manifest("urn:c2pa:own", ingredient("urn:c2pa:parent", relationship, old=old))
    trace = find(picture(PARENT, own))
    assert (trace.claim, trace.product) == (claim, "the maker")
    assert trace.location == "caBX/urn:c2pa:parent/c2pa.actions.v2"


def test_a_manifest_that_nothing_leads_to_does_not_count() -> None:
    """The last manifest is the file's own; others are read where it names them, in any circle."""
    lonely = manifest("urn:c2pa:own", ingredient("urn:c2pa:gone"), created(CAPTURE))
    assert find(picture(PARENT, lonely)).claim is Claim.PROVENANCE
    circle = manifest("urn:c2pa:own", ingredient("urn:c2pa:own"), created())
    assert find(picture(circle)).claim is Claim.GENERATED


def _certificate(*names: tuple[x509.ObjectIdentifier, str]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    key = ec.derive_private_key(7, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


ORGANISATION: Final = (x509.NameOID.ORGANIZATION_NAME, "示例公司")
COMMON: Final = (x509.NameOID.COMMON_NAME, "signer one")


@pytest.mark.parametrize(
    ("headers", "signer"),
    [
        ([cbor({33: [_certificate(ORGANISATION, COMMON), b"x"]}), {}], "示例公司 (signer one)"),
        ([b"", {"x5chain": _certificate(COMMON)}], "signer one"),
        ([b"", {"x5chain": [_certificate(ORGANISATION)]}], "示例公司"),
        ([b"", {33: [b"no certificate"]}], "somebody unnamed"),
        ([b"", {33: []}], "somebody unnamed"),
        ([b"\xff", {}], "somebody unnamed"),
        ([b"", {33: _certificate()}], "somebody unnamed"),
    ],
)
def test_the_signer_is_named_as_the_certificate_says(headers: list[object], signer: str) -> None:
    """The first certificate names the signer; that nothing was checked is said beside it."""
    signature = [*headers, None, b"signature"]
    trace = find(picture(manifest("urn:c2pa:one", created(), signature=signature)))
    assert f"signed as {signer}, says" in str(trace.message)
    assert str(trace.message).endswith("its signature was not checked")


@pytest.mark.parametrize("generator", [None, "", "x" * 1000])
def test_the_program_is_named_as_the_claim_says(generator: str | None) -> None:
    """A claim without a name names nobody, and one that is too long is cut."""
    trace = find(picture(manifest("urn:c2pa:one", created(), generator=generator)))
    assert trace.product == (generator[:200] if generator else None)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no box at all",
        STORE[: len(STORE) // 2],
        superbox(b"c2pa", "c2pa"),
        superbox(b"c2xx", "c2pa", manifest("urn:c2pa:one", created())),
        box(b"jumb", b""),
        STORE.replace(b"jumd", b"jumx"),
    ],
)
def test_a_store_that_cannot_be_read_is_told_as_such(data: bytes) -> None:
    """A damaged manifest speaks of nothing, and is there."""
    trace = find(png.build(png.chunk(b"caBX", data)))
    assert (trace.claim, trace.strength) == (Claim.PROVENANCE, TraceStrength.WEAK)
    assert str(trace.message) == "there is a C2PA manifest, which cannot be read"


def test_labels_that_a_manifest_names_elsewhere_do_not_hide_it() -> None:
    """An embedded manifest counts before one that the metadata name on a server."""
    remote = ' xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://x.example/m"'
    from builders import packets

    packet = png.packet(packets.packet("", attributes=remote))
    assert find(png.build(packet)).kind == "c2pa-remote"
    assert find(png.build(packet, png.chunk(b"caBX", STORE))).kind == "c2pa"


def test_many_ingredients_are_walked_once() -> None:
    """A manifest that names itself, and others, ten thousand times."""
    names = ("urn:c2pa:own", "urn:c2pa:parent", "urn:c2pa:gone")
    links = [ingredient(names[at % 3], ("parentOf", "inputTo")[at % 2]) for at in range(9000)]
    assert find(picture(PARENT, manifest("urn:c2pa:own", *links))).claim is Claim.GENERATED


def test_long_names_are_cut_where_they_are_shown() -> None:
    """The name of a manifest, and of an assertion."""
    long = superbox(b"cbor", "x" * 5000, box(b"cbor", cbor({"digitalSourceType": TRAINED})))
    trace = find(picture(manifest("y" * 5000, long)))
    assert len(trace.location) < 500
