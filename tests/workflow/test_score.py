"""A saved model gives the same answer from a table, an image and a manifest, and refuses what does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, FeatureMismatch, SettingsMismatch, UntrustedModel
from radiobone.core.warnings import MissingCode, collected
from radiobone.workflow.extract import extract
from radiobone.workflow.score import fit_table, load_model, score_source
from small_cohort import QUICK, SmallCohort, bone, two_labels, write_image

FAST = {
    "name": "fast",
    "title": "For tests",
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"max_features": 5}}],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> tuple[SmallCohort, Path, Path]:
    """Return a cohort, its features and a model fitted on them; tests leave all three as they are."""
    tmp_path = tmp_path_factory.mktemp("fitted")
    (tmp_path / "cohort").mkdir()
    cohort = SmallCohort(tmp_path / "cohort")
    for number in range(16):
        name = f"p{number:02d}"
        cohort.add(
            name,
            shape=number,
            osteoporosis="yes" if number % 2 else "no",
            age=50 + 15 * (number % 2) + number % 7,
        )
        brighter = bone(number) + np.int16(80 * (number % 2))
        write_image(cohort.folder / "images" / f"{name}.nii.gz", brighter)
    extract(cohort.manifest, settings=QUICK, output=tmp_path / "features", show_progress=False)
    roles = {"target": "osteoporosis", "positive": "yes", "clinical": ("age",)}
    model = fit_table(tmp_path / "features", pipeline=FAST, seed=0, jobs=1, **roles)
    model.save(tmp_path / "model.rbm")
    return cohort, tmp_path / "features", tmp_path / "model.rbm"


def test_table_image_and_manifest_agree(fitted: tuple[SmallCohort, Path, Path]) -> None:
    cohort, features, path = fitted
    model = load_model(path)
    from_table = model.score_table(features)
    assert list(from_table["patient_id"]) == [f"p{n:02d}" for n in range(16)]
    assert from_table["probability"].between(0, 1).all()
    image, mask = cohort.folder / "images" / "p03.nii.gz", cohort.folder / "masks" / "p03.nii.gz"
    from_image = model.score(image, mask, label=1, age=68)
    expected = from_table.loc[3, "probability"]
    assert from_image["probability"].iloc[0] == pytest.approx(expected, rel=1e-12)
    from_manifest = model.score_manifest(cohort.manifest, jobs=1)
    assert from_manifest["probability"].to_numpy() == pytest.approx(
        from_table["probability"].to_numpy(), rel=1e-12
    )


def test_the_command_scores_an_image(fitted: tuple[SmallCohort, Path, Path], tmp_path: Path) -> None:
    cohort, _, path = fitted
    files = [str(cohort.folder / part / "p03.nii.gz") for part in ("images", "masks")]
    arguments = [
        "score",
        str(path),
        *files,
        "--label",
        "1",
        "--clinical",
        "age=68",
        "-o",
        str(tmp_path / "s.csv"),
    ]
    answer = CliRunner().invoke(app, arguments)
    assert answer.exit_code == 0, answer.output
    assert {"probability", "predicted"} <= set(pd.read_csv(tmp_path / "s.csv").columns)


def test_one_image_is_told_in_words_and_plainly_as_json(fitted: tuple[SmallCohort, Path, Path]) -> None:
    cohort, _, path = fitted
    files = [str(cohort.folder / part / "p03.nii.gz") for part in ("images", "masks")]
    arguments = ["score", str(path), *files, "--label", "1", "--clinical", "age=999"]
    with pytest.warns(MissingCode, match=r"'age' \(999 in 1 row"):
        told = CliRunner().invoke(app, arguments).output
    scorer = load_model(path)
    with pytest.warns(MissingCode):
        expected = scorer.score(*files, label=1, age=999).iloc[0]
    assert expected["warnings"].startswith("MissingCode: ")
    assert "osteoporosis: uncertain" in told
    assert "why uncertain: FarOutsideTrainingRange: 1 feature(s)" in told
    low, high = expected["interval_low"], expected["interval_high"]
    assert f"probability of 'yes': {expected['probability']:.3f} ({low:.3f} to {high:.3f})" in told
    assert f"  model: content digest {scorer.model.digest}" in told.splitlines()
    assert f"threshold: {expected['threshold']:.3f}" in told
    assert f"outside the training range: 1 of {len(scorer.model.needed)} (age)" in told
    with pytest.warns(MissingCode):
        (record,) = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert record["probability"] == expected["probability"]
    assert record["predicted"] in {0, 1}
    assert record["outside_features"] == "age"
    assert next(iter(record)) == "answer"  # what is to be acted on stands before the class without doubts
    assert (record["answer"], record["model_digest"]) == ("uncertain", scorer.model.digest)
    assert record["interval_low"] <= record["probability"] <= record["interval_high"]


def test_a_table_of_scores_names_classes(fitted: tuple[SmallCohort, Path, Path]) -> None:
    _, features, path = fitted
    told = CliRunner().invoke(app, ["score", str(path), str(features)]).output
    assert "'yes' from a probability of" in told
    rows = [line.split() for line in told.splitlines() if line.lstrip().startswith("p")]
    assert rows[0][:3] == ["patient_id", "class", "probability"]
    assert [row[0] for row in rows[1:]] == [f"p{number:02d}" for number in range(16)]
    assert {row[1] for row in rows[1:]} == {"yes", "no"}
    assert [row[3:6:2] for row in rows[1:]] == [
        [f"{one.interval_low:.3f}", f"{one.interval_high:.3f}"]
        for one in load_model(path).score_table(features).itertuples()
    ]


def test_a_grey_zone_is_left_open_or_refused(fitted: tuple[SmallCohort, Path, Path]) -> None:
    _, features, path = fitted
    scores = load_model(path, grey_zone=(0.0, 1.0)).score_table(features)
    assert set(scores["answer"]) == {"uncertain"}
    assert scores["uncertain"].str.contains("GreyZone", regex=False).all()
    told = CliRunner().invoke(app, ["score", str(path), str(features), "--grey-zone", "0", "1"]).output
    assert "GreyZone" in told
    for zone in ((0.6, 0.4), (-0.1, 0.5), (0.5, 1.1), (float("nan"), 0.5)):
        with pytest.raises(BadSetting, match="grey zone"):
            load_model(path, grey_zone=zone)


def test_fitting_shows_its_progress(
    fitted: tuple[SmallCohort, Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, features, _ = fitted
    roles = {"target": "osteoporosis", "positive": "yes"}
    fit_table(features, pipeline=FAST, seed=0, jobs=1, show_progress=True, **roles)
    assert "inner folds: 3/3" in capfd.readouterr().err


def test_codes_for_missing_values_are_told_as_in_training(
    fitted: tuple[SmallCohort, Path, Path], tmp_path: Path
) -> None:
    cohort, features, path = fitted
    table = pd.read_parquet(features / "features.parquet")
    new = tmp_path / "new.csv"
    for value, due in ((-999, True), (-998, False), (60, False)):
        table.assign(age=[value, *table["age"][1:]]).to_csv(new, index=False)
        with collected() as told:
            load_model(path).score_table(new)
        assert ("MissingCode" in {one.code for one in told}) == due
    rows = pd.read_csv(cohort.manifest)[:2].assign(age=[-999, 60])
    rows.to_csv(cohort.folder / "coded.csv", index=False)
    with pytest.warns(MissingCode, match=r"'age' \(-999 in 1 row"):
        load_model(path).score_manifest(cohort.folder / "coded.csv", show_progress=False)


def test_failed_cases_keep_their_row(fitted: tuple[SmallCohort, Path, Path]) -> None:
    cohort, _, path = fitted
    image = cohort.folder / "images" / "p03.nii.gz"
    hidden = image.rename(image.with_suffix(".hidden"))
    try:
        scored = score_source(path, cohort.manifest, None, label=None, clinical=[], root=None, jobs=1)
    finally:
        hidden.rename(image)
    scores = scored.table
    assert len(scores) == 16
    assert scores.set_index("patient_id").loc["p03", "code"] == "FileMissing"
    assert scored.n_failed == 1
    assert any("p03: FileMissing" in line for line in scored.lines)
    assert scores["predicted"].dtype == "Int64"  # whole numbers stay whole beside the empty cell
    assert set(scores.drop(index=scores.index[scores["code"].notna()])["predicted"]) <= {0, 1}


def test_what_does_not_fit_is_refused(fitted: tuple[SmallCohort, Path, Path], tmp_path: Path) -> None:
    cohort, _, path = fitted
    image, mask = cohort.folder / "images" / "p03.nii.gz", cohort.folder / "masks" / "p03.nii.gz"
    with pytest.raises(FeatureMismatch, match="age"):
        load_model(path).score(image, mask, label=1)
    with pytest.raises(BadSetting, match="NAME=VALUE"):
        score_source(path, image, mask, label="1", clinical=["age"], root=None, jobs=1)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "bad.rbm").write_bytes(content)
    with pytest.raises(UntrustedModel):
        load_model(tmp_path / "bad.rbm")


def test_a_model_of_a_foreign_table_scores_tables_only(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(40, 4)), columns=list("abcd")).assign(y=np.arange(40) % 2)
    table.to_csv(tmp_path / "t.csv", index=False)
    model = fit_table(tmp_path / "t.csv", pipeline=FAST, seed=0, jobs=1, target="y", id="row")
    model.save(tmp_path / "m.rbm")
    scorer = load_model(tmp_path / "m.rbm")
    assert len(scorer.score_table(tmp_path / "t.csv")) == 40
    with pytest.raises(FeatureMismatch, match="settings are not known"):
        _ = scorer.settings
    assert "pickle" not in json.dumps(dict(scorer.model.about))


def test_features_of_other_settings_are_refused(
    fitted: tuple[SmallCohort, Path, Path], tmp_path: Path
) -> None:
    cohort, features, path = fitted
    other = {**QUICK, "setting": {"binWidth": 10}}
    extract(cohort.manifest, settings=other, output=tmp_path / "other", show_progress=False)
    for there in (tmp_path / "other", tmp_path / "other" / "features.parquet"):
        with pytest.raises(SettingsMismatch, match="discretisation"):
            load_model(path).score_table(there)
    assert len(load_model(path).score_table(features)) == 16


def test_a_class_called_label_is_no_value_in_the_mask_of_a_manifest_to_score(tmp_path: Path) -> None:
    cohort = SmallCohort(tmp_path)
    for number in range(16):
        name = f"p{number:02d}"
        cohort.add(name, shape=number)
        cohort.rows[-1] = {key: cohort.rows[-1][key] for key in ("patient_id", "image", "mask")} | {
            "label": number % 2
        }
        brighter = bone(number) + np.int16(80 * (number % 2))
        write_image(cohort.folder / "images" / f"{name}.nii.gz", brighter)
        write_image(cohort.folder / "masks" / f"{name}.nii.gz", (two_labels(number) == 1).astype(np.uint8))
    features = tmp_path / "features"
    extract(cohort.manifest, settings=QUICK, output=features, target="label", show_progress=False)
    fitted = fit_table(features, pipeline=FAST, seed=0, jobs=1, target="label")
    fitted.save(tmp_path / "model.rbm")
    model = load_model(tmp_path / "model.rbm")
    scored = model.score_manifest(cohort.manifest, jobs=1, show_progress=False)
    expected = model.score_table(features)["probability"]
    assert scored["probability"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-12)
