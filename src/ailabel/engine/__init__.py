"""Plan, execute, verify: what a label request does to a file and what a file is worth."""
