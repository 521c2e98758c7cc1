"""Who signs: a private key in a file, or a command that has one where nobody can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, SealError
from ailabel.seal.algorithms import ALGORITHMS, canonical, verify
from ailabel.seal.publickey import PublicKey, read_key, read_pem

if TYPE_CHECKING:
    from os import PathLike

    from ailabel.spi import Signer

__all__ = ["CommandSigner", "read_public", "signer_of"]

_LARGEST: Final = 64 * 1024  # bytes of a key file
_SECONDS: Final = 60  # that a signing command may take
_LONGEST_ANSWER: Final = 4096  # bytes


class CommandSigner:
    """Signs by a command: it gets the bytes on its standard input and answers with the signature.

    The private key may then live in a key management service, a smart card or an HSM.

    Args:
        command: program and arguments; no shell is started.
        public: the public key that belongs to the private one.
    """

    __slots__ = ("algorithm", "command", "public_key")

    def __init__(self, command: tuple[str, ...], public: PublicKey) -> None:
        if public.algorithm not in ALGORITHMS:
            raise SealError("nothing is signed with {algorithm}", algorithm=public.algorithm)
        self.algorithm = public.algorithm
        self.command = command
        self.public_key = public.spki

    def __repr__(self) -> str:
        return f"CommandSigner({self.command[0]!r}, {self.algorithm})"

    def sign(self, message: bytes) -> bytes:
        """Let the command sign, and check what it answers.

        Raises:
            SealError: it could not be started, failed, took too long, or answered something else.
        """
        answer = self._answer(message)
        public = read_key(self.public_key)
        try:
            made = canonical(self.algorithm, answer)
        except MalformedFileError as error:
            raise SealError(
                "the signing command answered with {count} bytes, which are no signature",
                count=len(answer),
            ) from error
        if not verify(public, message, made):
            raise SealError("the signing command's signature does not fit the public key")
        return made

    def _answer(self, message: bytes) -> bytes:
        import subprocess

        name = self.command[0]
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, without a shell
                self.command, input=message, capture_output=True, check=False, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise SealError(
                "the signing command {name} took longer than {seconds} s",
                name=name,
                seconds=_SECONDS,
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise SealError(
                "the signing command {name} cannot be started: {reason}", name=name, reason=reason
            ) from error
        if done.returncode:
            told = done.stderr[-_LONGEST_ANSWER:].decode("utf-8", "backslashreplace").strip()
            last = told.splitlines()[-1][:200] if told else "-"
            raise SealError(
                "the signing command {name} failed with code {code}: {reason}",
                name=name,
                code=done.returncode,
                reason=last,
            )
        return done.stdout[: _LONGEST_ANSWER + 1]


def signer_of(
    key: str | PathLike[str] | None, command: str | None, public: str | PathLike[str] | None
) -> Signer | None:
    """Return the signer that was asked for: a key file, or a command and its public key.

    Raises:
        SealError: what was asked for cannot sign.
        OSError: a file cannot be read.
    """
    import shlex

    if key is not None:
        from ailabel.seal.keyfile import load_key

        return load_key(key)
    if command is None:
        return None
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise SealError("the signing command cannot be read: {reason}", reason=error) from error
    if not words or public is None:
        raise SealError("a signing command needs its public key beside it")
    return CommandSigner(words, read_public(public))


def read_public(path: str | PathLike[str]) -> PublicKey:
    """Read a public key from a PEM file.

    Raises:
        SealError: it holds none that is known.
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - no pathlib here
        return read_pem(file.read(_LARGEST).decode("ascii", "replace"))
