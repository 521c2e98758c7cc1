"""The published schemas of configurations and manifests say what the code does."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ailabel.config.keys import FILE, KEYS, PATHS, TOP, keys_of
from ailabel.config.manifest import read_manifest
from ailabel.config.tables import _tables
from ailabel.errors import ConfigError
from ailabel.model.media import Medium
from ailabel.standard.rules import REGIMES, RULES
from schemas import schema

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG: Final = Draft202012Validator(schema("config"))
MANIFEST: Final = Draft202012Validator(schema("manifest"))
GOOD: Final[dict[str, list[object]]] = {
    "ai": [True, False, "unknown"],
    "explicit": ["required", "recommended", "off"],
    "producer": ["某公司", "001191350100M000100Y4310000"],
    "role": ["producer", "propagator"],
    "propagator": ["p"],
    "regimes": ["cn", ["cn", "eu", "us-ca"]],
    "media": ["image", [medium.value for medium in Medium]],
    "deep": [True, False],
    "budget": [0.5, 86400],
    "style": ["look.toml"],
    "extend": ["../base.toml"],
    "select": ["IMP", [], sorted(RULES)],
    "ignore": [["EXP-I3", "imp-001"]],
    "include": ["**", ["*.png", "!a/"]],
    "exclude": [[]],
    "manifest": ["m.json", ["a", "b"]],
    "baseline": [".ailabel-baseline.json"],
    "cache": [False, "cache"],
    "jobs": [0, 64],
    "paths": [[], [{"match": "a"}], [{"match": ["a"], "ai": True}]],
    "per-file-ignores": [{}, {"*.md": "IMP", "a/": ["EXP"]}],
    "match": ["ai/**", ["a"]],
}
BAD: Final[list[object]] = [
    *(None, True, False, 0, -1, 1.5, 86401, 65, "", " ", "\0", "x" * 1025, "always", "mars"),
    *([], [1], [""], ["cn", 1], {}, {"a": 1}, [{}], [{"match": []}], [{"match": "a", "b": 1}]),
]
NAMES: Final = [*keys_of(TOP), "paths", "per-file-ignores", "produce"]
VALUES: Final = st.sampled_from([*BAD, *(value for row in GOOD.values() for value in row)])


def accepts(read: Callable[[], object]) -> bool:
    """Say whether the code takes what it is given."""
    try:
        read()
    except ConfigError:
        return False
    return True


def test_every_key_has_good_values() -> None:
    """The table above leaves none out, nor does the schema."""
    assert GOOD.keys() == {key.name for key in KEYS} | {"paths", "per-file-ignores", "match"}
    top = schema("config")["properties"]
    assert top.keys() == keys_of(TOP).keys() | {"paths", "per-file-ignores"}
    assert top["paths"]["items"]["properties"].keys() == keys_of(PATHS).keys() | {"match"}
    definitions = schema("manifest")["$defs"]
    assert definitions["declaration"]["properties"].keys() == keys_of(FILE).keys()
    assert definitions["line"]["properties"].keys() == keys_of(FILE).keys() | {"path"}


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"match"}))
def test_good_values_are_good_to_both(name: str) -> None:
    """At the top, and in a table of paths where the key may stand there."""
    for value in GOOD[name]:
        document = {name: value}
        assert CONFIG.is_valid(document)
        read = _tables("ailabel.toml", document)
        sections = {"paths": read.sections, "per-file-ignores": read.ignores}
        if name in sections:
            assert len(sections[name]) == len(value)  # type: ignore[arg-type]
        else:
            assert {**read.values, "extend": read.extend}[name] is not None
        if name in keys_of(PATHS):
            for match in GOOD["match"]:
                inner = {"paths": [{"match": match, name: value}]}
                assert CONFIG.is_valid(inner)
                assert _tables("ailabel.toml", inner).sections[0].values.keys() == {name}


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2))
def test_both_decide_alike(document: dict[str, Any]) -> None:
    """Any value under any key; what only the code knows are rules and patterns that make sense."""
    accepted = accepts(lambda: _tables("ailabel.toml", document))
    valid = CONFIG.is_valid(document)
    assert valid or not accepted
    assert accepted or not valid or _has_rules(document)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from([*keys_of(PATHS), "match", "select"]), VALUES, max_size=3))
def test_both_decide_alike_of_paths(table: dict[str, Any]) -> None:
    """The same for a table of paths."""
    document = {"paths": [{"match": "a", **table}]}
    assert accepts(lambda: _tables("ailabel.toml", document)) == CONFIG.is_valid(document)


def _has_rules(document: dict[str, Any]) -> bool:
    return not document.keys().isdisjoint({"select", "ignore", "per-file-ignores"})


def test_choices_are_those_of_the_project() -> None:
    """Media and regimes are listed in the schema, in the keys, and where they are at home."""
    definitions = schema("config")["$defs"]
    assert definitions["medium"]["enum"] == [medium.value for medium in Medium]
    assert definitions["regime"]["enum"] == list(REGIMES)
    assert schema("manifest")["$defs"]["regime"] == definitions["regime"]
    known = keys_of(TOP)
    assert known["media"].check("media", definitions["medium"]["enum"])
    assert known["regimes"].check("regimes", list(REGIMES))


def test_examples_are_accepted(tmp_path: Path) -> None:
    """By the schema that shows them, and by the code."""
    for example in schema("config")["examples"]:
        CONFIG.validate(example)
        _tables("ailabel.toml", example)
    for example in schema("manifest")["examples"]:
        MANIFEST.validate(example)
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(example), encoding="utf-8")
        assert len(read_manifest(str(path))) == len(example["files"])


@settings(max_examples=200)
@given(
    st.dictionaries(st.sampled_from([*keys_of(FILE), "x-own", "deep"]), VALUES, max_size=2),
    st.sampled_from(["a.png", "", "\0", "../图.png"]),
)
def test_both_decide_alike_of_manifests(table: dict[str, Any], name: str) -> None:
    """An entry of a document, and the same as a line."""
    document = {"version": 1, "files": {name: table}}
    valid = MANIFEST.is_valid(document)
    assert _accepts_manifest(json.dumps(document)) == valid
    line = {"path": name, **table}
    part = {"$ref": "#/$defs/line", "$defs": schema("manifest")["$defs"]}
    assert Draft202012Validator(part).is_valid(line) == valid
    assert _accepts_manifest(json.dumps(line)) == valid


def _accepts_manifest(text: str) -> bool:
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return accepts(lambda: read_manifest(file.name))
