"""Columns of a synthetic study: how much each follows the latent density, and how they correlate beyond it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Form = Literal["number", "whole", "skewed", "sex", "yes_no"]


@dataclass(frozen=True)
class Columns:
    """Columns that share a source of noise.

    Attributes
    ----------
    names : tuple of str
    loadings : mapping of str to float
        Correlation of a column with the density, in (-1, 1); columns that are not named have none.
    correlation : float
        Of the noise of two columns, in [0, 1).
    per : {"row", "patient"}
        Whether a patient's rows have values of their own, or one in common.
    form : {"number", "whole", "skewed", "sex", "yes_no"}
        Numbers; rounded ones; numbers whose logarithm is normal; F (the lower half of the density's side) or M; yes or no.
        Rounding and halving lose information, so that a ceiling is then an upper bound.
    mean, sd : float or None
        In the column's own units; drawn by chance where None.
    """

    names: tuple[str, ...]
    loadings: Mapping[str, float] = field(default_factory=dict)
    correlation: float = 0.0
    per: Literal["row", "patient"] = "row"
    form: Form = "number"
    mean: float | None = None
    sd: float | None = None

    def information(self, names: Collection[str], patient_share: float = 1.0) -> float:
        """Return what some of the columns tell of a row's density, in units of one over its variance.

        With loadings a and noise of covariance Σ it is aᵀΣ⁻¹a; Σ has the variances 1 − a² and the correlation ρ. What
        belongs to the patient follows a row's density by √``patient_share`` times its loading.
        """
        taken = [name for name in self.names if name in names]
        if not taken:
            return 0.0
        loading = self._loadings(taken) * (math.sqrt(patient_share) if self.per == "patient" else 1.0)
        spread = np.sqrt(1 - loading**2)
        shared = np.full((len(taken), len(taken)), self.correlation) + (1 - self.correlation) * np.eye(
            len(taken)
        )
        scaled = loading / spread
        return float(scaled @ np.linalg.solve(shared, scaled))

    def draw(self, rng: np.random.Generator, density: FloatArray) -> FloatArray:
        """Draw standard values for each density, shape (n, n_columns)."""
        loading = self._loadings(self.names)
        common = rng.standard_normal((len(density), 1))
        own = rng.standard_normal((len(density), len(self.names)))
        noise = math.sqrt(self.correlation) * common + math.sqrt(1 - self.correlation) * own
        return np.asarray(density[:, None] * loading + np.sqrt(1 - loading**2) * noise, dtype=np.float64)

    def in_units(self, rng: np.random.Generator, values: FloatArray) -> npt.NDArray[np.object_] | FloatArray:
        """Give standard values the units and the form of the columns."""
        if self.form in ("sex", "yes_no"):
            words = ("F", "M") if self.form == "sex" else ("no", "yes")
            return np.where(values > 0, words[1], words[0]).astype(object)
        scale = 10.0 ** rng.uniform(-2, 3, len(self.names)) if self.sd is None else self.sd
        middle = scale * rng.uniform(-3, 3, len(self.names)) if self.mean is None else self.mean
        if self.form == "skewed":
            return np.asarray(middle * np.exp(values * scale / middle), dtype=np.float64)
        found = np.asarray(middle + scale * values, dtype=np.float64)
        return np.round(found) if self.form == "whole" else found

    def _loadings(self, names: Collection[str]) -> FloatArray:
        return np.array([self.loadings.get(name, 0.0) for name in names], dtype=np.float64)
