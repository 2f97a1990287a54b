"""Feature families, one per module, and the engine that runs them."""
