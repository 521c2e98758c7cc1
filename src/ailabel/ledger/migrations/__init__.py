"""The schema of the ledger, step by step; the steps ship with the package."""
