from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core import errors
from radiobone.core.files import write_json
from radiobone.core.warnings import DecimalComma, FeatureDropped, Imputed, RowsDropped, SimilarIds


def make_table(n=12, **columns):
    rng = np.random.default_rng(0)
    table = {
        "patient_id": [f"P{i:02d}" for i in range(n)],
        "label": [str(i % 2) for i in range(n)],
        "original_a": rng.normal(size=n),
        "original_b": rng.normal(size=n),
        "weight_kg": rng.normal(70, 5, size=n),
    }
    return pd.DataFrame({**table, **columns})


def saved(tmp_path, table, name="table.csv", **kwargs):
    path = tmp_path / name
    table.to_csv(path, index=False, **kwargs)
    return path


def read(tmp_path, table, **kwargs):
    return read_cohort(saved(tmp_path, table), target=kwargs.pop("target", "label"), **kwargs)


def test_reads_features_ids_and_labels(tmp_path):
    table = make_table()
    cohort = read(tmp_path, table)
    assert list(cohort.X.columns) == ["original_a", "original_b", "weight_kg"]
    assert cohort.y.tolist() == [0, 1] * 6
    assert cohort.patient.tolist() == table.patient_id.tolist()
    np.testing.assert_array_equal(cohort.X["original_a"], table["original_a"])
    assert any("3 columns of numbers" in note for note in cohort.notes)


def test_row_order_of_the_file_does_not_matter(tmp_path):
    table = make_table()
    one = read(tmp_path, table)
    two = read_cohort(saved(tmp_path, table.sample(frac=1, random_state=3), "mixed.csv"), target="label")
    pd.testing.assert_frame_equal(one.X, two.X)
    assert one.y.tolist() == two.y.tolist()


def test_gzipped_semicolon_decimal_comma(tmp_path):
    table = make_table()
    path = tmp_path / "t.csv.gz"
    with gzip.open(path, "wt") as handle:
        table.to_csv(handle, index=False, sep=";", decimal=",")
    with pytest.warns(DecimalComma):
        cohort = read_cohort(path, target="label")
    np.testing.assert_allclose(cohort.X["original_a"], table["original_a"])


def test_damaged_gzip_is_a_named_error(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n" * 50)[:-12])
    with pytest.raises(errors.FileUnreadable, match="gzip"):
        read_cohort(path, target="label")


def test_patterns_choose_features(tmp_path):
    assert list(read(tmp_path, make_table(), features="original_*").X) == ["original_a", "original_b"]
    assert list(read(tmp_path, make_table(), features="*_b, weight_kg").X) == ["original_b", "weight_kg"]
    with pytest.raises(errors.MissingColumn, match="original_z"):
        read(tmp_path, make_table(), features="original_z*")


def test_extraction_folder_uses_recorded_columns(tmp_path):
    make_table(kvp=[120.0, 100.0] * 6).to_parquet(tmp_path / "features.parquet", index=False)
    write_json(
        tmp_path / "provenance.json", {"feature_columns": ["original_a", "original_b"], "settings": {"x": 1}}
    )
    cohort = read_cohort(tmp_path, target="label", clinical=["kvp"])
    assert list(cohort.X) == ["original_a", "original_b", "kvp"]
    assert cohort.clinical == ("kvp",)
    assert cohort.provenance["extraction"]["settings"] == {"x": 1}


def test_folder_without_features(tmp_path):
    with pytest.raises(errors.FileMissing, match=r"features\.parquet"):
        read_cohort(tmp_path, target="label")


def test_clinical_words_become_indicators(tmp_path):
    table = make_table(sex=["F", "M", None] * 4, kernel=["A", "B", "C"] * 4)
    with pytest.warns(Imputed):
        cohort = read(tmp_path, table, clinical=["sex", "kernel"], features="original_*")
    assert cohort.clinical == ("sex=M", "kernel=A", "kernel=B", "kernel=C")
    assert cohort.X["sex=M"].tolist()[:2] == [0.0, 1.0]
    assert np.isnan(cohort.X["sex=M"].iloc[2])


@pytest.mark.parametrize("values", [["yes", "no"], ["2", "1"]])
def test_two_words_need_a_positive(tmp_path, values):
    table = make_table(label=values * 6)
    with pytest.raises(errors.BadSetting, match=f"--positive {values[1]}"):
        read(tmp_path, table)
    cohort = read(tmp_path, table, positive=values[0])
    assert cohort.y.tolist() == [1, 0] * 6
    assert (cohort.positive, cohort.negative) == tuple(values)
    with pytest.raises(errors.BadSetting, match="is not a value"):
        read(tmp_path, table, positive="maybe")


@pytest.mark.parametrize("values", [["1.0", "0.0"], ["True", "False"], ["true", "false"]])
def test_truth_values_need_none(tmp_path, values):
    assert read(tmp_path, make_table(label=values * 6)).y.tolist() == [1, 0] * 6


ids = [f"P{i:02d}" for i in range(12)]


@pytest.mark.parametrize(
    ("columns", "error", "match"),
    [
        ({"label": ["0", "1", "2"] * 4}, errors.NotBinary, "a yes/no target is needed"),
        ({"label": ["0"] * 12}, errors.OneClass, "'0' only"),
        ({"label": ["yes", "no", "Yes"] * 4}, errors.MixedLabels, "'Yes', 'yes'"),
        ({"patient_id": [*ids[:11], "P01"]}, errors.DuplicateId, "P01"),
        ({"patient_id": [*ids[:11], "P00"]}, errors.ConflictingLabel, "P00"),
        ({"patient_id": [*ids[:11], None]}, errors.MissingId, "row 12"),
        ({"original_a": [*range(11), "high"]}, errors.NotNumeric, "'high'"),
        ({"original_a": [*range(11), "inf"]}, errors.NonFiniteFeature, "original_a"),
        ({"original_a": [*range(11), "1e400"]}, errors.NonFiniteFeature, "original_a"),
    ],
)
def test_faults_are_named(tmp_path, columns, error, match):
    with pytest.raises(error, match=match):
        read(tmp_path, make_table(**columns))


def test_missing_target_lists_near_names(tmp_path):
    with pytest.raises(errors.MissingColumn, match="Did you mean 'label'"):
        read(tmp_path, make_table(), target="labels")


def test_too_few_rows(tmp_path):
    with pytest.raises(errors.TooFewRows, match="4 patient"):
        read(tmp_path, make_table(n=4))


def test_conflicting_label_unless_per_region(tmp_path):
    table = make_table(patient_id=[ids[i // 2] for i in range(12)], roi=["L1", "L2"] * 6)
    table = pd.concat([table, table.assign(patient_id=lambda t: "Q" + t.patient_id)])
    with pytest.raises(errors.ConflictingLabel, match="--unit roi"):
        read(tmp_path, table)
    cohort = read(tmp_path, table, unit="roi")
    assert cohort.X.index[0] == "P00/L1"
    assert cohort.n_patients == 12


def test_rows_without_target_are_dropped_and_counted(tmp_path):
    with pytest.warns(RowsDropped, match="1 of 12"):
        cohort = read(tmp_path, make_table(label=[None, *"10101010101"]))
    assert cohort.n_rows == 11
    assert cohort.provenance["rows_dropped"] == 1


def test_only_empty_columns_are_dropped_before_the_folds(tmp_path):
    flat = pytest.warns(FeatureDropped, match=r"1 column\(s\) hold one and the same value in every row: flat")
    with flat, pytest.warns(FeatureDropped, match=r"1 column\(s\) hold no value in any row: empty"):
        cohort = read(tmp_path, make_table(flat=[1.0] * 12, empty=[None] * 12))
    assert "empty" not in cohort.X
    assert "flat" in cohort.X  # constant or not is learned in the fold


def test_missing_values_stay_and_are_told(tmp_path):
    with pytest.warns(Imputed, match="1 of 36"):
        cohort = read(tmp_path, make_table(original_a=[None, *range(11)]))
    assert np.isnan(cohort.X["original_a"].iloc[0])


def test_text_columns_are_no_features(tmp_path):
    cohort = read(
        tmp_path, make_table(image=["a.nii"] * 12, comment=["fine", "odd"] * 6, diagnostics_x=range(12))
    )
    assert list(cohort.X) == ["original_a", "original_b", "weight_kg"]
    assert any("comment" in note for note in cohort.notes)


def test_ids_keep_their_zeros_and_case(tmp_path):
    with pytest.warns(SimilarIds):
        cohort = read(tmp_path, make_table(patient_id=["007", "7", "nan", "None", "p0", "P0", *ids[:6]]))
    assert {"007", "7", "nan", "None", "p0", "P0"} <= set(cohort.patient)


@pytest.mark.parametrize("pair", [("007", "7"), ("29", "29.0"), ("p0", "P 0"), ("0", "00")])
def test_ids_that_a_spreadsheet_may_have_respelled_are_told(tmp_path, pair):
    with pytest.warns(SimilarIds, match=f"'{pair[0]}'"):
        cohort = read(tmp_path, make_table(patient_id=[*pair, *[f"x{i}" for i in range(10)]]))
    assert cohort.n_patients == 12


def test_ambiguous_id(tmp_path):
    table = make_table().rename(columns={"patient_id": "case"}).assign(ID=[0, *range(11)])
    with pytest.raises(errors.BadSetting, match="case, ID"):
        read(tmp_path, table)
    assert "ID" not in read(tmp_path, table, id="case").X


def test_groups_differ_from_ids(tmp_path):
    cohort = read(tmp_path, make_table(family=["a", "b", "c", "d"] * 3), groups="family", site="family")
    assert set(cohort.groups) == {"a", "b", "c", "d"}
    assert cohort.n_patients == 12
    assert cohort.provenance["sites"] == {"a": 3, "b": 3, "c": 3, "d": 3}


def test_arrays():
    X = np.arange(40.0).reshape(20, 2)[::-1]
    cohort = cohort_from_arrays(X, [0, 1] * 10, groups=np.repeat(range(10), 2), sites=["s"] * 20)
    np.testing.assert_array_equal(cohort.X.to_numpy(), X)
    assert cohort.patient.tolist()[:3] == ["0", "0", "1"]
    assert cohort.X.index.is_unique
    joined = cohort_from_arrays(X, [0, 1] * 10, clinical=pd.DataFrame({"sex": ["F", "M"] * 10}))
    assert joined.clinical == ("sex=M",)
    with pytest.raises(errors.BadSetting, match="groups has 3"):
        cohort_from_arrays(X, [0, 1] * 10, groups=[1, 2, 3])
    with pytest.raises(errors.NonFiniteFeature):
        cohort_from_arrays(np.where(X == 3, np.inf, X), [0, 1] * 10)


def test_radmlbench_tables(shared_data):
    cohort = read_cohort(shared_data / "radmlbench" / "HNSCC.csv.gz", target="Target")
    assert cohort.X.shape == (93, 105)
    assert cohort.X.to_numpy().dtype == float


def test_groups_that_divide_a_patient_are_refused(tmp_path):
    table = make_table(patient_id=[f"P{i // 2:02d}" for i in range(12)], roi=["L1", "L2"] * 6)
    table["vertebra"] = [f"v{i}" for i in range(12)]
    with pytest.raises(errors.PatientInTrainAndTest, match="'P00'"):
        read(tmp_path, table, groups="vertebra", unit="roi")


def test_the_target_cannot_be_a_clinical_column(tmp_path):
    with pytest.raises(errors.BadSetting, match="the answer would be among the features"):
        read(tmp_path, make_table(), clinical=["weight_kg", "label"])


def test_a_clinical_column_is_named_once(tmp_path):
    with pytest.raises(errors.BadSetting, match="twice"):
        read(tmp_path, make_table(), clinical=["weight_kg", "weight_kg"])


def test_dates_are_not_taken_for_numbers(tmp_path):
    table = make_table(scanned=pd.date_range("2020-01-01", periods=12))
    table.to_parquet(tmp_path / "t.parquet")
    assert "scanned" not in read_cohort(tmp_path / "t.parquet", target="label").X.columns


def test_a_missing_id_of_a_typed_column_is_named(tmp_path):
    table = make_table(patient_id=pd.array([None, *range(1, 12)], dtype="Int64"))
    table.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(errors.MissingId, match="row 1"):
        read_cohort(tmp_path / "t.parquet", target="label")


@pytest.mark.parametrize("name", ["label", "Label"])
def test_a_column_label_is_no_feature_of_another_target(tmp_path, name):
    """It is a value in the mask, or a class: in both cases nothing was measured."""
    table = make_table().rename(columns={"label": name}).assign(osteoporosis=["no", "no", "yes", "yes"] * 3)
    cohort = read(tmp_path, table, target="osteoporosis", positive="yes")
    assert list(cohort.X) == ["original_a", "original_b", "weight_kg"]
    assert any(f"Not used as features (1): {name}" in note for note in cohort.notes)
    asked = read(tmp_path, table, target="osteoporosis", positive="yes", features=f"original_*,{name}")
    assert list(asked.X) == [name, "original_a", "original_b"]


def test_equal_columns_are_told_once_and_kept_for_the_folds(tmp_path):
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(40, 4)), columns=["a", "b", "original_firstorder_Energy", "d"])
    table = table.assign(
        copy=table["b"],
        original_firstorder_TotalEnergy=table[
            "original_firstorder_Energy"
        ],  # so they are where voxels have 1 mm³
        patient_id=[f"P{i}" for i in range(40)],
        y=np.arange(40) % 2,
    )
    table.to_csv(tmp_path / "t.csv", index=False)
    with pytest.warns(
        FeatureDropped, match=r"1 column\(s\) hold the values of another one in every row: copy = b\."
    ) as told:
        assert "copy" in read_cohort(tmp_path / "t.csv", target="y").X
    assert len(told) == 1
