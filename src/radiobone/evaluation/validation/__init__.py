"""Frozen models on a cohort that had no part in making them."""
