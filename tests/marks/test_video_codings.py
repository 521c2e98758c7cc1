"""The codings of films: units and their numbers, configurations with the sets of both."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ailabel.errors import AilabelError, MalformedFileError, PlanError
from ailabel.io.source import BytesView
from ailabel.marks.video import hevc_header, units, when
from ailabel.marks.video.av1 import AV1
from ailabel.marks.video.film import Film, Geometry
from ailabel.marks.video.h264 import H264
from ailabel.marks.video.hevc import HEVC
from ailabel.marks.video.mp4 import open_movie
from ailabel.marks.video.vpx import VP8, VP9
from ailabel.spi import MarkSpec, Span
from builders.clips import clip

UNITS: Final = st.lists(st.binary(min_size=1, max_size=40), max_size=4)


def film(codec: str = "h264", config: bytes = b"", **more: object) -> Film:
    """Return a film of ten pictures, one a second, without its pictures."""
    facts: dict[str, object] = {
        "codec": codec,
        "inband": False,
        "config": config,
        "look": Geometry(size=(64, 64), orientation=1, aspect=None, crop=(0, 0, 64, 64)),
        "timescale": Fraction(1),
        "spans": [Span(0, 1)] * 10,
        "times": list(range(10)),
        "keys": frozenset(range(0, 10, 2)),
        "begin": 0,
        "end": 10,
    }
    return Film(**{**facts, **more})  # type: ignore[arg-type] # a wrong name fails


def opened(name: str) -> tuple[Film, bytes]:
    """Return a real film and its first sample."""
    view = BytesView(clip(name), name)
    found = open_movie(view).film
    return found, view.read(found.spans[0].offset, found.spans[0].length)


# -- units -----------------------------------------------------------------------------------------


@given(UNITS, st.sampled_from((2, 3, 4)))
@settings(max_examples=40)
def test_units_are_split_as_they_were_joined(found: list[bytes], width: int) -> None:
    """Lengths of any width tell units apart."""
    assert list(units.split(units.joined(found, width), width)) == found


def test_units_that_do_not_fit_are_refused() -> None:
    """One that runs past its sample, and one that is longer than its length can say."""
    with pytest.raises(MalformedFileError, match="does not fit"):
        list(units.split(b"\0\5abc", 2))
    with pytest.raises(PlanError, match="in 1 bytes"):
        units.joined([bytes(256)], 1)


def test_a_stream_is_split_at_start_codes() -> None:
    """Start codes of three and four bytes part units; noughts at their ends are none of them."""
    stream = b"\0\0\0\1\x67ab\0\0\1\x68c\0\0\0\1\x65d"
    assert list(units.of_stream(stream)) == [b"\x67ab", b"\x68c", b"\x65d"]


@given(st.lists(st.sampled_from((0, 0, 0, 1, 2, 3, 4, 255)), max_size=40).map(bytes))
@settings(max_examples=100)
def test_escapes_keep_start_codes_out(payload: bytes) -> None:
    """An escaped payload holds no start code, and comes back whole."""
    escaped = units.escaped(payload)
    assert b"\0\0\1" not in escaped
    assert b"\0\0\0" not in escaped[:-1] or payload.endswith(b"\0\0")
    assert units.unescaped(escaped) == payload


@pytest.mark.parametrize(
    ("bits", "code", "number"), [("1", 0, 0), ("010", 1, 1), ("011", 2, -1), ("00101", 4, -2)]
)
def test_exp_golomb_codes(bits: str, code: int, number: int) -> None:
    """Codes read as the tables of the standard say."""
    data = int(bits.ljust(8, "0"), 2).to_bytes(1, "big")
    assert units.Bits(data).unsigned() == code
    assert units.Bits(data).signed() == number


@pytest.mark.parametrize("data", [b"", b"\0", bytes(8)])
def test_codes_that_never_end_are_refused(data: bytes) -> None:
    """Noughts without an end are damage."""
    with pytest.raises(MalformedFileError):
        units.Bits(data).unsigned()


# -- H.264 and HEVC --------------------------------------------------------------------------------


def test_an_avc_record_takes_sets_under_a_free_number() -> None:
    """Both pairs of sets stand in the record; the film's own come first."""
    found, first = opened("plain.mp4")
    coding = H264(found, first)
    assert "sps-id=1:" in coding.options()["x264-params"]
    both = coding.config(b"\0\0\1\x67\x64\0\x28\xac\0\0\1\x68\xee", whole=False)
    assert both[:3] == found.config[:3]
    assert (both[3], both[5] & 31) == (0x28, 2)  # the higher level, two sets
    assert found.config[6:20] in both
    alone = coding.config(b"\0\0\1\x67\x64\0\x0a\xac\0\0\1\x68\xee", whole=True)
    assert (alone[3], alone[5] & 31) == (0x0A, 1)
    renewed = H264(film(config=both), first)
    assert (
        "sps-id=2:" in renewed.options()["x264-params"]
        or "sps-id=1:" in (renewed.options()["x264-params"])
    )


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (b"", MalformedFileError),
        (b"\1\x64\0\x0a\xff\xe1\0\x09short", MalformedFileError),
        (b"\1\x64\0\x0a\xff\xe0\0", MalformedFileError),
        (b"\1\x58\0\x0a\xff\xe1\0\5\x67\x58\0\x0a\x80\1\0\2\x68\x80", PlanError),
        (b"\1\x64\0\x0a\xff\xe1\0\5\x67\x64\0\x0a\x80\1\0\1\x68", MalformedFileError),
    ],
)
def test_broken_and_foreign_avc_records_are_refused(
    config: bytes, error: type[AilabelError]
) -> None:
    """A record that is cut short, holds no set, or names a profile that nothing writes."""
    with pytest.raises(error):
        H264(film(config=config), b"")


def test_an_hevc_record_takes_sets_into_its_lists() -> None:
    """Each list grows by one set, and lists that are not there are made."""
    found, first = opened("closed.mp4")
    coding = HEVC(found, first)
    assert coding.opened(first) == first
    with pytest.raises(PlanError, match="the encoder for HEVC"):
        coding.config(b"", whole=False)
    empty = found.config[:22] + b"\1\xa0\0\1\0\0"
    for config in (b"", found.config[:23], found.config[:-1], empty):
        with pytest.raises(MalformedFileError):
            HEVC(film("hevc", config), b"")


def test_hevc_units_get_other_numbers() -> None:
    """The sets of a film read as before but for their numbers; other units stay."""
    found, _ = opened("closed.mp4")
    view = BytesView(clip("closed.mp4"))
    coding = HEVC(found, view.read(found.spans[0].offset, found.spans[0].length))
    config = found.config
    lists = dict(coding._lists)
    sets = [unit for known in lists.values() for unit in known]
    vps, sps, pps = (next(u for u in sets if u[0] >> 1 & 63 == kind) for kind in (32, 33, 34))
    assert config.count(vps) == 1
    rules = hevc_header.Rules(
        order_bits=8,
        sao=False,
        colours=True,
        motion=False,
        cabac_flag=False,
        references=1,
        chroma_offsets=False,
        waves=False,
        across=False,
    )
    numbers = hevc_header.Numbers(5, 3, 9)
    new = [hevc_header.renumbered(unit, numbers, rules) for unit in (vps, sps, pps)]
    assert units.Bits(units.unescaped(new[0]), 16).fixed(4) == 5
    assert units.Bits(units.unescaped(new[1]), 16).fixed(4) == 5
    assert units.Bits(units.unescaped(new[1]), 120).unsigned() == 3
    bits = units.Bits(units.unescaped(new[2]), 16)
    assert (bits.unsigned(), bits.unsigned()) == (9, 3)
    back = hevc_header.Numbers(0, 0, 0)
    assert [hevc_header.renumbered(unit, back, rules) for unit in new] == [vps, sps, pps]
    sei = b"\x4e\1abc"
    assert hevc_header.renumbered(sei, numbers, rules) == sei
    with pytest.raises(PlanError, match="the encoder for HEVC"):
        hevc_header.renumbered(b"\2\1\0", numbers, rules)


# -- VP8, VP9, AV1 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sample", "is_key"),
    [
        (b"", False),
        (b"\x82", True),  # a key that is shown
        (b"\x86", False),  # leans on others
        (b"\x88", False),  # shows another one again
        (b"\xb0\x80", True),  # profile 3: one bit more
        (b"\x02", False),  # no picture of VP9
    ],
)
def test_keys_of_vp9(sample: bytes, is_key: bool) -> None:  # noqa: FBT001 - a table
    """The first bits of a picture say whether it is a key."""
    assert VP9(film("vp9")).opened(sample) == (sample if is_key else None)


def test_keys_of_vp8() -> None:
    """One bit says it, and it is nought for keys."""
    coding = VP8(film("vp8"))
    assert [coding.opened(data) for data in (b"", b"\x10", b"\x11")] == [None, b"\x10", None]


@pytest.mark.parametrize(
    ("sample", "is_entry"),
    [
        (b"\x0a\1\0\x32\1\x10", True),  # a sequence header, and a key picture that is shown
        (b"\x32\1\x10", False),  # without the header
        (b"\x0a\1\0\x32\1\x30", False),  # leans on others
        (b"\x0a\1\0\x32\1\x80", False),  # shows another one again
        (b"\x0a\1\0\x30\x10", True),  # the last unit says no size
        (b"\x0a\1\0", False),
        (b"\x0a\1\0\x36\0\1\x10", True),  # with an extension of the header
    ],
)
def test_entries_of_av1(sample: bytes, is_entry: bool) -> None:  # noqa: FBT001 - a table
    """A key that is shown, with its sequence header."""
    assert AV1(film("av1")).opened(sample) == (sample if is_entry else None)


@pytest.mark.parametrize("sample", [b"\x0a", b"\x0a\5\0", b"\x0a\xff\xff\xff\xff\xff\xff", b"\x04"])
def test_units_of_av1_that_do_not_fit_are_refused(sample: bytes) -> None:
    """Sizes that run past the sample, or never end."""
    with pytest.raises(MalformedFileError, match="does not fit"):
        AV1(film("av1")).opened(sample)


def test_av1_keys_bring_their_sequence_header() -> None:
    """Delimiters go; the header is there at keys; the record is the stretch's if that is all."""
    coding = AV1(film("av1", b"\x81\0\x0c\0\x0a\1\5"))
    assert coding.sample(b"\x12\0\x32\1\x10", b"\x0a\1\7", key=True) == b"\x0a\1\7\x32\1\x10"
    assert coding.sample(b"\x12\0\x32\1\x30", b"\x0a\1\7", key=False) == b"\x32\1\x30"
    assert coding.config(b"\x81\0\x0c\0\x0a\1\7", whole=True) == b"\x81\0\x0c\0\x0a\1\7"
    assert coding.config(b"\x0a\1\7", whole=False) == b"\x81\0\x0c\0\x0a\1\5"


# -- when ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "seconds"),
    [
        (MarkSpec(), [(0.0, 3.0)]),
        (MarkSpec(duration=4.5), [(0.0, 5.0)]),  # whole units of time, never fewer
        (MarkSpec(duration=10), [(0.0, 10.0)]),
        (MarkSpec(duration=2, also=("end",)), [(0.0, 2.0), (8.0, 10.0)]),
        (MarkSpec(duration=2, also=("end", "middle")), [(0.0, 2.0), (4.0, 6.0), (8.0, 10.0)]),
        (MarkSpec(duration=4, also=("end", "middle")), [(0.0, 10.0)]),
    ],
)
def test_when_the_label_is_shown(spec: MarkSpec, seconds: list[tuple[float, float]]) -> None:
    """At the start, and elsewhere if asked for; throughout where there is time for no more."""
    found = when.windows(film(), spec)
    assert [window.seconds(film()) for window in found] == seconds


def test_edited_films_are_labelled_throughout() -> None:
    """Where pictures are shown in another order, no part is the start."""
    assert len(when.windows(film(is_edited=True), MarkSpec())) == 1


@pytest.mark.parametrize(
    ("shown", "entries", "ranges"),
    [
        ([(0, 3)], {0, 4, 8}, [(0, 4)]),
        ([(0, 3)], {0, 8}, [(0, 8)]),
        ([(0, 3)], {0}, [(0, 10)]),
        ([(0, 4), (8, 10)], {0, 4, 8}, [(0, 4), (8, 10)]),
        ([(0, 3), (5, 6)], {0, 4, 8}, [(0, 8)]),  # they meet
        ([(0, 3), (5, 6)], {0, 4, 6, 8}, [(0, 6)]),
    ],
)
def test_which_pictures_give_way(
    shown: list[tuple[int, int]], entries: set[int], ranges: list[tuple[int, int]]
) -> None:
    """From a clean place at or before the label to one at or behind its end."""
    windows = [when.Window(*pair) for pair in shown]
    found = when.stretches(film(), windows, lambda number: True if number in entries else None)
    assert found == [when.Range(*pair) for pair in ranges]


@pytest.mark.parametrize(
    ("times", "opened", "found"),
    [
        ([0, 1, 4, 2, 3, 5, 6, 7, 8, 9], True, when.Range(0, 5, 2)),  # two go before the key
        ([0, 1, 4, 2, 3, 5, 6, 7, 8, 9], False, when.Range(0, 5, 2)),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], False, when.Range(0, 3, 2)),  # the key alone is changed
        ([0, 1, 4, 2, 5, 3, 6, 7, 8, 9], True, when.Range(0, 6)),  # one is shown before it later
        ([0, 5, 4, 2, 3, 1, 6, 7, 8, 9], True, when.Range(0, 6)),  # one before it is shown later
    ],
)
def test_open_groups_are_parted_behind_what_is_shown_before_their_key(
    times: list[int],
    opened: bool,  # noqa: FBT001 - a table
    found: when.Range,
) -> None:
    """Pictures between a key and what is shown behind it go with the part before the key."""
    mixed = film(times=times, keys=frozenset({0, 2, 6}))
    assert when.stretches(mixed, [when.Window(0, 2)], lambda _: opened) == [found]


def test_a_clean_random_access_picture_becomes_a_broken_link() -> None:
    """Its slices get another type and keep every other bit; other pictures stay or are none."""
    coding = HEVC(*opened("closed.mp4"))

    def sample(*kinds: int) -> bytes:
        return units.joined([bytes([kind << 1, 1, 0xAF, kind]) for kind in kinds], 4)

    assert coding.opened(sample(39, 21, 21)) == units.joined(
        [b"\x4e\1\xaf\x27", b"\x24\1\xaf\x15", b"\x24\1\xaf\x15"], 4
    )
    assert coding.opened(sample(20)) == sample(20)
    assert [coding.opened(sample(*kinds)) for kinds in ((), (1,), (20, 21), (39,))] == [None] * 4
