"""Outer and inner folds, one kind per module; every kind keeps patients whole."""

from radiobone.evaluation.splits.kfold import make_splits, smallest_class
from radiobone.evaluation.splits.split import Split, check_groups_whole

__all__ = ["Split", "check_groups_whole", "make_splits", "smallest_class"]
