"""``ailabel doctor``: what works on this machine, tried out rather than looked up."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import click

import ailabel
from ailabel.adapters.cli.base import TranslatedCommand, emit, language, language_option
from ailabel.codecs import native
from ailabel.messages import render, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["doctor_command"]

_CORE: Final = ("click", "pillow", "pypdf", "pyyaml", "cryptography")
_EXTRAS: Final = {
    "av": (("av", "numpy"), "the label on films, and in coded sound"),
    "c2pa": (("c2pa-python",), "checking C2PA manifests"),
    "heif": (("pillow-heif",), "drawing on HEIC pictures"),
    "jxl": (("brotli",), "reading the compressed metadata of JPEG XL"),
    "ledger": (("alembic", "sqlalchemy"), "keeping a ledger"),
    "ocr": (("numpy", "onnxruntime", "rapidocr"), "looking for a visible label"),
    "pdf": (("pypdfium2",), "looking at PDF pages"),
    "postgres": (("psycopg",), "keeping a ledger in PostgreSQL"),
    "scene": (("fonttools",), "drawing the outlines of letters"),
    "sm2": (("gmalg",), "an SM2 signature"),
}
_PROBE: Final = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0"
_DATA: Final = b"data\x02\0\0\0\x80\x80"


@click.command(
    "doctor",
    cls=TranslatedCommand,
    help="Try out what works here: packages, extras, assets, a label written and read back.",
)
@language_option
def doctor_command() -> None:
    """Print findings; exit code 1 when something that belongs to the core does not work."""
    healthy = True
    emit([f"ailabel {ailabel.__version__}, Python {sys.version.split()[0]}\n"])
    for name in _CORE:
        found = _version(name)
        healthy &= found is not None
        emit([f"{name:<14} {found or _say('missing')}\n"])
    emit(_extras())
    emit([f"{_say('compiled'):<14} {_compiled()}\n"])
    for what, works in _trials():
        healthy &= works
        emit([f"{_say(what):<14} {_say('works') if works else _say('does not work')}\n"])
    click.get_current_context().exit(0 if healthy else 1)


def _say(text: str) -> str:
    return translate(text, language())


def _compiled() -> str:
    """Say whether the compiled extension is there, which a C compiler makes on installation."""
    if native.is_there():
        return _say("works")
    return _say("not there: labels on JPEG and PNG pictures take longer and change more bytes")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _extras() -> Iterator[str]:
    for extra, (packages, purpose) in _EXTRAS.items():
        missing = [name for name in packages if _version(name) is None]
        if not missing:
            yield f"[{extra}]{'':<{12 - len(extra)}} {_say('works')}\n"
            continue
        text = (
            "{purpose} needs an optional package; install it with: pip install 'ailabel[{extra}]'"
        )
        yield render(text, {"purpose": _say(purpose), "extra": extra}, language()) + "\n"


def _trials() -> Iterator[tuple[str, bool]]:
    """Try what a user relies on: a label, written and verified; the font; the voice."""
    yield "label, verify", _labels()
    yield "assets", _assets()


def _labels() -> bool:
    spec = ailabel.LabelSpec(producer="001191350100M000100Y4310000")
    labelled = ailabel.label_bytes(_PROBE + _DATA, spec, name="probe.wav")
    report = ailabel.verify_bytes(labelled.data, name="probe.wav")
    return report.implicit is ailabel.Verdict.COMPLIANT


def _assets() -> bool:
    from importlib import resources

    assets = resources.files("ailabel") / "assets"
    return all(any((assets / name).iterdir()) for name in ("fonts", "voice", "schemas", "locale"))
