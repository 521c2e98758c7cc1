"""Independent readers: what ailabel writes is read by the world."""
