"""Rows given in several tables are paired by their labels where they have labels, and never guessed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, DuplicateColumn, MissingId
from radiobone.core.warnings import FeatureDropped

N = 24
NAMES = [f"p{i:02d}" for i in range(N)]
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(N, 3)), columns=list("abc"), index=NAMES)
Y = pd.Series(np.arange(N) // 2 % 2, index=NAMES, name="target")
PATIENT = pd.Series([f"P{i // 2}" for i in range(N)], index=NAMES)
SITE = pd.Series([f"S{i % 3}" for i in range(N)], index=NAMES)
CLINICAL = pd.DataFrame({"age": RNG.normal(60, 5, N)}, index=NAMES)
SHUFFLED = RNG.permutation(N)


def test_the_same_labels_in_another_order_are_put_in_order() -> None:
    straight = cohort_from_arrays(X, Y, groups=PATIENT, sites=SITE, clinical=CLINICAL)
    mixed = cohort_from_arrays(
        X, Y.iloc[SHUFFLED], groups=PATIENT.iloc[SHUFFLED[::-1]], sites=SITE.sort_values(),
        clinical=CLINICAL.sort_values("age"),
    )  # fmt: skip
    pd.testing.assert_frame_equal(straight.X, mixed.X)
    assert straight.y.tolist() == mixed.y.tolist() == Y.tolist()
    assert straight.patient.tolist() == mixed.patient.tolist() == PATIENT.tolist()
    assert mixed.site is not None
    assert mixed.site.tolist() == SITE.tolist()


@pytest.mark.parametrize("name", ["y", "groups", "sites", "clinical"])
@pytest.mark.parametrize(
    "index",
    [pd.RangeIndex(N), [f"q{i}" for i in range(N)], [*NAMES[:-1], NAMES[0]]],
    ids=["numbers", "other labels", "a label twice"],
)
def test_other_labels_are_an_error(name: str, index: object) -> None:
    given = {"y": Y, "groups": PATIENT, "sites": SITE, "clinical": CLINICAL}
    given[name] = given[name].set_axis(index, axis=0)
    with pytest.raises(BadSetting, match=rf"{name}.*reset_index\(drop=True\)"):
        cohort_from_arrays(X, given.pop("y"), **given)


def test_without_labels_position_counts() -> None:
    cohort = cohort_from_arrays(X.to_numpy(), Y.to_numpy(), groups=PATIENT.tolist())
    assert cohort.y.tolist() == Y.tolist()
    numbered = cohort_from_arrays(
        X.reset_index(drop=True), Y.reset_index(drop=True), groups=PATIENT.to_numpy()
    )
    assert numbered.y.tolist() == Y.tolist()
    assert cohort_from_arrays(X, Y.to_numpy(), groups=PATIENT.tolist()).y.tolist() == Y.tolist()


def test_labels_count_between_the_others_where_x_has_none() -> None:
    cohort = cohort_from_arrays(X.to_numpy(), Y, groups=PATIENT.iloc[SHUFFLED])
    assert cohort.patient.tolist() == PATIENT.tolist()


def test_equal_labels_that_repeat_pair_by_position() -> None:
    index = [f"P{i // 2}" for i in range(N)]
    cohort = cohort_from_arrays(X.set_axis(index), Y.set_axis(index), groups=PATIENT.set_axis(index))
    assert cohort.patient.tolist() == PATIENT.tolist()


def test_repeated_labels_without_groups_may_be_patients() -> None:
    index = [f"P{i // 2}" for i in range(N)]
    with pytest.raises(MissingId, match=r"groups=X\.index"):
        cohort_from_arrays(X.set_axis(index), Y.set_axis(index))


def test_a_table_of_one_column_is_a_column() -> None:
    cohort = cohort_from_arrays(X, Y.to_frame(), groups=PATIENT.to_frame(), sites=SITE.to_frame())
    assert cohort.y.tolist() == Y.tolist()
    assert cohort.target == "target"
    assert cohort.patient.tolist() == PATIENT.tolist()
    with pytest.raises(BadSetting, match="groups has 2 columns"):
        cohort_from_arrays(X, Y, groups=pd.DataFrame({"a": PATIENT, "b": SITE}))


def test_ids_among_the_features_of_a_data_frame_are_taken_out() -> None:
    ids = X.assign(MRN=np.arange(N) // 2, Akte=np.arange(N) + 40_000)
    with pytest.raises(MissingId, match=r"groups=X\['MRN'\]"):
        cohort_from_arrays(ids, Y)
    with pytest.warns(FeatureDropped, match="'MRN', 'Akte'"):
        cohort = cohort_from_arrays(ids, Y, groups=ids["MRN"])
    assert list(cohort.X) == list("abc")
    with pytest.warns(FeatureDropped, match="'patient_id'"):
        cohort_from_arrays(X.assign(patient_id=PATIENT), Y, groups=PATIENT)


class TestClinical:
    """Clinical columns are checked for ids like features, and accepted as a user has them."""

    def test_patients_that_repeat_in_the_clinical_table_are_no_feature(self) -> None:
        clinical = CLINICAL.assign(patient_id=np.arange(N) // 2)
        for features in (X, X.to_numpy()):
            with pytest.raises(MissingId, match=r"groups=clinical\['patient_id'\]"):
                cohort_from_arrays(features, Y, clinical=clinical)
        with pytest.warns(FeatureDropped, match=r"'patient_id' of clinical"):
            cohort = cohort_from_arrays(X, Y, groups=clinical["patient_id"], clinical=clinical)
        assert list(cohort.X) == [*"abc", "age"]
        assert cohort.clinical == ("age",)

    def test_labels_of_the_clinical_table_may_be_patients(self) -> None:
        with pytest.raises(MissingId, match=r"groups=clinical\.index"):
            cohort_from_arrays(X.to_numpy(), Y.to_numpy(), clinical=CLINICAL.set_axis(np.arange(N) // 2))

    def test_a_doubtful_name_with_two_values_is_no_patient(self) -> None:
        cohort = cohort_from_arrays(X, Y, clinical=CLINICAL.assign(fall=np.arange(N) % 2, sex_id=Y))
        assert cohort.clinical == ("age", "fall", "sex_id")

    def test_an_age_that_rises_from_row_to_row_is_kept_where_it_is_said_to_be_clinical(self) -> None:
        rising = X.assign(age=np.arange(30, 30 + N))
        assert cohort_from_arrays(rising, Y, clinical=["age"]).clinical == ("age",)
        assert cohort_from_arrays(X, Y, clinical=rising[["age"]]).clinical == ("age",)
        with pytest.warns(FeatureDropped, match="'age'"):
            assert "age" not in cohort_from_arrays(rising, Y).X

    def test_a_series_and_a_name_are_accepted(self) -> None:
        age = CLINICAL["age"]
        for given in (age, age.iloc[SHUFFLED], age.to_frame()):
            cohort = cohort_from_arrays(X, Y, clinical=given)
            assert cohort.clinical == ("age",)
            assert cohort.X["age"].tolist() == age.tolist()
        for name in ("age", ["age"], ("age",), np.array(["age"]), pd.Index(["age"])):
            assert cohort_from_arrays(X.assign(age=age), Y, clinical=name).clinical == ("age",)
        assert cohort_from_arrays(X, Y, clinical=age.rename(None)).clinical == ("clinical",)

    def test_columns_named_by_numbers_are_named_by_text(self) -> None:
        numbered = X.set_axis(range(3), axis=1)
        cohort = cohort_from_arrays(numbered, Y, clinical=[2])
        assert list(cohort.X) == ["0", "1", "2"]
        assert cohort.clinical == ("2",)

    @pytest.mark.parametrize(
        "given",
        [CLINICAL.to_numpy(), CLINICAL["age"].to_numpy(), CLINICAL["age"].tolist(), [1, 2], {"age": [1] * N}, 3, b"age",
         [["a"], ["b", "c"]]],
        ids=["table of numbers", "numbers", "list of numbers", "integers", "dict", "number", "bytes", "ragged"],
    )  # fmt: skip
    def test_values_without_names_are_refused(self, given: object) -> None:
        with pytest.raises(BadSetting, match="clinical"):
            cohort_from_arrays(X, Y, clinical=given)

    def test_one_name_twice_is_refused(self) -> None:
        with pytest.raises(BadSetting, match="'a' twice"):
            cohort_from_arrays(X, Y, clinical=["a", "a"])
        with pytest.raises(DuplicateColumn, match=r"clinical=\['a'\]"):
            cohort_from_arrays(X, Y, clinical=X["a"])
        with pytest.raises(DuplicateColumn, match="Two columns are called 'age'"):
            cohort_from_arrays(X, Y, clinical=pd.concat([CLINICAL, CLINICAL], axis=1))


@pytest.mark.parametrize(
    "shaped", [lambda v: v[:, None], lambda v: v[:, None].tolist(), list, pd.Index, pd.Categorical]
)
def test_a_column_may_be_an_array_of_one_column_or_a_list(shaped: Callable[[np.ndarray], object]) -> None:
    cohort = cohort_from_arrays(X, shaped(Y.to_numpy()), groups=shaped(PATIENT.to_numpy()))
    assert cohort.y.tolist() == Y.tolist()
    assert cohort.patient.tolist() == PATIENT.tolist()


@pytest.mark.parametrize(
    "given", [None, "target", 1, {"p00": 1}, {0, 1}, np.zeros((N, 2)), np.zeros((N, 1, 1)), np.array(1), [[0], [1, 2]]],
    ids=["none", "a name", "a number", "dict", "set", "two columns", "3D", "0D", "ragged"],
)  # fmt: skip
def test_what_is_no_column_is_refused_by_name(given: object) -> None:
    with pytest.raises(BadSetting, match=r"^y "):
        cohort_from_arrays(X, given)
    if given is not None:
        with pytest.raises(BadSetting, match=r"^groups "):
            cohort_from_arrays(X, Y, groups=given)


@pytest.mark.parametrize("given", [None, X["a"], [[1.0, 2.0], [3.0]], "table.csv"])
def test_what_is_no_table_is_refused(given: object) -> None:
    with pytest.raises(BadSetting, match=r"^X "):
        cohort_from_arrays(given, Y)
