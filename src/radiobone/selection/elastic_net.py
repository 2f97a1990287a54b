"""Columns that an elastic net keeps: groups that correlate come in together."""

from __future__ import annotations

from radiobone.selection.arguments import check_within
from radiobone.selection.lasso import LassoSelector


class ElasticNetSelector(LassoSelector):
    """Keep the columns with a coefficient in an elastic net: logistic for classes, linear for numbers.

    As ``LassoSelector``, with the penalty λ (``l1_ratio`` ‖β‖₁ + (1 - ``l1_ratio``)/2 ‖β‖₂²): where columns
    correlate, the LASSO keeps one by chance and the elastic net keeps several.

    Parameters
    ----------
    l1_ratio : float
        Share of the L1 part, in [0.05, 1]; 1 is the LASSO. Give several values to search over.
    rule : {"min", "1se"}
        λ with the smallest deviance, or the largest whose deviance is within one standard error of it.
    n_lambdas : int
        Length of the path.
    smallest_ratio : float
        Last λ of the path over the first, in (0, 1).
    n_folds : int
        Lowered to the number of rows (or groups) of the rarer class.
    min_features : int
        If the chosen λ keeps fewer, a smaller λ is taken.
    max_features : int or None
        If it keeps more, those with the largest standardised coefficients.
    random_state : int
        For shuffling rows into folds.
    target : {"auto", "class", "number"}
        What ``y`` is; see ``LassoSelector``, as for the attributes.

    References
    ----------
    Zou and Hastie 2005, Journal of the Royal Statistical Society B 67:301.
    """

    def __init__(
        self,
        l1_ratio: float = 0.5,
        rule: str = "min",
        n_lambdas: int = 50,
        smallest_ratio: float = 0.01,
        n_folds: int = 5,
        min_features: int = 1,
        max_features: int | None = None,
        random_state: int = 0,
        target: str = "auto",
    ) -> None:
        super().__init__(
            rule, n_lambdas, smallest_ratio, n_folds, min_features, max_features, random_state, target
        )
        self.l1_ratio = l1_ratio

    @property
    def _l1_ratio(self) -> float:
        return self.l1_ratio

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_within("l1_ratio", self.l1_ratio, 0.05, 1.0)
