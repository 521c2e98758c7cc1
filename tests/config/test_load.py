"""Configurations: where they are found, what they may say, and what comes out for a path."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from ailabel.config import Configuration, Origin, Profile, load
from ailabel.config.problems import problems_of
from ailabel.errors import ConfigError
from corpus import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """
producer = "某公司"
exclude = ["vendor/**"]
ignore = ["exp-i3"]

[[paths]]
match = ["ai/**"]
ai = true
explicit = "required"

[[paths]]
match = "ai/drafts/**"
ai = "unknown"
explicit = "off"

[per-file-ignores]
"*.md" = ["IMP"]
"""


def tree(root: Path, **files: str) -> str:
    """Write files, in whose names ``__`` stands for a slash and ``_`` for a dot."""
    (root / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(root)


def problems(root: Path, text: str) -> list[str]:
    """Return what is said against a configuration."""
    with pytest.raises(ConfigError) as caught:
        load(tree(root, ailabel_toml=text))
    assert "ailabel.toml" in str(caught.value)
    return [str(problem) for problem in caught.value.problems]


def test_what_nobody_declares_is_the_default(tmp_path: Path) -> None:
    """Nothing is known of the file, and nothing is asked of it but the usual."""
    profile = load(tree(tmp_path)).profile("a.png")
    assert profile == Profile(origins=profile.origins)
    assert set(profile.origins.values()) == {Origin(None, "default")}
    assert set(profile.origins) == {item.name for item in fields(Profile)} - {"origins"}


def test_later_tables_win_key_by_key(tmp_path: Path) -> None:
    """What a table does not say stays as an earlier one, or the top, says it."""
    configuration = load(tree(tmp_path, ailabel_toml=PLAIN))
    file = str(tmp_path / "ailabel.toml")
    draft = configuration.profile("ai/drafts/a.png")
    assert (draft.ai, draft.explicit, draft.producer) == ("unknown", "off", "某公司")
    assert draft.origins["ai"] == Origin(file, "paths[1]")
    assert draft.origins["producer"] == Origin(file, "producer")
    assert configuration.profile("ai/a.png").ai == "yes"
    assert configuration.profile("own/a.png").ai is None


def test_rules_that_are_ignored_add_up(tmp_path: Path) -> None:
    """``per-file-ignores`` comes on top of ``ignore``, wherever that is said."""
    root = tree(tmp_path, ailabel_toml=PLAIN)
    assert load(root).profile("a.md").ignore == ("EXP-I3", "IMP")
    assert load(root, options={"ignore": ["EXP"]}).profile("a.md").ignore == ("EXP", "IMP")
    given = load(root, options={"per-file-ignores": {"b.*": ["EXP-T1"]}})
    assert given.profile("a.md").ignore == ("EXP-I3",)
    assert given.profile("x/b.md").ignore == ("EXP-I3", "EXP-T1")
    assert given.profile("b.md").origins["ignore"] == Origin(None, "--per-file-ignores")


def test_paths_are_selected(tmp_path: Path) -> None:
    """What is included and not excluded; of both, the last pattern that matches decides."""
    configuration = load(tree(tmp_path, ailabel_toml=PLAIN))
    assert configuration.selects("a.png")
    assert not configuration.selects("vendor/a.png")
    text = 'include = ["*.png", "!b.png"]\nexclude = ["x/"]'
    narrow = load(tree(tmp_path, ailabel_toml=text))
    chosen = [path for path in ("a.png", "b.png", "x/a.png", "a.jpg") if narrow.selects(path)]
    assert chosen == ["a.png"]


def test_the_nearest_configuration_counts_alone(tmp_path: Path) -> None:
    """Nothing of those above it is merged in; its patterns count from its own folder."""
    root = tree(
        tmp_path,
        ailabel_toml='producer = "outer"\ndeep = true',
        site__ailabel_toml='[[paths]]\nmatch = ["ai/**"]\nai = true',
        site__ai__deeper__a_txt="",
    )
    inner = load(root).profile("site/ai/deeper/a.txt")
    assert (inner.ai, inner.producer, inner.deep) == ("yes", None, False)
    assert load(root).profile("ai/a.txt").producer == "outer"
    assert load(root).settings("site/a").file == str(tmp_path / "site/ailabel.toml")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("_ailabel_toml", "ailabel_toml", "pyproject_toml"), ".ailabel.toml"),
        (("ailabel_toml", "pyproject_toml"), "ailabel.toml"),
        (("pyproject_toml",), "pyproject.toml"),
    ],
)
def test_one_file_a_folder_counts(names: tuple[str, ...], chosen: str, tmp_path: Path) -> None:
    """The hidden one first, ``pyproject.toml`` last."""
    text = {"pyproject_toml": "[tool.ailabel]\ndeep = true"}
    root = tree(tmp_path, **{name: text.get(name, "deep = true") for name in names})
    assert load(root).run.file == str(tmp_path / chosen)
    assert load(root).profile("a").deep


@pytest.mark.parametrize(
    "text",
    ["[tool.other]\nname = 1", "[project]\ndependencies = ['ailabel']", "broken [", "tool = 3"],
)
def test_a_project_without_the_table_is_passed_over(text: str, tmp_path: Path) -> None:
    """Also one that is no TOML, if it does not so much as name this tool."""
    root = tree(tmp_path, ailabel_toml="deep = true", sub__pyproject_toml=text)
    assert load(root).profile("sub/a").deep


def test_a_broken_project_that_names_this_tool_is_an_error(tmp_path: Path) -> None:
    """What it declares would be lost without a word."""
    root = tree(tmp_path, sub__pyproject_toml="[tool.ailabel\n")
    with pytest.raises(ConfigError, match="is no TOML"):
        load(root).profile("sub/a")
    (tmp_path / "sub/pyproject.toml").write_text("[tool]\nailabel = 1")
    with pytest.raises(ConfigError, match="ailabel must be a table"):
        load(root).profile("sub/a")


def test_nothing_is_looked_for_above_the_repository(tmp_path: Path) -> None:
    """A folder that others can write to may stand there."""
    (tmp_path / "ailabel.toml").write_text("deep = true")
    root = tree(tmp_path / "repository")
    assert load(root).run.file is None
    assert not load(root).profile("x/y/a").deep


def test_without_a_repository_all_folders_above_are_looked_at(tmp_path: Path) -> None:
    """Up to the root of the file system."""
    (tmp_path / "ailabel.toml").write_text("deep = true")
    (tmp_path / "a/b").mkdir(parents=True)
    assert load(str(tmp_path / "a/b")).profile("c/d.png").deep


def test_a_configuration_builds_on_another(tmp_path: Path) -> None:
    """Its own values and tables come later; each pattern counts from where it is written."""
    root = tree(
        tmp_path,
        base_toml='deep = true\nproducer = "base"\nstyle = "look.toml"\n'
        '[[paths]]\nmatch = ["site/ai/**"]\nai = true\n[per-file-ignores]\n"*.md" = ["IMP"]',
        site__ailabel_toml='extend = "../base.toml"\nproducer = "site"\n'
        '[[paths]]\nmatch = ["ai/own/**"]\nai = false\n[per-file-ignores]\n"*.md" = ["EXP"]',
    )
    configuration = load(root)
    own = configuration.profile("site/ai/own/a.md")
    assert (own.ai, own.producer, own.deep) == ("no", "site", True)
    assert own.ignore == ("IMP", "EXP")
    assert own.style == str(tmp_path / "look.toml")
    assert configuration.profile("site/ai/a.png").ai == "yes"
    assert own.origins["deep"] == Origin(str(tmp_path / "base.toml"), "deep")


def test_patterns_of_a_file_elsewhere_count_from_who_names_it(tmp_path: Path) -> None:
    """Of one that is built on, from the folder of the other; of ``--config``, from the root."""
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "base.toml").write_text('[[paths]]\nmatch = ["/ai/**"]\nai = true')
    root = tree(tmp_path / "root", sub__ailabel_toml='extend = "../../shared/base.toml"')
    assert load(root).profile("sub/ai/a").ai == "yes"
    assert load(root).profile("ai/a").ai is None
    fixed = load(root, config=str(shared / "base.toml"))
    assert [fixed.profile(path).ai for path in ("ai/a", "sub/ai/a")] == ["yes", None]


def test_configurations_do_not_build_on_themselves(tmp_path: Path) -> None:
    """Nor through a link, nor on ever more files."""
    root = tree(tmp_path, ailabel_toml='extend = "b.toml"', b_toml='extend = "ailabel.toml"')
    with pytest.raises(ConfigError, match="builds on itself"):
        load(root)
    (tmp_path / "c.toml").symlink_to("ailabel.toml")
    (tmp_path / "ailabel.toml").write_text('extend = "c.toml"')
    with pytest.raises(ConfigError, match="builds on itself"):
        load(root)
    for number in range(20):
        (tmp_path / f"{number}.toml").write_text(f'extend = "{number + 1}.toml"')
    with pytest.raises(ConfigError, match="too many files"):
        load(root, config=str(tmp_path / "0.toml"))


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    """Whether it is named by an option or by another file."""
    root = tree(tmp_path, ailabel_toml='extend = "gone.toml"')
    with pytest.raises(ConfigError, match=r"gone\.toml"):
        load(root)
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        load(root, config=str(tmp_path / "nowhere.toml"))
    (tmp_path / "pyproject.toml").write_text("")
    with pytest.raises(ConfigError, match=r"no table \[tool\.ailabel\]"):
        load(root, config=str(tmp_path / "pyproject.toml"))


def test_isolated_reads_nothing(tmp_path: Path) -> None:
    """Only what is given counts, and that comes before everything else."""
    root = tree(tmp_path, ailabel_toml=PLAIN)
    profile = load(root, isolated=True, options={"deep": True}).profile("ai/a.png")
    assert (profile.ai, profile.producer, profile.deep) == (None, None, True)
    assert profile.origins["deep"] == Origin(None, "--deep")
    options = {"explicit": "recommended", "producer": "other"}
    given = load(root, options=options).profile("ai/a.png")
    assert (given.explicit, given.producer, given.ai) == ("recommended", "other", "yes")


def test_options_are_checked_as_configurations_are(tmp_path: Path) -> None:
    """All problems at once."""
    with pytest.raises(ConfigError) as caught:
        load(str(tmp_path), options={"ignore": ["NOPE"], "budget": -1, "dep": True})
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == 3
    assert "there is no key --dep; do you mean --deep" in found


def test_what_holds_for_the_run(tmp_path: Path) -> None:
    """Is what the root's configuration says; paths count from its folder."""
    text = 'baseline = "b/base.json"\ncache = false\njobs = 3\nmanifest = []'
    configuration = load(tree(tmp_path, ailabel_toml=text, sub__ailabel_toml="jobs = 9"))
    run = configuration.run
    assert (run.baseline, run.cache, run.jobs) == (str(tmp_path / "b/base.json"), False, 3)
    assert run.origins["jobs"] == Origin(str(tmp_path / "ailabel.toml"), "jobs")
    assert load(configuration.root, options={"jobs": 1}).run.jobs == 1


def test_every_problem_is_listed(tmp_path: Path) -> None:
    """Unknown keys with a suggestion, wrong types, wrong values, wherever they stand."""
    found = problems(
        tmp_path,
        'produce = 1\nproducer = 3\ndeep = 1\nbudget = inf\njobs = 1.5\nselect = ["NOPE"]\n'
        'cache = true\nextend = ""\nmedia = []\nregimes = ["mars"]\nexplicit = "always"\n'
        'ignore = 3\nstyle = "a\\u0000b"\nbaseline = " "\nexclude = [1]\n'
        '[[paths]]\nmatch = ["["]\nai = "maybe"\nselect = ["IMP"]\n[[paths]]\n[[paths]]\n'
        'match = []\n[per-file-ignores]\n"/" = ["IMP"]\n"a" = "NOPE"\n',
    )
    assert len(found) == 22
    for part in (
        "there is no key produce; do you mean producer",
        "producer must be text",
        "deep must be true or false",
        "budget must be a number of seconds, above 0 and up to 86400",
        "jobs must be a whole number from 0 to 64",
        "select: there is no rule NOPE",
        "regimes must be one of cn, eu, us-ca",
        'paths[0].ai must be true, false or "unknown"',
        "paths[0].match: the pattern [ cannot be used: it has a bracket that is not closed",
        "there is no key paths[0].select; known are",
        "paths[1].match must be text, or a list of texts",
        "paths[2].match is empty",
        "per-file-ignores./: the pattern / cannot be used: it names nothing",
    ):
        assert any(text.startswith(part) for text in found), part


def test_what_is_wrong_is_found_out_once(tmp_path: Path) -> None:
    """However many files come under it, and each problem is a sentence of its own."""
    configuration = load(tree(tmp_path, sub__ailabel_toml="produce = 1\ndeep = 2"))
    caught = []
    for path in ("sub/a", "sub/b/c", "sub/a"):
        with pytest.raises(ConfigError) as found:
            configuration.profile(path)
        caught.append(found.value)
    assert caught[0] is caught[1] is caught[2]
    said = [str(message) for message in problems_of(caught[0])]
    assert len(said) == 2
    assert all(str(tmp_path / "sub/ailabel.toml") in text for text in said)
    assert "do you mean producer" in said[0]
    assert [str(message) for message in problems_of(ConfigError("plain"))] == ["plain"]


@pytest.mark.parametrize(
    "text",
    ["paths = 3", "paths = [1]", "per-file-ignores = 1", "[paths]\nmatch = []", "nothing = {}"],
)
def test_tables_are_tables(text: str, tmp_path: Path) -> None:
    """Where a table must stand, nothing else is taken."""
    assert len(problems(tmp_path, text)) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a = ", "is no TOML"),
        ("\N{BYTE ORDER MARK}\udcff", "is no TOML"),
        ("x" * (1 << 20) + "=1", "longer than 1048576 bytes"),
        ("a" + ".a" * 100_000 + "=1", "too many parts"),
        ("a = " + "[" * 50_000, "nested too deeply"),
        ("[[paths]]\nmatch='a'\n" * 1001, r"paths must be tables \[\[paths\]\]"),
        ("[per-file-ignores]\n" + "".join(f"{n} = []\n" for n in range(1001)), "is too long"),
        ("".join(f"k{n} = 1\n" for n in range(50_000)), "there is no key k0"),
        (f"{'k' * 1000} = 1", f"there is no key {'k' * 80};"),
        (f"producer = '{'x' * 2000}'", "producer is too long"),
        (f"exclude = {['a'] * 2001}", "exclude is too long"),
    ],
)
def test_hostile_files_are_refused(text: str, reason: str, tmp_path: Path) -> None:
    """What would take long, or much memory, is an error like any other."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "ailabel.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=reason):
        load(str(tmp_path))


def test_a_mark_at_the_start_is_passed_over(tmp_path: Path) -> None:
    """Editors of some systems put one there."""
    root = tree(tmp_path, ailabel_toml="\N{BYTE ORDER MARK}deep = true")
    assert load(root).profile("a").deep


def test_a_folder_in_place_of_a_file_is_none(tmp_path: Path) -> None:
    """And a configuration that nobody may read is an error."""
    (tmp_path / "ailabel.toml").mkdir()
    root = tree(tmp_path)
    assert load(root).run.file is None
    with pytest.raises(ConfigError, match="Is a directory"):
        load(root, config=str(tmp_path / "ailabel.toml"))


def test_profiles_are_shared_and_folders_looked_at_once(tmp_path: Path) -> None:
    """A thousand files of which the same is said have one profile."""
    configuration = load(tree(tmp_path, ailabel_toml=PLAIN))
    first = configuration.profile("ai/0/a.png")
    (tmp_path / "ai/0").mkdir(parents=True)
    (tmp_path / "ai/0/ailabel.toml").write_text("deep = true")
    assert all(configuration.profile(f"ai/0/{number}.png") is first for number in range(1000))


def test_paths_are_made_plain_before_they_are_matched(tmp_path: Path) -> None:
    """However a file is named, the same is declared for it."""
    configuration = load(tree(tmp_path, ailabel_toml=PLAIN))
    for path in ("ai/a.png", "./ai/a.png", "x/../ai//a.png", str(tmp_path / "ai/a.png")):
        assert configuration.profile(path).ai == "yes"
    assert configuration.profile("../elsewhere/ai/a.png").ai is None


def test_names_of_any_bytes_are_matched(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, newlines, marks of direction."""
    configuration = load(tree(tmp_path, ailabel_toml=PLAIN))
    for name in (os.fsdecode(b"\xff\xfe"), "a\nb", "\u202egnp.a", "%41"):
        assert configuration.profile(f"ai/{name}").ai == "yes"


def test_deep_folders_are_climbed_without_end(tmp_path: Path) -> None:
    """A path of a thousand folders is none that a stack must hold."""
    root = tree(tmp_path)
    assert load(root).profile("/".join(["d"] * (sys.getrecursionlimit() + 10))).ai is None


def test_what_is_said_tells_configurations_apart(tmp_path: Path) -> None:
    """The gate's cache leans on it."""
    said = {
        load(tree(tmp_path, ailabel_toml=text)).settings("a").said
        for text in ("", "deep = true", PLAIN, PLAIN.replace("drafts", "draft"))
    }
    assert len(said) == 4
    assert isinstance(load(str(tmp_path)), Configuration)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_configuration_of_the_readme_works(readme: str, tmp_path: Path) -> None:
    """It is taken as it is, and says what the comments say."""
    (shown,) = re.findall(
        r"^```toml\n(# ailabel\.toml\n.*?)^```$",
        (ROOT / readme).read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    configuration = load(tree(tmp_path, ailabel_toml=shown))
    assert configuration.profile("ai/a.png").explicit == "required"
    assert configuration.profile("ai/drafts/a.png").ai == "yes"
    assert configuration.profile("ai/drafts/a.png").explicit == "off"
    assert configuration.profile("docs/a.md").ignore == ("EXP",)
    assert not configuration.selects("vendor/a.png")
