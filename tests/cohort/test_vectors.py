"""Vectors of deep networks from files: arrays with a sheet, and several views and bones of a patient."""

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.joined import join_file
from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import (
    DuplicateId,
    FileMissing,
    FileUnreadable,
    MissingColumn,
    MissingId,
    UntrustedModel,
)
from radiobone.core.warnings import Imputed, MissingViews
from radiobone.evaluation.blocks.resolve import settle_blocks, with_fusion
from radiobone.evaluation.spec import load_pipeline

VIEWS = ("AP", "LAT")


@pytest.fixture
def files(tmp_path):
    """Twenty patients with two views each, and a cohort of one row per patient."""
    rng = np.random.default_rng(0)
    patients = [f"P{number:02d}" for number in range(20)]
    main = pd.DataFrame({"patient_id": patients, "original_glcm_F0": rng.normal(size=20), "ill": [0, 1] * 10})
    main.to_csv(tmp_path / "main.csv", index=False)
    deep = pd.DataFrame([(one, view) for one in patients for view in VIEWS], columns=["patient_id", "view"])
    return tmp_path, deep.assign(v0=rng.normal(size=40), v1=rng.normal(size=40))


def joined(folder, name, pool):
    cohort = read_cohort(folder / "main.csv", target="ill")
    return join_file(cohort, folder / name, "deep", pool)


@pytest.mark.parametrize("suffix", ["csv", "parquet", "npy"])
@pytest.mark.parametrize("pool", ["mean", "max"])
def test_views_of_a_patient_are_pooled_whatever_the_file(files, suffix, pool):
    folder, deep = files
    shuffled = deep.sample(frac=1, random_state=1)
    if suffix == "npy":
        np.save(folder / "deep.npy", shuffled[["v0", "v1"]].to_numpy())
        shuffled[["patient_id", "view"]].to_csv(folder / "deep.csv", index=False)
    elif suffix == "csv":
        shuffled.to_csv(folder / "deep.csv", index=False)
    else:
        shuffled.to_parquet(folder / "deep.parquet")
    cohort, columns = joined(folder, f"deep.{suffix}", pool)
    expected = getattr(deep.groupby("patient_id")[["v0", "v1"]], pool)()
    np.testing.assert_allclose(cohort.X[list(columns)].to_numpy(), expected.to_numpy(), rtol=1e-12)
    assert columns == (("deep_1", "deep_2") if suffix == "npy" else ("v0", "v1"))
    assert cohort.provenance["joined"]["deep"]["views"] == ["AP", "LAT"]


def test_one_column_set_per_view_and_bone(files):
    folder, deep = files
    deep.assign(bone="femur").to_csv(folder / "deep.csv", index=False)
    cohort, columns = joined(folder, "deep.csv", "views")
    assert columns == ("AP_femur_v0", "AP_femur_v1", "LAT_femur_v0", "LAT_femur_v1")
    np.testing.assert_allclose(cohort.X["LAT_femur_v0"], deep.loc[deep["view"] == "LAT", "v0"])


def test_a_missing_view_is_named(files):
    folder, deep = files
    deep.drop(index=[1, 3]).to_csv(folder / "deep.csv", index=False)
    with pytest.warns(MissingViews, match="'LAT' in 2 of 20. They are missing values"):
        cohort, _ = joined(folder, "deep.csv", "views")
    assert cohort.X["LAT_v0"].isna().tolist() == [True, True] + [False] * 18
    with pytest.warns(MissingViews, match="the mean is taken over those that are there"):
        cohort, _ = joined(folder, "deep.csv", "mean")
    assert cohort.X["v0"].iloc[0] == pytest.approx(deep["v0"][0])


def test_a_patient_without_any_vector_is_named(files):
    folder, deep = files
    deep.iloc[2:].to_csv(folder / "deep.csv", index=False)
    with pytest.warns(Imputed, match="lacks 1 of 20 rows"):
        cohort, _ = joined(folder, "deep.csv", "mean")
    assert cohort.X["v0"].isna().sum() == 1


def test_faults_are_named(files):
    folder, deep = files
    deep.to_csv(folder / "deep.csv", index=False)
    with pytest.raises(DuplicateId, match="NAME=FILE@mean"):
        joined(folder, "deep.csv", None)
    pd.concat([deep, deep.iloc[:1]]).to_csv(folder / "deep.csv", index=False)
    with pytest.raises(DuplicateId, match="the view 'AP' of 'P00'"):
        joined(folder, "deep.csv", "views")
    deep.drop(columns="view").to_csv(folder / "deep.csv", index=False)
    with pytest.raises(MissingColumn, match="tells the view"):
        joined(folder, "deep.csv", "views")


def test_arrays_whose_rows_are_nobodys(files):
    folder, deep = files
    with pytest.raises(FileMissing):
        joined(folder, "none.npy", "mean")
    np.save(folder / "deep.npy", deep[["v0", "v1"]].to_numpy())
    with pytest.raises(FileMissing, match=r"lies no deep\.csv"):
        joined(folder, "deep.npy", "mean")
    deep.iloc[1:][["patient_id", "view"]].to_csv(folder / "deep.csv", index=False)
    with pytest.raises(MissingId, match="40 vectors and the sheet beside it 39"):
        joined(folder, "deep.npy", "mean")
    np.save(folder / "deep.npy", np.array(["a", "b"], dtype=object), allow_pickle=True)
    with pytest.raises(UntrustedModel):
        joined(folder, "deep.npy", "mean")
    np.save(folder / "deep.npy", np.zeros(5))
    with pytest.raises(FileUnreadable, match="one vector per row"):
        joined(folder, "deep.npy", "mean")


def test_the_short_form_says_how_to_pool(files):
    folder, deep = files
    deep.to_csv(folder / "deep.csv", index=False)
    spec = with_fusion(load_pipeline("default"), [f"deep={folder / 'deep.csv'}@views"])
    assert spec.blocks["deep"].pool == "views"
    _, settled = settle_blocks(read_cohort(folder / "main.csv", target="ill"), spec)
    assert settled.blocks["deep"].columns == ("AP_v0", "AP_v1", "LAT_v0", "LAT_v1")


def test_one_patients_vectors_change_no_other_row(files):
    folder, deep = files
    deep.to_csv(folder / "deep.csv", index=False)
    clean, _ = joined(folder, "deep.csv", "mean")
    deep.loc[:1, ["v0", "v1"]] = 1e6
    deep.to_csv(folder / "deep.csv", index=False)
    dirty, _ = joined(folder, "deep.csv", "mean")
    pd.testing.assert_frame_equal(clean.X.iloc[1:], dirty.X.iloc[1:])
