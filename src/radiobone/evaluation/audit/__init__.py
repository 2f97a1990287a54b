"""Checks for leaks and confounding that no cross-validation can cure; one per module."""
