"""The field's studies as recipes: read, found by name, run on synthetic cohorts of their shape."""
