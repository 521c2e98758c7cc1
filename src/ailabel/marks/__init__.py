"""Explicit labels, one package a medium: render and inspect."""
