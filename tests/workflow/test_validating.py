"""A frozen model on another cohort: its figures, what is refused, and that nothing of it changes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    f1_score,
    matthews_corrcoef,
    roc_auc_score,
)
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core import errors
from radiobone.core.warnings import OutsideTrainingRange, TrainingDataReused
from radiobone.evaluation.delong import auc_covariance, auc_difference, auc_interval
from radiobone.evaluation.validation.two_models import BIAS

SPEC = {
    "steps": ["impute", "scale", {"mannwhitney": {"min_features": 3, "max_features": 4}}],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}
WEAKER = {
    **SPEC,
    "steps": ["impute", "scale", {"mannwhitney": {"min_features": 1, "max_features": 1}}],
}
COLUMNS = [f"original_f{i}" for i in range(6)]


def cohort(seed, n_patients, shift=0.0, rows_each=1):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_patients) % 2, rows_each)
    X = rng.normal(size=(n_patients, 6)).repeat(rows_each, axis=0) + 0.5 * rng.normal(size=(len(y), 6))
    X[:, 0] += 1.2 * y + shift
    X[:, 1] += 0.8 * y
    table = pd.DataFrame(X, columns=COLUMNS)
    table.insert(0, "patient_id", np.repeat([f"P{i:03d}" for i in range(n_patients)], rows_each))
    if rows_each > 1:
        table.insert(1, "roi", np.tile([f"L{i + 1}" for i in range(rows_each)], n_patients))
    table["sex"] = np.repeat(rng.choice(["F", "M"], size=n_patients), rows_each)
    return table.assign(osteoporosis=np.where(y == 1, "yes", "no"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("validate")
    train = cohort(0, 100)
    train.to_csv(where / "train.csv", index=False)
    cohort(1, 90, shift=0.4).to_csv(where / "other.csv", index=False)
    cohort(2, 50, shift=0.4, rows_each=3).to_csv(where / "vertebrae.csv", index=False)
    for name, spec in (("model", SPEC), ("weaker", WEAKER)):
        (where / f"{name}.yaml").write_text(json.dumps(spec))
        fit(where, f"{name}.rbm", "--pipeline", str(where / f"{name}.yaml"))
    return where


def fit(where, name, *more):
    arguments = ["--target", "osteoporosis", "--positive", "yes", "--features", "original_*", "-j", "1", "-q"]
    done = CliRunner().invoke(
        app, ["fit", str(where / "train.csv"), *arguments, "-o", str(where / name), *more]
    )
    assert done.exit_code == 0, done.output + str(done.exception)


def run(folder, table, output, *more, model="model.rbm"):
    return CliRunner().invoke(app, ["validate", str(folder / model), str(table), "-o", str(output), *more])


def test_every_figure_is_scikit_learns(folder, tmp_path):
    before = (folder / "model.rbm").read_bytes()
    done = run(folder, folder / "other.csv", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert (folder / "model.rbm").read_bytes() == before
    found = json.loads((tmp_path / "out" / "metrics.json").read_text())
    rows = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    table = pd.read_csv(folder / "other.csv")
    scores = rb.load_model(folder / "model.rbm").score_table(folder / "other.csv")
    np.testing.assert_array_equal(rows["probability"], scores["probability"])
    y = (table["osteoporosis"] == "yes").astype(int)
    np.testing.assert_array_equal(rows["y"], y)
    called = (rows["probability"] >= found["threshold"]).astype(int)
    expected = {
        "auc": roc_auc_score(y, rows["probability"]),
        "average_precision": average_precision_score(y, rows["probability"]),
        "sensitivity": called[y == 1].mean(),
        "specificity": 1 - called[y == 0].mean(),
        "f1": f1_score(y, called),
        "mcc": matthews_corrcoef(y, called),
        "brier": brier_score_loss(y, rows["probability"]),
    }
    for name, value in expected.items():
        one = found["metrics"][name]
        assert one["mean"] == pytest.approx(value), name
        assert one["low"] < one["mean"] < one["high"]
    by_delong = auc_interval(auc_covariance(y, rows["probability"]))
    assert (found["metrics"]["auc"]["low"], found["metrics"]["auc"]["high"]) == pytest.approx(
        (by_delong.low, by_delong.high)
    )
    assert "DeLong" in found["metrics"]["auc"]["method"]
    assert set(found["recalibrated"]) == {"intercept", "logistic"}
    assert all(
        one["used_labels"] and "Uses the labels" in one["note"] for one in found["recalibrated"].values()
    )
    assert found["calibration"]["intercept"]["value"] < 0  # the planted shift makes probabilities too high
    assert len(found["decision_curve"]["threshold"]) == 99


def test_rows_of_a_patient_are_kept_together(folder, tmp_path):
    done = run(folder, folder / "vertebrae.csv", tmp_path / "out")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "out" / "metrics.json").read_text())
    rows = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    wanted = auc_interval(auc_covariance(rows["y"], rows["probability"], rows["patient_id"]))
    assert "Obuchowski" in found["metrics"]["auc"]["method"]
    assert found["metrics"]["auc"]["low"] == pytest.approx(wanted.low)
    naive = auc_interval(auc_covariance(rows["y"], rows["probability"]))
    assert wanted.se > naive.se
    assert (found["n_rows"], found["n_patients"], found["clustered"]) == (150, 50, True)


def test_patients_are_pooled_by_the_models_own_rule(folder, tmp_path):
    vertebrae = cohort(3, 40, rows_each=3)
    model = rb.fit(
        vertebrae[COLUMNS],
        vertebrae["osteoporosis"],
        groups=vertebrae["patient_id"],
        positive="yes",
        pipeline=SPEC,
    )
    new = cohort(2, 50, shift=0.4, rows_each=3)
    found = rb.validate(model, new[COLUMNS], new["osteoporosis"], groups=new["patient_id"])
    level, rows = found.summary["patients"], found.predictions
    pooled = rows.groupby("patient_id")[["y", "probability"]].mean()
    assert level["threshold"] == model.patient_threshold
    assert level["metrics"]["auc"]["mean"] == pytest.approx(roc_auc_score(pooled["y"], pooled["probability"]))
    by_delong = auc_interval(auc_covariance(pooled["y"].astype(int), pooled["probability"]))
    assert level["metrics"]["auc"]["low"] == pytest.approx(by_delong.low)
    assert level["confusion"]["tp"] + level["confusion"]["fn"] == level["n_positive"] == 25
    assert "Patients: mean of the probabilities" in found.report(tmp_path / "r.html").read_text()


def test_same_bits_in_any_order_of_rows(folder, tmp_path):
    shuffled = pd.read_csv(folder / "vertebrae.csv").sample(frac=1, random_state=0)
    shuffled.to_csv(tmp_path / "vertebrae.csv", index=False)
    for table, out in ((folder / "vertebrae.csv", "a"), (tmp_path / "vertebrae.csv", "b")):
        assert run(folder, table, tmp_path / out).exit_code == 0
    assert (tmp_path / "a" / "metrics.json").read_bytes() == (tmp_path / "b" / "metrics.json").read_bytes()


def test_from_python_it_is_the_same(folder, tmp_path):
    table = pd.read_csv(folder / "vertebrae.csv")
    found = rb.validate(
        folder / "model.rbm", table[COLUMNS], table["osteoporosis"], groups=table["patient_id"]
    )
    assert run(folder, folder / "vertebrae.csv", tmp_path / "out").exit_code == 0
    stored = json.loads((tmp_path / "out" / "metrics.json").read_text())
    # Without their regions rows come in another order, and sums differ in the last bit.
    for name in ("auc", "brier"):
        assert found.metrics[name].mean == pytest.approx(stored["metrics"][name]["mean"], rel=1e-14)
    assert found.metrics["auc"].low == pytest.approx(stored["metrics"]["auc"]["low"])
    assert "150" not in repr(found)
    assert "50 patients" in repr(found)


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.OutsideTrainingRange")
def test_two_models_are_compared(folder, tmp_path):
    done = run(folder, folder / "vertebrae.csv", tmp_path / "out", "--against", str(folder / "weaker.rbm"))
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "out" / "metrics.json").read_text())["comparison"]
    rows = pd.read_parquet(tmp_path / "out" / "predictions.parquet")
    scores = [rows["probability"], rows["against_probability"]]
    wanted = auc_difference(auc_covariance(rows["y"], scores, rows["patient_id"]))
    assert found["auc"]["difference"] == pytest.approx(wanted.difference)
    assert found["auc"]["p"] == pytest.approx(wanted.p)
    positive, moved = rows["y"] == 1, rows["probability"] - rows["against_probability"]
    assert found["idi"]["total"]["value"] == pytest.approx(moved[positive].mean() - moved[~positive].mean())
    assert found["cuts"] == pytest.approx([rows["against_threshold"].iloc[0]])
    assert found["caution"] == BIAS
    assert "should decide" in done.output


def test_a_warning_says_which_of_two_models_it_is_of(folder):
    far = cohort(3, 40)
    given = {"X": far[COLUMNS] + 50.0, "y": far["osteoporosis"], "groups": far["patient_id"]}
    models = [folder / "model.rbm", folder / "weaker.rbm"]
    with pytest.warns(OutsideTrainingRange) as told:
        rb.validate(models[0], **given, against=models[1], positive="yes")
    assert [str(one.message).partition(": ")[0] for one in told] == [str(one) for one in models]
    with pytest.warns(OutsideTrainingRange, match="^40 of 40 rows") as told:
        rb.validate(models[0], **given, positive="yes")
    assert len(told) == 1


def test_cuts_that_are_no_numbers_are_refused(folder, tmp_path):
    done = run(folder, folder / "other.csv", tmp_path / "out", "--cuts", "low,high")
    assert isinstance(done.exception, errors.BadSetting)
    assert "0.1,0.3" in str(done.exception)


def test_the_internal_figure_stands_beside(folder, tmp_path):
    arguments = ["--target", "osteoporosis", "--positive", "yes", "--features", "original_*", "-j", "1", "-q"]
    pipeline = ["--pipeline", str(folder / "model.yaml")]
    done = CliRunner().invoke(
        app, ["evaluate", str(folder / "train.csv"), *arguments, *pipeline, "-o", str(tmp_path / "result")]
    )
    assert done.exit_code == 0, done.output
    fit(folder, "carrying.rbm", *pipeline, "--evaluated", str(tmp_path / "result"))
    done = run(folder, folder / "other.csv", tmp_path / "out", model="carrying.rbm")
    inside = json.loads((tmp_path / "result" / "metrics.json").read_text())["metrics"]["auc"]["mean"]
    assert f"inside training: {inside:.3f}" in done.output
    found = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert found["model"]["internal"]["metrics"]["auc"]["mean"] == inside
    with pytest.raises(AssertionError, match="another pipeline"):
        fit(
            folder,
            "x.rbm",
            "--pipeline",
            str(folder / "weaker.yaml"),
            "--evaluated",
            str(tmp_path / "result"),
        )


def test_what_is_refused(folder, tmp_path):
    table = pd.read_csv(folder / "other.csv")
    table.drop(columns=["original_f0"]).to_csv(tmp_path / "lacking.csv", index=False)
    done = run(folder, tmp_path / "lacking.csv", tmp_path / "out")
    assert isinstance(done.exception, errors.FeatureMismatch)
    done = run(folder, folder / "other.csv", tmp_path / "out", "--positive", "no")
    assert isinstance(done.exception, errors.BadSetting)
    assert "turned around" in str(done.exception)
    few = pd.concat([table[table["osteoporosis"] == "no"], table[table["osteoporosis"] == "yes"].head(1)])
    few.to_csv(tmp_path / "few.csv", index=False)
    done = run(folder, tmp_path / "few.csv", tmp_path / "out")
    assert isinstance(done.exception, errors.TooFewPerClass)
    done = run(folder, folder / "other.csv", tmp_path / "out", "--target", "nothing")
    assert isinstance(done.exception, errors.MissingColumn)


def test_the_training_table_is_no_validation(folder, tmp_path):
    with pytest.warns(TrainingDataReused, match="no validation"):
        run(folder, folder / "train.csv", tmp_path / "out")


def test_features_outside_the_training_ranges_are_named(folder, tmp_path):
    table = pd.read_csv(folder / "other.csv")
    table[COLUMNS] *= 100  # as after a change of units
    table.to_csv(tmp_path / "far.csv", index=False)
    with pytest.warns(OutsideTrainingRange):
        run(folder, tmp_path / "far.csv", tmp_path / "out")
    ranges = json.loads((tmp_path / "out" / "metrics.json").read_text())["ranges"]
    assert ranges["n_rows_unlike"] > 60
    needed = rb.load_model(folder / "model.rbm").model
    for one in ranges["features"]:
        low, high = needed.ranges[one["feature"]]
        assert one["n_above"] == int((table[one["feature"]] > high).sum())
        assert one["n_below"] == int((table[one["feature"]] < low).sum())


def test_classes_named_otherwise_are_matched_and_told(folder, tmp_path):
    table = pd.read_csv(folder / "other.csv")
    table["fracture"] = (table.pop("osteoporosis") == "yes").astype(int)
    table.to_csv(tmp_path / "named.csv", index=False)
    done = run(folder, tmp_path / "named.csv", tmp_path / "out", "--target", "fracture")
    assert done.exit_code == 0, done.output
    assert "here '1' was taken for the first" in done.output
    same = run(folder, folder / "other.csv", tmp_path / "again")
    assert same.exit_code == 0
    first, second = (json.loads((tmp_path / one / "metrics.json").read_text()) for one in ("out", "again"))
    assert first["metrics"]["auc"] == second["metrics"]["auc"]


def test_an_evaluation_is_not_written_over(folder, tmp_path):
    (tmp_path / "run.json").write_text('{"kind": "evaluation", "finished": true}')
    (tmp_path / "metrics.json").write_text("{}")
    done = run(folder, folder / "other.csv", tmp_path)
    assert isinstance(done.exception, errors.OutputTaken)
    assert "holds an evaluation" in str(done.exception)
