"""Values without input or output: what a label, a format and a report are."""
