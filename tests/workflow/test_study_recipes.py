"""The recipes of published studies: marked, found by name, and their distinctive step at work on a cohort of their shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.settings import parse_yaml, validate
from radiobone.core.warnings import collected
from radiobone.evaluation.blocks.resolve import block_chains, settle_blocks
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import Rows
from radiobone.evaluation.search import builder_for
from radiobone.features.definitions import names_of
from radiobone.testing.studies.registry import STUDIES
from radiobone.workflow.choice import resolve_settings
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.pipelines import resolve_pipeline
from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names, recipe_text
from radiobone.workflow.recipes.run import arm_pipeline, run_recipe, write_study
from radiobone.workflow.recipes.schema import Recipe
from radiobone.workflow.study_file import read_study

FEW_SECONDS = ("xie2022_nomogram",)


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


def test_every_recipe_has_a_synthetic_study_of_its_size() -> None:
    assert set(STUDIES) == set(recipe_names())
    for name in recipe_names():
        assert STUDIES[name].n_patients == load_recipe(name).n


@pytest.mark.parametrize("name", recipe_names())
def test_every_setting_is_marked(name: str) -> None:
    recipe = load_recipe(name)
    paths = list(recipe.settings())
    assert len(paths) == len(set(paths)) > 10
    kinds = {recipe.mark_of(path).kind for path in paths}
    assert kinds == {"reported", "stand-in"}


@pytest.mark.parametrize("name", recipe_names())
def test_nobody_calls_it_a_reproduction(name: str) -> None:
    text = recipe_text(name).lower()
    assert "reproduc" not in text
    assert "replicat" not in text


def test_a_setting_without_a_mark_is_refused_and_so_is_a_mark_without_a_setting() -> None:
    content = parse_yaml(recipe_text("xie2022_nomogram"))
    del content["marks"]["arms.*.steps.mrmr.n_features"]
    with pytest.raises(BadSetting, match=r"no mark says where .*mrmr\.n_features"):
        validate(Recipe, content, source="recipe")
    content = parse_yaml(recipe_text("xie2022_nomogram"))
    content["marks"]["arms.*.steps.boruta"] = {"reported": "abstract"}
    with pytest.raises(BadSetting, match="fits no setting"):
        validate(Recipe, content, source="recipe")
    content = parse_yaml(recipe_text("xie2022_nomogram"))
    content["marks"] = {"*": {"reported": "abstract"}}
    with pytest.raises(BadSetting, match="no mark says"):
        validate(Recipe, content, source="recipe")


@pytest.mark.parametrize("name", recipe_names())
def test_a_name_stands_for_the_pipeline_of_the_main_arm_and_an_arm_for_its_own(name: str) -> None:
    recipe = load_recipe(name)
    assert resolve_pipeline(name).steps == resolve_pipeline(f"{name}:{recipe.main}").steps
    for arm in recipe.arms:
        assert resolve_pipeline(f"{name}:{arm}").name == f"{name}:{arm}"


def test_wrong_names_are_told_what_there_is() -> None:
    with pytest.raises(BadConfig, match="has no arm 'nomogramm'"):
        resolve_pipeline("xie2022_nomogram:nomogramm")
    with pytest.raises(BadConfig, match="xie2022_nomogram"):
        load_recipe("xie2022")


@pytest.mark.parametrize("name", [name for name in recipe_names() if load_recipe(name).source == "images"])
def test_settings_of_images_go_by_the_name_too(name: str) -> None:
    assert len(names_of(resolve_settings(name, None))) > 0


def test_the_851_features_of_xie_are_those_of_its_settings(written) -> None:
    _, cohort = written("xie2022_nomogram")
    assert set(names_of(resolve_settings("xie2022_nomogram", None))) <= set(cohort.table.columns)


def printed(*arguments: str) -> str:
    answer = CliRunner().invoke(app, list(arguments), terminal_width=200)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_recipes_are_listed_and_printed() -> None:
    listed = printed("recipes")
    for name in recipe_names():
        assert f"  {name} " in listed
        assert printed("recipes", name).strip() == recipe_text(name).strip()


def test_the_study_file_that_is_written_can_be_read(written) -> None:
    for name in recipe_names():
        folder, _ = written(name)
        assert read_study(folder / "study.yaml").pipeline == name


@pytest.mark.slow
@pytest.mark.parametrize("name", recipe_names())
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


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in recipe_names() if name in FEW_SECONDS])
def test_the_command_runs_it_and_the_honest_figures_stay_under_the_ceiling(name: str, tmp_path: Path) -> None:
    run = run_recipe(name, tmp_path / "out", jobs=2, show_progress=False)
    for arm in run.arms:
        assert arm.honest is not None
        assert arm.honest <= (arm.ceiling + 0.1 if arm.band is None else arm.band[1])
        assert all(value is not None for value in arm.leaky.values())
    assert len(json.loads((tmp_path / "out" / "figures.json").read_text())) == len(run.arms)


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
