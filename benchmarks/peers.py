"""Other tools that write the same text into metadata; each is left out where it is not there."""

from __future__ import annotations

import ctypes.util
import json
import os
import re
import shutil
import subprocess
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from benchmarks.timing import Contestant, command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = [
    "EXIFTOOL_CONFIG",
    "IN_PLACE",
    "PAYLOAD",
    "Server",
    "many",
    "missing",
    "peers",
    "versions",
]

IN_PLACE: Final = "in place, not atomic"
PAYLOAD: Final = json.dumps(
    {
        "Label": "1",
        "ContentProducer": "001191350100M000100Y4310000",
        "ProduceID": "0" * 36,
        "ReservedCode1": "",
        "ContentPropagator": "001191350100M000100Y4310000",
        "PropagateID": "0" * 36,
        "ReservedCode2": "",
    },
    separators=(",", ":"),
)
EXIFTOOL_CONFIG: Final = """%Image::ExifTool::UserDefined = (
  'Image::ExifTool::XMP::Main' => { TC260 => { SubDirectory => {
    TagTable => 'Image::ExifTool::UserDefined::TC260' } } } );
%Image::ExifTool::UserDefined::TC260 = (
  GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Other' },
  NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' },
  WRITABLE => 'string', AIGC => { } );
1;
"""
_PROOF: Final = b"001191350100M000100Y4310000"
_URI: Final = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_XMP: Final = ("jpg", "png", "webp", "tiff")
_EXIFTOOL: Final = ("jpg", "png", "tiff", "m4a", "mp4", "mov", "pdf")
_EXEMPI: Final = ("jpg", "png", "webp", "tiff", "wav", "mp3", "mp4", "mov", "avi")
_FFMPEG: Final = ("wav", "mp3", "flac", "m4a", "opus", "mp4", "mov", "mkv", "webm", "avi")
_TOOLS: Final = ("exiftool", "exiv2", "ffmpeg", "mkvpropedit")
_MODULES: Final = {"pyexiv2": "pyexiv2", "libxmp": "python-xmp-toolkit"}


def peers(source: Path, target: Path, server: Server | None) -> list[Contestant]:
    """Return who can write the label of `source` into `target`, and shows that it can.

    Those that work in place find a copy of the source there; the others make the file.
    """
    return [peer for peer in _candidates(source, target, server) if _works(peer, target)]


def _works(peer: Contestant, target: Path) -> bool:
    peer.prepare()
    try:
        peer.run()
    except Exception:  # noqa: BLE001 - whatever a peer says about a format that it cannot write
        return False
    return target.exists() and _PROOF in target.read_bytes()


def _candidates(source: Path, target: Path, server: Server | None) -> Iterator[Contestant]:
    suffix = source.suffix[1:]

    def anew(name: str, run: Callable[[], object], pid: int | None = None) -> Contestant:
        return Contestant(name, run, lambda: target.unlink(missing_ok=True), server=pid)

    def in_place(name: str, run: Callable[[], object]) -> Contestant:
        return Contestant(f"{name} ({IN_PLACE})", run, lambda: shutil.copyfile(source, target))

    if server is not None and suffix in _EXIFTOOL:
        words = ("exiftool", *server.options, "-o", str(target), str(source))
        yield anew("ExifTool -fast", command(*words))
        yield anew("ExifTool -stay_open", lambda: server.write(source, target), server.pid)
    if shutil.which("exiv2") and suffix in _XMP:
        change = ("-M", f"reg TC260 {_URI}", "-M", f"set Xmp.TC260.AIGC {PAYLOAD}")
        yield in_place("exiv2", command("exiv2", *change, str(target)))
    if _has("pyexiv2") and suffix in _XMP:
        yield in_place("pyexiv2", lambda: _pyexiv2(target))
    if _has("libxmp") and suffix in _EXEMPI:
        yield in_place("libexempi", lambda: _exempi(target))
    if shutil.which("ffmpeg") and suffix in _FFMPEG:
        yield anew("ffmpeg -c copy", command(*_ffmpeg(source, target)))
    if suffix in _MUTAGEN:
        yield in_place("mutagen", lambda: _MUTAGEN[suffix](target))
    if _has("pikepdf") and suffix == "pdf":
        yield anew("pikepdf", lambda: _pikepdf(source, target))
    if shutil.which("mkvpropedit") and suffix in {"mkv", "webm"}:
        yield in_place("mkvpropedit", command(*_mkvpropedit(target)))


def many(sources: list[Path], folder: Path) -> Contestant | None:
    """Return ExifTool with many files in one call, into an empty folder."""
    if not shutil.which("exiftool") or sources[0].suffix[1:] not in _EXIFTOOL:
        return None
    words = (*_exiftool(folder.parent), "-o", f"{folder}/", *map(str, sources))

    def clear() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    return Contestant(
        f"ExifTool, {len(sources)} files a call", command("exiftool", *words), clear, len(sources)
    )


def _exiftool(folder: Path) -> tuple[str, ...]:
    config = folder / "exiftool.config"
    config.write_text(EXIFTOOL_CONFIG)
    return ("-config", str(config), "-fast", "-q", f"-XMP-TC260:AIGC={PAYLOAD}")


class Server:
    """One ExifTool that takes commands on standard input."""

    def __init__(self, folder: Path) -> None:
        self.options = _exiftool(folder)
        words = ["exiftool", *self.options[:2], "-stay_open", "True", "-@", "-"]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.pid = self._process.pid

    def write(self, source: Path, target: Path) -> None:
        """Label one file."""
        pipes = self._process.stdin, self._process.stdout
        if pipes[0] is None or pipes[1] is None:
            raise BrokenPipeError
        words = (
            *(word for word in self.options[2:] if word != "-q"),
            "-o",
            str(target),
            str(source),
            "-execute\n",
        )
        pipes[0].write("\n".join(words).encode())
        pipes[0].flush()
        while not (line := pipes[1].readline()).startswith(b"{ready}"):
            if not line:
                raise BrokenPipeError

    def close(self) -> None:
        """End it."""
        self._process.communicate(b"-stay_open\nFalse\n")


def missing() -> list[str]:
    """Return which peers are not there."""
    names = [name for name in _TOOLS if not shutil.which(name)]
    return names + [shown for name, shown in _MODULES.items() if not _has(name)]


def versions() -> dict[str, str]:
    """Return the versions of the peers that are there."""
    found = {}
    for name in ("mutagen", "pikepdf", *_MODULES.values()):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    options = {"exiftool": "-ver", "ffmpeg": "-version", "exiv2": "-V", "mkvpropedit": "-V"}
    for name, option in options.items():
        if shutil.which(name):
            done = subprocess.run([name, option], capture_output=True, text=True, check=False)
            number = re.search(r"\d+(\.\d+)+", done.stdout)
            found[name] = number[0] if number else "?"
    return found


def _has(module: str) -> bool:
    if module == "libxmp" and not ctypes.util.find_library("exempi"):
        return False
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def _pyexiv2(target: Path) -> None:
    module = import_module("pyexiv2")
    module.registerNs(_URI, "TC260")
    with module.Image(str(target)) as image:
        image.modify_xmp({"Xmp.TC260.AIGC": PAYLOAD})


def _exempi(target: Path) -> None:
    module, constants = import_module("libxmp"), import_module("libxmp.consts")
    file = module.XMPFiles(file_path=str(target), open_forupdate=True)
    packet = file.get_xmp() or module.XMPMeta()
    module.XMPMeta.register_namespace(_URI, "TC260")
    packet.set_property(_URI, "AIGC", PAYLOAD)
    if not file.can_put_xmp(packet):
        raise OSError(target)
    file.put_xmp(packet)
    file.close_file(constants.XMP_CLOSE_NOOPTION)


def _ffmpeg(source: Path, target: Path) -> tuple[str, ...]:
    words = ("ffmpeg", "-v", "error", "-y", "-i", str(source), "-map", "0", "-c", "copy")
    return (*words, "-movflags", "use_metadata_tags", "-metadata", f"AIGC={PAYLOAD}", str(target))


def _mkvpropedit(target: Path) -> tuple[str, ...]:
    tags = target.parent / "tags.xml"
    tags.write_text(
        f"<Tags><Tag><Simple><Name>AIGC</Name><String>{PAYLOAD}</String></Simple></Tag></Tags>"
    )
    return ("mkvpropedit", "-q", str(target), "--tags", f"global:{tags}")


def _mutagen_id3(target: Path) -> None:
    from mutagen.id3 import ID3, TXXX

    tag = ID3()
    tag.add(TXXX(encoding=3, desc="AIGC", text=[PAYLOAD]))
    tag.save(target)


def _mutagen_flac(target: Path) -> None:
    from mutagen.flac import FLAC

    file = FLAC(target)
    file["AIGC"] = PAYLOAD
    file.save()


def _mutagen_opus(target: Path) -> None:
    from mutagen.oggopus import OggOpus

    file = OggOpus(target)
    file["AIGC"] = PAYLOAD
    file.save()


def _mutagen_m4a(target: Path) -> None:
    from mutagen.mp4 import MP4

    file = MP4(target)
    file["----:com.apple.iTunes:AIGC"] = PAYLOAD.encode()
    file.save()


def _pikepdf(source: Path, target: Path) -> None:
    import pikepdf

    with pikepdf.open(source) as file:
        file.docinfo["/AIGC"] = PAYLOAD
        file.save(os.fspath(target))


_MUTAGEN: Final[dict[str, Callable[[Path], None]]] = {
    "mp3": _mutagen_id3,
    "flac": _mutagen_flac,
    "opus": _mutagen_opus,
    "m4a": _mutagen_m4a,
    "mp4": _mutagen_m4a,
}
