"""Feature selectors, one per module, each a scikit-learn estimator."""
