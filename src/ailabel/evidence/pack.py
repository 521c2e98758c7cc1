"""The archive: documents and pictures under names that every store takes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from typing import TYPE_CHECKING, Final

import ailabel
from ailabel.errors import PlanError
from ailabel.evidence import exhibits
from ailabel.evidence.documents import Writer
from ailabel.evidence.facts import gather
from ailabel.evidence.paper import load_font, pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ailabel.evidence.declaration import Declaration
    from ailabel.evidence.facts import Facts
    from ailabel.evidence.profiles import Profile
    from ailabel.evidence.samples import Sample

__all__ = ["make_pack"]

_TOP: Final = "ailabel-evidence"
_NAMES: Final = {  # document: its file name in both languages, and its title
    "declaring": ("1-declaration", "1-服务说明"),
    "scheme": ("2-labelling-scheme", "2-标识方案"),
    "report": ("3-verification-report", "3-核验报告"),
    "agreement": ("4-agreement-clauses", "4-服务协议条款"),
}
_YEARS: Final = (1980, 2107)  # of times in archives [APPNOTE 4.4.6]


def make_pack(
    declaration: Declaration,
    folder: str | os.PathLike[str],
    profile: Profile,
    *,
    made: datetime,
    language: str = "zh",
) -> bytes:
    """Verify samples and return the archive that shows what they show.

    Args:
        declaration: of the app, from `read_declaration`.
        folder: of the samples.
        profile: what the archive may look like.
        made: when; it stands in the documents and in the archive.
        language: of the documents, ``zh`` or ``en``.

    Raises:
        PlanError: the samples do not show what is declared, or the profile's limits are passed;
            every reason is listed.
        MissingExtraError: the optional packages are not installed.
        OSError: a sample cannot be read.
    """
    load_font()
    facts = gather(declaration, os.fspath(folder))
    files = dict(_files(declaration, facts, profile, made, language))
    archive = io.BytesIO()
    sizes = {name: len(data) for name, data in files.items()}
    profile.check(sizes)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            stamp = (min(max(made.year, _YEARS[0]), _YEARS[1]), *made.timetuple()[1:6])
            entry = zipfile.ZipInfo(name, stamp)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return archive.getvalue()


def _files(
    declaration: Declaration, facts: Facts, profile: Profile, made: datetime, language: str
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the pack with their paths."""
    pictures: dict[tuple[str, str], bytes] = {}
    for sample in facts.samples:
        pictures[sample.name, "label"] = exhibits.label_picture(sample)
        if sample.report.labels:
            pictures[sample.name, "metadata"] = exhibits.metadata_picture(sample)
    writer = Writer(
        declaration=declaration, facts=facts, language=language, made=made, pictures=pictures
    )
    foot = f"{declaration.app['name']} {declaration.app['version']} · ailabel {ailabel.__version__}"
    for part, names in _NAMES.items():
        title = names[language == "zh"]
        blocks = getattr(writer, part)()
        yield f"{_TOP}/{title}.pdf", pdf(title.partition("-")[2], blocks, foot, made)
    for number, sample in enumerate(facts.samples, 1):
        for kind in ("label", "metadata"):
            data = pictures.get((sample.name, kind))
            if data is not None:
                yield f"{_TOP}/samples/{number:02}-{kind}.jpg", data
    if profile.originals:
        yield from _originals(facts, profile)
    if profile.report_json:
        yield f"{_TOP}/report.json", _json(facts, language)


def _originals(facts: Facts, profile: Profile) -> Iterator[tuple[str, bytes]]:
    size = sum(sample.size for sample in facts.samples)
    if size > profile.max_bytes:
        raise PlanError(
            "the samples have {size} bytes, and the pack may have {most}",
            size=size,
            most=profile.max_bytes,
        )
    for number, sample in enumerate(facts.samples, 1):
        with open(sample.path, "rb") as file:  # noqa: PTH123 - no pathlib here
            data = file.read(profile.max_bytes + 1)
        if hashlib.sha256(data).hexdigest() != sample.sha256:
            raise PlanError("{path} was changed while it was verified", path=sample.name)
        yield f"{_TOP}/originals/{number:02}-{_flat(sample)}", data


def _flat(sample: Sample) -> str:
    """Return a sample's name for the archive, without folders and odd characters."""
    return re.sub(r"[^\w.-]", "-", sample.name)


def _json(facts: Facts, language: str) -> bytes:
    from ailabel.reporters import json as reporter
    from ailabel.reporters.summary import Header

    header = Header(command="verify", tool_version=ailabel.__version__, language=language)
    return "".join(reporter.render(header, [sample.report for sample in facts.samples])).encode()
