"""The default pipeline under the leak probes of the shared tools: noise stays noise, a planted signal is found and not overshot.

All cohorts and 40 seeds, as a user calls it: ``benchmarks/leak_probes.py``. Here five seeds of the smallest cohorts, and
``nested_cv`` alone with one repeat, which is not explained.
"""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import NoPatientIds, collected
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline

SEEDS = 5
pytestmark = [pytest.mark.slow, pytest.mark.shared_data, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def probes(shared_data):
    path = shared_data.parent / "tools" / "leak_probes.py"
    if not path.is_file():
        pytest.skip("the leak probes are not beside the data")
    spec = importlib.util.spec_from_file_location("leak_probes", path)
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():  # the tool silences all warnings for good
        spec.loader.exec_module(module)
    return module


def once(spec):
    return spec.model_copy(update={"outer": spec.outer.model_copy(update={"repeats": 1})})


def estimate(X, y, groups, seed):
    with collected() as warned:
        cohort = cohort_from_arrays(X, y, groups=groups)
        result = nested_cv(cohort, once(load_pipeline("default")), seed=seed, show_progress=False).result
    assert {type(one) for one in warned} <= {NoPatientIds}  # nothing serious is found in noise
    return result.metrics["auc"].mean


def test_noise_stays_within_the_band(probes):
    found = [estimate(*probes.NULLS["n60"](seed), seed) for seed in range(SEEDS)]
    assert abs(np.mean(found) - 0.5) <= probes.band(probes.NULL_SD["n60"], SEEDS)


def test_a_planted_signal_is_found_and_not_overshot(probes):
    found, reference = [], []
    for seed in range(SEEDS):
        X, y, _, bayes = probes.signal_cohort(seed, 100)
        found.append(estimate(X, y, None, seed))
        reference.append(probes.nested_auc(X, y, seed=seed))
    spread = np.std(np.subtract(found, reference), ddof=1)
    assert np.mean(found) >= np.mean(reference) - 0.02 - probes.band(spread, SEEDS)
    assert np.mean(found) <= bayes + probes.band(np.std(found, ddof=1), SEEDS)
