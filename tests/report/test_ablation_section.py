"""The report's tables of blocks and of patients."""

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.blocks.ablation import ablate
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.report.build import write_report

HOSTILE = "emb_<script>alert(1)</script>"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(30) % 2, 2)
    X = pd.DataFrame(
        rng.normal(size=(60, 3)), columns=["original_firstorder_Mean", "original_glcm_F", HOSTILE]
    )
    X["original_glcm_F"] += 2 * y
    cohort = cohort_from_arrays(X, y, groups=np.repeat(np.arange(30), 2))
    spec = load_pipeline(
        {
            "steps": ["impute", "scale"],
            "models": [{"lr": {"C": [1.0]}}],
            "outer": {"folds": 3, "repeats": 1},
            "inner": {"folds": 3},
            "blocks": {"deep": [HOSTILE]},
        }
    )
    folder = tmp_path_factory.mktemp("result")
    result = nested_cv(cohort, spec, show_progress=False).result
    result.save(folder)
    table = ablate(cohort, spec, baseline=HOSTILE, show_progress=False)
    table.save(folder)
    return result, table, write_report(folder).read_text(encoding="utf-8")


def test_every_model_is_there_with_its_auc_at_both_levels(made):
    _, table, page = made
    section = page[page.index('id="ablation"') :]
    for name, rows, patients in zip(
        table.names[:-1], table.scores["rows"], table.scores["patients"], strict=False
    ):
        assert f">{name}</th>" in section
        for one in (rows.estimate, patients.estimate):
            assert f"{one.mean:.2f} ({one.low:.2f} to {one.high:.2f})" in section
    assert "AUC of patients, rows pooled" in section


def test_names_of_columns_are_text(made):
    assert "<script>alert" not in made[2]


def test_patients_are_beside_rows(made):
    result, _, page = made
    assert "The same of" in page
    assert f'data-key="patients.metrics.auc.mean" value="{result.patients.metrics["auc"].mean!r}"' in page
    assert "the mean of the probabilities of a patient's rows" in page.replace("&#39;", "'")


def test_the_first_screen_tells_cases_from_patients(made):
    result, _, page = made
    summary = page[page.index('id="summary"') : page.index('id="performance"')]
    assert "the AUC of patients is" in summary
    assert repr(result.patients.metrics["auc"].mean) in summary


def test_p_values_stand_apart_and_what_is_corrected_is_said(made):
    section = made[2][made[2].index('id="ablation"') :]
    assert "), <span" in section
    assert ")<span" not in section
    assert "the intervals of differences are not corrected" in section


def test_a_result_without_blocks_has_no_section(made, tmp_path):
    result, *_ = made
    result.save(tmp_path)
    assert 'id="ablation"' not in write_report(tmp_path).read_text(encoding="utf-8")
