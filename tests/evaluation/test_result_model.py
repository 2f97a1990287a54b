from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import skops.io

from quick_fits import quick_space, quick_step
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core import errors
from radiobone.evaluation.final_model import fit_model, load_model
from radiobone.evaluation.model_file import PARTS
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.resampled_t import corrected_t
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import load_pipeline
from radiobone.models.registry import MODELS
from radiobone.selection.registry import STEPS

SPEC = {
    "steps": ["impute", "scale", {"mannwhitney": {"min_features": 4, "max_features": 6}}],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 3, "repeats": 2},
    "inner": {"folds": 3},
}


@pytest.fixture(scope="module")
def cohort():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = pd.DataFrame(rng.normal(size=(60, 12)), columns=[f"f{i}" for i in range(12)])
    X["f0"] += 1.5 * y
    X["f1"] += 1.0 * y
    clinical = pd.DataFrame({"sex": np.where(rng.random(60) < 0.2 + 0.6 * y, "M", "F")})
    cohort = cohort_from_arrays(X, y, clinical=clinical)
    return replace(cohort, provenance={**cohort.provenance, "extraction": {"settings": {"bin_width": 25}}})


@pytest.fixture(scope="module")
def result(cohort):
    return nested_cv(cohort, load_pipeline(SPEC), show_progress=False).result


@pytest.fixture(scope="module")
def model(cohort):
    return fit_model(cohort, load_pipeline(SPEC))


def test_result_survives_its_folder(tmp_path, result):
    result.save(tmp_path / "out")
    again = Result.load(tmp_path / "out")
    pd.testing.assert_frame_equal(result.predictions, again.predictions, check_dtype=False)
    pd.testing.assert_frame_equal(result.selected, again.selected, check_dtype=False)
    assert again.metrics == result.metrics
    assert again.summary == result.summary
    assert again.folds == result.folds
    assert again.provenance == result.provenance
    (tmp_path / "out" / "folds.json").unlink()
    with pytest.raises(errors.FileMissing, match=r"folds\.json"):
        Result.load(tmp_path / "out")


def test_corrected_t_interval_is_beside_the_bootstraps(result):
    auc = result.metrics["auc"]
    values = [entry["auc"] for entry in result.folds]
    expected = corrected_t(values, [40] * 6, [20] * 6)
    assert (auc.t_low, auc.t_high) == pytest.approx((expected.low, min(expected.high, 1.0)))


def test_a_result_of_an_older_version_loads(tmp_path, result):
    result.save(tmp_path)
    older = json.loads((tmp_path / "metrics.json").read_text())
    for entry in older["metrics"].values():
        del entry["t_low"], entry["t_high"]
    (tmp_path / "metrics.json").write_text(json.dumps(older))
    auc = Result.load(tmp_path).metrics["auc"]
    assert (auc.mean, auc.t_low, auc.t_high) == (result.metrics["auc"].mean, None, None)


def test_result_files_agree_with_each_other(tmp_path, result):
    result.save(tmp_path)
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    predictions = pd.read_parquet(tmp_path / "predictions.parquet")
    folds = json.loads((tmp_path / "folds.json").read_text())
    assert len(predictions) == 60 * 2
    assert sum(metrics["confusion"].values()) == len(predictions)
    assert metrics["metrics"]["auc"]["mean"] == pytest.approx(np.mean([entry["auc"] for entry in folds]))
    assert (
        metrics["metrics"]["auc"]["low"]
        < metrics["metrics"]["auc"]["mean"]
        < metrics["metrics"]["auc"]["high"]
    )
    assert sum(metrics["models"].values()) == len(folds) == metrics["metrics"]["auc"]["n_folds"] == 6
    selected = pd.read_parquet(tmp_path / "selected.parquet")
    assert len(selected) == sum(len(entry["features"]) for entry in folds)
    assert json.loads((tmp_path / "provenance.json").read_text())["extraction"] == {
        "settings": {"bin_width": 25}
    }


def test_no_nan_in_json_when_folds_have_one_class(tmp_path, cohort):
    from radiobone.evaluation.splits import Split

    rows = np.arange(60)
    negatives = np.flatnonzero(cohort.y == 0)[:3]
    splits = [Split(0, 0, np.setdiff1d(rows, negatives), negatives)]
    result = nested_cv(cohort, load_pipeline(SPEC), show_progress=False, splits=splits).result
    result.save(tmp_path)
    auc = json.loads((tmp_path / "metrics.json").read_text())["metrics"]["auc"]
    assert (auc["mean"], auc["low"], auc["n_folds"]) == (None, None, 0)


def test_model_file_gives_the_same_predictions(tmp_path, model, cohort):
    digest = model.save(tmp_path / "m.rbm")
    again = load_model(tmp_path / "m.rbm")
    assert again.digest == digest
    pd.testing.assert_frame_equal(model.predict(cohort.X), again.predict(cohort.X), check_exact=True)
    assert again.about["extraction"] == {"settings": {"bin_width": 25}}
    assert again.features == model.features
    with zipfile.ZipFile(tmp_path / "m.rbm") as archive:
        assert not any(name.endswith((".pkl", ".pickle", ".joblib")) for name in archive.namelist())


def test_only_needed_columns_matter(model, cohort):
    assert set(model.needed) == set(model.features)
    assert len(model.needed) < cohort.X.shape[1]
    full = model.predict(cohort.X)
    pd.testing.assert_frame_equal(full, model.predict(cohort.X[list(model.needed)]), check_exact=True)
    with pytest.raises(errors.FeatureMismatch, match=model.needed[0]):
        model.predict(cohort.X.drop(columns=model.needed[0]))


def test_words_serve_for_indicators(model, cohort):
    assert "sex=M" in model.needed
    words = cohort.X.drop(columns="sex=M").assign(sex=np.where(cohort.X["sex=M"] == 1, "M", "F"))
    pd.testing.assert_frame_equal(model.predict(cohort.X), model.predict(words), check_exact=True)


def test_far_values_are_counted(model, cohort):
    far = cohort.X.copy()
    far.iloc[0, far.columns.get_loc("f0")] = 1e3
    found = model.predict(far)
    assert found["outside_range"].tolist() == [1] + [0] * 59
    assert found["outside_features"].tolist() == [model.needed[0]] + [""] * 59
    classes = {0: model.about["negative"], 1: model.about["positive"]}
    assert found["predicted_class"].tolist() == [classes[value] for value in found["predicted"]]
    assert found["predicted"].tolist() == (found["probability"] >= found["threshold"]).astype(int).tolist()


def rewritten(source, target, change):
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def lower_threshold(members):
    members["model.json"] = members["model.json"].replace(b'"threshold": 0.', b'"threshold": 0.0')


def swap_part(members):
    members[PARTS[1]] = members[PARTS[0]]


def add_member(members):
    members["../evil"] = b"x"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lower_threshold, errors.UntrustedModel),
        (swap_part, errors.UntrustedModel),
        (add_member, errors.UntrustedModel),
    ],
)
def test_changed_files_are_refused(tmp_path, model, change, error):
    model.save(tmp_path / "m.rbm")
    with pytest.raises(error):
        load_model(rewritten(tmp_path / "m.rbm", tmp_path / "changed.rbm", change))


def test_foreign_types_are_refused_even_with_right_digests(tmp_path, model):
    class Foreign:
        def __init__(self):
            self.touched = True

    Foreign.__module__, Foreign.__qualname__ = "os", "system"
    model.save(tmp_path / "fine.rbm")
    from radiobone.evaluation import model_file

    stolen = skops.io.dumps({"a": np.random.default_rng(0)})
    untrusted = skops.io.get_untrusted_types(data=stolen)
    if not untrusted:
        from fractions import Fraction

        stolen = skops.io.dumps(Fraction(1, 3))
        untrusted = skops.io.get_untrusted_types(data=stolen)
    assert untrusted

    def change(members):
        content = json.loads(members["model.json"])
        content.pop("digest")
        members[PARTS[1]] = stolen
        content["parts"][PARTS[1]] = model_file._digest(stolen)
        content["digest"] = model_file.content_digest(content)
        members["model.json"] = json.dumps(content).encode()

    with pytest.raises(errors.UntrustedModel, match="types"):
        load_model(rewritten(tmp_path / "fine.rbm", tmp_path / "evil.rbm", change))


def test_damage_anywhere_is_found_or_harmless(tmp_path, model):
    digest = model.save(tmp_path / "m.rbm")
    whole = (tmp_path / "m.rbm").read_bytes()
    rng = np.random.default_rng(0)
    places = [*range(100), *range(len(whole) - 200, len(whole)), *rng.integers(0, len(whole), 150)]
    damaged = [flipped(whole, int(at), int(rng.integers(8))) for at in places]
    damaged += [whole[: int(at)] for at in rng.integers(0, len(whole), 50)]
    refused = 0
    for content in damaged:
        (tmp_path / "bad.rbm").write_bytes(content)
        try:
            assert load_model(tmp_path / "bad.rbm").digest == digest
        except (errors.UntrustedModel, errors.ResourceLimit):
            refused += 1
    assert refused > 200


def flipped(content, at, bit):
    damaged = bytearray(content)
    damaged[at] ^= 1 << bit
    return bytes(damaged)


def test_rubbish_is_no_model(tmp_path):
    (tmp_path / "m.rbm").write_bytes(b"not a zip")
    with pytest.raises(errors.UntrustedModel):
        load_model(tmp_path / "m.rbm")
    with pytest.raises(errors.FileMissing):
        load_model(tmp_path / "none.rbm")


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_family_can_be_saved(tmp_path, cohort, name):
    model = fit_model(cohort, load_pipeline({**SPEC, "models": [{name: quick_space(name, 1)}]}))
    model.save(tmp_path / "m.rbm")
    again = load_model(tmp_path / "m.rbm")
    pd.testing.assert_frame_equal(model.predict(cohort.X), again.predict(cohort.X), check_exact=True)


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.StepWithoutEffect")  # unstable has no table here
@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_step_can_be_saved(tmp_path, cohort, name):
    steps = ["impute", *([quick_step(name)] if name != "impute" else [])]
    sites = np.resize(["a", "b", "c"], cohort.n_rows)
    model = fit_model(replace(cohort, site=sites), load_pipeline({**SPEC, "steps": steps}))
    model.save(tmp_path / "m.rbm")
    first, again = (one.predict(cohort.X, sites=sites) for one in (model, load_model(tmp_path / "m.rbm")))
    pd.testing.assert_frame_equal(first, again, check_exact=True)


def test_jobs_do_not_change_the_model(cohort, model):
    two = fit_model(cohort, load_pipeline(SPEC), jobs=2)
    pd.testing.assert_frame_equal(model.predict(cohort.X), two.predict(cohort.X), check_exact=True)


def test_a_word_that_training_did_not_have_is_refused(model, cohort):
    table = cohort.X.drop(columns="sex=M").assign(sex="male")
    with pytest.raises(errors.FeatureMismatch, match="'male'"):
        model.predict(table)


def test_a_clinical_column_that_is_not_there_goes_by_its_own_name(model, cohort):
    with pytest.raises(errors.FeatureMismatch, match=r": sex\. .*Add the clinical column\(s\) sex") as caught:
        model.predict(cohort.X.drop(columns="sex=M"))
    assert "Extract" not in str(caught.value)


def test_a_changed_result_is_named(tmp_path, result):
    result.save(tmp_path)
    (tmp_path / "metrics.json").write_text("[]")
    with pytest.raises(errors.FileUnreadable, match=r"metrics\.json"):
        Result.load(tmp_path)
