"""Whether new cases are like those that a model was trained on: one measure per module."""
