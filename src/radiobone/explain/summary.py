"""Mean absolute SHAP values per feature and fold."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def fold_means(table: pd.DataFrame, folds: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Mean absolute SHAP value of each feature in each fold.

    Parameters
    ----------
    table : DataFrame
        ``repeat, fold, feature, shap``.
    folds : sequence of (repeat, fold)
        All folds, also those in which no feature of the table was chosen.

    Returns
    -------
    DataFrame, shape (n_features, n_folds)
        NaN where a fold did not choose the feature.
    """
    columns = pd.MultiIndex.from_tuples(list(folds), names=["repeat", "fold"])
    sized = table.assign(size=table["shap"].abs())
    wide = sized.pivot_table(
        index="feature", columns=["repeat", "fold"], values="size", aggfunc="mean", observed=True
    )
    return wide.reindex(columns=columns).sort_index()


def summarise(means: pd.DataFrame) -> pd.DataFrame:
    """Rank features by their mean over folds, a fold that did not choose a feature counting as 0.

    Parameters
    ----------
    means : DataFrame, shape (n_features, n_folds)
        From ``fold_means``.

    Returns
    -------
    DataFrame
        ``feature, mean_abs_shap, sd, selection_rate``, largest first, then by name; ``sd`` is 0 for one fold.
    """
    filled = means.fillna(0.0)
    table = pd.DataFrame(
        {
            "feature": means.index.astype(str),
            "mean_abs_shap": filled.mean(axis=1).to_numpy(),
            "sd": filled.std(axis=1, ddof=1).fillna(0.0).to_numpy(),
            "selection_rate": means.notna().mean(axis=1).to_numpy(),
        }
    )
    return table.sort_values(["mean_abs_shap", "feature"], ascending=[False, True], ignore_index=True)
