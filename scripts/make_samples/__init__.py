"""Make the files of ``samples/``: pictures, sounds, texts and documents, all from formulas."""
