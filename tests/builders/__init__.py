"""Minimal valid files, made by hand from each format's document."""
