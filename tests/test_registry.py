"""Which carrier handles a file: the index, detection, extensions."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Final, cast

import pytest

from ailabel import plugins, registry
from ailabel.errors import PluginError, UnsupportedFormatError
from ailabel.io.source import BytesView
from ailabel.model.media import Format, Match, Medium, Strength
from ailabel.registry_index import CARRIERS, MARKERS
from builders import png, wav
from corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from ailabel.io.source import View
    from ailabel.io.splice import Edit
    from ailabel.spi import Carrier, Mention, Signature, Slot, Span

TOY: Final = Format(id="toy", name="Toy", medium=Medium.IMAGE, suffixes=(".toy",), mime="x/toy")


@dataclass(frozen=True)
class ToyCarrier:
    """A carrier of another package: files that begin with a NUL and TOY."""

    strength: Strength = Strength.CONTENT
    start: bytes = b"\0TOY"
    formats: tuple[Format, ...] = (TOY,)
    signatures: tuple[Signature, ...] = ()

    def sniff(self, view: View) -> Match | None:
        """Claim files with the start."""
        return Match(TOY, self.strength) if view.read_some(0, 4) == self.start else None

    def read(self, view: View) -> tuple[Slot | Mention, ...]:
        """Find nothing."""
        del view
        return ()

    def write(self, view: View, payload: str) -> tuple[Edit, ...]:
        """Change nothing."""
        del view, payload
        return ()

    def essence(self, view: View) -> tuple[Span, ...]:
        """Have no content."""
        del view
        return ()

    def canonical(self, view: View) -> tuple[Edit, ...]:
        """Change nothing."""
        del view
        return ()


@dataclass(frozen=True)
class Point:
    """An entry point as importlib.metadata gives it."""

    name: str
    value: object

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
        metadata, "entry_points", lambda group: installed if group == "ailabel.carriers" else []
    )
    monkeypatch.setattr(plugins, "_is_named", bool)
    registry._plugins.cache_clear()
    yield installed
    registry._plugins.cache_clear()


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "make_registry", ROOT / "scripts" / "make_registry.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["a.json", "B.JSONL"])
def test_json_is_refused_with_advice(name: str) -> None:
    """Data have no place for a label; what shows them has."""
    with pytest.raises(UnsupportedFormatError, match="where the data are shown"):
        registry.detect(BytesView(b'{"text": "..."}', name))


def test_the_index_is_what_the_script_would_write() -> None:
    """The index never parts from the carriers themselves."""
    script = _script()
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(script.TARGET), "-"]
    done = subprocess.run(command, input=script.index(), capture_output=True, text=True, check=True)
    assert script.TARGET.read_text("utf-8") == done.stdout


def test_every_format_has_one_carrier_and_every_marker_a_format() -> None:
    """Ids are unique, and each leads back to its carrier and, where there is one, its marker."""
    ids = [name for row in CARRIERS.values() for name in row.formats]
    assert len(ids) == len(set(ids))
    assert set(MARKERS) <= set(ids)
    for name in ids:
        carrier = registry.carrier_of(name)
        assert name in {item.id for item in carrier.formats}
        assert (registry.marker_of(name) is None) is (name not in MARKERS)


def test_formats_are_listed_with_suffix_and_media_type() -> None:
    """What is shown to people is complete, and two formats never share a suffix."""
    found = registry.formats()
    suffixes = [suffix for item in found for suffix in item.suffixes]
    assert len(suffixes) == len(set(suffixes))
    for item in found:
        assert item.suffixes
        assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in item.suffixes)
        assert "/" in item.mime


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.png", png.build(), "png"),
        ("a.jpg", png.build(), "png"),
        (None, png.build(), "png"),
        ("a.txt", png.build(), "png"),
        ("sound", wav.file(wav.FORMAT, wav.DATA), "wav"),
        ("a.txt", b"plain words\n", "txt"),
        ("A.TXT", b"plain words\n", "txt"),
        ("a.md", "# 标题\n".encode(), "markdown"),
        ("a.html", b"<!DOCTYPE html><p>x</p>", "html"),
    ],
)
def test_content_decides_and_the_name_refines(name: str | None, data: bytes, found: str) -> None:
    """A wrong suffix does not mislead; text formats are told apart by theirs."""
    assert registry.detect(BytesView(data, name)).format.id == found


@pytest.mark.parametrize(
    ("name", "data"), [("a.bin", b"\0\1\2\3"), (None, bytes(64)), ("a.png", b"\x89PNG"), ("x", b"")]
)
@pytest.mark.usefixtures("points")
def test_what_no_carrier_claims_is_unsupported(name: str | None, data: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnsupportedFormatError, match="no format that ailabel labels"):
        registry.detect(BytesView(data, name))


@pytest.mark.usefixtures("points")
def test_an_unknown_format_id_is_unsupported() -> None:
    """Asking for a carrier by a wrong id says so."""
    with pytest.raises(UnsupportedFormatError, match="there is no format nonsense"):
        registry.carrier_of("nonsense")
    assert registry.marker_of("nonsense") is None


def test_carriers_of_other_packages_are_found(points: list[Point]) -> None:
    """An entry point adds a format, behind our own in the list."""
    carrier = ToyCarrier()
    points.append(Point("toy", carrier))
    assert registry.detect(BytesView(b"\0TOY and more", "a.bin")).format is TOY
    assert registry.carrier_of("toy") is cast("Carrier", carrier)
    assert list(registry.carriers())[-1] is cast("Carrier", carrier)
    assert registry.formats()[-1] is TOY


def test_entry_points_are_not_loaded_when_our_own_carrier_claims_the_file(
    points: list[Point],
) -> None:
    """A broken extension does not hinder files that do not need it."""
    points.append(Point("broken", ImportError("no module")))
    assert registry.detect(BytesView(png.build())).format.id == "png"
    with pytest.raises(PluginError, match="broken cannot be loaded: ImportError"):
        registry.detect(BytesView(b"\0TOY"))


def test_what_is_no_carrier_is_refused(points: list[Point]) -> None:
    """An entry point to something else breaks the contract."""
    points.append(Point("nonsense", object()))
    with pytest.raises(PluginError, match="nonsense is no carrier"):
        registry.detect(BytesView(b"\0TOY"))


def test_equal_claims_are_an_error_that_names_both(points: list[Point]) -> None:
    """Which of two carriers is meant is never decided by chance."""
    points += [Point("one", ToyCarrier()), Point("two", ToyCarrier())]
    with pytest.raises(PluginError, match="several carriers claim the file: toy, toy"):
        registry.detect(BytesView(b"\0TOY"))


def test_the_stronger_claim_wins(points: list[Point]) -> None:
    """A signature beats a resemblance."""
    weak = ToyCarrier(strength=Strength.WEAK)
    points += [Point("one", weak), Point("two", ToyCarrier())]
    assert registry.detect(BytesView(b"\0TOY")).strength is Strength.CONTENT


def test_detecting_a_file_imports_the_one_module_that_it_needs() -> None:
    """The index saves importing all carriers."""
    code = (
        "import sys; from ailabel import registry; from ailabel.io.source import BytesView; "
        "from builders import wav; "
        "registry.detect(BytesView(wav.file(wav.FORMAT, wav.DATA), 'a.wav')); "
        "print(sorted(n for n in sys.modules if n.startswith('ailabel.carriers.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "tests",
        env={"PYTHONPATH": "."},
    )
    assert done.stdout.strip() == "['ailabel.carriers.wav']"


def test_as_much_of_a_head_is_looked_at_as_signatures_reach() -> None:
    """A longer signature would never fit, and heads that are longer could not be remembered."""
    rows = [parts for row in CARRIERS.values() for parts in row.signatures]
    assert max(offset + len(part) for parts in rows for offset, part in parts) == registry._HEAD
