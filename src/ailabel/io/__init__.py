"""Files: bounds-checked reading, edits as data, and the one protocol that replaces a file."""
