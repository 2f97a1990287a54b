"""What was done to a table before any fold: found where it was done, and not where it was not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.warnings import collected
from radiobone.evaluation.audit.acquisition_confounded import acquisition_confounded
from radiobone.evaluation.audit.patient_in_train_and_test import patient_in_train_and_test
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.step_outside_fold import step_outside_fold
from radiobone.evaluation.audit.traces import rows_between
from radiobone.testing.tables import Design, null_cohort, planted_cohort


def measured(seed=0, n=80, **more):
    found = planted_cohort(Design(n_patients=n, n_features=40, **more), seed=seed)
    return found.X.to_numpy(), found.y, found.site


def cohort(X, y, **more):
    with collected():
        return cohort_from_arrays(X, y, groups=np.arange(len(y)), **more)


def found(X, y, **more):
    return [(one.severity, one.message) for one in step_outside_fold(cohort(X, y, **more))]


def with_gaps(X, seed=0):
    return np.where(np.random.default_rng(seed).random(X.shape) < 0.1, np.nan, X)


def combat(X, site):
    """Location and scale of each site brought to those of all rows."""
    out = np.empty_like(X)
    for one in np.unique(site):
        here = site == one
        out[here] = StandardScaler().fit_transform(X[here]) * X.std(axis=0) + X.mean(axis=0)
    return out


class TestStepOutsideFold:
    @pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler()])
    @pytest.mark.parametrize("digits", [None, 6])
    def test_scaling_of_all_rows(self, scaler, digits):
        X, y, _ = measured()
        scaled = scaler.fit_transform(X)
        ((severity, message),) = found(scaled if digits is None else scaled.round(digits), y)
        assert severity == "note"
        assert "40 of 40 features have mean 0" in message

    @pytest.mark.parametrize("strategy", ["mean", "median"])
    def test_filling_in_over_all_rows(self, strategy):
        X, y, _ = measured()
        ((severity, message),) = found(SimpleImputer(strategy=strategy).fit_transform(with_gaps(X)), y)
        assert severity == "note"
        assert "repeat one value" in message

    def test_filling_in_by_class(self):
        X, y, _ = measured()
        filled = with_gaps(X)
        for label in (0, 1):
            filled[y == label] = SimpleImputer().fit_transform(filled[y == label])
        ((severity, message),) = found(filled, y)
        assert severity == "serious"
        assert "with the answer in sight" in message

    @pytest.mark.parametrize("seed", range(4))
    def test_smote_before_the_split(self, seed):
        X, y, _ = measured(seed, prevalence=0.25)
        made, labels = SMOTE(random_state=seed, k_neighbors=3).fit_resample(X, y)
        ((severity, message),) = found(made, labels)
        assert severity == "serious"
        assert "lie exactly between two others" in message
        between = rows_between(made, labels)
        assert set(between) <= set(range(80, 120))  # no measured row is taken for a made one
        assert len(between) >= 0.8 * 40

    def test_rows_that_name_their_parents_are_known_already(self):
        X, y, _ = measured(prevalence=0.25)
        made, labels = SMOTE(random_state=0).fit_resample(X, y)
        parents = [None] * 80 + [int(np.flatnonzero(y == 1)[0])] * 40
        with collected():
            told = cohort_from_arrays(made, labels, groups=np.arange(120), parents=parents)
        assert step_outside_fold(told) == []

    def test_harmonising_of_all_rows(self):
        X, y, site = measured(n_sites=2, site_shift_sd=1.0)
        ((severity, message),) = found(combat(X, site), y, sites=site)
        assert severity == "warning"
        assert "more alike than chance allows" in message

    def test_measured_tables_are_not_found(self):
        """Signal, correlation, several sites with and without shifts, gaps, few columns and columns of whole numbers."""
        for seed in range(12):
            X, y, site = measured(seed, n_sites=3, site_shift_sd=float(seed % 2), correlation=0.9)
            assert found(X, y, sites=site) == []
            assert found(with_gaps(X, seed), y) == []
            assert found(X[:, :4], y) == []
            whole = np.random.default_rng(seed).integers(0, 9, X.shape).astype(float)
            assert found(whole, y, sites=site) == []

    def test_marks_of_0_and_1_are_not_scaled(self):
        y = np.arange(60) % 2
        X = np.random.default_rng(0).integers(0, 2, (60, 12)).astype(float)
        assert found(X, y) == []


@pytest.fixture
def table(tmp_path):
    drawn = null_cohort(Design(n_patients=80, n_features=6))
    frame = drawn.X.assign(patient_id=drawn.patient, y=drawn.y)

    def read(columns, rows=None, **more):
        path = tmp_path / "t.csv"
        written = frame.assign(**columns)
        (written if rows is None else pd.concat([written, rows(written)])).to_csv(path, index=False)
        with collected():
            return read_cohort(path, target="y", id="patient_id", **more), drawn

    read.y = drawn.y
    return read


class TestAcquisition:
    def test_a_kernel_that_goes_with_the_class(self, table):
        kernel = np.where(np.random.default_rng(0).random(80) < 0.9, table.y, 1 - table.y)
        told, _ = table({"ConvolutionKernel": np.where(kernel == 1, "B70f", "B30f")})
        (finding,) = acquisition_confounded(told)
        assert (finding.code, finding.severity) == ("AcquisitionConfounded", "serious")
        assert "ConvolutionKernel (AUC 0.88" in finding.message

    def test_a_spacing_that_goes_with_the_class(self, table):
        spacing = 0.7 + 0.1 * table.y + np.random.default_rng(0).normal(0, 0.08, 80)
        (finding,) = acquisition_confounded(table({"slice_thickness": spacing})[0])
        assert "slice_thickness" in finding.message

    def test_what_differs_by_chance_is_not_found(self, table):
        for seed in range(20):
            rng = np.random.default_rng(seed)
            columns = {
                "kernel": rng.choice(["B30f", "B70f", "I40"], 80), "Manufacturer": rng.choice(["A", "B"], 80),
                "kVp": rng.choice([100, 120, 140], 80), "pixel_spacing": rng.normal(0.8, 0.1, 80),
                "scanner_name": [f"scanner {n}" for n in range(80)],
            }  # fmt: skip
            assert acquisition_confounded(table(columns)[0]) == []

    def test_other_columns_are_not_looked_at(self, table):
        assert acquisition_confounded(table({"diagnosis": np.where(table.y == 1, "ill", "well")})[0]) == []


class TestPatientInTrainAndTest:
    @staticmethod
    def second_rows(frame):
        return frame.head(4).assign(roi="second", set="test", cohort="external")

    def test_a_column_of_train_and_test_that_parts_patients(self, table):
        columns = {"roi": "first", "set": "train"}
        told, _ = table(columns, lambda frame: self.second_rows(frame).drop(columns="cohort"))
        (finding,) = patient_in_train_and_test(told)
        assert (finding.code, finding.severity) == ("PatientInTrainAndTest", "warning")
        assert "'set' puts 4 patient(s)" in finding.message

    def test_an_external_cohort_with_patients_from_inside(self, table):
        inside = {"roi": "first", "cohort": np.where(np.arange(80) < 60, "internal", "external")}
        told, _ = table(inside, lambda frame: self.second_rows(frame).drop(columns="set"), external="cohort")
        (finding,) = patient_in_train_and_test(told)
        assert "4 patient(s) of the external cohort" in finding.message
        assert "4 other row(s)" in finding.message

    def test_whole_patients_are_not_found(self, table):
        told, _ = table({"set": np.where(np.arange(80) < 60, "train", "test")})
        assert patient_in_train_and_test(told) == []
        told, _ = table({"cohort": np.where(np.arange(80) < 60, "0", "1")}, external="cohort")
        assert patient_in_train_and_test(told) == []


def test_a_clean_table_is_clean_in_every_check():
    drawn = null_cohort(Design(n_patients=200, n_features=30, n_sites=2))
    with collected():
        clean = cohort_from_arrays(drawn.X, drawn.y, groups=drawn.patient, sites=drawn.site)
    assert audit_cohort(clean) == []
