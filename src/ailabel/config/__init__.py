"""What people write down: styles of labels, and what the gate asks of which files."""

from ailabel.config.style import read_style

__all__ = ["read_style"]
