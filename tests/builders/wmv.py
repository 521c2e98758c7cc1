"""Windows Media files with pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders import asf as build
from builders.packets import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator


def everywhere() -> bytes:
    """Return a file that holds a label in every place where labels were met, or might be."""
    old = build.OLD
    title = build.record("Title", "kept")
    return build.file(
        build.content("kept", "", "", old),
        build.listed(
            build.EXTENDED,
            build.attribute("aigc", old),
            build.attribute("WM/Kept", "kept"),
            build.attribute("AIGC", old.encode()),
            build.attribute("AIGC", old),
        ),
        build.extension(
            build.listed(build.METADATA, build.record("AIGC", old)),
            build.listed(build.LIBRARY, title, build.record("Comment", old), title),
        ),
        build.listed(build.EXTENDED, build.attribute("AIGC", old)),
        behind=(build.obj(build.XMP, labelled(old)),),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    kept = build.attribute("WM/Kept", "kept")
    yield "bare.wmv", build.file()
    yield "described.wmv", build.file(build.listed(build.EXTENDED, kept))
    yield (
        "padded.wmv",
        build.file(
            build.listed(build.EXTENDED, kept),
            build.obj(build.PADDING, bytes(90)),
            build.content("t"),
        ),
    )
    yield (
        "labelled.wmv",
        build.file(
            build.listed(build.EXTENDED, build.attribute("AIGC", build.OLD), kept),
            build.content("t"),
        ),
    )
    yield "everywhere.wmv", everywhere()
    yield "recorded.wmv", build.file(behind=(b"what follows",))
