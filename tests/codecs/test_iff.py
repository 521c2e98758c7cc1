"""The chunks of IFF: walked, built, and resized as edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ailabel.codecs import iff
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import Edit, apply
from builders import aiff as build


def test_the_walk() -> None:
    """Pad bytes belong to their chunks; the last one's may be missing."""
    data = build.form(build.chunk(b"ONE ", b"x"), build.chunk(b"TWO ", b"abc", pad=False))
    form = iff.form(BytesView(data + b"behind"))
    assert [(chunk.id, chunk.length) for chunk in form.chunks] == [(b"ONE ", 1), (b"TWO ", 3)]
    assert (form.type, form.end, form.lacks_pad) == (b"AIFF", len(data), True)
    assert not iff.form(BytesView(build.form())).lacks_pad


@given(st.binary(max_size=9), st.integers(0, 9), st.integers(0, 9), st.binary(max_size=9))
def test_a_chunk_grows(body: bytes, begin: int, end: int, new: bytes) -> None:
    """Size and pad byte follow an edit of the body."""
    begin, end = sorted((min(begin, len(body)), min(end, len(body))))
    data = build.form(build.chunk(b"BODY", body), build.DATA)
    (found, _) = iff.form(BytesView(data)).chunks
    edits = iff.grow(found, [Edit(found.body + begin, end - begin, new)])
    changed = body[:begin] + new + body[end:]
    assert apply(data, edits)[12:] == iff.chunk(b"BODY", changed) + build.DATA


def test_limits_and_ends() -> None:
    """A form or chunk that runs past its end is broken; chunks are counted."""
    for data in (b"FORM", b"FORM\0\0\0\x09AIFF", build.form(b"BODY\0\0\0\1")):
        with pytest.raises(MalformedFileError):
            iff.form(BytesView(data))
    with pytest.raises(LimitExceededError):
        iff.form(BytesView(build.form(build.DATA, build.DATA), limits=Limits(items=1)))
