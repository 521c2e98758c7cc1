"""``ailabel rule | formats | schema``: what the tool knows, printed."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

import click

from ailabel.adapters.cli.base import TranslatedCommand, emit, language, language_option
from ailabel.adapters.cli.inputs import usage_error
from ailabel.messages import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.standard.rules import Rule

__all__ = ["formats_command", "rule_command", "schema_command"]

_SCHEMAS: Final = (
    *("report", "label", "decide", "diff", "check", "rules"),
    *("formats", "sidecar", "baseline", "ledger", "config", "manifest"),
    "profile",
)
_CHOICES: Final = click.Choice(["text", "json"])


@click.command(
    "rule",
    cls=TranslatedCommand,
    help="Explain a rule, or list them all. Each names its clause and how sure its text is.",
)
@click.argument("rule_id", metavar="[ID]", required=False)
@click.option("--format", "output_format", type=_CHOICES, default="text", help="How to tell it.")
@language_option
def rule_command(rule_id: str | None, output_format: str) -> None:
    """Print one rule or all."""
    from ailabel.standard.rules import RULES

    if rule_id is not None and rule_id.upper() not in RULES:
        raise usage_error("there is no rule {rule}", rule=rule_id)
    rules = list(RULES.values()) if rule_id is None else [RULES[rule_id.upper()]]
    if output_format == "json":
        emit([_json({"rules": [_rule_document(rule) for rule in rules]})], machine=True)
    elif rule_id is None:
        emit(_rule_line(rule) for rule in rules)
    else:
        emit(_rule_page(rules[0]))


@click.command(
    "formats",
    cls=TranslatedCommand,
    help="List the formats: where each keeps the label, and who says so.",
)
@click.option("--format", "output_format", type=_CHOICES, default="text", help="How to tell it.")
@language_option
def formats_command(output_format: str) -> None:
    """Print the table of formats."""
    rows = list(_formats())
    if output_format == "json":
        emit([_json({"formats": rows})], machine=True)
        return
    for row in rows:
        place = row["place"] or translate("no place for metadata", language())
        guide = f" ({row['guide']})" if row["guide"] else ""
        medium = translate(str(row["medium"]), language())
        second = f"; annex-b: {row['annex_b']}" if row["annex_b"] else ""
        emit([f"{row['id']:<9} {medium:<9} {place}{guide}{second}\n"])


@click.command(
    "schema",
    cls=TranslatedCommand,
    help="Print the JSON Schema of a kind of output.",
)
@click.argument("name", type=click.Choice(_SCHEMAS), required=False)
@language_option
def schema_command(name: str | None) -> None:
    """Print a schema, or the names of all."""
    if name is None:
        emit(f"{known}\n" for known in _SCHEMAS)
        return
    source = resources.files("ailabel") / "assets" / "schemas" / f"{name}.schema.json"
    emit([source.read_text(encoding="utf-8")], machine=True)


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _index() -> int:
    return 1 if language() == "zh" else 0


def _rule_line(rule: Rule) -> str:
    level = translate(rule.level.value, language())
    clause = translate(rule.clause or "ailabel", language())
    return f"{rule.id:<8} {level:<8} {rule.title[_index()]} ({clause})\n"


def _rule_page(rule: Rule) -> Iterator[str]:
    media = ", ".join(sorted(translate(medium.value, language()) for medium in rule.media))
    yield f"{rule.id}: {rule.title[_index()]}\n\n"
    yield f"{rule.help[_index()]}\n\n"
    for name, value in (
        ("level", translate(rule.level.value, language())),
        ("clause", translate(rule.clause or "-", language())),
        ("how its text is known", translate(rule.tag, language())),
        ("label", translate(rule.label, language())),
        ("regime", rule.regime),
        ("media", media),
        ("decided by", translate(rule.decidable, language())),
        ("since", rule.since),
    ):
        yield f"{translate(name, language())}: {value}\n"


def _rule_document(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "clause": rule.clause,
        "tag": rule.tag,
        "level": rule.level.value,
        "label": rule.label,
        "regime": rule.regime,
        "media": sorted(medium.value for medium in rule.media),
        "decidable": rule.decidable,
        "title": {"en": rule.title[0], "zh": rule.title[1]},
        "help": {"en": rule.help[0], "zh": rule.help[1]},
        "since": rule.since,
    }


def _formats() -> Iterator[dict[str, object]]:
    from ailabel import registry
    from ailabel.registry_index import INSPECTORS, LOSSES, MARKERS
    from ailabel.standard.slots import SLOTS

    for item in sorted(registry.formats(), key=lambda found: (found.medium.value, found.id)):
        slot = SLOTS.get(item.id)
        yield {
            "id": item.id,
            "name": item.name,
            "medium": item.medium.value,
            "suffixes": list(item.suffixes),
            "mime": item.mime,
            "read": True,
            "write": item.has_slot,
            "place": slot.place if slot else "",
            "guide": slot.guide if slot else "",
            "annex_b": slot.annex_b if slot else "",
            "status": slot.status if slot else "extension",
            "explicit": item.id in MARKERS,
            "loss": LOSSES.get(item.id, "none") if item.id in MARKERS else "",
            "looked_at": item.id in MARKERS or item.id in INSPECTORS,
        }
