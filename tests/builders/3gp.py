"""3GP files made by hand: with user data of 3GPP [TS 26.244 8]."""  # noqa: N999 - named for the format

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from builders.boxes import OLD, Movie, full, u16, udta

if TYPE_CHECKING:
    from collections.abc import Iterator

BRANDS: Final = (b"3gp5", b"3gp4", b"isom")


def described(text: bytes) -> bytes:
    """Return user data with a title and a description."""
    return udta(
        *(
            full(kind, u16(0x55C4), value, b"\0")
            for kind, value in ((b"titl", b"a title"), (b"dscp", text))
        )
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    yield "plain.3gp", Movie(brands=BRANDS).build()
    yield "first.3g2", Movie(brands=(b"3g2a",), order="moov mdat").build()
    yield "described.3gp", Movie(brands=BRANDS, in_moov=described(b"a text")).build()
    yield (
        "labelled.3gp",
        Movie(brands=BRANDS, order="moov mdat", in_moov=described(OLD.encode())).build(),
    )
