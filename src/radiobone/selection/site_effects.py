"""What a site adds to features and how it stretches them, shrunk towards what it does to all features alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from radiobone.core.errors import BadSetting
from radiobone.selection.ranking import FloatArray

TOLERANCE = 1e-10  # relative; the published programs stop at 1e-4
MAX_ITERATIONS = 10_000
ALIKE = 1e-20  # variances of all features that differ by less, relatively, tell nothing of their spread
Effect = tuple[FloatArray, FloatArray]


def site_effect(z: FloatArray, prior: str, *, mean_only: bool = False) -> Effect:
    """Estimate shift and variance of each feature at one site.

    Parameters
    ----------
    z : ndarray of float, shape (n_rows, n_features)
        The site's rows, in standard deviations about what is expected of them at no site in particular.
    prior : {"parametric", "nonparametric", "none"}
        How the features of the site learn from each other; ``none``: not at all.
    mean_only : bool
        Whether the variance is taken as 1.

    Returns
    -------
    shift, variance : ndarray of float, shape (n_features,)
        In standard deviations; as a multiple of the pooled variance.

    Raises
    ------
    BadSetting
        If the parametric estimate does not settle.

    References
    ----------
    Johnson, Li and Rabinovic 2007, Biostatistics 8(1):118-127. ``mean_only`` shrinks as the R package sva does.
    """
    mean = z.mean(axis=0)
    variance = np.ones_like(mean) if mean_only else z.var(axis=0, ddof=1)
    if len(mean) < 2:
        return mean, variance  # a feature alone has none to learn from
    if mean_only and prior == "parametric":
        towards, trust = mean.mean(), mean.var(ddof=1)
        return (trust * mean + towards) / (trust + 1.0), variance
    return PRIORS[prior](mean, variance, len(z))


def _as_measured(mean: FloatArray, variance: FloatArray, _n_rows: int) -> Effect:
    return mean, variance


def _parametric(mean: FloatArray, variance: FloatArray, n_rows: int) -> Effect:
    """Posterior of a normal shift and an inverse gamma variance whose moments are those over features."""
    towards, trust = mean.mean(), mean.var(ddof=1)
    middle, scatter = variance.mean(), variance.var(ddof=1)
    if scatter <= ALIKE * middle**2:
        return (trust * n_rows * mean + variance * towards) / (trust * n_rows + variance), variance
    a = 2.0 + middle**2 / scatter
    b = middle + middle**3 / scatter
    shift, spread = mean, variance
    for _ in range(MAX_ITERATIONS):
        new_shift = (trust * n_rows * mean + spread * towards) / (trust * n_rows + spread)
        squares = (n_rows - 1) * variance + n_rows * np.square(mean - new_shift)
        new_spread = (0.5 * squares + b) / (0.5 * n_rows + a - 1.0)
        settled = _close(new_shift, shift) and _close(new_spread, spread)
        shift, spread = new_shift, new_spread
        if settled:
            return shift, spread
    raise BadSetting(
        f"The site effects of combat did not settle in {MAX_ITERATIONS} iterations over {len(mean)} features. Features of "
        "hugely different tails do this: scale or drop them first, or set prior: none."
    )


def _close(new: FloatArray, old: FloatArray) -> bool:
    return bool(np.all(np.abs(new - old) <= TOLERANCE * np.maximum(np.abs(old), TOLERANCE**0.5)))


def _nonparametric(mean: FloatArray, variance: FloatArray, n_rows: int) -> Effect:
    """Mean over the other features' estimates, weighted by how likely each makes the feature's values."""
    squares = (n_rows - 1) * variance
    shift, spread = np.empty_like(mean), np.empty_like(variance)
    for feature in range(len(mean)):
        distance = squares[feature] + n_rows * np.square(mean[feature] - mean)
        likelihood = -0.5 * (n_rows * np.log(variance) + distance / variance)
        likelihood[feature] = -np.inf
        weight = np.exp(likelihood - likelihood.max())
        weight /= weight.sum()
        shift[feature], spread[feature] = weight @ mean, weight @ variance
    return shift, spread


PRIORS: Mapping[str, Callable[[FloatArray, FloatArray, int], Effect]] = {
    "parametric": _parametric,
    "nonparametric": _nonparametric,
    "none": _as_measured,
}
