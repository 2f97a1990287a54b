"""What steps tell scikit-learn about themselves."""

from __future__ import annotations

from typing import Any

from sklearn.utils import ClassifierTags


class AllowsMissing:
    """Mix in before ``BaseEstimator``: the step takes tables with missing values (NaN)."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = True
        return tags


class NeedsTwoClasses:
    """Mix in before ``BaseEstimator``: the step learns from a target of two classes."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.target_tags.required = True
        tags.classifier_tags = ClassifierTags(multi_class=False)
        return tags


class NeedsClasses:
    """Mix in before ``BaseEstimator``: the step learns from a target of two or more classes."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.target_tags.required = True
        tags.classifier_tags = ClassifierTags()
        return tags


class NeedsTarget:
    """Mix in before ``BaseEstimator``: the step learns from a target, whether classes or numbers."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.target_tags.required = True
        return tags
