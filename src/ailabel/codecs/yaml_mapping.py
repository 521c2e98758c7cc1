"""A YAML mapping as entries with their positions [YAML 1.2], read without resolving anything.

PyYAML's events are taken one by one: nesting is bounded before it is followed, scalars stay the
text that they are, and an alias is shown as ``*name``, never expanded.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ailabel.errors import LimitExceededError
from ailabel.values import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

__all__ = ["Entry", "Mapping", "mapping"]

_DEPTH: Final = 32  # ours; front matter that people write stays below 6


@frozen(kw_only=True)
class Entry:
    """One entry of a mapping.

    Args:
        key: the key's text; JSON where it is no scalar.
        start: where the key begins.
        end: where the value ends.
        value: the value as compact ASCII JSON, every scalar a string.
        anchored: whether something in it has an anchor, to which aliases may point.
    """

    key: str
    start: int
    end: int
    value: str
    anchored: bool

    @property
    def span(self) -> tuple[int, int]:
        """Where the entry begins and ends."""
        return self.start, self.end


@frozen
class Mapping:
    """A mapping: its entries, and for one in braces the position behind the opening brace."""

    entries: tuple[Entry, ...]
    brace: int | None = None


def mapping(content: str) -> Mapping | None:
    """Read a text as one YAML document that is a mapping; positions are characters.

    Returns:
        The mapping, empty where there is nothing but comments; None for other YAML.

    Raises:
        ValueError: it is not YAML.
        LimitExceededError: it is nested too deeply.
    """
    import yaml

    try:
        return _document(content, yaml.parse(content, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, OverflowError) as error:  # an escape beyond Unicode overflows
        raise ValueError(str(error)) from error


@frozen
class _Node:
    """A node: its JSON, where it stands, and for a scalar its text."""

    json: str
    start: int
    end: int
    anchored: bool
    text: str | None = None


def _document(content: str, events: Iterator[yaml.Event]) -> Mapping | None:
    import yaml

    event = _after(events, (yaml.StreamStartEvent, yaml.DocumentStartEvent))
    if isinstance(event, yaml.StreamEndEvent):
        return Mapping(())
    if not isinstance(event, yaml.MappingStartEvent):
        for _ in events:  # a text or a list; reading on proves that it is YAML
            pass
        return None
    nodes, _ = _until(events, yaml.MappingEndEvent, 1)
    if not isinstance(_after(events, (yaml.DocumentEndEvent,)), yaml.StreamEndEvent):
        return None
    entries = tuple(_entry(content, key, value) for key, value in _pairs(nodes))
    start = _at(event.start_mark)
    return Mapping(entries, content.index("{", start) + 1 if event.flow_style else None)


def _after(events: Iterator[yaml.Event], kinds: tuple[type[yaml.Event], ...]) -> yaml.Event:
    """Return the first event that is of none of the kinds."""
    event = next(events)
    while isinstance(event, kinds):
        event = next(events)
    return event


def _entry(content: str, key: _Node, value: _Node) -> Entry:
    whole = content[key.start : max(value.end, key.end)]
    return Entry(
        key=key.json if key.text is None else key.text,
        start=key.start,
        end=key.start + len(whole.rstrip()),  # a block scalar takes in the newlines behind it
        value=value.json,
        anchored=key.anchored or value.anchored,
    )


def _pairs(nodes: list[_Node]) -> Iterator[tuple[_Node, _Node]]:
    return zip(nodes[::2], nodes[1::2], strict=True)


def _until(
    events: Iterator[yaml.Event], kind: type[yaml.Event], depth: int
) -> tuple[list[_Node], int]:
    """Read the nodes up to the event that ends their collection, and where that event ends."""
    nodes: list[_Node] = []
    while not isinstance(event := next(events), kind):
        nodes.append(_node(event, events, depth))
    return nodes, _at(event.end_mark)


def _node(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Node:
    """Read the node that begins with `event`."""
    import yaml

    start, end = _at(event.start_mark), _at(event.end_mark)
    if isinstance(event, yaml.AliasEvent):
        return _Node(json.dumps(f"*{event.anchor}"), start, end, anchored=False)
    if isinstance(event, yaml.ScalarEvent):
        anchored = event.anchor is not None
        return _Node(json.dumps(event.value), start, end, anchored, event.value)
    if depth >= _DEPTH:
        raise LimitExceededError("the front matter is nested too deeply")
    if not isinstance(event, yaml.CollectionStartEvent):
        raise ValueError("an event that opens no node")  # noqa: TRY004 - as for any other bad YAML
    maps = isinstance(event, yaml.MappingStartEvent)
    nodes, closed = _until(
        events, yaml.MappingEndEvent if maps else yaml.SequenceEndEvent, depth + 1
    )
    last = max((node.end for node in nodes), default=end)
    return _Node(
        _object(nodes) if maps else "[" + ",".join(node.json for node in nodes) + "]",
        start,
        closed if event.flow_style else last,  # a block's end event stands before what follows
        event.anchor is not None or any(node.anchored for node in nodes),
    )


def _at(mark: yaml.error.Mark | yaml._yaml.Mark | None) -> int:
    return 0 if mark is None else mark.index


def _object(nodes: list[_Node]) -> str:
    members = (
        f"{json.dumps(key.json) if key.text is None else key.json}:{value.json}"
        for key, value in _pairs(nodes)
    )
    return "{" + ",".join(members) + "}"
