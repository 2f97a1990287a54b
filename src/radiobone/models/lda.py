"""Linear discriminant analysis with a shrunken covariance, which few rows need.

Both classes count alike. Shrinkage is that of Ledoit and Wolf (``auto``), or a fixed share.
"""

from __future__ import annotations

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from radiobone.models.family import ModelFamily


def make(seed: int) -> LinearDiscriminantAnalysis:
    """Return the discriminant; nothing in it is random, so the seed has no effect."""
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=[0.5, 0.5])


LDA = ModelFamily("lda", "Linear discriminant analysis", make, {"shrinkage": ["auto", 0.3, 0.9]})
