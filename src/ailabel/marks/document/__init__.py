"""Explicit labels in documents, one module a format."""
