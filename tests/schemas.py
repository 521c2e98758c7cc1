"""The published JSON Schemas, as validators."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

__all__ = ["check", "schema"]


def schema(name: str) -> dict[str, Any]:
    """Return a schema by its short name."""
    file = resources.files("ailabel") / "assets" / "schemas" / f"{name}.schema.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=32)
def _validator(name: str, part: str) -> Draft202012Validator:
    whole = schema(name)
    Draft202012Validator.check_schema(whole)
    if part:
        whole = {"$schema": whole["$schema"], "$defs": whole["$defs"], "$ref": f"#/$defs/{part}"}
    return Draft202012Validator(whole)


def check(value: object, name: str, part: str = "") -> None:
    """Validate a value against a schema, or one of its definitions."""
    _validator(name, part).validate(value)
