"""Every kind of trace is found in files made by hand, and nothing in files without one."""

from __future__ import annotations

import random
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Final

import pytest

from ailabel import plugins, registry, traces
from ailabel.errors import AilabelError, MalformedFileError, PluginError
from ailabel.io.source import BytesView
from ailabel.messages import Message
from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength
from ailabel.traces.table import ROWS
from builders import jpeg, packets, png, traced
from corpus import CORPUS, needs_corpus
from every import cases, sample_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry

CASES: Final = tuple(traced.cases())
NAMED: Final = {f"{item.kind}-{number}-{item.name}": item for number, item in enumerate(CASES)}
KINDS: Final = {row.kind: row for row in ROWS}
REAL: Final = {  # a file of the corpus, the kinds of its traces, and what they name
    "automatic1111_cropped.jpg": {("a1111", "Stable Diffusion web UI")},
    "automatic1111_cropped.png": {("a1111", "Stable Diffusion web UI")},
    "chatgpt-1.png": {("c2pa", "ChatGPT (GPT-4o)")},
    "grok-1.jpg": {("grok", "xAI Grok")},
    "invokeai_dream1.png": {("invokeai", "InvokeAI")},
    "invokeai_sdmeta1.png": {("invokeai", "InvokeAI")},
    "mj-1.png": {("midjourney", "Midjourney"), ("iptc-source-type", None)},
    "novelai1_cropped.png": {("novelai", "NovelAI")},
    "unclip_2pass_cropped.png": {("comfyui", "ComfyUI")},
}


def find(data: bytes, name: str) -> tuple[Trace, ...]:
    """Return the traces of a file."""
    view = BytesView(data, name)
    return traces.find(view, registry.detect(view).format.id)


@pytest.mark.parametrize("case", NAMED)
def test_a_trace_is_found_with_what_it_says_and_where(case: str) -> None:
    """Kind, claim and product are told, and the bytes that are pointed to hold what was found."""
    item = NAMED[case]
    found = find(item.data, item.name)
    assert [trace.kind for trace in found] == [item.kind] * len(found)
    assert found
    trace = found[0]
    assert trace.claim.value == item.claim
    assert trace.product == item.product
    assert trace.of_ai == (item.claim != "provenance")
    assert str(trace.message)
    assert len(trace.raw) <= RAW_MOST
    assert trace.strength.value == KINDS[item.kind].strength.value or item.kind == "c2pa"
    if trace.offset is None or trace.length is None:
        assert not item.holds
    else:
        assert item.holds in item.data[trace.offset : trace.offset + trace.length]


def test_every_row_of_the_table_has_a_file_that_shows_it() -> None:
    """No row is there that nothing was made for, and no kind is found that has no row."""
    assert {item.kind for item in CASES} == set(KINDS)
    assert len(KINDS) == len(ROWS)


@pytest.mark.parametrize("case", NAMED)
def test_damaged_files_have_traces_or_not(case: str) -> None:
    """Cut short or with flipped bits, a file raises nothing, and what is told stands in it."""
    item = NAMED[case]
    format_id = registry.detect(BytesView(item.data, item.name)).format.id
    source = random.Random(item.kind)
    for _ in range(25):
        data = bytearray(item.data[: source.randrange(len(item.data)) or None])
        for _ in range(source.randrange(4)):
            data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        for trace in traces.find(BytesView(bytes(data), item.name), format_id):
            assert trace.kind in KINDS
            if trace.offset is not None and trace.length is not None:
                assert 0 <= trace.offset <= trace.offset + trace.length <= len(data)


def _clean() -> Iterator[tuple[str, bytes]]:
    """Yield every file of ours that has no trace."""
    foreign = (png.TRACE.encode(), b"aigc_info")  # files of the builders that have some
    for name, data in (*cases().items(), *sample_files()):
        if not any(mark in data for mark in foreign):
            yield name, data


def test_files_without_a_trace_have_none() -> None:
    """All samples, labelled or not, of all formats; a label is no trace."""
    wrong = {}
    clean = dict(_clean())
    assert len(clean) > len(cases()) // 2
    for name, data in clean.items():
        found = find(data, name.rpartition("/")[2])
        if found:
            wrong[name] = [trace.kind for trace in found]
    assert wrong == {}


def test_what_editors_and_cameras_write_is_no_trace() -> None:
    """A camera's Exif, a source type of a camera, a general editor's name, an agency's credit."""
    attributes = (
        f'{traced.EXT}{traced.PHOTOSHOP} xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmp:CreatorTool="Adobe Photoshop 26.0" photoshop:Credit="An Agency"'
        " Iptc4xmpExt:DigitalSourceType="
        '"http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"'
    )
    packet = packets.packet(
        "<dc:description>Steps: 3 stairs</dc:description>", attributes=attributes
    )
    for data in (
        traced.xmp_segment(packet),
        traced.exif_segment(traced.maker(0x010F, b"Canon\0")),
        traced.exif_segment(traced.maker(0x0131, b"Adobe Photoshop 26.0\0")),
        traced.resources("Credit: An Agency"),
        jpeg.file(jpeg.app0(), trailer=traced.trailer(b'{"genAIType":0}')),
        jpeg.file(jpeg.app0(), trailer=traced.trailer(b'{"genAIType":1}', b"MCC_Data")),
        jpeg.file(jpeg.app0(), jpeg.segment(0xFE, b"CREATOR: gd-jpeg v1.0, quality = 90")),
    ):
        assert find(data, "a.jpg") == ()
    for key, value in (("Software", "GIMP 3"), ("Description", "Job ID: 12"), ("prompt", "> ")):
        assert find(traced.texts((key, value)), "a.png") == ()
    assert find(traced.film(b"x264 - core 164"), "a.mp4") == ()


@needs_corpus
@pytest.mark.parametrize("name", REAL)
def test_real_files_show_their_traces(name: str) -> None:
    """The files of the corpus, made by the products themselves."""
    found = find((CORPUS / "traces" / name).read_bytes(), name)
    assert {(trace.kind, trace.product) for trace in found} == REAL[name]
    assert all(trace.claim is Claim.GENERATED for trace in found)


@needs_corpus
def test_real_labelled_files_have_no_other_traces() -> None:
    """Files whose producers write the label alone, and files made for this project."""
    for folder in ("made", "real"):
        for path in sorted((CORPUS / folder).iterdir()):
            try:
                assert find(path.read_bytes(), path.name) == ()
            except AilabelError:
                continue


def test_a_format_without_places_has_no_traces() -> None:
    """Plain text keeps nothing beside its content."""
    assert find(traced.WEBUI.encode(), "a.txt") == ()


def test_a_damaged_place_does_not_hide_the_others() -> None:
    """A compressed text that is broken is passed over."""
    broken = png.chunk(b"zTXt", b"Comment\0\0no deflate")
    data = png.build(broken, png.text("parameters", traced.WEBUI))
    assert [trace.kind for trace in find(data, "a.png")] == ["a1111"]


def test_long_texts_are_read_as_far_as_needed() -> None:
    """What tells a generator stands at the front of a graph of any length."""
    graph = traced.GRAPH + " " * (1 << 20)
    for chunk in (png.text("prompt", graph), png.ztxt("prompt", graph)):
        found = find(png.build(chunk), "a.png")
        assert [trace.kind for trace in found] == ["comfyui"]
    many = [png.ztxt("Comment", " " * (1 << 20)) for _ in range(40)]
    data = png.build(*many, png.ztxt("parameters", traced.WEBUI))
    assert find(data, "a.png") == ()  # what 40 of them may inflate to was used up


# -- plug-ins --------------------------------------------------------------------------------------


class Toy:
    """A tracer of another package."""

    formats: Sequence[str] = ("png",)

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find a text of its own, and break on another."""
        del view, format_id
        for entry in entries:
            if entry.key == "toy":
                yield Trace(
                    kind="toy",
                    claim=Claim.TOOL,
                    strength=TraceStrength.WEAK,
                    message=Message("a toy"),
                    location=entry.location,
                )
            elif entry.key == "broken":
                raise MalformedFileError("the toy is broken")


class Point:
    """An entry point."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value

    def load(self) -> object:
        """Return the object, or fail as a broken package does."""
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Point]]:
    """Return the list of the entry points that are installed."""
    installed: list[Point] = []
    monkeypatch.setattr(
        metadata, "entry_points", lambda group: installed if group == "ailabel.tracers" else []
    )
    monkeypatch.setattr(plugins, "_is_named", bool)
    for cached in (traces._plugins, traces.tracers):
        cached.cache_clear()
    yield installed
    for cached in (traces._plugins, traces.tracers):
        cached.cache_clear()


def test_other_packages_add_kinds(points: list[Point]) -> None:
    """An entry point adds a tracer behind our own, for the formats that it names."""
    points.append(Point("toy", Toy()))
    data = traced.texts(("toy", "x"), ("parameters", traced.WEBUI))
    assert [trace.kind for trace in find(data, "a.png")] == ["a1111", "toy"]
    assert find(jpeg.file(jpeg.app0()), "a.jpg") == ()


def test_a_kind_that_cannot_be_looked_into_is_left_out(points: list[Point]) -> None:
    """The traces of the other kinds are still told."""
    points.append(Point("toy", Toy()))
    data = traced.texts(("broken", "x"), ("parameters", traced.WEBUI))
    assert [trace.kind for trace in find(data, "a.png")] == ["a1111"]


@pytest.mark.parametrize(
    ("value", "message"),
    [(object(), "no tracer"), (ImportError("no module"), "cannot be loaded: ImportError")],
)
def test_a_broken_extension_is_told(points: list[Point], value: object, message: str) -> None:
    """What is no tracer, or cannot be loaded, breaks the contract of extensions."""
    points.append(Point("odd", value))
    with pytest.raises(PluginError, match=message):
        find(png.build(), "a.png")


def test_looking_for_a_manifest_loads_no_tracer() -> None:
    """Labelling looks for C2PA manifests only, and pays for nothing else."""
    code = (
        "import sys, ailabel.traces.c2pa as c\n"
        "from ailabel.io.source import BytesView\n"
        f"assert c.find_manifest(BytesView({png.build()!r}), 'png') is None\n"
        "heavy = {'ailabel.traces.table', 'ailabel.traces.c2pa_claims', 'ailabel.model.trace'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))\n"
    )
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        '{"generationParams": {' * 3000,
        '"generationParams":' + " " * 60_000,
        "Steps: 1, Steps: " * 4000,
        "Steps: " + "1" * 60_000,
        '{"sampler"' * 6000,
        "Job ID: " * 8000,
        f"Job ID: {traced.UUID}" + " " * 60_000 + "x",
        "Signature: " + "A" * 60_000 + "!",
        " -s" * 20_000,
        '"digitalSourceType": "' * 3000,
        '{"aigc_info":' * 5000,
    ],
)
def test_texts_made_to_be_searched_forever_are_searched_once(text: str) -> None:
    """Patterns look at each character a bounded number of times, or this would not end."""
    keys = ("parameters", "Description", "Comment", "Dream", "invokeai_metadata")
    data = traced.texts(*((key, text) for key in keys))
    assert {trace.kind for trace in find(data, "a.png")} <= {"bytedance", "invokeai"}
    page = f'<head><script type="application/ld+json">{text}</script></head><body>x'
    assert find(page.encode(), "a.html") == ()
    packet = packets.packet(f"<dc:description>{text[:50_000]}</dc:description>")
    assert {trace.kind for trace in find(traced.xmp_segment(packet), "a.jpg")} <= {
        "midjourney",
        "grok",
    }
