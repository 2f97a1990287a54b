"""Reporting checklists, filled in from a result folder as far as it holds the facts."""
