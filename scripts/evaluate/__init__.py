"""What the verifier finds and measures, on generated content of known truth (``make evaluate``)."""
