"""The default pipeline under the leak probes of the shared tools: noise stays noise, a planted signal is found and not overshot.

What is called is what a user calls, and the verdict is the tool's own. Three seeds here, two of the
largest cohorts, and the bands that go with so few; forty: ``benchmarks/leak_probes.py``.
"""

from __future__ import annotations

import importlib.util
import warnings

import pytest

from leak_adapter import default_pipeline
from radiobone.core.warnings import NoPatientIds, collected

SIGNALS = ("signal n100", "signal n200")
SEEDS = dict.fromkeys(["n60", "n100", "n100 20 % positive", "n200", "40 patients x 5", *SIGNALS], 3)
SEEDS |= dict.fromkeys(
    ["n100 20 % positive", "n200", "40 patients x 5", "signal n200"], 2
)  # the largest: 10 s and more of a processor each
pytestmark = [pytest.mark.slow, pytest.mark.shared_data, pytest.mark.timeout(1500)]


@pytest.fixture
def probes(shared_data):
    path = shared_data.parent / "tools" / "leak_probes.py"
    if not path.is_file():
        pytest.skip("the leak probes are not beside the data")
    spec = importlib.util.spec_from_file_location("leak_probes", path)
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():  # the tool silences all warnings for good
        spec.loader.exec_module(module)
    return module


def estimate(X, y, groups, seed):
    with collected() as warned:
        auc = default_pipeline(X, y, groups=groups, seed=seed)
    assert {type(one) for one in warned} <= {NoPatientIds}  # nothing serious is found in noise
    return auc


def verdict(probes, cohort, plugin, monkeypatch):
    """Let the tool check a plugin on one of its cohorts; of the others nothing is made or computed."""
    make, reference, nulls = probes.signal_cohort, probes.nested_auc, probes.NULLS
    left_out = (None, None, None, 0.5)
    with monkeypatch.context() as patch:
        patch.setattr(probes, "NULLS", {name: nulls[name] for name in nulls if name == cohort})
        patch.setattr(
            probes, "signal_cohort", lambda seed, n: make(seed, n) if f"signal n{n}" == cohort else left_out
        )
        patch.setattr(
            probes, "nested_auc", lambda X, y, seed: 0.5 if X is None else reference(X, y, seed=seed)
        )
        rows = probes.check(
            lambda X, y, groups, seed: 0.5 if X is None else plugin(X, y, groups, seed), SEEDS[cohort]
        )
    return next(row for row in rows if cohort in row[0])


@pytest.mark.parametrize("cohort", SEEDS)
def test_the_default_pipeline_passes(cohort, probes, monkeypatch):
    *found, passed = verdict(probes, cohort, estimate, monkeypatch)
    print(found)
    assert passed, found


def test_no_cohort_of_the_tool_is_left_out(probes):
    assert set(SEEDS) == {*probes.NULLS, *SIGNALS}


@pytest.mark.parametrize("cohort", SEEDS)
def test_a_plugin_that_overshoots_is_caught(cohort, probes, monkeypatch):
    if cohort in SIGNALS:  # the reference is not what it is judged against
        monkeypatch.setattr(probes, "nested_auc", lambda X, y, seed: 0.6)
    assert not verdict(probes, cohort, lambda *asked: 0.95, monkeypatch)[-1]
