"""Local regression: Cleveland's loess of one variable, prepared once and applied to many weightings of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
SPAN = 0.75
N_POINTS = 64
NEVER_ZERO = 1e-12


@dataclass(frozen=True, eq=False)
class Loess:
    """Local quadratic regression at some points, linear between them.

    At each point the nearest ``span`` of the rows are weighted by the tricube of their distance over that of the
    farthest of them, as in R's ``loess`` with its defaults (degree 2, span 0.75) and ``surface = "direct"``.
    Neighbourhoods are those of the rows given; weights of rows change the fit, not the neighbourhoods.

    Attributes
    ----------
    x : numpy.ndarray of float, shape (n_rows,)
        Of each row.
    at : numpy.ndarray of float, shape (n_points,)
        Where the regression is made, ascending.
    offset, kernel : numpy.ndarray of float, shape (n_points, n_rows)
        Distance over that of the farthest neighbour, with its sign, and weight.
    """

    x: FloatArray
    at: FloatArray
    offset: FloatArray
    kernel: FloatArray

    def curve(self, y: npt.ArrayLike, weights: FloatArray) -> FloatArray:
        """Fit under each weighting of the rows.

        Parameters
        ----------
        y : array-like of float, shape (n_rows,)
            Outcome.
        weights : numpy.ndarray of float, shape (n_weightings, n_rows)
            How much each row counts.

        Returns
        -------
        numpy.ndarray of float, shape (n_weightings, n_points)
            NaN at points none of whose neighbours count.
        """
        outcome = np.asarray(y, dtype=float)
        moments = np.stack([weights @ (self.kernel * self.offset**power).T for power in range(5)], axis=-1)
        right = np.stack(
            [weights @ (self.kernel * self.offset**power * outcome).T for power in range(3)], axis=-1
        )
        normal = np.stack([moments[..., power : power + 3] for power in range(3)], axis=-2)
        inverse = np.linalg.pinv(normal, rcond=1e-10, hermitian=True)
        fitted = (inverse[..., 0, :] * right).sum(axis=-1)
        return np.where(moments[..., 0] > 0, fitted, np.nan)

    def at_rows(self, curve: FloatArray) -> FloatArray:
        """Read curves of shape (n_weightings, n_points) at the rows: shape (n_weightings, n_rows)."""
        if len(self.at) == 1:
            return np.repeat(curve, len(self.x), axis=1)
        right = np.clip(np.searchsorted(self.at, self.x), 1, len(self.at) - 1)
        share = (self.x - self.at[right - 1]) / (self.at[right] - self.at[right - 1])
        return np.asarray(curve[:, right - 1] * (1 - share) + curve[:, right] * share, dtype=float)


def prepare_loess(x: npt.ArrayLike, *, span: float = SPAN, n_points: int = N_POINTS) -> Loess:
    """Find the neighbourhoods.

    Parameters
    ----------
    x : array-like of float, shape (n_rows,)
        Of each row.
    span : float
        Share of the rows in each neighbourhood.
    n_points : int
        At most so many points, evenly spread over the sorted distinct values, both ends among them; all distinct
        values if there are fewer.

    References
    ----------
    Cleveland WS, Devlin SJ. Locally weighted regression. J Am Stat Assoc 83, 1988.
    """
    values = np.asarray(x, dtype=float)
    distinct = np.unique(values)
    chosen = np.unique(np.rint(np.linspace(0, len(distinct) - 1, min(n_points, len(distinct)))).astype(int))
    at = distinct[chosen]
    away = values[None, :] - at[:, None]
    n_near = max(int(len(values) * span + 1e-5), 1)
    reach = np.partition(np.abs(away), n_near - 1, axis=1)[:, n_near - 1 : n_near]
    offset = away / np.maximum(reach, NEVER_ZERO)
    kernel = np.clip(1 - np.abs(offset) ** 3, 0.0, None) ** 3
    return Loess(values, at, np.clip(offset, -1.0, 1.0), kernel)
