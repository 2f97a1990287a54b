"""Image filters, one per module."""
