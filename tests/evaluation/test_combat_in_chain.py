"""ComBat inside nested cross-validation, the final model and its file: the site of each row arrives everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import radiobone as rb
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import (
    BadSetting,
    MissingColumn,
    TargetAsCovariate,
    UnseenSite,
)
from radiobone.core.warnings import OneSite, SmallSite, collected
from radiobone.evaluation.final_model import fit_model, load_model
from radiobone.evaluation.nested_cv import nested_cv, plan_folds
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import Split
from radiobone.evaluation.wrong_way.leaky_table import leaky_tables
from radiobone.selection.combat import ComBat
from radiobone.selection.impute import MedianImputer
from radiobone.selection.scale import ZScore
from radiobone.workflow.judging import judge

N, P = 120, 8
LR = [{"lr": {"C": [0.1, 1.0]}}]


def spec(combat="combat", *, steps=None, outer=None):
    steps = steps or ["impute", combat, "scale"]
    content = {"steps": steps, "models": LR, "inner": {"folds": 3}}
    return load_pipeline({**content, "outer": outer or {"folds": 3, "repeats": 1}})


def given(seed=0):
    """Three sites with large effects of their own, sex and age as clinical columns, a few gaps."""
    rng = np.random.default_rng(seed)
    y = np.tile([0, 1], N // 2)
    sites = rng.choice(["Aachen", "Bonn", "Celle"], N)
    X = rng.normal(size=(N, P)) + 0.8 * y[:, None]
    X += np.unique(sites, return_inverse=True)[1][:, None] * rng.normal(4, 1, P)
    X[rng.random(X.shape) < 0.02] = np.nan
    clinical = pd.DataFrame({"age": rng.normal(65, 8, N), "sex": rng.choice(["F", "M"], N)})
    return pd.DataFrame(X, columns=[f"f{number}" for number in range(P)]), y, sites, clinical


def cohort(**changes):
    X, y, sites, clinical = given()
    with collected():
        return replace(cohort_from_arrays(X, y, groups=range(N), sites=sites, clinical=clinical), **changes)


def run(pipeline, rows=None, **more):
    with collected():
        return nested_cv(rows or cohort(), pipeline, show_progress=False, **more)


def test_each_fold_learns_the_sites_of_its_training_rows():
    rows, pipeline = cohort(), spec({"combat": {"covariates": ["age", "sex"]}})
    result = run(pipeline, rows)
    for fit in result.fits:
        X, sites = rows.X.iloc[fit.train], rows.site[fit.train]
        filled = pd.DataFrame(MedianImputer().fit_transform(X), columns=X.columns)
        alone = ComBat(covariates="age,sex").fit(filled, sites=sites, clinical=rows.clinical)
        found = fit.steps.named_steps["combat"]
        for name in ("centre_", "sd_", "slope_", "shift_", "spread_"):
            np.testing.assert_array_equal(getattr(found, name), getattr(alone, name))
        kept = [name for name, changed in zip(X.columns, found.harmonised_, strict=True) if not changed]
        assert kept == ["age", "sex=M"]


def test_sites_apart_are_brought_together():
    plain = run(spec(steps=["impute", "scale"])).result.metrics["auc"].mean
    corrected = run(spec()).result.metrics["auc"].mean
    assert corrected > plain + 0.02


def test_each_site_held_out_with_pooled():
    rows = cohort()
    result = run(spec({"combat": {"unseen": "pooled"}}, outer="site"), rows)
    names = sorted(set(rows.site.tolist()))
    assert [fit.name for fit in result.fits] == [f"site {name}" for name in names]
    for fit, name in zip(result.fits, names, strict=True):
        step = fit.steps.named_steps["combat"]
        assert name not in step.sites_
        assert (rows.site[fit.test] == name).all()
        assert np.isfinite(fit.output).all()


def test_each_site_held_out_is_refused_by_default_before_anything_is_fitted():
    with pytest.raises(UnseenSite, match=r"fold 'site Aachen' tests rows of site 'Aachen'.*unseen: pooled"):
        run(spec(outer="site"))


def test_same_bits_for_one_and_two_processes():
    first, second = (run(spec(), jobs=jobs).result.predictions for jobs in (1, 2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_same_bits_for_any_row_order(tmp_path):
    X, y, sites, clinical = given()
    table = pd.concat([X, clinical], axis=1).assign(target=y, hospital=sites, patient_id=np.arange(N) + 1000)
    found = []
    for order in (np.arange(N), np.random.default_rng(1).permutation(N)):
        table.iloc[order].to_csv(tmp_path / "table.csv", index=False)
        with collected():
            rows = read_cohort(
                tmp_path / "table.csv", target="target", site="hospital", clinical=["age", "sex"]
            )
        found.append(run(spec({"combat": {"covariates": "age"}}), rows).result.predictions)
    pd.testing.assert_frame_equal(*found, check_exact=True)


def test_explained_rows_are_corrected_too():
    uncalibrated = spec().model_copy(update={"calibration": "none"})
    with collected():
        result, shap = judge(cohort(), uncalibrated, seed=0, jobs=1, show_progress=False)
    summed = shap.table.groupby(["row_id", "repeat"])["shap"].sum()
    base = {fold["fold"]: fold["base_value"] for fold in shap.folds}
    told = result.predictions.set_index(["row_id", "repeat"])
    np.testing.assert_allclose(
        summed + told["fold"].map(base).reindex(summed.index),
        told["probability"].reindex(summed.index),
        atol=1e-9,
    )


@pytest.mark.parametrize("fusion", ["early", "late"])
def test_sites_reach_the_steps_of_a_block(fusion):
    image, both = {"columns": "f*", "steps": ["impute", "combat", "scale"]}, {"columns": ["age", "sex"]}
    content = {"blocks": {"image": image, "clinical": both}, "fusion": fusion}
    pipeline = load_pipeline({**spec(steps=["impute", "scale"]).model_dump(), **content})
    rows = cohort()
    for fit in run(pipeline, rows).fits:
        block = fit.steps.named_steps["blocks"].pipelines[0]
        X = rows.X.iloc[fit.train].filter(regex="^f")
        alone = ComBat().fit(MedianImputer().fit_transform(X), sites=rows.site[fit.train])
        np.testing.assert_array_equal(block.named_steps["combat"].shift_, alone.shift_)


def test_the_wrong_way_learns_the_sites_of_all_rows():
    rows, pipeline = cohort(), spec()
    (made,) = leaky_tables(rows, pipeline, seed=0)
    filled = MedianImputer().fit_transform(rows.X)
    step = ComBat().fit(pd.DataFrame(filled, columns=rows.X.columns), sites=rows.site, clinical=rows.clinical)
    alone = ZScore().fit_transform(
        step.transform(pd.DataFrame(filled, columns=rows.X.columns), sites=rows.site)
    )
    np.testing.assert_array_equal(made.X, alone)
    np.testing.assert_array_equal(made.origin, np.arange(N))


class TestWhatIsRefused:
    def test_no_sites(self):
        with pytest.raises(BadSetting, match=r"sites are not known.*--site"):
            run(spec(), cohort(site=None))

    def test_rows_without_a_site(self):
        sites = cohort().site.astype(object)
        sites[:2] = "unknown"
        with pytest.raises(BadSetting, match="2 of 120 rows have no site"):
            run(spec(), cohort(site=sites.astype(str)))

    def test_after_a_step_that_resamples(self):
        with pytest.raises(BadSetting, match="stands after 'random_over'"):
            run(spec(steps=["impute", "random_over", "combat"]))

    def test_the_target_as_covariate(self):
        with pytest.raises(TargetAsCovariate, match="'target' is the target"):
            run(spec({"combat": {"covariates": "age,target"}}))

    def test_a_copy_of_the_target_as_covariate(self):
        rows = cohort()
        with pytest.raises(TargetAsCovariate, match="'age' is the target"):
            run(
                spec({"combat": {"covariates": "age"}}), replace(rows, X=rows.X.assign(age=65.0 - 3 * rows.y))
            )

    def test_a_covariate_that_is_not_there(self):
        with pytest.raises(MissingColumn, match=r"keep the effect of 'bmi'.*--clinical bmi"):
            run(spec({"combat": {"covariates": "bmi"}}))


def test_one_training_site_and_small_sites_are_told():
    sites = np.where(np.arange(N) < 60, "a", "b")
    with collected() as told:
        nested_cv(
            cohort(site=sites), spec({"combat": {"unseen": "pooled"}}, outer="site"), show_progress=False
        )
    assert any(isinstance(one, OneSite) and "(2 of 2 so)" in str(one) for one in told)
    with collected() as told:
        nested_cv(
            cohort(site=np.where(np.arange(N) < 6, "a", "b")),
            spec({"combat": {"unseen": "pooled", "mean_only": True}}),
            show_progress=False,
        )
    assert any(isinstance(one, SmallSite) and "'a'" in str(one) for one in told)


def test_sites_that_are_small_in_inner_folds_alone_are_told():
    sites = np.where(np.arange(N) < 18, "a", "b")  # 12 rows in outer folds, 8 in inner ones
    with pytest.warns(
        SmallSite, match=r"1 site\(s\) have fewer than 10 .* outer or inner fold \(at the least 'a' [4-8]\)"
    ):
        nested_cv(cohort(site=sites), spec(), show_progress=False)


def test_a_site_that_an_inner_fold_does_not_learn_from_is_refused_before_anything_is_fitted(monkeypatch):
    monkeypatch.setattr(ComBat, "fit", lambda *_args, **_more: pytest.fail("fitted"))
    sites = np.where(np.arange(N) < 3, "a", "b")
    groups = np.array(
        [f"p{max(number, 2):03d}" for number in range(N)]
    )  # the rows of site a are one patient's
    rows = cohort(site=sites, patient=groups, group=groups)
    with pytest.raises(
        UnseenSite, match=r"inner repeat 1, fold \d+' tests rows of site 'a' after learning from 'b'"
    ):
        plan_folds(rows, spec(), seed=0, splits=[Split(0, 0, np.arange(90), np.arange(90, N))])


@pytest.fixture(scope="module")
def table():
    X, y, sites, clinical = given(3)
    return pd.concat([X, clinical], axis=1).assign(target=y, hospital=sites, patient_id=np.arange(N) + 1000)


@pytest.fixture(scope="module")
def model(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    table.to_csv(folder / "table.csv", index=False)
    steps = ["impute", {"combat": {"covariates": "age"}}, "scale", {"mannwhitney": {"max_features": 3}}]
    with collected():
        rows = read_cohort(folder / "table.csv", target="target", site="hospital", clinical=["age", "sex"])
        fit_model(rows, spec(steps=steps)).save(folder / "model.rbm")
    return load_model(folder / "model.rbm")


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.Imputed")  # the table has gaps
class TestModel:
    def test_the_sites_column_of_the_table_is_used(self, model, table):
        found = model.predict(table)["probability"]
        elsewhere = model.predict(table.assign(hospital="Bonn"))["probability"]
        own = (table["hospital"] == "Bonn").to_numpy()
        np.testing.assert_array_equal(found[own], elsewhere[own])
        assert (found[~own] != elsewhere[~own]).any()
        given_apart = model.predict(table.drop(columns="hospital"), sites=table["hospital"])["probability"]
        np.testing.assert_array_equal(found, given_apart)

    def test_only_columns_that_matter_are_needed(self, model):
        assert set(model.features) <= set(model.needed)
        assert {"age"} <= set(model.needed) <= {*model.features, "age", "sex=M"}

    def test_one_row_alone_scores_the_same(self, model, table):
        alone = model.predict(table.iloc[[5]])["probability"].iloc[0]
        assert alone == pytest.approx(model.predict(table)["probability"].iloc[5], rel=1e-12)

    def test_without_the_column(self, model, table):
        with pytest.raises(
            MissingColumn, match=r"no column 'hospital', as training had.*--clinical hospital="
        ):
            model.predict(table.drop(columns="hospital"))

    def test_a_row_without_a_site(self, model, table):
        with pytest.raises(BadSetting, match="1 of 120 rows have no site, the first is row 2"):
            model.predict(table.assign(hospital=table["hospital"].where(table.index != 1)))

    def test_a_site_that_training_did_not_have(self, model, table):
        with pytest.raises(UnseenSite, match="120 rows are from site 'Wien'"):
            model.predict(table.assign(hospital="Wien"))

    def test_validated_with_the_sites_told(self, model, table):
        known = model.predict(table)["probability"]
        X = table.drop(columns=["hospital", "target", "patient_id"])
        with collected():
            found = rb.validate(
                model, X, table["target"], groups=range(N), sites=table["hospital"], clinical=["age", "sex"]
            )
        np.testing.assert_allclose(found.predictions["probability"], known)
