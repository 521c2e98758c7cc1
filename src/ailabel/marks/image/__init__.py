"""The explicit label on pictures, one module a format."""
