"""Gather every sentence that is said to people, and compile the translations.

Sentences are the literal first arguments of exceptions, `Message` and their kin, the helps of the
command line, and the words of enumerations. ``zh_CN/LC_MESSAGES/ailabel.po`` keeps the
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

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = Path(__file__).resolve().parents[1] / "src" / "ailabel"
FOLDER: Final = SOURCE / "assets" / "locale" / "zh_CN" / "LC_MESSAGES"
_CALLS: Final = {
    "AilabelError",
    "LabelError",
    "LimitExceededError",
    "MalformedFileError",
    "Message",
    "PlanError",
    "PluginError",
    "UnsupportedFormatError",
    "say",
    "translate",
    "usage_error",
    "_say",
}
_ENUMS: Final = {"Verdict", "Outcome", "Level"}
_WORDS: Final = (  # values that are shown as they are, besides the enumerations
    *("labelled", "replaced", "already", "planned", "refused", "failed", "skipped"),
    *("start", "middle", "end", "both"),
    *("top-left", "top", "top-right", "left", "right", "bottom-left", "bottom", "bottom-right"),
    *("implicit", "explicit", "status", "bytes", "evidence", "person"),
    *("level", "clause", "how its text is known", "label", "media", "decided by", "since"),
    *("format of the code, fixed", "subject: an organisation", "unified social credit code"),
    *("bound by the unified social credit code", "service: generation", "extension not used"),
    *("model or application, the provider's own choice", "service: dissemination"),
    *("label, verify", "assets", "the spoken label in MP3, and FLAC"),
)


def sentences() -> dict[str, str]:
    """Return every sentence with the module where it stands first."""
    found: dict[str, str] = dict.fromkeys(_WORDS, "(words)")
    for path in sorted(SOURCE.rglob("*.py")):
        where = path.relative_to(SOURCE).as_posix()
        for text in _sentences_of(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(text, where)
    return found


def _sentences_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.ClassDef) and node.name in _ENUMS:
            for statement in node.body:
                if isinstance(statement, ast.Assign):
                    yield from _text(statement.value)


def _of_call(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _CALLS and node.args:
        yield from _text(node.args[0])
    if name == "MissingExtraError" and len(node.args) > 1:
        yield from _text(node.args[1])
    if name == "sentence" and node.args:
        yield from _text(node.args[0])
    if name == "__init__" and node.args:
        yield from _text(node.args[0])
    for keyword in node.keywords:
        if keyword.arg == "help":
            yield from _text(keyword.value)


def _text(node: ast.expr) -> Iterator[str]:
    """Yield a literal; of a conditional expression, both."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _text(node.body)
        yield from _text(node.orelse)


def catalogue() -> tuple[Catalog, list[str]]:
    """Return the merged catalogue, and what is wrong with it."""
    po = FOLDER / "ailabel.po"
    old = read_po(io.BytesIO(po.read_bytes())) if po.exists() else Catalog(locale="zh_CN")
    new = Catalog(locale="zh_CN", project="ailabel", fuzzy=False, header_comment="# ailabel")
    new.revision_date = new.creation_date = None
    problems = []
    for text, where in sorted(sentences().items(), key=lambda item: (item[1], item[0])):
        known = old.get(text)
        translated = str(known.string) if known and known.string else ""
        new.add(text, translated, locations=[(where, 0)] if where != "(words)" else [])
        if not translated:
            problems.append(f"no translation: {text}")
        elif _fields(text) != _fields(translated):
            problems.append(f"other fields in the translation: {text}")
    return new, problems


def _fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", text))


def compiled(found: Catalog) -> tuple[bytes, bytes]:
    """Return the catalogue as .po and as .mo, without dates, so that the same in gives the same."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, found, omit_header=False, width=100, include_lineno=False)
    write_mo(mo, found)
    dated = re.compile(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator).*\\n"\n'
    )
    return dated.sub(b"", po.getvalue()), mo.getvalue()


def main() -> None:
    """Write the catalogues, or with ``--check`` say what is missing."""
    found, problems = catalogue()
    po, mo = compiled(found)
    if "--check" not in sys.argv:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "ailabel.po").write_bytes(po)
        (FOLDER / "ailabel.mo").write_bytes(mo)
    elif (FOLDER / "ailabel.po").read_bytes() != po:
        problems.append("the catalogue is not current: make catalogues")
    print(f"{len(found)} sentences, {len(problems)} problems")
    for problem in problems[:40]:
        print("  " + problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
