"""What the filter of unstable columns drops, and whose repeats it looks at."""

import numpy as np
import pandas as pd
import pytest

from radiobone.core.errors import BadSetting, FileMissing, MissingColumn, TooFewRows
from radiobone.selection.icc import icc_1_1, icc_2_1, icc_3_1
from radiobone.selection.unstable import UnstableFilter

NAMES = ["firm", "loose", "offset"]
PATIENTS = [f"p{number}" for number in range(20)]


def repeats(seed=0, patients=PATIENTS):
    rng = np.random.default_rng(seed)
    rows = []
    for patient in patients:
        truth = rng.normal(size=3)
        for repeat in range(3):
            noise = rng.normal(size=3) * [0.05, 3.0, 0.05] + [0, 0, 2.0 * repeat]
            rows.append([patient, "L1", repeat, "noise", *(truth + noise)])
    return pd.DataFrame(rows, columns=["patient_id", "roi", "repeat", "perturbation", *NAMES])


def features():
    return pd.DataFrame(np.random.default_rng(1).normal(size=(20, 4)), columns=[*NAMES, "age"])


@pytest.fixture
def given(tmp_path):
    def write(table, name="table.csv"):
        path = tmp_path / name
        table.to_csv(path, index=False) if name.endswith("csv") else table.to_parquet(path)
        return str(path)

    return write


@pytest.mark.parametrize("name", ["repeats.csv", "repeats.parquet"])
@pytest.mark.parametrize(
    ("form", "kept"),
    [("1,1", ["firm", "age"]), ("2,1", ["firm", "age"]), ("3,1", ["firm", "offset", "age"])],
)
def test_drops_what_repeats_do_not_agree_on(given, name, form, kept):
    step = UnstableFilter(table=given(repeats(), name), form=form).fit(features(), groups=PATIENTS)
    assert step.get_feature_names_out().tolist() == kept
    assert step.n_regions_ == 20


@pytest.mark.parametrize("by", ["low", "icc"])
def test_the_numbers_are_those_of_the_icc(given, by):
    table = repeats()
    where = (table["patient_id"], table["repeat"])
    expected = {
        "1,1": icc_1_1(table[NAMES], where[0]),
        "2,1": icc_2_1(table[NAMES], *where),
        "3,1": icc_3_1(table[NAMES], *where),
    }
    for form, icc in expected.items():
        step = UnstableFilter(table=given(table), form=form, by=by).fit(features(), groups=PATIENTS)
        np.testing.assert_allclose(step.icc_[:3], icc.low if by == "low" else icc.value, atol=1e-9)
        assert np.isnan(step.icc_[3])


def test_repeats_of_patients_outside_the_training_rows_do_not_count(given):
    table = repeats()
    garbage = table.copy()
    tested = garbage["patient_id"].isin(PATIENTS[12:])
    garbage.loc[tested, NAMES] = np.random.default_rng(5).normal(1e6, 1e5, (tested.sum(), 3))
    train = features().iloc[:12], PATIENTS[:12]
    clean = UnstableFilter(table=given(table)).fit(train[0], groups=train[1])
    poisoned = UnstableFilter(table=given(garbage, "garbage.csv")).fit(train[0], groups=train[1])
    np.testing.assert_array_equal(clean.icc_, poisoned.icc_)
    assert clean.n_regions_ == 12
    everyone = UnstableFilter(table=given(garbage, "garbage.csv"), patients="all").fit(train[0])
    assert everyone.n_regions_ == 20
    assert not np.array_equal(everyone.icc_, clean.icc_, equal_nan=True)


def test_a_table_of_iccs_is_taken_as_it_is(given):
    table = pd.DataFrame({"feature": NAMES, "icc": [0.9, 0.8, 0.2], "low": [0.8, 0.7, 0.1], "n_rows": 40})
    by_low = UnstableFilter(table=given(table)).fit(features())
    assert by_low.get_feature_names_out().tolist() == ["firm", "age"]
    by_value = UnstableFilter(table=given(table), by="icc").fit(features())
    assert by_value.get_feature_names_out().tolist() == ["firm", "loose", "age"]
    best = UnstableFilter(table=given(table), limit=1.0, min_features=2).fit(features()[NAMES])
    assert best.get_feature_names_out().tolist() == ["firm", "loose"]


def test_without_a_table_nothing_is_known_and_all_is_kept():
    assert UnstableFilter().fit(features()).get_support().all()


def test_faults_are_named(given):
    path = given(repeats())
    for arguments in (
        {"limit": 2},
        {"by": "high"},
        {"form": "2,k"},
        {"patients": "test"},
        {"min_features": 0},
    ):
        with pytest.raises(BadSetting, match=next(iter(arguments))):
            UnstableFilter(table=path, **arguments).fit(features(), groups=PATIENTS)
    with pytest.raises(FileMissing, match=r"nowhere\.csv"):
        UnstableFilter(table="nowhere.csv").fit(features())
    with pytest.raises(BadSetting, match="groups"):
        UnstableFilter(table=path).fit(features())
    with pytest.raises(BadSetting, match="none of the 4 columns, which have no names"):
        UnstableFilter(table=path).fit(features().to_numpy(), groups=PATIENTS)
    with pytest.raises(TooFewRows, match=r"0 region\(s\)"):
        UnstableFilter(table=path).fit(features(), groups=["other"] * 20)
    with pytest.raises(MissingColumn, match="'patient_id'"):
        UnstableFilter(table=given(features(), "x.csv")).fit(features(), groups=PATIENTS)
    with pytest.raises(MissingColumn, match="'low'"):
        UnstableFilter(table=given(pd.DataFrame({"feature": NAMES, "icc": 1.0}), "y.csv")).fit(features())
