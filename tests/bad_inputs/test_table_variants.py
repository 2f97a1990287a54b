"""One sound table, saved in a hundred and sixty ways: its own numbers, or a named error; never another number."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import read_cohort
from radiobone.cohort.task import Number, Ordinal
from radiobone.core.errors import RadioboneError
from radiobone.core.warnings import collected
from spoiled_tables import N, column, save, sound, text
from table_variants import BAD, DECORATED, GOOD, IDS


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    cells = sound()
    frame = pd.DataFrame(cells[1:], columns=cells[0]).set_index("patient_id").astype(float)
    return frame.sort_index()


def read(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with collected() as told:
            cohort = read_cohort(path, target="label")
    return cohort, {one.code for one in told}


@pytest.mark.parametrize("name", GOOD)
def test_the_numbers_of_the_sound_table(name, truth, tmp_path):
    variant, due = GOOD[name]
    cohort, codes = read(save(variant, tmp_path))
    assert codes == due
    found = cohort.X.set_axis(cohort.patient).sort_index()
    assert list(found.index) == list(truth.index)
    pd.testing.assert_frame_equal(
        found[["f1", "f2", "f3", "f4"]], truth[["f1", "f2", "f3", "f4"]], check_exact=True, check_names=False
    )
    assert set(found.columns) <= {"f1", "f2", "f3", "f4", "f5"}
    np.testing.assert_array_equal(pd.Series(cohort.y, cohort.patient).sort_index(), truth["label"].to_numpy())


@pytest.mark.parametrize("name", IDS)
def test_ids_stay_as_they_are_and_apart(name, tmp_path):
    variant, due, ids = IDS[name]
    cohort, codes = read(save(variant, tmp_path))
    assert codes == due
    assert set(ids) <= set(cohort.patient.tolist())
    assert len(set(cohort.patient.tolist())) == N


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_right_is_named(name, tmp_path):
    variant, due = BAD[name]
    path = save(variant, tmp_path)
    with collected(), pytest.raises(RadioboneError) as caught:
        read_cohort(path, target="label")
    assert caught.value.code == due, caught.value
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize("name", DECORATED)
def test_numbers_with_something_beside_are_told(name, tmp_path):
    cohort, codes = read(save(DECORATED[name], tmp_path))
    assert codes == {"FeatureDropped"}
    assert set(cohort.X.columns) == {"f2", "f3", "f4"}


@pytest.mark.parametrize(
    "values", ["12A", "3/4", "1940-01-02", "02.01.2024", "ward 3", "192.168.0.1", "L1", "T12-L1"]
)
def test_words_with_digits_are_words(values, tmp_path):
    made = save(column("f1", lambda number, _old: f"{values}" if number % 2 else f"{values} b"), tmp_path)
    assert read(made)[1] == set()


@pytest.mark.parametrize("code", ["-9", "-99", "999", "-999", "9999"])
def test_a_code_for_missing_values_is_told(code, tmp_path):
    cohort, codes = read(save(column("f1", lambda number, old: code if number in (3, 7) else old), tmp_path))
    assert codes == {"MissingCode"}
    assert (cohort.X["f1"] == float(code)).sum() == 2


@pytest.mark.parametrize("value", ["-9.5", "1000", "7"])
def test_other_far_numbers_are_no_codes(value, tmp_path):
    assert (
        read(save(column("f1", lambda number, old: value if number in (3, 7) else old), tmp_path))[1] == set()
    )


@pytest.mark.parametrize(("task", "code"), [(Ordinal(), "9"), (Number(), "-99")])
def test_a_code_in_a_graded_target_is_told(task, code, tmp_path):
    grades = column(
        "label",
        lambda number, _old: (
            code if number == 4 else str(number % 3 if task.kind == "ordinal" else number / 10)
        ),
    )
    path = save(grades, tmp_path)
    with collected() as told:
        read_cohort(path, target="label", task=task)
    assert "MissingCode" in {one.code for one in told}


def test_decimal_commas_of_three_digits_beside_others_are_decimals(tmp_path):
    """A table in which 5,1 stands as well as 5,123 has decimal commas throughout."""
    path = save(lambda cells: text([cells[0], *([row[0], f"{3 + n},{n:03d}", f"{n},5", "1", str(n), row[5]] for n, row in enumerate(cells[1:]))], ";"), tmp_path)  # fmt: skip
    cohort, codes = read(path)
    assert "DecimalComma" in codes
    assert sorted(cohort.X["f1"]) == [pytest.approx(3 + n + n / 1000) for n in range(N)]
