"""How the label looks on pictures and films: its letters, size, place, and the ground below it."""
