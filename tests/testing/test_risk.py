"""The ceiling of the AUC against simulation and against what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from radiobone.testing.risk import RiskLaw, demo_ceiling, rank_auc


def simulated(law: RiskLaw, n_patients: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    density = rng.normal(law.mean_mg_cm3, law.sd_mg_cm3, n_patients)
    return density, rng.random(n_patients) < law.risk(density)


@pytest.mark.parametrize(
    "law", [RiskLaw(), RiskLaw(softness_mg_cm3=40.0), RiskLaw(even_mg_cm3=70.0, softness_mg_cm3=5.0)]
)
def test_ceiling_and_prevalence_agree_with_simulation(law):
    density, label = simulated(law, 400_000, seed=0)
    assert demo_ceiling(law) == pytest.approx(roc_auc_score(label, -density), abs=0.004)
    assert law.prevalence() == pytest.approx(label.mean(), abs=0.004)


def test_demo_is_neither_hopeless_nor_trivial():
    assert 0.85 <= demo_ceiling() <= 0.90
    assert 0.35 <= RiskLaw().prevalence() <= 0.5


def test_certain_labels_have_a_ceiling_of_one_and_random_ones_of_a_half():
    assert demo_ceiling(RiskLaw(softness_mg_cm3=0.01)) == pytest.approx(1, abs=1e-3)
    assert demo_ceiling(RiskLaw(softness_mg_cm3=1e6)) == pytest.approx(0.5, abs=1e-4)


def test_soft_labels_have_a_closed_form_to_first_order():
    """With a flat curve, AUC = 1/2 + sd / (2 √π softness) to first order."""
    softness = 2000.0
    expected = 0.5 + 32.0 / (2 * np.sqrt(np.pi) * softness)
    law = RiskLaw(even_mg_cm3=112.0, softness_mg_cm3=softness)
    assert demo_ceiling(law) == pytest.approx(expected, abs=1e-6)


def test_no_noisy_reading_reaches_the_ceiling():
    density, label = simulated(RiskLaw(), 200_000, seed=1)
    blurred = density + np.random.default_rng(2).normal(0, 15, density.size)
    assert rank_auc(-blurred, label) < demo_ceiling() - 0.02


def test_rank_auc_is_the_auc():
    label = np.arange(200) % 3 == 0
    score = np.round(np.random.default_rng(0).normal(label, 1.0), 1)  # with ties
    assert rank_auc(score, label) == pytest.approx(roc_auc_score(label, score))
    assert rank_auc(np.zeros(200), label) == 0.5
