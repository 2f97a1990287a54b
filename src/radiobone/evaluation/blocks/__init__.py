"""Named sets of columns, learned from together or each by a model of its own."""
