"""Figures of the report, one per module; each takes plain data and returns a matplotlib figure."""
