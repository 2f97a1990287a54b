"""What is reported of each task: columns of predictions, measures, and the rest of ``metrics.json``."""
