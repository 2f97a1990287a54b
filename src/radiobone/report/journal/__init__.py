"""Figures and tables for a manuscript."""
