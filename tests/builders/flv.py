"""FLV files made by hand [FLV 10.1, annex E; AMF0]; their pictures and sounds are words."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from builders.packets import labelled

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD: Final = '{"Label":"2","ContentProducer":"somebody","ProduceID":"an-older-label"}'
HEADER: Final = b"FLV\x01\x05\0\0\0\x09\0\0\0\0"
END: Final = b"\0\0\x09"


def tag(kind: int, data: bytes, time: int = 0) -> bytes:
    """Return a tag and its size."""
    head = bytes([kind]) + len(data).to_bytes(3, "big") + time.to_bytes(3, "big") + bytes(4)
    return head + data + (11 + len(data)).to_bytes(4, "big")


def num(value: float) -> bytes:
    """Return a number."""
    return b"\0" + struct.pack(">d", value)


def text(value: str | bytes, *, long: bool = False) -> bytes:
    """Return a string."""
    raw = value if isinstance(value, bytes) else value.encode()
    return b"\x0c" + len(raw).to_bytes(4, "big") + raw if long else b"\x02" + name(raw)


def name(raw: bytes) -> bytes:
    """Return a name or the inside of a short string."""
    return len(raw).to_bytes(2, "big") + raw


def props(**values: bytes) -> bytes:
    """Return properties, one behind the other."""
    return b"".join(name(key.encode()) + value for key, value in values.items())


def ecma(count: int, *parts: bytes, end: bytes = END) -> bytes:
    """Return an ECMA array that states a number of properties."""
    return b"\x08" + count.to_bytes(4, "big") + b"".join(parts) + end


def obj(*parts: bytes) -> bytes:
    """Return an object."""
    return b"\x03" + b"".join(parts) + END


def strict(*values: bytes) -> bytes:
    """Return a strict array."""
    return b"\x0a" + len(values).to_bytes(4, "big") + b"".join(values)


def script(*values: bytes, event: str = "onMetaData") -> bytes:
    """Return a script tag."""
    return tag(18, text(event) + b"".join(values))


MEDIA: Final = (
    tag(9, b"\x12first picture"),
    tag(8, b"\x2ffirst sound"),
    tag(9, b"\x22second picture", 40),
    tag(8, b"\x2fsecond sound", 40),
    tag(9, b"\x12third picture", 80),
)
BODY: Final = b"".join(MEDIA)


def file(*scripts: bytes, tail: bytes = b"") -> bytes:
    """Return a file."""
    return HEADER + b"".join(scripts) + BODY + tail


def indexed(*more: bytes) -> bytes:
    """Return a file whose script data name the places of its key frames."""
    data = b""
    for _ in range(2):
        first = len(data) - len(BODY)
        places = [first, first + sum(map(len, MEDIA[:4]))]
        frames = obj(
            props(filepositions=strict(*map(num, places)), times=strict(num(0), num(0.08)))
        )
        data = file(
            script(
                ecma(
                    4,
                    props(duration=num(0.12), filesize=num(len(data)), keyframes=frames),
                    props(lastkeyframelocation=num(places[1])),
                    *more,
                )
            )
        )
    return data


def everywhere() -> bytes:
    """Return a file that holds a label in every place where labels were met, or might be."""
    old = text(OLD)
    return file(
        script(
            ecma(
                6,
                props(AIGC=old, duration=num(1), comment=old),
                props(inner=obj(props(aigc=text(OLD, long=True), kept=text("kept")))),
                props(texts=strict(text("kept"), old, num(1)), AIGC=old),
            )
        ),
        tag(18, text("onXMPData") + ecma(1, props(liveXML=text(labelled(OLD), long=True)))),
        tag(18, text("onCuePoint") + obj(props(name=text("kept"))) + old),
        script(obj(props(AIGC=old))),
        tag(18, text("@setDataFrame") + text("onMetaData") + ecma(1, props(AIGC=old))),
        tail=script(ecma(1, props(AIGC=old))),
    )


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield valid files."""
    old = text(OLD)
    duration = props(duration=num(0.12))
    yield "bare.flv", file()
    yield "empty.flv", HEADER
    yield "metadata.flv", file(script(ecma(1, duration)))
    yield "object.flv", file(script(obj(duration)))
    yield "open-end.flv", file(script(ecma(1, duration, end=b"")))
    yield "labelled.flv", file(script(ecma(2, props(AIGC=old), duration)))
    yield "uncounted.flv", file(script(ecma(0, props(AIGC=old, aigc=old), duration)))
    yield "indexed.flv", indexed()
    yield "indexed-labelled.flv", indexed(props(AIGC=old))
    yield (
        "xmp.flv",
        file(
            script(ecma(1, duration)),
            script(ecma(1, props(liveXML=text(labelled(OLD)))), event="onXMPData"),
        ),
    )
    yield "everywhere.flv", everywhere()
    yield "late.flv", file(script(ecma(1, duration)), tail=script(ecma(1, props(AIGC=old))))
    yield "cut.flv", file(script(ecma(1, duration)), tail=MEDIA[0][:-9])
    yield "long-header.flv", b"FLV\x01\x05\0\0\0\x0dmore" + bytes(4) + script(ecma(1)) + BODY
    values = props(a=b"\x01\x01", b=b"\x05", c=b"\x0b" + bytes(10), d=b"\x10" + name(b"T") + END)
    yield "types.flv", file(script(ecma(4, values), b"\x0f\0\0\0\x01x", b"\x07\0\0"))
    amf3 = tag(18, text("onOther") + b"\x11\x01")
    yield "amf3.flv", file(amf3, script(ecma(1, duration)))
    encrypted = tag(18 | 0x20, b"\xff" * 20)
    yield "encrypted.flv", file(encrypted, script(ecma(1, duration)))
