"""Another text in an XMP packet, in the form that somebody gave it."""

from __future__ import annotations

from typing import Final

import pytest

from ailabel.codecs import xmp
from ailabel.codecs.xmp_amend import amended
from ailabel.errors import PlanError
from ailabel.io.source import Limits
from ailabel.spi import Slot

URI: Final = "http://example.com/ns/"
PROP: Final = xmp.Property(URI, "ex", "Note", lambda text: "Note" in text)
HEAD: Final = (
    '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
)
TAIL: Final = "</rdf:RDF></x:xmpmeta><?xpacket end='w'?>   "


def packet(description: str, codec: str = "utf-8") -> bytes:
    """Return a packet of another program."""
    return f"{HEAD}{description}{TAIL}".encode(codec)


def element(content: str) -> str:
    """Return a description with the property as an element."""
    inner = f"<ex:Note>{content}</ex:Note>"
    return f'<rdf:Description rdf:about="" xmlns:ex="{URI}">{inner}</rdf:Description>'


def attribute(quoted: str) -> str:
    """Return a description with the property as an attribute."""
    return f'<rdf:Description rdf:about="" xmlns:ex="{URI}" ex:Note={quoted}/>'


def change(data: bytes, value: str) -> bytes:
    """Put a text in the place of the first one."""
    found = xmp.find(data, PROP, Limits())[0]
    slot = Slot(
        location="x", offset=0, raw=found.raw, payload=found.value, site="x", official=False
    )
    return amended(data, PROP, slot, value, Limits())


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (element('{"a":"1"}'), element('{"a":"<2>"}'.replace("<", "&lt;").replace(">", "&gt;"))),
        (element("{&#34;a&#34;:&#34;1&#34;}"), element("{&#34;a&#34;:&#34;&lt;2&gt;&#34;}")),
        (
            attribute('"{&quot;a&quot;:&quot;1&quot;}"'),
            attribute('"{&quot;a&quot;:&quot;&lt;2&gt;&quot;}"'),
        ),
        (attribute('\'{"a":"1"}\''), attribute('\'{"a":"&lt;2&gt;"}\'')),
    ],
)
def test_the_form_stays(before: str, after: str, codec: str) -> None:
    """Element or attribute, raw or referenced quotation marks, and the encoding."""
    assert change(packet(before, codec), '{"a":"<2>"}') == packet(after, codec)


def test_a_single_quote_is_escaped_where_it_would_end_the_value() -> None:
    """An attribute in single quotes takes no bare one."""
    done = change(packet(attribute("'a'")), "it's")
    assert b"ex:Note='it&apos;s'" in done
    assert xmp.find(done, PROP, Limits())[0].value == "it's"


def test_a_packet_of_ours_keeps_its_length() -> None:
    """Its padding takes the difference, as for `put`."""
    own = xmp.new_packet(PROP, "short")
    done = change(own, "a longer text")
    assert len(done) == len(own)
    assert xmp.is_own(done)


@pytest.mark.parametrize(
    "description",
    [
        element("<![CDATA[text]]>"),
        element("<rdf:Alt><rdf:li>Note</rdf:li></rdf:Alt>").replace("<rdf:li>", "<rdf:li><b/>"),
        element("Note").replace("<ex:Note>", '<ex:Note rdf:parseType="Resource"><ex:a>1</ex:a>'),
        attribute('"Note').replace("/>", '"/><'),
    ],
)
def test_other_forms_are_refused(description: str) -> None:
    """What is no plain text cannot be edited; the reason says what to do."""
    with pytest.raises(PlanError, match="--slot official"):
        change(packet(description), "new")


def test_a_text_that_is_not_there_is_refused() -> None:
    """The slot must be of this packet."""
    slot = Slot(location="x", offset=0, raw=b"", payload="other", site="x", official=False)
    with pytest.raises(PlanError):
        amended(packet(element("text")), PROP, slot, "new", Limits())
