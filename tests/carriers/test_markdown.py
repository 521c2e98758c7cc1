"""The implicit label in Markdown: TC260-PG-20258A, 6.5, and what products do instead."""

from __future__ import annotations

import json
from typing import Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel import registry
from ailabel.carriers.markdown import CARRIER
from ailabel.errors import AilabelError, LimitExceededError, PlanError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import apply
from ailabel.model.media import Strength
from ailabel.spi import Mention, Slot
from ailabel.testing import PAYLOADS, check_carrier
from builders.markdown import BLOCK, LABEL, samples

SAMPLES: Final = dict(samples())


def _read(text: str | bytes) -> list[Slot | Mention]:
    data = text.encode() if isinstance(text, str) else text
    return list(CARRIER.read(BytesView(data, "a.md")))


def _write(text: str | bytes, payload: str = PAYLOADS[0]) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return apply(data, CARRIER.write(BytesView(data, "a.md"), payload))


def _front(data: bytes) -> dict[str, object]:
    """Read the front matter as a static site generator would."""
    text = data.decode("utf-16" if data[:1] in b"\xff\xfe" else "utf-8-sig")
    documents = yaml.safe_load_all(text.replace("\r\n", "\n").replace("\r", "\n"))
    front: dict[str, object] = next(iter(documents))
    return front


@pytest.mark.parametrize("name", SAMPLES)
def test_the_laws_hold(name: str) -> None:
    """Every sample obeys the laws L0 to L7."""
    check_carrier(CARRIER, name, SAMPLES[name])


@pytest.mark.oracle
@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "gb.md"])
def test_a_yaml_reader_agrees(name: str, payload: str) -> None:
    """PyYAML's own loader finds the seven strings, in order, and the other keys as they were."""
    before = SAMPLES[name]
    after = _front(_write(before, payload))
    assert list(after["AIGC"].items()) == list(json.loads(payload).items())  # type: ignore[attr-defined]
    if "front" in name or "crlf" in name:
        known = {} if name in {"empty-front.md", "comment-front.md"} else _front(before)
        assert {key: after[key] for key in known} == known


def test_the_label_is_written_as_the_guide_shows_it() -> None:
    """6.5: a mapping at the head of the file, every value a quoted string."""
    label = '{"Label":"1","ContentProducer":"001234567012345670"}'
    assert _write("# T\n", label).decode() == (
        '---\nAIGC:\n  Label: "1"\n  ContentProducer: "001234567012345670"\n---\n\n# T\n'
    )


def test_it_is_merged_into_front_matter() -> None:
    """An existing front matter gets the lines; a second block is never made."""
    text = "---\r\ntitle: x # note\r\n---\r\nbody\r\n"
    assert _write(text, '{"Label":"1"}').decode() == (
        '---\r\ntitle: x # note\r\nAIGC:\r\n  Label: "1"\r\n---\r\nbody\r\n'
    )


def test_comments_beside_the_label_stay() -> None:
    """Replacing the mapping touches neither the comment behind it nor the lines around it."""
    text = f"---\n# a\nAIGC: {LABEL} # b\n# c\n---\n"
    assert _write(text, '{"Label":"1"}') == b'---\n# a\nAIGC:\n  Label: "1" # b\n# c\n---\n'


def test_types_are_never_resolved() -> None:
    """Numbers, dates and truth values of YAML stay the text that they are."""
    text = (
        "---\nAIGC:\n  Label: 1\n  ContentProducer: 001234567012345670\n  ProduceID: 2025-09-01\n"
        "  ReservedCode1: 12:30:45\n  PropagateID: yes\n  ReservedCode2: ~\n---\n"
    )
    (slot,) = _read(text)
    assert isinstance(slot, Slot)
    assert list(json.loads(slot.payload).values()) == [
        "1", "001234567012345670", "2025-09-01", "12:30:45", "yes", "~",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "site", "official"),
    [
        (f"---\n{BLOCK}---\n", "markdown.front-matter", True),
        (f"---\naigc: {LABEL}\n---\n", "markdown.front-matter-other", False),
        (f"---\nTC260_AIGC: {LABEL}\n---\n", "markdown.front-matter-other", False),
        (f"---\nt: a: b\n{BLOCK}---\n", "markdown.front-matter-damaged", False),
        (f'{{"title": "x", "AIGC": {LABEL}}}\n\nbody\n', "markdown.json", False),
        (f"+++\ntitle = 'x'\nAIGC = '{LABEL}'\n+++\nbody\n", "markdown.toml", False),
        ('+++\n[AIGC]\nLabel = "1"\nProduceID = "x"\n+++\n', "markdown.toml", False),
        (f"\n---\n{BLOCK}---\n", "markdown.block", False),
        (f"# T\n---\n{BLOCK}---\n", "markdown.block", False),
        (f"text\n\n{BLOCK}", "markdown.block", False),
        (f"text\n\n---\n{BLOCK}", "markdown.block", False),
        (f"---\ntitle: x\n---\ntext\n\n---\nother: y\n{BLOCK}---\n", "markdown.block", False),
        (
            "---\nAIGC: {Label: AIGC, ContentProducer: MiniMax}\n---\n",
            "markdown.front-matter",
            True,
        ),
        ("---\nAIGC:\n  Label: 1\n  ReserveCode1: iflow\n---\n", "markdown.front-matter", True),
    ],
)
def test_labels_are_found_wherever_products_put_them(
    text: str, site: str, *, official: bool
) -> None:
    """Each dialect is one slot, and only the guide's place is official."""
    (slot,) = _read(text)
    assert isinstance(slot, Slot)
    assert (slot.site, slot.official) == (site, official)
    assert text.encode().count(slot.raw) >= 1


@pytest.mark.parametrize(
    "text",
    [
        f"```yaml\n---\n{BLOCK}---\n```\n",
        f"~~~\n{BLOCK}~~~\n",
        "> AIGC:\n>   ProduceID: x\n",
        f"<!--\n{BLOCK}-->\n",
        f"<!-- AIGC: {LABEL} -->\n",
        f"<details>\n\n---\n{BLOCK}---\n\n</details>\n",
        f"- item\n\n  ```\n  AIGC: {LABEL}\n  ```\n",
        f"text\n{BLOCK}more text\n",
        f"<pre>\n{BLOCK}</pre>\n",
    ],
)
def test_what_only_shows_a_label_is_a_mention(text: str) -> None:
    """Fenced, quoted, commented and folded text is reported, and no write touches it."""
    (mention,) = _read(text)
    assert isinstance(mention, Mention)
    assert _write(text).endswith(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "AIGC is a word. It has ContentProducer and ProduceID.\n",
        "---\nAIGC: true\n---\n",
        "---\nAIGC:\n---\n",
        "---\ntitle: AIGC\n---\n",
        "---\nAIGC: [1, 2]\n---\n",
        "---\nAIGC: {name: x}\n---\n",
    ],
)
def test_the_word_alone_is_no_label(text: str) -> None:
    """A key named AIGC is not enough; it must hold fields of a label."""
    assert not _read(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+++\ntitle = 'x'\n+++\n", "TOML"),
        ('{"title": "x"}\n\nbody\n', "JSON"),
        ("---\na: b: c\n---\n", "not valid YAML"),
        ("---\n\ttitle: x\n---\n", "not valid YAML"),
        (f"para\n---\n{BLOCK}---\n", "line 3"),
        (f"---\nt: x\n---\n\n---\nother: y\n{BLOCK}---\n", "line 7"),
        ("---\nAIGC: &a {Label: '1', ProduceID: x}\nb: *a\n---\n", "anchor"),
        (f"AIGC: {LABEL}\n\nAIGC: {LABEL}\n", "several labels"),
        ("---\n? AIGC\n: {Label: '1', ProduceID: x}\n---\n", "safely"),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(text: str, reason: str) -> None:
    """Refuse rather than guess, and say why."""
    with pytest.raises(PlanError, match=reason):
        _write(text)


def test_aliases_are_not_expanded() -> None:
    """A file whose aliases would expand without end costs nothing, and stays as it is."""
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    text = "---\n" + "\n".join(rows) + "\n---\nbody\n"
    written = _write(text).decode()
    assert written.startswith("---\n" + "\n".join(rows))
    assert len(_read(written)) == 1
    alias = "---\na: &a x\nAIGC: {ProduceID: *a, Label: '1'}\n---\n"
    (slot,) = _read(alias)
    assert isinstance(slot, Slot)
    assert '"*a"' in slot.payload


@pytest.mark.parametrize(
    "inner",
    [f"a: {'[' * 40}{']' * 40}", "a: " + "{b: " * 40 + "}" * 40, f"a: {'x' * 300_000}"],
)
def test_depth_and_length_are_bounded(inner: str) -> None:
    """Front matter that no person would write is refused before it is followed."""
    with pytest.raises(LimitExceededError):
        _write(f"---\n{inner}\n---\n")


def test_the_text_is_bounded() -> None:
    """A file longer than the limit is not read."""
    with pytest.raises(LimitExceededError):
        CARRIER.read(BytesView(b"x" * 11, "a.md", Limits(text_bytes=10)))


def test_claims_without_a_name() -> None:
    """Without a name only a label in front matter makes a text Markdown."""
    found = CARRIER.sniff(BytesView(SAMPLES["block.md"]))
    assert found is not None
    assert found.strength is Strength.CONTENT
    assert registry.detect(BytesView(SAMPLES["block.md"])).format.id == "markdown"
    assert registry.detect(BytesView(SAMPLES["front.md"])).format.id == "txt"
    assert CARRIER.sniff(BytesView(SAMPLES["mentions.md"])) is None
    assert CARRIER.sniff(BytesView(SAMPLES["block.md"], limits=Limits(text_bytes=9))) is None
    assert CARRIER.sniff(BytesView(b"text", "a.rst")) is None
    assert CARRIER.sniff(BytesView(b"a\0", "a.md")) is None


_PIECES: Final = st.sampled_from(
    [
        *("---\n", "...\n", "AIGC:\n", "  Label: '1'\n", "  ProduceID: x\n", f"AIGC: {LABEL}\n"),
        *(
            "\n",
            "text\n",
            "# T\n",
            "```\n",
            "> AIGC: x\n",
            "title: y\n",
            "- a\n",
            "<!--\n",
            "-->\n",
        ),
        *("<details>\n", "</details>\n", "\r\n", "\r", "+++\n", "\t", "&a ", "*a ", "'", '"', "😀"),
        *(": ", "{", "}"),
    ]
)


@given(st.lists(_PIECES, max_size=14), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
@settings(max_examples=300, deadline=None)
def test_any_arrangement_is_safe(pieces: list[str], encoding: str) -> None:
    """Whatever the blocks, writing is refused or leaves exactly one label, and rewriting none."""
    data = "".join(pieces).encode(encoding)
    try:
        edits = CARRIER.write(BytesView(data, "a.md"), PAYLOADS[0])
    except AilabelError:
        return
    after = apply(data, edits)
    slots = [item for item in _read(after) if isinstance(item, Slot)]
    assert [(slot.payload, slot.official) for slot in slots] == [(PAYLOADS[0], True)]
    assert not CARRIER.write(BytesView(after, "a.md"), PAYLOADS[0])
    before, kept = (
        b"".join(view.read(span.offset, span.length) for span in CARRIER.essence(view))  # type: ignore[union-attr]
        for view in (BytesView(data, "a.md"), BytesView(after, "a.md"))
    )
    assert before == kept


def test_a_long_text_may_explain_the_key_often() -> None:
    """Paragraphs that begin like an entry are no block at the end, so nothing is read as YAML."""
    entry = "AIGC: content that machines make\n\n" + "prose\n" * 2000 + "\n"
    view = BytesView(("# Words\n\n" + entry * 40).encode(), "words.md")
    assert CARRIER.read(view) == []
    payload = PAYLOADS[0]
    labelled = apply(view.data, CARRIER.write(view, payload))
    (slot,) = (item for item in CARRIER.read(BytesView(labelled)) if isinstance(item, Slot))
    assert slot.payload == payload
