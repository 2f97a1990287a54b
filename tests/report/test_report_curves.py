"""ROC and precision-recall curves of the report, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from radiobone.report.curves import pr_band, roc_band

SCORES = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=4, max_size=40)


@settings(max_examples=40, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=5))
def test_area_under_the_mean_curve_is_the_mean_auc(folds):
    curves = [
        (np.array([y for y, _ in fold], dtype=int), np.array([s for _, s in fold], dtype=float))
        for fold in folds
    ]
    usable = [pair for pair in curves if len(set(pair[0].tolist())) == 2]
    band = roc_band(curves)
    assert band.n_curves == len(usable)
    if usable:
        area = np.trapezoid(band.mean, band.x)
        assert area == pytest.approx(np.mean([roc_auc_score(y, s) for y, s in usable]), abs=0.006)
        assert (np.diff(band.mean) >= -1e-12).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=5))
def test_area_under_the_mean_precision_recall_curve_is_the_mean_average_precision(folds):
    curves = [
        (np.array([y for y, _ in fold], dtype=int), np.array([s for _, s in fold], dtype=float))
        for fold in folds
    ]
    usable = [pair for pair in curves if len(set(pair[0].tolist())) == 2]
    band = pr_band(curves)
    assert band.n_curves == len(usable)
    if usable:
        fine = np.interp(np.linspace(0, 1, 2001), band.x, band.mean)
        area = np.trapezoid(fine, dx=1 / 2000)
        wanted = np.mean([average_precision_score(y, s) for y, s in usable])
        assert area == pytest.approx(wanted, abs=0.0025 * (1 + max(len(y) for y, _ in usable)))


def test_precision_at_each_recall_is_that_of_the_threshold_that_first_reaches_it():
    y, score = [1, 0, 1, 0, 0, 1], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    band = pr_band([(y, score)])
    found = dict(zip(np.round(band.x, 3), band.mean, strict=True))
    assert [found[x] for x in (0.0, 0.33, 0.34, 0.665, 0.67, 1.0)] == [1.0, 1.0, 2 / 3, 2 / 3, 0.5, 0.5]
