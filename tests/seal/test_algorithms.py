"""Signatures and hashes against published vectors, and against OpenSSL."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from ailabel.errors import MalformedFileError, MissingExtraError
from ailabel.seal import algorithms, sm2
from ailabel.seal.keyfile import make_key
from ailabel.seal.publickey import of_ed25519, of_point, read_key, read_pem
from sealing import ALGORITHMS, signer

if TYPE_CHECKING:
    from pathlib import Path

RFC8032: Final = (  # [RFC 8032 7.1]: secret, public, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)
RFC6979: Final = (  # [RFC 6979 A.2.5], SHA-256: message, r, s
    (
        b"sample",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    ),
    (
        b"test",
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    ),
)
NIST: Final = (  # CAVP, FIPS 186-4, SigGen P-256 with SHA-256, the first: message, x, y, r, s
    (
        "5905238877c77421f73e43ee3da6f2d9e2ccad5fc942dcec0cbd25482935faaf416983fe165b1a045ee2bcd2e6dca3"
        "bdf46c4310a7461f9a37960ca672d3feb5473e253605fb1ddfd28065b53cb5858a8ad28175bf9bd386a5e471ea7a65"
        "c17cc934a9d791e91491eb3754d03799790fe2d308d16146d5c9b0d0debd97d79ce8"
    ),
    "1ccbe91c075fc7f4f033bfa248db8fccd3565de94bbfb12f3c59ff46c271bf83",
    "ce4014c68811f9a21a1fdb2c0e6113e06db7ca93b7404e78dc7ccd5ca89a4ca9",
    "f3ac8061b514795b8843e3d6629527ed2afd6b1f6a555a7acabb5e6f79c8c2ac",
    "8bf77819ca05a6b2786c76262bf7371cef97b218e96f175a3ccdda2acc058903",
)
SM2: Final = (  # GM/T 0003.5 annex A.2 (GB/T 32918.5): point, message, r, s
    (
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    ),
    b"message digest",
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
)
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC8032)
def test_ed25519_is_that_of_rfc_8032(
    secret: str, public: str, message: str, signature: str
) -> None:
    """Signing gives the published signature, and it verifies."""
    maker = signer("ed25519", secret)
    key = of_ed25519(bytes.fromhex(public))
    said, made = bytes.fromhex(message), bytes.fromhex(signature)
    assert maker.public_key == key.spki
    assert maker.sign(said) == made
    assert algorithms.verify(key, said, made)
    assert not algorithms.verify(key, said + b"x", made)


@pytest.mark.parametrize(("message", "r", "s"), RFC6979)
def test_p256_signs_as_rfc_6979_with_the_lower_s(message: bytes, r: str, s: str) -> None:
    """The published signature comes out, its s brought to the lower one; both verify."""
    maker = signer("p256")
    lower = min(int(s, 16), ORDER - int(s, 16))
    assert maker.sign(message).hex() == f"{r}{lower:064x}"
    key = read_key(maker.public_key)
    assert algorithms.verify(key, message, bytes.fromhex(r + s))
    assert algorithms.verify(key, message, maker.sign(message))


def test_p256_verifies_what_nist_published() -> None:
    """A vector of the CAVP verifies, and with another message does not."""
    message, x, y, r, s = (bytes.fromhex(part) for part in NIST)
    key = of_point("p256", x + y)
    assert algorithms.verify(key, message, r + s)
    assert not algorithms.verify(key, message[:-1], r + s)


def test_sm2_verifies_what_the_standard_prints() -> None:
    """The example on the recommended curve verifies as 64 bytes and as DER."""
    point, message, r, s = SM2
    key = of_point("sm2", bytes.fromhex(point))
    assert signer("sm2").public_key == key.spki
    raw = bytes.fromhex(r + s)
    packed = bytes.fromhex(f"3046022100{r}022100{s}")
    assert algorithms.pair(packed) == algorithms.pair(raw)
    assert algorithms.verify(key, message, raw)
    assert algorithms.verify(key, message, packed)
    assert not algorithms.verify(key, message + b".", raw)


def test_sm2_signs_the_same_message_the_same_way() -> None:
    """Nonces follow from key and message, so nothing random is left; messages differ."""
    maker = signer("sm2")
    assert maker.sign(b"one") == maker.sign(b"one")
    assert maker.sign(b"one")[:32] != maker.sign(b"two")[:32]


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_is_that_of_the_standard(message: bytes, digest: str) -> None:
    """The two examples of GM/T 0004 come out; an unknown hash is none."""
    assert algorithms.digest(algorithms.SM3, [message[:1], message[1:]]) == digest
    assert algorithms.digest("1.2.3", [message]) is None


@pytest.mark.parametrize("bad", [(0, 1), (1, 0), (sm2.ORDER, 1), (1, sm2.ORDER - 1)])
def test_sm2_refuses_numbers_out_of_range(bad: tuple[int, int]) -> None:
    """Zero, the order and sums of zero are no signature, and no failure either."""
    point = bytes.fromhex(SM2[0])
    assert not sm2.verify(point, b"x", *bad)


@pytest.mark.parametrize("signature", [b"", b"\x30", b"\x30\x02\x02\x00", b"x" * 63, b"\0" * 64])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_is_no_signature_fits_nothing(algorithm: str, signature: bytes) -> None:
    """Broken forms do not verify and raise nothing."""
    key = read_key(signer(algorithm).public_key)
    assert not algorithms.verify(key, b"message", signature)


def test_a_signature_has_one_form_when_we_write_it() -> None:
    """Foreign forms are brought to 64 bytes, and what is no form is refused."""
    made = signer("p256").sign(b"x")
    r, s = algorithms.pair(made)
    higher = r.to_bytes(32, "big") + (ORDER - s).to_bytes(32, "big")
    assert algorithms.canonical("p256", higher) == made
    assert algorithms.canonical("sm2", higher) == higher
    with pytest.raises(MalformedFileError):
        algorithms.canonical("ed25519", made[:-1])


def test_without_the_package_sm2_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is told of with the command that brings it."""
    monkeypatch.setitem(__import__("sys").modules, "gmalg", None)
    with pytest.raises(MissingExtraError, match=r"ailabel\[sm2\]"):
        sm2.verify(bytes.fromhex(SM2[0]), b"another message", 1, 1)


# -- OpenSSL ---------------------------------------------------------------------------------------


def _openssl(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False)


_SIGN: Final = {
    "sm2": ("pkeyutl", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"),
    "ed25519": ("pkeyutl", "-rawin"),
    "p256": ("pkeyutl", "-rawin", "-digest", "sha256"),
}


@pytest.mark.oracle
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_openssl_and_we_verify_each_other(algorithm: str, tmp_path: Path) -> None:
    """OpenSSL reads our key files, verifies what we sign with them, and the other way round."""
    from ailabel.seal.keyfile import load_key

    private, public = make_key(algorithm)
    key, pub, message, made = (tmp_path / name for name in ("k", "p", "m", "s"))
    key.write_text(private)
    key.chmod(0o600)
    pub.write_text(public)
    message.write_bytes(b'"Label":"1","ContentProducer":"x","ProduceID":"1"')
    ours = load_key(key).sign(message.read_bytes())
    r, s = ours[:32], ours[32:]
    packed = ours if algorithm == "ed25519" else _packed(r, s)
    made.write_bytes(packed)
    how = _SIGN[algorithm]
    checked = _openssl(*how, "-verify", "-pubin", "-inkey", pub, "-in", message, "-sigfile", made)
    assert checked.returncode == 0, checked.stderr
    theirs = _openssl(*how, "-sign", "-inkey", key, "-in", message).stdout
    assert algorithms.verify(read_pem(public), message.read_bytes(), theirs)
    assert not algorithms.verify(read_pem(public), b"other", theirs)


def _packed(r: bytes, s: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
