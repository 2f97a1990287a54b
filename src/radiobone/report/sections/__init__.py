"""Report sections, one per module."""
