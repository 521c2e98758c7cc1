"""Vendors' own schemes in JSON, which speak of AI and are no label (`standard.dialects`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ailabel.model.trace import RAW_MOST, Claim, Trace, TraceStrength
from ailabel.standard.dialects import trace_of
from ailabel.traces.named import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ailabel.io.source import View
    from ailabel.spi import Entry, Tracer

__all__ = ["TRACER"]

_SCHEMES: Final = {  # by the dialect: kind, and whose it is
    "bytedance-trace": ("bytedance", "ByteDance"),
    "tencent-cloud-legacy": ("tencent-cloud", "Tencent Cloud"),
}
_PRODUCT: Final = re.compile(r'"product"\s*:\s*"(\w{1,40})"|"source_info"\s*:\s*"(\w{1,40})"')
_GENERATED: Final = re.compile(
    r'"exportType"\s*:\s*"generation"|"aigc_(?:label_)?type"\s*:\s*"?[1-9]'
)


class _Schemes:
    """Looks for the schemes in every text that is an object, wherever it stands."""

    formats: Sequence[str] = ()

    def find(self, view: View, format_id: str, entries: Sequence[Entry]) -> Iterator[Trace]:
        """Find the schemes."""
        del view, format_id
        for entry in entries:
            scheme = trace_of(entry.text) if "{" in entry.text else None
            if scheme is not None and scheme.id in _SCHEMES:
                yield _trace(entry, *_SCHEMES[scheme.id])


TRACER: Final[Tracer] = _Schemes()


def _trace(entry: Entry, kind: str, vendor: str) -> Trace:
    claim = Claim.GENERATED
    product = vendor
    if kind == "bytedance":
        named = _PRODUCT.search(entry.text)
        product = f"{vendor} ({named[1] or named[2]})" if named else vendor
        claim = Claim.GENERATED if _GENERATED.search(entry.text) else Claim.TOOL
    return Trace(
        kind=kind,
        claim=claim,
        strength=TraceStrength.STATED,
        message=said(claim, product),
        product=product,
        location=entry.location[:RAW_MOST],
        offset=entry.offset,
        length=entry.length,
        raw=entry.text.encode("utf-8", "replace")[:RAW_MOST],
    )
