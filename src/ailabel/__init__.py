"""Label AI-generated content and verify its labels (GB 45438-2025).

The public names; everything behind them is loaded when it is first used, and importing this module
loads no third-party package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ailabel.api import (
        carry,
        carry_bytes,
        decide,
        decide_async,
        decide_bytes,
        decide_bytes_async,
        diff,
        export,
        label,
        label_async,
        label_bytes,
        label_bytes_async,
        label_text,
        plan,
        propagate,
        propagate_async,
        propagate_bytes,
        propagate_bytes_async,
        read,
        read_async,
        read_bytes,
        read_bytes_async,
        recover,
        restore,
        verify,
        verify_async,
        verify_bytes,
        verify_bytes_async,
    )
    from ailabel.config import read_style
    from ailabel.engine.decide import DecideOptions
    from ailabel.engine.export import Grant
    from ailabel.engine.options import VerifyOptions
    from ailabel.engine.propagate import PropagateSpec
    from ailabel.engine.recover import Match, Recovery
    from ailabel.engine.spec import LabelSpec
    from ailabel.errors import (
        AilabelError,
        ConfigError,
        LabelError,
        LedgerError,
        LimitExceededError,
        MalformedFileError,
        MissingExtraError,
        PlanError,
        PluginError,
        SealError,
        UnsupportedFormatError,
    )
    from ailabel.gate.options import GateChoice, GateOptions
    from ailabel.gate.run import GateRun, check
    from ailabel.io.atomic import WriteOptions
    from ailabel.io.source import Limits
    from ailabel.ledger import Ledger
    from ailabel.marks.scene import SceneOverlay, scene_overlay
    from ailabel.messages import Message
    from ailabel.model.content_number import new_content_number
    from ailabel.model.decision import Clue, FileDecision
    from ailabel.model.gate import GateEnd, GateFile, GateFinding, Stale, Standing
    from ailabel.model.provider import ProviderCode, ServiceType, parse_code
    from ailabel.model.record import AigcRecord, Label
    from ailabel.model.report import (
        Change,
        Check,
        FileReport,
        FoundLabel,
        FoundMention,
        FoundSighting,
        LabelDiff,
        LabelResult,
        Level,
        Mark,
        Outcome,
        Verdict,
    )
    from ailabel.model.seal import SealReport, SealResult
    from ailabel.model.trace import Claim, Trace, TraceStrength
    from ailabel.seal.keyfile import load_key
    from ailabel.seal.trust import load_trust
    from ailabel.spi import Look

_HOMES = {
    "api": (
        "carry",
        "carry_bytes",
        "decide",
        "decide_async",
        "decide_bytes",
        "decide_bytes_async",
        "diff",
        "export",
        "label",
        "label_async",
        "label_bytes",
        "label_bytes_async",
        "label_text",
        "plan",
        "propagate",
        "propagate_async",
        "propagate_bytes",
        "propagate_bytes_async",
        "read",
        "read_async",
        "read_bytes",
        "read_bytes_async",
        "recover",
        "restore",
        "verify",
        "verify_async",
        "verify_bytes",
        "verify_bytes_async",
    ),
    "config": ("read_style",),
    "engine.decide": ("DecideOptions",),
    "engine.export": ("Grant",),
    "engine.options": ("VerifyOptions",),
    "engine.propagate": ("PropagateSpec",),
    "engine.recover": ("Match", "Recovery"),
    "engine.spec": ("LabelSpec",),
    "errors": (
        "AilabelError",
        "ConfigError",
        "LabelError",
        "LedgerError",
        "LimitExceededError",
        "MalformedFileError",
        "MissingExtraError",
        "PlanError",
        "PluginError",
        "SealError",
        "UnsupportedFormatError",
    ),
    "ledger": ("Ledger",),
    "marks.scene": ("SceneOverlay", "scene_overlay"),
    "gate.options": ("GateChoice", "GateOptions"),
    "gate.run": ("GateRun", "check"),
    "io.atomic": ("WriteOptions",),
    "io.source": ("Limits",),
    "messages": ("Message",),
    "model.content_number": ("new_content_number",),
    "model.decision": ("Clue", "FileDecision"),
    "model.gate": ("GateEnd", "GateFile", "GateFinding", "Stale", "Standing"),
    "model.provider": ("ProviderCode", "ServiceType", "parse_code"),
    "model.record": ("AigcRecord", "Label"),
    "model.report": (
        "Change",
        "Check",
        "FileReport",
        "FoundLabel",
        "FoundMention",
        "FoundSighting",
        "LabelDiff",
        "LabelResult",
        "Level",
        "Mark",
        "Outcome",
        "Verdict",
    ),
    "model.seal": ("SealReport", "SealResult"),
    "model.trace": ("Claim", "Trace", "TraceStrength"),
    "seal.keyfile": ("load_key",),
    "seal.trust": ("load_trust",),
    "spi": ("Look",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AigcRecord",
    "AilabelError",
    "Change",
    "Check",
    "Claim",
    "Clue",
    "ConfigError",
    "DecideOptions",
    "FileDecision",
    "FileReport",
    "FoundLabel",
    "FoundMention",
    "FoundSighting",
    "GateChoice",
    "GateEnd",
    "GateFile",
    "GateFinding",
    "GateOptions",
    "GateRun",
    "Grant",
    "Label",
    "LabelDiff",
    "LabelError",
    "LabelResult",
    "LabelSpec",
    "Ledger",
    "LedgerError",
    "Level",
    "LimitExceededError",
    "Limits",
    "Look",
    "MalformedFileError",
    "Mark",
    "Match",
    "Message",
    "MissingExtraError",
    "Outcome",
    "PlanError",
    "PluginError",
    "PropagateSpec",
    "ProviderCode",
    "Recovery",
    "SceneOverlay",
    "SealError",
    "SealReport",
    "SealResult",
    "ServiceType",
    "Stale",
    "Standing",
    "Trace",
    "TraceStrength",
    "UnsupportedFormatError",
    "Verdict",
    "VerifyOptions",
    "WriteOptions",
    "carry",
    "carry_bytes",
    "check",
    "decide",
    "decide_async",
    "decide_bytes",
    "decide_bytes_async",
    "diff",
    "export",
    "label",
    "label_async",
    "label_bytes",
    "label_bytes_async",
    "label_text",
    "load_key",
    "load_trust",
    "new_content_number",
    "parse_code",
    "plan",
    "propagate",
    "propagate_async",
    "propagate_bytes",
    "propagate_bytes_async",
    "read",
    "read_async",
    "read_bytes",
    "read_bytes_async",
    "read_style",
    "recover",
    "restore",
    "scene_overlay",
    "verify",
    "verify_async",
    "verify_bytes",
    "verify_bytes_async",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'ailabel' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"ailabel.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
