"""Label the files that other projects test themselves with: ``make nightly``."""
