"""The implicit label in PDF."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pikepdf
import pytest

from ailabel.carriers.pdf import CARRIER
from ailabel.codecs.pdf import Document
from ailabel.errors import (
    AilabelError,
    LimitExceededError,
    MalformedFileError,
    PlanError,
    UnsupportedFormatError,
)
from ailabel.io.source import BytesView, FileView, Limits
from ailabel.io.splice import apply, normalise
from ailabel.model.media import Strength
from ailabel.spi import Slot, essence_digest
from ailabel.testing import PAYLOADS, check_carrier, check_total
from builders import pdf as build
from builders.pdf_signed import judge, sign
from corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Callable

OLD: Final = '{"Label":"2","ContentProducer":"x","ProduceID":"old-1"}'
FIRST, SECOND = PAYLOADS[0], PAYLOADS[1]
SAMPLES: Final = dict(build.samples())
every_sample: Final = pytest.mark.parametrize("name", SAMPLES)


def _read(data: bytes) -> list[Slot]:
    return [item for item in CARRIER.read(BytesView(data)) if isinstance(item, Slot)]


def _write(data: bytes, payload: str = FIRST) -> bytes:
    view = BytesView(data)
    return apply(data, normalise(CARRIER.write(view, payload), view.size))


def _digest(data: bytes) -> str:
    return essence_digest(CARRIER, BytesView(data))


def _run(path: Path, *command: str) -> str:
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _with_info(entries: bytes) -> bytes:
    return build.plain(build.objects() | {5: b"<<%b>>" % entries}, info=5)


@every_sample
def test_laws(name: str) -> None:
    """The laws of carriers hold."""
    check_carrier(CARRIER, name, SAMPLES[name])


@every_sample
def test_damage(name: str) -> None:
    """Damaged files are read or refused, never crashed on."""
    check_total(CARRIER, name, SAMPLES[name], count=100, seed=7)
    check_total(CARRIER, name, _write(SAMPLES[name]), count=60, seed=8)


@every_sample
def test_file_stays_a_prefix(name: str) -> None:
    """One edit at the end holds the whole change."""
    data = SAMPLES[name]
    (edit,) = CARRIER.write(BytesView(data), FIRST)
    assert (edit.offset, edit.length) == (len(data), 0)


@pytest.mark.oracle
@every_sample
def test_oracles(name: str, tmp_path: Path) -> None:
    """ExifTool and pikepdf read the label, and qpdf finds no fault."""
    path = tmp_path / name
    path.write_bytes(_write(_write(SAMPLES[name]), SECOND))
    found = json.loads(_run(path, "exiftool", "-j", "-G1", "-AIGC", "-XMP:all"))[0]
    assert json.loads(found["PDF:AIGC"]) == json.loads(SECOND)
    assert not any("Aigc" in key for key in found)
    assert "No syntax or stream encoding errors" in _run(path, "qpdf", "--check")
    with pikepdf.open(path) as pdf:
        assert str(pdf.docinfo["/AIGC"]) == SECOND
        assert all("/AIGC" not in page for page in pdf.pages)
        assert "/AIGC" not in pdf.Root


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"(" + OLD.encode() + b")", OLD),
        (b"<" + OLD.encode().hex().encode() + b">", OLD),
        (b"<FEFF" + OLD.encode("utf-16-be").hex().encode() + b">", OLD),
        (b"(\xef\xbb\xbf" + OLD.encode() + b")", OLD),
        (b"(" + b"".join(b"\\%03o" % code for code in OLD.encode()) + b")", OLD),
        (b"6 0 R", OLD),
        (b"(a(b)\\)c)", "a(b)c".replace("c", ")c")),
        (b"<</Label(1)>>", "<</Label(1)>>"),
    ],
    ids=["literal", "hex", "UTF-16", "UTF-8", "octal", "indirect", "parentheses", "no string"],
)
def test_strings(value: bytes, text: str) -> None:
    """Whatever way the string is written, its text is read."""
    found = build.objects() | {5: b"<</AIGC %b>>" % value, 6: b"(%b)" % OLD.encode()}
    for data in (build.plain(found, info=5), build.packed(found, info=5)):
        (slot,) = _read(data)
        assert (slot.payload, slot.site, slot.official) == (text, "pdf.Info/AIGC", True)
        assert slot.location == "Info/AIGC"


def test_other_places() -> None:
    """Labels in the catalog, in pages, in the packet and under like keys are unofficial slots."""
    assert [slot.site for slot in _read(SAMPLES["elsewhere.pdf"])] == [
        "pdf.Root/AIGC",
        "pdf.Page/AIGC",
        "pdf.Page/AIGC",
    ]
    (slot,) = _read(SAMPLES["xmp.pdf"])
    assert (slot.site, slot.payload, slot.official) == ("pdf.Metadata/TC260:AIGC", OLD, False)
    assert SAMPLES["xmp.pdf"][slot.offset :].startswith(slot.raw)
    data = _with_info(b"/aigc_label(%b)/MyAIGCNote(made by hand)" % OLD.encode())
    assert [slot.site for slot in _read(data)] == ["pdf.Info/aigc_label"]
    labelled = _write(data)
    info = Document(BytesView(labelled)).resolve(Document(BytesView(labelled)).trailer["Info"])
    assert isinstance(info, dict)
    assert sorted(info) == ["AIGC", "MyAIGCNote"]


def test_neighbours_keep_their_bytes() -> None:
    """Other entries of the information dictionary are copied as they stand."""
    raw = b"/Title<FEFF4E2D6587>/Author(A \\(B\\) \\350)/Custom[1 2 0 R]"
    tail = _write(_with_info(raw))[len(_with_info(raw)) :]
    for value in (b"<FEFF4E2D6587>", b"(A \\(B\\) \\350)", b"[1 2 0 R]"):
        assert value in tail


def test_update_fits_the_last_section() -> None:
    """A file with cross-reference streams gets one, a file with a table gets a table."""
    assert b"\nxref\n" in _write(SAMPLES["table.pdf"])[len(SAMPLES["table.pdf"]) :]
    tail = _write(SAMPLES["packed.pdf"])[len(SAMPLES["packed.pdf"]) :]
    assert b"/XRef" in tail
    assert b"\nxref\n" not in tail


def test_stacked_labels_of_others() -> None:
    """The newest label of another tool counts, and is superseded."""
    newer = OLD.replace("old-1", "old-2")
    data = build.appended(
        _with_info(b"/AIGC(%b)" % OLD.encode()),
        {5: b"<</AIGC(%b)>>" % newer.encode()},
        b"/Size 11/Root 1 0 R/Info 5 0 R",
    )
    assert [slot.payload for slot in _read(data)] == [newer]
    assert [slot.payload for slot in _read(_write(data))] == [FIRST]


def test_covered_label_is_refused() -> None:
    """A label of ours under another tool's changes cannot be replaced; the same one needs none."""
    labelled = _write(SAMPLES["info.pdf"])
    info = re.search(rb"/Info (\d+ 0 R)", labelled)
    assert info is not None
    data = build.appended(labelled, {4: build.stream(b"")}, b"/Size 13/Root 1 0 R/Info " + info[1])
    assert CARRIER.write(BytesView(data), FIRST) == ()
    with pytest.raises(PlanError, match="cover"):
        CARRIER.write(BytesView(data), SECOND)


def test_rewritten_by_qpdf(tmp_path: Path) -> None:
    """After a rewrite by another tool our label can be replaced again."""
    path, rewritten = tmp_path / "a.pdf", tmp_path / "b.pdf"
    path.write_bytes(_write(SAMPLES["info.pdf"]))
    for options in (["--linearize"], ["--object-streams=generate"], ["--qdf"]):
        subprocess.run(["qpdf", *options, path, rewritten], check=True)
        data = rewritten.read_bytes()
        assert [slot.payload for slot in _read(data)] == [FIRST]
        result = _write(data, SECOND)
        assert [slot.payload for slot in _read(result)] == [SECOND]
        assert _write(_write(data, PAYLOADS[2]), SECOND) == result
        rewritten.write_bytes(result)
        assert "No syntax" in _run(rewritten, "qpdf", "--check")


def test_essence_survives_a_rewrite(tmp_path: Path) -> None:
    """Renumbered objects in object streams are the same content; another word is not."""
    path, rewritten = tmp_path / "a.pdf", tmp_path / "b.pdf"
    path.write_bytes(SAMPLES["info.pdf"])
    options = ["--stream-data=preserve", "--object-streams=generate"]
    subprocess.run(["qpdf", *options, path, rewritten], check=True)
    assert _digest(rewritten.read_bytes()) == _digest(SAMPLES["info.pdf"])
    assert _digest(SAMPLES["info.pdf"].replace(b"(Hello)", b"(Hallo)")) != _digest(
        SAMPLES["info.pdf"]
    )
    turned = build.plain(build.objects(pages=3, page=b"/Rotate 90"))
    assert _digest(turned) != _digest(build.plain(build.objects(pages=3)))


def test_bytes_before_the_header() -> None:
    """Offsets that count from the header are kept so."""
    data = b"junk from a mailer\n" + SAMPLES["info.pdf"]
    match = CARRIER.sniff(BytesView(data))
    assert match is not None
    assert match.strength is Strength.WEAK
    labelled = _write(_write(data), SECOND)
    assert labelled == _write(data, SECOND)
    assert [slot.payload for slot in _read(labelled)] == [SECOND]
    assert [slot.payload for slot in _read(labelled.removeprefix(b"junk from a mailer\n"))] == [
        SECOND
    ]


@pytest.mark.parametrize("make", [build.plain, build.packed])
@pytest.mark.parametrize("allowed", [None, 2])
def test_signatures_stay_valid(make: Callable[..., bytes], allowed: int | None) -> None:
    """Labelling and labelling anew leave a signature intact, its later changes harmless."""
    signed = sign(make(build.objects() | {5: b"<</Title(t)>>"}, info=5), allowed=allowed)
    labelled = _write(signed)
    assert judge(labelled) == (True, True)
    assert judge(_write(labelled, SECOND)) == (True, True)
    assert [slot.payload for slot in _read(labelled)] == [FIRST]


def test_certified_against_changes() -> None:
    """A certification that forbids every change is obeyed."""
    signed = sign(SAMPLES["table.pdf"], allowed=1)
    with pytest.raises(PlanError, match="certifi"):
        CARRIER.write(BytesView(signed), FIRST)
    assert _read(signed) == []


def test_signed_over_the_label() -> None:
    """A label that was signed with the file stays; replacing it is refused."""
    signed = sign(_write(SAMPLES["table.pdf"]))
    assert CARRIER.write(BytesView(signed), FIRST) == ()
    with pytest.raises(PlanError, match="signature"):
        CARRIER.write(BytesView(signed), SECOND)


def test_signed_with_labels_elsewhere() -> None:
    """Taking a label out of signed pages is refused, out of the packet it is allowed."""
    with pytest.raises(PlanError, match="signed"):
        CARRIER.write(BytesView(sign(SAMPLES["elsewhere.pdf"])), FIRST)
    assert judge(_write(sign(SAMPLES["xmp.pdf"]))) == (True, True)


@pytest.mark.parametrize("bits", ["40", "128", "256"])
def test_encrypted(bits: str, tmp_path: Path) -> None:
    """An encrypted file is read where the empty password opens it, and never written."""
    path, locked = tmp_path / "a.pdf", tmp_path / "b.pdf"
    path.write_bytes(_write(SAMPLES["xmp.pdf"]))
    for password in ("", "secret"):
        command = ["qpdf", "--allow-weak-crypto", "--encrypt", password, "owner", bits, "--"]
        subprocess.run([*command, path, locked], check=True)
        data = locked.read_bytes()
        with pytest.raises(PlanError, match="encrypted"):
            CARRIER.write(BytesView(data), SECOND)
        with pytest.raises(PlanError, match="encrypted"):
            list(CARRIER.essence(BytesView(data)))
        if password:
            with pytest.raises(UnsupportedFormatError, match="password"):
                CARRIER.read(BytesView(data))
        else:
            assert [slot.payload for slot in _read(data)] == [FIRST]


@pytest.mark.parametrize("name", ["elsewhere.pdf", "xmp.pdf", "labelled.pdf"])
def test_damaged_files_are_read(
    name: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the cross-references are lost, labels are still read, quietly, and none is written."""
    damaged = re.sub(rb"startxref\n\d+", b"startxref\n3", SAMPLES[name])
    before = sorted((slot.site, slot.payload, slot.official) for slot in _read(SAMPLES[name]))
    after = sorted((slot.site, slot.payload, slot.official) for slot in _read(damaged))
    assert after == before
    with pytest.raises(MalformedFileError):
        CARRIER.write(BytesView(damaged), FIRST)
    assert capsys.readouterr().err == ""
    assert all(record.levelno < logging.ERROR for record in caplog.records)


def test_unreadable_file() -> None:
    """What nobody can read is reported as our own parser saw it."""
    with pytest.raises(MalformedFileError, match="startxref"):
        CARRIER.read(BytesView(b"%PDF-1.7 and nothing"))


def test_limits() -> None:
    """A label or a document beyond the limits is said to be so."""
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(SAMPLES["labelled.pdf"], limits=Limits(label_bytes=10)))
    damaged = SAMPLES["labelled.pdf"].replace(b"startxref", b"startxxxx")
    with pytest.raises(AilabelError):
        CARRIER.read(BytesView(damaged, limits=Limits(document_bytes=10)))


def test_reading_is_light() -> None:
    """A sound file is read and labelled without pypdf."""
    code = (
        "import sys; from builders.pdf import samples; from ailabel.carriers.pdf import CARRIER;"
        "from ailabel.io.source import BytesView;"
        "[CARRIER.write(BytesView(data), '{}') for _, data in samples()];"
        "sys.exit('pypdf' in sys.modules or 'PIL' in sys.modules)"
    )
    folder = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=False)
    assert done.returncode == 0


def test_file_view(tmp_path: Path) -> None:
    """A file on disk reads like bytes in memory."""
    path = tmp_path / "a.pdf"
    path.write_bytes(SAMPLES["elsewhere-packed.pdf"])
    with path.open("rb") as file:
        view = FileView(file.fileno())
        assert CARRIER.read(view) == CARRIER.read(BytesView(path.read_bytes()))


def test_pypdf_writers() -> None:
    """A label that pypdf wrote, all escapes, is read."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/AIGC": OLD})
    out = io.BytesIO()
    writer.write(out)
    assert [slot.payload for slot in _read(out.getvalue())] == [OLD]
    assert [slot.payload for slot in _read(_write(out.getvalue()))] == [FIRST]


@needs_corpus
def test_corpus() -> None:
    """The file of the corpus holds a label, and takes ours."""
    data = (CORPUS / "made" / "pdf_info.pdf").read_bytes()
    assert json.loads(_read(data)[0].payload)["ProduceID"] == "abc-123"
    check_carrier(CARRIER, "pdf_info.pdf", data)
