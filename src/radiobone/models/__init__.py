"""Model families, one per module: an estimator and its search space."""
