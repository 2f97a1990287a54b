"""Values that are missing more often, or less, than in training."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import fisher_exact


@dataclass(frozen=True)
class Missingness:
    """Share of missing values, new and in training.

    Attributes
    ----------
    share, training_share : float
    p_value : float
        Fisher's exact test of the two; rows of one patient count once.
    """

    share: float
    training_share: float
    p_value: float

    @property
    def change(self) -> float:
        """New share less that of training."""
        return self.share - self.training_share


def missingness(
    n_missing: int, n_rows: int, training_missing: int, training_rows: int, *, effect: float = 1.0, before: float = 1.0
) -> Missingness:  # fmt: skip
    """Compare shares of missing values.

    Parameters
    ----------
    n_missing, n_rows, training_missing, training_rows : int
        Rows without a value, and all rows, at least one each.
    effect, before : float
        Rows of one patient: how many times fewer are independent, among the new ones and in training.
    """
    if n_missing == training_missing == 0:
        return Missingness(0.0, 0.0, 1.0)
    table = [
        [round(n_missing / effect), round((n_rows - n_missing) / effect)],
        [round(training_missing / before), round((training_rows - training_missing) / before)],
    ]
    p_value = float(fisher_exact(table).pvalue)
    return Missingness(n_missing / n_rows, training_missing / training_rows, p_value)
