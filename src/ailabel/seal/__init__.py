"""What the reserved fields of a label hold: signatures, bindings to the content, and whose keys."""
