"""Signs of AI origin, or of protection, other than our label; one module a kind."""
