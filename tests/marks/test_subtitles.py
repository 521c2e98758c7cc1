"""The explicit label in subtitles."""

from __future__ import annotations

from typing import Final

import pytest

from ailabel.carriers.slotless_text import CARRIER
from ailabel.codecs.subtitles import cues
from ailabel.codecs.text import build
from ailabel.errors import LimitExceededError
from ailabel.io.source import BytesView, Limits
from ailabel.marks.text import MARKER
from ailabel.spi import Finding
from markers import PHRASE, Tried

SRT: Final = Tried(MARKER, next(item for item in CARRIER.formats if item.id == "srt"))
VTT: Final = Tried(MARKER, next(item for item in CARRIER.formats if item.id == "vtt"))

EARLY: Final = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,500\nB\n"
LATE: Final = EARLY.replace("00:01", "00:05", 1).replace("00:02", "00:06", 1)


def test_a_late_first_cue_leaves_room_for_one_of_our_own() -> None:
    """It has the number 0, so that no other changes, and ends when the first begins at latest."""
    own = f"0\n00:00:00,000 --> 00:00:03,000\n{PHRASE}\n\n"
    assert SRT.render(LATE.encode()).decode() == own + LATE
    soon = LATE.replace("00:05,000", "00:02,250")
    assert SRT.render(soon.encode()).decode().startswith("0\n00:00:00,000 --> 00:00:02,250\n")


def test_an_early_first_cue_takes_a_line() -> None:
    """Not every player shows two cues at once."""
    expected = EARLY.replace("Hello", f"{PHRASE}\nHello")
    assert SRT.render(EARLY.encode()).decode() == expected


@pytest.mark.parametrize("tail", ["", "\n", "\n\n"])
def test_the_end_takes_a_cue_behind_the_last(tail: str) -> None:
    """It follows the one that vanishes last, parted by one blank line."""
    data = EARLY.rstrip("\n") + tail
    result = SRT.render(data.encode(), position="end").decode()
    assert result == f"{EARLY}\n3\n00:00:04,500 --> 00:00:07,500\n{PHRASE}\n"


def test_webvtt_keeps_its_head() -> None:
    """Header, styles and notes stay before the first cue."""
    head = "WEBVTT - film\n\nSTYLE\n::cue { color: red }\n\nNOTE AI生成\n\n"
    data = f"{head}one\n01:05.000 --> 01:07.000 align:start\n<v A>Hi\n"
    expected = f"{head}00:00:00.000 --> 00:00:03.000\n{PHRASE}\n\n" + data.removeprefix(head)
    assert VTT.inspect(data.encode()).finding is Finding.NOT_FOUND
    assert VTT.render(data.encode()).decode() == expected
    assert VTT.seen(expected.encode()) == [("start", "found")]


def test_files_without_cues_get_one() -> None:
    """An empty file, and one that has only its header."""
    assert SRT.render(b"").decode() == f"1\n00:00:00,000 --> 00:00:03,000\n{PHRASE}\n"
    assert VTT.render(b"WEBVTT\n").decode() == (
        f"WEBVTT\n\n00:00:00.000 --> 00:00:03.000\n{PHRASE}\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encoding_and_newlines_are_kept(encoding: str) -> None:
    """The label is written as the file is."""
    data = LATE.replace("Hello", "大家好，今天我们来看海").replace("\n", "\r\n").encode(encoding)
    result = SRT.render(data)
    text = result.decode(encoding)
    assert text.startswith(f"0\r\n00:00:00,000 --> 00:00:03,000\r\n{PHRASE}\r\n\r\n")
    assert text.count("\n") == text.count("\r\n")
    assert result.endswith(data[-20:])


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (PHRASE, [("start", "found")]),
        (f"<i>{PHRASE}</i>", [("start", "found")]),
        ("{\\an8}" + PHRASE, [("start", "found")]),
        (f"Hi\n{PHRASE}", [("start", "found")]),
        ("这段视频不是AI生成的", [("start", "review")]),
        ("非人工智能生成", [("start", "review")]),
        ("Hello", []),
    ],
)
def test_lines_are_judged(shown: str, expected: list[tuple[str, str]]) -> None:
    """Lines of cues count as they are shown; negations never do."""
    assert SRT.seen(EARLY.replace("Hello", shown).encode()) == expected


def test_a_label_amid_the_film_is_found() -> None:
    """A sentence that says so may stand anywhere."""
    blocks = [f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nline\n" for n in range(1, 20)]
    blocks[9] = blocks[9].replace("line", PHRASE)
    assert SRT.seen("\n".join(blocks).encode()) == [("middle", "found")]


def test_the_number_of_cues_is_limited() -> None:
    """A hostile file costs no more than it may."""
    view = BytesView((EARLY * 10).encode(), limits=Limits(items=5))
    with pytest.raises(LimitExceededError, match="the number of cues"):
        MARKER.inspect(view, CARRIER.formats[2])


def test_fleeting_cues_all_take_the_line() -> None:
    """Where each word is a cue, one would be gone before the label could be read."""
    words = "1\n00:00:00,100 --> 00:00:00,300\nA\n\n2\n00:00:00,300 --> 00:00:00,600\nB\n"
    data = f"{words}\n3\n00:00:04,000 --> 00:00:05,000\nC\n"
    expected = data.replace("A\n", f"{PHRASE}\nA\n").replace("B\n", f"{PHRASE}\nB\n")
    assert SRT.render(data.encode()).decode() == expected


def test_a_head_without_a_blank_line_stays_in_front() -> None:
    """Programs take the cue that follows it at once; a label before the head would end the file."""
    cue = "00:00:05.000 --> 00:00:06.000\nHi\n"
    expected = f"WEBVTT\n00:00:00.000 --> 00:00:03.000\n{PHRASE}\n\n{cue}"
    assert VTT.render(f"WEBVTT\n{cue}".encode()).decode() == expected


@pytest.mark.parametrize("tail", ["", "\n"])
def test_a_cue_that_ends_the_file_without_text_takes_the_line(tail: str) -> None:
    """Nothing is put behind the end of the file."""
    times = "1\n00:00:00,000 --> 00:00:01,000"
    assert SRT.render(f"{times}{tail}".encode()).decode() == f"{times}\n{PHRASE}\n"


def test_the_places_of_a_long_cue_are_its_ends() -> None:
    """Only the lines that matter are remembered of a block without blank lines."""
    text = build(b"1\n00:00:00,000 --> 00:00:01,000\n" + b"a\n" * 1000 + b"last\n\n", "utf-8", 0)
    (cue,) = cues(text, 5)
    assert text.decode(cue.body, cue.body + 2) == "a\n"
    assert text.decode(cue.end - 4, cue.end) == "last"
