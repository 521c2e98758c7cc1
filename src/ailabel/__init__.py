"""Label AI-generated content and verify its labels (GB 45438-2025)."""

__version__ = "0.1.0"
