"""What a process that looks into files has to know, so that several can work for one run."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from ailabel.config import load
from ailabel.values import frozen

if TYPE_CHECKING:
    from ailabel.config import Configuration
    from ailabel.gate.look import Looker
    from ailabel.gate.looked import Looked
    from ailabel.gate.options import GateOptions

__all__ = ["Terms", "look_in_worker"]


@frozen(kw_only=True)
class Terms:
    """What a process that looks into files has to know.

    Args:
        root: the folder that paths count from.
        config: as in `GateOptions`.
        isolated: as in `GateOptions`.
        settings: as in `GateOptions`, as JSON.
        implicit_only: as in `GateOptions`.
        reports: as in `GateOptions`.
        fix: as in `GateOptions`.
    """

    root: str
    config: str | None
    isolated: bool
    settings: str
    implicit_only: bool
    reports: bool
    fix: bool

    @staticmethod
    def of(root: str, options: GateOptions) -> Terms:
        """Return the terms of a run."""
        return Terms(
            root=root,
            config=options.config,
            isolated=options.isolated,
            settings=json.dumps(dict(options.settings)),
            implicit_only=options.implicit_only,
            reports=options.reports,
            fix=options.fix,
        )

    def load(self) -> Configuration:
        """Prepare the configuration."""
        return load(
            self.root,
            config=self.config,
            isolated=self.isolated,
            options=json.loads(self.settings),
        )

    def looker(self, configuration: Configuration) -> Looker:
        """Return what looks into files, for a `with` statement."""
        from ailabel.gate.eyes import Eyes
        from ailabel.gate.look import Looker

        return Looker(
            root=self.root,
            configuration=configuration,
            eyes=Eyes(),
            implicit_only=self.implicit_only,
            reports=self.reports,
            fix=self.fix,
        )


def look_in_worker(terms: Terms, path: str) -> Looked:
    """Look into a file, in a process that works for one run alone."""
    return _looker(terms).path(path)


@lru_cache(maxsize=1)
def _looker(terms: Terms) -> Looker:
    return terms.looker(terms.load())
