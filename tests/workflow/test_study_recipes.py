"""The recipes of published studies: their distinctive step at work on a cohort of their shape, and all of it by the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from printed import printed
from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import BadConfig, MissingColumn
from radiobone.core.settings import parse_yaml
from radiobone.core.warnings import collected
from radiobone.evaluation.blocks.resolve import block_chains, settle_blocks
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import Rows
from radiobone.evaluation.search import builder_for
from radiobone.features.definitions import names_of
from radiobone.testing.studies.registry import STUDIES
from radiobone.workflow.catalogue import text_of
from radiobone.workflow.choice import resolve_settings
from radiobone.workflow.dxa.settings import read_dxa_settings
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names
from radiobone.workflow.recipes.run import arm_pipeline, run_recipe, write_study
from radiobone.workflow.study_file import read_study

IN_CI = ("galassi2020_fe_smote", "sebro2022_chest", "nam2019_hu_tscore")


def roles_of(arm):
    return {"target": arm.target, "positive": arm.positive, "clinical": arm.clinical, "unit": arm.unit}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the folder and cohort of a recipe's study, made once."""
    made = {}

    def get(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(name)
            made[name] = folder, write_study(name, folder)
        return made[name]

    return get


def learned(written, name, arm=None, rows=None):
    """Fit the steps of an arm on its rows, or on some of them; return the cohort, the fitted steps and what they made."""
    folder, _ = written(name)
    arm = arm or load_recipe(name).main
    spec = arm_pipeline(name, arm, folder)
    cohort = read_cohort(
        folder / "tables" / f"{arm}.csv", **roles_of(load_recipe(name).arms[arm]), task=spec.task
    )
    cohort, spec = settle_blocks(cohort, spec)
    taken = np.arange(cohort.n_rows) if rows is None else rows
    training = Rows(cohort.X.iloc[taken], cohort.y[taken], cohort.groups[taken])
    first = candidates(spec, seed=0)[0]
    builder = builder_for(
        spec.steps,
        block_chains(spec, cohort.X.columns),
        training,
        {key: 0 for key, _ in spec.keyed_steps},
        [first.steps],
    )
    chain = builder.fit(first.steps)
    return cohort, dict(chain.fitted), chain.rows


def test_the_851_features_of_xie_are_those_of_its_settings(written) -> None:
    _, cohort = written("xie2022_nomogram")
    assert set(names_of(resolve_settings("xie2022_nomogram", None))) <= set(cohort.table.columns)


def test_lim_without_repeats_is_told_how_to_make_them_and_with_them_drops_columns(written, tmp_path) -> None:
    import pandas as pd

    folder, _ = written("lim2021_femur_rf")
    pd.read_csv(folder / "tables" / "forest.csv").head(150).to_csv(tmp_path / "table.csv", index=False)
    printed_pipeline = parse_yaml(printed("recipes", "lim2021_femur_rf:forest"))
    printed_pipeline["models"], printed_pipeline["outer"] = [{"lr": {"C": [1.0]}}], {"folds": 2, "repeats": 1}
    columns = {}
    for table in (None, str(folder / "tables" / "repeats.parquet")):
        printed_pipeline["steps"][0]["unstable"] |= {"table": table, "patients": "all"}
        printed_pipeline["steps"][2]["importance"]["n_estimators"] = 10
        with collected() as told:
            found = evaluate_table(
                tmp_path / "table.csv", tmp_path / f"with {table is not None}", pipeline=printed_pipeline,
                target="osteoporosis", positive="yes", explain=False, show_progress=False,
            )  # fmt: skip
        columns[table] = set(found.result.selected["feature"])
        said = [str(one) for one in told if one.code == "StepWithoutEffect"]
        assert [("--perturb" in one and "NAME:ARM" in one) for one in said] == (
            [True] if table is None else []
        )
    unstable = {
        group.names[k]
        for group in STUDIES["lim2021_femur_rf"].columns.values()
        for k in range(0, len(group.names), 4)
    }
    kept_anyway, kept = columns.values()
    assert kept_anyway & unstable
    assert not kept & unstable


def test_each_leaky_twin_is_named_beside_its_figure() -> None:
    from radiobone.evaluation.measure_names import AT_THRESHOLD
    from radiobone.workflow.recipes.figures import ArmFigures
    from radiobone.workflow.recipes.run import RecipeRun
    from radiobone.workflow.recipes.words import run_lines

    moved = {f"honest_{name}": 0.51 for name in AT_THRESHOLD} | {
        f"wrong_way_{name}": 0.58 for name in AT_THRESHOLD
    }
    twins = {"steps": 0.7, "winner": None}
    arm = ArmFigures(
        "six_models",
        "AUC",
        172,
        172,
        826,
        0.55,
        0.45,
        0.65,
        twins,
        0.8,
        (0.7, 0.9),
        moved,
        {"<= -2.5": 0.9},
        {"tbs": 0.05},
    )
    told = "\n".join(run_lines(RecipeRun("huang2022_psoas", (arm,), 1.0, ()), load_recipe("huang2022_psoas")))
    assert "steps 0.700, winner –" in told
    assert "threshold of the test rows: balanced accuracy 0.580 instead of 0.510, accuracy" in told
    assert "six_models, classes that the number implies: AUC 0.900 at <= -2.5" in told
    assert "six_models, leading variables by mean absolute SHAP value: tbs 0.050" in told
    for words in (
        "every step fitted on all rows",
        "score on the test rows",
        "the threshold chosen on the test rows",
    ):
        assert words in told


def test_the_study_file_that_is_written_can_be_read(written) -> None:
    for name in recipe_names():
        folder, _ = written(name)
        assert read_study(folder / "study.yaml").pipeline == name


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [one if one in IN_CI else pytest.param(one, marks=pytest.mark.long) for one in recipe_names()]
)
def test_evaluate_takes_the_name_on_a_part_of_the_cohort(written, tmp_path, name: str) -> None:
    import pandas as pd

    folder, _ = written(name)
    recipe = load_recipe(name)
    arm = recipe.arms[recipe.main]
    table = pd.read_csv(folder / "tables" / f"{recipe.main}.csv")
    table.head(140).to_csv(tmp_path / "table.csv", index=False)
    with collected():
        found = evaluate_table(
            tmp_path / "table.csv",
            tmp_path / "result",
            pipeline=name,
            explain=False,
            show_progress=False,
            **roles_of(arm),
        )
    assert found.provenance["pipeline"]["name"] == name
    assert all(value is not None for value in (found.metrics[found.summary.get("headline", "auc")].mean,))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["nam2019_hu_tscore", pytest.param("villamor2020_fe", marks=pytest.mark.long)]
)
def test_the_command_runs_it_and_the_honest_figures_stay_under_the_ceiling(name: str, tmp_path: Path) -> None:
    run = run_recipe(name, tmp_path / "out", jobs=2, show_progress=False)
    for arm in run.arms:
        assert arm.honest is not None
        assert arm.honest <= arm.band[1]
        assert all(value is not None for value in arm.leaky.values())
        assert set(arm.implied) == ({"< -1", "<= -2.5"} if arm.measure == "R²" else set())
    assert len(json.loads((tmp_path / "out" / "figures.json").read_text())) == len(run.arms)


def test_all_arms_run_on_a_table_of_ones_own_and_those_without_columns_are_named(written, tmp_path) -> None:
    import pandas as pd

    folder, _ = written("hussain2019_dxa_plrf")
    table = pd.read_csv(folder / "tables" / "density_and_size.csv")
    own, out = tmp_path / "own.csv", tmp_path / "out"
    table.head(80).drop(columns="bmc_g").to_csv(own, index=False)
    shown = " ".join(
        printed(
            "recipes", "hussain2019_dxa_plrf", "--run", "--table", str(own), "-o", str(out), "-q", "-j", "1"
        ).split()
    )
    assert "density_and_size is left out, since the table has no bmc_g" in shown
    assert "The table is yours" in shown
    assert "The cohort is synthetic" not in shown
    (figures,) = json.loads((out / "figures.json").read_text())
    assert (figures["arm"], figures["n_rows"], figures["ceiling"], figures["band"]) == (
        "density",
        80,
        None,
        None,
    )
    assert figures["honest"] > 0.5
    table.drop(columns="osteoporosis").to_csv(own, index=False)
    with pytest.raises(MissingColumn, match="of 'density': osteoporosis"):
        run_recipe("hussain2019_dxa_plrf", tmp_path / "none", table=own, show_progress=False)


def test_xie_mrmr_then_lasso_leave_six_and_the_clinical_block_whole(written) -> None:
    cohort, fitted, made = learned(written, "xie2022_nomogram", "radiomics")
    assert fitted["mrmr"].get_support().sum() == 30
    assert 1 <= fitted["lasso"].get_support().sum() <= 6
    assert made.X.shape[1] == fitted["lasso"].get_support().sum()
    cohort, fitted, made = learned(written, "xie2022_nomogram")
    assert made.X.shape[1] == fitted_columns(fitted) == 3 + 6
    assert cohort.clinical == ("age_years", "alp_u_l", "hcy_umol_l")


def fitted_columns(fitted) -> int:
    """Count the columns that the last of joined steps puts out."""
    (last,) = fitted.values()
    return len(last.get_feature_names_out())


def test_huang_mann_whitney_then_lasso_leave_sixteen_of_826(written) -> None:
    cohort, fitted, made = learned(written, "huang2022_psoas")
    n_passing = fitted["mannwhitney"].get_support().sum()
    assert cohort.X.shape == (172, 826)
    assert made.X.shape[1] <= 16 < n_passing < 826


def test_lim_two_readers_drop_columns_and_the_forest_keeps_ten(written) -> None:
    cohort, fitted, made = learned(written, "lim2021_femur_rf")
    dropped = ~fitted["unstable"].get_support()
    every_fourth = [
        group.names[k]
        for group in STUDIES["lim2021_femur_rf"].columns.values()
        for k in range(0, len(group.names), 4)
    ]
    assert set(cohort.X.columns[dropped]) <= set(every_fourth)
    assert dropped.sum() > 5
    assert fitted["importance"].get_support().sum() == made.X.shape[1] == 10


def test_sebro_four_targets_of_the_wrist_agree_with_each_other(written) -> None:
    _, cohort = written("sebro2022_wrist")
    positive = {target: cohort.table[target] == "yes" for target in STUDIES["sebro2022_wrist"].rules}
    assert len(positive) == 4
    assert (positive["osteopenia_or_worse"] | ~positive["osteoporosis"]).all()
    assert (positive["osteoporosis"] | ~positive["femoral_neck_osteoporosis"]).all()
    assert (positive["femoral_neck_low"] | ~positive["femoral_neck_osteoporosis"]).all()
    assert {arm.target for arm in load_recipe("sebro2022_wrist").arms.values()} == set(positive)
    assert learned(written, "sebro2022_wrist")[0].X.shape == (196, 19)


def test_sebro_the_penalty_leaves_columns_of_the_chest_out(written) -> None:
    from sklearn.linear_model import LogisticRegression

    cohort, _, made = learned(written, "sebro2022_chest", "lasso")
    assert len([name for name in cohort.X.columns if name.startswith("hu_")]) == 36
    model = LogisticRegression(l1_ratio=1.0, C=0.1, solver="liblinear").fit(made.X, made.y)
    assert 1 <= np.count_nonzero(model.coef_) < cohort.X.shape[1]


def test_nam_vertebrae_of_a_patient_are_on_one_side_and_the_leaky_twin_parts_them(written) -> None:
    from radiobone.evaluation.nested_cv import plan_folds
    from radiobone.evaluation.wrong_way.patients_apart import patients_apart

    folder, _ = written("nam2019_hu_tscore")
    cohort, _, _ = learned(written, "nam2019_hu_tscore")
    spec = arm_pipeline("nam2019_hu_tscore", "t_score", folder)
    with collected():
        honest, leaky = (plan_folds(one, spec, seed=0).splits for one in (cohort, patients_apart(cohort)))
    assert (cohort.n_rows, cohort.n_patients) == (198, 70)
    both = [set(cohort.patient[fold.train]) & set(cohort.patient[fold.test]) for fold in honest]
    assert not any(both)
    parted = [set(cohort.patient[fold.train]) & set(cohort.patient[fold.test]) for fold in leaky]
    assert all(len(names) > 10 for names in parted)


def test_nam_the_t_score_implies_classes(written, tmp_path) -> None:
    folder, _ = written("nam2019_hu_tscore")
    with collected():
        found = evaluate_table(
            folder / "tables" / "t_score.csv", tmp_path, pipeline="nam2019_hu_tscore", target="t_score", clinical=("age_years", "sex"),
            unit="roi", explain=False, show_progress=False,
        )  # fmt: skip
    assert found.task == "number"
    assert {"< -1", "<= -2.5"} <= set(json.dumps(found.summary).replace('"', "\n").split("\n"))


def test_villamor_columns_that_correlate_are_dropped_without_looking_at_the_target(written) -> None:
    cohort, fitted, made = learned(written, "villamor2020_fe")
    kept = made.X.shape[1]
    assert kept < cohort.X.shape[1] - 5
    correlation = np.abs(np.corrcoef(np.asarray(made.X, dtype=float), rowvar=False))
    assert (correlation[np.triu_indices(kept, 1)] <= 0.8).all()
    assert fitted["correlation"].get_support().sum() == kept


def test_galassi_smote_makes_rows_of_the_training_part_alone(written) -> None:
    rows = np.arange(0, 137, 2)
    cohort, _, made = learned(written, "galassi2020_fe_smote", rows=rows)
    counts = np.bincount(cohort.y[rows])
    assert np.bincount(made.y).tolist() == [counts.max()] * 2
    fresh = np.asarray(made.X, dtype=float)[len(rows) :]
    assert len(fresh) == counts.max() - counts.min() > 0
    scaled = np.asarray(made.X, dtype=float)[: len(rows)]
    assert (fresh >= scaled.min(axis=0)).all()
    assert (fresh <= scaled.max(axis=0)).all()


def test_kong_twenty_variables_are_kept_of_45(written) -> None:
    cohort, fitted, made = learned(written, "kong2020_catboost")
    assert cohort.X.shape[1] == 45
    assert fitted["importance"].get_support().sum() == made.X.shape[1] == 20
    leading = cohort.X.columns[np.argsort(-fitted["importance"].importances_)[:6]]
    assert {"bmd_spine_g_cm2", "bmd_neck_g_cm2", "bmd_hip_g_cm2", "age_years"} & set(leading)


@pytest.mark.long
@pytest.mark.slow
def test_kong_shap_explains_catboost_by_the_variables_that_were_kept(written, tmp_path) -> None:
    import pandas as pd

    folder, _ = written("kong2020_catboost")
    arm = load_recipe("kong2020_catboost").arms["catboost_top20"]
    assert arm.explain
    pd.read_csv(folder / "tables" / "catboost_top20.csv").head(150).to_csv(
        tmp_path / "table.csv", index=False
    )
    content = parse_yaml(text_of("kong2020_catboost:catboost_top20"))
    content["outer"] = {"folds": 2, "repeats": 1}
    with collected():
        found = evaluate_table(
            tmp_path / "table.csv",
            tmp_path / "result",
            pipeline=content,
            show_progress=False,
            **roles_of(arm),
        )
    explained = found.explanation
    assert {fold["model"] for fold in explained.folds} == {"catboost"}
    assert explained.max_additivity_error < 1e-9
    for fold, rows in explained.table.groupby("fold", observed=True):
        kept = found.selected.loc[found.selected["fold"] == fold, "feature"]
        assert set(rows["feature"].astype(str)) == set(kept)
        assert len(kept) == 20


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.RoiTouchesBorder")  # the region is the image
def test_widyaningrum_grey_levels_are_parted_by_both_clusterings_of_a_radiograph(written) -> None:
    import radiobone as rb

    rng = np.random.default_rng(0)
    pores = rng.random((40, 40)) < 0.3
    image = np.where(pores, 50.0, 150.0) + rng.normal(size=pores.shape)
    found = rb.extract_features(
        image[None],
        np.ones((1, *image.shape), dtype=np.uint8),
        spacing_mm=(1.0, 0.1, 0.1),
        settings="widyaningrum2023_periapical",
    )
    for name in ("kmeans", "fcm"):
        assert found[f"original_{name}_Share1"] == pytest.approx(pores.mean(), abs=0.01)
        assert found[f"original_{name}_Mean1"] == pytest.approx(50, abs=1)
    cohort, _, _ = learned(written, "widyaningrum2023_periapical")
    assert set(cohort.X.columns) == {name for name in found if name.startswith("original_")}


def test_saranya_wavelet_columns_are_replaced_by_few_components(written) -> None:
    cohort, fitted, made = learned(written, "saranya2025_wavelet_pca")
    assert all(name.startswith("wavelet-") for name in cohort.X.columns)
    assert cohort.X.shape[1] == 168 > made.X.shape[1] == len(fitted["pca"].explained_variance_ratio_)
    values = np.asarray(made.X, dtype=float)
    correlation = np.corrcoef(values, rowvar=False) - np.eye(values.shape[1])
    assert np.abs(correlation).max() < 1e-6


def test_hussain_settings_of_the_forest_go_by_the_name_too() -> None:
    """That the forest beats any limit of grey values, and the density that follows, is tested with the images: test_dxa."""
    told = read_dxa_settings("hussain2019_dxa_plrf")
    assert told.forests == "by_region"
    assert told.denoising is not None
    assert told.calibration is None
    with pytest.raises(BadConfig, match="labels no pixels"):
        read_dxa_settings("xie2022_nomogram")


def test_liu_layers_grow_and_are_judged_on_all_and_on_the_common_patients(written) -> None:
    arms = ("layer1", "layer2", "layer3", "layer1_common", "layer2_common")
    found = {arm: learned(written, "liu2022_hierarchical", arm)[0] for arm in arms}
    assert [found[arm].n_patients for arm in arms] == [2210, 2210, 246, 246, 246]
    columns = [set(found[arm].X.columns) for arm in arms]
    assert columns[0] < columns[1] < columns[2]
    assert (columns[3], columns[4]) == (columns[0], columns[1])
    assert set(found["layer3"].patient) == set(found["layer1_common"].patient)
    assert not found["layer3"].X.isna().any().any()
    assert len(columns[1]) == 35


def test_liu_yes_or_no_has_chi_squared_and_numbers_mann_whitney(written) -> None:
    from radiobone.testing.studies.liu2022_hierarchical import WORDS

    cohort, fitted, made = learned(written, "liu2022_hierarchical", "layer2")
    tests = dict(zip(cohort.X.columns, fitted["pvalue"].tests_, strict=True))
    assert {name for name, test in tests.items() if test == "chi2"} == {f"{name}=yes" for name in WORDS} | {
        "sex=M"
    }
    assert set(tests.values()) == {"chi2", "mannwhitney"}
    assert made.X.shape[1] < len(tests)
