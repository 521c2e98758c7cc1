"""The gate: which files of a tree must not be published as they are, and why."""
