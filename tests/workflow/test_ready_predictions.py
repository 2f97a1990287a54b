"""Predictions of another program: judged without training, and as a block beside features."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import brier_score_loss, roc_auc_score
from typer.main import get_command
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, FeatureMismatch
from radiobone.evaluation.ready_model import ready_model
from radiobone.workflow.ready_predictions import judge_probabilities


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    y = (rng.random(160) < 0.4).astype(int)
    score = expit(1.5 * rng.normal(size=160) + 2 * y - 1.5)
    found = pd.DataFrame(
        {
            "patient_id": [f"P{number:03d}" for number in range(160)],
            "sex": np.where(rng.random(160) < 0.5, "F", "M"),
            "osteoporosis": np.where(y == 1, "yes", "no"),
            "cnn": score.round(4),
            "texture": rng.normal(size=160) + 0.5 * y,
        }
    )
    found.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path, found, y


def test_measures_are_scikit_learns(table):
    folder, found, y = table
    judged = judge_probabilities(
        folder / "table.csv", folder / "judged", probability="cnn", target="osteoporosis", positive="yes",
        threshold=0.3, subgroups="sex",
    )  # fmt: skip
    assert judged.metrics["auc"].mean == pytest.approx(roc_auc_score(y, found["cnn"]))
    assert judged.metrics["brier"].mean == pytest.approx(brier_score_loss(y, found["cnn"]))
    assert judged.metrics["auc"].low < judged.metrics["auc"].mean < judged.metrics["auc"].high
    assert judged.summary["threshold"] == 0.3
    assert {"calibration", "decision_curve", "recalibrated", "subgroups"} <= set(judged.summary)
    np.testing.assert_allclose(judged.predictions["probability"], found["cnn"], rtol=1e-9)


def test_the_command_judges_and_reports(table):
    folder, _, _ = table
    run = CliRunner().invoke(
        app,
        [
            *("evaluate", str(folder / "table.csv"), "--target", "osteoporosis", "--positive", "yes"),
            *("--probability", "cnn", "--subgroups", "sex", "-o", str(folder / "judged")),
        ],
    )
    assert run.exit_code == 0, run.output
    assert "AUC" in run.output
    report = CliRunner().invoke(app, ["report", str(folder / "judged")])
    assert report.exit_code == 0, report.output
    page = (folder / "judged" / "report.html").read_text()
    assert "ready predictions of another program" in page
    assert "None patients" not in page


def test_certain_predictions_and_ties_are_borne(table):
    folder, found, y = table
    found.assign(cnn=np.where(found["cnn"] > 0.5, 1.0, 0.0)).to_csv(folder / "table.csv", index=False)
    judged = judge_probabilities(
        folder / "table.csv", folder / "j", probability="cnn", target="osteoporosis", positive="yes"
    )
    assert judged.metrics["auc"].mean == pytest.approx(roc_auc_score(y, found["cnn"] > 0.5))


@pytest.mark.parametrize(
    ("value", "error"), [(87.5, BadSetting), (-0.1, BadSetting), (None, FeatureMismatch)]
)
def test_what_is_no_probability_is_named(table, value, error):
    folder, found, _ = table
    found.loc[3, "cnn"] = value
    found.to_csv(folder / "table.csv", index=False)
    with pytest.raises(error):
        judge_probabilities(
            folder / "table.csv", folder / "j", probability="cnn", target="osteoporosis", positive="yes"
        )


def test_a_threshold_is_a_probability():
    with pytest.raises(BadSetting, match="threshold"):
        ready_model("cnn", target="ill", threshold=50)


def test_two_programs_on_the_same_rows(table):
    _, found, y = table
    other = found.assign(texture=expit(found["texture"]))[["cnn", "texture"]]
    first, second = (ready_model(name, target="y") for name in ("cnn", "texture"))
    judged = rb.validate(first, other, y, groups=found["patient_id"], against=second)
    difference = roc_auc_score(y, other["cnn"]) - roc_auc_score(y, other["texture"])
    assert judged.summary["comparison"]["auc"]["difference"] == pytest.approx(difference)


def test_predictions_are_a_block_beside_features(table):
    folder, found, y = table
    found[["patient_id", "cnn"]].to_csv(folder / "deep.csv", index=False)
    found.drop(columns=["cnn", "sex"]).to_csv(folder / "plain.csv", index=False)
    pipeline = {
        "steps": ["impute", "scale"], "models": [{"lr": {"C": [1.0]}}],
        "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 3}, "blocks": {"deep": str(folder / "deep.csv")},
    }  # fmt: skip
    from radiobone.workflow.evaluate_table import evaluate_table

    judged = evaluate_table(
        folder / "plain.csv", folder / "r", pipeline=pipeline, target="osteoporosis", positive="yes",
        show_progress=False, explain=False,
    )  # fmt: skip
    assert set(judged.selected["feature"]) == {"cnn", "texture"}
    assert judged.metrics["auc"].mean > roc_auc_score(y, found["texture"])


TRAINING_OPTIONS = {
    "--task": "binary", "--order": "a,b", "--pipeline": "default", "--search": "grid", "--clinical": "sex", "--features": "texture",
    "--outer": "kfold", "--splits": "splits.json", "--time": "sex", "--external": "sex", "--parent": "sex", "--block": "a=texture",
    "--fusion": "late", "--null-control": "20", "--optimism-meter": None, "--pool": "max", "--compare-with": "earlier",
    "--bootstrap-optimism": "10", "--no-shap": None, "--ablation": None, "--baseline": "texture",
    "--scheduler": "tcp://127.0.0.1:9",
}  # fmt: skip
JUDGING_OPTIONS = {
    "--positive", "--id", "--groups", "--site", "--unit", "--duplicates", "--subgroups", "--min-patients", "--min-events",
    "--probability", "--threshold", "--seed", "--jobs", "--quiet", "--output", "--target", "--help", "--pseudonymise", "--linking-table",
}  # fmt: skip


@pytest.mark.parametrize("option", TRAINING_OPTIONS)
def test_options_of_training_are_refused_by_name(table, option):
    value = TRAINING_OPTIONS[option]
    run = CliRunner().invoke(
        app,
        [
            *(
                "evaluate",
                str(table[0] / "table.csv"),
                "--target",
                "osteoporosis",
                "--positive",
                "yes",
                "--probability",
                "cnn",
            ),
            *("-o", str(table[0] / "judged"), option, *([] if value is None else [value])),
        ],
        env={"COLUMNS": "200", "TERM": "dumb"},
    )
    assert run.exit_code == 2
    assert option in run.output
    assert "nothing is trained" in " ".join(run.output.replace("│", " ").split())
    assert not (table[0] / "judged").exists()


def test_every_option_of_evaluate_is_of_training_or_of_judging():
    command = get_command(app).commands["evaluate"]
    names = {max(one.opts, key=len) for one in command.params if one.opts[0].startswith("-")}
    assert names == {*TRAINING_OPTIONS, *JUDGING_OPTIONS} - {"--help"}


def test_a_threshold_without_probabilities_is_refused(table):
    run = CliRunner().invoke(
        app,
        [
            *("evaluate", str(table[0] / "table.csv"), "--target", "osteoporosis", "--positive", "yes"),
            *("-o", str(table[0] / "judged"), "--threshold", "0.3"),
        ],
    )
    assert run.exit_code == 2
    assert "--threshold" in run.output
