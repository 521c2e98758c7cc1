"""The only code that prints, reads arguments or the environment, or exits."""
