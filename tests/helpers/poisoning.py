"""A small cohort, the same with garbage in some of its rows, and a step that looks where it must not."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import collected

SITES = ["Aachen", "Bonn", "Celle"]


def make_cohort():
    rng = np.random.default_rng(8)
    patient = np.repeat(np.arange(36), 2)
    y = rng.permutation(np.arange(36) % 3 == 0).astype(int)[patient]
    X = rng.normal(size=(72, 25))
    X[:, :4] += y[:, None]
    X[rng.random(X.shape) < 0.03] = np.nan
    with collected():
        return cohort_from_arrays(X, y, groups=patient, sites=np.array(SITES)[patient % 3])


def garbage(X, rows):
    """Return the table with numbers in these rows that no feature has."""
    X = X.copy()
    X.iloc[rows] = np.random.default_rng(0).normal(1e6, 1e5, (len(rows), X.shape[1]))
    return X


def other_sites(site, rows):
    site = site.copy()
    site[rows] = np.roll(SITES, 1)[np.searchsorted(SITES, site[rows])]
    return site


def poisoned(cohort, rows):
    """Return the cohort with garbage as features, flipped labels and another site in these rows."""
    y = cohort.y.copy()
    y[rows] = 1 - y[rows]
    site = None if cohort.site is None else other_sites(cohort.site, rows)
    return replace(cohort, X=garbage(cohort.X, rows), y=y, site=site)


def write_repeats(path, cohort, poison=()):
    """Write a table of repeats in which later columns agree less; of some patients it is garbage."""
    rng = np.random.default_rng(4)
    patients, columns = np.unique(cohort.patient), list(cohort.X.columns)
    true = rng.normal(size=(len(patients), len(columns)))
    tables = []
    for repeat in ("reader 1", "reader 2"):
        values = true + rng.normal(size=true.shape) * np.linspace(0.05, 3, len(columns))
        values[np.isin(patients, poison)] = 1e6 * np.random.default_rng(0).normal(size=len(columns))
        known = {"patient_id": patients, "roi": "L1", "repeat": repeat}
        tables.append(pd.DataFrame(values, columns=columns).assign(**known))
    pd.concat(tables).to_csv(path, index=False)


class LeakyScale(TransformerMixin, BaseEstimator):
    """Scales by all rows, as code does that scales before it splits."""

    table: ClassVar[np.ndarray]

    def fit(self, X, y=None):
        self.mean_ = np.nanmean(LeakyScale.table, axis=0)
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.asarray(X) - self.mean_

    def get_feature_names_out(self, input_features=None):
        return np.asarray(input_features, dtype=object)
