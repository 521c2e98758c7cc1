"""What to do about a finding: a command to type, where there is one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ailabel.codecs.toml import quoted
from ailabel.config.patterns import literal
from ailabel.messages import Message

if TYPE_CHECKING:
    from ailabel.config import Profile

__all__ = [
    "decide",
    "declare",
    "distrust",
    "label",
    "look",
    "other_format",
    "propagate",
    "read",
    "redraw",
    "relabel",
    "show",
    "unreadable",
]


def label(path: str, profile: Profile) -> Message:
    """Advise to write the implicit label; who only passes content on decides what to write."""
    if profile.role == "propagator":
        return decide(path)
    if _is_known(profile):
        return _typed("check", "--fix", path=path)
    return _typed("label", "--in-place", "--implicit-only", *_producer(profile), path=path)


def relabel(path: str, profile: Profile) -> Message:
    """Advise to write the label anew, unless that is for somebody else to do."""
    if profile.role == "propagator":
        return decide(path)
    options = ("--in-place", "--implicit-only", "--replace", *_producer(profile))
    return _typed("label", *options, path=path)


def show(path: str, profile: Profile) -> Message:
    """Advise to put the explicit label in."""
    if profile.explicit == "required" and _is_known(profile):
        return _typed("check", "--fix", path=path)
    options = ("--in-place", "--explicit-only")
    return _typed("label", *options, *_style(profile), path=path)


def redraw(path: str) -> Message:
    """Advise to draw the explicit label anew, for a drawn one does not go away again."""
    command = _command("verify", "--explain", "explained", path=path)
    return Message("label the unlabelled original anew; to see what was seen: {command}", command)


def look(path: str) -> Message:
    """Advise a person to look."""
    return _typed("verify", "--explain", "explained", path=path)


def read(path: str) -> Message:
    """Advise to find out whose label it is."""
    command = _command("read", path=path)
    return Message("find out whose it is, and declare that producer: {command}", command)


def distrust(path: str) -> Message:
    """Advise not to trust a label whose signature does not hold."""
    command = _command("verify", path=path)
    return Message("get it from its source again; what its signature covers: {command}", command)


def propagate(path: str, profile: Profile, *, other: bool = False) -> Message:
    """Advise to write the propagator's part; over another propagator's only by its own option."""
    if profile.propagator is not None and not other:
        return _typed("check", "--fix", path=path)
    options = ("--in-place", "--propagator", profile.propagator or "CODE")
    return _typed("propagate", *options, *(["--replace-propagator"] if other else ()), path=path)


def decide(path: str) -> Message:
    """Advise to ask for the decision of a platform."""
    return _typed("decide", path=path)


def declare(path: str) -> Message:
    """Advise to declare what is true."""
    pattern = quoted(literal(path))
    return Message(
        "declare what is true: [[paths]] match = [{pattern}], ai = …", {"pattern": pattern}
    )


def other_format(path: str) -> Message:
    """Advise to choose a format that can hold the label."""
    command = _command("formats")
    return Message(
        "publish {path} in a format that holds one: {command}", {**command, "path": path}
    )


def unreadable(path: str) -> Message:
    """Advise to make the file again."""
    return Message(
        "make {path} again from its source, in a format that ailabel reads", {"path": path}
    )


def _typed(name: str, *options: str, path: str) -> Message:
    return Message("type: {command}", _command(name, *options, path=path))


def _command(name: str, *options: str, path: str | None = None) -> dict[str, object]:
    words = ["ailabel", name, *options]
    if path is not None:
        words.append(f"./{path}" if path.startswith("-") else path)
    return {"command": shlex.join(words)}


def _is_known(profile: Profile) -> bool:
    """Say whether enough is declared for ``--fix``."""
    return profile.producer is not None and profile.role == "producer"


def _producer(profile: Profile) -> tuple[str, str]:
    return "--producer", profile.producer or "CODE"


def _style(profile: Profile) -> tuple[str, ...]:
    return ("--style", profile.style) if profile.style else ()
