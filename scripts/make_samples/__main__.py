"""``python -m make_samples``: write every sample and the index that says how it was made."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

from make_samples import documents, films, pictures, scenes, sounds, texts

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2] / "samples"


def main() -> None:
    """Write the samples and ``index.toml``; the first line of each maker says how it is made."""
    lines = ["# How each sample was made; scripts/make_samples makes them all anew.\n"]
    for module, folder in (
        (pictures, "pictures"),
        (sounds, "sounds"),
        (films, "films"),
        (texts, "texts"),
        (documents, "documents"),
        (scenes, "scenes"),
    ):
        makers: dict[str, Callable[[], bytes]] = module.MAKERS
        for name, maker in makers.items():
            target = ROOT / folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(maker())
            how = (inspect.getdoc(maker) or "").split("\n", maxsplit=1)[0]
            lines.append(
                f'\n[[sample]]\npath = "{folder}/{name}"\nhow = "{how}"\n'
                f'script = "scripts/make_samples/{module.__name__.split(".")[-1]}.py"\n'
            )
    (ROOT / "index.toml").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
