"""What people write down: styles of labels, and what the gate asks of which files.

A run of the gate asks `load` once, and what that returns for each file::

    from ailabel.config import load

    configuration = load("/the/root", config=None, isolated=False, options={"deep": True})
    configuration.run                             # Run: baseline, cache, jobs, manifests
    configuration.selects("ai/a.png")             # include and exclude; holds for named files too
    configuration.profile("ai/a.png")             # Profile, from configurations and manifests
    configuration.profile("a.md", format="markdown", view=view)  # and from the file itself

Paths count from the root, with ``/``, or are absolute. Profiles of files for which the same is said
are one object. `ConfigError` lists every problem; what a file says wrongly of itself comes from
`profile`, and is an error of that file alone.

What comes later wins, key by key: defaults; the top of the configuration; tables ``[[paths]]`` in
their order; manifests; what the file says of itself; the command line. The configuration is the
nearest above the file, and no other is merged into it but those that it names by ``extend``, whose
tables come before its own. Rules in ``per-file-ignores`` add to those in ``ignore``.
"""

from typing import TYPE_CHECKING

from ailabel.config.profile import Origin, Profile
from ailabel.config.resolve import Configuration, Run, load

if TYPE_CHECKING:
    from ailabel.config.style import read_style

__all__ = ["Configuration", "Origin", "Profile", "Run", "load", "read_style"]


def __getattr__(name: str) -> object:
    if name != "read_style":
        raise AttributeError(f"module 'ailabel.config' has no attribute {name!r}")
    from ailabel.config.style import read_style

    return read_style
