"""One module a format family: where the implicit label sits, read and written as edits."""
