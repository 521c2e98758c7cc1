"""ZIP files of named parts."""

from __future__ import annotations

import io
import zipfile

import pytest

from ailabel.codecs.bundle import framed, media_type, open_bundle
from ailabel.errors import LimitExceededError, MalformedFileError
from ailabel.io.source import BytesView, Limits
from ailabel.io.splice import Edit, apply
from builders.docx import Stream
from builders.odt import zipped


def _first(name: str, data: bytes, *, method: int = zipfile.ZIP_STORED) -> BytesView:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, data, method)
        archive.writestr("a", b"b")
    return BytesView(file.getvalue())


def test_the_first_member_says_the_type() -> None:
    """Where it is called mimetype, stored, and not too long; blanks around it do not count."""
    assert media_type(_first("mimetype", b"a/b\n")) == "a/b"
    assert media_type(_first("mimetype", b"\xff")) == "\ufffd"
    assert media_type(_first("mimetype", b"a/b", method=zipfile.ZIP_DEFLATED)) is None
    assert media_type(_first("mimetype", b"x" * 300)) is None
    assert media_type(_first("mimetypes", b"a/b")) is None
    assert media_type(_first("Mimetype", b"a/b")) is None
    assert media_type(BytesView(b"PK\3\4")) is None
    assert media_type(BytesView(b"")) is None


def test_a_type_behind_extra_fields_is_found() -> None:
    """Some tools put times there, which the formats forbid."""
    info = zipfile.ZipInfo("mimetype")
    info.extra = b"UT\4\0abcd"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, b"a/b")
    assert media_type(BytesView(file.getvalue())) == "a/b"


def test_a_streamed_type_is_empty() -> None:
    """Its length stands behind it, where only the directory leads."""
    file = Stream()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", b"a/b")
    assert media_type(BytesView(file.getvalue())) == ""


def test_parts_are_read_and_changed() -> None:
    """By name, with regard to case; spliced or given whole."""
    data = zipped({"a.xml": b"<a/>", "b": b"2", "A.xml": b"3"})
    bundle = open_bundle(BytesView(data))
    assert (bundle.read("a.xml"), bundle.read("A.xml"), bundle.head("b")) == (b"<a/>", b"3", b"2")
    assert bundle.head("missing") == b""
    with pytest.raises(MalformedFileError, match="the part missing is missing"):
        bundle.read("missing")
    edits = bundle.change({"a.xml": [Edit(2, 0, b" x='1'")], "b": []}, {"c": b"new"})
    with zipfile.ZipFile(io.BytesIO(apply(data, edits))) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {"a.xml": b"<a x='1'/>", "b": b"2", "A.xml": b"3", "c": b"new"}
    assert bundle.change({"b": []}, {}) == ()


def test_sizes_are_bounded() -> None:
    """Of a part, and of all together."""
    data = zipped({"a": b"1" * 50, "b": b"2" * 60})
    with pytest.raises(LimitExceededError, match="the package"):
        open_bundle(BytesView(data, limits=Limits(document_inflate_bytes=100)))
    with pytest.raises(LimitExceededError, match="b is larger"):
        open_bundle(BytesView(data, limits=Limits(inflate_bytes=55))).read("b")


def test_members_are_framed_in_the_order_of_their_names() -> None:
    """Folders and what is left out are passed over, and a content may be replaced."""
    members = {"c": b"3", "f/": b"", "f/x": b"4", "b": b"22", "a": b"1"}
    bundle = open_bundle(BytesView(zipped(members)))
    size = [number.to_bytes(8, "big") for number in range(4)]
    assert b"".join(framed(bundle, ("f/", "a"), {"c": b"333"})) == (
        b"b\0" + size[2] + b"22" + b"c\0" + size[3] + b"333"
    )
    assert b"".join(framed(bundle, ("f/x", "a", "b"))) == b"c\0" + size[1] + b"3"
