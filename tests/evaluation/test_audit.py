from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import SuspectedLeak, collected
from radiobone.evaluation.audit.registry import CHECKS, audit_cohort
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline


def made(
    n=80,
    leak=False,
    sites="fair",
    copy=False,
    positives=40,
    groups=True,
    possible=False,
    blocks=False,
    gaps=False,
    scanner=False,
    kernel=False,
    scaled=False,
    external=False,
    constant=False,
    equal=False,
):
    rng = np.random.default_rng(1)
    y = (np.arange(n) < positives).astype(int)
    y = y if blocks else np.random.default_rng(4).permutation(y)
    X = rng.normal(size=(n, 20))
    if leak:
        X[:, 7] = -3 * y + 0.1 * rng.normal(size=n)
    if copy:
        X[60] = X[2]
    agree = 0.9 if sites == "confounded" else 0.5
    site = np.where(rng.random(n) < agree, y, 1 - y).astype(str)
    if gaps:
        X[(y == 1) & (np.arange(n) % 3 > 0), 5] = np.nan
    if scanner:
        X[:, 3] += 2.0 * (site == "1")
    if constant:
        X[:, 4] = 7.0
    if equal:
        X[:, 4] = X[:, 3]
    if scaled:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    patient = [f"P{i}" for i in range(n)] if groups else None
    marks = np.arange(n) < 20 if external else None
    if external:
        patient[:5], y[:5] = patient[40:45], y[40:45]
    with collected():
        cohort = cohort_from_arrays(X, y, groups=patient, sites=site, external=marks)
    told = {"ConvolutionKernel": np.where(y == 1, "B70f", "B30f").tolist()} if kernel else {}
    columns = {**cohort.provenance["columns"], "possible_patients": {"MRN": (40, n)} if possible else {}}
    return replace(cohort, provenance={**cohort.provenance, "columns": columns, "acquisition": told})


CASES = {
    "SuspectedLeak": {"leak": True},
    "SiteConfounded": {"sites": "confounded"},
    "RowOrder": {"blocks": True},
    "MissingnessLeak": {"gaps": True},
    "SiteInFeatures": {"scanner": True},
    "DuplicateRows": {"copy": True},
    "FewEvents": {"positives": 12},
    "NoPatientIds": {"groups": False},
    "PossiblePatients": {"possible": True},
    "AcquisitionConfounded": {"kernel": True},
    "StepOutsideFold": {"scaled": True},
    "PatientInTrainAndTest": {"external": True},
    "ConstantFeature": {"constant": True},
    "EqualFeatures": {"equal": True},
}


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_each_check_finds_its_fault_and_nothing_else(code):
    assert [finding.code for finding in audit_cohort(made(**CASES[code]))] == [code]


def test_a_sound_cohort_has_no_finding():
    assert audit_cohort(made()) == []


def test_scanners_and_kernels_are_looked_at_without_sites():
    cohort = made(scanner=True)
    kernel = np.where(cohort.site == "1", "B70f", "B30f").tolist()
    told = {"ConvolutionKernel": kernel, "Scanner": [f"S{name}" for name in kernel], "kVp": ["120"] * 80}
    unnamed = replace(cohort, site=None, provenance={**cohort.provenance, "acquisition": told})
    (found,) = audit_cohort(unnamed)  # the kernel and the scanner part alike, and are told once
    assert found.code == "SiteInFeatures"
    assert "1 of 20 features differ between the values of 'ConvolutionKernel' within" in found.message
    assert "x3 (" in found.message
    (named,) = audit_cohort(replace(unnamed, site=cohort.site))
    assert "1 of 20 features differ between sites within" in named.message


def test_the_same_columns_shuffled_among_patients_raise_no_alarm():
    rng, alarms = np.random.default_rng(7), 0
    for _ in range(20):
        cohort = made(scanner=True)
        told = {name: rng.permutation(cohort.site).tolist() for name in ("Scanner", "Kernel", "Device")}
        unnamed = replace(cohort, site=None, provenance={**cohort.provenance, "acquisition": told})
        alarms += len(audit_cohort(unnamed))
    assert alarms <= 1


@pytest.mark.slow
@pytest.mark.long
def test_false_alarms_are_rare_on_noise():
    alarms = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        cohort = cohort_from_arrays(
            rng.normal(size=(70, 300)), np.arange(70) % 2, sites=rng.integers(0, 3, 70).astype(str),
            groups=np.arange(70),
        )  # fmt: skip
        alarms += len(audit_cohort(cohort))
    assert alarms <= 1


def test_a_leak_is_warned_of_when_evaluating():
    spec = {
        "steps": ["impute", "scale"],
        "models": [{"lr": {"C": 1.0}}],
        "outer": {"folds": 2},
        "inner": {"folds": 2},
    }
    with pytest.warns(SuspectedLeak, match="x7"):
        run = nested_cv(made(leak=True), load_pipeline(spec), show_progress=False)
    assert run.result.audit[0]["code"] == "SuspectedLeak"
