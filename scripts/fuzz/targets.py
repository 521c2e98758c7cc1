"""What is fuzzed: each carrier, and the grammars that stand alone, with their seeds."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ailabel import api, registry, traces
from ailabel.codecs import cbor, xmp
from ailabel.engine.options import VerifyOptions
from ailabel.engine.spec import LabelSpec
from ailabel.errors import AilabelError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import SplicedView
from ailabel.registry_index import CARRIERS
from ailabel.seal.check import check_all
from ailabel.seal.trust import read as read_directory
from ailabel.spi import essence_digest
from ailabel.standard.schema import decode, is_label
from ailabel.standard.slots import XMP_URI
from ailabel.testing import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ailabel.io.source import View

__all__ = ["ROOT", "TARGETS", "one", "seeds"]

ROOT: Final = Path(__file__).resolve().parents[2]
_LONGEST: Final = 64 * 1024  # bytes of a seed
_PROPERTY: Final = xmp.Property(XMP_URI, "TC260", "AIGC")
_LIMITS: Final = Limits()
_SPEC: Final = LabelSpec(producer="001191110102MACQD9K64010000", explicit=False, replace=True)
_IMPLICIT: Final = VerifyOptions(explicit=False)


def one(target: str) -> Callable[[bytes], None]:
    """Return the function that a target feeds with bytes; only other errors than ours leave it."""
    function = _OTHERS[target][0] if target in _OTHERS else _carrier(target)

    def run(data: bytes) -> None:
        try:
            function(data)
        except AilabelError:
            return

    return run


def seeds(target: str) -> Iterator[bytes]:
    """Yield the bytes that a target begins with."""
    found = _OTHERS[target][1]() if target in _OTHERS else _files(target)
    yield from (data for data in found if len(data) <= _LONGEST)


def _files(module: str) -> Iterator[bytes]:
    """Yield the builder's files and the real samples of a carrier's formats, also labelled."""
    row = CARRIERS[module]
    carrier = registry.carrier_of(row.formats[0])
    named = [item for name in row.formats for item in import_module(f"builders.{name}").samples()]
    real = sorted((ROOT / "samples").rglob("*"))
    named += [(path.name, path.read_bytes()) for path in real if path.suffix in row.suffixes]
    for name, data in named:
        yield data
        view = BytesView(data, name)
        try:
            result = SplicedView(view, carrier.write(view, PAYLOADS[0]))
        except AilabelError:
            continue
        yield result.read(0, result.size)


def _carrier(module: str) -> Callable[[bytes], None]:
    """Read and write, and read what was written; damage may make it read as another content."""
    row = CARRIERS[module]
    carrier = registry.carrier_of(row.formats[0])
    name = f"fuzz{row.suffixes[0]}"

    def run(data: bytes) -> None:
        view: View = BytesView(data, name)
        carrier.sniff(view)
        essence_digest(carrier, view)
        carrier.canonical(view)
        view = SplicedView(view, carrier.write(view, PAYLOADS[0]))
        carrier.read(view)
        essence_digest(carrier, view)

    return run


def _label(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    is_label(text)
    decode(text)


def _packet(data: bytes) -> None:
    xmp.find(data, _PROPERTY, _LIMITS)
    xmp.vacate(data, _PROPERTY, _LIMITS)
    xmp.find(xmp.put(data, _PROPERTY, PAYLOADS[0], _LIMITS), _PROPERTY, _LIMITS)


def _whole(data: bytes) -> None:
    """Verify and label as the API does, under the name that the bytes begin with."""
    name, _, rest = data.partition(b"\n")
    text = name.decode("utf-8", "replace")
    api.verify_bytes(rest, _IMPLICIT, name=text)
    api.label_bytes(rest, _SPEC, name=text)


def _traces(data: bytes) -> None:
    """Look for traces in a file of the format that the bytes begin with."""
    name, _, rest = data.partition(b"\n")
    traces.find(BytesView(rest, limits=_LIMITS), name.decode("ascii", "replace"))


def _traced() -> Iterator[bytes]:
    for case in import_module("builders.traced").cases():
        found = registry.detect(BytesView(case.data, case.name)).format.id
        yield found.encode() + b"\n" + case.data


def _cbor(data: bytes) -> None:
    cbor.decode(data, _LIMITS)


def _manifests() -> Iterator[bytes]:
    builder = import_module("builders.manifests")
    yield builder.cbor({"actions": [{"action": "c2pa.created", "when": None}], "hash": b"1234"})


def _packets() -> Iterator[bytes]:
    labelled = import_module("builders.packets").labelled
    yield from (labelled(payload) for payload in PAYLOADS)


def _one_each() -> Iterator[bytes]:
    for item in registry.formats():
        name, data = next(iter(import_module(f"builders.{item.id}").samples()))
        yield name.encode() + b"\n" + data


def _seal(data: bytes) -> None:
    """Check bytes as a reserved field, and read them as a directory of keys."""
    fields = {
        "Label": "1",
        "ContentProducer": "x",
        "ReservedCode1": data.decode("utf-8", "replace"),
    }
    for report in check_all(fields, None):
        if report.is_whole:
            raise AssertionError("a seal was forged")
    read_directory(data)


def _sealed() -> Iterator[bytes]:
    from ailabel.seal.directory import Directory
    from ailabel.seal.sign import sealed
    from ailabel.seal.trust import text_of
    from sealing import ALGORITHMS, FIELDS, minimax, signer

    for algorithm in ALGORITHMS:
        yield sealed(FIELDS, "00" * 32, signer(algorithm)).encode()
    yield decode(minimax(b"")).fields["ReservedCode1"].encode()  # type: ignore[union-attr]
    yield text_of(Directory()).encode()


_OTHERS: Final[dict[str, tuple[Callable[[bytes], None], Callable[[], Iterator[bytes]]]]] = {
    "codec-xmp": (_packet, _packets),
    "codec-label": (_label, lambda: (payload.encode() for payload in PAYLOADS)),
    "codec-cbor": (_cbor, _manifests),
    "engine": (_whole, _one_each),
    "seal": (_seal, _sealed),
    "traces": (_traces, _traced),
}
TARGETS: Final = (*CARRIERS, *_OTHERS)
