"""Folds as a file: saved, used again, and refused where they do not belong to the table."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, DerivedRow, FileMissing, PatientInTrainAndTest, SplitsMismatch
from radiobone.core.warnings import SplitsUnchecked, SplitsUneven, collected
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits.file import folds_digest, resolve_splits, splits_content
from radiobone.evaluation.splits.outer import outer_splits

FAST = {
    "steps": ["impute", "scale"], "models": [{"lr": {"C": [0.1, 1.0]}}], "inner": {"folds": 3},
    "outer": {"folds": 3, "repeats": 2},
}  # fmt: skip


@pytest.fixture
def cohort():
    rng = np.random.default_rng(1)
    y = np.tile([0, 1], 30)
    with collected():
        return cohort_from_arrays(rng.normal(size=(60, 4)) + y[:, None], y, groups=np.arange(60) // 2)


@pytest.fixture
def content(cohort):
    splits = outer_splits(cohort, load_pipeline(FAST).outer, seed=4)
    return json.loads(json.dumps(splits_content(splits, cohort)))


def same(one, other):
    return [(s.repeat, s.fold, s.name, s.train.tolist(), s.test.tolist()) for s in one] == [
        (s.repeat, s.fold, s.name, s.train.tolist(), s.test.tolist()) for s in other
    ]


def test_folds_come_back_as_they_were(cohort, content):
    assert same(resolve_splits(content, cohort), outer_splits(cohort, load_pipeline(FAST).outer, seed=4))


def test_rows_are_found_by_their_id_in_any_order(cohort, content):
    order = np.random.default_rng(0).permutation(60)
    moved = replace(
        cohort,
        X=cohort.X.iloc[order],
        y=cohort.y[order],
        patient=cohort.patient[order],
        roi=cohort.roi[order],
    )
    for split, other in zip(resolve_splits(content, moved), resolve_splits(content, cohort), strict=True):
        assert set(moved.X.index[split.test]) == set(cohort.X.index[other.test])
        assert set(moved.X.index[split.train]) == set(cohort.X.index[other.train])


@pytest.mark.filterwarnings(
    "ignore::radiobone.core.warnings.PatientLevelLeftOut"
)  # patients with both classes
def test_a_result_keeps_its_folds_and_another_run_uses_them(cohort, tmp_path):
    first = nested_cv(cohort, load_pipeline(FAST), seed=4, show_progress=False).result
    first.save(tmp_path)
    assert Result.load(tmp_path).splits == json.loads(json.dumps(first.splits))
    again = nested_cv(
        cohort,
        load_pipeline({**FAST, "outer": "site"}),
        seed=4,
        show_progress=False,
        splits=tmp_path / "splits.json",
    ).result
    assert again.predictions.equals(first.predictions)
    other = nested_cv(cohort, load_pipeline(FAST), seed=5, show_progress=False, splits=first.splits).result
    assert other.splits == first.splits


def changed(content, **folds):
    """Return other folds under a digest of their own, as a program would make them."""
    return signed(edited(content, **folds))


def edited(content, **folds):
    first = {**content["folds"][0], **folds}
    return {**content, "folds": [first, *content["folds"][1:]]}


def signed(content):
    return {**content, "folds_digest": folds_digest(content)}


class TestTheFoldsThemselves:
    def test_training_rows_that_were_taken_out(self, cohort, content):
        with pytest.raises(SplitsMismatch, match=r"digest of its folds.*draw new folds"):
            resolve_splits(edited(content, train=content["folds"][0]["train"][10:]), cohort)

    def test_rows_moved_from_test_to_train(self, cohort, content):
        train, test = content["folds"][0]["train"], content["folds"][0]["test"]
        moved = edited(content, train=sorted([*train, *test[:4]]), test=test[4:])
        with pytest.raises(SplitsMismatch, match="moved, added or taken out"):
            resolve_splits(moved, cohort)

    @pytest.mark.parametrize("name", ["repeat", "fold"])
    def test_a_fold_that_was_numbered_anew(self, cohort, content, name):
        with pytest.raises(SplitsMismatch, match="digest of its folds"):
            resolve_splits(edited(content, **{name: 7}), cohort)

    def test_a_digest_that_was_taken_out(self, cohort, content):
        del content["folds_digest"]
        with pytest.raises(SplitsMismatch, match="digest of its folds"):
            resolve_splits(content, cohort)

    def test_a_file_of_an_older_version_is_taken_with_a_warning(self, cohort, content):
        del content["folds_digest"]
        with pytest.warns(SplitsUnchecked, match="no digest of its folds"):
            found = resolve_splits({**content, "format": 1}, cohort)
        assert same(found, resolve_splits(content | {"folds_digest": folds_digest(content)}, cohort))

    def test_the_order_of_rows_in_the_file_does_not_matter(self, cohort, content):
        first = content["folds"][0]
        turned = edited(content, train=first["train"][::-1], test=first["test"][::-1])
        assert same(resolve_splits(turned, cohort), resolve_splits(content, cohort))


class TestEveryRowIsTestedOnce:
    def test_rows_that_are_never_tested_are_told(self, cohort, content):
        test = content["folds"][0]["test"]
        with pytest.warns(
            SplitsUneven, match=r"repeat 0 .*: 4 row\(s\) are never tested and 0 more than once, of 60"
        ):
            resolve_splits(changed(content, test=test[4:]), cohort)

    def test_rows_that_are_tested_twice_are_told_of_folds_in_python_too(self, cohort):
        one, two, *_ = outer_splits(cohort, load_pipeline(FAST).outer, seed=4)
        with pytest.warns(
            SplitsUneven, match=rf"{60 - len(one.test)} row\(s\) are never tested and {len(one.test)} more"
        ):
            resolve_splits((one, replace(one, fold=two.fold)), cohort)

    def test_rows_made_from_others_do_not_count(self, cohort, content):
        parent = np.full(60, -1)
        parent[1] = 0
        without = [{**fold, "test": [row for row in fold["test"] if row != 1]} for fold in content["folds"]]
        assert resolve_splits(signed({**content, "folds": without}), replace(cohort, parent=parent))

    def test_folds_with_a_name_and_a_single_fold_are_as_they_are_meant(self, cohort):
        one, two, *_ = outer_splits(cohort, load_pipeline(FAST).outer, seed=4)
        assert resolve_splits((one,), cohort)
        assert resolve_splits((replace(one, name="A"), replace(two, name="B")), cohort)


class TestRefused:
    def test_other_rows(self, cohort, content):
        fewer = replace(
            cohort, X=cohort.X.iloc[2:], y=cohort.y[2:], patient=cohort.patient[2:], roi=cohort.roi[2:]
        )
        with pytest.raises(
            SplitsMismatch, match=r"2 row\(s\) of the file are not in the table: row01, row02"
        ):
            resolve_splits(content, fewer)
        less = {**content, "rows": content["rows"][:-1]}
        with pytest.raises(SplitsMismatch, match="of the table are not in the file: row60"):
            resolve_splits(less, cohort)

    def test_other_patients(self, cohort, content):
        with pytest.raises(SplitsMismatch, match="digest"):
            resolve_splits(content, replace(cohort, patient=np.array([f"p{i // 3}" for i in range(60)])))

    def test_a_digest_that_is_wrong(self, cohort, content):
        with pytest.raises(SplitsMismatch, match="digest"):
            resolve_splits({**content, "digest": "0" * 64}, cohort)

    def test_a_patient_on_both_sides(self, cohort, content):
        train, test = content["folds"][0]["train"], content["folds"][0]["test"]
        with pytest.raises(PatientInTrainAndTest, match="fold 0"):
            resolve_splits(changed(content, train=[*train, test[0]], test=test[1:]), cohort)

    def test_a_row_twice_or_outside(self, cohort, content):
        train = content["folds"][0]["train"]
        with pytest.raises(SplitsMismatch, match="a row twice"):
            resolve_splits(changed(content, train=[*train, content["folds"][0]["test"][0]]), cohort)
        with pytest.raises(SplitsMismatch, match="outside"):
            resolve_splits(edited(content, train=[*train, 60]), cohort)

    def test_a_derived_row_that_is_tested(self, cohort, content):
        parent = np.full(60, -1)
        test = content["folds"][0]["test"]
        parent[test[1]] = test[0]
        with pytest.raises(DerivedRow, match="tests on 1 row"):
            resolve_splits(content, replace(cohort, parent=parent))

    def test_what_is_no_file_of_folds(self, cohort, tmp_path):
        with pytest.raises(FileMissing, match=r"splits\.json"):
            resolve_splits(tmp_path / "none.json", cohort)
        with pytest.raises(BadSetting, match="digest"):
            resolve_splits({"format": 1}, cohort)
