"""The ceilings of synthetic studies, against closed forms and against readers who know the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score

from radiobone.testing.risk import RiskLaw, demo_ceiling, rank_auc
from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign, draw_study
from radiobone.testing.studies.registry import STUDIES
from radiobone.testing.studies.truth import Population, Reference, Rule, auc_band, ceiling_auc


def small(**more):
    columns = {
        "a": Columns(("x", "y", "z"), {"x": 0.6, "z": -0.3}, correlation=0.5),
        "b": Columns(("w",), {"w": 0.4}),
    }
    plain = StudyDesign(
        "small", 20_000, columns, {"dxa": Reference(0.9)}, {"low": Rule(("dxa",), -0.5)}, {"all": "made up"}
    )
    return replace(plain, **more)


def test_a_density_seen_without_noise_has_the_ceiling_of_the_demo():
    law = RiskLaw()
    density, weight = Population().nodes()
    risk = law.risk(law.mean_mg_cm3 + law.sd_mg_cm3 * density)
    assert ceiling_auc(1e9, risk, density, weight) == pytest.approx(demo_ceiling(law), abs=1e-5)
    assert ceiling_auc(1e3, risk, density, weight) == pytest.approx(demo_ceiling(law), abs=1e-3)
    assert ceiling_auc(0.0, risk, density, weight) == 0.5


def test_two_classes_far_apart_have_the_ceiling_of_two_normals():
    """With two densities alone the columns are two normals, whose best AUC is Φ(Δ√J/√2)."""
    density, weight = np.array([-1.0, 0.5]), np.array([0.3, 0.7])
    found = ceiling_auc(0.8, np.array([1.0, 0.0]), density, weight, n_seen=4001)
    assert found == pytest.approx(norm.cdf(1.5 * np.sqrt(0.8) / np.sqrt(2)), abs=2e-4)


def test_a_reader_of_many_rows_reaches_the_ceiling_and_none_passes_it():
    design = small()
    table = draw_study(design, seed=1).table
    label = (table["low"] == "yes").to_numpy()
    for names in (["x", "y", "z", "w"], ["x", "y"], ["w"]):
        X = table[names].to_numpy(dtype=float)
        reached = roc_auc_score(label, LinearDiscriminantAnalysis().fit(X, label).decision_function(X))
        assert reached == pytest.approx(design.ceiling_auc("low", names), abs=0.01)
    assert design.ceiling_auc("low", ["y"]) == 0.5


def test_copies_of_noise_help_a_reader_and_more_columns_never_harm():
    design = small()
    assert design.information(["x", "y"]) > design.information(["x"]) > 0
    ceilings = [design.ceiling_auc("low", names) for names in (["w"], ["w", "x"], ["w", "x", "z"])]
    assert ceilings == sorted(ceilings)


def test_one_of_two_references_is_enough():
    references = {"spine": Reference(0.8), "hip": Reference(0.6)}
    rule = Rule(("spine", "hip"), -1.0)
    density = np.array([-2.0, 0.0, 2.0])
    both = rule.risk(references, density)
    one = Rule(("spine",), -1.0).risk(references, density)
    assert (both > one).all()
    assert rule.labels({"spine": np.array([-2.0, 0.0]), "hip": np.array([0.0, 0.0])}).tolist() == [
        True,
        False,
    ]


def test_a_number_is_predicted_no_better_than_its_share():
    design = small(numbers=("dxa",))
    table = draw_study(design, seed=2).table
    X = np.column_stack([np.ones(len(table)), table[["x", "y", "z", "w"]].to_numpy(dtype=float)])
    weights, *_ = np.linalg.lstsq(X, table["dxa"].to_numpy(), rcond=None)
    r2 = 1 - np.var(table["dxa"] - X @ weights) / np.var(table["dxa"])
    assert r2 == pytest.approx(design.ceiling_r2("dxa", ["x", "y", "z", "w"]), abs=0.02)


def test_rows_of_a_patient_share_the_density_that_they_are_said_to():
    design = small(
        rois=("L1", "L2"), patient_share=0.7, numbers=("dxa",), rules={}, references={"dxa": Reference(0.999)}
    )
    wide = draw_study(design, seed=3).table.pivot(index="patient_id", columns="roi", values="dxa")
    assert np.corrcoef(wide["L1"], wide["L2"])[0, 1] == pytest.approx(0.7, abs=0.02)


def test_the_band_holds_nineteen_of_twenty_cohorts():
    rng = np.random.default_rng(0)
    inside, low_high = 0, auc_band(0.8, 40, 60)
    for _ in range(400):
        score = np.concatenate([rng.normal(norm.ppf(0.8) * np.sqrt(2), 1, 40), rng.normal(0, 1, 60)])
        inside += low_high[0] <= rank_auc(score, np.arange(100) < 40) <= low_high[1]
    assert 0.92 <= inside / 400 <= 0.98


@pytest.mark.parametrize("name", STUDIES)
def test_every_parameter_says_where_it_is_from_and_a_seed_gives_one_table(name):
    design = STUDIES[name]
    assert design.origins
    assert not any("AUC" in text for text in design.origins.values())
    first, second, other = (draw_study(design, seed=seed).table for seed in (0, 0, 1))
    assert first.equals(second)
    assert not first.equals(other)
    assert first["patient_id"].nunique() == design.n_patients
    loaded = {name for group in design.columns.values() for name in group.loadings}
    assert loaded <= set(first.columns)
    if design.balance is not None:
        assert (first[design.balance.target] == "yes").sum() == design.balance.n_positive
