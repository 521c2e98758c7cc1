"""Check the reserved fields of a label: signature, binding and content, each by itself.

What cannot be told is never called wrong: another provider's own value, a form that nobody has
described, an algorithm that we do not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ailabel.errors import AilabelError, MissingExtraError
from ailabel.messages import Message
from ailabel.model.seal import (
    SealContent,
    SealKey,
    SealPart,
    SealReport,
    SealResult,
    Standing,
)
from ailabel.seal import security_data as guide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ailabel.seal.directory import Directory
    from ailabel.seal.publickey import PublicKey

__all__ = ["Content", "check", "check_all", "looks_sealed"]

_NAMES: Final = {  # the reserved field, and whose it is
    "ReservedCode1": "ContentProducer",
    "ReservedCode2": "ContentPropagator",
}
_ABSENT: Final = SealPart(result=SealResult.ABSENT)
_VALID: Final = SealPart(result=SealResult.VALID)


class Content(Protocol):
    """The content that a label came with, hashed only when a seal asks for it."""

    def essence(self) -> str:
        """Return the essence digest, SHA-256 in hex."""
        ...

    def unlabelled(self) -> Iterable[Iterable[bytes]]:
        """Yield the file without its label, in each way in which producers are known to hash it.

        Nothing is yielded where no way is known for this format.
        """
        ...


def looks_sealed(fields: Mapping[str, str | None]) -> bool:
    """Say whether a label has a reserved field that is worth checking; costs next to nothing."""
    return any(guide.looks_sealed(fields.get(name)) for name in _NAMES)


def check_all(
    fields: Mapping[str, str | None], content: Content | None, trust: Directory | None = None
) -> tuple[SealReport, ...]:
    """Check both reserved fields of a label: the producer's first, then the propagator's."""
    return tuple(check(fields, content, field=name, trust=trust) for name in _NAMES)


def check(
    fields: Mapping[str, str | None],
    content: Content | None,
    *,
    field: str = "ReservedCode1",
    trust: Directory | None = None,
) -> SealReport:
    """Check one reserved field of a label.

    Args:
        fields: the seven keys of the standard, as `standard.schema.decode` returns them.
        content: the content that the label came with; None leaves the content inconclusive.
        field: ``ReservedCode1`` for the producer's, ``ReservedCode2`` for the propagator's.
        trust: the directory of keys, where there is one.

    Returns:
        The three results and the key; nothing in a label or a file makes this raise.
    """
    value = fields.get(field) or ""
    code = fields.get(_NAMES[field]) or ""
    expected = trust is not None and trust.expects(code) and not _is_first(field, fields)
    held = guide.parse(value) if guide.looks_sealed(value) else None
    if held is None:
        kind = SealContent.OPAQUE if value.strip() else SealContent.EMPTY
        return SealReport(
            field=field,
            content=kind,
            label=_ABSENT,
            binding=_ABSENT,
            hash=_ABSENT,
            expected=expected,
        )
    return _Examination(held, field, fields, content).report(trust, code, expected=expected)


def _is_first(field: str, fields: Mapping[str, str | None]) -> bool:
    """Say whether the propagator's part only repeats the producer's, whose seal is enough then."""
    repeated = (("ContentPropagator", "ContentProducer"), ("PropagateID", "ProduceID"))
    same = all((fields.get(one) or "") == (fields.get(other) or "") for one, other in repeated)
    return field == "ReservedCode2" and same


class _Examination:
    """One reserved field with `SecurityData`, under examination."""

    def __init__(
        self,
        held: guide.SecurityData,
        field: str,
        fields: Mapping[str, str | None],
        content: Content | None,
    ) -> None:
        self.held = held
        self.field = field
        self.fields = fields
        self.content = content
        self.key: PublicKey | None = None
        self.digest: str | None = None

    def report(self, trust: Directory | None, code: str, *, expected: bool) -> SealReport:
        """Check the three parts, and then whose key it was."""
        ours = self.held.is_ours
        label = self._label()
        binding = self._our_binding() if ours else self._binding()
        time = self.held.binding.time if ours and self.held.binding else None
        proven = label.result is SealResult.VALID and binding.result is not SealResult.INVALID
        return SealReport(
            field=self.field,
            content=SealContent.SEAL if ours else SealContent.SECURITY_DATA,
            label=label,
            binding=binding,
            hash=self._hash(binding),
            key=self._standing(trust, code, time) if proven else self._unproven(),
            time=time,
            digest=self.digest,
            expected=expected,
        )

    def _standing(self, trust: Directory | None, code: str, time: str | None) -> SealKey | None:
        """Say whose the key is with which the label was signed."""
        key = self.key
        if key is None:
            return None
        standing, whose = (
            (Standing.NO_DIRECTORY, None) if trust is None else trust.standing(key.id, code, time)
        )
        return SealKey(id=key.id, algorithm=key.algorithm, standing=standing, code=whose)

    def _unproven(self) -> SealKey | None:
        """Return the key that is named, where no signature shows that it was used."""
        from ailabel.seal.algorithms import OIDS
        from ailabel.seal.publickey import read_keys

        for signed in (self.held.label, self.held.bound):
            if signed is not None and signed.key is not None and signed.algorithm in OIDS:
                try:
                    key = read_keys(OIDS[signed.algorithm], signed.key)[0]
                except AilabelError:
                    continue
                return SealKey(id=key.id, algorithm=key.algorithm, standing=Standing.UNPROVEN)
        return None

    # -- the signature over the label --------------------------------------------------------------

    def _label(self) -> SealPart:
        signed = self.held.label
        if signed is None:
            return _ABSENT
        if self.held.is_ours:
            return self._verified(signed, [guide.fragment(self.field, self.fields).encode()])
        part = self._verified(signed, self._messages())
        if part.result is SealResult.INVALID and self.field != "ReservedCode1":
            reason = Message("the guide's message for the propagator's signature is not known")
            return SealPart(result=SealResult.INCONCLUSIVE, reason=reason)
        return part

    def _messages(self) -> list[bytes]:
        """Return what producers are known to sign: the values as they stand, or hashed before."""
        from ailabel.seal.algorithms import SM3, digest

        repeated = _is_first(
            self.field, self.fields
        )  # else the producer vouches for no other's part
        names = {self.field, "ReservedCode1"} if repeated else {self.field}
        texts = {
            guide.fragment(name, self.fields, ascii_only=escaped)
            for name in names
            for escaped in (False, True)
        }
        plain = [text.encode("utf-8", "surrogatepass") for text in sorted(texts)]
        return [*plain, *(bytes.fromhex(digest(SM3, [item]) or "") for item in plain)]

    # -- the signature over the binding ------------------------------------------------------------

    def _our_binding(self) -> SealPart:
        """Check our second signature, and that every byte of the field is as we would write it."""
        signed, binding = self.held.bound, self.held.binding
        if signed is None or binding is None or signed.key is None:
            return _broken(Message("a part of the seal is missing"))
        labelled = self.held.label
        made = (labelled.signature if labelled is not None else b"", signed.signature)
        written = guide.encode(signed.algorithm, signed.key, _canonical(signed, made), binding.text)
        if written != self.held.text:
            return _broken(Message("the seal is not written in its one form"))
        protected = guide.fragment(self.field, self.fields)
        return self._verified(signed, [guide.message(self.field, protected, binding.text)])

    def _binding(self) -> SealPart:
        signed, binding = self.held.bound, self.held.binding
        if signed is None:
            return _ABSENT
        if binding is None or binding.text not in self.held.text:
            return _unsure(Message("what the second signature covers is not known"))
        return self._verified(signed, [binding.text.encode("utf-8", "surrogatepass")])

    # -- the content -------------------------------------------------------------------------------

    def _hash(self, bound: SealPart) -> SealPart:
        """Compare the content; a hash that nobody is seen to sign shows nothing by being right."""
        binding = self.held.binding
        if binding is None:
            return _ABSENT
        if bound.result is SealResult.ABSENT:
            return _unsure(Message("the hash of the content is not signed"))
        if self.content is None:
            return _unsure(Message("the content was not at hand"))
        try:
            part = self._compared(binding, self.content)
        except AilabelError as error:
            return _unsure(
                Message("the content could not be hashed: {reason}", {"reason": _said(error)})
            )
        if part.result is SealResult.VALID and bound.result is not SealResult.VALID:
            return _unsure(Message("no signature that holds covers the hash of the content"))
        return part

    def _compared(self, binding: guide.Binding, content: Content) -> SealPart:
        from ailabel.seal.algorithms import SHA256, SM3, digest

        if self.held.is_ours:
            if binding.algorithm != SHA256:
                return _unsure(_unknown_algorithm(binding.algorithm))
            self.digest = content.essence()
            return _VALID if self.digest == binding.value else _moved()
        if binding.algorithm not in {SHA256, SM3} or not binding.value:
            return _unsure(_unknown_algorithm(binding.algorithm))
        ways = 0
        for pieces in content.unlabelled():
            ways += 1
            if digest(binding.algorithm, pieces) == binding.value:
                return _VALID
        return (
            _moved()
            if ways
            else _unsure(Message("what the hash covers is not known for this format"))
        )

    # -- a signature -------------------------------------------------------------------------------

    def _verified(self, signed: guide.Signed, messages: list[bytes]) -> SealPart:
        """Try the key's readings with the messages; any fit is one."""
        from ailabel.seal.algorithms import OIDS

        algorithm = OIDS.get(signed.algorithm)
        if algorithm is None:
            return _unsure(_unknown_algorithm(signed.algorithm))
        if signed.key is None:
            return _unsure(Message("the key of the signature is not there"))
        sure = self.held.is_ours
        try:
            fitting = _fitting(algorithm, signed.key, messages, signed.signature)
        except AilabelError as error:
            missing = isinstance(error, MissingExtraError)
            return _broken(_said(error)) if sure and not missing else _unsure(_said(error))
        if fitting is None:
            return _misfit(sure=sure or (algorithm == "sm2" and self._is_known(signed)))
        if self.key not in {None, fitting}:
            return _unsure(Message("the two signatures are of different keys"))
        self.key = fitting
        return _VALID

    def _is_known(self, signed: guide.Signed) -> bool:
        """Say whether the form of a signature is known: annex A.1's, or MiniMax's over a hash."""
        binding = self.held.binding
        return signed is self.held.label or (binding is not None and binding.measured)


def _canonical(signed: guide.Signed, made: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return two signatures in the one form that we write; nothing where they have none."""
    from ailabel.seal.algorithms import OIDS, canonical

    algorithm = OIDS.get(signed.algorithm, "")
    try:
        return canonical(algorithm, made[0]), canonical(algorithm, made[1])
    except AilabelError:
        return b"", b""


def _misfit(*, sure: bool) -> SealPart:
    if sure:
        return _broken(Message("the signature does not fit: something was changed after signing"))
    return _unsure(Message("the signature fits no message that is known"))


def _fitting(
    algorithm: str, key: bytes, messages: list[bytes], signature: bytes
) -> PublicKey | None:
    """Return the reading of a key under which the signature fits one of the messages."""
    from ailabel.seal.algorithms import verify
    from ailabel.seal.publickey import read_keys

    readings = read_keys(algorithm, key)
    tried = ((reading, message) for message in messages for reading in readings)
    return next((reading for reading, said in tried if verify(reading, said, signature)), None)


def _moved() -> SealPart:
    reason = Message("the content is not what was signed: it was changed, or the label was moved")
    return SealPart(result=SealResult.INVALID, reason=reason)


def _broken(reason: Message) -> SealPart:
    return SealPart(result=SealResult.INVALID, reason=reason)


def _unsure(reason: Message) -> SealPart:
    return SealPart(result=SealResult.INCONCLUSIVE, reason=reason)


def _unknown_algorithm(oid: str) -> Message:
    return Message("the algorithm {oid} is not one that is verified here", {"oid": oid[:60]})


def _said(error: AilabelError) -> Message:
    return Message(error.text, error.params)
