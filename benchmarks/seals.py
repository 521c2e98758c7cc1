"""What signing a label costs beyond reading the content, and checking it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ailabel
from ailabel import registry
from ailabel.io.source import BytesView
from ailabel.seal.keyfile import load_key, make_key, write_key
from ailabel.spi import essence_digest
from benchmarks.timing import Contestant, Result, race

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.spi import Carrier, Signer

__all__ = ["CASES"]

_PRODUCER: Final = "001191350100M000100Y4310000"
_SOURCE: Final = Path(__file__).resolve().parents[1] / "samples/pictures/landscape.png"
_TIMES: Final = 10  # a round, since one takes a millisecond
_AIM: Final = {"ed25519": "≤ 1 ms", "p256": "≤ 1 ms", "sm2": "the library's own time"}


def signing(folder: Path) -> Iterator[Result]:
    """Label a picture in memory, unsigned and signed; the essence digest is taken beside it."""
    data = _SOURCE.read_bytes()
    carrier = registry.carrier_of("png")
    for algorithm, aim in _AIM.items():
        write_key(folder / algorithm, *make_key(algorithm))
        signer = load_key(folder / algorithm / "label.key")
        spec = ailabel.LabelSpec(producer=_PRODUCER, explicit=False)
        signed = ailabel.LabelSpec(producer=_PRODUCER, explicit=False, signer=signer)
        message = b'"Label":"1","ContentProducer":"x","ProduceID":"1"'
        contestants = [
            _repeated("label", partial(ailabel.label_bytes, data, spec)),
            _repeated("essence digest", partial(_digest, carrier, data)),
            _repeated(f"label, signed: {algorithm}", partial(ailabel.label_bytes, data, signed)),
            _repeated("two signatures alone", partial(_signed, signer, message)),
        ]
        rows = race(contestants)
        beyond = rows[2].cpu - rows[0].cpu - rows[1].cpu
        yield Result(
            f"a label signed with {algorithm}, {len(data) / 1e3:.0f} kB PNG, in memory",
            rows,
            [("ms of CPU beyond label and essence digest", beyond * 1e3, aim)],
        )


def checking(folder: Path) -> Iterator[Result]:
    """Verify the implicit label of a picture, unsigned, with its seal left aside, and checked."""
    data = _SOURCE.read_bytes()
    asked = ailabel.VerifyOptions(explicit=False)
    aside = ailabel.VerifyOptions(explicit=False, seals=False)
    spec = ailabel.LabelSpec(producer=_PRODUCER, explicit=False)
    bare = ailabel.label_bytes(data, spec).data
    contestants = [_repeated("verify, unsigned", partial(ailabel.verify_bytes, bare, asked))]
    contestants.append(
        _repeated("the same, seals aside", partial(ailabel.verify_bytes, bare, aside))
    )
    for algorithm in _AIM:
        write_key(folder / f"verify-{algorithm}", *make_key(algorithm))
        signer = load_key(folder / f"verify-{algorithm}" / "label.key")
        own = ailabel.LabelSpec(producer=_PRODUCER, explicit=False, signer=signer)
        sealed = ailabel.label_bytes(data, own).data
        contestants.append(
            _repeated(f"verify, sealed: {algorithm}", partial(_verified, sealed, asked))
        )
    rows = race(contestants)
    yield Result(
        f"verifying the implicit label, {len(data) / 1e3:.0f} kB PNG, in memory",
        rows,
        [("CPU: unsigned / the same, seals aside", rows[0].cpu / rows[1].cpu, "1")],
    )


def _repeated(name: str, run: partial[object]) -> Contestant:
    def several() -> None:
        for _ in range(_TIMES):
            run()

    return Contestant(name, several, times=_TIMES)


def _digest(carrier: Carrier, data: bytes) -> str:
    return essence_digest(carrier, BytesView(data))


def _signed(signer: Signer, message: bytes) -> tuple[bytes, bytes]:
    return signer.sign(message), signer.sign(message * 2)


def _verified(data: bytes, options: ailabel.VerifyOptions) -> object:
    """Verify, with nothing remembered from the last time."""
    from ailabel.seal.algorithms import verify

    verify.cache_clear()
    return ailabel.verify_bytes(data, options)


CASES: Final = (signing, checking)
