"""Byte grammars that several modules use, ignorant of labels."""
