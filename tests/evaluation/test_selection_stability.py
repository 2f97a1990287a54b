"""Nogueira's index against the authors' own program, Fleiss' kappa, Kuncheva's index and simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from radiobone.evaluation.selection_stability import selection_stability

ROW, COLUMN = np.arange(10)[:, None], np.arange(12)[None, :]
TABLE = np.less((ROW * 7 + COLUMN * 5 + ROW * COLUMN) % 11, 3 + (COLUMN < 4) * 4)


def test_equals_the_authors_program():
    """``getStability`` and ``confidenceIntervals`` of github.com/nogueirs/JMLR2018 (Python); the value is also
    Fleiss' kappa with features as subjects (statsmodels 0.15.0: 0.0829346092503987)."""
    found = selection_stability(TABLE)
    assert found.value == pytest.approx(0.08293460925039864, abs=1e-12)
    assert found.low == pytest.approx(-0.025941578029745158, abs=1e-9)
    assert found.high == pytest.approx(0.19181079653054245, abs=1e-9)


def test_of_equal_sizes_it_is_kunchevas_index():
    rng = np.random.default_rng(0)
    sets = [set(rng.choice(20, 5, replace=False).tolist()) for _ in range(6)]
    pairs = [(len(a & b) - 25 / 20) / (5 - 25 / 20) for a, b in itertools.combinations(sets, 2)]
    table = [[name in one for name in range(20)] for one in sets]
    assert selection_stability(table).value == pytest.approx(np.mean(pairs))


def test_the_same_selection_everywhere_is_one():
    table = np.tile(np.arange(10) < 3, (5, 1))
    found = selection_stability(table)
    assert (found.value, found.low, found.high) == (pytest.approx(1), pytest.approx(1), pytest.approx(1))


@pytest.mark.parametrize("table", [np.zeros((4, 5)), np.ones((4, 5)), np.ones((1, 5)) * [1, 0, 0, 0, 1]])
def test_without_a_choice_there_is_no_index(table):
    assert selection_stability(table).value is None


def test_interval_covers_the_truth():
    """Each feature is chosen on its own with a known chance; the index then has a known limit."""
    chance = np.repeat([0.9, 0.1], [5, 45])
    mean = chance.mean()
    truth = 1 - (chance * (1 - chance)).mean() / (mean * (1 - mean))
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        found = selection_stability(rng.random((30, 50)) < chance)
        covered += found.low <= truth <= found.high
    assert 180 <= covered <= 200
