"""Who signs: a private key in a file, or a command that has one where nobody can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ailabel.errors import MalformedFileError, SealError
from ailabel.seal.algorithms import ALGORITHMS, canonical, verify
from ailabel.seal.publickey import PublicKey, read_key, read_pem

if TYPE_CHECKING:
    import subprocess
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
            code, answer, told = _run(self.command, message)
        except subprocess.TimeoutExpired as error:
            raise SealError(
                "the signing command {name} took longer than {seconds} s",
                name=name,
                seconds=_SECONDS,
            ) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SealError(
                "the signing command {name} cannot be started: {reason}", name=name, reason=reason
            ) from error
        if code and len(answer) <= _LONGEST_ANSWER:
            said = told.decode("utf-8", "backslashreplace").strip()
            raise SealError(
                "the signing command {name} failed with code {code}: {reason}",
                name=name,
                code=code,
                reason=said.splitlines()[-1][:200] if said else "-",
            )
        return answer


def _run(command: tuple[str, ...], message: bytes) -> tuple[int, bytes, bytes]:
    """Run a command; return its code, how its answer begins, and how its complaints end.

    No more than that is kept, whatever it writes.

    Raises:
        subprocess.TimeoutExpired: it took too long, and was killed.
        OSError: it could not be started.
        ValueError: its name holds a zero byte.
    """
    import subprocess
    import tempfile
    import time

    until = time.monotonic() + _SECONDS
    with tempfile.TemporaryFile() as said:  # a pipe could fill up while the command writes
        said.write(message)
        said.seek(0)
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=said, stdout=pipe, stderr=pipe)  # noqa: S603 - the user's own, without a shell
    with process:
        try:
            answer, told = _drained(process, until)
            return process.wait(max(0.0, until - time.monotonic())), answer, told
        except BaseException:
            process.kill()
            raise


def _drained(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """Read both outputs of a process to their ends."""
    import os
    import selectors
    import subprocess
    import time

    answer, told = b"", b""
    with selectors.DefaultSelector() as pending:
        for stream in (process.stdout, process.stderr):
            assert stream is not None  # noqa: S101 - both are pipes
            pending.register(stream, selectors.EVENT_READ)
        while pending.get_map():
            left = until - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(process.args, _SECONDS)
            for ready, _ in pending.select(left):
                piece = os.read(ready.fd, _LARGEST)
                if not piece:
                    pending.unregister(ready.fileobj)
                elif ready.fileobj is process.stdout:
                    answer = (answer + piece)[: _LONGEST_ANSWER + 1]
                    if len(answer) > _LONGEST_ANSWER:
                        process.kill()
                else:
                    told = (told + piece)[-_LONGEST_ANSWER:]
    return answer, told


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
