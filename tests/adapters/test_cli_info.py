"""``ailabel rule | formats | code | schema | doctor``, help and mistakes."""

from __future__ import annotations

import json

import pytest

import ailabel as package
from ailabel import registry
from ailabel.adapters.cli import doctor as doctor_module
from ailabel.standard.rules import RULES
from command import PRODUCER, ailabel, spawn
from schemas import check as check_schema
from schemas import schema

COMMANDS = ("label", "verify", "read", "rule", "formats", "code", "schema", "doctor")


def test_every_rule_is_listed_with_its_clause() -> None:
    """One line a rule, in the order of the table."""
    done = ailabel("rule")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()] == list(RULES)
    assert "GB 45438-2025 6.1 c" in done.out


@pytest.mark.parametrize("rule", ["IMP-009", "imp-009"])
def test_one_rule_is_explained(rule: str) -> None:
    """Title, help, level, clause, and how surely its text is known."""
    done = ailabel("rule", rule)
    assert done.code == 0
    for text in (RULES["IMP-009"].title[0], RULES["IMP-009"].help[0], "6.1 c", "error"):
        assert text in done.out
    chinese = ailabel("rule", rule, "--lang", "zh").out
    assert RULES["IMP-009"].title[1] in chinese


def test_an_unknown_rule_is_exit_2() -> None:
    """The id that is not there is named."""
    done = ailabel("rule", "IMP-999")
    assert (done.code, done.out) == (2, "")
    assert "IMP-999" in done.err


@pytest.mark.parametrize("arguments", [(), ("EXP-T1",)])
def test_rules_as_json_fit_their_schema(arguments: tuple[str, ...]) -> None:
    """All keys are there, in both languages."""
    done = ailabel("rule", *arguments, "--format", "json")
    document = json.loads(done.out)
    check_schema(document, "rules")
    assert len(document["rules"]) == (1 if arguments else len(RULES))


def test_formats_are_listed_with_their_place() -> None:
    """Every format of the registry, where its label stands and who says so."""
    done = ailabel("formats", "--format", "json")
    document = json.loads(done.out)
    check_schema(document, "formats")
    rows = {row["id"]: row for row in document["formats"]}
    assert set(rows) == {item.id for item in registry.formats()}
    assert (rows["png"]["guide"], rows["png"]["write"]) == ("TC260-PG-20259A, 6", True)
    assert (rows["txt"]["place"], rows["txt"]["write"]) == ("", False)
    text = ailabel("formats").out
    assert len(text.splitlines()) == len(rows)
    assert "no place for metadata" in text


@pytest.mark.parametrize("name", ["report", "label", "rules", "formats", "sidecar"])
def test_schemas_are_printed_as_published(name: str) -> None:
    """What is printed is what outputs are tested against."""
    done = ailabel("schema", name)
    assert done.code == 0
    assert json.loads(done.out) == schema(name)
    assert name in ailabel("schema").out.split()


def test_a_code_is_made_and_explained() -> None:
    """Both ways, every segment named."""
    done = ailabel("code", "make", " 91350100m000100y43 ", "--application", "10ab")
    assert (done.code, done.out, done.err) == (0, "001191350100M000100Y43110AB\n", "")
    done = ailabel("code", "explain", done.out.strip())
    assert done.code == 0
    assert "91350100M000100Y43" in done.out
    assert "10AB" in done.out
    assert len(done.out.splitlines()) == 6


@pytest.mark.parametrize(
    ("service", "tail"), [("generation", "10000"), ("dissemination", "20000"), ("none", "00000")]
)
def test_the_service_is_a_choice(service: str, tail: str) -> None:
    """Position 23 says what the service does."""
    done = ailabel("code", "make", "91350100M000100Y43", "--service", service)
    assert done.out == f"001191350100M000100Y43{tail}\n"


def test_a_check_character_that_does_not_fit_is_a_warning() -> None:
    """The code is made; the warning goes to standard error."""
    done = ailabel("code", "make", "91350100M000100Y44")
    assert (done.code, len(done.out)) == (0, 28)
    assert "check character" in done.err
    done = ailabel("code", "explain", done.out.strip())
    assert done.code == 0
    assert "check character" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("make", "11010519491231002X"), "natural person"),
        (("make", "123"), "18 digits or capitals"),
        (("make", "91350100M000100Y43", "--application", "abcde"), "four digits"),
        (("explain", "0011"), "4 characters"),
        (("explain", PRODUCER.replace("0011", "0021")), "individual"),
        (("make",), "USCC"),
        ((), "make"),
    ],
)
def test_what_is_no_code_is_exit_2_with_every_reason(
    arguments: tuple[str, ...], words: str
) -> None:
    """Natural persons' numbers are refused, and it is said why."""
    done = ailabel("code", *arguments)
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err


def test_the_doctor_tries_out_what_works() -> None:
    """Packages, extras, a label written and read back, the assets."""
    done = ailabel("doctor")
    assert (done.code, done.err) == (0, "")
    assert f"ailabel {package.__version__}" in done.out
    for name in ("pillow", "pypdf", "[av]", "label, verify", "assets"):
        assert name in done.out
    assert "does not work" not in done.out


@pytest.mark.parametrize(("there", "said"), [(True, "works"), (False, "not there: ")])
def test_the_doctor_tells_of_the_extension(
    there: bool,  # noqa: FBT001 - pytest
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The doctor says whether the compiled extension is there; it is healthy without."""
    monkeypatch.setattr("ailabel.codecs.native.is_there", lambda: there)
    done = ailabel("doctor")
    (line,) = [line for line in done.out.splitlines() if line.startswith("compiled")]
    assert said in line
    assert done.code == 0


def test_the_doctor_finds_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing core package is exit 1; a missing extra only names the command."""
    known = doctor_module._version
    monkeypatch.setattr(
        doctor_module, "_version", lambda name: None if name in {"pypdf", "av"} else known(name)
    )
    done = ailabel("doctor")
    assert done.code == 1
    assert "missing" in done.out
    assert "pip install 'ailabel[av]'" in done.out


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_has_help_in_both_languages(command: str, language: str) -> None:
    """--help and -h, on any console."""
    arguments = (command,) if command else ()
    done = ailabel(*arguments, "--help", AILABEL_LANG=language)
    assert (done.code, done.err) == (0, "")
    assert "--help" in done.out
    assert any("\u4e00" <= character <= "\u9fff" for character in done.out) or language == "en"
    assert ailabel(*arguments, "-h", AILABEL_LANG=language).out == done.out
    if not command:
        assert all(name in done.out for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("--nonsense",), ("verify", "--nonsense"), ()]
)
def test_mistakes_are_exit_2_on_standard_error(arguments: tuple[str, ...]) -> None:
    """Results never mix with messages."""
    done = ailabel(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_the_version_is_printed() -> None:
    """--version prints one line."""
    done = ailabel("--version")
    assert (done.code, done.out) == (0, f"ailabel {package.__version__}\n")


def test_help_is_readable_on_a_gbk_console() -> None:
    """The Chinese help is written in the console's encoding."""
    done = spawn("label", "--help", AILABEL_LANG="zh", PYTHONIOENCODING="gbk")
    assert (done.code, done.stderr) == (0, b"")
    assert any("\u4e00" <= character <= "\u9fff" for character in done.stdout.decode("gbk"))


@pytest.mark.parametrize(
    ("environment", "is_chinese"),
    [
        ({"AILABEL_LANG": "zh"}, True),
        ({"AILABEL_LANG": "", "LC_ALL": "zh_CN.UTF-8"}, True),
        ({"AILABEL_LANG": "", "LC_ALL": "C", "LANG": "zh_CN"}, False),
        ({"AILABEL_LANG": "en", "LANG": "zh_CN"}, False),
        ({"AILABEL_LANG": ""}, False),
    ],
)
def test_the_environment_chooses_the_language(
    environment: dict[str, str], *, is_chinese: bool
) -> None:
    """Our own variable first, then the system's, in the usual order."""
    text = ailabel("rule", stdin=b"", **environment).out
    assert (RULES["IMP-001"].title[1] in text) is is_chinese
