"""Model card and data card: what is known of a model and of its data, and what the author has to add."""
