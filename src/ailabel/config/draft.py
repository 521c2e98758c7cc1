"""A first configuration for a tree, from what stands in it; nothing is declared that is not sure.

A folder in which every file carries a label is declared as made with AI. All others are only
proposed, in comments, with what was found there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ailabel.codecs.toml import quoted
from ailabel.config.patterns import literal
from ailabel.messages import render, translate
from ailabel.reporters.summary import clean
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Seen", "draft"]

_DEEPEST: Final = 3  # folders below each other that are told apart
_ROWS: Final = 40
_NAMED: Final = 5  # producers


@frozen(kw_only=True)
class Seen:
    """A file that may be labelled.

    Args:
        path: from the folder of the configuration, with ``/``.
        medium: what it holds.
        labelled: whether it carries an implicit label.
        producer: whom that names, or empty.
        signs: whether something else in it says that AI was used.
    """

    path: str
    medium: str
    labelled: bool
    producer: str = ""
    signs: bool = False


class _Folder:
    """A folder: its files, those of the folders below it included, and these folders."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.media: Counter[str] = Counter()
        self.labelled = 0
        self.signs = 0
        self.inner: dict[str, _Folder] = {}
        self.own: _Folder | None = None

    def add(self, file: Seen, rest: list[str]) -> None:
        """Count a file here, and below."""
        self._count(file)
        if rest and self.path.count("/") < _DEEPEST:
            path = f"{self.path}{rest[0]}/"
            self.inner.setdefault(rest[0], _Folder(path)).add(file, rest[1:])
        elif not rest:
            self.own = self.own or _Folder(f"{self.path}*")
            self.own._count(file)  # noqa: SLF001 - one of us

    def _count(self, file: Seen) -> None:
        self.media[file.medium] += 1
        self.labelled += file.labelled
        self.signs += file.signs

    @property
    def total(self) -> int:
        """How many files there are."""
        return self.media.total()

    def rows(self) -> Iterator[_Folder]:
        """Yield the folders to tell apart: the highest in which all files are alike."""
        if not self.inner or (self.path and self.labelled in {0, self.total}):
            yield self
            return
        if self.own is not None:
            yield self.own
        for _, folder in sorted(self.inner.items()):
            yield from folder.rows()


def draft(files: Iterable[Seen], language: str) -> str:
    """Return the text of a configuration, with comments.

    Args:
        files: what was seen.
        language: ``en`` or ``zh``, of the comments.
    """
    top = _Folder("")
    producers: Counter[str] = Counter()
    for file in files:
        top.add(file, file.path.split("/")[:-1])
        if file.producer:
            producers[file.producer] += 1

    def sentence(text: str, **params: object) -> str:
        return f"# {clean(render(text, params, language), None)}"

    lines = [
        sentence("What ailabel check asks of which files. Every key: ailabel schema config"),
        sentence("What holds for one file, and why: ailabel config show --for FILE"),
        sentence("Patterns are those of .gitignore, from this folder; later tables win, by key."),
        sentence(
            "explicit is about the label that people see or hear: required, recommended or off."
        ),
        "",
        *_producers(producers, sentence),
        "",
        sentence("Files that are not checked:"),
        '# exclude = ["vendor/**"]',
    ]
    rows = list(top.rows()) if top.total else []
    for row in rows[:_ROWS]:
        counts = ", ".join(
            f"{translate(medium, language)} {count}" for medium, count in sorted(row.media.items())
        )
        lines += ["", *_row(row, counts, sentence)]
    if len(rows) > _ROWS:
        lines += ["", sentence("and {count} further folders", count=len(rows) - _ROWS)]
    return "\n".join([*lines, ""])


def _producers(found: Counter[str], sentence: Callable[..., str]) -> Iterator[str]:
    yield sentence("The provider that labels must name: its name, or its code of 27 characters.")
    for name, count in found.most_common(_NAMED):
        yield sentence("{count} of {total} labels name this one:", count=count, total=found.total())
        yield f"{'' if len(found) == 1 else '# '}producer = {quoted(name)}"
    if not found:
        yield '# producer = ""'


def _row(row: _Folder, counts: str, sentence: Callable[..., str]) -> Iterator[str]:
    """Yield the table for a folder: as it holds where all files carry a label, else commented."""
    found = {
        "path": row.path or "./",
        "counts": counts,
        "labelled": row.labelled,
        "total": row.total,
    }
    mark = "# "
    if row.labelled == row.total:
        mark = ""
        yield sentence("{path}: {counts}; all carry a label", **found)
    elif not row.labelled:
        yield sentence("{path}: {counts}; none carries a label", **found)
    else:
        yield sentence("{path}: {counts}; {labelled} of {total} carry a label", **found)
    if row.signs:
        yield sentence("without a label, but with signs of AI: {count}", count=row.signs)
    if mark:
        yield sentence("If they were made with AI, take away the marks in front of these lines:")
    yield f"{mark}[[paths]]"
    yield f"{mark}match = [{', '.join(map(quoted, _patterns(row.path)))}]"
    yield f"{mark}ai = true"
    yield f'{mark}explicit = "recommended"'


def _patterns(path: str) -> list[str]:
    """Return the patterns for a folder (``a/``), for its own files (``a/*``), for all (empty)."""
    start = literal(path.removesuffix("*"))
    if path.endswith("/") or not path:
        return [f"{start}**"]
    return [f"{start}*", f"!{start}*/**"]
