"""Rows given in several tables are paired by their labels where they have labels, and never guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, MissingId
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
