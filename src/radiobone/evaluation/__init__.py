"""Nested cross-validation, its metrics and intervals, and the final model."""
