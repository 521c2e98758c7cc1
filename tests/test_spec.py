"""The folder spec/ and the code say the same."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from jsonschema import Draft202012Validator

from ailabel.model.report import Level
from ailabel.standard.rules import RULES
from ailabel.standard.slots import SLOTS
from corpus import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC: Final = ROOT / "spec"
SOURCE: Final = ROOT / "src" / "ailabel"
TAG: Final = re.compile(
    r"standard text seen|quoted by [1-9]\d*|observed in real files|measured|recalled|inferred"
)
SEEN: Final = 1000  # above any number of quotations
WEAKEST_ERROR: Final = 2  # quotations
DOCUMENTS: Final = {  # how `Rule.clause` begins, and the documents that it names
    "Measures ": {"MEASURES"},
    "GB 45438-2025 ": {"GB45438-2025"},
    "draft of 2024": {"DRAFT-2024"},
    "TC260-PG-20252A": {"PG-20252A"},
    "TC260-PG-202511A": {"PG-202511A"},
    "Regulation (EU) 2024/1689 ": {"EU-AI-ACT"},
    "EU Code of Practice ": {"EU-COP"},
    "California SB 942": {"CA-SB942"},
    "TC260-PG-20257A to 202510A": {"PG-20257A", "PG-20258A", "PG-20259A", "PG-202510A"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One row of clauses.toml."""

    id: str
    document: str
    clause: str
    says: str
    tag: str
    pieces: bool = False
    rules: tuple[str, ...] = ()
    why_no_rule: str = ""


def _tables() -> dict[str, list[dict[str, object]]]:
    tables: dict[str, list[dict[str, object]]] = tomllib.loads(
        (SPEC / "clauses.toml").read_text(encoding="utf-8")
    )
    return tables


def _clause(row: dict[str, object]) -> Clause:
    rules = row.get("rules", [])
    assert isinstance(rules, list)
    return Clause(**{**row, "rules": tuple(rules)})  # type: ignore[arg-type] # a wrong key fails


CLAUSES: Final = tuple(map(_clause, _tables()["clause"]))
KEYS: Final = [str(row["key"]) for row in _tables()["document"]]
WITH_CLAUSE: Final = [rule.id for rule in RULES.values() if rule.clause]


def _surety(tag: str) -> int:
    """Return how surely a text is known: by how many quotations, or more."""
    if tag == "standard text seen":
        return SEEN
    return int(tag.removeprefix("quoted by ")) if tag.startswith("quoted") else 0


def _named(rule: str) -> list[Clause]:
    return [clause for clause in CLAUSES if rule in clause.rules]


def _section(text: str, heading: str) -> str:
    """Return the part of a Markdown text below a heading of the second level."""
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def _block(name: str) -> list[str]:
    """Return the lines of a fenced block of the architecture, by its name."""
    text = (SPEC / "architecture.md").read_text(encoding="utf-8")
    found = re.findall(rf"^```{name}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(found) == 1
    return str(found[0]).splitlines()


def _cited_keys() -> list[str]:
    """Return the citation keys of format documents that the README lists."""
    text = (SPEC / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", _section(text, "Format documents"), re.MULTILINE)
    return [key for row in rows for key in re.findall(r"`([^`]+)`", row)]


def _comments(source: str) -> Iterator[str]:
    """Yield the comments and docstrings of a module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node, clean=False) or ""


def _citations(path: Path) -> Iterator[str]:
    """Yield what stands in brackets in comments: ``[PNG3 5.3; XMP3 1.1.5]`` is two citations.

    A bare clause, as in ``[A.2]``, is one of the document that was cited before.
    """
    for text in _comments(path.read_text(encoding="utf-8")):
        prose = re.sub(r"``.*?``|`[^`]*`", "", text, flags=re.DOTALL)
        for match in re.finditer(r"(?<!\w)\[([A-Z][^\[\]]*)\]", prose):
            parts = (" ".join(part.split()) for part in match[1].split(";"))
            yield from (part for part in parts if not re.match(r"(?:[A-H]\.)?\d", part))


def _keys_of(citation: str, known: list[str]) -> list[str]:
    return [key for key in known if re.match(rf"{re.escape(key)}(?=$|[ ,.:])", citation)]


def test_clause_ids_are_unique_and_begin_with_their_document() -> None:
    """An id names one clause, and its document is one of those that the file lists."""
    ids = [clause.id for clause in CLAUSES]
    assert len(set(ids)) == len(ids)
    assert len(set(KEYS)) == len(KEYS)
    assert [clause.id for clause in CLAUSES if clause.document not in KEYS] == []
    strays = [item.id for item in CLAUSES if not item.id.startswith(f"{item.document}:")]
    assert strays == []


def test_every_document_has_clauses() -> None:
    """No document is listed without saying what it asks."""
    assert {clause.document for clause in CLAUSES} == set(KEYS)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_a_clause_has_rules_or_a_reason(clause: Clause) -> None:
    """A clause is checked by rules that exist, or says why none checks it; never both."""
    assert set(clause.rules) <= set(RULES)
    assert len(set(clause.rules)) == len(clause.rules)
    assert bool(clause.rules) != bool(clause.why_no_rule.strip())


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.id)
def test_a_clause_is_told_in_one_sentence_of_known_surety(clause: Clause) -> None:
    """A paraphrase is one English sentence, so no quotation, and its tag is in the vocabulary."""
    assert TAG.fullmatch(clause.tag)
    assert clause.clause
    assert clause.says.endswith(".")
    assert clause.says.isascii() or "¶" in clause.says
    assert re.search(r"[.!?]\s+[A-Z]", clause.says.replace("art. ", "")) is None


def test_document_tags_are_in_the_vocabulary() -> None:
    """How surely a document's own data are known is said in the same words."""
    tags = [str(row["tag"]) for row in _tables()["document"]]
    assert [tag for tag in tags if not TAG.fullmatch(tag)] == []


@pytest.mark.parametrize("rule_id", WITH_CLAUSE)
def test_a_rule_stands_under_its_clauses(rule_id: str) -> None:
    """A rule that names documents is listed under clauses of theirs, and of no others."""
    named: set[str] = set()
    for part in RULES[rule_id].clause.split("; "):
        (documents,) = (found for name, found in DOCUMENTS.items() if part.startswith(name))
        named |= documents
    assert {clause.document for clause in _named(rule_id)} == named


@pytest.mark.parametrize("rule_id", WITH_CLAUSE)
def test_a_rule_is_no_surer_than_its_clauses(rule_id: str) -> None:
    """A rule claims no better text than its best clause, and an error needs two quotations."""
    rule = RULES[rule_id]
    best = max((_surety(clause.tag) for clause in _named(rule_id)), default=0)
    assert _surety(rule.tag) <= best
    if rule.level is Level.ERROR:
        assert min(best, _surety(rule.tag)) >= WEAKEST_ERROR


def test_a_rule_without_clause_is_called_ours() -> None:
    """What no clause asks for says so, and stands under none."""
    own = [rule for rule in RULES.values() if not rule.clause]
    assert {rule.tag for rule in own} <= {"ours"}
    assert [rule.id for rule in own if _named(rule.id)] == []


def test_guides_that_name_a_slot_are_listed() -> None:
    """Every guide that `standard.slots` leans on has a clause under the rule about places."""
    guides = {slot.guide.partition(",")[0].removeprefix("TC260-") for slot in SLOTS.values()}
    assert guides - {""} <= {clause.document for clause in _named("IMP-012")}


def test_readme_lists_every_document() -> None:
    """The keys of the documents are explained, and no others."""
    text = (SPEC / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|", _section(text, "The rules"), re.MULTILINE)
    assert rows == KEYS


def test_readme_explains_the_vocabulary() -> None:
    """Every tag that is used is explained, with N for the number of quotations."""
    text = _section((SPEC / "README.md").read_text(encoding="utf-8"), "How sure we are")
    explained = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert [tag for tag in explained if not TAG.fullmatch(tag.replace("N", "1"))] == []
    assert {re.sub(r"\d+$", "N", clause.tag) for clause in CLAUSES} <= set(explained)


def test_readme_covers_every_citation_of_a_format_document() -> None:
    """What a comment cites in brackets begins with a key of the README, and every key is used."""
    known = _cited_keys()
    assert len(set(known)) == len(known)
    cited = {
        citation: path.relative_to(SOURCE).as_posix()
        for path in sorted(SOURCE.rglob("*.py"))
        for citation in _citations(path)
    }
    unknown = {citation: path for citation, path in cited.items() if not _keys_of(citation, known)}
    assert unknown == {}
    used = {key for citation in cited for key in _keys_of(citation, known)}
    assert [key for key in known if key not in used] == []


def test_deviations_name_a_document_and_a_date() -> None:
    """Every departure is one dated line that begins with a key of the README, or a standard."""
    known = _cited_keys()
    lines = (SPEC / "deviations.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("- ")]
    assert rows
    for row in rows:
        match = re.match(r"- \d{4}-\d\d-\d\d (?:`([^`]+)`[^:]*|GB \d+): \S.*\.$", row)
        assert match, row
        assert match[1] is None or _keys_of(match[1], known), row


def test_decisions_are_dated_and_short() -> None:
    """Decisions are numbered, dated, and ten lines long at most."""
    text = (SPEC / "decisions.md").read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]
    for number, section in enumerate(sections, 1):
        heading, *body = section.splitlines()
        assert re.fullmatch(rf"{number}\. .+ \(\d{{4}}-\d\d-\d\d\)", heading), heading
        assert 0 < len([line for line in body if line.strip()]) <= 10, heading
        for word in ("Context", "Choice", "Rejected", "Consequence"):
            assert f"- {word}: " in section, f"{heading}: {word}"


def test_essence_is_told_for_every_format() -> None:
    """Every format with a slot or without has one row that says what its content is."""
    text = (SPEC / "essence.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w, ]+) \|", text, re.MULTILINE)
    named = [name.lower() for row in rows if row != "format" for name in row.split(", ")]
    assert sorted(named) == sorted(SLOTS)


def test_schemas_are_valid() -> None:
    """The published schemas are those of the package, and valid JSON Schema of draft 2020-12."""
    assert (SPEC / "schemas").resolve() == (SOURCE / "assets" / "schemas").resolve()
    files = sorted((SPEC / "schemas").glob("*.json"))
    assert files
    for path in files:
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"], path.name
        Draft202012Validator.check_schema(schema)


def test_architecture_draws_the_layers_that_are_enforced() -> None:
    """The layers of the architecture are those of the import-linter contract."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        item for item in project["tool"]["importlinter"]["contracts"] if item["name"] == "layers"
    )
    assert _block("layers") == contract["layers"]


def test_architecture_lists_what_stands_in_the_package() -> None:
    """The layout names every module and folder directly below the package, and no others."""
    named = [line.split()[0] for line in _block("layout")]
    there = [
        f"{path.name}/" if path.is_dir() else path.name
        for path in SOURCE.iterdir()
        if path.name != "__pycache__"
    ]
    assert named == sorted(named)
    assert sorted(named) == sorted(there)


def test_architecture_states_every_law_and_format() -> None:
    """Every law from L0 to L10 and every format with a slot or without is spoken of."""
    text = (SPEC / "architecture.md").read_text(encoding="utf-8")
    laws = re.findall(r"^\| (L\d+) ", _section(text, "7. The laws"), re.MULTILINE)
    assert laws == [f"L{number}" for number in range(11)]
    section = _section(text, "6. How each format is edited").partition("\nExplicit labels")[0]
    rows = re.findall(r"^\| ([\w, ]+) \|", section, re.MULTILINE)
    named = [name.lower() for row in rows if row != "format" for name in row.split(", ")]
    assert len(set(named)) == len(named)
    assert set(named) == set(SLOTS)
