"""The files of the page that the gate writes: a card each."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

from ailabel.messages import translate
from ailabel.model.gate import Standing
from ailabel.model.report import Outcome
from ailabel.reporters.findings import declared, place, rank_of, shown, steps
from ailabel.reporters.webtext import both, foreign, say
from ailabel.standard.rules import RULES
from ailabel.standard.schema import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ailabel.model.gate import GateFile, GateFinding
    from ailabel.model.report import FileReport, FoundSighting

__all__ = ["card"]

_LABELS, _SIGHTINGS = 3, 6  # that are told of a file
_EACH: Final = 50  # findings
_VALUE: Final = 240  # characters of a label's value


def card(file: GateFile, *, picture: bool) -> str:
    """Return the card of a file.

    Args:
        file: what the gate says of it.
        picture: whether its thumbnail is shown.
    """
    findings = sorted(shown(file, Standing.OPEN, Standing.BASELINE), key=rank_of)
    parts = [
        f'<li class="file">{_picture(file, shown_there=picture)}<div class="facts">',
        f"<h2><bdi>{foreign(place(file.path))}</bdi></h2>",
        f'<p class="declared">{both(lambda language: declared(file, language))}</p>',
    ]
    if file.fixed:
        parts.append(f'<p><span class="tag plain">{say("labelled")}</span></p>')
    if findings or file.error:
        parts += ['<ul class="findings">', *_findings(file, findings), "</ul>"]
    if file.report is not None:
        parts += _seen(file.report)
    return "".join([*parts, "</div></li>\n"])


def _picture(file: GateFile, *, shown_there: bool) -> str:
    if shown_there and file.thumbnail is not None:
        data = b64encode(file.thumbnail).decode()
        image = f'<img src="data:image/jpeg;base64,{data}" alt="" loading="lazy">'
        return f'<div class="picture">{image}</div>'
    return f'<div class="picture empty" aria-hidden="true">{foreign(file.format or "?")}</div>'


def _findings(file: GateFile, findings: list[GateFinding]) -> Iterator[str]:
    if file.error is not None:
        yield '<li class="finding error" data-kind="error" data-rule="unchecked">'
        yield f'<div class="head"><span class="tag level">{say("cannot be checked")}</span></div>'
        yield f"<p>{say(file.error)}</p></li>"
    for finding in findings[:_EACH]:
        yield _finding(finding)


def _finding(finding: GateFinding) -> str:
    level, rule = finding.level.value, RULES[finding.rule]
    accepted = finding.standing is Standing.BASELINE
    kind = "accepted" if accepted else level
    head = f'<span class="tag level">{say(level)}</span> '
    head += f'<span class="tag rule">{finding.rule}</span> '
    if finding.outcome is not Outcome.FAIL:
        head += f'<span class="clause">{say(finding.outcome.value)} ·</span> '
    head += f'<span class="clause">{_clause(rule.clause)}</span>'
    state = f"{level} accepted" if accepted else level
    parts = [
        f'<li class="finding {state}" data-kind="{kind}" data-rule="{finding.rule}">',
        f'<div class="head">{head}</div>',
        f"<p>{say(finding.message)}{_where(finding)}</p>",
    ]
    if accepted:
        parts.append(f"<p><b>{say('accepted')}</b> {foreign(finding.reason, _VALUE)}</p>")
    elif finding.fix is not None:
        parts.append(f'<p class="fix"><b>{say("to do")}</b> {_steps(finding)}</p>')
    return "".join([*parts, "</li>"])


def _steps(finding: GateFinding) -> str:
    before = both(lambda language: steps(finding, language)[0])
    after = both(lambda language: steps(finding, language)[2])
    command = foreign(steps(finding, "en")[1])
    return f"{before}{f'<code>{command}</code>' if command else ''}{after}"


def _clause(clause: str) -> str:
    return both(lambda language: translate(clause, language)) if clause else ""


def _where(finding: GateFinding) -> str:
    where = [foreign(finding.location, _VALUE)] if finding.location else []
    where += [f":{finding.line}"] if finding.line else []
    return f' <span class="clause">{" ".join(where)}</span>' if where else ""


def _seen(report: FileReport) -> Iterator[str]:
    """Yield what was read and seen of labels."""
    rows = [
        (key, foreign(value, _VALUE))
        for label in report.labels[:_LABELS]
        for key in KEYS
        if (value := label.fields[key])
    ]
    rows += [(say("explicit"), _sighting(seen)) for seen in report.sightings[:_SIGHTINGS]]
    if rows:
        yield f'<details class="seen"><summary>{say("labels that were found")}</summary><dl>'
        for key, value in rows:
            yield f"<dt>{key}</dt><dd>{value}</dd>"
        yield "</dl></details>"


def _sighting(seen: FoundSighting) -> str:
    told_of = f"“{foreign(seen.text, _VALUE)}” {say(seen.place)}"
    if seen.em_percent is not None:
        told_of += f" {seen.em_percent:.1f} %"
    if seen.seconds is not None:
        told_of += f" {seen.seconds[0]:.2f}–{seen.seconds[1]:.2f} s"
    return told_of
