"""Private keys in files, and commands that sign: what is refused, and that nothing leaks."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.errors import SealError
from ailabel.seal import signers
from ailabel.seal.algorithms import verify
from ailabel.seal.keyfile import load_key, make_key, write_key
from ailabel.seal.publickey import PublicKey, armoured, of_point, read_key, read_pem
from ailabel.seal.signers import CommandSigner, signer_of
from sealing import ALGORITHMS, signer

if TYPE_CHECKING:
    from pathlib import Path

    from ailabel.seal.keyfile import KeySigner

MESSAGE: Final = b'"Label":"1","ContentProducer":"x","ProduceID":"1"'
ECHO: Final = "import sys; sys.stdout.buffer.write(bytes.fromhex({!r})); sys.stdin.buffer.read()"


@pytest.fixture(params=ALGORITHMS)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder with a new pair of keys."""
    write_key(tmp_path / "keys", *make_key(request.param))
    return tmp_path / "keys"


def test_a_new_key_is_its_owners_alone(pair: Path) -> None:
    """The private key has mode 600, signs, and fits the public one."""
    assert (pair / "label.key").stat().st_mode & 0o777 == 0o600
    maker = load_key(pair / "label.key")
    public = read_pem((pair / "label.pub").read_text())
    assert maker.public_key == public.spki
    assert verify(public, MESSAGE, maker.sign(MESSAGE))


def test_a_key_is_never_overwritten(pair: Path) -> None:
    """Neither of the two files gives way."""
    before = (pair / "label.key").read_text()
    with pytest.raises(SealError, match="never overwritten"):
        write_key(pair, *make_key("ed25519"))
    (pair / "label.key").unlink()
    with pytest.raises(SealError, match=r"label\.pub stands there already"):
        write_key(pair, *make_key("ed25519"))
    assert not (pair / "label.key").exists()
    assert before.startswith("-----BEGIN PRIVATE KEY-----")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_that_others_can_read_is_refused(pair: Path, mode: int) -> None:
    """Whoever else can read it may have done so."""
    (pair / "label.key").chmod(mode)
    with pytest.raises(SealError, match=f"mode {mode:04o}"):
        load_key(pair / "label.key")


def failing(maker: KeySigner) -> str:
    """Return the traceback of a failure beside a signer, with the values of all variables."""
    try:
        raise SealError("{maker} failed", maker=maker)  # noqa: TRY301 - with this signer at hand
    except SealError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(told.format())


def test_a_key_shows_itself_nowhere(pair: Path) -> None:
    """Not in its repr, nor in a traceback with the values of all variables."""
    private = (pair / "label.key").read_text()
    body = "".join(private.split("\n")[1:-2])
    maker = load_key(pair / "label.key")
    raw = maker._secret if isinstance(maker._secret, bytes) else b"\0"
    for text in (repr(maker), str(maker), failing(maker)):
        assert body[:24] not in text
        assert raw.hex() not in text or raw == b"\0"
    assert not hasattr(maker, "__dict__")


def test_a_key_reaches_worker_processes(pair: Path) -> None:
    """A signer is pickled, for runs with several processes."""
    maker = load_key(pair / "label.key")
    twin = pickle.loads(pickle.dumps(maker))  # noqa: S301 - our own
    assert verify(read_key(maker.public_key), MESSAGE, twin.sign(MESSAGE))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no PEM of the kind PRIVATE KEY"),
        ("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "is damaged"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no private key"),
        ("-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----\n", "no PEM"),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "no PEM"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", "is encrypted"),
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    """Each with its reason, and without what stands in the file."""
    path = tmp_path / "k"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SealError, match=reason):
        load_key(path)


def test_keys_of_other_algorithms_are_refused(tmp_path: Path) -> None:
    """Nothing is signed with RSA or other curves, and SM2 keys out of range are none."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed448
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "k"
    for made in (ec.derive_private_key(5, ec.SECP384R1()), ed448.Ed448PrivateKey.generate()):
        path.write_bytes(made.private_bytes(*form))
        path.chmod(0o600)
        with pytest.raises(SealError, match="no algorithm that is known"):
            load_key(path)
    body = signer("sm2")._body()
    secret = signer("sm2")._secret
    assert isinstance(secret, bytes)
    for bad in (bytes(32), b"\xff" * 32):
        path.write_text(armoured(body.replace(secret, bad), "PRIVATE KEY"))
        with pytest.raises(SealError, match="out of range"):
            load_key(path)
    with pytest.raises(SealError, match="nothing is signed with rsa"):
        make_key("rsa")


def test_a_folder_or_a_pipe_is_no_key(tmp_path: Path) -> None:
    """Only regular files are read."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(SealError, match="no regular file"):
            load_key(path)
    with pytest.raises(FileNotFoundError):
        load_key(tmp_path / "none")
    with pytest.raises(SealError, match="no regular file"):
        load_key(os.devnull)


# -- commands --------------------------------------------------------------------------------------


def command(code: str, algorithm: str = "ed25519") -> CommandSigner:
    """Return a signer that runs Python code."""
    return CommandSigner((sys.executable, "-c", code), read_key(signer(algorithm).public_key))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_command_signs(algorithm: str) -> None:
    """It gets the message and answers with a signature, raw or DER."""
    made = signer(algorithm).sign(MESSAGE)
    assert command(ECHO.format(made.hex()), algorithm).sign(MESSAGE) == made
    if algorithm != "ed25519":
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        numbers = (int.from_bytes(made[:32], "big"), int.from_bytes(made[32:], "big"))
        packed = encode_dss_signature(*numbers)
        assert command(ECHO.format(packed.hex()), algorithm).sign(MESSAGE) == made


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "answered with 0 bytes"),
        (ECHO.format("00" * 5000), "which are no signature"),
        (ECHO.format("00" * 64), "does not fit the public key"),
        ("import sys; sys.exit('the token is locked')", "failed with code 1: the token is locked"),
        ("import sys; sys.exit(3)", "failed with code 3: -"),
    ],
)
def test_a_command_that_does_not_sign_is_told_of(code: str, reason: str) -> None:
    """Wrong answers never become a label."""
    with pytest.raises(SealError, match=reason):
        command(code).sign(MESSAGE)


def test_a_command_that_cannot_run_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing programs, and those that take too long."""
    public = read_key(signer("ed25519").public_key)
    with pytest.raises(SealError, match="cannot be started"):
        CommandSigner(("/nonexistent/signer",), public).sign(MESSAGE)

    with pytest.raises(SealError, match="cannot be started"):
        CommandSigner(("a\0b",), public).sign(MESSAGE)
    monkeypatch.setattr(signers, "_SECONDS", 0)
    with pytest.raises(SealError, match="took longer than"):
        command("import time; time.sleep(60)").sign(MESSAGE)


def test_a_command_that_writes_without_end_is_stopped() -> None:
    """Neither what it answers nor what it complains of is kept whole."""
    with pytest.raises(SealError, match="which are no signature"):
        command("while True: print('y' * 1000)").sign(MESSAGE)
    shout = "import sys\nfor _ in range(999): print('y' * 999, file=sys.stderr)\nsys.exit('last')"
    with pytest.raises(SealError, match="failed with code 1: last"):
        command(shout).sign(MESSAGE)


def test_a_public_key_is_no_private_one(pair: Path) -> None:
    """Which is said before anybody is told to hide it."""
    with pytest.raises(SealError, match="is a public key"):
        load_key(pair / "label.pub")


def test_what_asks_for_a_signer_is_checked(pair: Path) -> None:
    """A key, or a command with its public key; nothing else."""
    assert signer_of(None, None, None) is None
    found = signer_of(None, "sign --slot '1 2'", pair / "label.pub")
    assert isinstance(found, CommandSigner)
    assert found.command == ("sign", "--slot", "1 2")
    assert "sign" in repr(found)
    assert signer_of(pair / "label.key", None, None) is not None
    for text, public in (("sign", None), ("", pair / "label.pub"), ("'", pair / "label.pub")):
        with pytest.raises(SealError, match="signing command"):
            signer_of(None, text, public)
    with pytest.raises(SealError, match="nothing is signed with rsa"):
        CommandSigner(("x",), PublicKey("rsa", b""))


# -- a hardware module, in software ----------------------------------------------------------------


@pytest.mark.oracle
def test_a_key_in_a_pkcs11_token_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private key is made in SoftHSM and never leaves it; the example's command signs."""
    from corpus import ROOT

    tokens = tmp_path / "tokens"
    tokens.mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    monkeypatch.setenv("AILABEL_PKCS11_PIN", "1234")
    example = tmp_path / "sign-pkcs11.sh"
    shutil.copy(ROOT / "examples" / "sign-pkcs11.sh", example)
    made = subprocess.run(["bash", example, "setup", tmp_path], capture_output=True, check=False)
    assert made.returncode == 0, made.stderr
    public = read_pem((tmp_path / "label.pub").read_text())
    assert public == of_point("p256", public.point)
    maker = CommandSigner(("bash", str(example)), public)
    assert verify(public, MESSAGE, maker.sign(MESSAGE))
