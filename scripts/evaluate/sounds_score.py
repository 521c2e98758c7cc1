"""The section on sounds: what `ailabel verify` hears in them."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

import ailabel
from evaluate.section import machine, percentile, rates, table
from evaluate.sound_sources import DEBIAN
from evaluate.sounds import COUNTS, RHYTHM, Case, cases, make
from evaluate.sounds_made import RATE, coded, noise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evaluate.section import Row, Section

__all__ = ["SECTION"]

SEED: Final = 53453
_OPTIONS: Final = ailabel.VerifyOptions(implicit=False)
_CLEAR: Final = 5  # dB, from which on a rhythm is to be found
_OFF: Final = 0.3  # seconds that a label may be found beside its place
_SAID_OFF: Final = 5  # characters a minute
_FORMS: Final = {"rhythm": "rhythm", "prompt": "speech"}
_SPEECH: Final = ("speech", "speech over music", "Mandarin")
_SUFFIX: Final = {"wav": ".wav", "mp3": ".mp3", "aac": ".aac", "opus": ".opus", "vorbis": ".ogg"}


@lru_cache(maxsize=1)
def _grid() -> dict[str, Case]:
    return {case.id: case for case in cases(SEED)}


class Sounds:
    """Sounds with a rhythm or our own recording in them, and sounds without."""

    sources: tuple[str, ...] = (
        "src/ailabel/marks/audio/inspect*.py",
        "src/ailabel/assets/voice/*.wav",
        "scripts/evaluate/sound*.py",
        "scripts/evaluate/mandarin.py",
    )

    def keys(self) -> list[str]:
        """Return the keys of the grid; see `evaluate.section.Section`."""
        return list(_grid())

    def run(self, key: str) -> Row:
        """Make one sound and verify it."""
        case = _grid()[key]
        made = make(case)
        start = time.process_time()
        report = ailabel.verify_bytes(made.data, _OPTIONS)
        seconds = time.process_time() - start
        reasons = [check.message.text for check in report.checks if check.rule == "EXP-A1"]
        return {
            **case.parameters(),
            "truth": made.truth,
            "verdict": report.explicit.value,
            "reason": reasons[0] if reasons else "",
            "seen": [
                [item.form, item.place, item.seconds, item.rate, item.finding]
                for item in report.sightings
            ],
            "seconds": round(seconds, 3),
        }

    def report(self, rows: Sequence[Row]) -> str:
        """Return the section; see `evaluate.section.Section`."""
        rhythms = [row for row in rows if row["kind"] == "rhythm"]
        clear = [row for row in rhythms if row["snr"] >= _CLEAR]
        over = [row for row in rows if row["kind"] == "rhythm over music"]
        prompts = [row for row in rows if row["kind"].startswith("prompt")]
        labelled = [row for row in rows if row["truth"] is not None]
        pieces = [
            "## Sounds",
            _method(rows),
            _summary(rows),
            "### The rhythm in noise",
            rates(rhythms, "snr", _found),
            "From 5 dB on:",
            *(rates(clear, name, _found) for name in (*RHYTHM, "coding", "tone", "noise", "dash")),
            "### The rhythm while music plays",
            rates(over, "snr", _found),
            "### Our own recording",
            rates(prompts, "kind", _found),
            *(rates(prompts, name, _found) for name in ("coding", "tempo", "changed")),
            _spoken([row for row in prompts if _found(row)]),
            "### Sounds without a label",
            _clean([row for row in rows if row["truth"] is None]),
            "### What was not found",
            _listed(row for row in labelled if not _found(row)),
        ]
        return "\n\n".join(pieces)


def _found(row: Row) -> bool:
    """Say whether the label was found, in its form and at its time, and nothing else."""
    if row["truth"] is None:
        return any(item[4] == "found" for item in row["seen"])
    form = _FORMS[row["kind"].split()[0]]
    begin, end = row["truth"]
    return [item[0] for item in row["seen"] if item[4] == "found"] == [form] and all(
        abs(item[2][0] - begin) < _OFF and abs(item[2][1] - end) < _OFF for item in row["seen"]
    )


def _method(rows: Sequence[Row]) -> str:
    return (
        f"{len(rows)} sounds, seed {SEED}; the thresholds were found with other seeds and other "
        "recordings, but for one test (whether a tone near the rhythm belongs to a message), which "
        "was sharpened on 50 rhythms of another seed beside these recordings, and but for the "
        "signals of lomiri-sounds, whose spread was known when the bound for speech was set. The "
        "signal-to-noise ratio is that of a tone's level to the level of the noise "
        "(or music) in the whole band of the file, before coding. A rhythm stands 0.3 to 1 s from "
        "content; every combination of unit, pitch and ratio occurs twice. The recording is said "
        "over music of the same level, beside content, or over speech 20 dB softer, ± 3 % faster "
        "or slower, with its pitch or without. Near misses are messages in Morse code and other "
        "rhythms; melodies have one voice, many repeated notes and rests. Recordings: "
        f"{', '.join(DEBIAN)}; Mandarin by Kokoro-82M.\n\n{machine('av', 'numpy')}."
    )


def _summary(rows: Sequence[Row]) -> str:
    clear = [row for row in rows if row["kind"] == "rhythm" and row["snr"] >= _CLEAR]
    over = [row for row in rows if row["kind"] == "prompt over music"]
    clean = [row for row in rows if row["truth"] is None]
    false = sum(map(_found, clean))
    speech = [row for row in rows if row["kind"] in _SPEECH]
    excluded = sum(row["verdict"] == "not_found" for row in speech)
    seconds = [row["seconds"] for row in rows[1:]]  # the first one loads the libraries
    return table(
        ("", "measured", "aim"),
        (
            ("rhythm found, from 5 dB on", _share(clear), "≥ 99 %"),
            ("our recording found over music at 0 dB", _share(over), "≥ 95 %"),
            ("sounds without a label taken for labelled", f"{false} of {len(clean)}", "0"),
            ("speech taken for no speech", f"{excluded} of {len(speech)}", "0"),
            (
                "CPU seconds a sound",
                f"{percentile(seconds, 0.5):.2f} median, {percentile(seconds, 0.95):.2f} at 95 %",
                "≤ 0.1 for 10 s of sound",
            ),
            ("peak memory of `ailabel verify` on 60 s", f"{_peak()} MB", "≤ 512 MB"),
        ),
    )


def _peak() -> int:
    """Return how many megabytes a run of its own takes for the longest sound heard at once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise.wav"
        path.write_bytes(coded(0.1 * noise(60 * RATE, "pink", np.random.default_rng(SEED)), "wav"))
        command = [sys.executable, "-m", "ailabel", "verify", "--explicit-only", str(path)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _share(rows: list[Row]) -> str:
    found = sum(map(_found, rows))
    return f"{100 * found / max(1, len(rows)):.2f} % ({found} of {len(rows)})"


def _spoken(rows: list[Row]) -> str:
    """Say how well the rate of speech is measured."""
    from ailabel.marks.audio import inspect_sound
    from ailabel.standard.wording import SPOKEN_TEXT
    from evaluate.sound_sources import PROMPT, recording

    own = len(SPOKEN_TEXT) * 60 / (len(recording(PROMPT)) / inspect_sound.RATE - 0.04)
    errors = [abs(row["seen"][0][3] - own * row["tempo"]) for row in rows]
    return (
        f"The rate of speech is told with an error of {percentile(errors, 0.95):.1f} characters a "
        f"minute at the 95th percentile; the largest is {max(errors, default=0):.1f}."
    )


def _clean(rows: list[Row]) -> str:
    lines = []
    for kind in COUNTS:
        part = [row for row in rows if row["kind"] == kind]
        if part:
            nothing = sum(row["verdict"] == "not_found" for row in part)
            doubtful = sum(bool(row["seen"]) and not _found(row) for row in part)
            lines.append((kind, len(part), sum(map(_found, part)), doubtful, nothing))
    head = ("kind", "sounds", "taken for labelled", "left to a person", "no label for sure")
    return table(head, lines) + (
        "\n\n“No label for sure” (`not_found`) is said only where nothing moves as speech does; "
        "the others stay open (`inconclusive`), for a label might be said by a voice that is not "
        "known."
    )


def _listed(rows: Iterable[Row]) -> str:
    shown = ("coding", "snr", "unit", "pitch", "tone", "noise", "content", "place", "tempo")
    return table(
        ("case", "parameters", "truth", "seen"),
        (
            (
                row["id"],
                ", ".join(f"{name} {row[name]}" for name in shown if name in row),
                " to ".join(f"{time:.1f}" for time in row["truth"]),
                "; ".join(f"{item[0]} {item[2]}" for item in row["seen"]) or row["reason"],
            )
            for row in rows
        ),
    )


SECTION: Section = Sounds()
