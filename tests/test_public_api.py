"""What `import ailabel` promises: its names, and what it does not load."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest

import ailabel
from builders import png
from corpus import ROOT

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

HEAVY: Final = (
    *("PIL", "mutagen", "pypdf", "yaml", "cryptography", "numpy", "av", "defusedxml", "click"),
    *("html.parser", "xml.etree", "concurrent.futures", "asyncio", "logging", "typing_extensions"),
)
FORBIDDEN: Final = {  # milliseconds each, or whole branches of ours that a command has no use for
    *HEAVY,
    *("pathlib", "urllib.parse", "ipaddress", "csv", "fnmatch", "tempfile", "shutil", "hashlib"),
    *("importlib.metadata", "importlib.resources", "subprocess", "multiprocessing", "zipfile"),
    *("ailabel.standard.payload", "ailabel.standard.dialects", "ailabel.codecs.xmp_parse"),
    *("ailabel.codecs.tiff", "ailabel.reporters.document", "ailabel.marks"),
}
WRITING: Final = {"json", "ailabel.io.atomic", "ailabel.engine.spec", "ailabel.engine.plan"}
OURS: Final = {"ailabel"}


def loaded(code: str, *arguments: str) -> set[str]:
    """Run Python code in a new process; return the modules that it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_all_names_are_there_and_no_others() -> None:
    """`__all__`, `dir()` and what can be got agree."""
    assert sorted(ailabel.__all__) == ailabel.__all__ == dir(ailabel)
    for name in ailabel.__all__:
        assert getattr(ailabel, name) is not None
    public = {name for name in vars(ailabel) if not name.startswith("_")}
    modules = {name for name in public if isinstance(getattr(ailabel, name), type(sys))}
    assert public - modules - {"annotations", "TYPE_CHECKING"} == set(ailabel.__all__)


def test_lazy_names_are_what_type_checkers_see() -> None:
    """The names that are loaded when used are exactly the public ones."""
    assert set(ailabel._HOME) == set(ailabel.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """Misspelt names fail as they do in any module."""
    with pytest.raises(AttributeError, match="no attribute 'lable'"):
        _ = ailabel.lable


def test_there_is_no_name_that_removes_a_label() -> None:
    """Measures art. 10: no such means are offered."""
    words = ("remove", "strip", "delete", "clear", "clean", "erase")
    assert not [name for name in ailabel.__all__ if any(word in name for word in words)]


def test_importing_loads_no_third_party_package() -> None:
    """`import ailabel` costs next to nothing."""
    modules = loaded("import ailabel")
    packages = {name.partition(".")[0] for name in modules if not name.startswith("_")}
    assert packages - set(sys.stdlib_module_names) <= OURS
    assert not modules & set(HEAVY)


@pytest.mark.parametrize("suffix", ["png", "wav", "jpg", "mp3"])
def test_the_implicit_path_loads_nothing_heavy(tmp_path: Path, suffix: str) -> None:
    """Labelling and verifying metadata needs no picture, sound or XML library."""
    samples = {
        "png": "pictures/landscape.png",
        "wav": "sounds/melody.wav",
        "jpg": "pictures/landscape.jpg",
        "mp3": "sounds/murmur.mp3",
    }
    path = tmp_path / f"file.{suffix}"
    path.write_bytes((ROOT / "samples" / samples[suffix]).read_bytes())
    code = (
        "import sys, ailabel\n"
        "spec = ailabel.LabelSpec(producer='001191350100M000100Y4310000', explicit=False)\n"
        "assert ailabel.label(sys.argv[1], spec).status == 'labelled'\n"
        "report = ailabel.verify(sys.argv[1], ailabel.VerifyOptions(explicit=False))\n"
        "assert report.implicit is ailabel.Verdict.COMPLIANT, report\n"
    )
    modules = loaded(code, str(path))
    packages = {name.partition(".")[0] for name in modules if not name.startswith("_")}
    assert packages - set(sys.stdlib_module_names) <= OURS
    assert not modules & set(HEAVY)


def started(*arguments: str | Path) -> set[str]:
    """Run a command; return the modules that it loaded."""
    code = (
        "import sys\n"
        "from ailabel.adapters.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    assert not end.code\n"
    )
    return loaded(code, *map(str, arguments))


def test_commands_start_with_little(tmp_path: Path) -> None:
    """One file is labelled, read and verified without loading what it does not need."""
    source, target = tmp_path / "a.jpg", tmp_path / "b.jpg"
    source.write_bytes((ROOT / "samples" / "pictures" / "landscape.jpg").read_bytes())
    asked = ("--implicit-only", "--producer", "001191350100M000100Y4310000")
    labelling = started("label", source, "-o", target, *asked)
    assert labelling & FORBIDDEN == {"click"}
    assert {"ailabel.engine.plan", "ailabel.carriers.jpeg"} <= labelling
    verifying = started("verify", "--implicit-only", target)
    assert verifying & (FORBIDDEN | WRITING) == {"click"}
    assert {"ailabel.engine.verify", "ailabel.carriers.jpeg"} <= verifying
    assert not any(name.startswith("ailabel.codecs") for name in started("--version"))


def _typed() -> ModuleType:
    """Import the file that mypy checks."""
    import importlib.util

    path = ROOT / "tests" / "typing" / "api.py"
    spec = importlib.util.spec_from_file_location("typed_api", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _signing_key(folder: Path, code: str) -> Path:
    """Make a key, and a directory that knows it; return the key's file."""
    from ailabel.seal.directory import Directory, Key
    from ailabel.seal.keyfile import make_key, write_key
    from ailabel.seal.publickey import read_pem
    from ailabel.seal.trust import text_of

    private, public = make_key("ed25519")
    write_key(folder, private, public)
    known = read_pem(public)
    entry = Key(
        code=code,
        id=known.id,
        algorithm=known.algorithm,
        public_key=known.spki.hex(),
        not_before="2020-01-01T00:00:00Z",
    )
    (folder / "keys.json").write_text(text_of(Directory([entry])), encoding="utf-8")
    return folder / "label.key"


def test_the_calls_that_mypy_checks_also_run(tmp_path: Path) -> None:
    """What type-checks works as well."""
    typed = _typed()
    text = tmp_path / "story.md"
    text.write_text("# 标题\n\n正文。\n", encoding="utf-8")
    report = typed.path_calls(text, tmp_path / "labelled.md")
    assert typed.duty_calls(tmp_path / "labelled.md", tmp_path / "passed.md") == "is"
    assert report.implicit is ailabel.Verdict.COMPLIANT
    data = png.build()
    spec_fields = typed.bytes_calls(b"# x\n\ny\n", "a.md")
    assert spec_fields["Label"] == "1"
    assert asyncio.run(typed.async_calls(b"# x\n\ny\n", "a.md")) is ailabel.Verdict.COMPLIANT
    assert typed.text_calls("答案。").startswith("答案。")
    key = _signing_key(tmp_path, typed.SPEC.producer)
    assert typed.sealing_calls(data, key, tmp_path / "keys.json")
    assert typed.values() == "001191350100M000100Y43110AB"
    small = tmp_path / "small.png"
    small.write_bytes(data)
    assert typed.failures(small) == "refused"
    small.write_bytes(data[:40])
    assert typed.failures(small) == "malformed"
    small.write_bytes(b"\0nothing known")
    assert "no format" in typed.failures(small)


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers of users read our annotations."""
    from importlib import resources

    assert (resources.files("ailabel") / "py.typed").is_file()


def test_running_the_package_is_running_the_command() -> None:
    """`python -m ailabel` is `ailabel`."""
    done = subprocess.run(
        [sys.executable, "-m", "ailabel", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"ailabel {ailabel.__version__}\n"
