"""Many files: the same work in this process, or in several."""
