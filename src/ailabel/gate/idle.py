"""What is declared of no file: a slip in a pattern or a path leaves files unguarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ailabel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.config import Configuration

__all__ = ["idle"]


def idle(configuration: Configuration, paths: Sequence[str]) -> Iterator[Message]:
    """Yield what to say of tables and manifests that speak of no file of a run.

    What a shared configuration says that others build on is for other trees, too, and passed over.

    Args:
        configuration: of a run, after it went over the files.
        paths: all files of the tree, from its root.
    """
    for settings in configuration.met():
        for layer in settings.layers:
            own = layer.origin.file == settings.file
            if own and not any(layer.covers(configuration.whole(path)) for path in paths):
                file = _below(configuration, settings.file or "-")
                said = {"file": file, "patterns": ", ".join(layer.match)}
                yield Message("{file} declares {patterns}, and no such file was checked", said)
    listed = configuration.listed()
    there = {configuration.whole(path) for path in paths} if listed else set()
    for manifest, named in listed.items():
        missing = [path for path in named if path not in there]
        if missing:
            yield Message(
                "{file} names {count} files that were not checked, such as {path}",
                {
                    "file": _below(configuration, manifest),
                    "count": len(missing),
                    "path": _below(configuration, missing[0]),
                },
            )


def _below(configuration: Configuration, path: str) -> str:
    """Return a path from the root of the run, where it stands below."""
    return path.removeprefix(configuration.root.rstrip("/") + "/")
