"""Synthetic cohorts of the shape of published studies, whose truth is known."""
