"""Interactions of features in models of trees, gathered over the folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from radiobone.explain.weights import LOG_ODDS
from radiobone.report.data import ResultData
from radiobone.report.pipeline_words import model_title
from radiobone.report.shap_features import FeatureShap


@dataclass(frozen=True, eq=False)
class PairGroup:
    """Interactions on one scale.

    Attributes
    ----------
    in_log_odds : bool
        Whether they are of log odds, as those of boosted trees with two classes, or on the scale of the SHAP values.
    pairs : DataFrame
        Rows of ``interactions.parquet``.
    """

    in_log_odds: bool
    pairs: pd.DataFrame

    @property
    def n_folds(self) -> int:
        """How many folds have them."""
        return len(self.pairs[["repeat", "fold"]].drop_duplicates())

    @property
    def titles(self) -> str:
        """Model families in words."""
        return ", ".join(sorted({model_title(str(name)) for name in self.pairs["model"]}))

    def strongest(self) -> pd.DataFrame:
        """Return ``feature, other, mean, rate``, strongest first; a fold without the pair counts as 0."""
        sides = self.pairs[["feature", "other"]]
        named = self.pairs.assign(feature=sides.min(axis=1), other=sides.max(axis=1))
        groups = named.groupby(["feature", "other"], sort=True)["strength"]
        found = groups.agg(["sum", "size"]).reset_index()
        found["mean"], found["rate"] = found["sum"] / self.n_folds, found["size"] / self.n_folds
        order = ["mean", "feature", "other"]
        return found.sort_values(order, ascending=[False, True, True], ignore_index=True)


def pair_groups(pairs: pd.DataFrame | None) -> list[PairGroup]:
    """Return the interactions of each scale, that of most folds first."""
    if pairs is None:
        return []
    groups = pairs.groupby(pairs["scale"] == LOG_ODDS, sort=True)
    return sorted((PairGroup(bool(logged), rows) for logged, rows in groups), key=lambda one: -one.n_folds)


def partner_of(pairs: pd.DataFrame | None, feature: str) -> str | None:
    """Return the feature that interacts most with another, on the scale of most folds; None if none is known to."""
    groups = pair_groups(pairs)
    if not groups:
        return None
    strongest = groups[0].strongest()
    own = strongest[(strongest["feature"] == feature) | (strongest["other"] == feature)]
    if not len(own):
        return None
    first, second = str(own["feature"].iloc[0]), str(own["other"].iloc[0])
    return second if first == feature else first


def with_partners(
    data: ResultData, ranked: Sequence[FeatureShap], *, most: int
) -> list[tuple[FeatureShap, FeatureShap | None]]:
    """Return the leading features, each with the one that interacts most with it, where that is known."""
    by_name = {one.name: one for one in ranked}
    return [(one, by_name.get(partner_of(data.pairs, one.name) or "")) for one in ranked[:most]]
