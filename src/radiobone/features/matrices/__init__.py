"""Counting kernels: grey levels in, matrices out."""
