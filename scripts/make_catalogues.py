"""Gather every sentence that is said to people, and compile the translations.

Sentences are the first arguments of exceptions, `Message` and their kin, literal or named in the
same module; the helps of the command line; the words of enumerations; and what the table of rules
shows, whose titles bring their translation along. ``zh_CN/LC_MESSAGES/ailabel.po`` keeps the
translations; new sentences are added empty, and ``--check`` fails while one is empty or gone.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ailabel.standard.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SOURCE: Final = Path(__file__).resolve().parents[1] / "src" / "ailabel"
FOLDER: Final = SOURCE / "assets" / "locale" / "zh_CN" / "LC_MESSAGES"
_CALLS: Final = {
    "AilabelError",
    "ConfigError",
    "LabelError",
    "LedgerError",
    "LimitExceededError",
    "MalformedFileError",
    "Message",
    "PlanError",
    "PluginError",
    "SealError",
    "UnsupportedFormatError",
    "__init__",  # an exception that words itself
    "loaded",  # the purpose of an optional package
    "say",
    "sentence",
    "translate",
    "usage_error",
    "_say",
    "answer",
}
_STRUCTURE: Final = re.compile(r"(?:an?|the) [\w ,/:.'-]+")  # names of structures, as arguments
_ENUMS: Final = {"Verdict", "Outcome", "Level", "Medium", "SealResult", "Standing"}
_WORDS: Final = (  # values that are shown as they are, besides the enumerations
    *("labelled", "replaced", "already", "planned", "refused", "failed", "skipped"),
    *("decision", "is", "may_be", "suspected", "regime"),
    *("carried", "kept", "propagated", "changed", "lost", "added", "none"),
    *("generated", "edited", "tool", "provenance", "signed", "stated", "weak"),  # of traces
    *("exported", "found", "relabel", "export", "erase", "purge"),  # of the ledger
    *("start", "middle", "end", "both"),
    *("top-left", "top", "top-right", "left", "right", "bottom-left", "bottom", "bottom-right"),
    *("implicit", "explicit", "status", "bytes", "evidence", "person"),
    *("level", "clause", "how its text is known", "label", "media", "decided by", "since"),
    *("format of the code, fixed", "subject: an organisation", "unified social credit code"),
    *("bound by the unified social credit code", "service: generation", "extension not used"),
    *("model or application, the provider's own choice", "service: dissemination"),
    *("label, verify", "assets"),
    "the label on films, and in coded sound",
    *("Extended XMP", "FLV script data", "JPEG XL metadata", "PNG picture data"),  # structures
    *("free space", "user data"),
    *("Show the version and exit.", "Show this message and exit."),  # click's own
)


def sentences() -> dict[str, str]:
    """Return every sentence with the module where it stands first."""
    found: dict[str, str] = dict.fromkeys(_WORDS, "(words)")
    for path in sorted(SOURCE.rglob("*.py")):
        where = path.relative_to(SOURCE).as_posix()
        for text in _sentences_of(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(text, where)
    for rule in RULES.values():
        for text in filter(None, (rule.title[0], rule.clause, rule.tag)):
            found.setdefault(text, "standard/rules.py")
    return found


def _sentences_of(tree: ast.AST) -> Iterator[str]:
    named = _named(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for argument in _told(node):
                yield from _text(argument, named)
        elif isinstance(node, ast.ClassDef) and node.name in _ENUMS:
            for statement in node.body:
                if isinstance(statement, ast.Assign):
                    yield from _text(statement.value, named)


def _named(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what is assigned to each name of a module, in whatever scope."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(node.value)
    return named


def _told(node: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that are said to people."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _CALLS:
        yield from node.args[:1]
    if name == "MissingExtraError":
        yield from node.args[1:2]
    for keyword in node.keywords:
        if keyword.arg == "help":
            yield keyword.value
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(argument, ast.Constant) and _STRUCTURE.fullmatch(str(argument.value)):
            yield argument


def _text(node: ast.expr, named: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    """Yield a literal; of a conditional expression, both; of a name, what is assigned to it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _text(node.body, named)
        yield from _text(node.orelse, named)
    elif isinstance(node, ast.Name):
        for value in named.get(node.id, ()):
            yield from _text(value, {})


class _Catalogue(Catalog):
    """A catalogue whose header holds no date and no tool: the same in gives the same out."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header."""
        return [
            ("Project-Id-Version", "ailabel"),
            ("Language", "zh_CN"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


def catalogue() -> tuple[Catalog, list[str]]:
    """Return the merged catalogue, and what is wrong with it."""
    po = FOLDER / "ailabel.po"
    old = read_po(io.BytesIO(po.read_bytes())) if po.exists() else Catalog(locale="zh_CN")
    new = _Catalogue(locale="zh_CN", fuzzy=False, header_comment="# ailabel")
    problems = []
    titles = dict(rule.title for rule in RULES.values())
    for text, where in sorted(sentences().items(), key=lambda item: (item[1], item[0])):
        known = old.get(text)
        translated = titles.get(text) or (str(known.string) if known else "")
        places = [(where, 0)] if where != "(words)" else []
        # "5 % of" is no format of Python's
        new.add(text, translated, locations=places).flags.discard("python-format")
        if not translated:
            problems.append(f"no translation: {text}")
        elif _fields(text) != _fields(translated):
            problems.append(f"other fields in the translation: {text}")
    return new, problems


def _fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def compiled(found: Catalog) -> tuple[bytes, bytes]:
    """Return the catalogue as .po and as .mo."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, found, width=100, include_lineno=False)
    write_mo(mo, found)
    return po.getvalue(), mo.getvalue()


def main() -> None:
    """Write the catalogues, or with ``--check`` say what is missing."""
    found, problems = catalogue()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in zip(("ailabel.po", "ailabel.mo"), compiled(found), strict=True):
        path = FOLDER / name
        if "--check" not in sys.argv:
            path.write_bytes(data)
        elif not path.exists() or path.read_bytes() != data:
            problems.append(f"{name} is not current: make catalogues")
    print(f"{len(found)} sentences, {len(problems)} problems")
    for problem in problems[:40]:
        print("  " + problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
