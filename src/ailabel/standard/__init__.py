"""What the rules say, as tables; the only home of clause numbers."""
