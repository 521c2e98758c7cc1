"""Measure ailabel beside other tools, in one run, as ratios: ``make bench``."""
