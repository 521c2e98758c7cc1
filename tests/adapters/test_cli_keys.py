"""``ailabel keys``, signing with ``label``, and ``verify --trust``, as a user types them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from ailabel import read_bytes
from ailabel.io.source import BytesView
from ailabel.io.splice import SplicedView
from ailabel.registry import carrier_of
from builders import png
from command import ailabel
from schemas import check as conforms
from sealing import ALGORITHMS, CODE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return a folder with two pairs of keys and a file."""
    for name in ("one", "two"):
        done = ailabel("keys", "new", "-o", tmp_path / name)
        assert done.code == 0
    (tmp_path / "a.png").write_bytes(png.build())
    return tmp_path


def sign(folder: Path, key: str, *options: str | Path) -> Path:
    """Label the file with a key; return the copy."""
    copy = folder / f"{key}.png"
    done = ailabel(
        *("label", folder / "a.png", "-o", copy, "--producer", CODE, "--implicit-only"),
        *("--key", folder / key / "label.key", *options),
    )
    assert done.code == 0, done.stderr
    return copy


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_new_makes_keys_of_each_algorithm(tmp_path: Path, algorithm: str) -> None:
    """Both files are there, the private one for its owner alone; nothing secret is printed."""
    done = ailabel("keys", "new", "--alg", algorithm, "-o", tmp_path / "k", "--lang", "en")
    assert done.code == 0
    assert f"({algorithm})" in done.stdout.decode()
    private = (tmp_path / "k" / "label.key").read_text()
    assert private.splitlines()[1].encode() not in done.stdout + done.stderr
    again = ailabel("keys", "new", "-o", tmp_path / "k")
    assert again.code == 2
    assert (tmp_path / "k" / "label.key").read_text() == private


def test_a_directory_turns_integrity_into_identity(keys: Path) -> None:
    """Without one a seal is whole; with one it is somebody's, and nobody else's passes."""
    directory = keys / "keys.json"
    first, second = sign(keys, "one"), sign(keys, "two")
    assert ailabel("verify", "--implicit-only", first, second).code == 0
    added = ailabel("keys", "add", directory, keys / "one" / "label.pub", "--code", CODE)
    assert added.code == 0
    conforms(json.loads(directory.read_text()), "keys")
    good = ailabel("verify", "--implicit-only", "--trust", directory, first, "--lang", "en")
    assert good.code == 0
    assert f"verified as {CODE}" in good.stdout.decode()
    bad = ailabel("verify", "--implicit-only", "--trust", directory, second, "--lang", "en")
    assert bad.code == 1
    assert "SIG-004 warning: the key" in bad.stdout.decode()


def test_a_known_signer_must_have_signed(keys: Path) -> None:
    """An unsigned label in the provider's name fails where the directory is asked."""
    directory = keys / "keys.json"
    ailabel("keys", "add", directory, keys / "one" / "label.pub", "--code", CODE)
    copy = keys / "bare.png"
    ailabel("label", keys / "a.png", "-o", copy, "--producer", CODE, "--implicit-only")
    done = ailabel("verify", "--implicit-only", "--trust", directory, copy, "--lang", "en")
    assert done.code == 1
    assert "SIG-005 warning: this provider is known to sign" in done.stdout.decode()
    assert ailabel("verify", "--implicit-only", copy).code == 0


def test_keys_are_rotated_and_given_up(keys: Path) -> None:
    """A successor is vouched for, what the old key signed before counts, a thief's does not."""
    directory, pinned = keys / "keys.json", keys / "pinned.json"
    ailabel("keys", "add", directory, keys / "one" / "label.pub", "--code", CODE)
    pinned.write_bytes(directory.read_bytes())
    key = keys / "one" / "label.key"
    since = ("--from", "2020-01-01")
    rotated = ailabel("keys", "rotate", directory, keys / "two/label.pub", "--key", key, *since)
    assert rotated.code == 0, rotated.stderr
    listed = ailabel("keys", "list", directory, "--lang", "en").stdout.decode().splitlines()
    old = listed[0].split()[0]
    assert listed[1].endswith(f"<- {old}")
    gone = ailabel(
        *("keys", "revoke", directory, old, "--reason", "superseded"),
        *("--at", "2999-01-01T08:00:00+08:00", "--key", keys / "two" / "label.key"),
    )
    assert gone.code == 0, gone.stderr
    assert json.loads(directory.read_text())["revocations"][0]["at"] == "2999-01-01T00:00:00Z"
    conforms(json.loads(directory.read_text()), "keys")
    update = ailabel("keys", "update", pinned, directory, "--lang", "en")
    assert update.stdout.decode() == "1 new keys, 1 given up\n"
    assert pinned.read_bytes() == directory.read_bytes()
    for name in ("one", "two"):
        done = ailabel("verify", "--implicit-only", "--trust", pinned, sign(keys, name))
        assert done.code == 0, done.stdout
    forged = keys / "forged.json"
    ailabel("keys", "add", forged, keys / "two" / "label.pub", "--code", CODE)
    assert ailabel("keys", "update", pinned, forged).code == 2
    assert pinned.read_bytes() == directory.read_bytes()


def test_a_command_may_sign(keys: Path) -> None:
    """The private key is somewhere else; the public key says which one it was."""
    script = keys / "sign.py"
    script.write_text(
        "import sys\nfrom ailabel import load_key\n"
        "sys.stdout.buffer.write(load_key(sys.argv[1]).sign(sys.stdin.buffer.read()))\n"
    )
    command = f"{sys.executable} '{script}' '{keys / 'one' / 'label.key'}'"
    done = ailabel(
        *("label", keys / "a.png", "--in-place", "--producer", CODE, "--implicit-only"),
        *("--signer-path", command, "--public-key", keys / "one" / "label.pub"),
    )
    assert done.code == 0, done.stderr
    done = ailabel("verify", "--implicit-only", keys / "a.png", "--lang", "en")
    assert "label valid, binding valid, content valid" in done.stdout.decode()
    wrong = ailabel(
        *("label", keys / "a.png", "-o", keys / "b.png", "--producer", CODE, "--implicit-only"),
        *("--signer-path", command, "--public-key", keys / "two" / "label.pub"),
    )
    assert wrong.code == 2
    assert not (keys / "b.png").exists()


def test_one_number_for_two_contents_is_told_of(keys: Path) -> None:
    """Among the files of one run, in any number of processes."""
    (keys / "b").mkdir()
    other = keys / "b" / "a.png"
    other.write_bytes(png.build(png.chunk(b"PLTE", bytes(6))))
    files = []
    for source in (keys / "a.png", other):
        copy = source.with_name("signed.png")
        ailabel(
            *("label", source, "-o", copy, "--producer", CODE, "--produce-id", "n-1"),
            *("--implicit-only", "--key", keys / "one" / "label.key"),
        )
        files.append(copy)
    done = ailabel("verify", "--implicit-only", *files, "--jobs", "2", "--lang", "en")
    assert f"n-1 was signed for other content too: {files[0]}" in done.stdout.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("label", "a.png", "--in-place", "--producer", CODE, "--signer-path", "x"),
        ("label", "a.png", "--in-place", "--producer", CODE, "--public-key", "one/label.pub"),
        ("label", "a.png", "--in-place", "--producer", CODE, "--key", "k", "--signer-path", "x"),
        ("label", "a.png", "--in-place", "--producer", CODE, "--key", "missing"),
        ("label", "a.png", "--in-place", "--producer", CODE, "--key", "one/label.pub"),
        ("label", "a.png", "--in-place", "--explicit-only", "--key", "one/label.key"),
        ("verify", "a.png", "--trust", "one/label.pub"),
        ("verify", "a.png", "--trust", "missing.json"),
        ("verify", "a.png", "--trust", "k.json", "--no-signatures"),
        ("keys", "list", "missing.json"),
        ("keys", "add", "k.json", "one/label.key", "--code", CODE),
        ("keys", "add", "k.json", "one/label.pub", "--code", CODE, "--until", "soon"),
        *(
            ("keys", "add", "k.json", "one/label.pub", "--code", CODE, "--from", time)
            for time in ("0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "")
        ),
        *(
            ("keys", "add", "k.json", "one/label.pub", "--code", code)
            for code in ("", " ", "a\nb", "\udcff")
        ),
        (
            *("keys", "add", "k.json", "one/label.pub", "--code", CODE),
            *("--from", "2028-01-01", "--until", "2027-01-01"),
        ),
        ("keys", "rotate", "keys.json", "two/label.pub"),
        ("keys", "rotate", "keys.json", "two/label.pub", "--key", "two/label.key"),
        ("keys", "revoke", "keys.json", "zz", "--reason", "ceased", "--key", "one/label.key"),
    ],
)
def test_what_cannot_be_done_is_refused(
    keys: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """With exit code 2, a sentence, and every file as it was."""
    monkeypatch.chdir(keys)
    ailabel("keys", "add", "keys.json", "one/label.pub", "--code", CODE)
    before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    done = ailabel(*arguments)
    assert done.code == 2
    assert done.stderr
    assert b"Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()} == before


def test_a_directory_that_is_none_is_named(keys: Path) -> None:
    """Of several, the one that is wrong; what is shown of it cannot harm a terminal."""
    name = str(keys / "bad\x1b.json")
    (keys / "bad\x1b.json").write_text("{}")
    done = ailabel("verify", keys / "a.png", "--trust", name)
    assert done.code == 2
    assert "bad" in done.err
    assert "this is no directory of keys" in done.err
    assert "\x1b" not in done.err


def test_times_before_the_year_1000_can_be_read_again(keys: Path) -> None:
    """A year has four digits, whatever it is."""
    pinned = keys / "k.json"
    early = ("--from", "0999-05-05")
    assert (
        ailabel("keys", "add", pinned, keys / "one" / "label.pub", "--code", CODE, *early).code == 0
    )
    assert b"0999-05-05T00:00:00Z" in ailabel("keys", "list", pinned).stdout


def test_a_label_without_its_binding_does_not_pass_where_it_matters(keys: Path) -> None:
    """A trusted signature over the label alone could have been moved from other content."""
    directory = keys / "keys.json"
    ailabel("keys", "add", directory, keys / "one" / "label.pub", "--code", CODE)
    copy = sign(keys, "one")
    found = read_bytes(copy.read_bytes()).labels[0].fields
    whole = json.loads(found["ReservedCode1"] or "")["SecurityData"]
    del whole["PubSD"][1], whole["Bindings"]
    value = json.dumps({"SecurityData": whole}, separators=(",", ":"))
    view = BytesView(png.build())
    edits = carrier_of("png").write(view, json.dumps({**found, "ReservedCode1": value}))
    stage = SplicedView(view, edits)
    copy.write_bytes(stage.read(0, stage.size))
    done = ailabel("verify", "--implicit-only", "--trust", directory, copy, "--lang", "en")
    assert done.code == 1
    assert "nothing binds the label to the content" in done.stdout.decode()
