"""Phantoms, synthetic cohorts of known truth, and contract checks, for everyone's tests."""
